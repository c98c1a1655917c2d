// A round as the projector and the teacher's phone show it: what is asked, the tally as it moves, and what is true.

const LETTERS = "ABCDEFGHIJKL";

// `nameOf(kind)` gives a kind's name, `see(section, setting)` the address of the part of the lecture that a round is about.
// Where it `sounds`, a new round's sound is played at once.
export function createBoard(root, { say, client, nameOf, language, see, remove, sounds = false }) {
  const find = (selector) => root.querySelector(selector);
  const write = (name, text) => { find(`[data-text=${name}]`).textContent = text ?? ""; };
  const audio = new Audio();
  let round = null;
  let drawings = new Map(); // by person
  let place = 0; // up to which vote the drawings are known

  function show({ round: next, people }) {
    if (next?.number !== round?.number) begin(next);
    round = next;
    root.dataset.kind = round?.kind ?? "none";
    root.dataset.phase = round?.phase ?? "none";
    find("[data-round]").hidden = !round;
    write("empty", round ? "" : say("noRound"));
    if (!round) return;
    write("kind", nameOf(round.kind));
    write("phase", say({ open: "phaseOpen", closed: "phaseClosed", revealed: "phaseRevealed" }[round.phase]));
    write("votes", say("votes", { n: round.votes, of: people }));
    write("ask", round.ask[language()]);
    write("hidden", round.isHidden && round.phase !== "revealed" ? say("hiddenNow") : "");
    showGiven();
    showOptions();
    write("result", resultLine());
    write("why", round.why?.[language()]);
    const link = find("[data-see]");
    link.hidden = !round.see;
    if (round.see) link.href = see(...round.see);
    if (round.takesDrawing) fetchDrawings();
    else find("[data-wall]").replaceChildren();
  }
  function begin(next) {
    stopSound();
    drawings = new Map();
    place = 0;
    find("[data-wall]").replaceChildren();
    find("[data-options]").replaceChildren();
    if (sounds && round && next?.sound) play(next.sound, next.number); // not when the page has just been opened
  }

  // ---- given: a picture, a sound ----
  function showGiven() {
    const picture = find("[data-given]");
    picture.hidden = !round.picture;
    if (round.picture) setSource(picture, round.picture);
    find("[data-listen=given]").hidden = !round.sound;
    find("[data-listen=given]").dataset.sound = round.sound ?? "";
  }
  const setSource = (image, name) => { const url = client.fileUrl(round.number, name); if (image.dataset.url !== url) { image.dataset.url = url; image.src = url; } };
  function play(name, number = round.number) {
    const url = client.fileUrl(number, name);
    const isSame = audio.dataset.url === url && !audio.paused;
    stopSound();
    if (isSame) return;
    audio.dataset.url = url;
    audio.src = url;
    audio.play().catch(() => showPlaying(null)); // before anybody has touched the page a browser refuses
    showPlaying(name);
  }
  function stopSound() {
    audio.pause();
    showPlaying(null);
  }
  function showPlaying(name) {
    for (const button of root.querySelectorAll("[data-listen]")) button.setAttribute("aria-pressed", String(name !== null && button.dataset.sound === name));
  }
  audio.addEventListener("ended", () => showPlaying(null));

  // ---- options and their bars ----
  function showOptions() {
    const box = find("[data-options]");
    box.hidden = !round.options.length;
    box.classList.toggle("classroom-pictures", Boolean(round.options[0]?.picture));
    box.style.setProperty("--columns", Math.ceil(round.options.length / (round.options.length > 6 ? 2 : 1)));
    if (box.childElementCount !== round.options.length) box.replaceChildren(...round.options.map(optionRow));
    const most = Math.max(1, round.takesMany ? round.votes : (round.counts ?? []).reduce((sum, n) => sum + n, 0));
    [...box.children].forEach((row, k) => showOption(row, k, round.counts?.[k], most));
  }
  function optionRow({ picture, sound }, k) {
    const row = document.createElement("li");
    row.innerHTML = "<b></b><span class='classroom-said'></span><span class='classroom-bar'><i></i></span><span class='classroom-count'></span><span class='classroom-mark'></span>";
    row.querySelector("b").textContent = LETTERS[k];
    if (picture) {
      const image = Object.assign(document.createElement("img"), { alt: "" });
      setSource(image, picture);
      row.prepend(image);
    }
    if (sound) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "button" });
      button.dataset.listen = k;
      button.dataset.sound = sound;
      button.setAttribute("aria-pressed", "false");
      row.querySelector(".classroom-said").append(button);
    }
    return row;
  }
  function showOption(row, k, count, most) {
    const { text, sound } = round.options[k];
    const said = row.querySelector(".classroom-said");
    if (sound) said.firstChild.textContent = `♪ ${say("listen")}`;
    else said.textContent = text?.[language()] ?? "";
    row.querySelector("i").style.width = `${(100 * (count ?? 0)) / most}%`;
    row.querySelector(".classroom-count").textContent = count ?? "";
    const isRevealed = round.phase === "revealed";
    row.toggleAttribute("data-right", isRevealed && round.answer.includes(k));
    const marks = [];
    if (isRevealed && round.answer.includes(k)) marks.push(`✓ ${round.names?.[k] ?? say(round.kind === "four" || round.kind === "nine" ? "real" : "rightAnswer")}`);
    if (isRevealed && round.judge?.includes(k)) marks.push(say("judgeSays"));
    row.querySelector(".classroom-mark").textContent = marks.join(" · ");
  }
  function resultLine() {
    const { kind, counts, votes, right, names, answer, phase } = round;
    if (round.takesDrawing) return right === undefined || !votes ? "" : say(kind === "forge" ? "forgeResult" : "drawResult", { right, n: votes, percent: Math.round((100 * right) / votes) });
    if (phase !== "revealed" || !votes) return "";
    if (names) return bestForger(names, counts, votes);
    return answer.length === 1 ? say("answerResult", { right: counts[answer[0]], n: votes, percent: Math.round((100 * counts[answer[0]]) / votes) }) : "";
  }
  function bestForger(names, counts, votes) {
    const forged = names.map((name, k) => ({ name, k })).filter(({ name }) => name);
    const best = forged.reduce((a, b) => (counts[b.k] < counts[a.k] ? b : a));
    return say("bestForger", { letter: LETTERS[best.k], name: best.name, n: votes - counts[best.k], of: votes });
  }

  // ---- the wall of drawings ----
  let isFetching = false;
  async function fetchDrawings() {
    if (isFetching || (round.isHidden && round.phase !== "revealed")) return;
    isFetching = true;
    const asked = round.number;
    const { status, reply } = await client.call("GET", `drawings?after=${place}`);
    isFetching = false;
    if (status !== 200 || round?.number !== asked) return;
    for (const one of reply) {
      place = Math.max(place, one.place);
      if (one.isRemoved) { drawings.get(one.person)?.remove(); drawings.delete(one.person); } else showDrawing(one);
    }
    if (round.votes > drawings.size && reply.length) fetchDrawings();
  }
  function showDrawing(one) {
    const figure = drawings.get(one.person) ?? find("[data-drawing]").content.firstElementChild.cloneNode(true);
    figure.dataset.person = one.person;
    figure.dataset.right = one.isRight;
    paint(figure.querySelector("canvas"), one.pixels);
    figure.drawing = one;
    tell(figure);
    if (!drawings.has(one.person)) find("[data-wall]").append(figure);
    drawings.set(one.person, figure);
  }
  function tell(figure) {
    const { wanted, digit, share, caught, isRight } = figure.drawing;
    const n = caught.filter(Boolean).length;
    const text = round.kind === "forge" ? say("caughtBy", { n, of: caught.length }) : say("readAs", { wanted, digit, percent: Math.round(100 * share) });
    figure.querySelector("figcaption").textContent = `${isRight ? "✓" : "✗"} ${text}`;
    figure.querySelector("button").setAttribute("aria-label", say("removeDrawing"));
  }
  function translate() {
    for (const figure of drawings.values()) tell(figure);
  }

  root.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (button?.dataset.listen !== undefined && button.dataset.sound) play(button.dataset.sound);
    if (button?.dataset.action === "remove") remove(round.number, Number(button.closest("[data-person]").dataset.person));
  });
  return { show, translate, stopSound };
}

// 28 × 28 grey levels, ink bright, in base64: dark ink on the paper of the canvas.
function paint(canvas, pixels) {
  const bytes = atob(pixels);
  const image = new ImageData(28, 28);
  for (let i = 0; i < bytes.length; i++) image.data.set([21, 25, 31, bytes.charCodeAt(i)], 4 * i);
  canvas.getContext("2d").putImageData(image, 0, 0);
}
