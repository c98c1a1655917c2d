// The GANSynth stage: an instrument is chosen in the latent space, then played, watched while it grows, and set to music.

import { createBank } from "./bank.js";
import { drawStage } from "./growth.js";
import { canUseMidi, createKeyboard, keysOf, listenToMidi } from "./keyboard.js";
import { createMap } from "./map.js";
import { createPiecePlayer, drawRoll } from "./pieces.js";
import { createDirections, drawn, latentToText, randomOf, roundedLatent, slerp } from "./space.js";
import { STAGES, TASK_NOTICES, TRIES, lectureSetting, stateToText, textToState } from "./state.js";
import { bytesOf, createSynth, decode, saveWav } from "./synth.js";
import { createTwin } from "./twin.js";
import { createView } from "./view.js";
import { askPatiently, latestOnly, newToken } from "../frame/asking.js";
import { onOpen, sharedState } from "../frame/shared.js";
import { createPictures, unpackBytes } from "../spectrograms/pictures.js";

const SECTION = "gansynth";
const LARGEST_FILE = 200_000;
const N_MANY = 6; // instruments of a piece that wanders
const MOST_UNDO = 50;
const POLL_MS = 250;
const STAGE_S = 1.6; // of a stage, when all are heard in turn
const REASONS = { too_large: "tooLarge", unreadable: "unreadable", type_2: "typeTwo", no_notes: "noNotes", too_many_notes: "tooManyNotes", too_long: "tooLong" };

