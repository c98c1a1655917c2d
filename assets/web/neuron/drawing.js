// The nerve cell that becomes the drawn neuron: one figure, from a cell (shape 0) to a diagram (shape 1).

import { activate, fires, weightedSum } from "./rules.js";
import { connectionKind, connectionWidth, readable, readableWeight, set, svgElement } from "./svg.js";

const MORPH_MS = 700;
const N_MYELIN = 5;
const MYELIN_PITCH = 34; // pixels from one sheath to the next, at the least
const DENDRITE_ANGLES = [Math.PI + 0.62, Math.PI, Math.PI - 0.62]; // where they meet the body; the axon leaves at 0
const CAPTIONS = {
  cell: ["dendrite", "synapse", "soma", "axon", "terminal"],
  neuron: ["input", "weight", "sum", "function", "output"],
};

export function createDrawing(svg, inputRows) {
  const parts = createParts(svg);
  let shape = null;
  let shown = null;
  let moving = null;

  const wantedShape = () => (shown.state.view === "cell" ? 0 : 1);
  const repaint = () => paint(svg, parts, shown.state, shown.say, shape, inputRows());

  function morph(start, from) {
    moving = requestAnimationFrame((now) => {
      const share = Math.min(1, (now - start) / MORPH_MS);
      shape = from + (wantedShape() - from) * share * share * (3 - 2 * share);
      moving = null;
      repaint();
      if (share < 1) morph(start, from);
    });
  }

  return function draw(state, say) {
    shown = { state, say };
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (shape === null || isStill) shape = wantedShape();
    else if (shape !== wantedShape() && moving === null) morph(performance.now(), shape);
    repaint();
  };
}

function createParts(svg) {
  const make = (name) => (className, attributes = {}) => (parent) => svgElement(parent, name, { class: className, ...attributes });
  const [path, circle, rect, text] = ["path", "circle", "rect", "text"].map(make);
  const each = (count, create, parent) => Array.from({ length: count }, () => create(parent));
  const clip = svgElement(svgElement(svgElement(svg, "defs"), "clipPath", { id: "soma-shape" }), "path");
  const [organic, wires, body, words] = ["organic", "wires", "body", "words"].map((name) => svgElement(svg, "g", { class: name }));
  return {
    clip, organic,
    trunks: each(3, path("trunk"), organic),
    twigs: each(3, path("twig"), organic),
    terminals: path("twig")(organic),
    axon: path("axon")(wires),
    myelin: each(N_MYELIN, rect("myelin organic-part"), wires),
    dendrites: each(3, path("dendrite"), wires),
    flows: each(3, path("flow"), wires),
    pulse: path("pulse")(wires),
    soma: path("soma")(body),
    level: rect("level", { "clip-path": "url(#soma-shape)" })(body),
    nucleus: circle("nucleus organic-part")(body),
    outline: path("soma-outline")(body),
    threshold: path("threshold")(body),
    box: rect("function-box", { rx: 8 })(body),
    curve: path("function-curve")(body),
    dot: circle("function-dot", { r: 5 })(body),
    output: circle("output-node")(body),
    inputs: each(3, circle("input-node"), body),
    boutons: each(3, circle("bouton"), body),
    signs: each(3, text("sign"), words),
    inputTexts: each(3, text("input-text"), words),
    weightTexts: each(3, text("weight-text"), words),
    sumText: text("sum-text")(words),
    thetaText: text("theta-text")(words),
    outputText: text("output-text")(words),
    captions: each(5, text("caption"), words),
  };
}

// Where everything stands in a picture of this size, in pixels; `em` is the size of a letter.
function layout(width, height, rows, em) {
  const isNarrow = width < 28 * em;
  const nodeRadius = Math.min(1.7 * em, width * 0.065);
  const radius = Math.min(height * 0.24, width * 0.115, 6 * em);
  const soma = { x: width * (isNarrow ? 0.56 : 0.5), y: rows?.[1] ?? height * 0.46, radius };
  const output = { x: width - nodeRadius - 4, y: soma.y };
  const axon = { from: soma.x + radius, to: output.x - nodeRadius };
  const side = Math.min(radius * 1.15, (axon.to - axon.from) * 0.46);
  return {
    em, nodeRadius, soma, output, axon,
    rows: rows ?? [0.16, 0.46, 0.76].map((share) => share * height),
    inputX: nodeRadius + 3,
    synapseX: nodeRadius * (isNarrow ? 2.9 : 3.3) + 3,
    box: { x: (axon.from + axon.to - side) / 2, y: soma.y - side / 2, side },
  };
}

function paint(svg, parts, state, say, shape, rows) {
  const { clientWidth: width, clientHeight: height } = svg;
  if (!width || !height) return;
  set(svg, { viewBox: `0 0 ${width} ${height}` });
  const place = layout(width, height, rows, parseFloat(getComputedStyle(svg).fontSize));
  const { weights, bias } = state.neuron;
  const sum = weightedSum(state.inputs, weights, 0);
  const z = sum + bias;
  const y = activate(state.activation, z);
  const isFiring = fires(state.activation, z);
  svg.classList.toggle("is-firing", isFiring);
  svg.style.setProperty("--organic", 1 - shape);
  paintInputs(parts, state, place, shape);
  paintSoma(parts, { sum, theta: -bias, isFiring }, place, shape);
  paintAxon(parts, { activation: state.activation, y, isFiring }, place, shape);
  paintFunction(parts, { activation: state.activation, z, y }, place, shape);
  paintCaptions(parts, state.view, place, say);
}

