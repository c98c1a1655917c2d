// The network of two layers: two inputs, two hidden neurons that each show their half of the plane, one output.

import { DECISION_SUM, activate, fires, twoLayerSums } from "./rules.js";
import { HIGH, LOW } from "./plane.js";
import { planeInputs } from "./learning.js";
import { connectionKind, connectionWidth, halfPlane, readable, readableWeight, set, svgElement } from "./svg.js";

const EDGES = [[0, 0], [1, 0], [0, 1], [1, 1]]; // (input, hidden)

export function createLayersDrawing(svg) {
  const wires = svgElement(svg, "g", {});
  const nodes = svgElement(svg, "g", {});
  const connection = () => ({
    path: svgElement(wires, "path", { class: "dendrite" }),
    text: svgElement(nodes, "text", { class: "weight-text" }),
  });
  const edges = [...EDGES, 0, 1].map(connection);
  const inputs = [0, 1].map(() => node(nodes, "circle", "input-node"));
  const hidden = [0, 1].map(() => hiddenNode(nodes));
  const output = node(nodes, "circle", "output-node");
  return (state) => draw(svg, { edges, inputs, hidden, output }, state);
}

function node(parent, shape, name) {
  return {
    shape: svgElement(parent, shape, { class: name }),
    value: svgElement(parent, "text", { class: "output-text" }),
    name: svgElement(parent, "text", { class: "node-name" }),
  };
}

function hiddenNode(parent) {
  return {
    quiet: svgElement(parent, "rect", { class: "half-quiet", rx: 8 }),
    fire: svgElement(parent, "polygon", { class: "half-fire" }),
    line: svgElement(parent, "line", { class: "plane-line hidden-line" }),
    frame: svgElement(parent, "rect", { class: "half-frame", rx: 8 }),
    value: svgElement(parent, "text", { class: "hidden-value" }),
    name: svgElement(parent, "text", { class: "node-name" }),
  };
}

function draw(svg, parts, state) {
  const { clientWidth: width, clientHeight: height } = svg;
  if (!width || !height) return;
  set(svg, { viewBox: `0 0 ${width} ${height}` });
  const { hiddenSums, z } = twoLayerSums(state.activation, planeInputs(state), state.layers);
  const side = Math.min(width * 0.2, height * 0.3);
  const radius = Math.min(30, width * 0.075);
  const inputAt = [0, 1].map((i) => [radius + 4, height * [0.26, 0.74][i]]);
  const hiddenAt = [0, 1].map((h) => [width * 0.5, height * [0.24, 0.76][h]]);
  const outputAt = [width - radius - 6, height * 0.5];

  EDGES.forEach(([i, h], e) => connect(parts.edges[e], state.layers.hidden[h].weights[i], [inputAt[i][0] + radius, inputAt[i][1]], [hiddenAt[h][0] - side / 2, hiddenAt[h][1]], i === h ? 0.5 : 0.36));
  [0, 1].forEach((h) => connect(parts.edges[4 + h], state.layers.output.weights[h], [hiddenAt[h][0] + side / 2, hiddenAt[h][1]], [outputAt[0] - radius, outputAt[1]], 0.5));
  parts.inputs.forEach((input, i) => {
    drawCircle(input, inputAt[i], radius, `x${"₁₂"[i]}`, readable(state.inputs[i]));
    input.shape.style.setProperty("--on", state.inputs[i]);
  });
  parts.hidden.forEach((unit, h) => drawHidden(unit, hiddenAt[h], side, state, h, hiddenSums[h]));
  const y = activate(state.activation, z);
  drawCircle(parts.output, outputAt, radius, "y", readable(y, state.activation === "step" ? 0 : 2));
  parts.output.shape.setAttribute("class", fires(state.activation, z) ? "output-node fired" : "output-node");
}

function connect({ path, text }, weight, [x1, y1], [x2, y2], share) {
  const middle = (x1 + x2) / 2;
  set(path, { d: `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`, class: `dendrite ${connectionKind(weight)}`, "stroke-width": connectionWidth(weight) * 0.8 });
  const ease = share * share * (3 - 2 * share);
  set(text, { x: x1 + (x2 - x1) * share, y: y1 + (y2 - y1) * ease - connectionWidth(weight) / 2 - 6, "text-anchor": "middle" });
  text.textContent = readableWeight(weight);
}

function drawCircle({ shape, value, name }, [x, y], radius, word, text) {
  set(shape, { cx: x, cy: y, r: radius });
  set(value, { x, y });
  set(name, { x, y: y - radius - 8 });
  value.textContent = text;
  name.textContent = word;
}

function drawHidden(parts, [x, y], side, state, h, sum) {
  const { weights, bias } = state.layers.hidden[h];
  const at = ([a, b]) => [x - side / 2 + ((a - LOW) / (HIGH - LOW)) * side, y + side / 2 - ((b - LOW) / (HIGH - LOW)) * side];
  const { polygon, line } = halfPlane(weights, bias, DECISION_SUM[state.activation], LOW, HIGH);
  for (const frame of [parts.quiet, parts.frame]) set(frame, { x: x - side / 2, y: y - side / 2, width: side, height: side });
  set(parts.fire, { points: polygon.map((corner) => at(corner).join(",")).join(" ") });
  parts.line.toggleAttribute("hidden", line.length !== 2);
  if (line.length === 2) {
    const [[x1, y1], [x2, y2]] = line.map(at);
    set(parts.line, { x1, y1, x2, y2 });
  }
  const value = activate(state.activation, sum);
  parts.frame.setAttribute("class", fires(state.activation, sum) ? "half-frame fired" : "half-frame");
  set(parts.value, { x, y: y + side / 2 + 20 });
  set(parts.name, { x, y: y - side / 2 - 8 });
  parts.value.textContent = readable(value, state.activation === "step" ? 0 : 2);
  parts.name.textContent = `h${"₁₂"[h]}`;
}