export async function mount(element, live, server) {
  const { lecture } = window;
  const root = element.querySelector(".gansynth");
  const say = (key, values = {}) => live[lecture.language()][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const token = newToken();
  const figure = (name) => root.querySelector(`[data-figure=${name}]`);
  const programs = JSON.parse(root.dataset.programs);
  let notice = null; // [key, values]

  async function ask(name, call) {
    const reply = await askPatiently(server, name, call);
    if (reply === undefined) tell("unreachable");
    else if (notice?.[0] === "unreachable") tell(null);
    return reply ?? null;
  }

  for (const label of root.querySelectorAll("[data-aria-label-ko]")) lecture.translateLabel(label);
  const pictures = createPictures(root.querySelector(".pictures"), say);
  const survey = unpackSurvey(await askPatiently(server, "survey", {}));
  const directions = createDirections(survey);
  let state = lectureSetting(survey);
  let latent = state.a;
  const undo = [];
  let msPerNote = null;
  let nMidi = 0;
  let isSustained = false;
  let middle = 60;
  const held = new Set(); // keys that are down
  const waiting = new Map(); // pitch -> velocity, of keys that are down before their note has come
  const tried = new Set(); // what the try that is under way has seen
  let growth = null; // {key, stages}
  let making = null; // {nNotes, place} of a piece that is being made
  let made = 0;
  let roll = null; // (start, end, pitch) of each note
  let rollSeconds = 0;
  let piece = null; // {buffer, report, tookS}
  let ownFile = null; // base64 of a MIDI file
  let wandering = null; // {key, latents} of a piece that goes through many

  const write = createView(root, say);
  const synth = createSynth();
  const palette = unpackBytes(JSON.parse(root.querySelector(".pictures").dataset.palettes).level);
  const bank = createBank((one, pitches) => ask("play", { latent: one, pitches }), arrived);
  const keyboard = createKeyboard(figure("keys"), { onPress: press, onRelease: release });
  const map = createMap(figure("map"), { onPick: (one) => choose(roundedLatent(one)) });
  const twin = createTwin(root, { ask, synth, palette, changed: () => show() });
  const player = createPiecePlayer((seconds) => { drawPiece(seconds); if (seconds === null) show(); });

  // ---- showing ----
  function show() {
    const keys = shownKeys();
    write({
      state, notice, msPerNote, nMidi, isSustained, canUndo: undo.length > 0, near: nearestName(), nKeys: keys.length, nReady: bank.count(keys),
      readings: survey.directions.map((_, i) => directions.read(latent, i)), stage: growth?.stages[state.stage],
      making, made, piece, hasOwn: Boolean(ownFile), isPlaying: player.isPlaying(), twin, programName: (program) => programs[program][lecture.language()],
    });
    map.draw({ survey, a: state.a, b: state.b, latent: latentAt(player.isPlaying() ? player.positionS() : null), way: state.view === "piece" && state.how === "many" ? [...many(), many()[0]] : null });
    if (state.view === "play") drawKeys();
    if (state.view === "grow") drawGrowth(null);
    if (state.view === "piece") drawPiece(player.isPlaying() ? player.positionS() : null);
    if (state.view === "twin") twin.draw();
  }
  // The recording whose place is nearest to what one hears.
  function nearestName() {
    let best = null;
    survey.programs.forEach((program, i) => {
      if (program === null) return;
      const distance = latent.reduce((sum, one, k) => sum + (one - survey.latents[i * survey.size + k]) ** 2, 0);
      if (best === null || distance < best[0]) best = [distance, program];
    });
    return programs[best[1]][lecture.language()];
  }
  const shownKeys = () => keysOf(figure("keys").clientWidth || 800, survey.lowest, survey.highest, middle);
  const nearestFirst = (keys) => [...keys].sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle));
  const letterC = () => Math.max(survey.lowest, Math.min(middle, survey.highest - 12));
  function drawKeys() {
    keyboard.draw({ keys: shownKeys(), held: new Set([...held, ...[...Array(128).keys()].filter(synth.isSounding)]), isReady: (pitch) => bank.get(pitch), letterC: letterC() });
    figure("keys").dataset.held = [...held].join(" ");
  }
  function tell(key, values = {}) {
    notice = key ? [key, values] : null;
    show();
  }

  // ---- the instrument ----
  function setLatents(change, isNew = true) {
    if (isNew) {
      undo.push({ a: state.a, b: state.b, morph: state.morph });
      if (undo.length > MOST_UNDO) undo.shift();
    }
    Object.assign(state, change);
    latent = roundedLatent(slerp(state.a, state.b, state.morph));
    changed();
    sound();
  }
  // What is chosen on the map or drawn becomes the instrument of the slot, and the slider goes there.
  const choose = (one) => setLatents(state.slot === "a" ? { a: one, morph: 0 } : { b: one, morph: 1 });

  function sound() {
    if (state.view === "twin") return twin.choose(state.instrument, state.melody);
    bank.use(latentToText(latent), latent, [state.pitch, ...nearestFirst(shownKeys())]);
    show();
    if (state.view === "grow") growSoon();
    if (state.view === "play") lookSoon();
  }

  let preview = false; // the next note that comes is heard by itself
  function arrived(pitches, ms) {
    msPerNote = msPerNote === null ? ms : Math.min(ms, 0.7 * msPerNote + 0.3 * ms);
    for (const pitch of pitches) {
      if (waiting.has(pitch)) strike(pitch, waiting.get(pitch));
      else if (preview && pitch === state.pitch && state.view === "play") strike(pitch, 0.8);
    }
    if (pitches.includes(state.pitch)) preview = false;
    show();
  }
  function hearChange() {
    const buffer = bank.get(state.pitch);
    if (state.view !== "play") return;
    if (buffer) strike(state.pitch, 0.8);
    else preview = true;
  }

  // ---- the keys ----
  function strike(pitch, velocity) {
    waiting.delete(pitch);
    synth.start(pitch, bank.get(pitch), velocity, drawKeys);
    drawKeys();
  }
  function press(pitch, velocity) {
    if (pitch < survey.lowest || pitch > survey.highest) return;
    synth.ready();
    held.add(pitch);
    if (bank.get(pitch)) strike(pitch, velocity);
    else {
      waiting.set(pitch, velocity);
      bank.hurry(pitch);
    }
    drawKeys();
    if (state.pitch !== pitch) {
      state.pitch = pitch;
      lookSoon();
    }
    heardInTry();
  }
  function release(pitch) {
    held.delete(pitch);
    waiting.delete(pitch);
    if (!isSustained) synth.stop(pitch);
    drawKeys();
  }
  function setSustain(isOn) {
    isSustained = isOn;
    if (!isOn) for (let pitch = survey.lowest; pitch <= survey.highest; pitch++) if (!held.has(pitch)) synth.stop(pitch);
    show();
  }
  const lookSoon = latestOnly(async () => {
    const [key, pitch] = [latentToText(latent), state.pitch];
    const reply = await ask("look", { latent, pitch });
    if (reply && key === latentToText(latent) && pitch === state.pitch) pictures.show(reply.pictures);
  });
  async function toggleMidi() {
    if (!canUseMidi()) return tell("noMidi");
    try {
      await listenToMidi({ onPress: press, onRelease: release, onSustain: setSustain, onChange: (n) => { nMidi = n; tell(n ? "midiOn" : "midiNone", { n }); } });
    } catch (error) {
      console.warn(error);
      tell("midiRefused");
    }
  }

  // ---- the growing sound ----
  const growSoon = latestOnly(async () => {
    const key = `${latentToText(latent)} ${state.pitch}`;
    if (growth?.key === key) return;
    growth = null;
    show();
    const reply = await ask("grow", { latent, pitch: state.pitch });
    if (!reply || key !== `${latentToText(latent)} ${state.pitch}`) return;
    const buffers = await Promise.all(reply.stages.map((stage) => decode(stage.sound)));
    growth = { key, stages: reply.stages.map((stage, i) => ({ ...stage, level: bytesOf(stage.level), buffer: buffers[i] })) };
    show();
  });
  let growing = null; // the timer of the stages that follow one another
  let stageFrom = null;
  function hearStage(seconds = 4) {
    const stage = growth?.stages[state.stage];
    if (!stage) return;
    synth.start("stage", stage.buffer, 1.4);
    const { currentTime } = synth.ready();
    stageFrom = currentTime;
    const step = () => {
      const at = synth.now() - stageFrom;
      if (stageFrom !== currentTime || state.view !== "grow") return;
      drawGrowth(at < seconds ? at : null);
      if (at < seconds) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
    tried.add(state.stage);
    if (state.task === 2 && tried.has(0) && tried.has(STAGES - 1)) finishTry("try2Done");
  }
  function setStage(stage) {
    clearTimeout(growing);
    state.stage = stage;
    show();
    hearStage();
  }
  function hearAll() {
    clearTimeout(growing);
    state.stage = 0;
    const next = () => {
      show();
      hearStage(STAGE_S);
      if (state.stage < STAGES - 1) growing = setTimeout(() => { state.stage += 1; next(); }, 1000 * STAGE_S);
    };
    next();
  }
  function stopGrowing() {
    clearTimeout(growing);
    stageFrom = null;
    synth.stopAll();
  }
  function drawGrowth(atS) {
    const stage = growth?.stages[state.stage];
    drawStage(figure("stage"), stage, palette, atS);
  }

  // ---- pieces ----
  // A, and others that A determines: so a link says them all.
  function many() {
    const key = latentToText(state.a);
    if (wandering?.key !== key) {
      const random = randomOf(key);
      wandering = { key, latents: [state.a, ...Array.from({ length: N_MANY - 1 }, () => drawn(survey.size, random))] };
    }
    return wandering.latents;
  }
  const pieceLatents = () => (state.how === "one" ? [latent] : state.how === "two" ? [state.a, state.b] : many());
  function latentAt(seconds) {
    const latents = pieceLatents();
    if (seconds === null || state.view !== "piece" || latents.length === 1) return latent;
    const turn = seconds / state.seconds;
    return slerp(latents[Math.floor(turn) % latents.length], latents[(Math.floor(turn) + 1) % latents.length], turn % 1);
  }
  // 0 at the first instrument, 1 at the first again.
  function mix(seconds) {
    const n = pieceLatents().length;
    if (n === 1) return 0;
    const turn = (seconds / state.seconds) % n;
    return n === 2 ? 0.42 * (1 - Math.abs(turn - 1)) : turn / n;
  }
  function drawPiece(atS) {
    drawRoll(figure("roll"), { roll, seconds: rollSeconds, atS, made: making ? made : Infinity, mix });
    if (atS !== null) map.draw({ survey, a: state.a, b: state.b, latent: latentAt(atS), way: state.how === "many" ? [...many(), many()[0]] : null });
  }
  async function make() {
    if (making) return stopMaking();
    player.load(null);
    piece = null;
    const began = performance.now();
    const mine = { nNotes: 0, place: 0 };
    making = mine;
    made = 0;
    show();
    const call = { token, piece: state.piece, latents: pieceLatents().flat(), seconds: state.seconds, outOfRange: state.outOfRange };
    const reply = await ask("start", state.piece === "own" ? { ...call, file: ownFile } : call);
    if (making !== mine) return;
    if (!reply || reply.reason) {
      making = null;
      return reply ? tell(REASONS[reply.reason]) : show();
    }
    roll = new Float32Array(bytesOf(reply.roll).buffer);
    rollSeconds = reply.seconds;
    making.nNotes = reply.nNotes;
    show();
    while (making === mine) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      if (making !== mine) return;
      const now = await ask("progress", { token });
      if (making !== mine) return;
      if (!now || now.isGone || now.hasFailed) {
        making = null;
        return tell(now ? "pieceLost" : "unreachable");
      }
      if (!now.report) {
        made = now.nMade;
        mine.place = now.place;
        show();
        continue;
      }
      making = null;
      if (!now.sound) return tell("nothingLeft");
      piece = { buffer: await decode(now.sound), report: now.report, tookS: (performance.now() - began) / 1000 };
      player.load(piece.buffer);
      show();
      await player.play();
      if (state.task === 3) finishTry("try3Done", { n: piece.report.nDifferent });
      show();
    }
  }
  function stopMaking() {
    making = null;
    ask("cancel", { token });
    show();
  }
  function forgetPiece() {
    if (making) stopMaking();
    player.load(null);
    piece = null;
    roll = null;
  }
  const input = root.querySelector("input[type=file]");
  input.addEventListener("change", async () => {
    const file = input.files[0];
    input.value = "";
    if (!file) return;
    if (file.size > LARGEST_FILE) return tell("tooLarge");
    const bytes = new Uint8Array(await file.arrayBuffer());
    let letters = "";
    for (const byte of bytes) letters += String.fromCharCode(byte);
    ownFile = btoa(letters);
    forgetPiece();
    state.piece = "own";
    tell("taken", { name: file.name });
    make();
  });

  // ---- choosing ----
  function heardInTry() {
    if (state.task !== 1) return;
    tried.add(latentToText(latent));
    if (tried.size >= 3) finishTry("try1Done");
  }
  function finishTry(key, values = {}) {
    const button = document.querySelector(`[data-try="${state.task}"][data-section=${SECTION}]`);
    if (button) button.dataset.done = "";
    state.task = 0;
    tell(key, values);
  }
  function changed() {
    lecture.setAddress(SECTION, stateToText(state));
    show();
  }
  function quiet() {
    twin.quiet();
    stopGrowing();
    player.pause();
    held.clear();
    waiting.clear();
    preview = false;
  }
  function begin(next) {
    quiet();
    if (next.view !== state.view || next.task) forgetPiece();
    state = next;
    latent = roundedLatent(slerp(state.a, state.b, state.morph));
    tried.clear();
    notice = state.task ? [TASK_NOTICES[state.task], {}] : null;
    for (const button of document.querySelectorAll(`[data-try][data-section=${SECTION}]`)) button.setAttribute("aria-pressed", String(Number(button.dataset.try) === state.task));
    changed();
    sound();
    if (lecture.isProjector() && root.getBoundingClientRect().bottom > innerHeight) root.scrollIntoView();
  }

  const chosen = {
    view: (view) => begin({ ...state, view, task: 0 }),
    slot: (slot) => { state.slot = slot; setLatents({ morph: slot === "a" ? 0 : 1 }, false); hearChange(); },
    stage: (stage) => setStage(Number(stage)),
    how: (how) => { forgetPiece(); state.how = how; show(); },
    melody: (melody) => { state.melody = melody; changed(); sound(); },
    hear: (kind) => twin.toggle(kind),
    fold: () => { forgetPiece(); state.outOfRange = state.outOfRange === "fold" ? "leave_out" : "fold"; show(); },
    action: (name) => actions[name]?.(),
  };
  const actions = {
    restore: () => begin({ ...lectureSetting(survey), view: state.view }),
    copy: () => {
      lecture.setAddress(SECTION, stateToText(state));
      lecture.copyAddress();
    },
    random: () => { choose(drawn(survey.size)); hearChange(); },
    undo: () => { if (undo.length) { setLatents(undo.pop(), false); hearChange(); } },
    lower: () => shift(-12), higher: () => shift(12),
    sustain: () => setSustain(!isSustained),
    midi: toggleMidi,
    save: () => { const buffer = bank.get(state.pitch); if (buffer) saveWav(buffer, `gansynth-${state.pitch}.wav`); },
    hearStage: () => hearStage(), hearAll, hearTakes: twin.hearAll,
    open: () => input.click(),
    make,
    hearPiece: async () => { if (player.isPlaying()) player.pause(); else await player.play(); show(); },
    savePiece: () => { if (piece) saveWav(piece.buffer, `gansynth-${state.piece}.wav`); },
  };
  function shift(by) {
    middle = Math.min(72, Math.max(36, middle + by));
    bank.prepare(nearestFirst(shownKeys()));
    show();
  }
  root.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    if (notice?.[0].endsWith("Done") && !button.closest(".pictures")) notice = null;
    for (const [group, value] of Object.entries(button.dataset)) chosen[group]?.(value);
  });
  let isMoving = false; // a slider: one step for undo
  root.addEventListener("input", ({ target }) => {
    if ("morph" in target.dataset) setLatents({ morph: Number(target.value) / 100 }, !isMoving);
    else if (target.dataset.direction) setLatents(moved(Number(target.dataset.direction), Number(target.value) / 10), !isMoving);
    else if ("seconds" in target.dataset) { state.seconds = Number(target.value); forgetPiece(); show(); } else return;
    isMoving = true;
  });
  // A direction is turned on the instrument one hears, which becomes that of the slot.
  function moved(i, wanted) {
    const one = directions.move(latent, i, wanted);
    return state.slot === "a" ? { a: one, morph: 0 } : { b: one, morph: 1 };
  }
  root.addEventListener("change", ({ target }) => {
    isMoving = false;
    if ("morph" in target.dataset || target.dataset.direction) {
      hearChange();
      heardInTry();
    }
    if ("instrument" in target.dataset) { state.instrument = target.value; changed(); sound(); }
    if ("piece" in target.dataset) { forgetPiece(); state.piece = target.value; show(); }
  });
  figure("map").addEventListener("pointerup", hearChange);
  figure("map").addEventListener("keyup", ({ key }) => { if (key.startsWith("Arrow")) hearChange(); });
  figure("roll").addEventListener("pointerdown", (event) => {
    if (!piece) return;
    const span = Math.min(rollSeconds, 14);
    const from = Math.min(Math.max(0, player.positionS() - 0.3 * span), Math.max(0, rollSeconds - span));
    player.seek(from + (event.offsetX / figure("roll").clientWidth) * span);
    drawPiece(player.positionS());
  });

  function startTry() {
    const { section, number } = lecture.lastTry();
    if (section !== SECTION) return;
    begin(TRIES[number](survey));
    if (root.getBoundingClientRect().top > innerHeight / 2) root.scrollIntoView({ block: "start" });
  }
  document.addEventListener("lecture:try", startTry);
  for (const event of ["lecture:language", "lecture:theme"]) document.addEventListener(event, show);
  new ResizeObserver(show).observe(root);
  new IntersectionObserver(() => { if (!root.offsetParent) { quiet(); show(); } }).observe(root);
  window.addEventListener("pagehide", quiet);

  const readState = (text) => textToState(text, survey);
  // A link to the comparison knows no latents: the visitor's own stay.
  const keepLatents = (next) => (next.view === "twin" ? { ...next, a: state.a, b: state.b, morph: state.morph, slot: state.slot } : next);
  onOpen(SECTION, readState, (next) => begin(keepLatents(next)));
  const read = sharedState(SECTION, readState);
  if (lecture.lastTry()?.section === SECTION) startTry();
  else if (read) begin(read);
  else {
    show();
    sound();
  }
}

function unpackSurvey(answer) {
  const survey = { ...answer, size: answer.latentSize };
  for (const name of ["points", "latents", "readings", "offsets", "moves"]) survey[name] = new Float32Array(bytesOf(answer[name]).buffer);
  return survey;
}
