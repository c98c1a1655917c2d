// What a visitor brings: a file, or the microphone, as base64 of a file that the server can read.

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

// Whatever the browser recorded, as 16-bit mono WAV (RIFF header of 44 bytes).
async function toWave(bytes) {
  const context = new AudioContext();
  const sound = await context.decodeAudioData(bytes).finally(() => context.close());
  const samples = sound.getChannelData(0);
  const view = new DataView(new ArrayBuffer(44 + 2 * samples.length));
  const letters = (at, text) => [...text].forEach((letter, i) => view.setUint8(at + i, letter.charCodeAt(0)));
  letters(0, "RIFF");
  view.setUint32(4, 36 + 2 * samples.length, true);
  letters(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); // PCM
  view.setUint16(22, 1, true); // mono
  view.setUint32(24, sound.sampleRate, true);
  view.setUint32(28, 2 * sound.sampleRate, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  letters(36, "data");
  view.setUint32(40, 2 * samples.length, true);
  samples.forEach((sample, i) => view.setInt16(44 + 2 * i, Math.max(-1, Math.min(1, sample)) * 32767, true));
  return new Blob([view], { type: "audio/wav" });
}
