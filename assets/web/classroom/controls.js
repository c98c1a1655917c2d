// What the teacher steers a class with, on the projector's page and on a phone: a round, its end, its truth, the next.

const CANNOT = ["nothingForged", "noPortraits", "noModel"];

export function createControls(root, { say, client, language }) {
  const find = (selector) => root.querySelector(selector);
  const questions = find("[data-setting=question]");
  const names = JSON.parse(questions.dataset.questions); // by language and kind
  let state = null;
  let isBusy = false;
  let notice = null;

  function translate() {
    const chosen = questions.value || "any";
    questions.replaceChildren(new Option(say("anyQuestion"), "any"), ...Object.entries(names[language()]).map(([kind, name]) => new Option(name, kind)));
    questions.value = chosen;
    showNotice();
  }
  const showNotice = () => { find("[data-text=notice]").textContent = notice ? say(notice) : ""; };

  async function send(path, body) {
    if (isBusy) return;
    isBusy = true;
    notice = path === "ask" ? "making" : null;
    show(state);
    const { status, reply } = await client.call("POST", path, body);
    isBusy = false;
    notice = status === 200 ? (CANNOT.find((word) => word === reply.cannot) ?? null) : status === 0 ? "unreachable" : status === 409 ? null : "failed";
    if (status !== 200 && state?.round) find("[data-hide]").checked = state.round.isHidden;
    show(state);
  }
  const isHidden = () => find("[data-hide]").checked;
  function ask(kind) {
    const setting = { digit: Number(find("[data-setting=digit]").value), question: questions.value, stake: find("[data-setting=stake]").value };
    send("ask", { kind, setting, isHidden: isHidden() });
  }
  const steer = (act, rest = {}) => send("steer", { act, round: state.round.number, ...rest });

  function show(next) {
    const isNew = next !== state; // else the choice just made stands until the class has heard of it
    state = next;
    const phase = state?.round?.phase;
    const isThere = { close: phase === "open", reopen: phase === "closed", reveal: phase && phase !== "revealed", next: Boolean(phase) };
    for (const button of root.querySelectorAll("[data-act]")) {
      button.hidden = !isThere[button.dataset.act];
      button.disabled = isBusy;
    }
    find("[data-hide]").disabled = isBusy;
    if (state?.round && isNew && !isBusy) find("[data-hide]").checked = state.round.isHidden;
    for (const button of root.querySelectorAll("[data-kind]")) {
      button.disabled = isBusy || (button.dataset.kind === "unmask" && !state?.hasForged);
      button.setAttribute("aria-pressed", String(button.dataset.kind === state?.round?.kind));
    }
    showNotice();
  }

  root.addEventListener("click", ({ target }) => {
    const { act, kind } = target.closest("button")?.dataset ?? {};
    if (kind) ask(kind);
    if (act) (act === "next" ? ask(state.round.kind) : steer(act));
  });
  find("[data-hide]").addEventListener("change", () => { if (state?.round) steer("hide", { is: isHidden() }); });
  translate();
  return { show, translate, steer, remove: (round, person) => send("steer", { act: "remove", round, person }) };
}
