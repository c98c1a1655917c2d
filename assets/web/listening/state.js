// What the listening stage shows, as a short text for the address: view_piece.

export const LECTURE_PIECE = "prelude-g";
const VIEWS = ["concert", "guess"];

// The three tries: what each sets up. Their success is noticed in stage.js.
export const TRIES = {
  1: { state: { view: "concert", piece: LECTURE_PIECE }, notice: "try1", atS: 0 },
  2: { state: { view: "concert", piece: "arirang" }, notice: "try2", atS: 0 },
  3: { state: { view: "guess" }, notice: "try3" },
};

export const stateToText = ({ view, piece }) => `${view}_${piece}`;

// Null where the text does not describe a state.
export function textToState(text, pieces) {
  const [view, piece, ...rest] = text.split("_");
  return !rest.length && VIEWS.includes(view) && pieces.includes(piece) ? { view, piece } : null;
}
