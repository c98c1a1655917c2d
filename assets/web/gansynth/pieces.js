// A piece as a roll of notes coloured by instrument, and a player of the finished sound that one can stop and go on with.

import { sharpened } from "../frame/canvas.js";

const SHOWN_S = 14; // of a long piece while it plays
const LOW = 24;
const HIGH = 84;

// `mix(seconds)` says how far the piece is between its instruments: the colour of a note.
export function drawRoll(canvas, { roll, seconds, atS, made, mix }) {
  const sharp = sharpened(canvas);
  if (!sharp || !roll) return;
  const { context, width, height } = sharp;
  const style = getComputedStyle(canvas);
  const span = Math.max(1, Math.min(seconds, SHOWN_S));
  const from = Math.min(Math.max(0, (atS ?? 0) - 0.3 * span), Math.max(0, seconds - span));
  const x = (time) => ((time - from) / span) * width;
  const pitches = Array.from({ length: roll.length / 3 }, (_, i) => roll[3 * i + 2]);
  const [low, high] = [Math.min(LOW + 24, ...pitches) - 1, Math.max(HIGH - 12, ...pitches) + 1];
  const row = height / (high - low + 1);
  pitches.forEach((pitch, i) => {
    const [start, end] = [roll[3 * i], roll[3 * i + 1]];
    if (end < from || start > from + span) return;
    const isNow = atS !== null && start <= atS && atS < end;
    context.fillStyle = isNow ? style.getPropertyValue("--fire") : colourOf(mix(start), document.body.classList.contains("dark"));
    context.globalAlpha = i < made ? 1 : 0.28;
    context.beginPath();
    context.roundRect(x(start), (high - pitch) * row, Math.max(3, x(end) - x(start) - 1), Math.max(3, row - 1), 3);
    context.fill();
  });
  context.globalAlpha = 1;
  if (atS === null) return;
  context.fillStyle = style.getPropertyValue("--ink");
  context.fillRect(x(atS) - 1, 0, 2, height);
}

// Instruments go round a circle of colours of one lightness.
const colourOf = (turn, isDark) => `oklch(${isDark ? 0.76 : 0.52} 0.13 ${(turn * 360 + 250) % 360})`;

export function createPiecePlayer(onStep) {
  let context = null;
  let buffer = null;
  let node = null;
  let startedAt = 0;
  let atS = 0;
  let ticking = null;

  const positionS = () => (node ? Math.min(context.currentTime - startedAt, buffer.duration) : atS);
  function load(next) {
    pause();
    buffer = next;
    atS = 0;
  }
  async function play() {
    if (!buffer || node) return;
    context ??= new AudioContext();
    await context.resume();
    if (atS >= buffer.duration - 0.05) atS = 0;
    const mine = new AudioBufferSourceNode(context, { buffer });
    node = mine;
    node.connect(context.destination);
    node.onended = () => {
      if (node !== mine) return; // it was stopped, and perhaps another one plays
      atS = buffer.duration;
      node = null;
      onStep(null);
    };
    startedAt = context.currentTime - atS;
    node.start(0, atS);
    tick();
  }
  function pause() {
    if (!node) return;
    atS = positionS();
    const one = node;
    node = null;
    one.stop();
    cancelAnimationFrame(ticking);
  }
  function seek(seconds) {
    const isPlaying = Boolean(node);
    pause();
    atS = Math.min(Math.max(0, seconds), buffer?.duration ?? 0);
    if (isPlaying) play();
  }
  function tick() {
    if (!node) return;
    onStep(positionS());
    ticking = requestAnimationFrame(tick);
  }
  return { load, play, pause, seek, isPlaying: () => Boolean(node), positionS, buffer: () => buffer };
}
