// Everything on the GANSynth stage, but what the canvases show, as a function of what there is to show.

const PIECES = { "prelude-g": "preludeG", "prelude-c": "preludeC", "ode-to-joy": "odeToJoy", arirang: "arirang", doraji: "doraji", own: "own" };

export function createView(root, say) {
  const find = (selector) => root.querySelector(selector);
  const write = (name, text) => {
    const element = find(`[data-text="${name}"]`);
    if (element.textContent !== text) element.textContent = text;
  };

  return function show(model) {
    const { state, notice } = model;
    root.dataset.view = state.view;
    for (const panel of root.querySelectorAll("[data-for]")) panel.hidden = !panel.dataset.for.split(" ").includes(state.view);
    for (const group of ["view", "slot", "how", "melody"]) press(`button[data-${group}]`, (button) => button.dataset[group] === state[group]);
    press("button[data-stage]", (button) => Number(button.dataset.stage) === state.stage);
    press("[data-action=sustain]", () => model.isSustained);
    press("[data-action=midi]", () => model.nMidi > 0);
    root.classList.toggle("is-making", Boolean(model.making));
    root.classList.toggle("is-playing", model.isPlaying);
    find("[data-action=undo]").disabled = !model.canUndo;
    showNotice(notice);
    slide(find("[data-morph]"), Math.round(100 * state.morph), say("percent", { percent: Math.round(100 * state.morph) }));
    for (const input of root.querySelectorAll("[data-direction]")) {
      const value = model.readings[input.dataset.direction] ?? 0;
      slide(input, Math.round(10 * value), signed(value));
    }
    write("time", model.msPerNote ? say("took", { ms: model.msPerNote < 10 ? model.msPerNote.toFixed(1) : Math.round(model.msPerNote), times: Math.round(4000 / model.msPerNote) }) : say("waking"));
    write("ready", model.nReady === model.nKeys ? say("allReady", { n: model.nKeys }) : say("someReady", { n: model.nReady, of: model.nKeys }));
    write("stage", model.stage ? say("stageSays", { n: state.stage + 1, frames: model.stage.frames, bins: model.stage.bins }) : say("computing"));
    write("near", say("near", { instrument: model.near }));
    showPiece(model);
    if (state.view === "twin") showTakes(model);
  };

  function showTakes({ state, twin, programName }) {
    const select = find("[data-instrument]");
    for (const option of select.options) option.textContent = programName(option.dataset.program);
    if (select.value !== state.instrument) select.value = state.instrument;
    const takes = twin.takes();
    find("[data-action=hearTakes]").disabled = !takes;
    for (const card of root.querySelectorAll("[data-take]")) {
      const kind = card.dataset.take;
      card.classList.toggle("is-sounding", twin.sounding() === kind);
      card.querySelector("button").disabled = !takes;
      const share = card.querySelector("[data-share]");
      const text = takes ? say("share", { percent: Math.round(100 * takes[kind].share) }) : say(twin.problem() ?? "computing");
      if (share.textContent !== text) share.textContent = text;
    }
  }

  function showPiece({ state, made, making, piece, hasOwn }) {
    const select = find("[data-piece]");
    for (const option of select.options) {
      option.textContent = say(PIECES[option.value]);
      if (option.value === "own") option.hidden = !hasOwn;
    }
    if (select.value !== state.piece) select.value = state.piece;
    slide(find("[data-seconds]"), state.seconds, say("seconds", { seconds: state.seconds }));
    find("[data-seconds]").closest("label").hidden = state.how === "one";
    press("[data-fold]", () => state.outOfRange === "fold");
    for (const action of ["hearPiece", "savePiece"]) find(`[data-action=${action}]`).disabled = !piece;
    const bar = find("progress");
    bar.hidden = !making;
    if (making) bar.value = making.nNotes ? made / making.nNotes : 0;
    write("piece", making ? say(making.place > 0 ? "inLine" : "making", { made, of: making.nNotes, place: making.place }) : piece ? reportOf(piece, say) : "");
  }

  function showNotice(notice) {
    const line = find(".gan-notice");
    line.hidden = !notice;
    if (!notice) return;
    line.dataset.kind = notice[0].endsWith("Done") ? "good" : "";
    const text = say(...notice);
    if (line.textContent !== text) line.textContent = text;
  }

  function press(selector, isOn) {
    for (const button of root.querySelectorAll(selector)) button.setAttribute("aria-pressed", String(isOn(button)));
  }
  function slide(input, value, text) {
    if (Number(input.value) !== value) input.value = value;
    input.parentElement.querySelector("output").textContent = text;
    input.setAttribute("aria-valuetext", text);
  }
}

// What became of a piece, and all that was not done as it is written.
function reportOf({ report, tookS }, say) {
  const parts = [say("report", { played: report.nPlayed, different: report.nDifferent, seconds: report.seconds, took: tookS.toFixed(1) })];
  for (const [key, n] of [["folded", report.nFolded], ["leftOut", report.nLeftOut], ["shortened", report.nShortened], ["drums", report.nDrums], ["programs", report.nPrograms]]) {
    if (n) parts.push(say(key, { n }));
  }
  return parts.join(" ");
}

const signed = (value) => (value < -0.05 ? "−" : "") + Math.abs(value).toFixed(1);
