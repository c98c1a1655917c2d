// What the stage says with its live numbers: the line under the bar, the status, the formula, the book, the labels.

import { DECISION_SUM, activate, fires, twoLayerSums, weightedSum } from "./rules.js";
import { answers, countRight, planeInputs } from "./learning.js";
import { isTenth, readable, readableWeight, signed } from "./svg.js";

const list = (numbers, digits) => numbers.map((number) => readable(number, digits)).join(", ");
const outputDigits = ({ activation }) => (activation === "step" ? 0 : 2);

function layeredOutputs(state) {
  const { hiddenSums, z } = twoLayerSums(state.activation, planeInputs(state), state.layers);
  return [...hiddenSums, z].map((sum) => activate(state.activation, sum));
}

// The figure in words, for those who do not see it.
export function describe(state, say) {
  if (state.view === "layers") {
    const [h1, h2, y] = layeredOutputs(state).map((output) => readable(output));
    return say("figureLayers", { inputs: list(planeInputs(state), 2), h1, h2, y });
  }
  const { weights, bias } = state.neuron;
  const y = readable(activate(state.activation, weightedSum(state.inputs, weights, bias)), outputDigits(state));
  const key = state.view === "cell" ? "figureCell" : "figureNeuron";
  return say(key, { inputs: list(state.inputs, 2), weights: weights.map(readableWeight).join(", "), theta: readableWeight(-bias), y });
}

export function describePlane(state, marked, output, say) {
  const [x1, x2] = state.inputs;
  const values = { x1: readable(x1), x2: readable(x2), y: readable(output, outputDigits(state)), right: countRight(marked) };
  return say(marked.length ? "plane" : "planeFree", values);
}

export const describeErrors = (errors, say) =>
  errors.length ? say("errorChart", { first: readable(errors[0]), last: readable(errors.at(-1)) }) : say("errorEmpty");

// The line for the try that is under way: what to do, or that it is done and why.
export function taskNotice(state) {
  const { weights, bias } = state.neuron;
  const theta = readable(-bias);
  const sum = (inputs) => readable(weightedSum(inputs, weights, 0));
  const right = countRight(answers(state));
  const third = state.inputs[2];
  switch (state.task) {
    case "fire": {
      const isDone = fires(state.activation, weightedSum(state.inputs, weights, bias));
      return [isDone ? "taskFireDone" : "taskFire", { theta, sum: sum(state.inputs) }];
    }
    case "and": {
      const values = { theta, one: sum([1, 0, third]), other: sum([0, 1, third]), both: sum([1, 1, third]), right };
      return [right === 4 ? "taskAndDone" : "taskAnd", values];
    }
    case "xor":
      return [right === 4 ? "taskXorDone" : "taskXor", { right }];
    default:
      return null;
  }
}

export function status(state, say) {
  if (state.view === "layers") {
    const [h1, h2, y] = layeredOutputs(state).map((output) => readable(output, outputDigits(state)));
    return say("layered", { h1, h2, y });
  }
  const { weights, bias } = state.neuron;
  const sum = weightedSum(state.inputs, weights, 0);
  const z = sum + bias;
  if (state.activation !== "step") {
    const cut = readable(activate(state.activation, DECISION_SUM[state.activation]), 1);
    return say("graded", { z: readable(z), y: readable(activate(state.activation, z)), cut });
  }
  return say(fires("step", z) ? "fires" : "quiet", { sum: readable(sum), theta: readable(-bias) });
}

export function formula(state) {
  const { neuron, inputs, layers } = state;
  const y = (z) => `<b>${readable(activate(state.activation, z), outputDigits(state))}</b>`;
  if (state.view !== "layers") {
    const z = weightedSum(inputs, neuron.weights, neuron.bias);
    return (
      `<div><b>z</b> = w₁x₁ + w₂x₂ + w₃x₃ − θ ${equals(neuron, inputs)} ${numbers(neuron, inputs)} = <b>${readable(z)}</b></div>` +
      `<div><b>y</b> = f(z) = f(${readable(z)}) = ${y(z)}</div>`
    );
  }
  const line = (name, unit, values) => {
    const z = weightedSum(values, unit.weights, unit.bias);
    return `<div><b>${name}</b> ${equals(unit, values)} f(${numbers(unit, values)}) = f(${readable(z)}) = ${y(z)}</div>`;
  };
  const hidden = layers.hidden.map((unit) => activate(state.activation, weightedSum(planeInputs(state), unit.weights, unit.bias)));
  return line("h₁", layers.hidden[0], planeInputs(state)) + line("h₂", layers.hidden[1], planeInputs(state)) + line("y", layers.output, hidden);
}

// Numbers that learning has made are shown rounded, and the sum of what is shown may differ in its last digit.
const equals = ({ weights, bias }, inputs) => ([...weights, bias].every(isTenth) && inputs.every((x) => isTenth(10 * x)) ? "=" : "≈");

// 1.5×0.20 + 1.0×0.10 − 1.0×0.00 − 1.0
function numbers({ weights, bias }, inputs) {
  const sign = (value, isFirst) => (value < 0 ? (isFirst ? "−" : "− ") : isFirst ? "" : "+ ");
  const terms = weights.map((w, i) => `<span class="term">${sign(w, i === 0)}${readableWeight(Math.abs(w))}×${readable(inputs[i])}</span>`);
  return [...terms, `<span class="term">${bias > 0 ? "+ " : "− "}${readableWeight(Math.abs(bias))}</span>`].join(" ");
}

export function bookRows(state, marked, lesson) {
  const rows = marked.map(({ inputs, label, wanted, output, right }, i) => {
    const current = lesson?.number === i ? ' class="current"' : "";
    const mark = right ? "✓" : "✗";
    return `<tr${current} data-right="${right}"><td>(${inputs[0]}, ${inputs[1]})</td><td>${label}${wanted === label ? "" : ` (${readable(wanted, 0)})`}</td><td>${readable(output, outputDigits(state))} ${mark}</td></tr>`;
  });
  return rows.join("");
}

// What the last example changed; of many numbers, the three that moved most.
export function describeLesson(state, lesson, say) {
  if (!lesson) return "";
  if (!lesson.changes.length) return say(lesson.wasRight ? "unchanged" : "powerless");
  const largest = lesson.changes.toSorted(([, a], [, b]) => Math.abs(b) - Math.abs(a)).slice(0, 3);
  const change = largest.map(([name, by]) => `${name} ${signed(by)}`).join(", ");
  return say(state.activation === "step" ? "changed" : "changedALittle", { change });
}
