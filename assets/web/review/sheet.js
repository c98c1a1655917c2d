// The result sheet as a picture to keep.

import { createCard } from "../frame/card.js";
import { countMarks } from "./round.js";

const WIDTH = 1200;
const MARGIN = 60;
const ROW = 38;
export const SIGNS = { right: "✓", second: "✓²", wrong: "✗", open: "–" };

export function sheetPicture(root, { title, score, parts, rows }) {
  const half = Math.ceil(rows.length / 2);
  const top = 190 + 56 * parts.length;
  const { canvas, write, fill } = createCard(root, WIDTH, top + ROW * half + MARGIN);
  write(title, MARGIN, 84, 36, { weight: 700 });
  write(score, MARGIN, 138, 28);
  parts.forEach(({ name, questions }, i) => {
    const y = 176 + 56 * i;
    const { right, of } = countMarks(questions);
    write(name, MARGIN, y + 28, 26, { weight: 600 });
    fill("--line", 200, y, 760, 36);
    fill("--accent", 200, y, (760 * right) / of, 36);
    write(`${right} / ${of}`, WIDTH - MARGIN, y + 28, 26, { align: "right" });
  });
  rows.forEach(({ name, mark }, i) => {
    const [x, y] = [MARGIN + (i < half ? 0 : WIDTH / 2), top + ROW * (i % half) + 24];
    write(SIGNS[mark], x, y, 24, { weight: 700, ink: mark === "wrong" ? "--inhibit-ink" : mark === "open" ? "--soft-ink" : "--good" });
    write(name, x + 48, y, 24);
  });
  return canvas;
}
