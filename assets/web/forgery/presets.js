// Three trainings that come out differently, by honest settings alone, and the numbers by which one sees how.

import { MODES, SHAPES, jensenShannon, modesCovered, nearShare } from "./points.js";

const N_JUDGED = 1024;

// `steps`: alternations after which it shows.
export const PRESETS = {
  // Both learn at about the same pace, and a little noise keeps the discriminator from splitting hairs.
  balance: {
    shape: "ring",
    settings: { generatorRate: 0.002, discriminatorRate: 0.004, noise: 0.05 },
    steps: 600,
  },
  // The discriminator learns a thousand times as fast, four steps to one. Where it is sure of a fake the minimax loss
  // is flat, so that the generator learns next to nothing; with the other loss it would creep to the ring in the end.
  strongPolice: {
    shape: "ring",
    settings: { batch: 64, generatorRate: 0.00002, discriminatorRate: 0.02, discriminatorSteps: 4, loss: "minimax" },
    steps: 300,
  },
  // A small generator with one latent number against a quick discriminator: it settles on a blob or two.
  collapse: {
    shape: "blobs",
    settings: {
      batch: 64,
      latentSize: 1,
      generatorWidths: [16],
      generatorRate: 0.0004,
      discriminatorRate: 0.02,
      discriminatorSteps: 5,
    },
    steps: 1200,
  },
};

// How a training stands, from fresh points: the modes that the fakes cover and the share of them that lies near any
// (null for points drawn by hand, which have none), how often the discriminator is right (0.5 is chance), and how far
// real and fake points lie apart. `random` is not the gan's own: judging changes no training.
export function outcome(gan, shape, random, sampleReal = SHAPES[shape]) {
  const real = sampleReal(N_JUDGED, random);
  const fakes = gan.generate(random.normals(N_JUDGED * gan.settings.latentSize));
  const accepted = gan.realness(real).filter((p) => p >= 0.5).length;
  const caught = gan.realness(fakes).filter((p) => p < 0.5).length;
  const modes = MODES[shape];
  return {
    modesCovered: modes ? modesCovered(fakes, shape) : null,
    nModes: modes?.length ?? null,
    nearShare: modes ? nearShare(fakes, shape) : null,
    accuracy: (accepted + caught) / (2 * N_JUDGED),
    divergence: jensenShannon(real, fakes),
  };
}
