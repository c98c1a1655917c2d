// What the digits stage shows, as a short text for the address: view_who_examples_flipped_rate_noise_label.

export const VIEWS = ["step", "study", "test", "draw", "make"];
export const WHOS = ["shipped", "own"];
export const STEP_RATE = 0.1; // one step that can be seen, and does not yet settle the matter
const MAX_EXAMPLES = 60000;

export const lectureSetting = () => ({ view: "step", who: "shipped", examples: MAX_EXAMPLES, flipped: 0, rate: 0.2, noise: 0, label: 5, task: 0 });

export const TASK_NOTICES = { 1: "try1", 2: "try2", 3: "try3" };

// The three tries: what each sets up. Their success is noticed in stage.js.
export const TRIES = {
  1: () => ({ ...lectureSetting(), task: 1 }),
  2: () => ({ ...lectureSetting(), view: "study", who: "own", examples: 1000, flipped: 0.4, task: 2 }),
  3: () => ({ ...lectureSetting(), view: "make", task: 3 }),
};

export function stateToText({ view, who, examples, flipped, rate, noise, label }) {
  return [view, who, examples, Math.round(100 * flipped), rate, noise, label].join("_");
}

// Null where the text does not describe a state.
export function textToState(text) {
  const [view, who, ...numbers] = text.split("_");
  const [examples, flipped, rate, noise, label] = numbers.map(Number);
  const isSound = numbers.length === 5 && VIEWS.includes(view) && WHOS.includes(who) && numbers.every((n) => /^\d+(\.\d+)?$/.test(n)) &&
    Number.isInteger(examples) && examples >= 1 && examples <= MAX_EXAMPLES && flipped <= 90 && flipped % 10 === 0 &&
    rate >= 0.001 && rate <= 40 && Number.isInteger(noise) && noise <= 999 && Number.isInteger(label) && label <= 9;
  return isSound ? { view, who, examples, flipped: flipped / 100, rate, noise, label, task: 0 } : null;
}
