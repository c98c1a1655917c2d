// A phone in a class: in by a code, then whatever the teacher asks. What was not sent yet is sent again and again.

import { createPad } from "../digits/pad.js";
import { createClient, newToken, pause } from "./client.js";

const LETTERS = "ABCDEFGHIJKL";
const AGAIN_MS = 1500;

const root = document.body;
const texts = JSON.parse(document.querySelector("#texts").textContent);
const find = (selector) => root.querySelector(selector);
const remembered = {
  get: (name) => { try { return JSON.parse(localStorage.getItem(name)); } catch { return null; } },
  set: (name, value) => { try { localStorage.setItem(name, JSON.stringify(value)); } catch { /* a private window */ } },
};

let lang = remembered.get("class.lang") ?? (navigator.language.startsWith("ko") ? "ko" : "en");
let code = (location.pathname.match(/\/class\/([^/]+)/)?.[1] ?? "").toUpperCase();
let me = null; // {token, name}: this phone in this class
let client = null;
let stop = null;
let state = null; // what the server says
let isOnLine = true;
let unsent = null; // a vote on its way: {round, choice} or {round, pixels, …}
let notice = null; // a text's key
let shownRound = null;

const say = (key, values = {}) => texts[lang][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
const write = (name, text) => { find(`[data-text=${name}]`).textContent = text ?? ""; };
const pad = createPad(find("canvas.pad"), () => { notice = null; show(); });

// ---- in and out ----
function start() {
  if (!code) return view("code");
  client = null;
  me = remembered.get(`class.${code}`);
  return me ? join() : view("name");
}
async function join(name = me.name) {
  me = { token: me?.token ?? newToken(), name };
  client = createClient(`${root.dataset.root}/class/${code}/`, me.token);
  const { status, reply } = await client.call("POST", "join", { name });
  if (status === 0 || status === 429) {
    setLine(false);
    await pause(AGAIN_MS);
    return join(name);
  }
  setLine(true);
  if (status === 404) return askForCode("noClass");
  if (status !== 200) return over(reply.error);
  remembered.set(`class.${code}`, me);
  stop?.();
  stop = client.listen("phone", { onState: (next) => { state = next; show(); }, onLine: setLine, onEnd: over });
  return undefined;
}
function askForCode(error) {
  view("code");
  find("[name=code]").value = code;
  write("codeError", say(error));
}
function over(word) {
  if (word === "foreign") return join(); // the class does not know this phone any more: it comes anew
  write("overWhy", say(word === "unknown" ? "gone" : word === "full" || word === "locked" ? word : "failed"));
  return view("over");
}
function setLine(isUp) {
  isOnLine = isUp;
  find("[data-text=line]").hidden = isUp;
  write("line", isUp ? "" : say("offline"));
}

// ---- votes ----
function choose(option) {
  const { round } = state;
  if (round.phase !== "open") return;
  const chosen = new Set(ownChoice());
  if (!round.takesMany) chosen.clear();
  if (!chosen.delete(option)) chosen.add(option);
  send({ round: round.number, choice: [...chosen] });
}
const ownChoice = () => (unsent?.choice && unsent.round === state.round.number ? unsent.choice : state.round.choice) ?? [];
function sendDrawing() {
  const drawing = pad.pack();
  if (drawing) send({ round: state.round.number, ...drawing });
  else { notice = "drawFirst"; show(); }
}
async function send(vote) {
  const isUnderWay = unsent !== null;
  unsent = vote;
  notice = null;
  show();
  if (isUnderWay) return; // the newest goes when the one before is through
  while (unsent) {
    const sent = unsent;
    const { status, reply } = await client.call("POST", "vote", sent);
    if (status === 0 || status >= 429) await pause(AGAIN_MS);
    else if (unsent === sent) finish(status, reply);
  }
}
function finish(status, { error }) {
  if (status === 200 && unsent.round === state.round?.number) {
    if (unsent.choice) state.round.choice = unsent.choice;
    else state.round.hasDrawn = true;
    notice = "sent";
  } else notice = status === 200 ? null : error === "late" ? "late" : "failed";
  unsent = null;
  show();
}

// ---- showing ----
function view(name) {
  root.dataset.view = name;
  const field = find(`[data-for=${name}] input`);
  if (field && matchMedia("(pointer: fine)").matches) field.focus();
}
function show() {
  document.documentElement.lang = lang;
  document.title = say("title");
  for (const element of root.querySelectorAll(`[data-aria-label-${lang}]`)) element.setAttribute("aria-label", element.getAttribute(`data-aria-label-${lang}`));
  setLine(isOnLine);
  if (!state) return;
  write("me", `${state.name || ""} #${state.number}`.trim());
  if (!state.round) return view("wait");
  if (state.round.number !== shownRound) begin();
  view("round");
  showRound(state.round);
}
function begin() {
  shownRound = state.round.number;
  notice = null;
  pad.clear();
  scrollTo(0, 0);
}
function showRound(round) {
  write("ask", round.ask[lang]);
  find("[data-draw]").hidden = !round.takesDrawing || round.phase !== "open";
  write("digit", round.digit);
  showOptions(round);
  write("state", stateLine(round));
  write("verdict", round.phase === "revealed" ? verdict(round) : "");
  write("why", round.why?.[lang]);
}
function stateLine({ phase, choice, hasDrawn }) {
  if (unsent) return say(isOnLine ? "sending" : "willSend");
  if (notice && (phase === "open" || notice === "late")) return say(notice);
  if (phase === "closed") return say("closed");
  if (phase === "revealed") return "";
  return choice || hasDrawn ? say("sent") : "";
}
function verdict({ kind, answer, choice, opinion, takesDrawing }) {
  if (takesDrawing) return opinion ? opinionLine(kind, opinion) : "";
  if (!choice || !answer.length) return "";
  return say(String([...choice].sort((a, b) => a - b)) === String(answer) ? "right" : "wrong");
}
function opinionLine(kind, { digit, share, caught }) {
  if (kind === "forge") return say(caught.at(-1) ? "caught" : "passed", { n: caught.filter(Boolean).length, of: caught.length });
  return say("readAs", { digit, percent: Math.round(100 * share) });
}
function showOptions({ number, options, phase, answer }) {
  const chosen = ownChoice();
  const focused = document.activeElement?.dataset?.option;
  const box = find("[data-options]");
  box.hidden = !options.length;
  box.classList.toggle("pictures", Boolean(options[0]?.picture));
  if (box.dataset.round !== String(number)) {
    box.dataset.round = number;
    box.replaceChildren(...options.map(optionButton));
  }
  [...box.children].forEach((button, k) => {
    button.querySelector("span").textContent = options[k].text?.[lang] ?? "";
    button.setAttribute("aria-pressed", String(chosen.includes(k)));
    button.setAttribute("aria-disabled", String(phase !== "open"));
    const isRight = phase === "revealed" && answer.includes(k);
    if (isRight) button.dataset.mark = "right";
    else if (phase === "revealed" && answer.length && chosen.includes(k)) button.dataset.mark = "wrong";
    else delete button.dataset.mark;
  });
  if (focused) box.children[focused]?.focus({ preventScroll: true });
}
function optionButton({ picture }, k) {
  const button = Object.assign(document.createElement("button"), { type: "button" });
  button.dataset.option = k;
  if (picture) button.append(Object.assign(document.createElement("img"), { src: client.fileUrl(state.round.number, picture), alt: "" }));
  button.append(Object.assign(document.createElement("b"), { textContent: LETTERS[k] }), document.createElement("span"));
  return button;
}

// ---- fingers ----
const actions = {
  language: () => { lang = lang === "ko" ? "en" : "ko"; remembered.set("class.lang", lang); show(); },
  undo: () => pad.undo(),
  clear: () => pad.clear(),
  send: sendDrawing,
  again: () => { code = ""; start(); },
};
root.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (button?.dataset.action) actions[button.dataset.action]();
  if (button?.dataset.option) choose(Number(button.dataset.option));
});
find("[data-for=code]").addEventListener("submit", (event) => {
  event.preventDefault();
  code = find("[name=code]").value.replace(/[\s-]/g, "").toUpperCase();
  if (!code) return;
  history.replaceState(null, "", `${root.dataset.root}/class/${code}`);
  write("codeError", "");
  start();
});
find("[data-for=name]").addEventListener("submit", (event) => {
  event.preventDefault();
  join(find("[name=name]").value);
});
show();
start();
