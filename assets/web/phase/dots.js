// The wave cut into frames, a dot at the start of each cycle, and the phase that an eye sees which looks once a frame.

import { sharpened } from "../frame/canvas.js";

// How many frames there is room for.
export const nFramesOf = (canvas) => (canvas.clientWidth < 560 ? 4 : 8);

// How many turns a frame, and how many of these can be seen: what is left of them within half a turn either way.
export function turnsOf({ hz, stride }) {
  const perFrame = (hz * stride) / 1000;
  const whole = Math.round(perFrame);
  return { perFrame, whole, slip: perFrame - whole, frameHz: 1000 / stride };
}

// `playhead` in frames, or null: then everything is seen at once.
export function drawDots(canvas, state, say, playhead = null) {
  const box = sharpened(canvas);
  if (!box) return;
  const { context } = box;
  const style = getComputedStyle(canvas);
  const colour = (name) => style.getPropertyValue(name).trim();
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  context.font = `${0.9375 * rem}px ${style.fontFamily}`;
  context.textBaseline = "middle";

  const nFrames = nFramesOf(canvas);
  const { perFrame, slip } = turnsOf(state);
  const left = 4.2 * rem;
  const right = box.width - 1.4 * rem;
  const x = (frame) => left + (frame / nFrames) * (right - left);
  const dial = Math.min(1.15 * rem, (right - left) / nFrames / 3);
  const dialY = 0.5 * rem + dial;
  const wave = { middle: dialY + dial + 0.13 * box.height + 0.6 * rem, height: 0.12 * box.height };
  const barY = wave.middle + wave.height + 1.1 * rem;
  const plot = { top: barY + 1.6 * rem, bottom: box.height - 1.5 * rem };
  const seen = (frame) => playhead === null || frame <= playhead;

  // frames
  context.fillStyle = colour("--soft-ink");
  context.textAlign = "center";
  context.strokeStyle = colour("--soft-ink");
  for (let frame = 0; frame <= nFrames; frame++) {
    context.setLineDash([2, 5]);
    segment(context, x(frame), dialY + dial, x(frame), plot.bottom);
    context.setLineDash([]);
    context.fillText(String(frame), x(frame), box.height - 0.6 * rem);
  }
  context.textAlign = "right";
  context.fillText(say("axisFrame"), left - 0.8 * rem, box.height - 0.6 * rem);
  context.fillText(say("axisPhase"), left - 1.4 * rem, dialY);
  context.fillText(say("axisTurns"), left - 0.8 * rem, plot.top - 1.4 * rem);

  // the wave
  context.strokeStyle = colour("--accent");
  context.lineWidth = 2.5;
  context.beginPath();
  for (let px = left; px <= right; px++) {
    const turns = ((px - left) / (right - left)) * nFrames * perFrame;
    const y = wave.middle - wave.height * Math.sin(2 * Math.PI * turns);
    if (px === left) context.moveTo(px, y); else context.lineTo(px, y);
  }
  context.stroke();
  context.lineWidth = 1;

  // a dot where a cycle starts; the first one after each frame's line is large, and a bar says how far it is from the line
  const firsts = new Set();
  for (let frame = 0; frame < nFrames; frame++) firsts.add(Math.ceil(frame * perFrame - 1e-9));
  for (let cycle = 0; cycle <= nFrames * perFrame + 1e-9; cycle++) {
    const isFirst = firsts.has(cycle);
    circle(context, x(cycle / perFrame), wave.middle, isFirst ? 0.42 * rem : 0.22 * rem, isFirst ? colour("--ink") : colour("--soft-ink"));
  }
  for (let frame = 0; frame < nFrames; frame++) {
    const first = Math.ceil(frame * perFrame - 1e-9) / perFrame;
    context.strokeStyle = colour("--fire");
    context.globalAlpha = seen(frame) ? 1 : 0.25;
    context.lineWidth = 6;
    segment(context, x(frame), barY, x(Math.min(first, nFrames)), barY);
    context.lineWidth = 1;
    circle(context, x(Math.min(first, nFrames)), barY, 0.3 * rem, colour("--ink"));
    context.globalAlpha = 1;
  }

  // the phase at each frame's line, as a hand
  for (let frame = 0; frame <= nFrames; frame++) {
    const angle = 2 * Math.PI * frame * perFrame;
    context.globalAlpha = seen(frame) ? 1 : 0.3;
    context.strokeStyle = colour("--ink");
    context.beginPath();
    context.arc(x(frame), dialY, dial, 0, 2 * Math.PI);
    context.fillStyle = colour("--panel");
    context.fill();
    context.stroke();
    context.lineWidth = 3;
    segment(context, x(frame), dialY, x(frame) + 0.85 * dial * Math.cos(angle), dialY - 0.85 * dial * Math.sin(angle));
    context.lineWidth = 1;
    context.globalAlpha = 1;
  }

  // the phase over the frames: within one turn, and unwrapped to a straight line
  const most = nFrames / 2;
  const y = (turns) => plot.top + ((most - turns) / (2 * most)) * (plot.bottom - plot.top);
  context.fillStyle = colour("--accent-soft");
  context.fillRect(left, y(0.5), right - left, y(-0.5) - y(0.5));
  context.fillStyle = colour("--soft-ink");
  context.strokeStyle = colour("--line");
  const ticks = plot.bottom - plot.top > 6 * rem ? [-most, -most / 2, 0, most / 2, most] : [-most, 0, most];
  for (const turns of ticks) {
    segment(context, left, y(turns), right, y(turns));
    context.fillText(`${turns > 0 ? "+" : turns < 0 ? "−" : ""}${Math.abs(turns)}`, left - 0.8 * rem, y(turns));
  }
  context.strokeStyle = colour("--accent");
  context.lineWidth = 3;
  const reached = playhead === null ? nFrames : Math.min(playhead, nFrames);
  segment(context, x(0), y(0), x(reached), y(slip * reached));
  for (let frame = 0; frame <= nFrames; frame++) {
    if (!seen(frame)) break;
    const wrapped = slip * frame - Math.round(slip * frame);
    context.lineWidth = 2;
    context.strokeStyle = colour("--inhibit");
    context.beginPath();
    context.arc(x(frame), y(wrapped), 0.34 * rem, 0, 2 * Math.PI);
    context.stroke();
    circle(context, x(frame), y(slip * frame), 0.24 * rem, colour("--accent"));
  }
  context.lineWidth = 1;

  if (playhead !== null) {
    context.strokeStyle = colour("--fire");
    context.lineWidth = 3;
    segment(context, x(playhead), dialY + dial, x(playhead), plot.bottom);
    circle(context, x(playhead), wave.middle - wave.height * Math.sin(2 * Math.PI * playhead * perFrame), 0.42 * rem, colour("--fire"));
    context.lineWidth = 1;
  }
}

function segment(context, fromX, fromY, toX, toY) {
  context.beginPath();
  context.moveTo(fromX, fromY);
  context.lineTo(toX, toY);
  context.stroke();
}

function circle(context, x, y, radius, fill) {
  context.fillStyle = fill;
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}
