// Where a question's answer can be seen: the address of a section with what is to be set there.

import { TRIES as NEURON_TRIES, lectureSetting as neuronSetting, stateToText as neuronText } from "../neuron/state.js";
import { TRIES as DIGITS_TRIES, lectureSetting as digitsSetting, stateToText as digitsText } from "../digits/state.js";
import { lectureSetting as faceSetting, stateToText as faceText } from "../real_face/state.js";
import { lectureSetting as forgerySetting, stateToText as forgeryText } from "../forgery/state.js";
import { lectureSetting as phaseSetting, stateToText as phaseText } from "../phase/state.js";
import { LECTURE_PIECE, stateToText as listeningText } from "../listening/state.js";

const texts = {
  neuron: ({ try: number, problem, inputs, weights, theta, activation = "step" }) => neuronText(number ? NEURON_TRIES[number]()
    : { ...neuronSetting(), view: "neuron", activation, problem, inputs, neuron: { weights, bias: -theta } }),
  digits: ({ try: number, ...setting }) => digitsText(number ? DIGITS_TRIES[number]() : { ...digitsSetting(), ...setting }),
  real_face: (setting) => faceText({ ...faceSetting(), ...setting }),
  forgery: (setting) => forgeryText({ ...forgerySetting(), ...setting }),
  magenta: ({ system }) => `all_${system}`,
  phase: (setting) => phaseText({ ...phaseSetting(), ...setting }),
  listening: (setting) => listeningText({ piece: LECTURE_PIECE, ...setting }),
};

// GANSynth's state holds latents that only its own page knows: there the tab opens as the lecture has it.
export function addressOf(section, setting, language) {
  const query = new URLSearchParams({ tab: section, lang: language });
  if (texts[section]) query.set(section, texts[section](setting));
  return `?${query}`;
}
