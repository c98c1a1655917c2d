// The walk between two generated faces: frames made ahead by the server, blended into one another at the screen's rate.

import { latestOnly } from "../frame/asking.js";

const WALK_S = 4; // one way
const LAST_SEED = 999_999;

export function createWalk({ canvases, ask, onChange }) {
  let ends = [3, 14]; // seeds
  let way = null; // {sheet, n, side, columns}
  let place = 0; // 0..1
  let startedAt = null;
  let isBack = false; // on the way back
  let hasArrived = false;
  let varied = null;
  const sheets = new Map(); // truncation -> what was made of it
  let truncation = 0.85;
  let seed = 1;

  async function decode(reply) {
    if (!reply) return null;
    const image = new Image();
    image.src = `data:image/webp;base64,${reply.sheet}`;
    await image.decode();
    return { image, n: reply.n, side: reply.side, columns: image.naturalWidth / reply.side };
  }
  const fetchWay = latestOnly(async () => {
    const [from, to] = ends;
    const found = await decode(await ask("walk", { from, to }));
    if (found && from === ends[0] && to === ends[1]) way = found;
    draw();
    onChange();
  });
  const fetchVaried = latestOnly(async () => {
    const key = `${seed} ${truncation}`;
    if (!sheets.has(key)) {
      const found = await decode(await ask("vary", { seed, truncation }));
      if (found) sheets.set(key, found);
    }
    varied = sheets.get(key) ?? varied;
    draw();
    onChange();
  });
  function open() {
    if (!way) fetchWay();
    if (!varied) fetchVaried();
    draw();
  }

  function draw() {
    if (way) {
      const at = place * (way.n - 1);
      const first = Math.min(Math.floor(at), way.n - 1);
      paint(canvases.walk, way, first);
      if (at > first) paint(canvases.walk, way, first + 1, at - first);
      paint(canvases.start, way, 0);
      paint(canvases.end, way, way.n - 1);
    }
    if (varied) {
      const { image, n, side } = varied;
      canvases.varied.width = image.naturalWidth;
      canvases.varied.height = side * Math.ceil(n / varied.columns);
      canvases.varied.getContext("2d").drawImage(image, 0, 0);
    }
  }
  function paint(canvas, { image, side, columns }, k, alpha = 1) {
    const context = canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.globalAlpha = alpha;
    context.drawImage(image, (k % columns) * side, Math.floor(k / columns) * side, side, side, 0, 0, canvas.width, canvas.height);
    context.globalAlpha = 1;
  }
  function frame(now) {
    if (startedAt === null) return;
    const share = Math.min(1, Math.max(0, now - startedAt) / 1000 / WALK_S);
    place = isBack ? 1 - share : share;
    if (place === 1) hasArrived = true;
    if (share === 1) startedAt = null;
    else requestAnimationFrame(frame);
    draw();
    onChange();
  }
  function play() {
    if (!way) return;
    isBack = place === 1;
    startedAt = performance.now() - (isBack ? 0 : place) * WALK_S * 1000;
    requestAnimationFrame(frame);
    onChange();
  }
  function stop() {
    startedAt = null;
    onChange();
  }
  function goTo(wanted) {
    startedAt = null;
    place = wanted;
    if (place > 0.98) hasArrived = true;
    draw();
    onChange();
  }
  function walkTo(from) {
    ends = [from, Math.floor(Math.random() * LAST_SEED)];
    place = 0;
    startedAt = null;
    way = null;
    fetchWay();
    onChange();
  }
  return {
    open, play, stop, goTo, draw, toggle: () => (startedAt === null ? play() : stop()),
    others: () => { sheets.clear(); seed = Math.floor(Math.random() * LAST_SEED); walkTo(Math.floor(Math.random() * LAST_SEED)); fetchVaried(); },
    onward: () => walkTo(ends[1]),
    setTruncation: (value) => { truncation = value; onChange(); fetchVaried(); },
    rest: () => { if (startedAt !== null) stop(); },
    begin: () => { hasArrived = false; place = 0; draw(); },
    state: () => ({ isReady: Boolean(way), isPlaying: startedAt !== null, place, truncation, hasArrived }),
  };
}
