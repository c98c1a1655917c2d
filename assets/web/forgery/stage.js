// The forgery stage: one session of a visitor, its four views, and the questions it asks the server.

import { createPad } from "../digits/pad.js";
import { askPatiently, latestOnly } from "../frame/asking.js";
import { onOpen, sharedState } from "../frame/shared.js";
import { createDuel } from "./duel.js";
import { createFilm } from "./film.js";
import { TASK_NOTICES, TRIES, lectureSetting, stateToText, textToState } from "./state.js";
import { createView } from "./view.js";

const SECTION = "forgery";
const N_FOOLED = 6; // judges, of eight, for the first try
const COVERED = 0.9; // of the ring's parts, for the second

export function mount(element, live, server) {
  const { lecture } = window;
  const root = element.querySelector(".forgery");
  const moments = [...root.querySelectorAll("[data-verdicts=mine] small")].map(({ textContent }) => textContent);
  let state = lectureSetting();
  let notice = null; // [key, values]
  let scene = null; // what the server shows of the moment
  let judged = null; // what the judges say of the drawing
  let pair = null; // a real and a forged digit, and what they say of those

  const write = createView(root, live, moments);
  const show = () => write({ state, notice, scene, judged, pair, pen: pad.pen(), duel, film });

  function say(key, values = {}) {
    notice = key ? [key, values] : null;
    show();
  }

  // The server's answer, or null where there was none, and then a line says so.
  async function ask(name, call) {
    const reply = await askPatiently(server, name, call);
    if (reply === undefined) say("unreachable");
    else if (reply.noModel) say("noModel");
    else if (notice?.[0] === "unreachable") notice = null;
    return !reply || reply.noModel ? null : reply;
  }

  // ---- the picture ----
  const look = latestOnly(async () => {
    const asked = { moment: state.moment, seed: state.seed };
    const reply = await ask("scene", asked);
    if (reply) scene = { ...reply, ...asked };
    show();
  });

  // ---- a digit to forge ----
  let nChanges = 0;
  let isLifted = true; // the pen
  const pad = createPad(root.querySelector(".forge-pad"), (isEnd) => {
    nChanges += 1;
    isLifted = isEnd;
    if (notice?.[0] === "try1Done") notice = null; // it spoke of another drawing
    judge();
  });
  const judge = latestOnly(async () => {
    const drawing = pad.pack();
    const asked = nChanges;
    const reply = drawing && (await ask("inspect", { moment: moments.length - 1, ...drawing }));
    if (drawing && !reply) return;
    judged = reply?.standing ? reply : null;
    const isWhole = isLifted && asked === nChanges;
    if (judged && isWhole && state.task === 1 && nFooled() >= N_FOOLED) finishTry("try1Done", { n: nFooled() });
    show();
  });
  const nFooled = () => judged.caught.filter((isCaught) => !isCaught).length;
  const compare = latestOnly(async () => {
    const { digit, seed } = state;
    const reply = await ask("twins", { digit, seed });
    if (reply) pair = { ...reply, digit };
    show();
  });

  // ---- the plane ----
  const duel = createDuel(root.querySelector(".duel-plane"), () => { if (state.view === "duel") dueled(); });
  function dueled() {
    if (duel.hasDiverged) notice = ["diverged", {}];
    else if (state.task === 2 && state.shape === "ring" && duel.nSteps()?.generator && duel.outcome?.modesCovered >= COVERED * duel.outcome.nModes) {
      return finishTry("try2Done", { steps: duel.nSteps().generator });
    }
    show();
  }
  function enterDuel() {
    if (duel.preset() !== state.preset || duel.shape() !== state.shape) duel.reset(state.preset, state.shape);
    duel.draw();
    dueled();
  }
  function rematch(change) {
    Object.assign(state, change);
    setTask(0);
    notice = null;
    duel.stop();
    duel.reset(state.preset, state.shape);
    changed();
  }
  function half(step) {
    duel.stop();
    step();
    duel.measure();
    duel.draw();
    dueled();
  }

  // ---- the film ----
  const film = createFilm(root.querySelector(".film-frame"), () => {
    if (state.view !== "film") return;
    if (film.hasFailed()) notice = ["unreachable", {}];
    else if (notice?.[0] === "unreachable") notice = null;
    if (state.task === 3 && film.name() === "faces" && film.last() && film.frame() === film.last()) finishTry("try3Done");
    show();
  });

  // ---- choosing ----
  function finishTry(key, values) {
    const button = document.querySelector(`[data-try="${state.task}"][data-section=${SECTION}]`);
    if (button) button.dataset.done = "";
    setTask(0);
    say(key, values);
  }
  function setTask(task) {
    state.task = task;
    for (const button of document.querySelectorAll(`[data-try][data-section=${SECTION}]`)) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.try) === task));
    }
  }

  function changed() {
    lecture.setAddress(SECTION, stateToText(state));
    show();
  }

  function begin(next) {
    duel.stop();
    film.pause();
    state = next;
    notice = state.task ? [TASK_NOTICES[state.task], {}] : null;
    setTask(state.task);
    changed();
    enter();
    if (lecture.isProjector() && root.getBoundingClientRect().bottom > innerHeight) root.scrollIntoView();
  }
  const enter = () => ({
    scene: look,
    forge: () => { compare(); if (!pad.isEmpty()) judge(); },
    duel: () => { if (state.task === 2) duel.reset(state.preset, state.shape); enterDuel(); },
    film: () => film.choose(state.film),
  })[state.view]();

  function openAfresh(next) {
    pad.clear();
    pad.setPen("thick");
    duel.setSlow(false);
    duel.reset(next.preset, next.shape);
    duel.forget();
    begin(next);
  }

  const choose = {
    view: (view) => begin({ ...state, view, task: 0 }),
    pen: (pen) => { pad.setPen(pen); show(); },
    digit: (digit) => { state.digit = Number(digit); changed(); compare(); },
    preset: (preset) => rematch({ preset, shape: duel.presetShape(preset) }),
    shape: (shape) => rematch({ shape }),
    film: (name) => { state.film = name; changed(); film.choose(name); },
    action: (name) => actions[name]?.(),
  };
  const actions = {
    restore: () => openAfresh(lectureSetting()),
    copy: () => { lecture.setAddress(SECTION, stateToText(state)); lecture.copyAddress(); },
    again: () => { state.seed = (state.seed + 1) % 1000; changed(); look(); },
    others: () => { state.seed = (state.seed + 1) % 1000; changed(); compare(); },
    undo: pad.undo,
    clear: pad.clear,
    run: () => { if (duel.isRunning()) duel.stop(); else duel.start(); show(); },
    stepPolice: () => half(duel.stepPolice),
    stepForger: () => half(duel.stepForger),
    slow: () => duel.setSlow(!duel.isSlow()),
    reset: () => { if (notice?.[0] === "diverged") notice = null; duel.stop(); if (state.shape === "drawn") duel.forget(); else duel.reset(); },
    play: film.toggle,
  };
  root.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (button && notice?.[0].endsWith("Done")) notice = null; // it spoke of what is about to change
    for (const [group, value] of Object.entries(button?.dataset ?? {})) choose[group]?.(value);
  });
  const slide = {
    moment: (value) => { state.moment = value; changed(); look(); },
    frame: (value) => { film.pause(); film.goTo(value); },
  };
  root.addEventListener("input", ({ target }) => slide[target.dataset.setting]?.(Number(target.value)));

  function startTry() {
    const { section, number } = lecture.lastTry();
    if (section !== SECTION) return;
    if (number === 1) { pad.clear(); pad.setPen("thick"); }
    begin(TRIES[number]());
    if (root.getBoundingClientRect().top > innerHeight / 2) root.scrollIntoView();
  }
  document.addEventListener("lecture:try", startTry);
  for (const event of ["lecture:language", "lecture:theme"]) document.addEventListener(event, () => { duel.draw(); show(); });
  new ResizeObserver(() => {
    if (!root.offsetParent) { duel.stop(); film.pause(); } // another tab is open
    duel.draw();
    show();
  }).observe(root);

  for (const label of root.querySelectorAll("[data-aria-label-ko]")) lecture.translateLabel(label);
  onOpen(SECTION, textToState, openAfresh);
  const read = sharedState(SECTION, textToState);
  if (lecture.lastTry()?.section === SECTION) startTry();
  else if (read) begin(read);
  else { show(); enter(); }
}
