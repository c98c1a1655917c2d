// The film of a training: frames made while it ran, and its losses; nothing is made up in the page.

const FRAME_MS = 160;
const from = (name, file) => new URL(`film/${name}/${file}`, document.baseURI);

export function createFilm(image, changed) {
  const films = {}; // name -> {about, frames: [Image]}, null where there is none
  let name = null;
  let frame = 0;
  let timer = null;
  let hasFailed = false; // the server did not answer

  async function choose(wanted) {
    pause();
    name = wanted;
    frame = 0;
    hasFailed = false;
    show(); // not the other film's picture
    if (films[wanted] === undefined) films[wanted] = await load(wanted);
    if (name !== wanted) return;
    hasFailed = films[wanted] === undefined;
    show();
  }

  async function load(wanted) {
    try {
      const reply = await fetch(from(wanted, "film.json"));
      if (!reply.ok) return null;
      const about = await reply.json();
      const frames = about.steps.map((step) => {
        const one = new Image();
        one.src = from(wanted, `${String(step).padStart(6, "0")}.webp`);
        return one;
      });
      return { about, frames };
    } catch {
      return undefined; // asked for again the next time
    }
  }

  const film = () => films[name];
  const last = () => (film() ? film().frames.length - 1 : 0);

  function show() {
    const there = film();
    if (there && image.src !== there.frames[frame].src) image.src = there.frames[frame].src;
    image.hidden = !there;
    changed();
  }
  function goTo(wanted) {
    frame = Math.min(Math.max(wanted, 0), last());
    show();
  }
  function play() {
    if (!film()) return;
    if (frame >= last()) frame = 0;
    timer = setInterval(() => { goTo(frame + 1); if (frame >= last()) pause(); }, FRAME_MS);
    show();
  }
  function pause() {
    if (timer === null) return;
    clearInterval(timer);
    timer = null;
    changed();
  }

  return {
    choose, goTo, pause, last, toggle: () => (timer === null ? play() : pause()), isPlaying: () => timer !== null, frame: () => frame, name: () => name,
    about: () => film()?.about ?? null, isMissing: () => films[name] === null, hasFailed: () => hasFailed, step: () => film()?.about.steps[frame] ?? null,
  };
}
