// What a visitor brings: a file, or the microphone, as base64 of a file that the server can read.

import { wavOf } from "../frame/wav.js";

const LONGEST_MS = 20_000;

export const canRecord = () => Boolean(navigator.mediaDevices?.getUserMedia && window.MediaRecorder);

export async function fileToBase64(file) {
  const url = await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
  return url.slice(url.indexOf(",") + 1);
}

// Starts to record; `stop()` ends it, and after 20 s it ends by itself. `done` resolves to a WAV file.
export async function record() {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false } });
  const recorder = new MediaRecorder(stream);
  const parts = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const ended = new Promise((resolve) => { recorder.onstop = resolve; });
  recorder.start();
  const stop = () => recorder.state !== "inactive" && recorder.stop();
  const limit = setTimeout(stop, LONGEST_MS);
  const done = ended.then(async () => {
    clearTimeout(limit);
    for (const track of stream.getTracks()) track.stop();
    return toWave(await new Blob(parts).arrayBuffer());
  });
  return { stop, done };
}

// Whatever the browser recorded, as WAV.
async function toWave(bytes) {
  const context = new AudioContext();
  const sound = await context.decodeAudioData(bytes).finally(() => context.close());
  return wavOf(sound.getChannelData(0), sound.sampleRate);
}
