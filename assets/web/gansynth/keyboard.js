// A piano keyboard on a canvas, for fingers, computer keys and MIDI keyboards.

import { sharpened } from "../frame/canvas.js";

const BLACK = new Set([1, 3, 6, 8, 10]);
const LETTERS = ["KeyA", "KeyW", "KeyS", "KeyE", "KeyD", "KeyF", "KeyT", "KeyG", "KeyY", "KeyH", "KeyU", "KeyJ", "KeyK", "KeyO", "KeyL", "KeyP", "Semicolon"];
const SIGNS = ["A", "W", "S", "E", "D", "F", "T", "G", "Y", "H", "U", "J", "K", "O", "L", "P", ";"];
const WHITE_PX = 40; // at least, of a white key
const isBlack = (pitch) => BLACK.has(pitch % 12);

// The keys that fit a width: all, or some whole octaves about a C.
export function keysOf(width, lowest, highest, middle) {
  const nWhite = Math.max(8, Math.floor(width / WHITE_PX));
  const all = Array.from({ length: highest - lowest + 1 }, (_, i) => lowest + i);
  if (all.filter((pitch) => !isBlack(pitch)).length <= nWhite) return all;
  const octaves = Math.max(1, Math.floor((nWhite - 1) / 7));
  const low = Math.min(Math.max(middle - 12 * Math.floor(octaves / 2), lowest), highest - 12 * octaves);
  return all.filter((pitch) => pitch >= low && pitch <= low + 12 * octaves);
}

// Each key's box within a canvas, white ones first.
export function boxesOf(keys, width, height) {
  const white = keys.filter((pitch) => !isBlack(pitch));
  const w = width / white.length;
  const boxes = white.map((pitch, i) => ({ pitch, x: i * w, y: 0, width: w, height }));
  for (const pitch of keys.filter(isBlack)) {
    const after = white.indexOf(pitch - 1) + 1;
    boxes.push({ pitch, isBlack: true, x: after * w - 0.3 * w, y: 0, width: 0.6 * w, height: 0.62 * height });
  }
  return boxes;
}

export function createKeyboard(canvas, { onPress, onRelease }) {
  let model = { keys: [], isReady: () => false, held: new Set(), letterC: 60, wasOver: null };
  const pointers = new Map(); // pointer id -> pitch
  const letters = new Map(); // code -> pitch

  function draw(next) {
    model = next;
    const sharp = sharpened(canvas);
    if (!sharp) return;
    const { context, width, height } = sharp;
    const style = getComputedStyle(canvas);
    const colour = (name) => style.getPropertyValue(name);
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    context.textAlign = "center";
    for (const box of boxesOf(model.keys, width, height)) {
      const isHeld = model.held.has(box.pitch);
      context.fillStyle = isHeld ? colour("--fire") : box.isBlack ? "#1b1f25" : "#fdfdfb";
      context.strokeStyle = "#6d7580";
      context.beginPath();
      context.roundRect(box.x + 0.5, -4, box.width - 1, box.height + 3.5, 5);
      context.fill();
      context.stroke();
      if (!model.isReady(box.pitch)) {
        context.fillStyle = box.isBlack ? "#5b6470" : "#d3d8de";
        context.fillRect(box.x + 2, 0, box.width - 4, box.height - 4);
      }
      const sign = SIGNS[box.pitch - model.letterC];
      context.fillStyle = isHeld || !box.isBlack ? "#15191f" : "#eef1f5";
      context.font = `600 ${Math.min(0.9375 * rem, 0.42 * box.width + 4)}px ${style.fontFamily}`;
      if (sign && matchMedia("(hover: hover)").matches) context.fillText(sign, box.x + box.width / 2, box.height - (box.isBlack ? 12 : 30));
      if (box.pitch % 12 === 0) {
        context.font = `${0.8125 * rem}px ${style.fontFamily}`;
        context.fillText(`C${box.pitch / 12 - 1}`, box.x + box.width / 2, box.height - 10);
      }
    }
  }

  function at(event) {
    const box = canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const hit = boxesOf(model.keys, box.width, box.height).filter((one) => x >= one.x && x < one.x + one.width && y >= 0 && y < one.height).pop();
    return hit ? { pitch: hit.pitch, velocity: 0.55 + 0.45 * Math.min(1, y / hit.height) } : null;
  }
  function slide(event) {
    if (!pointers.has(event.pointerId)) return;
    const hit = at(event);
    const before = pointers.get(event.pointerId);
    if (hit?.pitch === before) return;
    if (before !== null) onRelease(before);
    pointers.set(event.pointerId, hit?.pitch ?? null);
    if (hit) onPress(hit.pitch, hit.velocity);
  }
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, null);
    slide(event);
  });
  canvas.addEventListener("pointermove", slide);
  for (const end of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(end, ({ pointerId }) => {
      const pitch = pointers.get(pointerId);
      pointers.delete(pointerId);
      if (pitch != null) onRelease(pitch);
    });
  }

  // Computer keys play wherever no text is being written, while the keyboard is on the screen.
  function typed(event) {
    const isWriting = event.target.closest?.("input:not([type=range]):not([type=checkbox]), textarea, select, [contenteditable=true]");
    const place = LETTERS.indexOf(event.code);
    if (place < 0 || isWriting || event.ctrlKey || event.metaKey || event.altKey || !canvas.offsetParent) return;
    event.preventDefault();
    if (event.repeat || letters.has(event.code)) return;
    letters.set(event.code, model.letterC + place);
    onPress(model.letterC + place, 0.85);
  }
  function lifted({ code }) {
    const pitch = letters.get(code);
    letters.delete(code);
    if (pitch !== undefined) onRelease(pitch);
  }
  document.addEventListener("keydown", typed);
  document.addEventListener("keyup", lifted);
  window.addEventListener("blur", () => { for (const code of [...letters.keys()]) lifted({ code }); });

  return { draw };
}

export const canUseMidi = () => Boolean(navigator.requestMIDIAccess);

// Listens to every MIDI keyboard there is; promises how many.
export async function listenToMidi({ onPress, onRelease, onSustain, onChange }) {
  const access = await navigator.requestMIDIAccess();
  const heard = ({ data: [status, pitch, value] }) => {
    const kind = status & 0xf0;
    if (kind === 0x90 && value) onPress(pitch, value / 127);
    else if (kind === 0x90 || kind === 0x80) onRelease(pitch);
    else if (kind === 0xb0 && pitch === 64) onSustain(value >= 64);
  };
  const connect = () => {
    for (const input of access.inputs.values()) input.onmidimessage = heard;
    onChange(access.inputs.size);
  };
  access.onstatechange = connect;
  connect();
}
