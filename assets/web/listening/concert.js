// The programme: a piece is asked for, waited for, and played beside the pictures of where it is.

import { createPlacer } from "../gansynth/map.js";
import { createPiecePlayer, drawRoll } from "../gansynth/pieces.js";
import { bytesOf, decode, saveWav } from "../gansynth/synth.js";
import { drawSky } from "./sky.js";

const POLL_MS = 250;

// `onChange` is called when something else than the moving pictures is to be shown; `onCaption` with each caption that
// has come up while the music plays; `onEnd` when a piece has been played to its end.
export function createConcert({ figure, programme, ask, nameOf, onChange, onCaption, onEnd }) {
  const placeOf = createPlacer(programme);
  const outlines = new Map(); // piece -> what is drawn of it
  const buffers = new Map();
  let piece = null;
  let making = null; // {piece, nMade, nNotes, place}
  let wantsToPlay = false;
  let caption = null;
  let hasFailed = false;
  const player = createPiecePlayer((seconds) => {
    draw();
    follow(seconds);
    if (seconds === null) {
      onEnd(piece);
      onChange();
    }
  });

  function outline(name) {
    if (outlines.has(name)) return outlines.get(name);
    const said = programme.pieces[name];
    const latents = new Float32Array(bytesOf(said.way).buffer);
    const { size } = programme;
    const way = Array.from({ length: latents.length / size }, (_, i) => placeOf(latents.subarray(i * size, (i + 1) * size)));
    const roll = new Float32Array(bytesOf(said.roll).buffer);
    const onsets = Array.from({ length: roll.length / 3 }, (_, i) => roll[3 * i]).sort((a, b) => a - b);
    const stops = said.instruments.map((instrument, i) => ({ instrument, place: way[Math.round((i * said.secondsPerInstrument) / said.wayStepS)] })).filter(({ place }) => place);
    outlines.set(name, { ...said, way, roll, onsets, stops });
    return outlines.get(name);
  }
  const positionS = () => player.positionS();

  function draw() {
    if (!piece) return;
    const { way, wayStepS: stepS, stops, onsets, roll, seconds } = outline(piece);
    const hasBegun = player.isPlaying() || positionS() > 0;
    const atS = hasBegun ? positionS() : null;
    drawSky(figure("sky"), { stars: programme.points, families: programme.families, way, stepS, stops: stops.map(({ instrument, place }) => ({ name: nameOf(instrument), place })), onsets, atS });
    drawRoll(figure("roll"), { roll, seconds, atS, made: making?.piece === piece ? making.nMade : Infinity, mix });
  }
  // 0 at the first instrument, 1 where it comes again.
  function mix(seconds) {
    const { instruments, secondsPerInstrument } = outline(piece);
    return ((seconds / secondsPerInstrument) % instruments.length) / instruments.length;
  }
  // Between which instruments the piece is, and how far.
  function whereabouts() {
    const { instruments, secondsPerInstrument } = outline(piece);
    const turn = positionS() / secondsPerInstrument;
    const [from, to] = [0, 1].map((step) => instruments[(Math.floor(turn) + step) % instruments.length]);
    return { from, to, percent: Math.floor(100 * (turn % 1)) };
  }
  function follow(seconds) {
    const at = seconds ?? positionS();
    const bar = at > 0 ? outline(piece).captions.findLast(([, atS]) => atS <= at + 0.02)?.[0] : undefined;
    const now = bar === undefined ? null : `${piece}-${bar}`;
    if (now === caption) return;
    caption = now;
    if (now) onCaption(now, player.isPlaying());
    onChange();
  }

  function choose(name) {
    if (name === piece) return;
    player.load(buffers.get(name) ?? null);
    wantsToPlay = false;
    piece = name;
    caption = null;
    onChange();
    draw();
    prepare();
  }
  async function prepare() {
    const name = piece;
    if (buffers.has(name) || making?.piece === name) return;
    const mine = { piece: name, nMade: 0, nNotes: 0, place: 0 };
    making = mine;
    hasFailed = false;
    while (making === mine && piece === name) {
      const reply = await ask("hear", { piece: name });
      if (making !== mine) return;
      if (!reply || reply.hasFailed) {
        hasFailed = true;
        break;
      }
      if (reply.sound) {
        buffers.set(name, await decode(reply.sound));
        if (piece !== name) break;
        player.load(buffers.get(name));
        if (wantsToPlay) await player.play();
        break;
      }
      Object.assign(mine, reply);
      onChange();
      draw();
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    if (making === mine) making = null;
    wantsToPlay = false;
    onChange();
    draw();
  }
  async function play() {
    if (player.isPlaying()) {
      player.pause();
    } else if (buffers.has(piece)) {
      await player.play();
    } else {
      wantsToPlay = !wantsToPlay;
      prepare();
    }
    onChange();
  }
  function seek(seconds) {
    if (!buffers.has(piece)) return;
    player.seek(seconds);
    draw();
    follow(null);
    onChange();
  }

  return {
    choose, play, seek, draw, prepare,
    pause: () => { if (player.isPlaying()) player.pause(); wantsToPlay = false; },
    save: () => { if (buffers.has(piece)) saveWav(buffers.get(piece), `gansynth-${piece}.wav`); },
    state: () => ({
      piece, making: making?.piece === piece ? making : null, hasFailed, wantsToPlay, caption, isReady: buffers.has(piece),
      isPlaying: player.isPlaying(), positionS: positionS(), seconds: buffers.get(piece)?.duration ?? outline(piece).seconds, ...whereabouts(),
    }),
  };
}
