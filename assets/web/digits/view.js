// Everything on the digits stage as a function of what there is to show.

import { drawCurves, drawPictures, drawWeights, isGuess, percent, showBars, unpack, unpackSigned } from "./pictures.js";

const WEIGHT_COLUMNS = 8;
const STRONG_NATS = 1.5; // what covering a place costs the answer where the colour is to be full
const SMALL_INK = 56; // pixels of the pad's 280: with the thick pen that is a blob
const NO_IDEA = 0.2;
const SOURCES = { mnist: "sourceMnist", sklearn: "sourceSklearn" };

export function createView(root, live) {
  const find = (selector) => root.querySelector(selector);
  const picture = (name) => find(`[data-picture="${name}"]`);
  const chart = (name) => find(`[data-chart="${name}"]`);
  const bars = (name) => find(`[data-bars="${name}"]`);
  const say = (key, values = {}) => live[window.lecture.language()][key].replace(/\{(\w+)\}/g, (_, name) => readable(values[name]));
  const asDigit = (digit) => say("asDigit").split(",")[digit]; // as a sentence wants it: "an 8", or with a Korean particle
  const write = (name, text) => {
    const element = find(`[data-text="${name}"]`);
    if (element.textContent !== text) element.textContent = text;
  };
  let shownBook = null;
  const name = (element, text) => element.setAttribute("aria-label", text);

  return function show(model) {
    const { state } = model;
    root.dataset.view = state.view;
    for (const panel of root.querySelectorAll("[data-for]")) panel.hidden = !panel.dataset.for.split(" ").includes(state.view);
    press("view", state.view);
    press("who", state.who);
    press("pen", model.pen);
    press("examples", String(state.examples));
    press("make", String(state.label));
    const { waiting } = model.study;
    showNotice(waiting ? ["waiting", { place: waiting.waiting, seconds: waiting.seconds }] : model.notice);
    write("source", model.source ? say(SOURCES[model.source]) : "");
    ({ step: showStep, study: showStudy, test: showTest, draw: () => {}, make: showMake })[state.view](model);
    if (state.view === "draw" || state.view === "study") showPad(model);
  };

  function press(group, value) {
    for (const button of root.querySelectorAll(`button[data-${group}]`)) button.setAttribute("aria-pressed", String(button.dataset[group] === value));
  }

  function showNotice(notice) {
    const line = find(".digits-notice");
    line.hidden = !notice;
    if (!notice) return;
    line.dataset.kind = notice[0].endsWith("Done") ? "good" : "";
    const text = say(...notice);
    if (line.textContent !== text) line.textContent = text;
  }

  // ---- one step ----
  function showStep({ lesson: { reply: lesson, nSteps } }) {
    for (const [i, which] of ["labelled", "twin"].entries()) {
      const canvas = picture(which);
      drawPictures(canvas, lesson ? unpack(lesson.images[i]) : new Uint8Array(784));
      name(canvas, say(which, { label: lesson?.label ?? "" }));
    }
    showBars(bars("labelled"), lesson?.after[0] ?? null, { before: nSteps ? lesson.before[0] : null, marked: lesson?.label ?? null });
    name(bars("labelled"), lesson ? describeBars(lesson.after[0]) : say("noAnswer"));
    if (!lesson) return;
    const { label, after, before, seen } = lesson;
    write("label", say("thisIs", { asDigit: asDigit(label) }));
    write("twin", say(after[1].indexOf(Math.max(...after[1])) === label ? "thisToo" : "notYet", { label, share: percent(after[1][label]) }));
    write("step", nSteps ? say("stepped", { label, before: percent(before[0][label]), after: percent(after[0][label]), times: nSteps }) : say(seen ? "alreadyTaught" : "unstepped", { seen }));
  }

  // ---- study ----
  function showStudy({ state, study, dragged }) {
    const flipped = dragged ?? state.flipped;
    root.classList.toggle("is-running", study.isRunning);
    find("[data-action=study]").setAttribute("aria-pressed", String(study.isRunning));
    setSlider("flipped", Math.round(100 * flipped), percent(flipped));
    setSlider("rate", Math.log10(state.rate), String(state.rate));
    const last = study.curve.at(-1);
    write("testMark", last ? percent(last.test, 1) : "–");
    write("bookMark", last ? percent(last.book, 1) : "–");
    write("loss", last?.loss != null ? last.loss.toFixed(3) : last?.seen ? "∞" : "–");
    const xEnd = Math.max(10, ...[last, study.previous.at(-1)].map((one) => Math.ceil((one?.seconds ?? 0) / 5) * 5));
    const curve = (key) => study.curve.filter((one) => one[key] !== null).map((one) => [one.seconds, one[key]]);
    const seconds = (value) => say("seconds", { seconds: value });
    drawCurves(chart("accuracy"), [
      { points: curve("test"), colour: "--good", name: say("test") },
      { points: study.previous.map((one) => [one.seconds, one.test]), colour: "--soft-ink", dash: [2, 6], name: say("previous") },
      { points: curve("book"), colour: "--inhibit-ink", dash: [7, 6], name: say("book") },
    ], { grid: [0, 0.5, 1], formatY: (y) => percent(y), formatX: seconds, xEnd });
    drawCurves(chart("loss"), [{ points: curve("loss"), colour: "--accent", name: say("loss") }],
      { high: Math.max(2.5, ...curve("loss").map(([, loss]) => loss)), grid: [0, 2.3], formatY: String, formatX: seconds, xEnd });
    name(chart("accuracy"), last ? say("describeCurve", { seconds: last.seconds.toFixed(1), test: percent(last.test, 1), book: percent(last.book, 1) }) : say("noCurve"));
    name(chart("loss"), last?.loss != null ? say("describeLoss", { loss: last.loss.toFixed(3) }) : say("noLoss"));
    if (study.weights) drawWeights(picture("weights"), unpackSigned(study.weights), WEIGHT_COLUMNS);
    name(picture("weights"), say("describeWeights"));
    showBook(study.book);
    showSizes(study.book);
  }

  function setSlider(setting, value, text) {
    const input = find(`[data-setting="${setting}"]`);
    if (document.activeElement !== input || input.value !== String(value)) input.value = value;
    input.parentElement.querySelector("output").textContent = text;
    input.setAttribute("aria-valuetext", text);
  }

  function showBook(book) {
    if (!book || shownBook === book) return;
    shownBook = book;
    const images = unpack(book.images);
    find(".study-book").replaceChildren(...book.labels.map((label, i) => card(images.subarray(784 * i, 784 * (i + 1)), String(label), label === book.truth[i])));
  }

  // Books larger than the data are not offered; the largest is all there is.
  function showSizes(book) {
    const buttons = [...root.querySelectorAll("button[data-examples]")];
    for (const button of buttons) button.hidden = Boolean(book) && Number(button.dataset.examples) > book.nTrain && button !== buttons.at(-1);
    if (book) buttons.at(-1).textContent = book.nTrain.toLocaleString("en");
  }

  // A small picture with what is written under it.
  function card(bytes, text, isRight, heard = text) {
    const figure = document.createElement("figure");
    const canvas = document.createElement("canvas");
    const caption = document.createElement("figcaption");
    figure.className = isRight ? "digit" : "digit wrong";
    canvas.setAttribute("aria-hidden", "true");
    drawPictures(canvas, bytes);
    caption.textContent = isRight ? text : `✗ ${text}`;
    if (heard !== text) caption.setAttribute("aria-label", heard);
    figure.append(canvas, caption);
    return figure;
  }

  // ---- test ----
  function showTest({ examining }) {
    const { exam } = examining;
    const [right, matrix] = [examining.nRight(), examining.matrix()]; // counted only where they are seen: there are 10,000
    const n = exam.labels.length;
    write("mark", n ? percent(right / n, n === exam.total ? 2 : 1) : "–");
    write("graded", n ? say("graded", { right, n, wrong: n - right }) : say("grading"));
    for (const cell of root.querySelectorAll("td[data-truth]")) {
      const [truth, answer] = [Number(cell.dataset.truth), Number(cell.dataset.answer)];
      const count = matrix[truth][answer];
      cell.textContent = count || "";
      cell.tabIndex = truth === (exam.cell?.[0] ?? 0) && answer === (exam.cell?.[1] ?? 0) ? 0 : -1;
      cell.dataset.kind = truth === answer ? "right" : count ? "wrong" : "none";
      cell.style.setProperty("--share", truth === answer ? 1 : Math.min(1, count / 12));
      cell.setAttribute("aria-selected", String(exam.cell?.[0] === truth && exam.cell?.[1] === answer));
      cell.setAttribute("aria-label", say("cell", { truth, answer, count }));
    }
    const heading = exam.isGrading ? "papers" : n && n === right ? "noMistakes" : "worst";
    write("cell", exam.cell ? say("cell", { truth: exam.cell[0], answer: exam.cell[1], count: matrix[exam.cell[0]][exam.cell[1]] }) : say(heading));
    const gallery = find(".test-gallery");
    if (!exam.images) return gallery.replaceChildren();
    const key = [window.lecture.language(), exam.isGrading, ...exam.shown].join();
    if (gallery.dataset.key === key && gallery.childElementCount) return undefined;
    gallery.dataset.key = key;
    const images = unpack(exam.images);
    return gallery.replaceChildren(...exam.shown.map((place, i) => {
      const [label, answer, sure] = [exam.labels[place], exam.answers[place], percent(exam.sure[place])];
      const isRight = label === answer;
      const bytes = images.subarray(784 * i, 784 * (i + 1));
      if (exam.isGrading && !exam.cell) return card(bytes, `→ ${answer}`, true, say("answered", { answer, sure }));
      return card(bytes, isRight ? `${answer} ${sure}` : `${label}→${answer} ${sure}`, isRight, say(isRight ? "wasRight" : "wasWrong", { label, answer, sure }));
    }));
  }

  // ---- the pad ----
  function showPad({ judged, spoken, state, inkSide }) {
    const canvas = picture("seen");
    const bytes = judged ? unpack(judged.seen) : new Uint8Array(784);
    drawPictures(canvas, bytes, { over: spoken ? unpackSigned(spoken.map) : null, strength: spoken ? Math.min(1, spoken.strongest / STRONG_NATS) : 1 });
    name(canvas, judged ? say("describeSeen") : say("empty"));
    showBars(bars("pad"), judged?.probabilities ?? null);
    name(bars("pad"), judged ? describeBars(judged.probabilities) : say("noAnswer"));
    const best = Math.max(...(judged?.probabilities ?? [0]));
    const values = { digit: judged?.probabilities.indexOf(best), share: percent(best) };
    const feeling = best < NO_IDEA ? "noIdea" : isGuess(judged?.probabilities ?? [0]) ? "unsure" : "sure";
    const text = judged ? say(feeling, values) : say("empty");
    write("small", judged && inkSide < SMALL_INK ? say("drawLarger") : "");
    write("says", text);
    if (spoken || !judged || state.view === "study") write("heard", text); // once the pen is lifted, not at each point of the stroke
  }

  function describeBars(probabilities) {
    return say("describeBars", { answers: probabilities.map((share, digit) => `${digit}: ${percent(share)}`).join(", ") });
  }

  // ---- the other way round ----
  function showMake({ dream: { reply: dreamt, label, frame } }) {
    const canvas = picture("made");
    const last = dreamt ? dreamt.probabilities.length - 1 : 0;
    drawPictures(canvas, dreamt ? unpack(dreamt.frames).subarray(784 * frame, 784 * (frame + 1)) : new Uint8Array(784));
    const values = { label: label ?? "", asDigit: asDigit(label ?? 0), step: frame, share: dreamt ? percent(dreamt.probabilities[frame], 1) : "" };
    write("made", dreamt ? say("made", values) : "");
    name(canvas, dreamt ? say("describeMade", values) : say("noAnswer"));
    find("[data-setting=frame]").max = last || 60;
    setSlider("frame", frame, String(frame));
    drawPictures(picture("real"), dreamt ? unpack(dreamt.real) : new Uint8Array(784), { columns: 4 });
    name(picture("real"), say("describeReal", values));
    drawCurves(chart("sure"), [{ points: (dreamt?.probabilities ?? []).slice(0, frame + 1).map((y, x) => [x, y]), colour: "--accent", name: "" }],
      { grid: [0, 0.5, 1], formatY: (y) => percent(y), formatX: (x) => say("steps", { steps: x }), xEnd: last || 60 });
    name(chart("sure"), dreamt ? say("describeMade", values) : say("noAnswer"));
    write("hinge", dreamt && frame === last ? say("hinge", values) : "");
  }
}

const readable = (value) => (typeof value === "number" ? value.toLocaleString("en") : String(value));
