// The network the other way round: the server climbs from a label to a picture, and the frames are played here.

const FRAME_MS = 40;

// `ended()` hears when a film has come to its last frame.
export function createDream(ask, network, show, ended) {
  const dream = { reply: null, label: null, frame: 0 };
  let run = 0; // counts the films, so that an older answer is not taken for the newest
  let timer = null;

  async function make(label, seed) {
    const mine = ++run;
    cancelAnimationFrame(timer);
    const reply = await ask("dream", { ...network(), label, seed });
    if (mine !== run || !reply || reply.noModel) return reply;
    Object.assign(dream, { reply, label, frame: 0 });
    play();
    return reply;
  }

  function play() {
    const last = dream.reply.probabilities.length - 1;
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const begin = performance.now();
    const tick = (now) => {
      dream.frame = isStill ? last : Math.min(last, Math.max(0, Math.floor((now - begin) / FRAME_MS)));
      if (dream.frame < last) timer = requestAnimationFrame(tick);
      else ended();
      show();
    };
    tick(begin);
  }

  function stop() {
    run += 1;
    cancelAnimationFrame(timer);
  }
  function goTo(frame) {
    cancelAnimationFrame(timer);
    dream.frame = frame;
    show();
  }
  return { dream, make, stop, goTo };
}
