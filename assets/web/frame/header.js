// The header's switches. The component's value is the language, so that handlers can take it as an input.

import { showDoor } from "../classroom/door.js";

const NOTICE_MS = 6000;

export function mount(element, props, trigger) {
  const { lecture } = window;
  const buttons = [...element.querySelectorAll("[data-lang]")];
  const dark = element.querySelector("[data-switch=dark]");
  const projector = element.querySelector("[data-switch=projector]");

  const press = (button, on) => button.setAttribute("aria-pressed", String(on));
  function show() {
    for (const button of buttons) press(button, button.dataset.lang === lecture.language());
    press(dark, lecture.isDark());
    press(projector, lecture.isProjector());
  }
  function languageChanged() {
    props.value = lecture.language();
    show();
  }

  for (const button of buttons) button.addEventListener("click", () => lecture.chooseLanguage(button.dataset.lang));
  lecture.setLanguage(lecture.language());
  languageChanged();
  document.addEventListener("lecture:language", () => { languageChanged(); trigger("change"); });
  dark.addEventListener("click", () => { lecture.setDark(!lecture.isDark()); show(); });
  projector.addEventListener("click", () => { lecture.setProjector(!lecture.isProjector()); show(); });
  document.addEventListener("lecture:go", () => trigger("go"));

  let hiding = null;
  function showNotices() {
    const notices = [...element.querySelectorAll("[data-notice]")];
    const wanted = lecture.notices.splice(0);
    if (!wanted.length) return;
    for (const notice of notices) notice.hidden = notice.dataset.notice !== wanted.at(-1);
    clearTimeout(hiding);
    if (wanted.at(-1) !== "copyByHand") hiding = setTimeout(hideNotices, NOTICE_MS);
  }
  function hideNotices() {
    for (const notice of element.querySelectorAll("[data-notice]")) notice.hidden = true;
  }
  element.querySelector("[data-address]").addEventListener("blur", hideNotices);
  document.addEventListener("lecture:notice", showNotices);

  document.addEventListener("lecture:class", showDoor);
  showDoor();
  showNotices();
  if (lecture.wantedTab()) trigger("go"); // a link that was pressed before this was here
}
