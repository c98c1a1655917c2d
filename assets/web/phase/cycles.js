// Cycles of a sound laid over one another, and their mean.

import { sharpened } from "../frame/canvas.js";

export function drawCycles(canvas, { cycles, nCycles }) {
  const box = sharpened(canvas);
  if (!box) return;
  const { context } = box;
  const style = getComputedStyle(canvas);
  const middle = box.height / 2;
  context.strokeStyle = style.getPropertyValue("--line");
  line(context, [[0, middle], [box.width, middle]]);
  if (!cycles) return;
  const nPoints = cycles.length / nCycles;
  const x = (i) => (i / (nPoints - 1)) * box.width;
  const y = (value) => middle - (value / 127) * (middle - 4);
  context.strokeStyle = style.getPropertyValue("--accent");
  context.globalAlpha = 0.4;
  const mean = new Float64Array(nPoints);
  for (let cycle = 0; cycle < nCycles; cycle++) {
    const values = cycles.subarray(cycle * nPoints, (cycle + 1) * nPoints);
    line(context, [...values].map((value, i) => [x(i), y(value)]));
    values.forEach((value, i) => { mean[i] += value / nCycles; });
  }
  context.globalAlpha = 1;
  context.strokeStyle = style.getPropertyValue("--fire");
  context.lineWidth = 3;
  line(context, [...mean].map((value, i) => [x(i), y(value)]));
}

function line(context, points) {
  context.beginPath();
  points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.stroke();
}
