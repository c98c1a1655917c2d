// One neuron, two layers of neurons, and the rules by which they learn: core/neuron.py in the browser.
// Pure functions over plain arrays; a test holds every one of them to the reference within 1e-9.

export const CORNERS = [[0, 0], [0, 1], [1, 0], [1, 1]];
export const GATES = { and: [0, 0, 0, 1], or: [0, 1, 1, 1], nand: [1, 1, 1, 0], xor: [0, 1, 1, 0] };
export const TOLERANCE = 1e-9;
export const DECISION_SUM = { step: 0, sigmoid: 0, relu: 0.5, tanh: 0 };

const ACTIVATE = {
  step: (z) => (z >= -TOLERANCE ? 1 : 0),
  sigmoid: (z) => 1 / (1 + Math.exp(-z)),
  relu: (z) => Math.max(z, 0),
  tanh: Math.tanh,
};
const SLOPE = {
  step: () => 0,
  sigmoid: (z) => ACTIVATE.sigmoid(z) * (1 - ACTIVATE.sigmoid(z)),
  relu: (z) => (z > 0 ? 1 : 0),
  tanh: (z) => 1 - Math.tanh(z) ** 2,
};
export const ACTIVATIONS = Object.keys(ACTIVATE);

export const activate = (activation, z) => ACTIVATE[activation](z);
export const activationSlope = (activation, z) => SLOPE[activation](z);
export const weightedSum = (inputs, weights, bias) => inputs.reduce((sum, x, i) => sum + weights[i] * x, 0) + bias;
export const fires = (activation, z) => z >= DECISION_SUM[activation] - TOLERANCE;
export const labelValue = (activation, label) => (activation === "tanh" ? 2 * label - 1 : label);
export const squaredError = (activation, z, label) =>
  0.5 * (activate(activation, z) - labelValue(activation, label)) ** 2;

export function perceptronStep({ weights, bias }, inputs, label, rate) {
  const error = label - activate("step", weightedSum(inputs, weights, bias));
  return { weights: weights.map((w, i) => w + rate * error * inputs[i]), bias: bias + rate * error };
}

export function gradientStep(activation, { weights, bias }, inputs, label, rate) {
  const z = weightedSum(inputs, weights, bias);
  const delta = (activate(activation, z) - labelValue(activation, label)) * activationSlope(activation, z);
  return { weights: weights.map((w, i) => w - rate * delta * inputs[i]), bias: bias - rate * delta };
}

export const learningStep = (activation, neuron, inputs, label, rate) =>
  activation === "step"
    ? perceptronStep(neuron, inputs, label, rate)
    : gradientStep(activation, neuron, inputs, label, rate);

// A network is { hidden: [{ weights, bias }, { weights, bias }], output: { weights, bias } }.
export function twoLayerSums(activation, inputs, { hidden, output }) {
  const hiddenSums = hidden.map(({ weights, bias }) => weightedSum(inputs, weights, bias));
  const z = weightedSum(hiddenSums.map((sum) => activate(activation, sum)), output.weights, output.bias);
  return { hiddenSums, z };
}

export function twoLayerGradientStep(activation, { hidden, output }, inputs, label, rate) {
  const { hiddenSums, z } = twoLayerSums(activation, inputs, { hidden, output });
  const delta = (activate(activation, z) - labelValue(activation, label)) * activationSlope(activation, z);
  return {
    hidden: hidden.map(({ weights, bias }, h) => {
      const hiddenDelta = delta * output.weights[h] * activationSlope(activation, hiddenSums[h]);
      return { weights: weights.map((w, i) => w - rate * hiddenDelta * inputs[i]), bias: bias - rate * hiddenDelta };
    }),
    output: {
      weights: output.weights.map((w, h) => w - rate * delta * activate(activation, hiddenSums[h])),
      bias: output.bias - rate * delta,
    },
  };
}

export function* randomNumbers(seed) {
  let x = seed >>> 0;
  for (let i = 0; ; i++) {
    x = (Math.imul(1664525, x) + 1013904223) >>> 0;
    if (i >= 3) yield x / 2 ** 32;
  }
}

export function startingWeights(seed, count, reach) {
  const numbers = randomNumbers(seed);
  return Array.from({ length: count }, () => reach * (2 * numbers.next().value - 1));
}
