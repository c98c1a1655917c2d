// One step: a labelled digit of the book, one gradient step on the visitor's own network, an unlabelled twin beside it.

import { STEP_RATE } from "./state.js";

// `taught()` hears each answer.
export function createLesson(ask, token, taught) {
  const lesson = { reply: null, nSteps: 0 };
  let index = 0; // in the book, which begins with a five
  let isFresh = false; // the next question comes with random weights
  let last = Promise.resolve(); // one after the other, so that a slow answer does not overtake

  const question = (isStep) => { last = last.then(() => put(isStep)); return last; };
  async function put(isStep) {
    const reply = await ask("lesson", { token, index, rate: STEP_RATE, step: isStep, fresh: isFresh });
    if (!reply) return;
    isFresh = false;
    lesson.nSteps = isStep ? lesson.nSteps + 1 : 0;
    lesson.reply = reply;
    taught(isStep);
  }

  function begin() {
    index = 0;
    isFresh = true;
    return question(false);
  }
  return {
    lesson, begin,
    look: () => question(false),
    step: () => question(true),
    next: () => { index += 1; return question(false); },
    forget: () => { isFresh = true; return question(false); },
  };
}
