// One visitor's session at the stage: the state, what changes it, the tries, and learning that runs by itself.

import { LAYERED_SOLUTIONS, SOLUTIONS, TRIES, TRY_NUMBERS, USUAL_RATE, lectureSetting, stateToText } from "./state.js";
import { answers, countRight, createLearner, meanError } from "./learning.js";
import { readable } from "./svg.js";
import { setParameter } from "./controls.js";
import { taskNotice } from "./words.js";

const SLOW_MS = 500; // between two examples
const FAST_EXAMPLES = 4; // in one frame of the screen

const isLayered = ({ view }) => view === "layers";
const cannotBeLine = (state) => (!isLayered(state) && state.problem === "xor" ? ["xorImpossible"] : null);

// `show` draws what it is given; `changed` hears the state's short text after each change, and the try with its success.
export function createSession(show, changed) {
  const learner = createLearner();
  let state = lectureSetting();
  let notice = null; // [text key, values]: the line under the bar
  let lesson = null; // what the last example changed
  let speed = "slow";
  let playing = null;

  const render = () => show({ state, speed, notice, lesson, learner, isPlaying: playing !== null });

  function change(edit) {
    edit(state);
    const task = taskNotice(state);
    notice = task ?? notice;
    render();
    changed(stateToText(state), { number: TRY_NUMBERS[state.task], isDone: Boolean(task?.[0].endsWith("Done")) });
  }

  // A change after which what was learned before says nothing any more.
  function begin(edit, firstNotice = null) {
    stop();
    learner.forget();
    lesson = null;
    notice = firstNotice;
    change(edit);
  }

  // ---- choosing ----
  function view(wanted) {
    if (wanted === "layers" && !isLayered(state)) return enterLayers();
    begin((s) => Object.assign(s, { view: wanted, task: "none" }), cannotBeLine({ ...state, view: wanted }));
  }

  // Two layers open with the problem solved, and learn fast: they need hundreds of examples.
  function enterLayers() {
    speed = "fast";
    begin((s) => {
      Object.assign(s, { view: "layers", task: "none" });
      if (s.problem !== "free") s.layers = structuredClone(LAYERED_SOLUTIONS[s.problem]);
    }, state.problem === "xor" ? ["layersCan"] : null);
  }

  function activation(wanted) {
    begin((s) => Object.assign(s, { activation: wanted, task: "none", rate: USUAL_RATE[wanted] }), cannotBeLine(state));
  }

  function problem(wanted) {
    begin((s) => {
      Object.assign(s, { problem: wanted, task: "none" });
      if (wanted === "free") return;
      if (isLayered(s)) s.layers = structuredClone(LAYERED_SOLUTIONS[wanted]);
      else s.neuron = structuredClone(SOLUTIONS[wanted]);
    }, cannotBeLine({ ...state, problem: wanted }));
  }

  // A slider: inputs and the rate leave what was learned as it is, and so does a hand on the weights while learning.
  function setNumber(name, value) {
    if (name === "rate") change((s) => { s.rate = value; });
    else if (playing !== null || name.startsWith("inputs")) change((s) => setParameter(s, name, value));
    else begin((s) => setParameter(s, name, value));
  }

  // ---- learning ----
  function canLearn() {
    stop();
    if (isLayered(state) && state.activation === "step") {
      notice = ["noGradient"];
      render();
      return false;
    }
    state.task = "none";
    const isSolvedUnlearned = !learner.seen() && countRight(answers(state)) === 4;
    if (state.problem === "free") begin((s) => { s.problem = "and"; learner.rewind(s); }, ["chooseProblem"]);
    else if (isSolvedUnlearned || lesson?.verdict === "solved") rewind();
    else notice = null;
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

  function pause() {
    if (playing === null) return;
    stop();
    render();
  }

  const rewind = () => begin((s) => { s.task = "none"; learner.rewind(s); });
  const actions = {
    restore: () => { speed = "slow"; begin(() => { state = lectureSetting(); }); },
    rewind,
    reseed: () => { state.seed = (state.seed % 999) + 1; rewind(); },
    step: () => { if (canLearn()) learn(1); },
    play: () => { if (playing !== null) pause(); else if (canLearn()) play(); },
  };

  // Takes over a state that was read from an address.
  function open(read) {
    speed = isLayered(read) ? "fast" : "slow";
    begin(() => { state = read; }, cannotBeLine(read));
  }

  return {
    render, setNumber, pause, open,
    text: () => stateToText(state),
    movePoint: (x1, x2) => change(({ inputs }) => { [inputs[0], inputs[1]] = [x1, x2]; }),
    startTry: (number) => begin(() => { state = TRIES[number](); }),
    choose: { view, activation, problem, speed: (wanted) => { speed = wanted; render(); }, action: (name) => actions[name]?.() },
  };
}
