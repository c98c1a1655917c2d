// The neuron's stage: one state, what changes it, and the figures that show it.

import { answers, countRight, createLearner, drawErrors, meanError } from "./learning.js";
import { LAYERED_SOLUTIONS, SOLUTIONS, TRIES, TRY_NUMBERS, USUAL_RATE, lectureSetting, stateToText, textToState } from "./state.js";
import { bookRows, describe, describeErrors, describeLesson, describePlane, formula, status, taskNotice } from "./words.js";
import { createControls, setParameter } from "./controls.js";
import { createDrawing } from "./drawing.js";
import { createLayersDrawing } from "./layers.js";
import { createPlane, outputOverPlane } from "./plane.js";
import { readable } from "./svg.js";

const SECTION = "neuron"; // its name in the address and on the tries
const SLOW_MS = 500; // between two examples
const FAST_EXAMPLES = 4; // in one frame of the screen
const HEARD_MS = 700; // after the last change a screen reader hears how things stand

export function mount(element, live) {
  const { lecture } = window;
  const root = element.querySelector(".neuron");
  const say = (key, values = {}) => live[lecture.language()][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const show = createView(root, say, (x1, x2) => change((s) => { s.inputs[0] = x1; s.inputs[1] = x2; }));
  const learner = createLearner();
  let state = lectureSetting();
  let notice = null; // [text key, values]: the line under the bar
  let lesson = null; // what the last example changed
  let speed = "slow";
  let playing = null;

  function change(edit) {
    edit(state);
    const task = taskNotice(state);
    notice = task ?? notice;
    showTries(state.task, task?.[0].endsWith("Done"));
    render();
    lecture.setAddress(SECTION, stateToText(state));
  }
  const render = () => show({ state, speed, notice, lesson, learner, isPlaying: playing !== null });

  // A change after which what was learned before says nothing any more.
  function begin(edit, firstNotice = null) {
    stop();
    learner.forget();
    lesson = null;
    notice = firstNotice;
    change(edit);
  }

  // Two layers open with the problem solved, and learn fast: they need hundreds of examples.
  function enterLayers() {
    speed = "fast";
    begin((s) => {
      Object.assign(s, { view: "layers", task: "none" });
      if (s.problem !== "free") s.layers = structuredClone(LAYERED_SOLUTIONS[s.problem]);
    }, state.problem === "xor" ? ["layersCan"] : null);
  }

  const cannotBeLine = ({ view, problem }) => (view !== "layers" && problem === "xor" ? ["xorImpossible"] : null);
  const choose = {
    view: (view) => (view === "layers" && state.view !== "layers" ? enterLayers() : begin((s) => { s.view = view; s.task = "none"; }, cannotBeLine({ ...state, view }))),
    activation: (activation) => begin((s) => Object.assign(s, { activation, task: "none", rate: USUAL_RATE[activation] }), cannotBeLine(state)),
    problem: (problem) => begin((s) => {
      s.problem = problem;
      s.task = "none";
      if (problem === "free") return;
      if (s.view === "layers") s.layers = structuredClone(LAYERED_SOLUTIONS[problem]);
      else s.neuron = structuredClone(SOLUTIONS[problem]);
    }, cannotBeLine({ ...state, problem })),
    speed: (chosen) => { speed = chosen; render(); },
    action: (name) => actions[name](),
  };

  // ---- learning ----
  const actions = {
    restore: () => { speed = "slow"; begin(() => { state = lectureSetting(); }); },
    copy: () => { lecture.setAddress(SECTION, stateToText(state)); lecture.copyAddress(); },
    rewind: () => begin((s) => { s.task = "none"; learner.rewind(s); }),
    reseed: () => { state.seed = (state.seed % 999) + 1; actions.rewind(); },
    step: () => { if (canLearn()) learn(1); },
    play: () => { if (playing !== null) { stop(); render(); } else if (canLearn()) play(); },
  };

  function canLearn() {
    stop();
    if (state.view === "layers" && state.activation === "step") {
      notice = ["noGradient"];
      render();
      return false;
    }
    const isFresh = !learner.seen() && countRight(answers(state)) === 4;
    if (state.problem === "free") begin((s) => { s.problem = "and"; learner.rewind(s); }, ["chooseProblem"]);
    else if (isFresh || lesson?.verdict === "solved") actions.rewind();
    else notice = null;
    state.task = "none";
    return true;
  }

  function learn(count) {
    for (let i = 0; i < count; i++) {
      lesson = learner.step(state);
      if (!lesson.verdict) continue;
      stop();
      notice = [lesson.verdict, { seen: learner.seen(), error: readable(meanError(answers(state))) }];
      break;
    }
    change(() => {});
  }

  function play() {
    let last = -Infinity;
    const tick = (now) => {
      playing = requestAnimationFrame(tick);
      if (speed === "slow" && now - last < SLOW_MS) return;
      last = now;
      learn(speed === "slow" ? 1 : FAST_EXAMPLES);
    };
    playing = requestAnimationFrame(tick);
    render();
  }

  function stop() {
    cancelAnimationFrame(playing);
    playing = null;
  }

  // ---- events ----
  root.addEventListener("input", ({ target }) => {
    const value = Number(target.value);
    const { param, setting } = target.dataset;
    if (setting === "rate") change((s) => { s.rate = Number((10 ** value).toPrecision(2)); });
    else if (playing !== null || param.startsWith("inputs")) change((s) => setParameter(s, param, value));
    else begin((s) => setParameter(s, param, value));
  });
  root.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    for (const [group, value] of Object.entries(button?.dataset ?? {})) choose[group]?.(value);
  });
  document.addEventListener("lecture:try", startTry);
  function startTry() {
    const { section, number } = lecture.lastTry();
    if (section !== SECTION) return;
    begin(() => { state = TRIES[number](); });
    root.querySelector(".neuron-bar").scrollIntoView({ block: "nearest" });
    if (root.getBoundingClientRect().top > innerHeight / 2) root.scrollIntoView();
  }
  for (const event of ["lecture:language", "lecture:theme"]) document.addEventListener(event, render);
  new ResizeObserver(render).observe(root);
  new IntersectionObserver(() => { if (playing !== null && !root.offsetParent) actions.play(); }).observe(root);

  const shared = lecture.parameter(SECTION);
  const read = shared && textToState(shared);
  if (shared && !read) { lecture.say("unreadableState"); lecture.setAddress(SECTION, null); }
  if (read) {
    state = read;
    if (state.view === "layers") speed = "fast";
    notice = taskNotice(state) ?? cannotBeLine(state);
    showTries(state.task, notice?.[0].endsWith("Done"));
  }
  for (const label of root.querySelectorAll("[data-aria-label-ko]")) lecture.translateLabel(label);
  render();
  if (lecture.lastTry()) startTry();
}

