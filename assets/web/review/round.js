// A round of questions as plain data, kept in the browser: which kinds with which seeds, what was chosen, how it ended.

const PLACE = "lecture.review";

const newSeed = () => Math.floor(Math.random() * 2 ** 31);
const question = (kind) => ({ kind, seed: newSeed(), choice: null, mark: null });

// `kinds` {name: part} in the lecture's order; a short round is drawn from all, and leaves no part out.
export function newRound(kinds, { part = 0, count = Infinity } = {}) {
  const names = Object.keys(kinds).filter((name) => !part || kinds[name] === part);
  const chosen = new Set(shuffled(names).slice(0, count));
  const parts = new Set(names.map((name) => kinds[name]));
  for (const one of parts) {
    if (names.some((name) => chosen.has(name) && kinds[name] === one)) continue;
    const crowded = mode([...chosen].map((name) => kinds[name]));
    chosen.delete([...chosen].find((name) => kinds[name] === crowded));
    chosen.add(shuffled(names.filter((name) => kinds[name] === one))[0]);
  }
  return { at: 0, questions: names.filter((name) => chosen.has(name)).map(question) };
}
export const missedRound = ({ questions }) => ({ at: 0, questions: questions.filter(({ mark }) => mark !== "right").map(({ kind }) => question(kind)) });

function shuffled(names) {
  return names.map((name) => [Math.random(), name]).sort(([a], [b]) => a - b).map(([, name]) => name);
}
function mode(values) {
  const count = (value) => values.filter((one) => one === value).length;
  return values.reduce((most, value) => (count(value) > count(most) ? value : most));
}

// The first answer to a question decides its mark; a second try at another like it can only mend it.
export function marked(one, choice, isRight) {
  const mark = one.mark === null ? (isRight ? "right" : "wrong") : one.mark === "wrong" && isRight ? "second" : one.mark;
  return { ...one, choice, mark };
}
export const anotherLike = (one) => ({ ...one, seed: newSeed(), choice: null });

export function countMarks(questions) {
  const count = (mark) => questions.filter((one) => one.mark === mark).length;
  return { of: questions.length, right: count("right"), second: count("second"), answered: questions.filter(({ mark }) => mark).length };
}

export function keep(round) {
  try { localStorage.setItem(PLACE, JSON.stringify(round)); } catch { /* a private window */ }
}
// What was kept, or null where there is nothing that can be gone on with.
export function kept(kinds) {
  try {
    const round = JSON.parse(localStorage.getItem(PLACE));
    const isSound = ({ kind, seed, choice, mark }) => kind in kinds && Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31 && [null, 0, 1, 2, 3].includes(choice) && [null, "right", "wrong", "second"].includes(mark);
    return round.questions.length && round.questions.every(isSound) && round.questions[round.at] ? round : null;
  } catch { return null; }
}
