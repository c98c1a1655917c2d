// What the GANSynth stage shows, as a short text for the address: view_a_b_morph, or twin_instrument_melody. A view alone is
// the lecture's own setting in it, for pages that know no latents.

import { drawn, latentToText, roundedLatent, textToLatent } from "./space.js";

export const VIEWS = ["play", "grow", "piece", "twin"];
export const STAGES = 6;
const LECTURE_A = { family: "string", nth: 3 };
const LECTURE_B = { family: "guitar", nth: 2 };

const pointLatent = (survey, { family, nth }) => {
  const places = survey.families.flatMap((one, i) => (one === family ? [i] : []));
  const i = places[Math.min(nth, places.length - 1)] ?? 0;
  return roundedLatent([...survey.latents.subarray(i * survey.size, (i + 1) * survey.size)]);
};

export const lectureSetting = (survey) => ({
  view: "play", slot: "a", a: pointLatent(survey, LECTURE_A), b: pointLatent(survey, LECTURE_B), morph: 0,
  stage: 0, pitch: 60, piece: "prelude-g", how: "two", seconds: 5, outOfRange: "fold", instrument: "piano", melody: "arirang", task: 0,
});

export const TASK_NOTICES = { 1: "try1", 2: "try2", 3: "try3" };

// The three tries: what each sets up. Their success is noticed in stage.js.
export const TRIES = {
  1: (survey) => ({ ...lectureSetting(survey), b: drawn(survey.size), task: 1 }),
  2: (survey) => ({ ...lectureSetting(survey), view: "grow", task: 2 }),
  3: (survey) => ({ ...lectureSetting(survey), view: "piece", task: 3 }),
};

export const stateToText = ({ view, a, b, morph, instrument, melody }) =>
  (view === "twin" ? [view, instrument, melody] : [view, latentToText(a), latentToText(b), Math.round(100 * morph)]).join("_");

// Null where the text does not describe a state.
export function textToState(text, survey) {
  if (VIEWS.includes(text)) return { ...lectureSetting(survey), view: text };
  if (text.startsWith("twin_")) {
    const [view, instrument, melody, ...rest] = text.split("_");
    const isKnown = !rest.length && survey.instruments.includes(instrument) && survey.melodies.includes(melody);
    return isKnown ? { ...lectureSetting(survey), view, instrument, melody } : null;
  }
  const [view, a, b, morph, ...rest] = text.split("_");
  const latents = [a, b].map((one) => textToLatent(one, survey.size));
  const isSound = !rest.length && VIEWS.includes(view) && latents.every(Boolean) && /^\d{1,3}$/.test(morph ?? "") && Number(morph) <= 100;
  return isSound ? { ...lectureSetting(survey), view, a: latents[0], b: latents[1], morph: Number(morph) / 100 } : null;
}