function paintInputs(parts, { inputs, neuron }, { rows, inputX, synapseX, nodeRadius, soma }, shape) {
  inputs.forEach((x, i) => {
    const w = neuron.weights[i];
    const kind = connectionKind(w);
    const y = rows[i];
    const curve = dendriteCurve([synapseX, y], soma, DENDRITE_ANGLES[i], shape);
    const d = `M${curve[0]}C${curve.slice(1).join(" ")}`;
    set(parts.dendrites[i], { d, class: `dendrite ${kind}`, "stroke-width": connectionWidth(w) });
    set(parts.flows[i], { d, style: travelling(w === 0 ? 0 : x, 1.6 - x) });
    set(parts.trunks[i], { d: taperedBranch(curve, 4, soma.radius * 0.2) });
    set(parts.twigs[i], { d: twigs(curve) });
    set(parts.inputs[i], { cx: inputX, cy: y, r: nodeRadius, style: `--on:${x}` });
    set(parts.boutons[i], { cx: synapseX, cy: y, r: nodeRadius * 0.55, class: `bouton ${kind}` });
    write(parts.signs[i], synapseX, y, { excitatory: "+", inhibitory: "−", silent: "" }[kind]);
    write(parts.inputTexts[i], inputX, y, readable(x));
    write(parts.weightTexts[i], synapseX + nodeRadius * 0.6, y - connectionWidth(w) / 2 - 10, `w${"₁₂₃"[i]} ${readableWeight(w)}`);
  });
}

// Dashes that travel with this strength; what is not seen does not move either.
const travelling = (strength, beat) => `opacity:${strength};--beat:${beat}s;animation-play-state:${strength > 0 ? "running" : "paused"}`;

// The four points of a Bézier curve from the synapse to the body.
function dendriteCurve([x, y], { x: somaX, y: somaY, radius }, angle, shape) {
  const end = [somaX + radius * Math.cos(angle), somaY + radius * Math.sin(angle)];
  const reach = (end[0] - x) * 0.45;
  const wander = (1 - shape) * radius * 0.22;
  return [[x, y], [x + reach, y + wander * Math.sin(3 * angle + 1)], [end[0] + reach * 0.8 * Math.cos(angle), end[1] + reach * 0.5 * Math.sin(angle)], end];
}

function pointOnCurve(curve, t) {
  const shares = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t ** 2 * (1 - t), t ** 3];
  return [0, 1].map((axis) => curve.reduce((sum, point, i) => sum + shares[i] * point[axis], 0));
}

// A branch that widens from `thin` to `thick` on its way along the curve, as a closed path.
function taperedBranch(curve, thin, thick) {
  const sides = [[], []];
  for (let i = 0; i <= 14; i++) {
    const [x, y] = pointOnCurve(curve, i / 14);
    const [ahead, behind] = [pointOnCurve(curve, i / 14 + 0.01), pointOnCurve(curve, i / 14 - 0.01)];
    const angle = Math.atan2(ahead[1] - behind[1], ahead[0] - behind[0]) + Math.PI / 2;
    const half = thin + (thick - thin) * (i / 14) ** 2;
    sides[0].push(`${x + half * Math.cos(angle)} ${y + half * Math.sin(angle)}`);
    sides[1].unshift(`${x - half * Math.cos(angle)} ${y - half * Math.sin(angle)}`);
  }
  return `M${sides[0].join("L")}L${sides[1].join("L")}Z`;
}

// Small side branches, below the dendrite: its weight is written above.
function twigs(curve) {
  const [near, far] = [pointOnCurve(curve, 0.3), pointOnCurve(curve, 0.55)];
  return `M${near}q8 12 4 26m-2 -9q6 4 12 6M${far}q10 10 8 22`;
}

// The height of a sum inside the body, 0 to 1: zero is the middle, and no sum leaves the body.
const level = (sum) => 0.5 + (0.5 * sum) / (Math.abs(sum) + 1.5);

function paintSoma(parts, { sum, theta, isFiring }, { soma, em }, shape) {
  const outline = somaOutline(soma, shape);
  for (const element of [parts.soma, parts.outline, parts.clip]) set(element, { d: outline });
  const reach = soma.radius * (1.12 - 0.1 * shape);
  const heightOf = (value) => soma.y + reach - 2 * reach * level(value);
  set(parts.level, { x: soma.x - 2 * reach, y: heightOf(sum), width: 4 * reach, height: 4 * reach, class: isFiring ? "level fired" : "level" });
  set(parts.nucleus, { cx: soma.x - soma.radius * 0.3, cy: soma.y + soma.radius * 0.42, r: soma.radius * 0.22 });
  set(parts.threshold, { d: `M${soma.x - soma.radius * 1.05} ${heightOf(theta)}h${soma.radius * 2.1}` });
  const isStruck = Math.abs(heightOf(theta) - soma.y) < em * 0.9;
  write(parts.sumText, soma.x, isStruck ? heightOf(theta) + em * 1.1 : soma.y, `Σ ${readable(sum)}`);
  write(parts.thetaText, soma.x, soma.y - soma.radius - em * 0.9, `θ ${readableWeight(theta)}`);
}

