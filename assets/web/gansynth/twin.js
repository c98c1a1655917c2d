// GANSynth beside its twin that learnt the phase itself, and beside the recording: one melody thrice, and what one note shows.

import { sharpened } from "../frame/canvas.js";
import { latestOnly } from "../frame/asking.js";
import { drawCycles } from "../phase/cycles.js";
import { drawStage } from "./growth.js";
import { bytesOf, decode } from "./synth.js";

const VOICE = "take"; // of the synth
const VELOCITY = 0.7; // below where the synth begins to compress: the three stay equally loud
const CUT_S = 0.03;
const PAUSE_S = 0.4; // between two that follow one another

// `ask` asks the server; `changed` is called whenever there is something else to show.
export function createTwin(root, { ask, synth, palette, changed }) {
  const cards = [...root.querySelectorAll("[data-take]")];
  const kinds = cards.map(({ dataset }) => dataset.take); // in the order in which they are heard
  let wanted = null; // {instrument, melody}
  let takes = null; // kind -> {buffer, share, level, frames, bins, cycles, nCycles}
  let problem = null; // why there are none: noTwin, notCompared
  let sounding = null; // a kind
  let queue = null; // the timer of the next

  const load = latestOnly(async () => {
    const asked = wanted;
    const reply = await ask("compare", asked);
    const found = reply?.takes && Object.fromEntries(await Promise.all(reply.takes.map(async (take) => [take.kind, {
      ...take, buffer: await decode(take.melody), level: bytesOf(take.level), cycles: new Int8Array(bytesOf(take.cycles).buffer),
    }])));
    if (asked !== wanted) return;
    takes = found ?? null;
    problem = takes ? null : reply ? "noTwin" : "notCompared";
    if (problem === "notCompared") wanted = null; // asked for again the next time
    changed();
  });

  function choose(instrument, melody) {
    if (wanted && wanted.instrument === instrument && wanted.melody === melody) return;
    quiet();
    wanted = { instrument, melody };
    takes = problem = null;
    load();
    changed();
  }

  function sound(kind, whenEnded = () => {}) {
    sounding = kind;
    synth.start(VOICE, takes[kind].buffer, VELOCITY, () => { sounding = null; changed(); whenEnded(); });
    changed();
  }
  function toggle(kind) {
    const wasSounding = sounding;
    quiet();
    if (takes && wasSounding !== kind) sound(kind);
    else changed();
  }
  function hearAll() {
    quiet();
    const next = (i) => sound(kinds[i], () => { if (i + 1 < kinds.length) queue = setTimeout(() => next(i + 1), 1000 * PAUSE_S); });
    if (takes) next(0);
  }
  function quiet() {
    clearTimeout(queue);
    sounding = null;
    synth.stop(VOICE, CUT_S);
  }

  function draw() {
    for (const card of cards) {
      const [level, cycles] = card.querySelectorAll("canvas");
      const take = takes?.[card.dataset.take];
      if (take) drawStage(level, take, palette, null);
      else sharpened(level); // empty
      drawCycles(cycles, take ?? {});
    }
  }

  return { choose, toggle, hearAll, quiet, draw, takes: () => takes, problem: () => problem, sounding: () => sounding };
}
