// A generative adversarial network on points of a plane, by hand: two multilayer perceptrons, their gradients and Adam.
// Batches are flat Float64Arrays, one row after another; a test holds losses, gradients and steps to PyTorch's.

export const LEAK = 0.2; // slope of the leaky ReLU below zero
export const DEFAULTS = {
  latentSize: 2,
  generatorWidths: [32, 32],
  discriminatorWidths: [32, 32],
  generatorRate: 1e-3,
  discriminatorRate: 1e-3,
  beta1: 0.5,
  beta2: 0.999,
  batch: 128,
  discriminatorSteps: 1, // for each step of the generator
  noise: 0, // standard deviation of what is added to every point that the discriminator is trained on
  loss: "nonsaturating", // or "minimax"
};
const EPSILON = 1e-8; // Adam's, as in torch.optim.Adam

const sigmoid = (z) => 1 / (1 + Math.exp(-z));
const softplus = (z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));

// The generator's loss for one fake point with logit z, and its slope (Goodfellow et al. 2014, section 3).
// Minimax is flat where the discriminator is sure of a fake (z far below 0); -log D is steepest there.
const GENERATOR_LOSSES = {
  nonsaturating: { value: (z) => softplus(-z), slope: (z) => sigmoid(z) - 1 }, // -log D(x)
  minimax: { value: (z) => -softplus(z), slope: (z) => -sigmoid(z) }, // log(1 - D(x))
};
export const LOSSES = Object.keys(GENERATOR_LOSSES);

// Mulberry32 for uniform numbers, Box and Muller for normal ones.
export function seededRandom(seed) {
  let state = seed >>> 0;
  let spare = null;
  function uniform() {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
  function normal() {
    if (spare !== null) {
      const second = spare;
      spare = null;
      return second;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform())); // 1 - u is never 0
    const angle = 2 * Math.PI * uniform();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }
  return { uniform, normal, normals: (count) => Float64Array.from({ length: count }, normal) };
}

// A multilayer perceptron: leaky ReLU after every layer but the last. All its numbers lie in one array, layer after
// layer, each its weights (nOut rows of nIn) and then its nOut biases: Adam needs no more than one loop.
class Network {
  constructor(widths, random) {
    this.layers = [];
    let size = 0;
    for (let l = 0; l + 1 < widths.length; l++) {
      const [nIn, nOut] = [widths[l], widths[l + 1]];
      this.layers.push({ nIn, nOut, weightsAt: size, biasesAt: size + nIn * nOut });
      size += (nIn + 1) * nOut;
    }
    this.parameters = new Float64Array(size);
    this.gradient = new Float64Array(size);
    this.capacity = 0; // rows that the buffers hold
    for (const { nIn, nOut, weightsAt, biasesAt } of this.layers) {
      const reach = 1 / Math.sqrt(nIn); // as torch.nn.Linear starts; the fakes start as a small heap
      for (let i = weightsAt; i < biasesAt + nOut; i++) this.parameters[i] = reach * (2 * random.uniform() - 1);
    }
    this.resetAdam();
  }

  resetAdam() {
    this.nSteps = 0;
    this.mean = new Float64Array(this.parameters.length);
    this.square = new Float64Array(this.parameters.length);
  }

  reserve(n) {
    if (n <= this.capacity) return;
    this.capacity = n;
    this.outputs = this.layers.map(({ nOut }) => new Float64Array(n * nOut));
    this.deltas = this.layers.map(({ nIn }) => new Float64Array(n * nIn)); // of the loss by each layer's inputs
  }

  // (n, first width) to (n, last width); the answer is a buffer that the next call overwrites.
  forward(inputs, n) {
    this.reserve(n);
    let x = inputs;
    this.layers.forEach(({ nIn, nOut, weightsAt, biasesAt }, l) => {
      const order = { at: weightsAt, kStep: 1, jStep: nIn };
      multiply(x, nIn, this.outputs[l], nOut, n, this.parameters, order, biasesAt);
      if (l + 1 < this.layers.length) leak(this.outputs[l], n * nOut);
      x = this.outputs[l];
    });
    return x.subarray(0, n * this.layers.at(-1).nOut);
  }

