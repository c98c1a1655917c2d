// The stage of faces: one session of a visitor, its views, and the questions it asks the server.

import { askPatiently, latestOnly } from "../frame/asking.js";
import { onOpen, sharedState } from "../frame/shared.js";
import { saveFile } from "../frame/save.js";
import { scoreCard } from "./card.js";
import { createOwn } from "./own.js";
import { createResults } from "./results.js";
import { createRounds } from "./rounds.js";
import { LINEUPS, TASK_NOTICES, TRIES, lectureSetting, stateToText, textToState } from "./state.js";
import { createView } from "./view.js";
import { createWalk } from "./walk.js";

const SECTION = "real_face";
const N_SINGLES = 10; // for the second try
const MOST_COUNTED = 1000; // answers, the last ones
const NEEDS = { single: ["said", "confidence"], longer: ["side"], bet: [] }; // before the truth is told; else a face

export function mount(element, live, server) {
  const { lecture } = window;
  const root = element.querySelector(".find");
  const results = createResults();
  let state = lectureSetting();
  let notice = null; // [key, values]
  let arePatchesShown = false;
  let isHiding = false; // the visitor's face is in a line-up
  let nSinglesAtStart = 0; // of the try
  let standing = null;
  const stakeField = root.querySelector("[data-stake]");

  const { show: write, say: text } = createView(root, live);
  const lineup = () => rounds[isHiding && state.view === "own" ? "own" : state.kind];
  const show = () => write({
    state, notice, arePatchesShown, isHiding, standing, stake: stakeField.value.trim(),
    results: results.all(), lineup: lineup().state(), single: rounds.single.state(), longer: rounds.longer.state(), own: own.state(), walk: walk.state(),
  });

  // The server's answer, or null where there was none, and then a line says so.
  async function ask(name, call) {
    const reply = await askPatiently(server, name, { token: results.token(), ...call });
    if (reply === undefined) notice = ["unreachable", {}];
    else if (reply.noModel) notice = ["noModel", {}];
    else if (reply.isLost) notice = ["roundLost", {}];
    else if (notice?.[0] === "unreachable") notice = null;
    return !reply || reply.noModel ? null : reply;
  }

  const rounds = Object.fromEntries([...LINEUPS, "own", "single", "longer"].map((kind) => [kind, createRounds({ kind, needs: NEEDS[kind] ?? ["cell"], ask, onChange: () => show() })]));
  const own = createOwn({ video: root.querySelector("video"), canvas: figure("own"), ask, onChange: () => show() });
  const walk = createWalk({
    canvases: Object.fromEntries(["walk", "start", "end", "varied"].map((name) => [name, figure(name)])),
    ask: (name, call) => ask(name, call),
    onChange: () => {
      if (state.task === 3 && walk.state().hasArrived) return finishTry("try3Done");
      if (state.view === "walk") show();
    },
  });
  function figure(name) {
    return root.querySelector(`[data-figure="${name}"]`);
  }

  // ---- answers ----
  async function reveal() {
    const round = lineup(); // another may be chosen before the answer comes
    const truth = await round.reveal();
    if (!truth) return;
    const { kind } = round.state();
    const place = truth.isReal.indexOf(true);
    round.look(place >= 0 ? place : (truth.cell ?? truth.pick));
    if (kind === "four" || kind === "nine") results.add("lineups", { kind, isRight: truth.cell === place, policeRight: truth.pick === place });
    if (kind === "bet" && state.task === 1) finishTry("try1Done");
    show();
    handTo(kind === "bet" ? "[data-action=fair]" : "[data-action=next]");
  }
  async function judge() {
    const truth = await rounds.single.reveal();
    if (!truth) return;
    const [isReal] = truth.isReal;
    const saidReal = truth.said === "real";
    results.add("singles", { isReal, saidReal, confidence: truth.confidence, policeSaidReal: truth.logits[0] > 0, isRight: isReal === saidReal });
    const n = results.all().singles.length - nSinglesAtStart;
    if (state.task === 2 && n >= N_SINGLES) finishTry("try2Done");
    else if (state.task === 2) notice = ["try2Count", { n, of: N_SINGLES }];
    show();
    handTo("[data-action=nextSingle]");
  }
  async function chooseLonger(side) {
    rounds.longer.choose("side", side);
    const truth = await rounds.longer.reveal();
    if (!truth) return;
    results.add("longers", { isRight: truth.side === truth.longer });
    show();
    handTo("[data-action=nextLonger]");
  }
  async function goOn(round, selector) {
    await round.next();
    handTo(selector);
  }
  // The keyboard goes where it is needed next, when what it was on is gone; never away from elsewhere on the page.
  function handTo(selector) {
    const { activeElement } = document;
    if (activeElement && activeElement !== document.body && !root.contains(activeElement)) return;
    root.querySelector(`${selector}:not([hidden])`)?.focus({ preventScroll: true });
  }
  async function hideFace() {
    isHiding = true;
    await rounds.own.next();
    if (rounds.own.state().problem !== "noFace") return handTo(".find-cell");
    isHiding = false; // the server has forgotten it
    rounds.own.drop();
    own.lose();
  }
  const measure = latestOnly(async () => {
    const singles = results.all().singles.slice(-MOST_COUNTED);
    if (singles.length) {
      standing = await ask("standing", { truth: singles.map((one) => one.isReal), said: singles.map((one) => one.saidReal), confidence: singles.map((one) => one.confidence) });
    }
    show();
  });
  function anew() {
    if (!confirm(text("sure"))) return;
    const old = results.restart();
    standing = null;
    isHiding = false;
    for (const one of Object.values(rounds)) one.drop();
    own.clear().then(() => server.forget({ token: old, what: "sitting" }));
    begin({ ...state, task: 0 });
  }
  function save() {
    const title = document.querySelector(`.face-opening[data-section=${SECTION}] h1 [lang=${lecture.language()}]`).textContent;
    scoreCard(root, text, title, results.all(), results.all().singles.length ? standing : null).toBlob((blob) => saveFile(blob, "real-face.png"));
  }

  // ---- choosing ----
  function finishTry(key) {
    const button = document.querySelector(`[data-try="${state.task}"][data-section=${SECTION}]`);
    if (button) button.dataset.done = "";
    setTask(0);
    notice = [key, {}];
    show();
  }
  function setTask(task) {
    state.task = task;
    for (const button of document.querySelectorAll(`[data-try][data-section=${SECTION}]`)) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.try) === task));
    }
  }
  function begin(next) {
    own.stopCamera();
    walk.rest();
    if (next.view !== "own") isHiding = false;
    state = next;
    notice = state.task ? [TASK_NOTICES[state.task], {}] : null;
    setTask(state.task);
    lecture.setAddress(SECTION, stateToText(state));
    show();
    enter();
    if (lecture.isProjector() && root.getBoundingClientRect().bottom > innerHeight) root.scrollIntoView();
  }
  // A round that nobody has seen the truth of goes on: the class may have answered it.
  function openAfresh(next) {
    isHiding = false;
    for (const one of Object.values(rounds)) if (one.state().truth) one.drop();
    begin(next);
  }
  const enter = () => ({
    lineup: () => lineup().open(), single: rounds.single.open, longer: rounds.longer.open, own: own.draw, walk: walk.open, score: measure,
  })[state.view]();

  const actions = {
    restore: () => {
      stakeField.value = stakeField.defaultValue;
      openAfresh(lectureSetting());
    },
    copy: () => { lecture.setAddress(SECTION, stateToText(state)); lecture.copyAddress(); },
    reveal, judge, anew, card: save,
    next: () => goOn(lineup(), ".find-cell"),
    nextSingle: () => goOn(rounds.single, "[data-said=real]"),
    nextLonger: () => goOn(rounds.longer, "[data-longer='0']"),
    patches: () => { arePatchesShown = !arePatchesShown; show(); },
    camera: own.startCamera, stopCamera: own.stopCamera, shoot: own.shoot, byHand: own.point,
    forget: () => { isHiding = false; rounds.own.drop(); own.forget(); },
    hide: hideFace,
    back: () => { isHiding = false; begin({ ...state, task: 0 }); },
    fair: () => { rounds.bet.drop(); begin({ ...state, kind: "four", task: 0 }); },
    play: walk.toggle, others: walk.others, onward: walk.onward,
  };
  const choose = {
    view: (view) => { isHiding = false; begin({ ...state, view, task: 0 }); },
    kind: (kind) => begin({ ...state, kind, task: state.task === 1 && kind === "bet" ? 1 : 0 }),
    cell: pick,
    said: (said) => rounds.single.choose("said", said),
    confidence: (value) => rounds.single.choose("confidence", Number(value)),
    longer: (side) => chooseLonger(Number(side)),
    action: (name) => actions[name]?.(),
  };
  function pick(cell) {
    if (lineup().state().truth) lineup().look(Number(cell));
    else lineup().choose("cell", Number(cell));
  }
  root.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (button && /Done$|^roundLost$/.test(notice?.[0])) notice = null; // it spoke of what is about to change
    for (const [group, value] of Object.entries(button?.dataset ?? {})) choose[group]?.(value);
  });
  root.addEventListener("input", ({ target }) => {
    if (target.dataset.setting === "place") walk.goTo(Number(target.value));
    else if (target.dataset.setting === "truncation") walk.setTruncation(Number(target.value));
    else if (target === stakeField) show();
  });
  root.addEventListener("change", ({ target }) => {
    if (target.matches("[data-file]") && target.files[0]) own.open(target.files[0]);
    if (target.matches("[data-file]")) target.value = ""; // the same file may be chosen again
  });
  // Digits choose a face.
  root.addEventListener("keydown", ({ key, target, ctrlKey, altKey, metaKey }) => {
    if (!/^[1-9]$/.test(key) || target.matches("input") || ctrlKey || altKey || metaKey) return;
    const place = String(Number(key) - 1);
    const cell = root.querySelector(`[data-for=round]:not([hidden]) [data-cell="${place}"]:not([hidden])`);
    if (cell) { cell.focus(); pick(place); }
  });

  function startTry() {
    const { section, number } = lecture.lastTry();
    if (section !== SECTION) return;
    nSinglesAtStart = results.all().singles.length;
    if (number === 1 && rounds.bet.state().truth) rounds.bet.drop();
    if (number === 2 && rounds.single.state().truth) rounds.single.drop();
    if (number === 3) walk.begin();
    begin(TRIES[number]());
    if (root.getBoundingClientRect().top > innerHeight / 2) root.scrollIntoView();
  }
  document.addEventListener("lecture:try", startTry);
  function language() {
    const other = live[lecture.language() === "ko" ? "en" : "ko"].stake;
    stakeField.defaultValue = text("stake");
    if (!stakeField.value || stakeField.value === other) stakeField.value = text("stake");
    show();
  }
  document.addEventListener("lecture:language", language);
  document.addEventListener("lecture:theme", show);
  new ResizeObserver(() => {
    if (!root.offsetParent) { own.stopCamera(); walk.rest(); } // another tab is open
    show();
  }).observe(root);

  for (const label of root.querySelectorAll("[data-aria-label-ko]")) lecture.translateLabel(label);
  language();
  onOpen(SECTION, textToState, openAfresh);
  const read = sharedState(SECTION, textToState);
  if (results.isOld) server.forget({ token: results.token(), what: "face" }); // the page does not have it any more
  if (lecture.lastTry()?.section === SECTION) startTry();
  else if (read) begin(read);
  else { show(); enter(); }
}
