// The teacher's phone: it steers the class that its address names, with the secret behind the address's #.

import { createClient } from "../phone/client.js";
import { createBoard } from "./board.js";
import { createControls } from "./controls.js";
import { spaced } from "./door.js";

const page = document.documentElement;
const root = document.querySelector(".classroom");
const texts = JSON.parse(document.querySelector("#texts").textContent);
const find = (selector) => root.querySelector(selector);
const code = location.pathname.match(/\/class\/([^/]+)/)[1];
const say = (key, values = {}) => texts[page.lang][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
const write = (name, text) => { find(`[data-text=${name}]`).textContent = text ?? ""; };

page.lang = navigator.language.startsWith("ko") ? "ko" : "en";
document.body.classList.toggle("dark", matchMedia("(prefers-color-scheme: dark)").matches);
const client = createClient(`${document.body.dataset.root}/class/${code}/`, location.hash.slice(1) || "no-secret-in-here");
const shared = { say, client, language: () => page.lang };
const controls = createControls(find("[data-controls]"), shared);
const nameOf = (kind) => find(`[data-kind=${kind}] [lang=${page.lang}]`).textContent;
const board = createBoard(find("[data-board]"), { ...shared, nameOf, see: (section) => `${document.body.dataset.root}/?tab=${section}`, remove: controls.remove });
let state = null;
let line = "";

function show() {
  write("code", spaced(code));
  write("people", state ? say("people", { n: state.people }) : "");
  find("[data-text=line]").hidden = !line;
  write("line", line && say(line));
  for (const label of root.querySelectorAll(`[data-aria-label-${page.lang}]`)) label.setAttribute("aria-label", label.getAttribute(`data-aria-label-${page.lang}`));
  for (const button of root.querySelectorAll("[data-action=language]")) button.hidden = button.lang === page.lang;
  if (!state) return;
  controls.show(state);
  board.show(state);
}
root.addEventListener("click", ({ target }) => {
  if (target.closest("button")?.dataset.action !== "language") return;
  page.lang = page.lang === "ko" ? "en" : "ko";
  controls.translate();
  show();
  board.translate();
});
show();
client.listen("screen", {
  onState: (next) => { state = next; show(); },
  onLine: (isUp) => { line = isUp ? "" : "offline"; show(); },
  onEnd: (word) => { line = word === "foreign" ? "noSecret" : "ended"; show(); },
});
