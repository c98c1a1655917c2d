// The notes of instruments, asked for in the order in which they will be wanted: those nearest the middle first.

import { decode } from "./synth.js";

const AT_ONCE = 4; // pitches in one question
const N_KEPT = 6; // instruments

// `ask(latent, pitches)` promises {notes, msPerNote} or null; `onArrival(pitches)` is called with what came.
export function createBank(ask, onArrival) {
  const kept = new Map(); // latent's text -> Map of pitch -> AudioBuffer, the one used last at the end
  let current = null; // {key, latent, notes}
  let wanted = []; // pitches, the next one first
  let running = null;

  function use(key, latent, pitches) {
    const notes = kept.get(key) ?? new Map();
    kept.delete(key);
    kept.set(key, notes);
    while (kept.size > N_KEPT) kept.delete(kept.keys().next().value);
    current = { key, latent, notes };
    prepare(pitches);
  }

  function prepare(pitches) {
    wanted = pitches.filter((pitch) => !current.notes.has(pitch));
    running ??= fill().finally(() => { running = null; });
  }

  function hurry(pitch) {
    if (current && !current.notes.has(pitch)) prepare([pitch, ...wanted.filter((one) => one !== pitch)]);
  }

  async function fill() {
    while (wanted.length) {
      const mine = current;
      const pitches = wanted.slice(0, mine.notes.size ? AT_ONCE : 1);
      const reply = await ask(mine.latent, pitches);
      if (!reply) return;
      const buffers = await Promise.all(reply.notes.map(decode));
      pitches.forEach((pitch, i) => mine.notes.set(pitch, buffers[i]));
      if (mine !== current) continue;
      wanted = wanted.filter((pitch) => !mine.notes.has(pitch));
      onArrival(pitches, reply.msPerNote);
    }
  }

  return { use, prepare, hurry, get: (pitch) => current?.notes.get(pitch), count: (pitches) => pitches.filter((pitch) => current?.notes.has(pitch)).length };
}
