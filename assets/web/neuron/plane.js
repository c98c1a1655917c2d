// The plane of the first two inputs: the output as a heat map, the decision line, the four examples, the point.

import { CORNERS, DECISION_SUM, GATES, activate } from "./rules.js";
import { halfPlane, set, svgElement } from "./svg.js";

export const LOW = -0.25; // the plane shows a little more than the inputs from 0 to 1
export const HIGH = 1.25;
const RESOLUTION = 96; // heat map cells along a side

export function createPlane(picture, onMove) {
  const canvas = picture.querySelector("canvas");
  const svg = picture.querySelector("svg");
  canvas.width = canvas.height = RESOLUTION;
  const context = canvas.getContext("2d");
  const image = context.createImageData(RESOLUTION, RESOLUTION);
  const parts = createParts(svg);
  let colours = readColours(picture);
  document.addEventListener("lecture:theme", () => { colours = readColours(picture); });
  followPointer(picture, onMove);

  function draw(state, outputAt, answers) {
    const size = picture.clientWidth;
    if (!size) return;
    paintHeat(image, state, outputAt, colours);
    context.putImageData(image, 0, 0);
    set(svg, { viewBox: `0 0 ${size} ${size}` });
    const at = (x1, x2) => [((x1 - LOW) / (HIGH - LOW)) * size, ((HIGH - x2) / (HIGH - LOW)) * size];
    drawAxes(parts, at);
    drawLines(parts, state, at);
    drawExamples(parts, state, answers, at);
    const [x, y] = at(state.inputs[0], state.inputs[1]);
    set(parts.point, { transform: `translate(${x} ${y})` });
  }
  return draw;
}

function createParts(svg) {
  const lines = [0, 1].map(() => svgElement(svg, "line", { class: "plane-line" }));
  const axes = [0, 1].map(() => svgElement(svg, "line", { class: "plane-axis" }));
  const ticks = ["0", "1", "1", "x₁", "x₂"].map((name) => {
    const text = svgElement(svg, "text", { class: "plane-tick" });
    text.textContent = name;
    return text;
  });
  const examples = CORNERS.map(() => {
    const group = svgElement(svg, "g", { class: "plane-example" });
    svgElement(group, "circle", { class: "plane-wrong", r: 21 });
    svgElement(group, "circle", { class: "plane-one", r: 14 });
    svgElement(group, "rect", { class: "plane-zero", x: -13, y: -13, width: 26, height: 26, rx: 3 });
    svgElement(group, "text", { class: "plane-label", "dominant-baseline": "central", "text-anchor": "middle" });
    return group;
  });
  const point = svgElement(svg, "g", { class: "plane-point" });
  for (const name of ["halo", "mark"]) svgElement(point, "path", { class: name, d: "M0 -36L36 0L0 36L-36 0Z" });
  return { lines, axes, ticks, examples, point };
}

function readColours(picture) {
  const style = getComputedStyle(picture);
  const read = (name) => style.getPropertyValue(name).trim().split(/\s+/).map(Number);
  return { quiet: read("--plane-quiet"), fire: read("--plane-fire") };
}

// `outputAt(x1, x2)` is the output there; tanh runs from −1 to 1, the others show 0 to 1.
function paintHeat({ data }, { activation }, outputAt, { quiet, fire }) {
  const cell = (HIGH - LOW) / RESOLUTION;
  for (let row = 0, byte = 0; row < RESOLUTION; row++) {
    const x2 = HIGH - (row + 0.5) * cell;
    for (let column = 0; column < RESOLUTION; column++, byte += 4) {
      const y = outputAt(LOW + (column + 0.5) * cell, x2);
      const share = Math.min(1, Math.max(0, activation === "tanh" ? (y + 1) / 2 : y));
      for (let c = 0; c < 3; c++) data[byte + c] = quiet[c] + share * (fire[c] - quiet[c]);
      data[byte + 3] = 255;
    }
  }
}

// The output over the plane as a function of (x1, x2), with everything else worked out once.
export function outputOverPlane(state) {
  const { activation } = state;
  if (state.view !== "layers") {
    const { weights, bias } = state.neuron;
    const rest = weights[2] * state.inputs[2] + bias;
    return (x1, x2) => activate(activation, weights[0] * x1 + weights[1] * x2 + rest);
  }
  const { hidden: [a, b], output } = state.layers;
  const sum = ({ weights, bias }, x1, x2) => activate(activation, weights[0] * x1 + weights[1] * x2 + bias);
  return (x1, x2) => activate(activation, output.weights[0] * sum(a, x1, x2) + output.weights[1] * sum(b, x1, x2) + output.bias);
}

function drawAxes({ axes, ticks }, at) {
  const [left, bottom] = at(LOW, LOW);
  const [right, top] = at(HIGH, HIGH);
  const [x0, y0] = at(0, 0);
  set(axes[0], { x1: left, x2: right, y1: y0, y2: y0 });
  set(axes[1], { x1: x0, x2: x0, y1: bottom, y2: top });
  const [x1, y1] = at(1, 1);
  const places = [[x0 + 22, y0 + 30], [x1 + 22, y0 + 30], [x0 + 22, y1 - 20], [right - 20, y0 - 12], [x0 - 24, top + 24]];
  ticks.forEach((tick, i) => set(tick, { x: places[i][0], y: places[i][1] }));
}

function drawLines({ lines }, state, at) {
  const { weights, bias } = state.neuron;
  const units = state.view === "layers"
    ? state.layers.hidden.map((unit) => halfPlane(unit.weights, unit.bias, DECISION_SUM[state.activation], LOW, HIGH).line)
    : [halfPlane(weights, bias + weights[2] * state.inputs[2], DECISION_SUM[state.activation], LOW, HIGH).line];
  lines.forEach((element, i) => {
    const line = units[i];
    element.toggleAttribute("hidden", !(line?.length === 2));
    if (line?.length !== 2) return;
    const [[x1, y1], [x2, y2]] = line.map(([a, b]) => at(a, b));
    set(element, { x1, y1, x2, y2, class: `plane-line ${state.view === "layers" ? "hidden-line" : ""}` });
  });
}

function drawExamples({ examples }, { problem }, answers, at) {
  examples.forEach((group, i) => {
    group.toggleAttribute("hidden", problem === "free");
    if (problem === "free") return;
    const [x, y] = at(...CORNERS[i]);
    const label = GATES[problem][i];
    set(group, { transform: `translate(${x} ${y})`, "data-label": label, "data-right": answers[i].right });
    group.lastChild.textContent = label;
  });
}

function followPointer(picture, onMove) {
  const move = (event) => {
    const box = picture.getBoundingClientRect();
    const clamp = (value) => Math.round(100 * Math.min(1, Math.max(0, value))) / 100;
    const across = (event.clientX - box.left) / box.width;
    const down = (event.clientY - box.top) / box.height;
    onMove(clamp(LOW + across * (HIGH - LOW)), clamp(HIGH - down * (HIGH - LOW)));
  };
  picture.addEventListener("pointerdown", (event) => {
    picture.setPointerCapture(event.pointerId);
    move(event);
  });
  picture.addEventListener("pointermove", (event) => {
    if (picture.hasPointerCapture(event.pointerId)) move(event);
  });
}
