// Study: the visitor's own network learns, slice by slice, for as long as this page asks for it.

const WAIT_MS = 1000; // between two questions from the line
const RUN_S = 30; // of learning, then it stops by itself and can be resumed

// `ask(name, call)` asks the server; `show()` draws; `say(key, values)` puts a line above the stage.
export function createStudy(ask, settings, show, say) {
  const study = { isRunning: false, curve: [], book: null, weights: null, waiting: null, previous: [] };
  let isFresh = false; // the next slice begins with random weights
  let run = 0; // counts what was begun, so that an answer to something older is not taken for an answer to this

  const call = (go) => ({ ...settings(), fresh: isFresh, go });
  const last = () => study.curve.at(-1) ?? null;

  function take(reply) {
    const isLost = !isFresh && reply.progress.seen < last()?.seen;
    isFresh = false;
    if (reply.book) study.book = reply.book;
    if (isLost) forget();
    if (isLost) say("networkGone"); // the server has put it away for others, or was restarted
    if (reply.progress.seen === last()?.seen) study.curve.pop();
    study.curve.push(reply.progress);
    study.weights = reply.weights;
  }

  async function start() {
    const mine = ++run;
    study.isRunning = true;
    const from = isFresh ? 0 : last()?.seconds ?? 0;
    show();
    while (mine === run) {
      const reply = await ask("learn", call(true));
      if (mine !== run) return;
      if (!reply) return stop();
      study.waiting = reply.waiting ? reply : null;
      if (reply.waiting) {
        show();
        await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
        continue;
      }
      take(reply);
      const isEnough = last().seconds - from >= RUN_S;
      if (reply.isOver || isEnough) {
        say(reply.isOver ? "studyOver" : "studyPaused", { seconds: Math.round(last().seconds) });
        return stop();
      }
      show();
    }
  }

  function stop() {
    run += 1;
    if (!study.isRunning) return;
    study.isRunning = false;
    study.waiting = null;
    ask("leave", settings());
    show();
  }

  // Random weights again, shown at once.
  function afresh() {
    stop();
    isFresh = true;
    if (last()?.seconds) study.previous = study.curve; // to compare with
    forget();
    return look();
  }
  function forget() {
    study.curve = [];
  }

  // What the network is now, without learning.
  async function look() {
    const mine = ++run;
    const reply = await ask("learn", call(false));
    if (mine !== run || !reply) return false;
    take(reply);
    show();
    return true;
  }

  return { study, start, stop, afresh, forget, look, last };
}
