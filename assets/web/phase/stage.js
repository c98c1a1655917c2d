// The phase stage: dots on a wave; a sound, its pictures and its variants; and the questions it asks the server.

import { createPlayer } from "./player.js";
import { canRecord, fileToBase64, record } from "./recorder.js";
import { nFramesOf, turnsOf } from "./dots.js";
import { createView } from "./view.js";
import { HZ, NOISY, TASK_NOTICES, TRIES, VARIANTS, lectureSetting, stateToText, textToState } from "./state.js";
import { latentOfText } from "../gansynth/space.js";
import { askPatiently, latestOnly, newToken } from "../frame/asking.js";
import { onOpen, sharedState } from "../frame/shared.js";
import { createPictures, readableHz, unpackBytes, unpackShorts } from "../spectrograms/pictures.js";

const SECTION = "phase";
const RUN_FRAMES_S = 1.2; // how many frames the playhead passes in a second
const LARGEST_FILE = 10_000_000;
const HEARD_MS = 800; // of a variant, before it counts as heard
const PARTIAL_TOLERANCE = 0.01;
const LOUD_DB = -40;
const REASONS = { too_large: "tooLarge", unreadable: "unreadable", too_short: "tooShort", silent: "silent", not_finite: "notFinite" };

export function mount(element, live, server) {
  const { lecture } = window;
  const root = element.querySelector(".phase");
  const say = (key, values = {}) => live[lecture.language()][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const token = newToken();
  const sources = [...root.querySelector("[data-source]").options].map(({ value }) => value).filter((value) => value !== "own");
  let state = lectureSetting();
  let notice = null; // [key, values]
  let answers = {}; // of the source: "variant noise" -> what the server said
  let answer = null; // what is shown and heard
  let ownFile = null; // base64 of what the visitor brought, in case the server has forgotten it
  let isWaiting = false;
  let recording = null;
  let playhead = null; // in frames
  const heard = new Set(); // variants, since the try began
  let hearing = null;

  const write = createView(root, say);
  const show = () => write({ state, notice, answer, trueAnswer: answers[keyOf("true", 0)], isWaiting, isPlaying: player.isPlaying(), isRecording: Boolean(recording), hasOwn: Boolean(ownFile), playhead });
  const pictures = createPictures(root.querySelector(".pictures"), say, { onPick: picked });
  const player = createPlayer((seconds) => pictures.setPlayhead(seconds));

  function tell(key, values = {}) {
    notice = key ? [key, values] : null;
    show();
  }

  async function ask(name, call) {
    const reply = await askPatiently(server, name, call);
    if (reply === undefined) tell("unreachable");
    else if (notice?.[0] === "unreachable") tell(null);
    return reply ?? null;
  }

  // ---- the sound ----
  const keyOf = (variant, noise) => `${variant} ${noise}`;

  // The newest wish is asked for next; what was asked for meanwhile is left out.
  const update = latestOnly(async () => {
    const { source, variant, noise } = state;
    const key = keyOf(variant, noise);
    const mine = answers;
    if (!mine[key]) {
      isWaiting = true;
      show();
      const reply = await fetchSound(source, variant, noise);
      isWaiting = false;
      if (!reply || mine !== answers) return show();
      mine[key] = reply;
    }
    if (source !== state.source || key !== keyOf(state.variant, state.noise)) return show();
    take(mine[key]);
    if (!noise) prefetch(mine);
  });

  async function fetchSound(source, variant, noise) {
    const call = { token, source, variant, noise, ...(source === "gansynth" ? chosenLatent() : {}) };
    let reply = await ask("hear", call);
    if (reply?.isGone && ownFile) reply = (await ask("give", { token, file: ownFile }))?.seconds ? await ask("hear", call) : null;
    if (reply?.isGone) return null;
    return reply && { ...reply, samples: Float32Array.from(unpackShorts(reply.samples), (value) => value / 32768), cycles: reply.cycles && new Int8Array(unpackBytes(reply.cycles).buffer) };
  }

  // GANSynth's note is of the instrument that was chosen in its tab, as the address has it.
  function chosenLatent() {
    const latent = lecture.parameter("gansynth") && latentOfText(lecture.parameter("gansynth"));
    return latent ? { latent } : {};
  }
  let usedInstrument = null;
  function followInstrument() {
    const text = lecture.parameter("gansynth");
    if (text === usedInstrument) return;
    usedInstrument = text;
    if (state.source !== "gansynth") return;
    forgetSounds();
    update();
  }

  function take(reply) {
    if (answer !== reply) {
      answer = reply;
      player.load(answer.samples, answer.pictures.rate);
      pictures.show(answer.pictures);
      listenOn();
    }
    show();
  }

  // The other variants, so that switching is instant.
  async function prefetch(mine) {
    const { source } = state;
    for (const variant of VARIANTS) {
      if (mine !== answers || mine[keyOf(variant, 0)]) continue;
      const reply = await fetchSound(source, variant, 0);
      if (!reply || mine !== answers) return;
      mine[keyOf(variant, 0)] ??= reply;
      show();
    }
  }

  function setSource(source, isNew = false) {
    if (!isNew && !state.task) notice = null;
    Object.assign(state, { source, task: state.task === 3 ? 0 : state.task });
    forgetSounds();
    changed();
    update();
  }

  function forgetSounds() {
    answers = {};
  }

  function setVariant(variant, noise = 0) {
    Object.assign(state, { variant, noise });
    changed();
    update();
  }

  async function play() {
    if (recording) return;
    if (player.isPlaying()) player.stop();
    else await player.play();
    listenOn();
    show();
  }

  // Try 2 is done when the true phase and the random one have both been heard.
  function listenOn() {
    clearTimeout(hearing);
    if (!player.isPlaying() || state.task !== 2) return;
    hearing = setTimeout(() => {
      if (!player.isPlaying() || answer !== answers[keyOf(state.variant, 0)]) return;
      heard.add(state.variant);
      if (heard.has("true") && heard.has("random")) finishTry("try2Done");
    }, HEARD_MS);
  }

  // Try 3: a place in the picture of the instantaneous frequency, on a partial, is read.
  function picked(name, reading) {
    if (state.task !== 3 || name !== "frequency" || !answer?.pitchHz || !reading) return;
    const partial = Math.round(reading.heardHz / answer.pitchHz);
    const isPartial = partial >= 1 && Math.abs(reading.heardHz / (partial * answer.pitchHz) - 1) < PARTIAL_TOLERANCE && reading.db > LOUD_DB;
    if (!isPartial) return tell("try3Missed", { hz: readableHz(reading.heardHz) });
    finishTry(partial === 1 ? "try3FirstDone" : "try3Done", { hz: readableHz(reading.heardHz), partial, pitch: readableHz(answer.pitchHz) });
  }

  // ---- one's own sound ----
  const input = root.querySelector("input[type=file]");
  input.addEventListener("change", async () => {
    const file = input.files[0];
    input.value = "";
    if (file) await bring(file);
  });
  async function bring(file) {
    if (file.size > LARGEST_FILE) return tell("tooLarge");
    tell("reading");
    const base64 = await fileToBase64(file).catch(() => null);
    if (base64 === null) return tell("unreadable");
    const reply = await ask("give", { token, file: base64 });
    if (!reply) return;
    if (reply.reason) return tell(REASONS[reply.reason]);
    ownFile = base64;
    tell(reply.isCut ? "wasCut" : "taken", { seconds: reply.seconds });
    Object.assign(state, { variant: "true", noise: 0 });
    setSource("own", true);
  }

  async function toggleRecording() {
    if (recording) return recording.stop?.();
    if (!canRecord()) return tell(window.isSecureContext ? "noRecorder" : "needsHttps");
    try {
      player.stop();
      recording = {}; // the browser asks for leave
      recording = await record();
      tell("recording");
      const { done } = recording;
      const file = await done;
      const isWanted = Boolean(recording);
      recording = null;
      if (isWanted) await bring(file);
    } catch (error) {
      console.warn(error);
      recording = null;
      tell(error.name === "NotAllowedError" ? "notAllowed" : error.name === "NotFoundError" ? "noMicrophone" : "noRecorder");
    }
  }

  // Nobody is recorded unseen: what was being recorded is thrown away.
  function stopRecording() {
    const { stop } = recording ?? {};
    recording = null;
    stop?.();
  }

  // ---- the wave ----
  let runs = null;
  function run() {
    if (playhead !== null) return halt();
    playhead = 0;
    let last = performance.now();
    const step = (now) => {
      playhead += ((now - last) / 1000) * RUN_FRAMES_S;
      last = now;
      if (playhead >= nFramesOf(dots) || state.view !== "wave") return halt();
      show();
      runs = requestAnimationFrame(step);
    };
    runs = requestAnimationFrame(step);
  }
  function halt() {
    cancelAnimationFrame(runs);
    playhead = null;
    show();
  }
  function setWave(change) {
    Object.assign(state, change);
    if (notice?.[0].endsWith("Done")) notice = null; // it spoke of another frequency
    if (state.task === 1 && Math.abs(turnsOf(state).slip) < 0.005) finishTry("try1Done", { hz: state.hz, times: turnsOf(state).whole, rate: turnsOf(state).frameHz.toFixed(2) });
    changed();
  }
  const dots = root.querySelector("[data-figure=dots]");
  let grip = null;
  dots.addEventListener("pointerdown", (event) => {
    grip = { x: event.clientX, hz: state.hz };
    dots.setPointerCapture(event.pointerId);
  });
  dots.addEventListener("pointermove", (event) => {
    if (!grip) return;
    const hz = grip.hz * Math.exp((grip.x - event.clientX) / dots.clientWidth); // cycles are pulled closer together or apart
    setWave({ hz: Math.min(HZ.high, Math.max(HZ.low, Math.round(hz / HZ.step) * HZ.step)) });
  });
  for (const end of ["pointerup", "pointercancel"]) dots.addEventListener(end, () => { grip = null; });

  // ---- choosing ----
  function finishTry(key, values) {
    const button = document.querySelector(`[data-try="${state.task}"][data-section=${SECTION}]`);
    if (button) button.dataset.done = "";
    state.task = 0;
    tell(key, values);
  }

  function changed() {
    lecture.setAddress(SECTION, stateToText(state));
    show();
  }

  function begin(next) {
    const isOther = next.source !== state.source;
    if (playhead !== null) halt();
    if (next.view !== "sound") {
      player.stop();
      stopRecording();
    }
    state = next;
    heard.clear();
    if (isOther) forgetSounds();
    notice = state.task ? [TASK_NOTICES[state.task], {}] : null;
    for (const button of document.querySelectorAll(`[data-try][data-section=${SECTION}]`)) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.try) === state.task));
    }
    changed();
    if (state.view === "sound") update();
    if (lecture.isProjector() && root.getBoundingClientRect().bottom > innerHeight) root.scrollIntoView();
  }

  const choose = {
    view: (view) => begin({ ...state, view, task: 0 }),
    variant: (variant) => setVariant(variant),
    action: (name) => actions[name]?.(),
  };
  const actions = {
    restore: () => begin(lectureSetting()),
    copy: () => {
      lecture.setAddress(SECTION, stateToText(state));
      lecture.copyAddress();
      if (state.source === "own") tell("ownNotShared");
    },
    run, play,
    open: () => input.click(),
    record: toggleRecording,
  };
  root.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (button && notice?.[0].endsWith("Done") && !button.closest(".pictures")) notice = null; // it spoke of what is about to change
    for (const [group, value] of Object.entries(button?.dataset ?? {})) choose[group]?.(value);
  });
  root.addEventListener("input", ({ target }) => {
    if (target.dataset.setting) setWave({ [target.dataset.setting]: Number(target.value) });
    if (NOISY.includes(target.dataset.noise)) setVariant(target.dataset.noise, Number(target.value) / 100);
  });
  root.querySelector("[data-source]").addEventListener("change", ({ target }) => setSource(target.value));

  function startTry() {
    const { section, number } = lecture.lastTry();
    if (section !== SECTION) return;
    begin(TRIES[number]());
    const wanted = number === 3 ? root.querySelector("[data-spectrogram=frequency]") : root;
    const box = wanted.getBoundingClientRect();
    if (number === 3 ? box.bottom > innerHeight : box.top > innerHeight / 2) wanted.scrollIntoView({ block: number === 3 ? "end" : "start" });
  }
  document.addEventListener("lecture:try", startTry);
  for (const event of ["lecture:language", "lecture:theme"]) document.addEventListener(event, show);
  new ResizeObserver(show).observe(root);
  new IntersectionObserver(() => {
    if (root.offsetParent) return followInstrument();
    player.stop();
    stopRecording();
    show();
  }).observe(root);
  window.addEventListener("pagehide", player.stop);

  for (const label of root.querySelectorAll("[data-aria-label-ko]")) lecture.translateLabel(label);
  const readState = (text) => textToState(text, sources);
  onOpen(SECTION, readState, (next) => { player.stop(); begin(next); });
  const read = sharedState(SECTION, readState);
  if (lecture.lastTry()?.section === SECTION) startTry();
  else if (read) begin(read);
  else show();
}
