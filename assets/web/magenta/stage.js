// The tour: one card is open, a kind of output may be picked out; both stand in the address as kind_system. Sketch-RNN is
// played in a view of its own, which stands there as "sketch".

import { askPatiently } from "../frame/asking.js";
import { onOpen, sharedState } from "../frame/shared.js";
import { createSketch } from "./sketch.js";

const SECTION = "magenta";
const FIRST = "gansynth";
const SOUND = ["nsynth", "wave2midi2wave", "gansynth"];

// The three tries: what each sets up, and when it is done.
const TRIES = {
  1: { notice: "try1", done: "try1Done", begin: { kind: "all", system: "nsynth" }, isDone: (seen) => seen.at(-1) === "onsets_and_frames" },
  2: { notice: "try2", done: "try2Done", begin: { kind: "all", system: "maestro" }, isDone: (seen) => SOUND.every((name) => seen.includes(name)) },
  3: { notice: "try3", done: "try3Done", begin: { kind: "all", system: "gansynth" }, isDone: () => false }, // by its link
};

export function mount(element, live, server) {
  const { lecture } = window;
  const root = element.querySelector(".tour");
  const systems = [...root.querySelectorAll("[data-system]")].map(({ dataset }) => dataset.system);
  const kinds = [...root.querySelectorAll("[data-kind]")].map(({ dataset }) => dataset.kind);
  let state = { view: "tour", kind: "all", system: FIRST };
  let task = 0;
  let seen = []; // since the try began
  let notice = null;

  const say = (key, values = {}) => live[lecture.language()][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const sketch = createSketch(root, {
    ask: async (name, call) => {
      const reply = await askPatiently(server, name, call);
      const problem = !reply ? "unreachable" : reply.noModel ? "noModel" : reply.isTooLong ? "tooLong" : null;
      if (problem) notice = problem;
      else if (["unreachable", "tooLong"].includes(notice)) notice = null;
      return problem ? null : reply;
    },
    onChange: () => show(),
  });

  function showSketch() {
    const { temperature, isBegun, nWays, hasBetween, isEmpty } = sketch.state();
    root.querySelector("[data-text=says]").textContent = nWays ? say(isBegun ? "wentOn" : "madeUp", { n: nWays }) : say("thinking");
    root.querySelector("[data-ways]").setAttribute("aria-label", nWays ? say(isBegun ? "wentOn" : "madeUp", { n: nWays }) : say("thinking"));
    root.querySelector("[data-between]").setAttribute("aria-label", say(hasBetween ? "betweenName" : "thinking"));
    const slider = root.querySelector("[data-setting=temperature]");
    slider.setAttribute("aria-valuetext", temperature.toFixed(1));
    slider.nextElementSibling.textContent = temperature.toFixed(1);
    for (const action of ["undo", "clear", "keepFirst", "keepLast"]) root.querySelector(`[data-action=${action}]`).disabled = isEmpty;
  }
  function show() {
    root.dataset.view = state.view;
    for (const one of root.querySelectorAll("[data-for]")) one.hidden = one.dataset.for !== state.view;
    if (state.view === "sketch") showSketch();
    for (const name of ["view", "kind", "system"]) {
      for (const button of root.querySelectorAll(`button[data-${name}]`)) button.setAttribute("aria-pressed", String(button.dataset[name] === state[name]));
    }
    for (const one of root.querySelectorAll("[data-makes]")) one.toggleAttribute("data-aside", state.kind !== "all" && one.dataset.makes !== state.kind);
    for (const dot of root.querySelectorAll("[data-dot]")) dot.toggleAttribute("data-now", dot.dataset.dot === state.system);
    for (const detail of root.querySelectorAll("[data-detail]")) detail.hidden = state.view !== "tour" || detail.dataset.detail !== state.system;
    const line = root.querySelector(".tour-notice");
    line.hidden = !notice;
    if (notice) {
      line.dataset.kind = notice.endsWith("Done") ? "good" : "";
      line.textContent = say(notice);
    }
  }
  function changed(change) {
    state = { ...state, ...change };
    lecture.setAddress(SECTION, state.view === "sketch" ? "sketch" : `${state.kind}_${state.system}`);
    if (notice?.endsWith("Done")) notice = null;
    if (change.system && task) {
      seen.push(change.system);
      if (TRIES[task].isDone(seen)) finish();
    }
    show();
    if (change.view === "sketch") sketch.open();
  }
  function setTask(number) {
    task = number;
    seen = [];
    for (const button of document.querySelectorAll(`[data-try][data-section=${SECTION}]`)) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.try) === task));
    }
  }
  function finish() {
    document.querySelector(`[data-try="${task}"][data-section=${SECTION}]`).dataset.done = "";
    notice = TRIES[task].done;
    setTask(0);
  }
  function startTry() {
    const { section, number } = lecture.lastTry();
    if (section !== SECTION) return;
    setTask(0);
    changed({ view: "tour", ...TRIES[number].begin });
    setTask(number);
    notice = TRIES[number].notice;
    show();
    if (root.getBoundingClientRect().top > innerHeight / 2) root.scrollIntoView();
  }
  root.addEventListener("click", ({ target }) => {
    const { view, kind, system, action } = target.closest("button")?.dataset ?? {};
    if (view) { setTask(0); changed({ view }); }
    if (kind) changed({ kind });
    if (system) {
      changed({ system });
      root.querySelector(`[data-detail=${system}]`).scrollIntoView({ block: "nearest", behavior: "smooth" });
    }
    if (action === "restore") open({ view: "tour", kind: "all", system: FIRST });
    if (action === "copy") { changed({}); lecture.copyAddress(); }
    if (["undo", "clear", "again", "keepFirst", "keepLast", "others"].includes(action)) sketch[action]();
    if (target.closest("a[href^='?tab=']") && task === 3) { finish(); show(); }
  });
  root.addEventListener("input", ({ target }) => { if (target.dataset.setting === "temperature") sketch.setTemperature(Number(target.value)); });
  document.addEventListener("lecture:try", startTry);
  document.addEventListener("lecture:language", show);
  document.addEventListener("lecture:theme", sketch.draw);
  new ResizeObserver(() => { if (root.offsetParent && state.view === "sketch") sketch.draw(); }).observe(root);
  for (const label of root.querySelectorAll("[data-aria-label-ko]")) lecture.translateLabel(label);

  function textToState(text) {
    const [kind, ...rest] = text.split("_");
    const system = rest.join("_");
    if (text === "sketch") return { view: "sketch" };
    return kinds.includes(kind) && systems.includes(system) ? { view: "tour", kind, system } : null;
  }
  function open(next) {
    setTask(0);
    notice = null;
    changed(next);
  }
  onOpen(SECTION, textToState, open);
  const read = sharedState(SECTION, textToState);
  if (lecture.lastTry()?.section === SECTION) startTry();
  else changed(read ?? { view: state.view });
}
