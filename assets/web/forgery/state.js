// What the forgery stage shows, as a short text for the address: view_moment_seed_digit_preset_shape_film.

export const VIEWS = ["scene", "forge", "duel", "film"];
const FILMS = ["digits", "faces"];
const SHARED_SHAPES = ["ring", "moons", "grid", "blobs"]; // what is drawn by hand stays with who drew it
const PRESETS = ["balance", "strongPolice", "collapse"];
const LAST_MOMENT = 7;

export const lectureSetting = () => ({ view: "scene", moment: LAST_MOMENT, seed: 0, digit: 5, preset: "balance", shape: "ring", film: "digits", task: 0 });

// The three tries: what each sets up. Their success is noticed in stage.js.
export const TRIES = {
  1: () => ({ ...lectureSetting(), view: "forge", task: 1 }),
  2: () => ({ ...lectureSetting(), view: "duel", task: 2 }),
  3: () => ({ ...lectureSetting(), view: "film", film: "faces", task: 3 }),
};
export const TASK_NOTICES = { 1: "try1", 2: "try2", 3: "try3" };

export function stateToText({ view, moment, seed, digit, preset, shape, film }) {
  return [view, moment, seed, digit, preset, SHARED_SHAPES.includes(shape) ? shape : "ring", film].join("_");
}

// Null where the text does not describe a state.
export function textToState(text) {
  const [view, moment, seed, digit, preset, shape, film, ...rest] = text.split("_");
  const isWhole = (value, most) => /^\d{1,3}$/.test(value) && Number(value) <= most;
  const isSound = !rest.length && VIEWS.includes(view) && isWhole(moment, LAST_MOMENT) && isWhole(seed, 999) && isWhole(digit, 9) &&
    PRESETS.includes(preset) && SHARED_SHAPES.includes(shape) && FILMS.includes(film);
  return isSound ? { view, moment: Number(moment), seed: Number(seed), digit: Number(digit), preset, shape, film, task: 0 } : null;
}
