// The digits stage: one session of a visitor, its five views, and the questions it asks the server.

import { createDream } from "./dream.js";
import { createExam } from "./exam.js";
import { createLesson } from "./lesson.js";
import { createPad } from "./pad.js";
import { percent } from "./pictures.js";
import { createStudy } from "./study.js";
import { createView } from "./view.js";
import { askPatiently, latestOnly, newToken } from "../frame/asking.js";
import { onOpen, sharedState } from "../frame/shared.js";
import { TASK_NOTICES, TRIES, lectureSetting, stateToText, textToState } from "./state.js";

const SECTION = "digits";
const BELIEVES = 0.5;
const TRY_STUDY_S = 5;
const STUDY_SEED = 0; // every network starts from the same random weights, so that one can compare

export function mount(element, live, server) {
  const { lecture } = window;
  const root = element.querySelector(".digits");
  const token = newToken();
  let state = lectureSetting();
  let isChosen = false; // the visitor has said who answers
  let isOwnByItself = false; // their own network answers from now on, and they have not been told yet
  let notice = null; // [key, values]
  let judged = null; // what the network says of the drawing
  let spoken = null; // which pixels spoke for it
  let source = null; // where the handwriting comes from
  let dragged = null; // the share of wrong answers while its slider is being moved

  const write = createView(root, live);
  const model = () => ({
    state, notice, judged, spoken, source, dragged, lesson: teaching.lesson, study: studying.study, dream: dreaming.dream,
    examining, pen: pad.pen(), inkSide: pad.inkSide(),
  });
  const show = () => write(model());
  const isOwn = () => state.who === "own" || state.view === "study";
  const network = () => ({ own: isOwn(), token });

  function say(key, values = {}) {
    notice = key ? [key, values] : null;
    show();
  }

  // The server's answer, or null where there was none, and then a line says so.
  async function ask(name, call) {
    const reply = await askPatiently(server, name, call);
    source = reply?.source ?? reply?.book?.source ?? source;
    if (reply === undefined) say("unreachable");
    else if (reply.noModel) say("noModel");
    else if (notice?.[0] === "unreachable") say(null);
    return reply ?? null;
  }

  // ---- the pad ----
  const pad = createPad(root.querySelector("canvas.pad"), (isEnd) => { judge(); if (isEnd) speak(); });
  const judge = latestOnly(async () => {
    const drawing = pad.pack();
    const reply = drawing && (await ask("judge", { ...network(), ...drawing }));
    if (drawing && !reply) return;
    judged = reply?.probabilities ? reply : null;
    spoken = null;
    show();
  });
  const speak = latestOnly(async () => {
    await judge.settled();
    const drawing = pad.pack();
    if (!drawing || !judged || state.view !== "draw") return;
    const asked = judged;
    const reply = await ask("speak", { ...network(), ...drawing });
    if (asked !== judged) return;
    spoken = reply?.map ? reply : null;
    show();
  });
  function judgeAgain() {
    if (pad.isEmpty()) return;
    judge();
    speak();
  }

  // ---- one step ----
  const teaching = createLesson(ask, token, (isStep) => {
    const { lesson } = teaching;
    const [labelled, twin] = lesson.reply.after;
    const { label } = lesson.reply;
    if (lesson.reply.seen < studying.last()?.seen) studying.forget();
    if (isStep && state.task === 1 && labelled[label] >= BELIEVES) {
      const shares = { times: lesson.nSteps, labelled: percent(labelled[label]), twin: percent(twin[label]) };
      finishTry("tryStepDone", { ...shares, label });
    }
    show();
  });

  // ---- study and test ----
  const settings = () => ({ token, examples: state.examples, flipped: state.flipped, rate: state.rate, seed: STUDY_SEED });
  const studying = createStudy(ask, settings, studied, say);
  function studied() {
    const last = studying.last();
    const { isRunning } = studying.study;
    if (last?.seconds && !isChosen && state.who !== "own") {
      state.who = "own"; // who has taught a network wants to see that one tested
      isOwnByItself = true;
    }
    if (isRunning && last?.seconds && last.loss === null) {
      studying.stop();
      say("diverged");
    } else if (isRunning && last && isLost(last)) {
      notice = ["tooHigh", {}];
    } else if (isRunning && state.task === 2 && last?.seconds >= TRY_STUDY_S) {
      studying.stop();
      finishTry("tryFlipDone", { book: percent(last.book), test: percent(last.test) });
    }
    show();
    if (state.view === "study") judgeAgain();
  }
  // As good as guessing after two seconds, though the book is thick and mostly right.
  const isLost = ({ seconds, test }) => seconds > 2 && test < 0.2 && state.examples >= 1000 && state.flipped <= 0.5;
  const examining = createExam(ask, network, show);
  function graded(reply) {
    if (reply?.seen < studying.last()?.seen) {
      studying.forget();
      say("networkGone");
    } else if (reply?.seen === 0) say("untrained");
  }

  // ---- the other way round ----
  const dreaming = createDream(ask, network, show, () => {
    const { label, reply } = dreaming.dream;
    if (state.task === 3) finishTry("tryMakeDone", { label, sure: percent(reply.probabilities.at(-1), 1) });
  });
  function make() {
    changed();
    dreaming.make(state.label, state.noise);
  }

  // ---- choosing ----
  function finishTry(key, values) {
    say(key, values);
    const button = document.querySelector(`[data-try="${state.task}"][data-section=${SECTION}]`);
    if (button) button.dataset.done = "";
    state.task = 0;
  }

  function changed() {
    lecture.setAddress(SECTION, stateToText(state));
    show();
  }

  function begin(next) {
    studying.stop();
    examining.stop();
    dreaming.stop();
    state = next;
    notice = state.task ? [TASK_NOTICES[state.task], {}] : null;
    for (const button of document.querySelectorAll(`[data-try][data-section=${SECTION}]`)) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.try) === state.task));
    }
    if (isOwnByItself && ["test", "draw", "make"].includes(state.view)) {
      isOwnByItself = false;
      notice ??= ["ownAnswers", {}];
    }
    changed();
    enter();
    if (lecture.isProjector() && root.getBoundingClientRect().bottom > innerHeight) root.scrollIntoView();
  }

  // What a view needs from the server when it is opened.
  const enter = () => ({
    step: () => (state.task === 1 ? teaching.begin() : teaching.look()),
    study: async () => {
      const mine = state;
      judgeAgain();
      const isThere = await (state.task === 2 ? studying.afresh() : studying.look());
      if (isThere && state === mine && state.task === 2) studying.start();
    },
    test: () => examining.grade(graded),
    draw: () => { judgeAgain(); if (!source) teaching.look(); },
    make,
  })[state.view]();

  // A state that somebody is brought to, with a network that has learnt nothing yet.
  function openAfresh(next) {
    isChosen = isOwnByItself = false;
    pad.clear();
    begin(next);
    if (next.view === "step") teaching.begin();
    if (next.view === "study") studying.afresh();
  }

  function setBook(change) {
    Object.assign(state, change, { task: 0 });
    notice = studying.last()?.seconds ? ["newBook", {}] : null;
    studying.afresh();
    changed();
  }

  const choose = {
    view: (view) => begin({ ...state, view, task: 0 }),
    who: (who) => { isChosen = true; begin({ ...state, who, task: 0 }); },
    examples: (count) => setBook({ examples: Number(count) }),
    make: (label) => { state.label = Number(label); make(); },
    pen: (pen) => { pad.setPen(pen); show(); },
    action: (name) => actions[name]?.(),
  };
  const actions = {
    restore: () => openAfresh(lectureSetting()),
    copy: () => { lecture.setAddress(SECTION, stateToText(state)); lecture.copyAddress(); },
    step: teaching.step,
    next: teaching.next,
    forget: teaching.forget,
    study: () => { if (studying.study.isRunning) studying.stop(); else { notice = state.task ? notice : null; studying.start(); } },
    afresh: () => { notice = null; studying.afresh(); },
    grade: () => examining.grade(graded),
    undo: pad.undo,
    clear: pad.clear,
    otherNoise: () => { state.noise = (state.noise + 1) % 1000; make(); },
  };

  root.addEventListener("click", ({ target }) => {
    const cell = target.closest("td[data-truth]");
    if (cell) return openCell(cell);
    const button = target.closest("button");
    if (button && notice?.[0].endsWith("Done")) notice = null; // it spoke of what is about to change
    for (const [group, value] of Object.entries(button?.dataset ?? {})) choose[group]?.(value);
  });
  const slide = {
    rate: (value) => { state.rate = Number((10 ** value).toPrecision(2)); changed(); },
    frame: (value) => { if (dreaming.dream.reply) dreaming.goTo(value); },
    flipped: (value) => { dragged = value / 100; show(); },
  };
  root.addEventListener("input", ({ target }) => slide[target.dataset.setting]?.(Number(target.value)));
  root.addEventListener("change", ({ target }) => {
    if (target.dataset.setting !== "flipped") return;
    dragged = null;
    setBook({ flipped: target.value / 100 });
  });
  root.querySelector(".test-confusion tbody").addEventListener("keydown", (event) => {
    const cell = event.target.closest("td[data-truth]");
    const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    const [down, right] = moves[event.key] ?? [0, 0];
    if (event.key === "Enter" || event.key === " ") openCell(cell);
    else if (!down && !right) return;
    else root.querySelector(`td[data-truth="${Number(cell.dataset.truth) + down}"][data-answer="${Number(cell.dataset.answer) + right}"]`)?.focus();
    event.preventDefault();
  });
  const openCell = ({ dataset }) => examining.open([Number(dataset.truth), Number(dataset.answer)]);

  function startTry() {
    const { section, number } = lecture.lastTry();
    if (section !== SECTION) return;
    begin(TRIES[number]());
    if (root.getBoundingClientRect().top > innerHeight / 2) root.scrollIntoView();
  }
  document.addEventListener("lecture:try", startTry);
  for (const event of ["lecture:language", "lecture:theme"]) document.addEventListener(event, show);
  new ResizeObserver(show).observe(root);
  new IntersectionObserver(() => { if (!root.offsetParent) studying.stop(); }).observe(root);
  window.addEventListener("pagehide", studying.stop);

  for (const label of root.querySelectorAll("[data-aria-label-ko]")) lecture.translateLabel(label);
  onOpen(SECTION, textToState, openAfresh);
  const read = sharedState(SECTION, textToState);
  if (lecture.lastTry()?.section === SECTION) startTry();
  else if (read) begin(read);
  else { show(); enter(); }
}
