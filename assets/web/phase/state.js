// What the phase stage shows, as a short text for the address: view_hz_stride_source_variant_noise.

export const VIEWS = ["wave", "sound"];
export const VARIANTS = ["true", "random", "zero", "griffin_lim", "from_if"];
export const NOISY = ["true", "from_if"];
// A frame never holds less than one cycle: each has a dot of its own.
export const HZ = { low: 40, high: 150, step: 0.25 };
export const STRIDE_MS = { low: 25, high: 40, step: 1 };

export const lectureSetting = () => ({ view: "wave", hz: 70, stride: 32, source: "clarinet", variant: "true", noise: 0, task: 0 });

export const TASK_NOTICES = { 1: "try1", 2: "try2", 3: "try3" };

// The three tries: what each sets up. Their success is noticed in stage.js.
export const TRIES = {
  1: () => ({ ...lectureSetting(), hz: 70, task: 1 }),
  2: () => ({ ...lectureSetting(), view: "sound", task: 2 }),
  3: () => ({ ...lectureSetting(), view: "sound", source: "trumpet", task: 3 }),
};

export const stateToText = ({ view, hz, stride, source, variant, noise }) =>
  [view, hz, stride, source === "own" ? "clarinet" : source, variant.replace("_", "-"), Math.round(100 * noise)].join("_"); // one's own sound cannot be shared

// Null where the text does not describe a state. `sources` are the sounds there are.
export function textToState(text, sources) {
  const [view, hz, stride, source, variant, noise, ...rest] = text.split("_");
  const state = { view, hz: Math.round(Number(hz) / HZ.step) * HZ.step, stride: Math.round(Number(stride)), source, variant: variant?.replace("-", "_"), noise: Number(noise) / 100, task: 0 };
  const isNumbers = [hz, stride, noise].every((one) => /^\d+(\.\d+)?$/.test(one ?? ""));
  const isSound = isNumbers && !rest.length && VIEWS.includes(view) && VARIANTS.includes(state.variant) && sources.includes(source) &&
    state.hz >= HZ.low && state.hz <= HZ.high && state.stride >= STRIDE_MS.low && state.stride <= STRIDE_MS.high &&
    state.noise <= 1 && (!state.noise || NOISY.includes(state.variant));
  return isSound ? state : null;
}
