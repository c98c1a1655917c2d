// What a visitor has answered so far. It outlives a reload of the page, but not the browser's tab.

import { newToken } from "../frame/asking.js";

const KEY = "real_face";
const empty = () => ({ token: newToken(), singles: [], lineups: [], longers: [], streak: 0, best: 0 });

export function createResults() {
  const found = read();
  let kept = found ?? empty();

  function read() {
    try {
      const old = JSON.parse(sessionStorage.getItem(KEY));
      return old && Object.entries(empty()).every(([key, value]) => typeof old[key] === typeof value) ? old : null;
    } catch {
      return null; // a browser that keeps nothing, or something else under our name
    }
  }
  function write() {
    try {
      sessionStorage.setItem(KEY, JSON.stringify(kept));
    } catch {
      // then it lives as long as the page
    }
  }
  function add(list, result) {
    kept[list].push(result);
    if (list === "singles") kept.streak = result.isRight ? kept.streak + 1 : 0;
    kept.best = Math.max(kept.best, kept.streak);
    write();
  }
  function restart() {
    const old = kept.token;
    kept = empty();
    write();
    return old;
  }
  return { add, restart, isOld: Boolean(found), token: () => kept.token, all: () => kept };
}
