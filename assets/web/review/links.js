// Where something of the lecture can be seen: a section, what is to be set there as text, and the address of both.

import { TRIES as NEURON_TRIES, lectureSetting as neuronSetting, stateToText as neuronText } from "../neuron/state.js";
import { TRIES as DIGITS_TRIES, lectureSetting as digitsSetting, stateToText as digitsText } from "../digits/state.js";
import { lectureSetting as faceSetting, stateToText as faceText } from "../real_face/state.js";
import { lectureSetting as forgerySetting, stateToText as forgeryText } from "../forgery/state.js";
import { lectureSetting as phaseSetting, stateToText as phaseText } from "../phase/state.js";
import { LECTURE_PIECE, stateToText as listeningText } from "../listening/state.js";

const texts = {
  neuron: ({ try: number, weights, theta, ...setting }) => neuronText(number ? NEURON_TRIES[number]()
    : { ...neuronSetting(), view: "neuron", ...setting, neuron: { weights, bias: -theta } }),
  digits: ({ try: number, ...setting }) => digitsText(number ? DIGITS_TRIES[number]() : { ...digitsSetting(), ...setting }),
  real_face: (setting) => faceText({ ...faceSetting(), ...setting }),
  forgery: (setting) => forgeryText({ ...forgerySetting(), ...setting }),
  magenta: ({ system }) => `all_${system}`,
  phase: (setting) => phaseText({ ...phaseSetting(), ...setting }),
  gansynth: ({ view = "play" }) => view, // the latents of the lecture's instruments are known in its own page
  listening: (setting) => listeningText({ piece: LECTURE_PIECE, ...setting }),
};

// Null for a page without settings.
export const textOf = (section, setting) => texts[section]?.(setting) ?? null;

export function addressOf(section, setting, language) {
  const query = new URLSearchParams({ tab: section, lang: language });
  const text = textOf(section, setting);
  if (text !== null) query.set(section, text);
  return `?${query}`;
}
