// The neuron's stage: connects the session with the controls, the page and the address.

import { createSession } from "./session.js";
import { createView } from "./view.js";
import { textToState } from "./state.js";
import { onOpen, sharedState } from "../frame/shared.js";

const SECTION = "neuron"; // its name in the address and on the tries

export function mount(element, live) {
  const { lecture } = window;
  const root = element.querySelector(".neuron");
  const say = (key, values = {}) => live[lecture.language()][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const view = createView(root, say, (x1, x2) => session.movePoint(x1, x2));
  const session = createSession(view, (text, underWay) => {
    lecture.setAddress(SECTION, text);
    showTries(underWay);
  });

  root.addEventListener("input", ({ target }) => {
    const value = Number(target.value);
    if (target.dataset.setting === "rate") session.setNumber("rate", Number((10 ** value).toPrecision(2)));
    else session.setNumber(target.dataset.param, value);
  });
  root.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    for (const [group, value] of Object.entries(button?.dataset ?? {})) session.choose[group]?.(value);
    if (button?.dataset.action === "copy") {
      lecture.setAddress(SECTION, session.text());
      lecture.copyAddress();
    }
  });
  document.addEventListener("lecture:try", startTry);
  for (const event of ["lecture:language", "lecture:theme"]) document.addEventListener(event, session.render);
  new ResizeObserver(session.render).observe(root);
  new IntersectionObserver(() => { if (!root.offsetParent) session.pause(); }).observe(root);

  function startTry() {
    const { section, number } = lecture.lastTry();
    if (section !== SECTION) return;
    session.startTry(number);
    if (root.getBoundingClientRect().top > innerHeight / 2) root.scrollIntoView();
  }

  for (const label of root.querySelectorAll("[data-aria-label-ko]")) lecture.translateLabel(label);
  session.render();
  onOpen(SECTION, textToState, session.open);
  const read = sharedState(SECTION, textToState);
  if (read) session.open(read);
  if (lecture.lastTry()) startTry();
}

function showTries({ number, isDone }) {
  for (const button of document.querySelectorAll(`[data-try][data-section=${SECTION}]`)) {
    const isCurrent = Number(button.dataset.try) === number;
    button.setAttribute("aria-pressed", String(isCurrent));
    if (isCurrent && isDone) button.dataset.done = "";
  }
}
