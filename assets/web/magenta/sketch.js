// Sketch-RNN, played: what a visitor begins is continued in several ways, stroke by stroke, and two drawings become one
// another.

import { createPad } from "../digits/pad.js";
import { latestOnly } from "../frame/asking.js";
import { sharpened } from "../frame/canvas.js";

const PEN_WIDTH = 7; // pixels of the pad's 280
const MOST_POINTS = 3000; // that the server takes
const DRAW_MS = 1100; // for what the network adds
const MARGIN = 0.08; // of a small picture's side
const LAST_SEED = 999_999;

// `ask(name, call)` promises the server's answer, or null; `onChange` is called when something is to be said anew.
export function createSketch(root, { ask, onChange }) {
  const find = (selector) => root.querySelector(selector);
  const ways = [...find("[data-ways]").children];
  const row = [...find("[data-between]").children];
  const colour = (name) => getComputedStyle(root).getPropertyValue(name);
  let temperature = 0.4;
  let seed = 0;
  let begun = []; // what the ways go on from, as lines of [x, y]
  let added = null; // for each way, lines
  let ends = { first: [], last: [] }; // flat, as the server takes them; empty: the network's own
  let endSeed = 3;
  let between = null;
  let startedAt = 0;
  let frame = null; // of the drawing that grows

  const pad = createPad(find(".sketch-pad"), (isEnd) => { if (isEnd) complete(); }, () => ({ ink: colour("--ink"), paper: colour("--page"), width: PEN_WIDTH }));

  const padLines = () => pad.strokes().map((points) => points.map(([x, y]) => [x / 280, y / 280].map((one) => Math.min(1, Math.max(0, one)))));
  // Lines as x, y, lifted; a very long drawing with fewer of its points.
  function flat(lines) {
    const every = Math.ceil(lines.reduce((sum, line) => sum + line.length, 0) / MOST_POINTS) || 1;
    return lines.flatMap((line) => {
      const kept = line.filter((_, i) => i % every === 0 || i === line.length - 1);
      return kept.flatMap(([x, y], i) => [x, y, Number(i === kept.length - 1)]);
    });
  }
  function lines(numbers) {
    const found = [[]];
    for (let i = 0; i < numbers.length; i += 3) {
      found.at(-1).push([numbers[i], numbers[i + 1]]);
      if (numbers[i + 2]) found.push([]);
    }
    return found.filter((line) => line.length);
  }

  const complete = latestOnly(async () => {
    const mine = padLines();
    const reply = await ask("complete", { points: flat(mine), temperature, seed });
    if (!reply?.drawings) return onChange();
    begun = mine;
    added = reply.drawings.map(lines);
    startedAt = performance.now();
    onChange();
    cancelAnimationFrame(frame); // what was still growing is not drawn twice
    animate();
  });
  const interpolate = latestOnly(async () => {
    const reply = await ask("between", { ...ends, seed: endSeed });
    if (reply?.drawings) between = reply.drawings.map(lines);
    draw();
    onChange();
  });

  function animate() {
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const share = isStill ? 1 : Math.min(1, (performance.now() - startedAt) / DRAW_MS);
    drawWays(share);
    frame = share < 1 ? requestAnimationFrame(animate) : null;
  }
  function drawWays(share) {
    ways.forEach((canvas, k) => { if (added) picture(canvas, begun, upTo(added[k], share), [...begun, ...added[k]]); });
  }
  function upTo(all, share) {
    let left = Math.ceil(share * all.reduce((sum, line) => sum + line.length, 0));
    return all.map((line) => { const part = line.slice(0, Math.max(0, left)); left -= line.length; return part; }).filter((line) => line.length);
  }
  // What was begun in ink, what was added in vermilion; all of it fits, and nothing moves while it grows.
  function picture(canvas, first, rest, whole) {
    const sharp = sharpened(canvas);
    if (!sharp) return;
    const { context, width } = sharp;
    const places = whole.flat();
    const low = [0, 1].map((k) => Math.min(MARGIN, ...places.map((one) => one[k])));
    const high = [0, 1].map((k) => Math.max(1 - MARGIN, ...places.map((one) => one[k])));
    const room = Math.max(high[0] - low[0], high[1] - low[1]) + 2 * MARGIN;
    const place = (one) => one.map((at, k) => ((at - (low[k] + high[k]) / 2) / room + 0.5) * width);
    context.lineCap = context.lineJoin = "round";
    context.lineWidth = Math.max(2, width / 40);
    for (const [part, ink] of [[first, "--ink"], [rest, "--inhibit"]]) {
      context.strokeStyle = colour(ink);
      for (const line of part) {
        context.beginPath();
        for (const one of line) context.lineTo(...place(one));
        if (line.length === 1) context.lineTo(place(line[0])[0] + 0.01, place(line[0])[1]);
        context.stroke();
      }
    }
  }
  function draw() {
    pad.draw();
    drawWays(1);
    between?.forEach((drawing, k) => {
      const isEnd = k === 0 || k === between.length - 1;
      picture(row[k], isEnd ? drawing : [], isEnd ? [] : drawing, drawing);
    });
  }
  function keep(which) {
    if (pad.isEmpty()) return;
    ends = { ...ends, [which]: flat(padLines()) };
    interpolate();
  }
  return {
    draw, undo: pad.undo, clear: pad.clear,
    open: () => { if (!added) complete(); if (!between) interpolate(); draw(); },
    again: () => { seed = (seed + 1) % LAST_SEED; complete(); },
    setTemperature: (value) => { temperature = value; onChange(); complete(); },
    keepFirst: () => keep("first"), keepLast: () => keep("last"),
    others: () => { ends = { first: [], last: [] }; endSeed = (endSeed + 2) % LAST_SEED; interpolate(); },
    state: () => ({ temperature, isEmpty: pad.isEmpty(), isBegun: begun.length > 0, nWays: added?.length ?? 0, hasBetween: Boolean(between) }),
  };
}
