// Everything on the stage as a function of what there is to show.

import { answers, countRight, drawErrors, meanError } from "./learning.js";
import { bookRows, describe, describeErrors, describeLesson, describePlane, formula, status } from "./words.js";
import { createControls } from "./controls.js";
import { createDrawing } from "./drawing.js";
import { createLayersDrawing } from "./layers.js";
import { createPlane, outputOverPlane } from "./plane.js";
import { readable } from "./svg.js";

const HEARD_MS = 700; // after the last change a screen reader hears how things stand

export function createView(root, say, onMove) {
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
    const standing = status(state, say);
    write(find(".neuron-status"), standing);
    showNotice(find(".neuron-task"), notice, say);
    if (!isPlaying) announce(notice?.[0], notice ? say(...notice) : "", standing);
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
