// Small pictures of 28 × 28 pixels, ten bars, and curves, drawn on canvases that follow the theme.

export const SIDE = 28;
const N_PIXELS = SIDE * SIDE;

export function unpack(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
export const unpackSigned = (base64) => new Int8Array(unpack(base64).buffer);

// One or many grey pictures, bytes 0 to 255, side by side in rows of `columns`; over them a signed map, if there is one, in colours of
// a strength from 0 to 1.
export function drawPictures(canvas, bytes, { columns = 1, over = null, strength = 1 } = {}) {
  const colours = signColours(canvas);
  drawGrid(canvas, bytes.length / N_PIXELS, columns, (i) => {
    const grey = [bytes[i], bytes[i], bytes[i]];
    if (!over) return grey;
    const share = Math.sqrt((strength * Math.abs(over[i])) / 127); // so that what matters less shows, too
    return mix(grey, over[i] >= 0 ? colours.for : colours.against, share);
  });
}

// Weights as pictures, signed bytes: blue for positive, vermilion for negative, the page's ground for none.
export function drawWeights(canvas, signed, columns) {
  const colours = signColours(canvas);
  drawGrid(canvas, signed.length / N_PIXELS, columns, (i) =>
    mix(colours.none, signed[i] >= 0 ? colours.for : colours.against, Math.abs(signed[i]) / 127));
}

function drawGrid(canvas, count, columns, colourAt) {
  const gap = count > 1 ? 2 : 0;
  const rows = Math.ceil(count / columns);
  canvas.width = columns * (SIDE + gap) - gap;
  canvas.height = rows * (SIDE + gap) - gap;
  const context = canvas.getContext("2d");
  const image = context.createImageData(SIDE, SIDE);
  for (let picture = 0; picture < count; picture++) {
    for (let pixel = 0; pixel < N_PIXELS; pixel++) {
      image.data.set(colourAt(picture * N_PIXELS + pixel), 4 * pixel);
      image.data[4 * pixel + 3] = 255;
    }
    context.putImageData(image, (picture % columns) * (SIDE + gap), Math.floor(picture / columns) * (SIDE + gap));
  }
}

const mix = (from, to, share) => from.map((value, i) => value + (to[i] - value) * share);

function signColours(element) {
  const style = getComputedStyle(element);
  const read = (name) => hexToRgb(style.getPropertyValue(name).trim());
  return { for: read("--excite"), against: read("--inhibit"), none: read("--panel") };
}

function hexToRgb(hex) {
  const full = hex.length === 4 ? hex.replace(/[0-9a-f]/gi, "$&$&") : hex;
  return [1, 3, 5].map((at) => parseInt(full.slice(at, at + 2), 16));
}

// Ten bars. `before` is where they were, if that is to be seen; `marked` is the digit that is right.
export function showBars(element, now, { before = null, marked = null } = {}) {
  const best = now ? now.indexOf(Math.max(...now)) : null;
  [...element.querySelectorAll(".bar")].forEach((bar, digit) => {
    bar.querySelector(".bar-now").style.width = `${100 * (now?.[digit] ?? 0)}%`;
    bar.querySelector(".bar-before").style.width = `${100 * (before?.[digit] ?? 0)}%`;
    bar.classList.toggle("best", digit === best);
    bar.classList.toggle("marked", digit === marked);
    bar.querySelector("output").textContent = now ? percent(now[digit]) : "";
  });
}

export const percent = (share, digits = 0) => `${(100 * share).toFixed(digits)}%`;
export const isGuess = (probabilities) => Math.max(...probabilities) < 0.8; // a clear digit gets about 0.95

// Curves over a common axis. Each is {points: [[x, y]…], colour (a CSS variable), dash, name}; the name stands at its end.
export function drawCurves(canvas, curves, { low = 0, high = 1, grid = [], formatX = String, formatY = String, xEnd = 1 }) {
  const box = { width: canvas.clientWidth, height: canvas.clientHeight };
  if (!box.width) return;
  const ratio = window.devicePixelRatio || 1;
  canvas.width = box.width * ratio;
  canvas.height = box.height * ratio;
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  const style = getComputedStyle(canvas);
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  context.font = `${rem}px ${style.fontFamily}`;
  const left = Math.max(...grid.map((y) => context.measureText(formatY(y)).width), 0) + 10;
  const right = Math.max(...curves.map(({ name }) => context.measureText(name).width)) + 12;
  const [top, bottom] = [rem * 0.7, rem * 1.7];
  const x = (value) => left + (value / xEnd) * (box.width - left - right);
  const y = (value) => top + ((high - value) / (high - low)) * (box.height - top - bottom);

  context.textBaseline = "middle";
  context.fillStyle = style.getPropertyValue("--soft-ink");
  context.strokeStyle = style.getPropertyValue("--line");
  context.lineWidth = 1;
  for (const value of grid) {
    context.textAlign = "right";
    context.fillText(formatY(value), left - 6, y(value));
    line(context, [[x(0), y(value)], [x(xEnd), y(value)]]);
  }
  context.textAlign = "left";
  context.fillText(formatX(0), x(0), box.height - rem * 0.7);
  context.textAlign = "right";
  context.fillText(formatX(xEnd), x(xEnd), box.height - rem * 0.7);

  const ends = [];
  for (const { points, colour, dash = [], name } of curves) {
    if (!points.length) continue;
    context.strokeStyle = context.fillStyle = style.getPropertyValue(colour);
    context.lineWidth = 3;
    context.setLineDash(dash);
    const inside = points.map(([px, py]) => [x(px), y(Math.min(Math.max(py, low), high))]);
    line(context, inside);
    context.setLineDash([]);
    const end = inside.at(-1);
    context.beginPath();
    context.arc(...end, 4, 0, 2 * Math.PI);
    context.fill();
    ends.push({ end, name, colour });
  }
  labelEnds(context, ends, rem, style, box.height - bottom);
}

// Names at the ends of the curves, moved apart where they would overlap.
function labelEnds(context, ends, rem, style, lowest) {
  ends.sort((a, b) => a.end[1] - b.end[1]);
  ends.forEach((one, i) => { one.at = i ? Math.max(one.end[1], ends[i - 1].at + 1.15 * rem) : one.end[1]; });
  for (let i = ends.length - 1, limit = lowest; i >= 0; i--, limit = ends[i + 1].at - 1.15 * rem) ends[i].at = Math.min(ends[i].at, limit);
  context.textAlign = "left";
  for (const { end, at, name, colour } of ends) {
    context.fillStyle = style.getPropertyValue(colour);
    context.fillText(name, end[0] + 9, at);
  }
}

function line(context, points) {
  context.beginPath();
  points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.stroke();
}
