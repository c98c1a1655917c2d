// The door to presenting: it opens by the address, a button or a key, and loads the rest only then.

import { isPresentKey } from "./keys.js";

export function mount(element, live) {
  const { lecture } = window;
  const root = element.querySelector(".presenter");
  let show = null;

  async function opened() {
    show ??= import("./show.js").then(({ createShow }) => createShow(root, live));
    return show;
  }
  const toggle = async () => (await opened()).toggle();
  document.addEventListener("click", ({ target }) => { if (target.closest?.("[data-present]")) toggle(); });
  window.addEventListener("keydown", (event) => {
    if (!isPresentKey(event)) return;
    event.preventDefault();
    event.stopPropagation();
    toggle();
  }, true);
  for (const label of root.querySelectorAll("[data-aria-label-ko]")) lecture.translateLabel(label);

  const wanted = lecture.parameter("present");
  if (wanted !== null) Promise.all([opened(), lecture.ready]).then(([one]) => one.resume(wanted));
}
