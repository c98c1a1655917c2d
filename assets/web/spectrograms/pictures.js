// The four pictures of a sound, on one time axis and one axis of octaves, with a linked cursor that reads values in their units.

export const unpackBytes = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
export const unpackShorts = (base64) => new Int16Array(unpackBytes(base64).buffer);

const NAMES = ["level", "phase", "unwrapped", "frequency"];
const VALUES = { level: "levelValue", phase: "phaseValue", unwrapped: "unwrappedValue", frequency: "frequencyValue" };
const DESCRIPTIONS = { level: "levelDescribe", phase: "phaseDescribe", unwrapped: "unwrappedDescribe", frequency: "frequencyDescribe" };
const QUIET_DB = [-70, -45]; // below the first a phase is only noise and is hidden, above the second it is all there
const QUIET = [138, 143, 150]; // the grey of what is hidden: neither end nor middle of any palette
const SNAP_PX = { mouse: 10, pen: 10, touch: 22 }; // a press takes the loudest row so near
const ATTACK_S = [-0.1, 0.4]; // around the steepest rise
const OCTAVES = [[0, "31"], [2, "125"], [4, "500"], [6, "2k"], [8, "8k"]];

// `say` gives a text of `spectrograms.live`; `onPick(name, reading)` is called where a picture is pressed.
export function createPictures(root, say, { onPick = () => {} } = {}) {
  const { lecture } = window;
  const palettes = Object.fromEntries(Object.entries(JSON.parse(root.dataset.palettes)).map(([name, bytes]) => [name, unpackBytes(bytes)]));
  const canvases = Object.fromEntries(NAMES.map((name) => [name, root.querySelector(`[data-spectrogram=${name}]`)]));
  const area = root.querySelector(".pictures-four");
  let sound = null; // what the server sent, unpacked
  let painted = {}; // name -> a canvas of one pixel for each frame and row
  let cursor = null; // [frame, row]
  let playheadS = null;
  let zoom = "whole";
  let isDim = true;
  let isAsked = false; // a frame is asked for

  function show(answer) {
    sound = answer && unpack(answer);
    if (cursor && sound) cursor[0] = Math.min(cursor[0], sound.frames - 1);
    paint();
  }

  function paint() {
    painted = sound ? Object.fromEntries(NAMES.map((name) => [name, paintOne(sound, name, palettes[name], isDim && name !== "level")])) : {};
    draw();
  }

  function draw() {
    isAsked = false;
    const range = shownRange();
    for (const name of NAMES) drawOne(canvases[name], painted[name], sound, range, cursor, playheadS);
    const reading = read();
    write("cursor", reading ? say("cursorAt", { time: reading.timeS.toFixed(2), hz: readableHz(reading.binHz) }) : say("noCursor"));
    for (const name of NAMES) {
      write(name, reading ? say(VALUES[name], reading.said) : "");
      canvases[name].setAttribute("aria-label", say(DESCRIPTIONS[name]));
    }
    writeScales();
  }
  function drawSoon() {
    if (isAsked) return;
    isAsked = true;
    requestAnimationFrame(draw);
  }

  function write(name, text) {
    const element = root.querySelector(`[data-value=${name}]`);
    if (element.textContent !== text) element.textContent = text;
  }

  function writeScales() {
    const turns = sound ? Math.max(1, Math.round(sound.mostTurns)) : 1;
    const ends = { level: ["−90 dB", "0 dB"], phase: ["−π", "π"], frequency: ["−1", "1"] };
    for (const name of NAMES) {
      const [low, high] = ends[name] ?? [`−${turns}`, String(turns)];
      root.querySelector(`[data-low=${name}]`).textContent = low;
      root.querySelector(`[data-high=${name}]`).textContent = name === "frequency" ? say("frequencyUnit", { high }) : name === "unwrapped" ? say("unwrappedUnit", { high }) : high;
      const steps = Array.from({ length: 17 }, (_, i) => `rgb(${[...palettes[name].subarray(3 * Math.min(255, 16 * i), 3 * Math.min(255, 16 * i) + 3)]})`);
      root.querySelector(`[data-scale=${name}]`).style.background = `linear-gradient(to right, ${steps})`;
    }
  }

  function shownRange() {
    if (!sound || zoom === "whole") return [0, sound ? sound.durationS : 1];
    return ATTACK_S.map((offset) => Math.max(0, sound.attackS + ATTACK_S[0]) - ATTACK_S[0] + offset);
  }

  function read() {
    if (!sound || !cursor) return null;
    const [frame, row] = cursor;
    const at = row * sound.frames + frame;
    const binHz = sound.bins[row] * sound.binHz;
    const step = sound.frequency[at] / 32767;
    const heardHz = frame ? binHz + (wrapTurns(step / 2 - binHz / sound.frameHz) * sound.frameHz) : binHz;
    const db = sound.quietestDb * (1 - sound.level[at] / 255);
    const phase = sound.phase[at] / 32767;
    const turns = sound.turns[at] + phase / 2;
    return {
      timeS: timeOf(frame), binHz, heardHz, db,
      said: { db: signed(db, 0), angle: signed(phase, 2), turns: signed(turns, 1), step: signed(step, 2), hz: readableHz(heardHz) },
    };
  }
  const timeOf = (frame) => (frame - 1) / sound.frameHz; // the middle of a frame

  function place(event, snapPx = 0) {
    const canvas = event.target.closest("canvas[data-spectrogram]");
    if (!canvas || !sound) return null;
    const box = canvas.getBoundingClientRect();
    const inner = insideOf(canvas);
    const [from, to] = shownRange();
    const timeS = from + ((event.clientX - box.left - inner.left) / inner.width) * (to - from);
    const height = 1 - (event.clientY - box.top - inner.top) / inner.height;
    cursor = [clamp(Math.round(timeS * sound.frameHz + 1), 0, sound.frames - 1), clamp(Math.floor(height * sound.rows), 0, sound.rows - 1)];
    snap(Math.round((snapPx * sound.rows) / inner.height));
    drawSoon();
    return canvas.dataset.spectrogram;
  }
  function snap(reach) {
    const [frame, row] = cursor;
    const level = (one) => sound.level[one * sound.frames + frame] - 0.01 * Math.abs(one - row);
    for (let one = Math.max(0, row - reach); one <= Math.min(sound.rows - 1, row + reach); one++) if (level(one) > level(cursor[1])) cursor[1] = one;
  }
  area.addEventListener("pointermove", (event) => place(event));
  area.addEventListener("pointerdown", (event) => {
    const name = place(event, SNAP_PX[event.pointerType] ?? 0);
    if (name) onPick(name, read());
  });
  area.addEventListener("pointerleave", ({ pointerType }) => {
    if (pointerType !== "mouse") return;
    cursor = null;
    drawSoon();
  });
  area.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    if (!sound || !(event.key in moves || event.key === "Enter")) return;
    event.preventDefault();
    if (event.key === "Enter") {
      if (cursor) onPick("frequency", read());
      return;
    }
    const stride = event.shiftKey ? 8 : 1;
    const [right, up] = moves[event.key];
    const [frame, row] = cursor ?? [Math.round(sound.frames / 3), Math.round(sound.rows / 2)];
    cursor = [clamp(frame + stride * right, 0, sound.frames - 1), clamp(row + stride * up, 0, sound.rows - 1)];
    drawSoon();
  });
  root.addEventListener("click", ({ target }) => {
    const wanted = target.closest("[data-zoom]")?.dataset.zoom;
    if (wanted) setZoom(wanted);
    const dim = target.closest("[data-dim]");
    if (!dim) return;
    isDim = !isDim;
    dim.setAttribute("aria-pressed", String(isDim));
    paint();
  });

  function setZoom(wanted) {
    zoom = wanted;
    for (const button of root.querySelectorAll("[data-zoom]")) button.setAttribute("aria-pressed", String(button.dataset.zoom === zoom));
    draw();
  }

  document.addEventListener("lecture:theme", draw);
  document.addEventListener("lecture:language", draw);
  new ResizeObserver(drawSoon).observe(root);
  for (const label of root.querySelectorAll("[data-aria-label-ko]")) lecture.translateLabel(label);
  draw();

  return { show, setZoom, setPlayhead: (seconds) => { if (seconds !== playheadS) { playheadS = seconds; drawSoon(); } } };
}

