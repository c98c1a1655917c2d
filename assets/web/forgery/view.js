// Everything on the forgery stage as a function of what there is to show.

import { drawCurves, drawPictures, percent, unpack, unpackSigned } from "../digits/pictures.js";

const N_PIXELS = 784;
const SOURCES = { mnist: "sourceMnist", sklearn: "sourceSklearn" };
const SEEK = { balance: "seeBalance", strongPolice: "seeStrongPolice", collapse: "seeCollapse" };
const CAUGHT = 0.05; // of real digits look less real: below, a judge says "forged"
const N_DRAWN = 100; // points of a curve on the plane's side
const LARGEST_LOSS = 3; // that is drawn
const CHANCE = 1.39; // the discriminator's loss, 2 ln 2, when it guesses
const [POLICE, FORGER] = ["--excite", "--inhibit"];
// What of a training's losses is shown beside its film: the discriminator's, and the generator's.
const FILM_CURVES = { judging: POLICE, fooling: FORGER };

export function createView(root, live, moments) {
  const { lecture } = window;
  const find = (selector) => root.querySelector(selector);
  const readable = (value) => (typeof value === "number" ? value.toLocaleString(lecture.language()) : value);
  const say = (key, values = {}) => live[lecture.language()][key].replace(/\{(\w+)\}/g, (_, name) => readable(values[name]));
  const write = (name, text) => {
    const element = find(`[data-text="${name}"]`);
    if (element.textContent !== text) element.textContent = text;
  };
  const name = (element, text) => element.setAttribute("aria-label", text);
  const setting = (which) => find(`[data-setting="${which}"]`);

  return function show(model) {
    const { state } = model;
    root.dataset.view = state.view;
    for (const panel of root.querySelectorAll("[data-for]")) panel.hidden = panel.dataset.for !== state.view;
    for (const [group, value] of Object.entries({ view: state.view, pen: model.pen, digit: state.digit, preset: state.preset, shape: state.shape, film: state.film })) {
      press(group, String(value));
    }
    const line = find(".forgery-notice");
    line.hidden = !model.notice;
    if (model.notice) {
      line.dataset.kind = model.notice[0].endsWith("Done") ? "good" : "";
      const text = say(...model.notice);
      if (line.textContent !== text) line.textContent = text;
    }
    ({ scene: showScene, forge: showForge, duel: showDuel, film: showFilm })[state.view](model);
  };

  function press(group, value) {
    for (const button of root.querySelectorAll(`button[data-${group}]`)) button.setAttribute("aria-pressed", String(button.dataset[group] === value));
  }
  function running(button, isRunning) {
    button.setAttribute("aria-pressed", String(isRunning));
    button.classList.toggle("is-running", isRunning);
  }
  function slide(which, value, text) {
    const input = setting(which);
    if (Number(input.value) !== value) input.value = value;
    input.setAttribute("aria-valuetext", text);
    input.nextElementSibling.textContent = text;
  }

  // ---- the picture ----
  function showScene({ state, scene }) {
    slide("moment", state.moment, say("step", { step: moments[state.moment] }));
    const isOld = scene && (scene.moment !== state.moment || scene.seed !== state.seed); // the judge has not spoken yet
    const stamps = scene && !isOld ? scene : {};
    for (const [kind, images, caught] of [["fakes", scene?.fakes, stamps.fakesCaught], ["real", scene?.real, stamps.realCaught]]) {
      const bytes = images ? unpack(images) : null;
      [...find(`[data-sheet="${kind}"]`).children].forEach((place, i) => {
        const [canvas, stamp] = place.children;
        drawPictures(canvas, bytes ? bytes.subarray(i * N_PIXELS, (i + 1) * N_PIXELS) : new Uint8Array(N_PIXELS));
        place.dataset.caught = caught ? String(caught[i]) : "";
        stamp.textContent = caught ? (caught[i] ? "✗" : "✓") : "";
      });
    }
    write("source", scene ? say(SOURCES[scene.source]) : "");
    if (!scene || isOld) return;
    const count = (list) => list.filter(Boolean).length;
    const counted = { fakes: count(scene.fakesCaught), of: scene.fakesCaught.length };
    write("verdict", scene.realCaught ? say("verdict", { ...counted, real: count(scene.realCaught) }) : say("verdictFakes", counted));
  }

  // ---- a digit to forge ----
  function showForge({ judged, pair }) {
    const passed = judged ? judged.caught.filter((isCaught) => !isCaught).length : 0;
    write("says", !judged ? say("drawFirst") : passed === 8 ? say("fooledAll") : passed ? say("fooled", { n: passed }) : say("fooledNone"));
    const verdicts = find("[data-verdicts=mine]");
    [...verdicts.children].forEach((one, i) => {
      one.dataset.caught = judged ? String(judged.caught[i]) : "";
      one.firstElementChild.textContent = judged ? (judged.caught[i] ? "✗" : "✓") : "";
    });
    const listed = judged ? moments.filter((_, i) => judged.caught[i]).join(", ") : "";
    name(verdicts, !judged ? say("noVerdicts") : listed ? say("verdicts", { steps: listed }) : say("fooledAll"));
    const seen = find('[data-picture="seen"]');
    drawPictures(seen, judged ? unpack(judged.seen) : new Uint8Array(N_PIXELS), judged ? { over: unpackSigned(judged.wishes), strength: 0.8 } : {});
    name(seen, say(judged ? "seenName" : "seenEmpty"));
    for (const kind of ["real", "fake"]) {
      const canvas = find(`[data-picture="${kind}"]`);
      drawPictures(canvas, pair ? unpack(pair[kind].image) : new Uint8Array(N_PIXELS));
      name(canvas, pair ? say(kind === "real" ? "realName" : "fakeName", { digit: pair.digit }) : say("seenEmpty"));
      const n = pair?.[kind].caught?.filter(Boolean).length;
      write(`${kind}Says`, !pair ? "" : n === undefined ? say("notJudged") : n ? say("caughtBy", { n }) : say("caughtByNone"));
    }
    showCurves(judged, pair);
  }

  // Over the moments, how real a picture looks; the root of the share, so that the line at 5 % can be seen.
  function showCurves(judged, pair) {
    const canvas = find('[data-chart="judges"]');
    const curve = (one) => one?.standing?.map((share, i) => [i, Math.sqrt(share)]) ?? [];
    drawCurves(
      canvas,
      [
        { points: curve(pair?.real), colour: POLICE, dash: [8, 5], name: say("curveReal") },
        { points: curve(pair?.fake), colour: FORGER, dash: [3, 4], name: say("curveFake") },
        { points: curve(judged), colour: "--ink", name: say("curveMine") },
      ],
      { grid: [0, CAUGHT, 0.25, 0.5, 1].map(Math.sqrt), formatY: (y) => percent(y * y), formatX: (x) => moments[x], xEnd: moments.length - 1 },
    );
    name(canvas, judged ? say("curvesName", { first: percent(judged.standing[0]), last: percent(judged.standing.at(-1)) }) : say("curvesEmpty"));
  }

  // ---- the plane ----
  function showDuel({ state, duel }) {
    const steps = duel.nSteps();
    running(find("[data-action=run]"), duel.isRunning());
    find("[data-action=slow]").setAttribute("aria-pressed", String(duel.isSlow()));
    find(".duel-plane").dataset.drawing = String(state.shape === "drawn");
    const { outcome, losses, divergences, stepMs, lastTurn } = duel;
    for (const action of ["run", "stepPolice", "stepForger"]) find(`[data-action=${action}]`).disabled = !duel.hasPoints();
    const isStepped = lastTurn && (!duel.isRunning() || duel.isSlow());
    write("look", say(!duel.hasPoints() ? "lookDraw" : isStepped ? (lastTurn === "police" ? "lookPolice" : "lookForger") : lookAt(state, duel)));
    write("steps", steps ? say("steps", { police: steps.discriminator, forger: steps.generator }) : "");
    write("accuracy", outcome ? percent(outcome.accuracy) : "–");
    write("covered", outcome?.nModes ? say("coveredOf", { n: outcome.modesCovered, of: outcome.nModes }) : "–");
    write("divergence", outcome ? fixed(outcome.divergence) : "–");
    write("time", stepMs === null ? "–" : say("ms", { ms: stepMs.toFixed(1) }));
    const canvas = find('[data-chart="losses"]');
    const xEnd = Math.max(losses.at(-1)?.[0] ?? 1, 1);
    const curve = (place) => averaged(losses.filter((row) => row[place] !== null && Number.isFinite(row[place])).map((row) => [row[0], Math.min(row[place], LARGEST_LOSS)]));
    drawCurves(
      canvas,
      [
        { points: curve(1), colour: POLICE, name: say("police") },
        { points: curve(2), colour: FORGER, dash: [6, 4], name: say("forger") },
        { points: averaged(divergences), colour: "--ink", dash: [2, 3], name: say("divergence") },
      ],
      {
        low: losses.some((row) => row[2] < 0) ? -1 : 0, // the minimax loss of the forger is below 0
        high: LARGEST_LOSS, grid: [0, CHANCE, 2, LARGEST_LOSS], formatX: (x) => say("stepsOf", { n: Math.round(x) }), xEnd,
      },
    );
    const [, police, forger] = losses.at(-1) ?? [];
    name(canvas, losses.length ? say("lossesName", { police: fixed(police), forger: fixed(forger), divergence: fixed(outcome?.divergence) }) : say("lossesEmpty"));
    const plane = find(".duel-plane");
    if (outcome?.nModes) name(plane, say("planeName", { n: outcome.modesCovered, of: outcome.nModes, accuracy: percent(outcome.accuracy) }));
    else name(plane, say(duel.hasDiverged ? "diverged" : "planeDrawn"));
    plane.tabIndex = state.shape === "drawn" ? 0 : -1;
    plane.setAttribute("role", state.shape === "drawn" ? "application" : "img");
  }
  // Means over stretches: from step to step a loss jumps more than a line can show.
  function averaged(points) {
    const size = Math.ceil(points.length / N_DRAWN);
    const stretches = Array.from({ length: Math.ceil(points.length / size) || 0 }, (_, i) => points.slice(i * size, (i + 1) * size));
    return stretches.map((stretch) => [stretch.at(-1)[0], stretch.reduce((sum, [, value]) => sum + value, 0) / stretch.length]);
  }
  // What has come about, or, before that, what to look for.
  function lookAt({ preset }, { outcome, nSteps }) {
    if (!outcome?.nModes || !nSteps().generator) return SEEK[preset];
    const { accuracy, modesCovered, nModes, nearShare } = outcome;
    if (accuracy > 0.95 && nearShare < 0.25) return "lookStrongPolice";
    if (modesCovered <= nModes / 3 && nearShare > 0.6) return "lookCollapse";
    if (modesCovered >= 0.8 * nModes && accuracy < 0.7) return "lookBalance";
    return SEEK[preset];
  }
  function fixed(value) {
    return Number.isFinite(value) ? value.toFixed(2) : "–";
  }

  // ---- the film ----
  function showFilm({ state, film }) {
    running(find("[data-action=play]"), film.isPlaying());
    const about = film.about();
    const input = setting("frame");
    input.max = film.last();
    input.disabled = !about;
    find("[data-action=play]").disabled = !about;
    find(".film-frame").classList.toggle("is-square", about?.width === about?.height);
    find(".film-frame").alt = about ? say(state.film === "faces" ? "facesName" : "digitsName", { step: film.step() }) : "";
    slide("frame", film.frame(), about ? say("step", { step: film.step() }) : "");
    write("frame", film.isMissing() ? say("noFilm") : about ? say("frame", { step: film.step(), of: about.steps.at(-1) }) : "");
    write("film", say(state.film === "faces" ? "aboutFaces" : "aboutDigits"));
    const canvas = find('[data-chart="film"]');
    if (!about) return name(canvas, say("lossesEmpty"));
    const step = film.step();
    const curves = Object.entries(FILM_CURVES).map(([loss, colour]) => ({
      points: averaged(about.losses.step.map((at, i) => [at, about.losses[loss][i]]).filter(([at, value]) => value !== null && at <= step).map(([at, value]) => [at, Math.min(value, LARGEST_LOSS)])),
      colour, dash: colour === FORGER ? [6, 4] : [], name: say(colour === FORGER ? "forger" : "police"),
    }));
    drawCurves(canvas, curves, { high: LARGEST_LOSS, grid: [0, CHANCE, 2, LARGEST_LOSS], formatX: (x) => say("stepsOf", { n: Math.round(x) }), xEnd: about.steps.at(-1) });
    name(canvas, say("filmLosses", { step }));
  }
}
