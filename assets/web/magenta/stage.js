// The tour: one card is open, a kind of output may be picked out; both stand in the address as kind_system.

const SECTION = "magenta";
const FIRST = "gansynth";
const SOUND = ["nsynth", "wave2midi2wave", "gansynth"];

// The three tries: what each sets up, and when it is done.
const TRIES = {
  1: { notice: "try1", done: "try1Done", begin: { kind: "all", system: "nsynth" }, isDone: (seen) => seen.at(-1) === "onsets_and_frames" },
  2: { notice: "try2", done: "try2Done", begin: { kind: "all", system: "maestro" }, isDone: (seen) => SOUND.every((name) => seen.includes(name)) },
  3: { notice: "try3", done: "try3Done", begin: { kind: "all", system: "gansynth" }, isDone: () => false }, // by its link
};

export function mount(element, live) {
  const { lecture } = window;
  const root = element.querySelector(".tour");
  const systems = [...root.querySelectorAll("[data-system]")].map(({ dataset }) => dataset.system);
  const kinds = [...root.querySelectorAll("[data-kind]")].map(({ dataset }) => dataset.kind);
  let state = { kind: "all", system: FIRST };
  let task = 0;
  let seen = []; // since the try began
  let notice = null;

  function show() {
    for (const name of ["kind", "system"]) {
      for (const button of root.querySelectorAll(`button[data-${name}]`)) button.setAttribute("aria-pressed", String(button.dataset[name] === state[name]));
    }
    for (const one of root.querySelectorAll("[data-makes]")) one.toggleAttribute("data-aside", state.kind !== "all" && one.dataset.makes !== state.kind);
    for (const dot of root.querySelectorAll("[data-dot]")) dot.toggleAttribute("data-now", dot.dataset.dot === state.system);
    for (const detail of root.querySelectorAll("[data-detail]")) detail.hidden = detail.dataset.detail !== state.system;
    const line = root.querySelector(".tour-notice");
    line.hidden = !notice;
    if (notice) {
      line.dataset.kind = notice.endsWith("Done") ? "good" : "";
      line.textContent = live[lecture.language()][notice];
    }
  }
  function changed(change) {
    state = { ...state, ...change };
    lecture.setAddress(SECTION, `${state.kind}_${state.system}`);
    if (notice?.endsWith("Done")) notice = null;
    if (change.system && task) {
      seen.push(change.system);
      if (TRIES[task].isDone(seen)) finish();
    }
    show();
  }
  function setTask(number) {
    task = number;
    seen = [];
    for (const button of document.querySelectorAll(`[data-try][data-section=${SECTION}]`)) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.try) === task));
    }
  }
  function finish() {
    document.querySelector(`[data-try="${task}"][data-section=${SECTION}]`).dataset.done = "";
    notice = TRIES[task].done;
    setTask(0);
  }
  function startTry() {
    const { section, number } = lecture.lastTry();
    if (section !== SECTION) return;
    setTask(0);
    changed(TRIES[number].begin);
    setTask(number);
    notice = TRIES[number].notice;
    show();
    if (root.getBoundingClientRect().top > innerHeight / 2) root.scrollIntoView();
  }
  root.addEventListener("click", ({ target }) => {
    const { kind, system, action } = target.closest("button")?.dataset ?? {};
    if (kind) changed({ kind });
    if (system) {
      changed({ system });
      root.querySelector(`[data-detail=${system}]`).scrollIntoView({ block: "nearest", behavior: "smooth" });
    }
    if (action === "restore") { setTask(0); notice = null; changed({ kind: "all", system: FIRST }); }
    if (action === "copy") { changed({}); lecture.copyAddress(); }
    if (target.closest("a[data-tab]") && task === 3) { finish(); show(); }
  });
  document.addEventListener("lecture:try", startTry);
  document.addEventListener("lecture:language", show);
  for (const label of root.querySelectorAll("[data-aria-label-ko]")) lecture.translateLabel(label);

  const shared = lecture.parameter(SECTION);
  const [kind, ...rest] = (shared ?? "").split("_");
  const system = rest.join("_");
  if (kinds.includes(kind) && systems.includes(system)) state = { kind, system };
  else if (shared !== null) {
    lecture.say("unreadableState");
    lecture.setAddress(SECTION, null);
  }
  if (lecture.lastTry()?.section === SECTION) startTry();
  else show();
}
