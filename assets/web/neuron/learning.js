// Learning example by example: one pass through the rules, the record of the error, and when to stop.

import {
  CORNERS, GATES, activate, fires, labelValue, learningStep, squaredError, startingWeights, twoLayerGradientStep, twoLayerSums,
  weightedSum,
} from "./rules.js";
import { parameters } from "./state.js";

const GOOD_ENOUGH = 0.04; // mean error at which a smooth neuron has learned its gate
const PATIENCE = { line: 100, valley: 6000 }; // examples after which it says that it is stuck
const STANDSTILL = 0.99; // the error is no longer falling if it kept this share over a third of that time
const REACH = { step: 1, sigmoid: 2, relu: 0.7, tanh: 2 }; // two layers start between −reach and reach, one neuron between −1 and 1
const RELU_BIAS = 1; // a ReLU that starts at 0 for every example never learns (Goodfellow et al. 2016, section 6.3)
const LARGEST_WEIGHT = 100; // beyond it learning has run away

// The four questions as the network stands: the third input keeps what its slider says.
export const questions = (state) => CORNERS.map((corner) => (state.view === "layers" ? corner : [...corner, state.inputs[2]]));

export const planeInputs = ({ inputs }) => inputs.slice(0, 2);

const sumFor = (state, inputs) =>
  state.view === "layers"
    ? twoLayerSums(state.activation, inputs, state.layers).z
    : weightedSum(inputs, state.neuron.weights, state.neuron.bias);

// For each question: its label, the output, whether that is right, and its error.
export function answers(state) {
  if (state.problem === "free") return [];
  return questions(state).map((inputs, i) => {
    const label = GATES[state.problem][i];
    const z = sumFor(state, inputs);
    return {
      inputs, label, z,
      output: activate(state.activation, z),
      wanted: labelValue(state.activation, label),
      right: fires(state.activation, z) === (label === 1),
      error: squaredError(state.activation, z, label),
    };
  });
}

export const countRight = (marked) => marked.filter(({ right }) => right).length;
export const meanError = (marked) => marked.reduce((sum, { error }) => sum + error, 0) / marked.length;

export function createLearner() {
  let seen = 0;
  let idle = 0; // examples in a row that changed nothing
  let errors = [];

  function rewind(state) {
    seen = idle = 0;
    errors = [];
    const isLayered = state.view === "layers";
    const drawn = startingWeights(state.seed, isLayered ? 9 : 4, isLayered ? REACH[state.activation] : 1);
    const unit = (nInputs) => {
      const [weights, [bias]] = [drawn.splice(0, nInputs), drawn.splice(0, 1)];
      return { weights, bias: state.activation === "relu" ? RELU_BIAS : bias };
    };
    if (isLayered) state.layers = { hidden: [unit(2), unit(2)], output: unit(2) };
    else state.neuron = unit(3);
  }

  // One example. Returns its number, whether it was right, how the weights changed, and why learning should stop, if so.
  function step(state) {
    const number = seen % CORNERS.length;
    const inputs = questions(state)[number];
    const label = GATES[state.problem][number];
    const before = parameters(state);
    const asked = answers(state);
    if (!errors.length) errors.push(meanError(asked));
    if (state.view === "layers") state.layers = twoLayerGradientStep(state.activation, state.layers, inputs, label, state.rate);
    else state.neuron = learningStep(state.activation, state.neuron, inputs, label, state.rate);
    const changes = parameters(state).map(([name, value], i) => [name, value - before[i][1]]).filter(([, change]) => change !== 0);
    seen += 1;
    idle = changes.length ? 0 : idle + 1;
    const marked = answers(state);
    errors.push(meanError(marked));
    return { number, wasRight: asked[number].right, changes, verdict: verdict(state, marked) };
  }

  function verdict(state, marked) {
    const isWild = parameters(state).some(([, value]) => !(Math.abs(value) < LARGEST_WEIGHT));
    if (isWild) return "diverged";
    const allRight = countRight(marked) === marked.length;
    const isGood = state.activation === "step" ? idle >= CORNERS.length : meanError(marked) < GOOD_ENOUGH;
    if (allRight && isGood) return "solved";
    if (idle >= CORNERS.length) return state.activation === "relu" ? "stuckDead" : "stuckFlat";
    if (state.view !== "layers" && state.problem === "xor" && seen >= PATIENCE.line) return "stuckLine";
    if (seen % PATIENCE.valley !== 0) return null;
    return errors.at(-1) > STANDSTILL * errors.at(-PATIENCE.valley / 3) ? "stuckValley" : "stuckSlow";
  }

  return { rewind, step, errors: () => errors, seen: () => seen, forget: () => { seen = idle = 0; errors = []; } };
}

// The error over the examples seen so far, from left to right; the scale stands at its left.
export function drawErrors(canvas, errors) {
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (!width || errors.length < 2) return;
  const ratio = devicePixelRatio || 1;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  const style = getComputedStyle(canvas);
  const em = parseFloat(style.fontSize);
  const top = Math.max(0.1, Math.ceil(10 * Math.max(...errors.filter(Number.isFinite))) / 10);
  const [left, right, up, down] = [em * 2, width - 6, em * 0.7, height - em * 0.7];
  const heightOf = (error) => down - ((down - up) * Math.min(error, top)) / top;
  context.font = `${em}px ${style.fontFamily}`;
  context.fillStyle = style.getPropertyValue("--ink");
  context.textBaseline = "middle";
  for (const value of [0, top]) context.fillText(value === 0 ? "0" : value.toFixed(1), 0, heightOf(value));
  context.strokeStyle = style.getPropertyValue("--line");
  context.strokeRect(left, up, right - left, down - up);
  context.strokeStyle = style.getPropertyValue("--accent");
  context.lineWidth = 2.5;
  context.beginPath();
  const every = Math.max(1, Math.floor(errors.length / width));
  for (let i = 0; i < errors.length; i += every) context.lineTo(left + ((right - left) * i) / (errors.length - 1), heightOf(errors[i]));
  context.stroke();
}