function showTries(task, isDone) {
  for (const button of document.querySelectorAll(`[data-try][data-section=${SECTION}]`)) {
    const isCurrent = Number(button.dataset.try) === TRY_NUMBERS[task];
    button.setAttribute("aria-pressed", String(isCurrent));
    if (isCurrent && isDone) button.dataset.done = "";
  }
}

// Everything on the stage as a function of what there is to show.
function createView(root, say, onMove) {
  const find = (selector) => root.querySelector(selector);
  const showControls = createControls(root);
  const drawCell = createDrawing(find(".cell-figure"), () => inputRows(root));
  const drawLayers = createLayersDrawing(find(".layers-figure"));
  const picture = find(".plane-picture");
  const plane = createPlane(picture, onMove);
  const announce = createAnnouncer(find(".heard-result"), find(".heard-status"));
  const chart = find(".learn-error canvas");

  return function show({ state, speed, notice, lesson, learner, isPlaying }) {
    root.dataset.view = state.view;
    root.classList.toggle("is-playing", isPlaying);
    showControls(state, speed);
    if (state.view === "layers") drawLayers(state); else drawCell(state, say);
    const marked = answers(state);
    const outputAt = outputOverPlane(state);
    plane(state, outputAt, marked);
    find(".learn-error").classList.toggle("is-empty", learner.errors().length < 2);
    drawErrors(chart, learner.errors());
    find(".neuron-drawing").setAttribute("aria-label", describe(state, say));
    picture.setAttribute("aria-label", describePlane(state, marked, outputAt(...state.inputs), say));
    chart.setAttribute("aria-label", describeErrors(learner.errors(), say));
    find(".neuron-formula").innerHTML = formula(state);
    write(find(".neuron-status"), status(state, say));
    showNotice(find(".neuron-task"), notice, say);
    if (!isPlaying) announce(notice?.[0], notice ? say(...notice) : "", status(state, say));
    find(".learn-book tbody").innerHTML = bookRows(state, marked, lesson);
    find(".learn-book").classList.toggle("is-empty", !marked.length);
    write(find(".learn-change"), describeLesson(state, lesson, say));
    const values = marked.length && { error: readable(meanError(marked)), wrong: 4 - countRight(marked), seen: learner.seen() };
    write(find(".learn-error-value"), values ? say("errorNow", values) : "");
  };
}

function showNotice(line, notice, say) {
  line.hidden = !notice;
  if (!notice) return;
  line.dataset.kind = notice[0].endsWith("Done") || notice[0] === "solved" ? "good" : "";
  write(line, say(...notice));
}

// Says the last of many changes in a row, not each of them, and a notice once, not for each new number in it.
function createAnnouncer(result, status) {
  let waiting = null;
  let said = null;
  return (notice, noticeText, statusText) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      if (notice !== said) write(result, noticeText);
      said = notice;
      write(status, statusText);
    }, HEARD_MS);
  };
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// The heights of the three input rows in the figure, where they stand beside it.
function inputRows(root) {
  const figure = root.querySelector(".neuron-drawing").getBoundingClientRect();
  const rows = [0, 1, 2].map((i) => root.querySelector(`[data-input="${i}"]`).getBoundingClientRect());
  const isBeside = rows.every((row) => row.height && row.right <= figure.left + 24);
  return isBeside ? rows.map((row) => row.top + row.height / 2 - figure.top) : null;
}
