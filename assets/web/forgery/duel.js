// The plane: a GAN that is trained here, in the page, step by step or as fast as frames allow.

import { sharpened } from "../frame/canvas.js";
import { createGan, seededRandom, trainOnce } from "./gan.js";
import { SHAPES, drawnShape } from "./points.js";
import { PRESETS, outcome } from "./presets.js";

const SEED = 8; // one of those for which a test holds what each preset shows
const N_SHOWN = 256; // fakes, always of the same latents, so that one sees them wander
const N_REAL = 256;
const N_ARROWS = 56;
const HEAT = 44; // cells along a side
const REACH = 1.6; // the plane from -REACH to REACH
const BUDGET_MS = 9; // of a frame, for training
const MOST_A_FRAME = 4; // alternations: faster, one sees nothing
const SLOW_MS = 650; // between half steps in slow motion
const N_LOSSES = 400; // points of the curves
const OUTCOME_EVERY = 12; // frames
const MOST_DRAWN = 4000; // numbers
const KEY_STEP = 0.1; // of the plane, for a key
const ARROW = 0.22; // the longest, in units of the plane

export function createDuel(canvas, changed) {
  let gan, sampleReal, latents, real, shape, preset;
  let hand = []; // what was drawn by hand: x, y, x, y…
  let isRunning = false;
  let isSlow = false;
  let finger = null; // the pointer that draws
  let cursor = null; // where the keys have moved the pen
  let nPolice = 0; // steps of the police since the forger's last, in slow motion
  let lastSlow = 0;
  let nFrames = 0;
  let frame = null;
  const duel = { losses: [], divergences: [], stepMs: null, outcome: null, hasDiverged: false, lastTurn: null, isRunning: () => isRunning, isSlow: () => isSlow, hasPoints: () => shape !== "drawn" || hand.length > 0 };

  // The same seed, the same start.
  function reset(nextPreset = preset, nextShape = shape) {
    preset = nextPreset;
    shape = nextShape;
    gan = createGan(PRESETS[preset].settings, SEED);
    sampleReal = shape === "drawn" ? (hand.length ? drawnShape(hand) : null) : SHAPES[shape];
    latents = seededRandom(SEED + 1).normals(N_SHOWN * gan.settings.latentSize); // not the gan's own: looking changes no training
    real = sampleReal ? sampleReal(N_REAL, seededRandom(SEED + 2)) : new Float64Array(0);
    Object.assign(duel, { losses: [], divergences: [], stepMs: null, outcome: null, hasDiverged: false, lastTurn: null });
    nPolice = 0;
    measure();
    show();
  }

  function measure() {
    duel.outcome = sampleReal && !duel.hasDiverged ? outcome(gan, shape, seededRandom(SEED + 3), sampleReal) : null;
    if (!duel.outcome) return;
    const step = gan.nSteps.generator;
    const before = duel.divergences.filter(([at]) => at !== step); // looked at twice
    duel.divergences = thinned([...before, [step, duel.outcome.divergence]]);
  }

  function note(police, forger) {
    duel.losses.push([gan.nSteps.generator, police, forger]);
    duel.losses = thinned(duel.losses);
    if (!gan.isFinite) { duel.hasDiverged = true; stop(); }
  }

  // Every other row of a curve that has become too long, and all of its end.
  const thinned = (rows) => (rows.length > 2 * N_LOSSES ? rows.filter((_, i) => i % 2 || i > rows.length - 20) : rows);

  const batch = () => gan.settings.batch;
  function stepPolice() {
    if (!sampleReal || duel.hasDiverged) return;
    duel.lastTurn = "police";
    note(gan.stepDiscriminator(sampleReal(batch(), gan.random), gan.draw(batch())), duel.losses.at(-1)?.[2] ?? null);
  }
  function stepForger() {
    if (!sampleReal || duel.hasDiverged) return;
    duel.lastTurn = "forger";
    note(duel.losses.at(-1)?.[1] ?? null, gan.stepGenerator(gan.draw(batch())));
  }
  function halfStep() {
    const isPolices = nPolice < gan.settings.discriminatorSteps;
    if (isPolices) stepPolice(); else stepForger();
    nPolice = isPolices ? nPolice + 1 : 0;
  }

  function train() {
    const from = performance.now();
    let n = 0;
    do {
      const { discriminatorLoss, generatorLoss } = trainOnce(gan, sampleReal);
      note(discriminatorLoss, generatorLoss);
      n += 1;
    } while (n < MOST_A_FRAME && performance.now() - from < BUDGET_MS && !duel.hasDiverged);
    const ms = (performance.now() - from) / n;
    duel.stepMs = duel.stepMs === null ? ms : 0.9 * duel.stepMs + 0.1 * ms;
    duel.lastTurn = null;
  }

  function tick(now) {
    frame = null;
    if (!isRunning || !sampleReal) return;
    const isResting = isSlow && now - lastSlow <= SLOW_MS;
    if (!isSlow) train();
    else if (!isResting) { lastSlow = now; halfStep(); }
    if (!isResting && (isSlow || ++nFrames % OUTCOME_EVERY === 0)) measure();
    if (!isResting) show();
    if (isRunning) frame ??= requestAnimationFrame(tick);
  }
  function start() {
    if (isRunning || !sampleReal || duel.hasDiverged) return;
    isRunning = true;
    lastSlow = 0;
    frame ??= requestAnimationFrame(tick);
  }
  function stop() {
    if (!isRunning) return;
    isRunning = false;
    measure();
    show();
  }

  function show() {
    draw();
    changed();
  }

  // ---- drawing ----
  const heat = document.createElement("canvas");
  heat.width = heat.height = HEAT;
  const heatContext = heat.getContext("2d");
  const heatImage = heatContext.createImageData(HEAT, HEAT);
  const cells = new Float64Array(2 * HEAT * HEAT);
  for (let row = 0; row < HEAT; row++) {
    for (let column = 0; column < HEAT; column++) {
      cells[2 * (row * HEAT + column)] = ((column + 0.5) / HEAT * 2 - 1) * REACH;
      cells[2 * (row * HEAT + column) + 1] = (1 - (row + 0.5) / HEAT * 2) * REACH;
    }
  }

  function draw() {
    const sharp = gan && sharpened(canvas);
    if (!sharp) return;
    const { context, width, height } = sharp;
    if (duel.hasDiverged) return; // there is nothing that could be drawn
    const at = (x, y) => [((x / REACH + 1) / 2) * width, ((1 - y / REACH) / 2) * height];
    const style = getComputedStyle(canvas);
    const colour = (name) => style.getPropertyValue(name).trim();
    drawOpinion(context, width, height, colour);
    drawReal(context, at, colour);
    const fakes = gan.generate(latents);
    drawPulls(context, at, fakes, colour);
    drawFakes(context, at, fakes, colour);
    if (cursor && document.activeElement === canvas) drawCursor(context, at(...cursor), colour);
  }

  function drawCursor(context, [x, y], colour) {
    context.strokeStyle = colour("--ink");
    context.lineWidth = 3;
    context.beginPath();
    context.arc(x, y, 9, 0, 2 * Math.PI);
    context.stroke();
  }

  function drawOpinion(context, width, height, colour) {
    const [real, fake] = ["--duel-real", "--duel-fake"].map((name) => colour(name).split(/\s+/).map(Number));
    const opinions = gan.realness(cells);
    for (let i = 0; i < opinions.length; i++) {
      const share = opinions[i];
      for (let c = 0; c < 3; c++) heatImage.data[4 * i + c] = fake[c] + (real[c] - fake[c]) * share;
      heatImage.data[4 * i + 3] = 255;
    }
    heatContext.putImageData(heatImage, 0, 0);
    context.imageSmoothingEnabled = true;
    context.drawImage(heat, 0, 0, width, height);
  }

  function drawReal(context, at, colour) {
    context.fillStyle = colour("--excite");
    context.strokeStyle = colour("--panel");
    context.lineWidth = 1;
    for (let i = 0; i < real.length; i += 2) {
      context.beginPath();
      context.arc(...at(real[i], real[i + 1]), 3.6, 0, 2 * Math.PI);
      context.fill();
      context.stroke();
    }
  }

  // Where the forger is told to move a forgery: the longer, the stronger.
  function drawPulls(context, at, fakes, colour) {
    const some = fakes.subarray(0, 2 * N_ARROWS);
    const pulls = gan.gradients(some);
    let longest = 1e-12;
    for (let i = 0; i < pulls.length; i += 2) longest = Math.max(longest, Math.hypot(pulls[i], pulls[i + 1]));
    const scale = ARROW / Math.max(longest, 0.15); // a pull that is weak everywhere looks weak
    context.strokeStyle = colour("--ink");
    context.lineWidth = 1.6;
    context.beginPath();
    for (let i = 0; i < pulls.length; i += 2) {
      const [dx, dy] = [pulls[i] * scale, pulls[i + 1] * scale];
      const from = at(some[i], some[i + 1]);
      const to = at(some[i] + dx, some[i + 1] + dy);
      const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
      if (length < 3) continue;
      const [ux, uy] = [(to[0] - from[0]) / length, (to[1] - from[1]) / length];
      context.moveTo(...from);
      context.lineTo(...to);
      context.lineTo(to[0] - 5 * ux + 3 * uy, to[1] - 5 * uy - 3 * ux);
      context.moveTo(...to);
      context.lineTo(to[0] - 5 * ux - 3 * uy, to[1] - 5 * uy + 3 * ux);
    }
    context.stroke();
  }

  function drawFakes(context, at, fakes, colour) {
    context.fillStyle = colour("--inhibit");
    context.strokeStyle = colour("--panel");
    context.lineWidth = 1;
    for (let i = 0; i < fakes.length; i += 2) {
      if (!Number.isFinite(fakes[i] + fakes[i + 1])) continue;
      const [x, y] = at(fakes[i], fakes[i + 1]);
      context.beginPath();
      context.moveTo(x, y - 4.6);
      context.lineTo(x + 4.2, y + 3.2);
      context.lineTo(x - 4.2, y + 3.2);
      context.closePath();
      context.fill();
      context.stroke();
    }
  }

  // ---- points drawn by hand or finger ----
  const toPlane = ({ clientX, clientY }) => {
    const box = canvas.getBoundingClientRect();
    return [((clientX - box.left) / box.width * 2 - 1) * REACH, (1 - (clientY - box.top) / box.height * 2) * REACH];
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (shape !== "drawn" || event.button !== 0 || finger !== null) return;
    finger = event.pointerId;
    cursor = null;
    canvas.setPointerCapture(finger);
    add([toPlane(event)]);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== finger) return;
    const events = event.getCoalescedEvents?.() ?? [];
    add((events.length ? events : [event]).map(toPlane));
  });
  for (const name of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(name, ({ pointerId }) => { if (pointerId === finger) finger = null; });
  }
  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  canvas.addEventListener("keydown", (event) => {
    if (shape !== "drawn" || event.ctrlKey || event.metaKey || event.altKey || !(moves[event.key] || event.key === " ")) return;
    cursor ??= [0, 0];
    if (moves[event.key]) cursor = cursor.map((value, i) => Math.min(Math.max(value + KEY_STEP * moves[event.key][i], -1), 1));
    else add([cursor]);
    draw();
    event.preventDefault();
  });
  canvas.addEventListener("blur", draw);
  function add(points) {
    for (const point of points) {
      const last = hand.slice(-2);
      const isNew = !last.length || Math.hypot(point[0] - last[0], point[1] - last[1]) >= 0.02;
      if (isNew && hand.length < MOST_DRAWN) hand.push(...point);
    }
    sampleReal = drawnShape(hand);
    real = sampleReal(N_REAL, seededRandom(SEED + 2));
    if (isRunning) return;
    measure();
    show();
  }
  function forget() {
    hand = [];
    stop();
    reset();
  }

  return Object.assign(duel, {
    reset, start, stop, stepPolice, stepForger, draw, forget,
    measure, setSlow: (wanted) => { isSlow = wanted; lastSlow = 0; changed(); }, nSteps: () => gan?.nSteps, preset: () => preset, shape: () => shape, presetShape: (name) => PRESETS[name].shape,
  });
}
