// The latent space as a night sky: instruments are stars, the piece a comet that goes from one to another.

import { sharpened } from "../frame/canvas.js";
import { kindOf } from "../gansynth/map.js";

const MARGIN = 0.07; // of the sky, so that names have room
const GLOW_S = 0.5; // after a note has begun
const TAIL_S = 8;

// `stars` (x, y) within 0..1 with `families`; `way` places every `stepS` seconds; `stops` {name, x, y}, reached in turn;
// `onsets` when notes begin, in order. `atS` is where the piece is, or null before it begins.
export function drawSky(canvas, { stars, families, way, stepS, stops, onsets, atS }) {
  const sharp = sharpened(canvas);
  if (!sharp) return;
  const { context, width, height } = sharp;
  const style = getComputedStyle(canvas);
  const on = ([x, y]) => [(MARGIN + x * (1 - 2 * MARGIN)) * width, (MARGIN + (1 - y) * (1 - 2 * MARGIN)) * height];
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  families.forEach((family, i) => {
    context.fillStyle = style.getPropertyValue(`--star-${kindOf(family)}`);
    dot(context, ...on([stars[2 * i], stars[2 * i + 1]]), 0.16 * rem);
  });
  const line = (from, to) => {
    context.beginPath();
    for (let i = from; i <= to; i++) context.lineTo(...on(way[i]));
    context.stroke();
  };
  context.lineJoin = "round";
  context.strokeStyle = style.getPropertyValue("--way");
  context.lineWidth = 2;
  context.setLineDash([2, 7]);
  line(0, way.length - 1);
  context.setLineDash([]);

  const now = (atS ?? 0) / stepS;
  context.strokeStyle = style.getPropertyValue("--comet");
  for (let back = Math.min(now, TAIL_S / stepS); back > 0; back -= 1) {
    context.globalAlpha = 1 - back / (TAIL_S / stepS);
    context.lineWidth = 0.3 * rem * context.globalAlpha + 1;
    context.beginPath();
    context.moveTo(...on(between(way, now - back)));
    context.lineTo(...on(between(way, Math.min(now, now - back + 1))));
    context.stroke();
  }
  context.globalAlpha = 1;

  context.font = `600 ${0.9375 * rem}px ${style.fontFamily}`;
  context.textBaseline = "middle";
  const taken = []; // by names: [left, right, y]
  for (const { name, place } of stops) {
    const [x, y] = on(place);
    context.fillStyle = style.getPropertyValue("--stop");
    dot(context, x, y, 0.32 * rem);
    const nameWidth = context.measureText(name).width;
    const left = x > 0.75 * width ? x - 0.7 * rem - nameWidth : x + 0.7 * rem;
    let at = y;
    while (taken.some(([from, to, other]) => from < left + nameWidth && left < to && Math.abs(other - at) < 1.2 * rem)) at += 0.2 * rem;
    taken.push([left, left + nameWidth, at]);
    context.fillText(name, left, at);
  }
  drawComet(context, on(between(way, now)), atS === null ? 0 : glowAt(onsets, atS), style.getPropertyValue("--comet"), rem);
}

function drawComet(context, [x, y], glow, colour, rem) {
  const radius = (1.1 + 1.8 * glow) * rem;
  const light = context.createRadialGradient(x, y, 0, x, y, radius);
  light.addColorStop(0, colour);
  light.addColorStop(1, "transparent");
  context.globalAlpha = 0.35 + 0.45 * glow;
  context.fillStyle = light;
  dot(context, x, y, radius);
  context.globalAlpha = 1;
  context.fillStyle = colour;
  dot(context, x, y, 0.42 * rem);
}

function dot(context, x, y, radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 7);
  context.fill();
}

function between(way, at) {
  const i = Math.max(0, Math.min(Math.floor(at), way.length - 2));
  const share = Math.min(1, at - i);
  return way[i].map((one, axis) => one + share * (way[i + 1][axis] - one));
}

// 1 where a note begins, fading.
function glowAt(onsets, atS) {
  let [low, high] = [0, onsets.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (onsets[middle] <= atS) low = middle + 1;
    else high = middle;
  }
  return low ? Math.max(0, 1 - (atS - onsets[low - 1]) / GLOW_S) : 0;
}
