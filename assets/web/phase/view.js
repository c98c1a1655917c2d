// Everything on the phase stage as a function of what there is to show.

import { drawCycles } from "./cycles.js";
import { drawDots, turnsOf } from "./dots.js";
import { readableHz } from "../spectrograms/pictures.js";

const MEANS = { true: "meansTrue", random: "meansRandom", zero: "meansZero", griffin_lim: "meansGriffinLim", from_if: "meansFromIf" };
const MEANS_NOISY = { true: "meansTrueNoise", from_if: "meansFromIfNoise" };
const SOURCES = {
  piano: "piano", vibraphone: "vibraphone", organ: "organ", guitar: "guitar", bass: "bass", violin: "violin", cello: "cello",
  harp: "harp", choir: "choir", trumpet: "trumpet", clarinet: "clarinet", flute: "flute", gansynth: "gansynth", own: "own",
};
const SHORT_FRAMES = 20; // of a sound in which no cycles are looked for
const STILL = 0.005; // turns a frame that nobody sees

export function createView(root, say) {
  const find = (selector) => root.querySelector(selector);
  const figure = (name) => find(`[data-figure="${name}"]`);
  const write = (name, text) => {
    const element = find(`[data-text="${name}"]`);
    if (element.textContent !== text) element.textContent = text;
  };

  return function show(model) {
    const { state, notice } = model;
    root.dataset.view = state.view;
    for (const panel of root.querySelectorAll("[data-for]")) panel.hidden = panel.dataset.for !== state.view;
    for (const group of ["view", "variant"]) {
      for (const button of root.querySelectorAll(`button[data-${group}]`)) button.setAttribute("aria-pressed", String(button.dataset[group] === state[group]));
    }
    root.classList.toggle("is-running", model.playhead !== null);
    root.classList.toggle("is-playing", model.isPlaying);
    root.classList.toggle("is-recording", model.isRecording);
    for (const [action, isOn] of [["run", model.playhead !== null], ["play", model.isPlaying], ["record", model.isRecording]]) {
      find(`[data-action=${action}]`).setAttribute("aria-pressed", String(isOn));
    }
    showNotice(notice);
    if (state.view === "wave") showWave(model);
    else showSound(model);
  };

  function showNotice(notice) {
    const line = find(".phase-notice");
    line.hidden = !notice;
    if (!notice) return;
    line.dataset.kind = notice[0].endsWith("Done") ? "good" : "";
    const text = say(...notice);
    if (line.textContent !== text) line.textContent = text;
  }

  function showWave({ state, playhead }) {
    const { whole, slip, frameHz } = turnsOf(state);
    setSlider(find("[data-setting=hz]"), state.hz, `${state.hz.toFixed(2)} Hz`);
    setSlider(find("[data-setting=stride]"), state.stride, say("milliseconds", { ms: state.stride }));
    drawDots(figure("dots"), state, say, playhead);
    const isHalf = Math.abs(Math.abs(slip) - 0.5) < 0.0005;
    const direction = Math.abs(slip) < STILL ? "slipsNot" : isHalf ? "slipsHalf" : slip > 0 ? "slipsOn" : "slipsBack";
    const said = say(direction, { turns: Math.abs(slip).toFixed(2) });
    write("slips", said);
    figure("dots").setAttribute("aria-label", say("dotsDescribe", { hz: state.hz, ms: state.stride, said }));
    write("formula", say("formula", { whole, slip: signed(slip, 3), sum: `${whole} ${slip < 0 ? "−" : "+"} ${Math.abs(slip).toFixed(3)}`, rate: frameHz.toFixed(2), hz: state.hz.toFixed(2) }));
  }

  function showSound({ state, answer, trueAnswer, isPlaying, hasOwn, isWaiting }) {
    const select = find("[data-source]");
    for (const option of select.options) {
      option.textContent = say(SOURCES[option.value]);
      if (option.value === "own") option.hidden = !hasOwn;
    }
    if (select.value !== state.source) select.value = state.source;
    for (const input of root.querySelectorAll("[data-noise]")) {
      const noise = input.dataset.noise === state.variant ? state.noise : 0;
      setSlider(input, Math.round(100 * noise), `${Math.round(100 * noise)}%`);
    }
    write("means", say((state.noise ? MEANS_NOISY : MEANS)[state.variant]));
    write("sounding", isWaiting ? say("computing") : answer ? say(isPlaying ? "sounding" : "ready", { lufs: signed(answer.lufs, 1) }) : "");
    const percentOf = (one) => (one?.cycles ? `${Math.round(100 * one.coherence)}%` : "");
    const [percent, truth] = [percentOf(answer), percentOf(trueAnswer)];
    const isTrue = answer === trueAnswer || !truth;
    write("coherence", !percent ? "" : isTrue ? say("coherence", { percent }) : say("coherenceBeside", { percent, truth }));
    const isShort = answer && answer.pictures.frames < SHORT_FRAMES;
    write("cyclesHint", !answer ? "" : answer.cycles ? say("cyclesOf", { hz: readableHz(answer.pitchHz), seconds: answer.spanS }) : say(isShort ? "noCyclesShort" : "noPitch"));
    drawCycles(figure("cycles"), answer ?? {});
    figure("cycles").setAttribute("aria-label", percent ? say("cyclesDescribe", { percent }) : say("noCycles"));
  }

  function setSlider(input, value, text) {
    if (document.activeElement !== input || Number(input.value) !== value) input.value = value;
    input.parentElement.querySelector("output").textContent = text;
    input.setAttribute("aria-valuetext", text);
  }
}

const signed = (value, digits = 2) => (value < 0 ? "−" : "") + Math.abs(value).toFixed(digits);
