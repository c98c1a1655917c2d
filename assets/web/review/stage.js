// The quiz: a start, one question after the other with its explanation, and a sheet of results.

import { askPatiently } from "../frame/asking.js";
import { saveFile } from "../frame/save.js";
import { createPiecePlayer } from "../gansynth/pieces.js";
import { decode } from "../gansynth/synth.js";
import { addressOf } from "./links.js";
import { anotherLike, countMarks, keep, kept, marked, missedRound, newRound } from "./round.js";
import { SIGNS, sheetPicture } from "./sheet.js";

const SIGN_NAMES = { right: "markRight", second: "markSecond", wrong: "markWrong", open: "markOpen" };

export function mount(element, live, server) {
  const { lecture } = window;
  const root = element.querySelector(".review");
  const kinds = JSON.parse(root.dataset.kinds);
  const names = JSON.parse(root.dataset.names);
  const letters = root.dataset.letters;
  const say = (key, values = {}) => live[lecture.language()][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const find = (selector) => root.querySelector(selector);
  let view = "start";
  let wanted = { part: 0, length: "short" };
  let round = kept(kinds);
  let shown = null; // what the server says of the question
  let answered = null; // and of its answer
  let notice = null;
  let playing = null;
  const player = createPiecePlayer((seconds) => { if (seconds === null) showPlaying(null); });

  const current = () => round.questions[round.at];
  const isLast = () => round.at === round.questions.length - 1;

  // ---- asking ----
  async function ask(name) {
    const { kind, seed } = current();
    const reply = await askPatiently(server, name, { kind, seed });
    if (!reply) notice = "unreachable";
    return reply;
  }
  async function open() {
    view = "question";
    shown = answered = null;
    notice = "loading";
    show();
    const one = current();
    const reply = await ask("question");
    if (current() !== one) return;
    if (reply?.noModel) return passOver();
    if (reply) {
      [shown, notice] = [reply, null];
      if (one.choice !== null) await explain();
    }
    show();
    find("[data-text=ask]").focus({ preventScroll: true });
  }
  function passOver() {
    round.questions.splice(round.at, 1);
    if (!round.questions.length) { round = null; view = "start"; return show(); }
    round.at = Math.min(round.at, round.questions.length - 1);
    keep(round);
    return open().then(() => { notice = "noModel"; show(); });
  }
  async function explain() {
    const one = current();
    const reply = await ask("answer");
    if (reply && !reply.noModel && current() === one) answered = reply;
  }
  async function choose(choice) {
    if (!shown || answered || choice >= shown.options.length) return;
    const one = current();
    const reply = await ask("answer");
    if (!reply || current() !== one || answered) return show();
    notice = null;
    answered = reply;
    round.questions[round.at] = marked(one, choice, reply.answer === choice);
    keep(round);
    show();
    find("[data-answer]").scrollIntoView({ block: "nearest" });
    find(isLast() ? "[data-action=finish]" : "[data-action=next]").focus({ preventScroll: true });
  }
  function begin(fresh) {
    if (!fresh.questions.length) return;
    round = fresh;
    keep(round);
    open();
  }
  function wantedRound() {
    return newRound(kinds, { part: wanted.part, count: wanted.length === "short" ? Number(root.dataset.short) : Infinity });
  }
  function next() {
    if (isLast()) return finish();
    round.at += 1;
    keep(round);
    return open();
  }
  function finish() {
    view = "result";
    show();
    find(".review-result h2").focus({ preventScroll: true });
    root.scrollIntoView({ block: "nearest" });
  }
  function again() {
    round.questions[round.at] = anotherLike(current());
    keep(round);
    open();
  }

  // ---- sounds ----
  async function listen(which) {
    const isSame = playing === which;
    player.pause();
    showPlaying(null);
    if (isSame) return;
    const source = which === "given" ? shown : shown.options[Number(which)];
    source.buffer ??= await decode(source.sound);
    player.load(source.buffer);
    await player.play();
    showPlaying(which);
  }
  function showPlaying(which) {
    playing = which;
    for (const button of root.querySelectorAll("[data-listen]")) button.setAttribute("aria-pressed", String(button.dataset.listen === which));
  }

  // ---- showing ----
  const write = (name, text) => { find(`[data-text=${name}]`).textContent = text ?? ""; };
  function show() {
    root.dataset.view = view;
    for (const part of root.querySelectorAll("[data-for]")) part.hidden = part.dataset.for !== view;
    if (view === "start") showStart();
    if (view === "question") showQuestion();
    if (view === "result") showResult();
  }
  function showStart() {
    for (const button of root.querySelectorAll("[data-part]")) button.setAttribute("aria-pressed", String(Number(button.dataset.part) === wanted.part));
    for (const button of root.querySelectorAll("[data-length]")) button.setAttribute("aria-pressed", String(button.dataset.length === wanted.length));
    find("[data-action=resume]").hidden = !round;
    find("[data-action=begin]").className = round ? "button" : "button-primary";
    const { answered: n, of } = countMarks(round?.questions ?? []);
    write("kept", round ? say("kept", { n, of }) : "");
  }
  function showQuestion() {
    const one = current();
    const lang = lecture.language();
    find("[data-dots]").replaceChildren(...round.questions.map(({ mark }, i) => {
      const dot = Object.assign(document.createElement("li"), { textContent: mark ? SIGNS[mark] : "" });
      dot.dataset.mark = mark ?? "open";
      dot.toggleAttribute("data-now", i === round.at);
      return dot;
    }));
    write("place", say("place", { n: round.at + 1, of: round.questions.length, part: kinds[one.kind], name: names[lang][one.kind] }));
    write("ask", shown?.ask[lang]);
    write("notice", notice && say(notice));
    showGiven();
    showOptions();
    find("[data-answer]").hidden = !answered;
    if (!answered) return;
    const isRight = one.choice === answered.answer;
    const verdict = find("[data-text=verdict]");
    verdict.dataset.right = String(isRight);
    write("verdict", isRight ? say(one.mark === "right" ? "right" : "secondRight") : say("wrong", { letter: letters[answered.answer] }));
    write("why", answered.why[lang]);
    find("[data-action=next]").hidden = isLast();
    find("[data-action=finish]").hidden = !isLast();
    find("[data-action=again]").hidden = isRight;
    find("[data-show]").href = addressOf(answered.section, answered.setting, lang);
  }
  function showGiven() {
    const given = find("[data-given]");
    given.hidden = !shown?.picture && !shown?.sound;
    const parts = [];
    if (shown?.picture) parts.push(image(shown.picture, say("given")));
    if (shown?.sound) parts.push(listenButton("given"));
    given.replaceChildren(...parts);
  }
  function showOptions() {
    const focused = document.activeElement?.dataset?.choice;
    find("[data-options]").replaceChildren(...(shown?.options ?? []).map(option));
    if (focused !== undefined) find(`[data-choice="${focused}"]`)?.focus({ preventScroll: true });
  }
  function option({ text, picture, sound }, k) {
    const cell = document.createElement("div");
    cell.className = "review-option";
    const button = Object.assign(document.createElement("button"), { type: "button" });
    button.dataset.choice = k;
    button.setAttribute("aria-disabled", String(Boolean(answered)));
    if (answered) {
      const isAnswer = k === answered.answer;
      if (isAnswer) button.dataset.mark = "right";
      else if (k === current().choice) button.dataset.mark = "wrong";
    }
    const letter = Object.assign(document.createElement("b"), { textContent: letters[k] });
    const name = say(picture ? "nthPicture" : sound ? "nthSound" : "nth", { letter: letters[k] });
    const content = picture ? image(picture, "") : Object.assign(document.createElement("span"), { textContent: text ? text[lecture.language()] : name });
    button.append(letter, content);
    const mark = button.dataset.mark ? `, ${say(SIGN_NAMES[button.dataset.mark])}` : "";
    button.setAttribute("aria-label", `${name}${text ? `: ${text[lecture.language()]}` : ""}${mark}`);
    cell.append(button);
    if (sound) cell.append(listenButton(String(k), name));
    return cell;
  }
  function image(data, name) {
    return Object.assign(document.createElement("img"), { src: `data:image/png;base64,${data}`, alt: name });
  }
  function listenButton(which, name = "") {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "button review-listen" });
    const label = say("listen");
    button.dataset.listen = which;
    button.textContent = `♪ ${label}`;
    button.setAttribute("aria-label", `${label} ${name}`.trim());
    button.setAttribute("aria-pressed", String(playing === which));
    return button;
  }
  function results() {
    const parts = [...new Set(round.questions.map(({ kind }) => kinds[kind]))];
    const { right, second, of } = countMarks(round.questions);
    return {
      title: say("cardTitle"),
      score: say("score", { right, of }),
      second: second ? say("second", { n: second }) : "",
      parts: parts.map((part) => ({ name: say("inPart", { part }), questions: round.questions.filter(({ kind }) => kinds[kind] === part) })),
      rows: round.questions.map(({ kind, mark }) => ({ name: names[lecture.language()][kind], mark: mark ?? "open" })),
    };
  }
  function showResult() {
    const { score, second, parts, rows } = results();
    write("score", score);
    write("second", second);
    find("[data-parts]").replaceChildren(...parts.map(({ name, questions }) => {
      const { right, of } = countMarks(questions);
      const line = document.createElement("p");
      const bar = Object.assign(document.createElement("meter"), { value: right, max: of });
      bar.setAttribute("aria-label", name);
      line.append(Object.assign(document.createElement("b"), { textContent: name }), bar, say("ofPart", { right, of }));
      return line;
    }));
    find("[data-list]").replaceChildren(...rows.map(({ name, mark }) => {
      const row = document.createElement("li");
      const sign = Object.assign(document.createElement("span"), { textContent: SIGNS[mark] });
      sign.setAttribute("role", "img");
      sign.setAttribute("aria-label", say(SIGN_NAMES[mark]));
      row.dataset.mark = mark;
      row.append(sign, name);
      return row;
    }));
    find("[data-action=missed]").hidden = rows.every(({ mark }) => mark === "right");
  }

  // ---- choosing ----
  const actions = {
    begin: () => begin(wantedRound()),
    anew: () => { view = "start"; round = null; keep(null); show(); },
    missed: () => begin(missedRound(round)),
    resume: () => (round.questions.every(({ mark }) => mark) && isLast() ? finish() : open()),
    stop: () => { view = "start"; show(); },
    next, finish, again,
    print: () => window.print(),
    picture: () => sheetPicture(root, results()).toBlob((blob) => saveFile(blob, "quiz.png")),
  };
  root.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    const { action, choice, listen: which, part, length } = button.dataset;
    if (part !== undefined) { wanted.part = Number(part); show(); }
    if (length) { wanted.length = length; show(); }
    if (choice !== undefined) choose(Number(choice));
    if (which !== undefined) listen(which);
    if (action) {
      player.pause();
      showPlaying(null);
      actions[action]();
    }
  });
  document.addEventListener("keydown", (event) => {
    const isElsewhere = !root.offsetParent || event.target.closest?.("input, textarea, select, [contenteditable]");
    if (isElsewhere || view !== "question" || event.ctrlKey || event.metaKey || event.altKey) return;
    const choice = ["1", "2", "3", "4"].indexOf(event.key);
    if (choice >= 0) choose(choice);
    if (event.key === "Enter" && answered && !event.target.closest?.("button, a")) next();
  });
  document.addEventListener("lecture:language", show);
  for (const label of root.querySelectorAll("[data-aria-label-ko]")) lecture.translateLabel(label);
  show();
}
