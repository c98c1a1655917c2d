// The drawing pad: strokes of a pen, by finger, mouse or keys; what leaves it is the ink's box, made small.

const INK = "#fff";
const PAPER = "#000";
const PEN_WIDTHS = { thin: 12, thick: 24 }; // pixels of the pad's 280
const SENT_SIDE = 84; // the longer side of what is sent: four times what the network looks at
const KEY_STEP = 7;

// `changed(isEndOfStroke)` hears every change; `look()` gives the colours and the pen where they are not the digits'.
export function createPad(canvas, changed, look = () => ({})) {
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const sent = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const side = canvas.width;
  let strokes = [];
  let pen = "thick";
  let stroke = null; // the one under way
  let finger = null; // the pointer that draws it
  let cursor = null; // where the keys have moved the pen

  function draw() {
    const { ink, paper } = look();
    context.fillStyle = paper ?? PAPER;
    context.fillRect(0, 0, side, side);
    for (const one of strokes) drawStroke(context, one, ink);
    if (cursor && document.activeElement === canvas) drawCursor(context, cursor, stroke !== null);
  }

  function begin(point) {
    stroke = { width: look().width ?? PEN_WIDTHS[pen], points: [point] };
    strokes.push(stroke);
    draw();
    changed(false);
  }
  function extend(points) {
    stroke.points.push(...points);
    draw();
    changed(false);
  }
  function end() {
    if (!stroke) return;
    stroke = null;
    draw();
    changed(true);
  }

  const toPad = ({ clientX, clientY }) => {
    const box = canvas.getBoundingClientRect();
    return [((clientX - box.left) * side) / box.width, ((clientY - box.top) * side) / box.height];
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || finger !== null) return;
    finger = event.pointerId;
    end();
    cursor = null;
    canvas.setPointerCapture(event.pointerId);
    begin(toPad(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!stroke || event.pointerId !== finger) return;
    const events = event.getCoalescedEvents?.() ?? [];
    extend((events.length ? events : [event]).map(toPad));
  });
  for (const name of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(name, ({ pointerId }) => {
      if (pointerId !== finger) return;
      finger = null;
      end();
    });
  }

  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (moves[event.key]) {
      const [x, y] = cursor ?? [side / 2, side / 2];
      cursor = [x + moves[event.key][0] * KEY_STEP, y + moves[event.key][1] * KEY_STEP].map((at) => Math.min(Math.max(at, 0), side));
      if (stroke) extend([cursor]); else draw();
    } else if (event.key === " ") {
      cursor ??= [side / 2, side / 2];
      if (stroke) end(); else begin(cursor);
    } else if (event.key === "Backspace") undo();
    else if (event.key === "Delete") clear();
    else return;
    event.preventDefault();
  });
  for (const name of ["focus", "blur"]) canvas.addEventListener(name, () => { if (name === "blur") end(); draw(); });

  function undo() {
    stroke = null;
    strokes.pop();
    draw();
    changed(true);
  }
  function clear() {
    stroke = null;
    strokes = [];
    draw();
    changed(true);
  }

  // The ink's box with a margin, its longer side at most SENT_SIDE: {width, height, pixels in base64}; null on an empty pad.
  function pack() {
    if (!strokes.length) return null;
    const [left, top, right, bottom] = inkBox(strokes, side);
    const [width, height] = [right - left, bottom - top];
    const scale = Math.min(1, SENT_SIDE / Math.max(width, height));
    const [sentWidth, sentHeight] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
    sent.canvas.width = sentWidth;
    sent.canvas.height = sentHeight;
    sent.imageSmoothingQuality = "high";
    sent.fillStyle = PAPER;
    sent.fillRect(0, 0, sentWidth, sentHeight);
    sent.setTransform(sentWidth / width, 0, 0, sentHeight / height, (-left * sentWidth) / width, (-top * sentHeight) / height);
    for (const one of strokes) drawStroke(sent, one);
    sent.setTransform(1, 0, 0, 1, 0, 0);
    const { data } = sent.getImageData(0, 0, sentWidth, sentHeight);
    let bytes = "";
    for (let i = 0; i < data.length; i += 4) bytes += String.fromCharCode(data[i]);
    return { width: sentWidth, height: sentHeight, pixels: btoa(bytes) };
  }

  draw();
  function inkSide() {
    const [left, top, right, bottom] = inkBox(strokes, side);
    return Math.max(right - left, bottom - top);
  }

  return { undo, clear, pack, inkSide, draw, strokes: () => strokes.map(({ points }) => points), isEmpty: () => !strokes.length, pen: () => pen, setPen: (wanted) => { pen = wanted; } };
}

function drawStroke(context, { width, points }, ink = INK) {
  context.strokeStyle = context.fillStyle = ink;
  context.lineWidth = width;
  context.lineCap = context.lineJoin = "round";
  context.beginPath();
  context.moveTo(...points[0]);
  for (const [x, y] of points) context.lineTo(x + 0.01, y); // so that a tap leaves a dot
  context.stroke();
}

function drawCursor(context, [x, y], isDown) {
  context.strokeStyle = isDown ? "#f0ac1c" : "#56b4e9";
  context.lineWidth = 3;
  context.beginPath();
  context.arc(x, y, 10, 0, 2 * Math.PI);
  context.stroke();
}

function inkBox(strokes, side) {
  const box = [side, side, 0, 0];
  for (const { width, points } of strokes) {
    const reach = width / 2 + 2;
    for (const [x, y] of points) {
      box[0] = Math.min(box[0], x - reach);
      box[1] = Math.min(box[1], y - reach);
      box[2] = Math.max(box[2], x + reach);
      box[3] = Math.max(box[3], y + reach);
    }
  }
  const [left, top] = [Math.floor(Math.max(box[0], 0)), Math.floor(Math.max(box[1], 0))];
  const [right, bottom] = [Math.ceil(Math.min(box[2], side)), Math.ceil(Math.min(box[3], side))];
  return [left, top, Math.max(right, left + 1), Math.max(bottom, top + 1)];
}
