// The listening stage: a concert, and the question what one hears.

import { createConcert } from "./concert.js";
import { createGuess } from "./guess.js";
import { LECTURE_PIECE, TRIES, stateToText, textToState } from "./state.js";
import { bytesOf } from "../gansynth/synth.js";
import { askPatiently } from "../frame/asking.js";
import { onOpen, sharedState } from "../frame/shared.js";

const SECTION = "listening";
const NAMES = ["piano", "vibraphone", "organ", "guitar", "violin", "cello", "harp", "choir", "trumpet", "clarinet", "flute"];
const WAY_PERCENT = 20; // of the first leg, until the first try is done

export async function mount(element, live, server) {
  const { lecture } = window;
  const root = element.querySelector(".listening");
  const find = (selector) => root.querySelector(selector);
  const figure = (name) => find(`[data-figure=${name}]`);
  const say = (key, values = {}) => live[lecture.language()][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const nameOf = (instrument) => (NAMES.includes(instrument) ? say(instrument) : instrument);
  for (const label of root.querySelectorAll("[data-aria-label-ko]")) lecture.translateLabel(label);
  const nRounds = root.querySelectorAll("[data-round]").length;
  let notice = null;
  let task = 0;
  let view = "concert";

  async function ask(name, call) {
    const reply = await askPatiently(server, name, call);
    if (reply === undefined) tell("unreachable");
    else if (notice === "unreachable") tell(null);
    return reply ?? null;
  }

  const answer = await askPatiently(server, "programme", {});
  const programme = { ...answer, size: answer.latentSize, points: new Float32Array(bytesOf(answer.points).buffer), latents: new Float32Array(bytesOf(answer.latents).buffer) };
  const concert = createConcert({
    figure, programme, ask, nameOf, onChange: show,
    onCaption: (caption, isPlaying) => { if (isPlaying && task === 2 && caption === "arirang-9") finishTry("try2Done"); },
    onEnd: () => {},
  });
  const guess = createGuess({ canvas: figure("wave"), nRounds, ask, onChange: show });

  // ---- showing ----
  const write = (name, text) => {
    const line = find(`[data-text="${name}"]`);
    if (line.textContent !== text) line.textContent = text;
  };
  function show() {
    root.dataset.view = view;
    for (const panel of root.querySelectorAll("[data-for]")) panel.hidden = panel.dataset.for !== view;
    press("button[data-view]", (button) => button.dataset.view === view);
    const line = find(".listen-notice");
    line.hidden = !notice;
    if (notice) {
      line.dataset.kind = notice.endsWith("Done") ? "good" : "";
      if (line.textContent !== say(notice)) line.textContent = say(notice);
    }
    if (view === "concert") showConcert();
    else showGuess();
  }
  function showConcert() {
    const now = concert.state();
    press("button[data-piece]", (button) => button.dataset.piece === now.piece);
    root.classList.toggle("is-playing", now.isPlaying || now.wantsToPlay);
    for (const one of root.querySelectorAll("[data-caption]")) one.hidden = one.dataset.caption !== now.caption;
    find("[data-action=save]").disabled = !now.isReady;
    const bar = find("progress");
    bar.hidden = !now.making;
    if (now.making) bar.value = now.making.nNotes ? now.making.nMade / now.making.nNotes : 0;
    write("made", now.making ? say(now.making.place ? "inLine" : "making", { made: now.making.nMade, of: now.making.nNotes, place: now.making.place }) : now.hasFailed ? say("failed") : "");
    showTime(now);
  }
  function showTime(now) {
    write("time", `${clock(now.positionS)} / ${clock(now.seconds)}`);
    write("way", now.positionS > 0 ? say("way", { from: nameOf(now.from), to: nameOf(now.to), percent: now.percent }) : say("wayAhead", { from: nameOf(now.from) }));
    const seek = find("[data-seek]");
    seek.disabled = !now.isReady;
    if (document.activeElement !== seek || now.isPlaying) seek.value = Math.round((1000 * now.positionS) / now.seconds);
    seek.setAttribute("aria-valuetext", clock(now.positionS));
  }
  function tick() {
    if (view === "concert" && root.offsetParent) {
      const now = concert.state();
      if (now.isPlaying) {
        showTime(now);
        if (task === 1 && now.piece === LECTURE_PIECE && now.percent >= WAY_PERCENT) finishTry("try1Done");
      }
    }
    setTimeout(tick, 200);
  }
  function showGuess() {
    const { results, trial, answered, hasHeard, isPlaying, isTwin } = guess.state();
    root.classList.toggle("is-computing", !trial);
    root.classList.toggle("is-answered", Boolean(answered));
    find("[data-action=hear]").disabled = !trial;
    for (const button of root.querySelectorAll("[data-answer]")) {
      button.disabled = !trial || !hasHeard || Boolean(answered);
      const isGenerated = button.dataset.answer === "generated";
      button.setAttribute("aria-pressed", String(answered?.saidGenerated === isGenerated));
      button.dataset.truth = answered ? String(trial.isGenerated === isGenerated) : "";
    }
    for (const one of root.querySelectorAll("[data-round]")) {
      const result = results[one.dataset.round];
      one.dataset.result = result ? (result.isGenerated === result.saidGenerated ? "right" : "wrong") : Number(one.dataset.round) === results.length && !answered ? "now" : "";
      one.setAttribute("aria-label", result ? say(one.dataset.result === "right" ? "roundRight" : "roundWrong", { n: Number(one.dataset.round) + 1 }) : String(Number(one.dataset.round) + 1));
    }
    const hear = (name) => find(`[data-action=${name}]`);
    for (const name of ["twin", "again", "next"]) hear(name).hidden = !answered;
    write("guess", answered ? reveal(trial, answered) : trial && !hasHeard ? say("listenFirst") : trial ? say(isPlaying ? "listening" : "judge") : "");
    write("score", results.length ? scoreOf(results) : "");
    figure("wave").dataset.twin = String(isTwin);
    guess.draw();
    if (task === 3 && results.length >= nRounds) finishTry("try3Done");
  }
  function reveal(trial, { isGenerated, saidGenerated }) {
    const verdict = say(isGenerated === saidGenerated ? "right" : "wrong");
    if (!isGenerated) return `${verdict} ${say("wasRecorded", { instrument: nameOf(trial.instrument) })}`;
    const [instrument, other] = [trial.instrument, trial.other].map((one) => one && nameOf(one));
    return `${verdict} ${other ? say("wasBetween", { instrument, other }) : say("wasGenerated", { instrument })}`;
  }
  function scoreOf(results) {
    const of = (isGenerated) => results.filter((one) => one.isGenerated === isGenerated);
    const [generated, recorded] = [of(true), of(false)];
    const hits = generated.filter((one) => one.saidGenerated).length;
    const alarms = recorded.filter((one) => one.saidGenerated).length;
    return say(results.length >= nRounds ? "scoreDone" : "score", { hits, generated: generated.length, alarms, recorded: recorded.length, right: hits + recorded.length - alarms, n: results.length });
  }
  function press(selector, isOn) {
    for (const button of root.querySelectorAll(selector)) button.setAttribute("aria-pressed", String(isOn(button)));
  }
  function tell(key) {
    notice = key;
    show();
  }

  // ---- choosing ----
  function begin(next) {
    guess.pause();
    if (next.view === "guess") concert.pause();
    ({ view, task } = { task: 0, ...next });
    notice = task ? TRIES[task].notice : null;
    for (const button of document.querySelectorAll(`[data-try][data-section=${SECTION}]`)) button.setAttribute("aria-pressed", String(Number(button.dataset.try) === task));
    if (task === 3) guess.restart();
    if (next.piece) concert.choose(next.piece);
    lecture.setAddress(SECTION, stateToText({ view, piece: concert.state().piece }));
    if (view === "guess") guess.open();
    else if (root.offsetParent) concert.prepare();
    show();
    concert.draw();
    guess.draw();
  }
  function openAfresh(next) {
    guess.restart();
    concert.pause();
    concert.seek(0);
    begin(next);
  }
  function finishTry(key) {
    const button = document.querySelector(`[data-try="${task}"][data-section=${SECTION}]`);
    if (button) button.dataset.done = "";
    task = 0;
    tell(key);
  }
  const actions = {
    restore: () => openAfresh({ view, piece: LECTURE_PIECE }),
    play: () => concert.play(),
    save: () => concert.save(),
    hear: () => guess.hear("heard"), again: () => guess.hear("heard"), twin: () => guess.hear("twin"), next: () => guess.next(),
  };
  root.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    if (notice?.endsWith("Done")) notice = null;
    if (button.dataset.view) begin({ view: button.dataset.view, piece: concert.state().piece });
    if (button.dataset.piece) begin({ view: "concert", piece: button.dataset.piece });
    if (button.dataset.answer) guess.answer(button.dataset.answer === "generated");
    actions[button.dataset.action]?.();
  });
  find("[data-seek]").addEventListener("input", ({ target }) => concert.seek((target.value / 1000) * concert.state().seconds));

  function startTry() {
    const { section, number } = lecture.lastTry();
    if (section !== SECTION) return;
    begin({ ...TRIES[number].state, task: number });
    if (TRIES[number].atS !== undefined) concert.seek(TRIES[number].atS);
    if (root.getBoundingClientRect().top > innerHeight / 2) root.scrollIntoView({ block: "start" });
  }
  const redraw = () => { show(); concert.draw(); guess.draw(); };
  document.addEventListener("lecture:try", startTry);
  for (const event of ["lecture:language", "lecture:theme"]) document.addEventListener(event, redraw);
  new ResizeObserver(redraw).observe(root);
  // Another tab of the lecture is another place to listen; another window is not.
  new IntersectionObserver(() => {
    if (root.offsetParent) { if (view === "concert") concert.prepare(); return; }
    concert.pause();
    guess.pause();
    show();
  }).observe(root);
  window.addEventListener("pagehide", () => { concert.pause(); guess.pause(); });

  const readState = (text) => textToState(text, Object.keys(programme.pieces));
  onOpen(SECTION, readState, openAfresh);
  const read = sharedState(SECTION, readState);
  concert.choose(read?.piece ?? LECTURE_PIECE);
  if (lecture.lastTry()?.section === SECTION) startTry();
  else if (read) begin(read);
  else redraw();
  tick();
}

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
