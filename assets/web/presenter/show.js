// A lecture that is being given: the stop it is at, what the bar says, and what keys and buttons do.

import { clockText, entered, freshClock, paused, readClock, reading, restarted, resumed } from "./clock.js";
import { createFull } from "./full.js";
import { actionOf } from "./keys.js";
import { clamped, firstIn, readStop, stopText } from "./stops.js";

const PLACE = "lecture.clock";
const SETTLE_MS = 1200; // a stage that has just been opened grows for so long

export function createShow(root, live) {
  const { lecture } = window;
  const page = document.documentElement;
  const stops = JSON.parse(root.dataset.stops);
  const minutes = JSON.parse(root.dataset.minutes);
  const find = (selector) => root.querySelector(selector);
  const all = (selector) => root.querySelectorAll(selector);
  const say = (key, values) => live[lecture.language()][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const blank = find(".presenter-blank");
  const full = createFull(show);
  let stop = null; // null: nobody presents
  let clock = kept() ?? freshClock(minutes.length);
  let ticking = null;

  // ---- going ----
  function start(n) {
    page.toggleAttribute("data-presenting", true);
    root.hidden = false;
    ticking ??= setInterval(showClock, 250);
    go(n);
  }
  // As the address has it. A page that was loaded again is left as it was.
  function resume(text) {
    const n = readStop(text, stops);
    if (n === null) {
      lecture.say("unreadableState");
      return lecture.setAddress("present", null);
    }
    const { tab } = stops[n];
    const isThere = lecture.openedTab() === tab && (lecture.parameter(tab) !== null || stopText(stops[n]) === null);
    start(n);
    if (!isThere) open();
  }
  function leave() {
    stop = null;
    clearInterval(ticking);
    ticking = null;
    keepClock(freshClock(minutes.length));
    full.leave();
    setBlank(false);
    closePanels();
    root.hidden = true;
    page.removeAttribute("data-presenting");
    page.style.removeProperty("--bar");
    lecture.setAddress("present", null);
    show();
  }
  function go(n) {
    stop = n;
    lecture.setAddress("present", String(n));
    keepClock(entered(clock, stops[n].part ? stops[n].part - 1 : null, Date.now()));
    closePanels();
    show();
  }
  function open() {
    lecture.openState(stops[stop].tab, stopText(stops[stop]));
    settle(stops[stop].tab);
  }
  function jump(n) {
    go(clamped(n, stops));
    open();
  }
  // The stage's beginning goes to the top where it would reach below the bar: now, and as often as it grows in a moment.
  let settling = null;
  function settle(tab) {
    const mine = { until: performance.now() + SETTLE_MS, height: 0 };
    settling = mine;
    const look = (now) => {
      if (settling !== mine || stop === null || now > mine.until) return;
      const stage = document.querySelector(`#${tab}-stage`);
      const height = lecture.openedTab() === tab && stage ? stage.offsetHeight : 0;
      if (height && height !== mine.height) {
        mine.height = height;
        bringIntoView(stage);
      }
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }
  function bringIntoView(stage) {
    const bottom = stage.getBoundingClientRect().bottom + scrollY;
    if (bottom > innerHeight - find(".presenter-bar").offsetHeight) stage.scrollIntoView();
    else window.scrollTo({ top: 0 });
  }

  // ---- the clock ----
  function kept() {
    try { return readClock(sessionStorage.getItem(PLACE), minutes.length); } catch { return null; }
  }
  function keepClock(next) {
    clock = next;
    try { sessionStorage.setItem(PLACE, JSON.stringify(clock)); } catch { /* a private window */ }
    showClock();
  }
  function showClock() {
    const now = reading(clock, minutes, Date.now());
    const button = find("[data-action=pause]");
    const values = { part: now.part + 1, time: clockText(now.seconds), of: clockText(now.of), whole: clockText(now.whole), ofWhole: clockText(now.ofWhole) };
    const isOver = now.isOver || now.isWholeOver;
    button.dataset.state = isOver ? "over" : clock.isPaused ? "paused" : "";
    const texts = { sign: [isOver && "▲", clock.isPaused && "❚❚"].filter(Boolean).join(" "), part: say("partTime", values), whole: say("wholeTime", values) };
    for (const [name, text] of Object.entries(texts)) {
      const place = find(`[data-clock=${name}]`);
      if (place.textContent !== text) place.textContent = text;
    }
    all("[data-share]").forEach((bar, i) => {
      bar.style.setProperty("--share", Math.min(1, now.shares[i]));
      bar.toggleAttribute("data-over", now.shares[i] > 1);
      bar.toggleAttribute("data-now", i === clock.part);
    });
    const name = say(clock.isPaused ? "clockPaused" : isOver ? "clockOver" : "clockRuns", values);
    if (button.getAttribute("aria-label") !== name) button.setAttribute("aria-label", name);
  }

  // ---- showing ----
  function show() {
    for (const one of all("[data-stop]")) one.hidden = Number(one.dataset.stop) !== stop;
    find("[data-jump][aria-current]")?.removeAttribute("aria-current");
    find(`[data-jump="${stop}"]`)?.setAttribute("aria-current", "step");
    find("[data-action=previous]").disabled = stop === 0;
    find("[data-action=next]").disabled = stop === stops.length - 1;
    find("[data-action=full]").setAttribute("aria-pressed", String(full.isOn()));
    for (const one of document.querySelectorAll("[data-present][aria-pressed]")) one.setAttribute("aria-pressed", String(stop !== null));
    showClock();
  }
  function setBlank(on) {
    blank.hidden = !on;
    if (on) blank.focus();
  }
  const isOpen = (name) => !find(`[data-panel=${name}]`).hidden;
  function togglePanel(name) {
    const wanted = !isOpen(name);
    closePanels();
    find(`[data-panel=${name}]`).hidden = !wanted;
    find(`[data-action=${name}]`).setAttribute("aria-expanded", String(wanted));
    if (wanted) (find(`[data-panel=${name}] [aria-current]`) ?? find(`[data-panel=${name}] button`)).focus();
  }
  // Whether one was open.
  function closePanels() {
    const open = [...all("[data-panel]")].find((panel) => !panel.hidden);
    if (!open) return false;
    const hadFocus = open.contains(document.activeElement);
    open.hidden = true;
    const button = find(`[data-action=${open.dataset.panel}]`);
    button.setAttribute("aria-expanded", "false");
    if (hadFocus) button.focus();
    return true;
  }

  // ---- choosing ----
  // Each says whether it did something: what it did not is left to the page.
  const actions = {
    next: () => jump(stop + 1),
    previous: () => jump(stop - 1),
    again: () => { closePanels(); open(); },
    full: () => { closePanels(); full.toggle(); settle(lecture.openedTab()); },
    leaveFull: () => {
      if (!blank.hidden) setBlank(false);
      else if (!closePanels()) { if (!full.isOn()) return false; full.leave(); }
    },
    blank: () => { closePanels(); setBlank(blank.hidden); },
    stops: () => togglePanel("stops"),
    keys: () => togglePanel("keys"),
    pause: () => keepClock((clock.isPaused ? resumed : paused)(clock, Date.now())),
    restart: () => keepClock(restarted(clock, Date.now())),
    leave,
  };
  root.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (button?.dataset.jump) jump(Number(button.dataset.jump));
    actions[button?.dataset.action]?.();
  });
  window.addEventListener("keydown", (event) => {
    const action = stop === null ? null : actionOf(event);
    if (!action || actions[action]() === false) return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  document.addEventListener("lecture:language", () => { if (stop !== null) showClock(); });
  new ResizeObserver(([{ target }]) => { if (stop !== null) page.style.setProperty("--bar", `${target.offsetHeight}px`); }).observe(find(".presenter-bar"));

  return {
    resume,
    toggle: () => (stop === null ? jumpIn() : leave()),
  };
  function jumpIn() {
    start(firstIn(lecture.openedTab(), stops));
    open();
  }
}
