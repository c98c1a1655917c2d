// Which key means what while somebody presents, and where it is left alone.

const SIGNS = { f: "full", b: "blank", ".": "blank", r: "again", "?": "keys" };
const PLACES = { KeyF: "full", KeyB: "blank", Period: "blank", KeyR: "again" }; // where the keyboard writes Hangul
const WRITES = "input:not([type=range], [type=checkbox]), textarea, select, [contenteditable=true]";

const isPlain = (target) => target === document.body || target === document.documentElement || !(target instanceof Element) || target.tabIndex < 0;
// What is focused and does something with arrows of its own: sliders, canvases, cells of a table.
const usesArrows = (target) => !isPlain(target) && !target.matches("button, a, summary");
const isPianoShown = () => Boolean(document.querySelector("canvas[data-figure=keys]")?.offsetParent);

export const isPresentKey = (event) => event.code === "KeyP" && event.shiftKey && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.closest?.(WRITES);

// The name of the action, or null. Page keys are what a presenter's remote control sends.
export function actionOf(event) {
  const { key, target, shiftKey } = event;
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  if (key === "PageDown") return "next";
  if (key === "PageUp") return "previous";
  if (key === "Escape") return "leaveFull";
  if (target.closest?.(WRITES)) return null;
  if (key === "ArrowRight" || key === "ArrowLeft") return usesArrows(target) ? null : key === "ArrowRight" ? "next" : "previous";
  if (key === " ") return isPlain(target) ? (shiftKey ? "previous" : "next") : null;
  const action = (/^[ -~]$/.test(key) ? SIGNS[key.toLowerCase()] : PLACES[event.code]) ?? null;
  return action === "full" && isPianoShown() && !shiftKey ? null : action; // F is a key of the piano
}
