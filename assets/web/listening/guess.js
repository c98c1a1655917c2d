// "A recorded instrument or AI?" in rounds: a melody is heard, judged, revealed, and compared with its twin.

import { sharpened } from "../frame/canvas.js";
import { createPiecePlayer } from "../gansynth/pieces.js";
import { decode } from "../gansynth/synth.js";

// `onChange` is called when something is to be shown anew.
export function createGuess({ canvas, nRounds, ask, onChange }) {
  let results = []; // {isGenerated, saidGenerated}
  let trial = null;
  let coming = null; // a promise of the next trial
  let answered = null;
  let hasHeard = false;
  let shown = null; // the buffer whose wave is drawn
  const player = createPiecePlayer((seconds) => { draw(seconds); if (seconds === null) onChange(); });

  async function fetchTrial() {
    const reply = await ask("trial", {});
    if (!reply) return null;
    const [heard, twin] = await Promise.all([decode(reply.heard), decode(reply.twin)]);
    return { ...reply, heard, twin };
  }
  const prepare = () => (coming ??= fetchTrial());

  async function open() {
    if (trial) return;
    const mine = prepare();
    onChange();
    const next = await mine;
    if (coming === mine) coming = null;
    trial ??= next;
    if (trial) {
      show(trial.heard);
      prepare(); // the next one, while this one is heard
    }
    onChange();
  }
  function show(buffer) {
    shown = buffer;
    player.load(buffer);
    draw(null);
  }
  async function hear(which) {
    if (!trial) return open();
    if (which === "heard") hasHeard = true;
    if (shown === trial[which] && player.isPlaying()) player.pause();
    else {
      show(trial[which]);
      await player.play();
    }
    onChange();
  }
  function answer(saidGenerated) {
    if (!trial || !hasHeard || answered) return;
    answered = { isGenerated: trial.isGenerated, saidGenerated };
    results.push(answered);
    onChange();
  }
  function next() {
    if (!answered) return;
    player.pause();
    if (results.length >= nRounds) results = [];
    trial = answered = null;
    hasHeard = false;
    open();
  }
  function restart() {
    player.pause();
    results = [];
    trial = answered = null;
    hasHeard = false;
  }

  function draw(atS) {
    const sharp = sharpened(canvas);
    if (!sharp || !shown) return;
    const { context, width, height } = sharp;
    const style = getComputedStyle(canvas);
    const samples = shown.getChannelData(0);
    const bars = Math.floor(width / 4);
    for (let i = 0; i < bars; i++) {
      const [from, to] = [i, i + 1].map((one) => Math.floor((one / bars) * samples.length));
      let peak = 0;
      for (let k = from; k < to; k += 4) peak = Math.max(peak, Math.abs(samples[k]));
      context.fillStyle = style.getPropertyValue(atS !== null && i / bars < atS / shown.duration ? "--accent" : "--line");
      context.fillRect(4 * i, height / 2 - Math.max(1, peak * height * 0.48), 3, Math.max(2, peak * height * 0.96));
    }
  }

  return {
    open, hear, answer, next, restart, draw: () => draw(player.isPlaying() ? player.positionS() : null),
    pause: () => { if (player.isPlaying()) player.pause(); },
    state: () => ({ results, trial, answered, hasHeard, isPlaying: player.isPlaying(), isTwin: Boolean(trial) && shown === trial.twin }),
  };
}
