// Sounds notes from prepared buffers: as many at once as are asked for, each with its own end.

import { saveFile } from "../frame/save.js";
import { wavOf } from "../frame/wav.js";

const RATE = 16000;
const RELEASE_S = 0.3;
const CUT_S = 0.03; // of a note that is struck again
const LOUDNESS = 0.5; // several notes at once stay below 1

const offline = () => new OfflineAudioContext(1, 1, RATE);
export const bytesOf = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
export const decode = (base64) => offline().decodeAudioData(bytesOf(base64).buffer);

export function createSynth() {
  let context = null;
  let out = null;
  const sounding = new Map(); // pitch -> {node, gain}

  function ready() {
    if (!context) {
      context = new AudioContext({ latencyHint: "interactive" });
      out = new DynamicsCompressorNode(context, { threshold: -9, ratio: 12, attack: 0.002, release: 0.2 });
      out.connect(context.destination);
    }
    if (context.state !== "running") context.resume();
    return context;
  }

  function end(voice, seconds) {
    const now = context.currentTime;
    voice.gain.gain.cancelScheduledValues(now);
    voice.gain.gain.setTargetAtTime(0, now, seconds / 4);
    voice.node.stop(now + 1.5 * seconds);
  }

  function start(key, buffer, velocity = 1, whenEnded = () => {}) {
    ready();
    stop(key, CUT_S);
    const node = new AudioBufferSourceNode(context, { buffer });
    const gain = new GainNode(context, { gain: LOUDNESS * velocity });
    node.connect(gain).connect(out);
    node.start();
    const voice = { node, gain };
    sounding.set(key, voice);
    node.onended = () => {
      if (sounding.get(key) !== voice) return;
      sounding.delete(key);
      whenEnded();
    };
  }

  function stop(key, seconds = RELEASE_S) {
    const voice = sounding.get(key);
    if (!voice) return;
    sounding.delete(key);
    end(voice, seconds);
  }

  return { start, stop, stopAll: () => { for (const key of [...sounding.keys()]) stop(key, CUT_S); }, ready, isSounding: (key) => sounding.has(key), now: () => context?.currentTime ?? 0 };
}

// A buffer as a WAV file that the browser saves.
export function saveWav(buffer, name) {
  saveFile(wavOf(buffer.getChannelData(0), buffer.sampleRate), name);
}