function unpack(answer) {
  const sound = { ...answer, level: unpackBytes(answer.level) };
  for (const name of ["phase", "turns", "frequency", "bins"]) sound[name] = unpackShorts(answer[name]);
  sound.durationS = (sound.frames - 3) / sound.frameHz;
  sound.mostTurns = 0;
  for (let i = 0; i < sound.turns.length; i++) sound.mostTurns = Math.max(sound.mostTurns, Math.abs(sound.turns[i] + sound.phase[i] / 65534));
  sound.attackS = attackOf(sound);
  return sound;
}

// Where the levels rise most from one frame to the next.
function attackOf({ level, frames, rows, frameHz }) {
  const sums = new Float64Array(frames);
  for (let row = 0; row < rows; row++) for (let frame = 0; frame < frames; frame++) sums[frame] += level[row * frames + frame];
  let steepest = 1;
  for (let frame = 2; frame < frames; frame++) if (sums[frame] - sums[frame - 1] > sums[steepest] - sums[steepest - 1]) steepest = frame;
  return (steepest - 1) / frameHz;
}

function paintOne(sound, name, palette, isDim) {
  const { frames, rows, level, phase, turns, frequency, mostTurns, quietestDb } = sound;
  const canvas = new OffscreenCanvas(frames, rows);
  const context = canvas.getContext("2d");
  const image = context.createImageData(frames, rows);
  const share = {
    level: (i) => level[i] / 255,
    phase: (i) => (phase[i] / 32767 + 1) / 2,
    unwrapped: (i) => ((turns[i] + phase[i] / 65534) / (mostTurns || 1) + 1) / 2,
    frequency: (i) => (frequency[i] / 32767 + 1) / 2,
  }[name];
  for (let row = 0; row < rows; row++) {
    for (let frame = 0; frame < frames; frame++) {
      const from = row * frames + frame;
      const to = 4 * ((rows - 1 - row) * frames + frame);
      const colour = 3 * clamp(Math.round(255 * share(from)), 0, 255);
      const db = quietestDb * (1 - level[from] / 255);
      const heard = isDim ? clamp((db - QUIET_DB[0]) / (QUIET_DB[1] - QUIET_DB[0]), 0, 1) : 1;
      for (let c = 0; c < 3; c++) image.data[to + c] = QUIET[c] + (palette[colour + c] - QUIET[c]) * heard;
      image.data[to + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

// The picture's place within its canvas, in CSS pixels; the rest is for the axes.
function insideOf(canvas) {
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const [left, top, bottom] = [2.3 * rem, 4, 1.3 * rem];
  return { left, top, width: canvas.clientWidth - left - 2, height: canvas.clientHeight - top - bottom, rem };
}

function drawOne(canvas, painted, sound, [from, to], cursor, playheadS) {
  const box = { width: canvas.clientWidth, height: canvas.clientHeight };
  if (!box.width) return;
  const ratio = window.devicePixelRatio || 1;
  const size = [Math.round(box.width * ratio), Math.round(box.height * ratio)];
  if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size;
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, box.width, box.height);
  const style = getComputedStyle(canvas);
  const { left, top, width, height, rem } = insideOf(canvas);
  context.strokeStyle = style.getPropertyValue("--line");
  context.strokeRect(left - 0.5, top - 0.5, width + 1, height + 1);
  context.fillStyle = style.getPropertyValue("--soft-ink");
  context.font = `${0.8125 * rem}px ${style.fontFamily}`;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const [octave, name] of OCTAVES) context.fillText(name, left - 5, clamp(top + height * (1 - octave / 8), top + 0.45 * rem, top + height - 0.4 * rem));
  context.textBaseline = "bottom";
  const x = (seconds) => left + ((seconds - from) / (to - from)) * width;
  const step = [0.1, 0.2, 0.5, 1, 2, 5].find((one) => (to - from) / one <= 8);
  context.textAlign = "center";
  for (let tick = Math.ceil(from / step - 1e-6) * step; tick < to - 0.3 * step; tick += step) context.fillText(String(Number(tick.toFixed(1))), clamp(x(tick), left + 4, left + width - 8), box.height);
  context.textAlign = "right";
  context.fillText("s", left + width, box.height);
  if (!painted) return;
  context.save();
  context.beginPath();
  context.rect(left, top, width, height);
  context.clip();
  context.imageSmoothingEnabled = false;
  const column = width / ((to - from) * sound.frameHz);
  context.drawImage(painted, x(-1.5 / sound.frameHz), top, column * sound.frames, height);
  if (playheadS !== null) vertical(context, x(playheadS), top, height, style.getPropertyValue("--fire"), 3);
  if (cursor) {
    const y = top + height * (1 - (cursor[1] + 0.5) / sound.rows);
    for (const [colour, thick] of [["#000", 3], ["#fff", 1]]) {
      vertical(context, x((cursor[0] - 1) / sound.frameHz), top, height, colour, thick);
      context.beginPath();
      context.moveTo(left, y);
      context.lineTo(left + width, y);
      context.stroke();
    }
  }
  context.restore();
}

function vertical(context, x, top, height, colour, thick) {
  context.strokeStyle = colour;
  context.lineWidth = thick;
  context.beginPath();
  context.moveTo(x, top);
  context.lineTo(x, top + height);
  context.stroke();
  context.lineWidth = 1;
}

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
const wrapTurns = (turns) => turns - Math.round(turns);
const signed = (value, digits) => (value < 0 ? "−" : "") + Math.abs(value).toFixed(digits);
export const readableHz = (hz) => (hz < 100 ? hz.toFixed(1) : hz.toFixed(0));
