// Plays one sound round and round. Another sound takes over at the same place, with a short crossfade.

const FADE_S = 0.015;

export function createPlayer(onStep) {
  let context = null;
  let sound = null; // {samples, rate}
  let playing = null; // {node, gain, startedAt}
  let ticking = null;

  const durationS = () => (sound ? sound.samples.length / sound.rate : 0);
  const positionS = () => (playing ? (context.currentTime - playing.startedAt) % playing.durationS : 0);

  function load(samples, rate) {
    const isPlaying = Boolean(playing);
    const at = positionS();
    sound = { samples, rate };
    if (!isPlaying) return;
    const isSameLength = Math.abs(playing.durationS - durationS()) < 0.01;
    start(isSameLength ? at : 0);
  }

  function start(at) {
    const buffer = context.createBuffer(1, sound.samples.length, sound.rate);
    buffer.copyToChannel(sound.samples, 0);
    const node = new AudioBufferSourceNode(context, { buffer, loop: true });
    const gain = new GainNode(context, { gain: 0 });
    node.connect(gain).connect(context.destination);
    const now = context.currentTime;
    gain.gain.setValueAtTime(0, now);
    gain.gain.linearRampToValueAtTime(1, now + FADE_S);
    node.start(now, at);
    release();
    playing = { node, gain, startedAt: now - at, durationS: durationS() };
    tick();
  }

  function release() {
    if (!playing) return;
    const now = context.currentTime;
    playing.gain.gain.cancelScheduledValues(now);
    playing.gain.gain.setValueAtTime(playing.gain.gain.value, now);
    playing.gain.gain.linearRampToValueAtTime(0, now + FADE_S);
    playing.node.stop(now + FADE_S);
    playing = null;
  }

  async function play() {
    if (!sound || playing) return;
    context ??= new AudioContext();
    await context.resume();
    if (!playing) start(0);
  }

  function stop() {
    release();
    cancelAnimationFrame(ticking);
    onStep(null);
  }

  function tick() {
    cancelAnimationFrame(ticking);
    if (!playing) return;
    onStep(positionS());
    ticking = requestAnimationFrame(tick);
  }

  return { load, play, stop, isPlaying: () => Boolean(playing), positionS };
}
