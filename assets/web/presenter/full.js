// The stage alone on the whole screen. Where the browser refuses that, it fills the window all the same.

export function createFull(onChange) {
  const { documentElement: root } = document;
  const isOn = () => root.hasAttribute("data-full");
  function set(on) {
    if (on === isOn()) return;
    root.toggleAttribute("data-full", on);
    window.dispatchEvent(new Event("resize"));
    onChange();
  }
  async function enter() {
    set(true);
    try { await root.requestFullscreen(); } catch { /* an old phone, or a frame that may not */ }
  }
  async function leave() {
    set(false);
    if (document.fullscreenElement) await document.exitFullscreen();
  }
  document.addEventListener("fullscreenchange", () => { if (!document.fullscreenElement) set(false); });
  return { isOn, leave, toggle: () => (isOn() ? leave() : enter()) };
}
