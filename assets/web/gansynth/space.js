// The latent space: ways between two instruments, directions with names, and latents as short texts.

const STEP = 1 / 24; // of a latent's numbers in the address: 127 of them reach 5.3
const norm = (latent) => Math.hypot(...latent) || 1e-12;

// Along the sphere; the length goes evenly from one to the other. As core.gansynth.latents does it.
export function slerp(start, end, share) {
  const [first, last] = [norm(start), norm(end)];
  const cosine = start.reduce((sum, one, i) => sum + one * end[i], 0) / (first * last);
  const angle = Math.acos(Math.min(1, Math.max(-1, cosine)));
  if (Math.sin(angle) < 1e-4) return start.map((one, i) => (1 - share) * one + share * end[i]);
  const [a, b] = [Math.sin((1 - share) * angle) / Math.sin(angle), Math.sin(share * angle) / Math.sin(angle)];
  const length = (1 - share) * first + share * last;
  return start.map((one, i) => length * (a * (one / first) + b * (end[i] / last)));
}

export function drawn(size, random = Math.random) {
  return Array.from({ length: size }, () => {
    const [radius, turn] = [Math.sqrt(-2 * Math.log(1 - random())), 2 * Math.PI * random()];
    return rounded(radius * Math.cos(turn));
  });
}

// Numbers within 0..1 that a text determines: Mulberry32 (T. Ettinger, public domain), begun with FNV-1a of the text.
export function randomOf(text) {
  let state = [...text].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 16777619), 2166136261);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const rounded = (value) => Math.min(127, Math.max(-127, Math.round(value / STEP))) * STEP;
export const roundedLatent = (latent) => latent.map(rounded);

// Latents on the grid of `roundedLatent` as letters, two for each number.
export const latentToText = (latent) => latent.map((value) => (Math.round(value / STEP) + 128).toString(16).padStart(2, "0")).join("");
export function textToLatent(text, size) {
  if (!new RegExp(`^[0-9a-f]{${2 * size}}$`).test(text ?? "")) return null;
  return Array.from({ length: size }, (_, i) => (parseInt(text.slice(2 * i, 2 * i + 2), 16) - 128) * STEP);
}

// The latent that a text of the GANSynth stage's state says: view_a_b_morph.
export function latentOfText(text) {
  const [, a, b, morph] = text.split("_");
  const latents = [a, b].map((one) => textToLatent(one, (one?.length ?? 0) / 2));
  return latents.every((one) => one?.length) && latents[0].length === latents[1].length && /^\d{1,3}$/.test(morph ?? "") ? roundedLatent(slerp(...latents, Math.min(1, Number(morph) / 100))) : null;
}

// Where a latent stands along each direction, in standard deviations, and a latent moved along one.
export function createDirections({ readings, offsets, moves, size }) {
  const row = (matrix, i) => matrix.subarray(i * size, (i + 1) * size);
  const read = (latent, i) => latent.reduce((sum, one, k) => sum + one * row(readings, i)[k], offsets[i]);
  const move = (latent, i, wanted) => {
    const by = wanted - read(latent, i);
    return roundedLatent(latent.map((one, k) => one + by * row(moves, i)[k]));
  };
  return { read, move };
}
