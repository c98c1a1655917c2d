// Rounds of one kind, one after another: pictures, a choice, the truth.

const PROBLEMS = ["noPortraits", "isSpent", "noFace", "noFilm"];
const picture = (data) => `data:image/jpeg;base64,${data}`;

// `needs` names what must be chosen before the truth can be asked for; `ask(name, call)` promises the server's answer,
// or null; `onChange` is called when something is to be shown anew.
export function createRounds({ kind, needs, ask, onChange }) {
  let round = null; // {id, pictures}
  let choice = {}; // what the visitor has chosen, by name
  let truth = null; // after the reveal, with the choice that was made
  let problem = null;
  let zoomed = 0; // the face that is looked at closely
  let asking = null; // the question under way; who drops the round hears no late answer

  async function question(name, call) {
    const mine = {};
    asking = mine;
    onChange();
    const reply = await ask(name, { kind, ...call });
    if (asking !== mine) return null;
    asking = null;
    return reply;
  }
  async function open() {
    if (round || asking) return;
    const reply = await question("draw", {});
    if (reply) problem = PROBLEMS.find((name) => reply[name]) ?? null;
    if (reply?.pictures) round = { id: reply.id, pictures: reply.pictures.map(picture) };
    onChange();
  }
  // The round is over, before its end or after; the next one comes when it is opened.
  function drop() {
    round = truth = problem = asking = null;
    choice = {};
    zoomed = 0;
  }
  function next() {
    drop();
    return open();
  }
  function choose(name, value) {
    if (!round || truth || asking) return;
    choice = { ...choice, [name]: value };
    onChange();
  }
  const isReady = () => Boolean(round) && !truth && !asking && needs.every((name) => choice[name] !== undefined);
  // Null where there is no truth to be had; a round that the server has lost is followed by another.
  async function reveal() {
    if (!isReady()) return null;
    const made = choice;
    const reply = await question("answer", { id: round.id });
    if (reply?.isLost) {
      next();
      return null;
    }
    if (reply) truth = { ...reply, ...made };
    onChange();
    return truth;
  }
  function look(place) {
    zoomed = place;
    onChange();
  }
  return {
    open, next, drop, choose, reveal, look,
    state: () => ({ kind, round, choice, truth, problem, zoomed, isReady: isReady(), isAsking: Boolean(asking), isStuck: !round && !asking && !problem }),
  };
}
