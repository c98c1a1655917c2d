// The map of the latent space: every point an instrument, neighbours sounding alike.

import { sharpened } from "../frame/canvas.js";

const KINDS = { keyboard: "keys", mallet: "keys", string: "strings", guitar: "strings", bass: "strings", brass: "winds", reed: "winds", flute: "winds", organ: "organs", vocal: "voices", between: "between" };
const MARGIN_PX = 14;
const NEAREST = 6; // points that say where a latent lies
export const kindOf = (family) => KINDS[family] ?? "between";

// The shapes go with the colours, for whoever cannot tell these apart.
const SHAPES = {
  keys: (c, x, y, r) => c.rect(x - r, y - r, 2 * r, 2 * r),
  strings: (c, x, y, r) => c.arc(x, y, 1.15 * r, 0, 7),
  winds: (c, x, y, r) => { c.moveTo(x, y - 1.35 * r); c.lineTo(x + 1.3 * r, y + r); c.lineTo(x - 1.3 * r, y + r); c.closePath(); },
  organs: (c, x, y, r) => { c.moveTo(x, y - 1.5 * r); c.lineTo(x + 1.5 * r, y); c.lineTo(x, y + 1.5 * r); c.lineTo(x - 1.5 * r, y); c.closePath(); },
  voices: (c, x, y, r) => { c.rect(x - 1.4 * r, y - 0.5 * r, 2.8 * r, r); c.rect(x - 0.5 * r, y - 1.4 * r, r, 2.8 * r); },
  between: (c, x, y, r) => c.arc(x, y, 0.55 * r, 0, 7),
};
export function drawSign(context, kind, x, y, radius, colour) {
  context.fillStyle = colour;
  context.beginPath();
  SHAPES[kind](context, x, y, radius);
  context.fill();
}

// A latent lies among the points whose latents are nearest, the nearer the more: (x, y) within 0..1.
export function createPlacer({ families, latents, points, size }) {
  return (latent) => {
    const distances = families.map((_, i) => {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += (latent[k] - latents[i * size + k]) ** 2;
      return [sum, i];
    }).sort((a, b) => a[0] - b[0]).slice(0, NEAREST);
    const weights = distances.map(([sum]) => 1 / (sum + 0.02) ** 2);
    const total = weights.reduce((a, b) => a + b);
    return [0, 1].map((axis) => distances.reduce((sum, [, i], k) => sum + (weights[k] / total) * points[2 * i + axis], 0));
  };
}

export function createMap(canvas, { onPick }) {
  let survey = null;
  let place = null;
  let places = []; // [x, y] in the canvas
  let focus = null; // the point that the arrow keys have reached

  const pointLatent = (i) => [...survey.latents.subarray(i * survey.size, (i + 1) * survey.size)];

  function draw({ survey: known, a, b, latent, way }) {
    if (survey !== known) place = createPlacer(known);
    survey = known;
    const sharp = sharpened(canvas);
    if (!sharp || !survey) return;
    const { context, width, height } = sharp;
    const style = getComputedStyle(canvas);
    const colour = (name) => style.getPropertyValue(name);
    const on = ([x, y]) => [MARGIN_PX + x * (width - 2 * MARGIN_PX), MARGIN_PX + (1 - y) * (height - 2 * MARGIN_PX)];
    places = survey.families.map((_, i) => on([survey.points[2 * i], survey.points[2 * i + 1]]));
    survey.families.forEach((family, i) => drawSign(context, kindOf(family), ...places[i], 4.5, colour(`--kind-${kindOf(family)}`)));
    const ends = [a, b].map((one) => on(place(one)));
    context.strokeStyle = colour("--ink");
    context.lineWidth = 2;
    context.setLineDash([5, 5]);
    context.beginPath();
    (way?.length ? way.map((one) => on(place(one))) : ends).forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.stroke();
    context.setLineDash([]);
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    context.font = `700 ${0.875 * rem}px ${style.fontFamily}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    if (!way?.length) ends.forEach(([x, y], i) => mark(context, x, y, 0.75 * rem, colour("--panel"), colour("--ink"), "AB"[i]));
    const [x, y] = on(place(latent));
    mark(context, x, y, 0.5 * rem, colour("--fire"), colour("--ink"), "");
    if (focus !== null && document.activeElement === canvas) {
      context.strokeStyle = colour("--accent");
      context.strokeRect(places[focus][0] - 9, places[focus][1] - 9, 18, 18);
    }
  }

  function mark(context, x, y, radius, fill, stroke, text) {
    context.fillStyle = fill;
    context.strokeStyle = stroke;
    context.beginPath();
    context.arc(x, y, radius, 0, 7);
    context.fill();
    context.stroke();
    context.fillStyle = stroke;
    if (text) context.fillText(text, x, y + 1);
  }

  function nearest(x, y, from = places.keys()) {
    let best = null;
    for (const i of from) {
      const distance = Math.hypot(places[i][0] - x, places[i][1] - y);
      if (best === null || distance < best[0]) best = [distance, i];
    }
    return best?.[1] ?? null;
  }

  let isDragged = false;
  let last = null;
  function pick(event) {
    const box = canvas.getBoundingClientRect();
    const i = nearest(event.clientX - box.left, event.clientY - box.top);
    if (i === null || i === last) return;
    last = i;
    focus = i;
    onPick(pointLatent(i), survey.families[i]);
  }
  canvas.addEventListener("pointerdown", (event) => {
    isDragged = true;
    last = null;
    canvas.setPointerCapture(event.pointerId);
    pick(event);
  });
  canvas.addEventListener("pointermove", (event) => { if (isDragged) pick(event); });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { isDragged = false; });
  canvas.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!way || !places.length) return;
    event.preventDefault();
    const from = places[focus ?? nearest(canvas.clientWidth / 2, canvas.clientHeight / 2)];
    const ahead = [...places.keys()].filter((i) => {
      const [dx, dy] = [places[i][0] - from[0], places[i][1] - from[1]];
      const along = dx * way[0] + dy * way[1];
      return along > 1 && Math.abs(dx * way[1]) + Math.abs(dy * way[0]) <= along;
    });
    const next = nearest(...from, ahead);
    if (next === null) return;
    focus = next;
    onPick(pointLatent(next), survey.families[next]);
  });

  return { draw };
}