// A circle at shape 1; at shape 0 the body runs out into its dendrites and its axon.
function somaOutline({ x, y, radius }, shape) {
  const horns = [...DENDRITE_ANGLES, 2 * Math.PI, 0];
  const bulge = (angle) => horns.reduce((sum, horn) => sum + 0.3 * Math.exp(-(((angle - horn) / 0.2) ** 2)), 0.07 * Math.cos(2 * angle + 0.8) - 0.02);
  const points = Array.from({ length: 96 }, (_, i) => {
    const angle = (i / 96) * 2 * Math.PI;
    const r = radius * (1 + (1 - shape) * bulge(angle));
    return `${(x + r * Math.cos(angle)).toFixed(1)} ${(y + r * Math.sin(angle)).toFixed(1)}`;
  });
  return `M${points.join("L")}Z`;
}

function paintAxon(parts, { activation, y, isFiring }, { axon, soma, output, nodeRadius }, shape) {
  const fork = nodeRadius * 1.1 * (1 - shape); // room for the branches at the end
  const length = axon.to - fork - axon.from;
  const wave = (1 - shape) * 7;
  const d = `M${axon.from} ${soma.y}c${length / 3} ${-wave} ${(2 * length) / 3} ${wave} ${length} 0`;
  set(parts.axon, { d });
  const strength = activation === "tanh" ? (y + 1) / 2 : Math.min(1, y);
  set(parts.pulse, { d, style: travelling(isFiring || activation !== "step" ? strength : 0, 1.3 - strength * 0.8) });
  const count = Math.max(1, Math.min(N_MYELIN, Math.floor(length / MYELIN_PITCH)));
  const pitch = (length * 0.94) / count;
  parts.myelin.forEach((sheath, i) => {
    const width = i < count ? pitch * 0.78 : 0;
    set(sheath, { x: axon.from + length * 0.08 + pitch * i, y: soma.y - 9, width, height: 18, rx: 9 });
  });
  const spread = nodeRadius * 0.75;
  const branch = (dy) => `M${axon.to - fork - 2} ${soma.y}q${fork * 0.4} ${dy * 0.1} ${fork} ${dy}`;
  set(parts.terminals, { d: [-spread, 0, spread].map(branch).join("") });
  set(parts.output, { cx: output.x, cy: output.y, r: nodeRadius, class: isFiring ? "output-node fired" : "output-node" });
  write(parts.outputText, output.x, output.y, readable(y, activation === "step" ? 0 : 2));
}

// The activation as a small graph over z from −4 to 4, with a dot where the neuron is.
function paintFunction(parts, { activation, z, y }, { box }, shape) {
  const [low, high] = { tanh: [-1.2, 1.2], relu: [-0.4, 4.2] }[activation] ?? [-0.2, 1.2];
  const within = (value, least, most) => Math.max(least, Math.min(most, value));
  const at = (a, b) => [box.x + box.side * (0.5 + within(a, -4, 4) / 8.8), box.y + box.side * (1 - (within(b, low, high) - low) / (high - low))];
  const points = Array.from({ length: 65 }, (_, i) => -4 + i / 8).map((a) => at(a, activate(activation, a)).map((c) => c.toFixed(1)).join(" "));
  set(parts.box, { x: box.x, y: box.y, width: box.side, height: box.side });
  set(parts.curve, { d: `M${points.join("L")}` });
  const [cx, cy] = at(z, y);
  set(parts.dot, { cx, cy });
  for (const part of [parts.box, parts.curve, parts.dot]) part.style.opacity = shape;
}

function paintCaptions(parts, view, { soma, box, axon, output, inputX, synapseX, nodeRadius, rows, em }, say) {
  const foot = rows[2] + nodeRadius + em;
  const underSoma = [soma.x, soma.y + soma.radius * 1.12 + em];
  const end = [output.x + nodeRadius, output.y + nodeRadius + em * 1.2];
  const places = view === "cell"
    ? [[synapseX + em * 4.6, foot], [synapseX, foot], underSoma, [(axon.from + axon.to) / 2, soma.y - em * 1.1], end]
    : [[inputX, foot], [synapseX + em * 1.6, foot], underSoma, [box.x + box.side / 2, box.y - em * 0.5], end];
  parts.captions.forEach((caption, i) => {
    write(caption, ...places[i], say(CAPTIONS[view === "cell" ? "cell" : "neuron"][i]));
    caption.setAttribute("text-anchor", i === 4 ? "end" : "middle");
  });
}

function write(element, x, y, text) {
  set(element, { x, y });
  if (element.textContent !== text) element.textContent = text;
}
