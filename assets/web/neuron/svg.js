// Small helpers that the neuron's figures share.

const NAMESPACE = "http://www.w3.org/2000/svg";

export function svgElement(parent, name, attributes = {}) {
  const element = document.createElementNS(NAMESPACE, name);
  set(element, attributes);
  parent.append(element);
  return element;
}

export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

// A number as people write it: a true minus sign, no minus before zero.
export function readable(value, digits = 2) {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}

// A weight or threshold: sliders step by a tenth, learning does not, and then a hundredth shows.
export const isTenth = (value) => Math.abs(value * 10 - Math.round(value * 10)) < 1e-6;
export const readableWeight = (value) => readable(value, isTenth(value) ? 1 : 2);

export const signed = (value, digits = 2) => (value >= 0 ? "+" : "") + readable(value, digits);

// How thick a connection of this weight is drawn, in pixels: grows without end, ever more slowly.
export const connectionWidth = (weight) => 2 + (18 * Math.abs(weight)) / (Math.abs(weight) + 3);
export const connectionKind = (weight) => (weight === 0 ? "silent" : weight < 0 ? "inhibitory" : "excitatory");

// Where the line w · x + b = cut crosses the square [low, high]², and the part of the square on its far side.
export function halfPlane([w1, w2], bias, cut, low, high) {
  const side = ([x1, x2]) => w1 * x1 + w2 * x2 + bias - cut;
  const square = [[low, low], [high, low], [high, high], [low, high]];
  const polygon = [];
  const line = [];
  square.forEach((from, i) => {
    const to = square[(i + 1) % 4];
    const [a, b] = [side(from), side(to)];
    if (a >= 0) polygon.push(from);
    if (a >= 0 === b >= 0) return;
    const share = a / (a - b);
    const crossing = [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])];
    polygon.push(crossing);
    line.push(crossing);
  });
  return { polygon, line };
}