  // After `forward` of the same inputs: from the loss's slopes by the outputs to those by the inputs (n, first width).
  backward(inputs, n, slopes, withParameters) {
    if (withParameters) this.gradient.fill(0);
    let delta = slopes;
    for (let l = this.layers.length - 1; l >= 0; l--) {
      const layer = this.layers[l];
      if (withParameters) addGradient(this.gradient, layer, l ? this.outputs[l - 1] : inputs, delta, n);
      if (l || !withParameters) {
        const transposed = { at: layer.weightsAt, kStep: layer.nIn, jStep: 1 };
        multiply(delta, layer.nOut, this.deltas[l], layer.nIn, n, this.parameters, transposed, -1);
      }
      if (l) leakSlopes(this.outputs[l - 1], this.deltas[l], n * layer.nIn);
      delta = this.deltas[l];
    }
    return delta;
  }

  // Kingma and Ba 2015, algorithm 1.
  adamStep(rate, beta1, beta2) {
    const { parameters, gradient, mean, square } = this;
    this.nSteps += 1;
    const step = rate / (1 - beta1 ** this.nSteps);
    const correction = 1 / Math.sqrt(1 - beta2 ** this.nSteps);
    for (let i = 0; i < parameters.length; i++) {
      const g = gradient[i];
      mean[i] = beta1 * mean[i] + (1 - beta1) * g;
      square[i] = beta2 * square[i] + (1 - beta2) * g * g;
      parameters[i] -= (step * mean[i]) / (Math.sqrt(square[i]) * correction + EPSILON);
    }
  }

  toArrays() {
    return this.layers.map(({ weightsAt, biasesAt, nOut }) => ({
      weights: Array.from(this.parameters.subarray(weightsAt, biasesAt)),
      biases: Array.from(this.parameters.subarray(biasesAt, biasesAt + nOut)),
    }));
  }

  setArrays(arrays) {
    const numbers = arrays.flatMap(({ weights, biases }) => [...weights, ...biases]);
    if (numbers.length !== this.parameters.length) {
      throw new RangeError(`${numbers.length} numbers for a network of ${this.parameters.length}`);
    }
    this.parameters.set(numbers);
    this.resetAdam();
  }
}

// out[row, j] = biases[j] + sum over k of x[row, k] * weight[k, j], four rows at once: each weight is read a quarter as
// often, and no sum waits for its own last addition. Past the end the last row is worked out again.
function multiply(x, nX, out, nOut, n, weights, { at, kStep, jStep }, biasesAt) {
  for (let row = 0; row < n; row += 4) {
    const [r1, r2, r3] = [Math.min(row + 1, n - 1), Math.min(row + 2, n - 1), Math.min(row + 3, n - 1)];
    const [x0, x1, x2, x3] = [row * nX, r1 * nX, r2 * nX, r3 * nX];
    for (let j = 0; j < nOut; j++) {
      const bias = biasesAt < 0 ? 0 : weights[biasesAt + j];
      let [a, b, c, d] = [bias, bias, bias, bias];
      for (let k = 0, w = at + j * jStep; k < nX; k++, w += kStep) {
        const weight = weights[w];
        a += weight * x[x0 + k];
        b += weight * x[x1 + k];
        c += weight * x[x2 + k];
        d += weight * x[x3 + k];
      }
      out[row * nOut + j] = a;
      out[r1 * nOut + j] = b;
      out[r2 * nOut + j] = c;
      out[r3 * nOut + j] = d;
    }
  }
}

// The slopes by a layer's weights and biases, added up over the rows, four at once; past the end a row counts nothing.
function addGradient(gradient, { nIn, nOut, weightsAt, biasesAt }, x, delta, n) {
  for (let row = 0; row < n; row += 4) {
    const [r1, r2, r3] = [Math.min(row + 1, n - 1), Math.min(row + 2, n - 1), Math.min(row + 3, n - 1)];
    const [x0, x1, x2, x3] = [row * nIn, r1 * nIn, r2 * nIn, r3 * nIn];
    for (let o = 0; o < nOut; o++) {
      const a = delta[row * nOut + o];
      const b = r1 > row ? delta[r1 * nOut + o] : 0;
      const c = r2 > r1 ? delta[r2 * nOut + o] : 0;
      const d = r3 > r2 ? delta[r3 * nOut + o] : 0;
      gradient[biasesAt + o] += a + b + c + d;
      const w = weightsAt + o * nIn;
      for (let i = 0; i < nIn; i++) gradient[w + i] += a * x[x0 + i] + b * x[x1 + i] + c * x[x2 + i] + d * x[x3 + i];
    }
  }
}

function leak(outputs, count) {
  for (let i = 0; i < count; i++) if (outputs[i] < 0) outputs[i] *= LEAK;
}

