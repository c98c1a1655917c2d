// What the neuron's stage shows, as a plain object, and its short form in the address.

import { ACTIVATIONS } from "./rules.js";

export const VIEWS = ["cell", "neuron", "layers"];
export const PROBLEMS = ["free", "and", "or", "nand", "xor"];
export const TASKS = ["none", "fire", "and", "xor"];
export const USUAL_RATE = { step: 0.5, sigmoid: 2, relu: 0.1, tanh: 0.5 };
const LARGEST = 1000;

const neuron = (weights, theta) => ({ weights, bias: -theta });

export const lectureSetting = () => ({
  view: "cell",
  activation: "step",
  problem: "free",
  task: "none",
  inputs: [0.2, 0.1, 0],
  neuron: neuron([1.5, 1, -1], 1),
  layers: { hidden: [neuron([1, 1], 0.5), neuron([-1, -1], -1.5)], output: neuron([1, 1], 1.5) },
  seed: 1,
  rate: USUAL_RATE.step,
});

// Weights that solve each gate. One neuron cannot do XOR: what stands there gets three of four right.
export const SOLUTIONS = {
  and: neuron([1, 1, 0], 1.5),
  or: neuron([1, 1, 0], 0.5),
  nand: neuron([-1, -1, 0], -1.5),
  xor: neuron([1, 1, 0], 0.5),
};
// The same for two layers; h₁ and h₂ feed an output that is AND of the two.
export const LAYERED_SOLUTIONS = {
  and: layered([1, 1], 1.5, [1, 1], 1.5),
  or: layered([1, 1], 0.5, [1, 1], 0.5),
  nand: layered([-1, -1], -1.5, [-1, -1], -1.5),
  xor: layered([1, 1], 0.5, [-1, -1], -1.5),
};
function layered(first, firstTheta, second, secondTheta) {
  return { hidden: [neuron(first, firstTheta), neuron(second, secondTheta)], output: neuron([1, 1], 1.5) };
}

export const TRY_NUMBERS = { fire: 1, and: 2, xor: 3 };
// The three tries of the page, each a change of the lecture's own setting.
export const TRIES = {
  1: () => ({ ...lectureSetting(), task: "fire" }),
  2: () => ({ ...lectureSetting(), view: "neuron", problem: "and", task: "and", inputs: [1, 1, 0], neuron: neuron([0.4, -0.6, 0], 0.2) }),
  3: () => ({
    ...lectureSetting(),
    view: "layers",
    problem: "xor",
    task: "xor",
    inputs: [1, 1, 0],
    layers: { ...LAYERED_SOLUTIONS.xor, hidden: [LAYERED_SOLUTIONS.xor.hidden[0], neuron([0.5, 0.5], -1)] },
  }),
};

// Every number that learning may change, by its name on the screen.
export function parameters(state) {
  const of = (unit, names) => [...unit.weights.map((w, i) => [names[i], w]), [names.at(-1), -unit.bias]];
  if (state.view !== "layers") return of(state.neuron, ["w₁", "w₂", "w₃", "θ"]);
  return [
    ...state.layers.hidden.flatMap((unit, h) => of(unit, ["x₁", "x₂", "θ"].map((name) => `${name}→h${"₁₂"[h]}`))),
    ...of(state.layers.output, ["h₁→y", "h₂→y", "θ→y"]),
  ];
}

const neurons = (state) => [state.neuron, ...state.layers.hidden, state.layers.output];

// A try belongs to its view and its problem; in an address that mixes them there is none under way.
function fittingTask(task, view, problem) {
  const isLayered = view === "layers";
  const fits = { fire: !isLayered && problem === "free", and: !isLayered && problem === "and", xor: isLayered && problem === "xor" };
  return fits[task] ? task : "none";
}

// null where learning has made a number larger than an address holds.
export function stateToText(state) {
  const numbers = [...state.inputs, ...neurons(state).flatMap(({ weights, bias }) => [...weights, bias]), state.seed, state.rate];
  if (!numbers.every((number) => Math.abs(number) <= LARGEST)) return null;
  const words = [state.view, state.activation, state.problem, state.task];
  return [...words, ...numbers.map((number) => String(Math.round(number * 1000) / 1000))].join("_");
}

// The state that `text` stands for, or null where it stands for none.
export function textToState(text) {
  const parts = String(text).split("_");
  const [view, activation, problem, task] = parts;
  const numbers = parts.slice(4).map((part) => (/^-?\d+(\.\d+)?$/.test(part) ? Number(part) : NaN));
  const known = VIEWS.includes(view) && ACTIVATIONS.includes(activation) && PROBLEMS.includes(problem) && TASKS.includes(task);
  if (!known || numbers.length !== 18 || !numbers.every((number) => Math.abs(number) <= LARGEST)) return null;
  const take = (count) => numbers.splice(0, count);
  const unit = (nInputs) => ({ weights: take(nInputs), bias: take(1)[0] });
  const inputs = take(3);
  const state = { view, activation, problem, task: fittingTask(task, view, problem), inputs, neuron: unit(3), layers: { hidden: [unit(2), unit(2)], output: unit(2) } };
  const [seed, rate] = numbers;
  const valid = inputs.every((x) => x >= 0 && x <= 1) && Number.isInteger(seed) && seed >= 1 && rate >= 0.01 && rate <= 10;
  return valid ? { ...state, seed, rate } : null;
}
