// What the stage of faces shows, as a short text for the address: view_kind. The rounds themselves are new each time.

export const VIEWS = ["lineup", "single", "longer", "own", "walk", "score"];
export const LINEUPS = ["bet", "four", "nine"];

export const lectureSetting = () => ({ view: "lineup", kind: "bet", task: 0 });

// The three tries: what each sets up. Their success is noticed in stage.js.
export const TRIES = {
  1: () => ({ view: "lineup", kind: "bet", task: 1 }),
  2: () => ({ view: "single", kind: "bet", task: 2 }),
  3: () => ({ view: "walk", kind: "bet", task: 3 }),
};
export const TASK_NOTICES = { 1: "try1", 2: "try2", 3: "try3" };

export const stateToText = ({ view, kind }) => `${view}_${kind}`;

// Null where the text does not describe a state.
export function textToState(text) {
  const [view, kind, ...rest] = text.split("_");
  return !rest.length && VIEWS.includes(view) && LINEUPS.includes(kind) ? { view, kind, task: 0 } : null;
}