function leakSlopes(outputs, slopes, count) {
  for (let i = 0; i < count; i++) if (!(outputs[i] > 0)) slopes[i] *= LEAK;
}

function checkedSettings(settings) {
  const unknown = Object.keys(settings).filter((key) => !(key in DEFAULTS));
  if (unknown.length) throw new RangeError(`no such setting: ${unknown}`);
  const all = { ...DEFAULTS, ...settings };
  if (!LOSSES.includes(all.loss)) throw new RangeError(`no such loss: ${all.loss}`);
  return Object.freeze(all);
}

function joined(...parts) {
  const whole = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}

function addNoise(points, noise) {
  if (noise) for (let i = 0; i < points.length; i++) points[i] += noise[i];
  return points;
}

export function createGan(givenSettings = {}, seed = 0) {
  const settings = checkedSettings(givenSettings);
  const random = seededRandom(seed);
  const { latentSize, generatorRate, discriminatorRate, beta1, beta2 } = settings;
  const generator = new Network([latentSize, ...settings.generatorWidths, 2], random);
  const discriminator = new Network([2, ...settings.discriminatorWidths, 1], random);
  const { value, slope } = GENERATOR_LOSSES[settings.loss];

  const drawNoise = (nPoints) => settings.noise && random.normals(2 * nPoints).map((z) => settings.noise * z);
  const generate = (latents) => generator.forward(latents, latents.length / latentSize).slice();
  const logits = (points) => discriminator.forward(points, points.length / 2);

  // One Adam step down -mean log D(real) - mean log(1 - D(fake)). `noise`: flat x, y for the real points and then the
  // fake ones, 0 for none.
  function stepDiscriminator(real, latents, noise = drawNoise(real.length / 2 + latents.length / latentSize)) {
    const points = addNoise(joined(real, generate(latents)), noise);
    const [n, nReal] = [points.length / 2, real.length / 2];
    const nFake = n - nReal;
    let loss = 0;
    const slopes = logits(points).map((z, i) => {
      loss += i < nReal ? softplus(-z) / nReal : softplus(z) / nFake;
      return i < nReal ? (sigmoid(z) - 1) / nReal : sigmoid(z) / nFake;
    });
    discriminator.backward(points, n, slopes, true);
    discriminator.adamStep(discriminatorRate, beta1, beta2);
    return loss;
  }

  // One Adam step down the mean of the generator's loss. `noise`: flat x, y for the fake points, 0 for none.
  function stepGenerator(latents, noise = drawNoise(latents.length / latentSize)) {
    const points = addNoise(generate(latents), noise);
    const n = points.length / 2;
    const z = logits(points);
    const loss = z.reduce((sum, logit) => sum + value(logit) / n, 0);
    const pull = discriminator.backward(points, n, z.map((logit) => slope(logit) / n), false);
    generator.backward(latents, n, pull, true);
    generator.adamStep(generatorRate, beta1, beta2);
    return loss;
  }

  // Where each point, if it were a fake, would go to lower its own loss: minus the slope of that loss by (x, y).
  function gradients(points) {
    const downhill = logits(points).map((z) => -slope(z));
    return discriminator.backward(points, points.length / 2, downhill, false).slice(0, points.length);
  }

  return {
    settings,
    random,
    generate,
    gradients,
    stepDiscriminator,
    stepGenerator,
    realness: (points) => logits(points).map(sigmoid),
    draw: (n) => random.normals(n * latentSize),
    weights: () => ({ generator: generator.toArrays(), discriminator: discriminator.toArrays() }),
    setWeights(weights) {
      generator.setArrays(weights.generator);
      discriminator.setArrays(weights.discriminator);
    },
    get nSteps() {
      return { generator: generator.nSteps, discriminator: discriminator.nSteps };
    },
    get isFinite() {
      return [generator, discriminator].every(({ parameters }) => parameters.every(Number.isFinite));
    },
  };
}

// One full alternation: the discriminator's steps, then one of the generator. `sampleReal(n, random)` gives real
// points; the losses are those before each last step.
export function trainOnce(gan, sampleReal) {
  const { batch, discriminatorSteps } = gan.settings;
  let discriminatorLoss = NaN;
  for (let i = 0; i < discriminatorSteps; i++) {
    discriminatorLoss = gan.stepDiscriminator(sampleReal(batch, gan.random), gan.draw(batch));
  }
  return { discriminatorLoss, generatorLoss: gan.stepGenerator(gan.draw(batch)) };
}
