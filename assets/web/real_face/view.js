// Everything on the stage of faces as a function of what there is to show.

import { sharpened } from "../frame/canvas.js";

// What people reached elsewhere, in per cent of right answers; the sources stand below the table.
const PUBLISHED = { chance: 50, trained: 59, game: 62, hype: 72.4, untrained: 48.2 };
const MUCH_BLAMED = 0.4; // of the largest difference: the part gets a frame

const FEW = 5; // answers, which say hardly anything
export const percent = (share) => `${Math.round(100 * share)}%`;
export const shareOf = (list, test) => (list.length ? list.filter(test).length / list.length : null);

export function createView(root, live) {
  const { lecture } = window;
  const find = (selector) => root.querySelector(selector);
  const readable = (value) => (typeof value === "number" ? value.toLocaleString(lecture.language()) : value);
  const say = (key, values = {}) => live[lecture.language()][key].replace(/\{(\w+)\}/g, (_, name) => readable(values[name]));
  const write = (name, text) => {
    const element = find(`[data-text="${name}"]`);
    if (element.textContent !== text) element.textContent = text;
  };
  const hide = (selector, isHidden) => { find(selector).hidden = isHidden; };
  const act = (action) => find(`[data-action="${action}"]`);
  const press = (group, value) => {
    for (const button of root.querySelectorAll(`button[data-${group}]`)) button.setAttribute("aria-pressed", String(button.dataset[group] === value));
  };

  function show(model) {
    const { state, notice } = model;
    const panel = state.view === "lineup" || (state.view === "own" && model.isHiding) ? "round" : state.view;
    root.dataset.view = state.view;
    for (const one of root.querySelectorAll("[data-for]")) one.hidden = one.dataset.for !== panel;
    press("view", state.view);
    press("kind", state.kind);
    const line = find(".find-notice");
    line.hidden = !notice;
    if (notice) {
      line.dataset.kind = notice[0].endsWith("Done") ? "good" : "";
      const text = say(...notice);
      if (line.textContent !== text) line.textContent = text;
    }
    ({ round: showRound, single: showSingle, longer: showLonger, own: showOwn, walk: showWalk, score: showScore })[panel](model);
  }

  // ---- a line-up ----
  function showRound(model) {
    const { state, lineup, stake, arePatchesShown } = model;
    const { kind, round, truth, problem, isReady, isStuck } = lineup;
    const n = round?.pictures.length ?? 0;
    find(".find-cells").dataset.count = n || (kind === "four" ? 4 : 9);
    for (const cell of root.querySelectorAll(".find-cell")) showCell(cell, lineup);
    hide(".find-kinds", state.view === "own");
    hide(".find-stake", kind !== "bet" || Boolean(truth));
    act("reveal").hidden = Boolean(truth) || Boolean(problem) || isStuck;
    act("reveal").disabled = !isReady;
    act("next").hidden = (!truth || kind === "bet") && !isStuck;
    act("fair").hidden = !truth || kind !== "bet";
    act("back").hidden = kind !== "own";
    write("question", say(kind === "own" ? "askOwn" : kind === "bet" ? "askBet" : kind === "four" ? "askFour" : "askNine"));
    write("wager", kind === "bet" && !truth && stake ? say("wager", { stake }) : "");
    write("result", problem ? say(problem) : !round && !isStuck ? say("making") : truth ? verdict(lineup) : "");
    find("[data-text=result]").classList.toggle("is-great", Boolean(truth) && kind === "bet");
    write("detail", truth ? detail(lineup, stake) : "");
    write("tally", state.view === "lineup" && kind !== "bet" ? lineupTally(model) : "");
    hide(".find-tells", !truth);
    if (truth) showZoom(lineup, arePatchesShown);
  }
  function showCell(cell, { round, choice, truth }) {
    const k = Number(cell.dataset.cell);
    const source = round?.pictures[k];
    cell.hidden = !source;
    if (!source) return;
    const [image, , stamp] = cell.children;
    if (image.src !== source) image.src = source;
    cell.setAttribute("aria-pressed", String(choice.cell === k));
    cell.dataset.truth = truth ? (truth.isReal[k] ? "real" : "generated") : "";
    stamp.textContent = truth ? say(truth.isReal[k] ? "stampReal" : "stampGenerated") : "";
    const label = say("cell", { n: k + 1 });
    cell.setAttribute("aria-label", truth ? `${label}: ${say(truth.isReal[k] ? "isReal" : "isGenerated")}` : label);
  }
  function verdict({ kind, truth }) {
    const place = truth.isReal.indexOf(true);
    if (kind === "bet") return say("allFake");
    const isFound = truth.cell === place;
    return say(kind === "own" ? (isFound ? "foundOwn" : "hiddenWell") : isFound ? "found" : "notFound", { n: place + 1 });
  }
  function detail({ kind, truth }, stake) {
    const police = say(truth.isReal[truth.pick] ? "policeFound" : "policeFooled", { n: truth.pick + 1 });
    if (kind !== "bet") return police;
    return `${say("owed", { stake: stake || say("something") })} ${police}`;
  }
  function lineupTally({ results, state }) {
    const mine = results.lineups.filter(({ kind }) => kind === state.kind);
    const values = { found: mine.filter(({ isRight }) => isRight).length, of: mine.length, police: mine.filter(({ policeRight }) => policeRight).length, chance: percent(state.kind === "four" ? 1 / 4 : 1 / 9) };
    return mine.length ? say("lineupTally", values) : say("lineupChance", values);
  }
  function showZoom({ truth, zoomed }, arePatchesShown) {
    const canvas = find("[data-figure=zoom]");
    act("patches").setAttribute("aria-pressed", String(arePatchesShown));
    const rank = 1 + truth.logits.filter((logit) => logit > truth.logits[zoomed]).length;
    const caption = say(truth.isReal[zoomed] ? "zoomReal" : "zoomGenerated", { n: zoomed + 1, rank, of: truth.logits.length });
    write("zoom", caption);
    canvas.setAttribute("aria-label", caption);
    const image = root.querySelectorAll(".find-cell img")[zoomed];
    const sharp = sharpened(canvas);
    if (!sharp) return;
    const paint = () => {
      const { context, width, height } = sharp;
      context.imageSmoothingQuality = "high";
      context.drawImage(image, 0, 0, width, height);
      if (arePatchesShown) blame(context, width, height, truth.patches[zoomed]);
    };
    if (image.complete && image.naturalWidth) paint();
    else image.addEventListener("load", paint, { once: true });
  }
  // The discriminator's opinion of each part against that of the whole: orange it suspected more, blue less.
  function blame(context, width, height, rows) {
    const style = getComputedStyle(root);
    const mean = rows.flat().reduce((sum, one) => sum + one, 0) / rows.flat().length;
    const most = Math.max(...rows.flat().map((one) => Math.abs(one - mean)));
    rows.forEach((row, y) => row.forEach((one, x) => {
      const logit = (one - mean) / most;
      const box = [(x * width) / row.length, (y * height) / rows.length, width / row.length, height / rows.length];
      context.globalAlpha = 0.6 * Math.abs(logit);
      context.fillStyle = style.getPropertyValue(logit > 0 ? "--excite" : "--inhibit");
      context.fillRect(...box);
      context.globalAlpha = 1;
      if (logit > -MUCH_BLAMED) return;
      context.strokeStyle = style.getPropertyValue("--inhibit"); // seen without colours, too
      context.lineWidth = 5;
      context.strokeRect(box[0] + 2, box[1] + 2, box[2] - 4, box[3] - 4);
    }));
  }

  // ---- one by one ----
  function showSingle({ single, results }) {
    const { round, choice, truth, problem, isReady, isStuck } = single;
    const image = find("[data-single=picture]");
    image.hidden = !round;
    if (round && image.src !== round.pictures[0]) image.src = round.pictures[0];
    const isReal = truth?.isReal[0];
    image.alt = !truth ? say("singleName") : say(isReal ? "isReal" : "isGenerated");
    const figure = find(".single-figure");
    figure.dataset.truth = truth ? (isReal ? "real" : "generated") : "";
    figure.querySelector(".find-stamp").textContent = truth ? say(isReal ? "stampReal" : "stampGenerated") : "";
    press("said", choice.said);
    press("confidence", String(choice.confidence));
    for (const button of root.querySelectorAll("[data-said], [data-confidence]")) button.disabled = !round || Boolean(truth);
    act("judge").hidden = Boolean(truth) || Boolean(problem) || isStuck;
    act("judge").disabled = !isReady;
    act("nextSingle").hidden = !truth && !isStuck;
    const isRight = truth && (truth.said === "real") === isReal;
    write("singleResult", problem ? say(problem) : !round ? (isStuck ? "" : say("making")) : truth ? say(isRight ? "right" : "wrong", { truth: say(isReal ? "isReal" : "isGenerated") }) : "");
    write("singleDetail", truth ? say(truth.logits[0] > 0 ? "policeSaidReal" : "policeSaidGenerated") : "");
    const { singles } = results;
    const count = (test) => singles.filter(test).length;
    write("singleTally", singles.length ? say("singleTally", {
      hits: count((one) => one.isReal && one.saidReal), real: count((one) => one.isReal),
      alarms: count((one) => !one.isReal && one.saidReal), generated: count((one) => !one.isReal), streak: results.streak,
    }) : say("singleFirst"));
  }

  // ---- who had learnt longer ----
  function showLonger({ longer, results }) {
    const { round, choice, truth, problem, isStuck } = longer;
    root.querySelectorAll(".longer-side").forEach((side, k) => {
      side.disabled = !round || Boolean(truth);
      side.setAttribute("aria-pressed", String(choice.side === k));
      side.dataset.truth = truth ? String(truth.longer === k) : "";
      const images = [...side.querySelectorAll("img")];
      images.forEach((image, i) => {
        const source = round?.pictures[k * images.length + i];
        image.hidden = !source;
        if (source && image.src !== source) image.src = source;
      });
      side.setAttribute("aria-label", say("longerName", { side: "AB"[k] }));
      write(`steps${k}`, truth ? say("steps", { steps: truth.steps[k] }) : "");
    });
    act("nextLonger").hidden = !truth && !isStuck;
    write("longerResult", problem ? say(problem) : !round ? (isStuck ? "" : say("making")) : truth ? say(truth.side === truth.longer ? "longerRight" : "longerWrong", { side: "AB"[truth.longer] }) : "");
    write("longerWhy", truth ? say("longerWhy") : "");
    const { longers } = results;
    write("longerTally", longers.length ? say("longerTally", { right: longers.filter(({ isRight }) => isRight).length, of: longers.length }) : "");
  }

  // ---- one's own face ----
  function showOwn({ own }) {
    const { isFilming, canUseCamera, isPointing, hasImage, face, says } = own;
    hide("video", !isFilming);
    hide("[data-figure=own]", !isPointing);
    hide(".own-keys", !isPointing);
    const canvas = find("[data-figure=own]");
    canvas.tabIndex = isPointing ? 0 : -1;
    canvas.setAttribute("role", "application");
    canvas.setAttribute("aria-label", say("eyesName"));
    act("camera").hidden = isFilming || !canUseCamera;
    hide(".own-file", isFilming);
    act("shoot").hidden = act("stopCamera").hidden = !isFilming;
    act("hide").hidden = !face;
    act("byHand").hidden = !hasImage || isFilming || (isPointing && !face);
    act("byHand").setAttribute("aria-pressed", String(isPointing));
    act("forget").hidden = !hasImage;
    write("own", says ? say(says) : "");
    write("ownWhy", canUseCamera ? "" : say("noCamera"));
    const result = find("[data-own=face]");
    find(".own-result").hidden = !face;
    result.hidden = !face;
    if (face && result.src !== face) result.src = face;
    result.alt = face ? say("ownName") : "";
  }

  // ---- the walk ----
  function showWalk({ walk }) {
    const { isReady, isPlaying, place, truncation } = walk;
    const play = act("play");
    play.disabled = !isReady;
    play.setAttribute("aria-pressed", String(isPlaying));
    play.classList.toggle("is-running", isPlaying);
    const slide = (name, value, text) => {
      const input = find(`[data-setting=${name}]`);
      if (Number(input.value) !== value) input.value = value;
      input.setAttribute("aria-valuetext", text);
      if (input.nextElementSibling) input.nextElementSibling.textContent = text;
    };
    slide("place", place, percent(place));
    slide("truncation", truncation, truncation.toFixed(2));
    write("walk", isReady ? "" : say("makingWay"));
    const canvas = find("[data-figure=walk]");
    const name = say("walkName", { place: percent(Math.round(place * 10) / 10) });
    if (canvas.getAttribute("aria-label") !== name) canvas.setAttribute("aria-label", name);
  }

  // ---- the score ----
  function showScore({ results, standing }) {
    const { singles, lineups, longers } = results;
    const shares = { you: shareOf(singles, ({ isRight }) => isRight), police: shareOf(singles, ({ isReal, policeSaidReal }) => isReal === policeSaidReal) };
    for (const row of root.querySelectorAll("[data-row]")) {
      const share = PUBLISHED[row.dataset.row] !== undefined ? PUBLISHED[row.dataset.row] / 100 : shares[row.dataset.row];
      row.querySelector("i").style.width = share === null ? "0" : `${100 * share}%`;
      row.querySelector(".score-number").textContent = share === null ? "–" : `${(100 * share).toFixed(share * 1000 % 10 ? 1 : 0)}%`;
    }
    const score = singles.length ? standing : null; // null, too, until the server has counted
    const fixed = (value) => value.toFixed(1).replace("-", "−");
    write("scoreSays", !singles.length ? say("scoreEmpty") : !score ? "" : say(singles.length < FEW ? "scoreFew" : "scoreSays", { n: score.nReal + score.nGenerated, right: score.hits + score.nGenerated - score.falseAlarms, low: percent(score.correctInterval[0]), high: percent(score.correctInterval[1]) }));
    write("hits", score ? say("ofMany", { n: score.hits, of: score.nReal }) : "–");
    write("falseAlarms", score ? say("ofMany", { n: score.falseAlarms, of: score.nGenerated }) : "–");
    write("dPrime", score?.nReal && score.nGenerated ? say("interval", { value: fixed(score.dPrime), low: fixed(score.dPrimeInterval[0]), high: fixed(score.dPrimeInterval[1]) }) : "–");
    const counted = (list) => (list.length ? say("ofRounds", { n: list.filter(({ isRight }) => isRight).length, of: list.length }) : "–");
    write("lineups", counted(lineups));
    write("longers", counted(longers));
    write("streak", String(results.best));
    act("card").disabled = act("anew").disabled = !singles.length && !lineups.length && !longers.length;
    drawCalibration(score?.calibration ?? []);
  }
  function drawCalibration(points) {
    const canvas = find("[data-figure=calibration]");
    canvas.setAttribute("aria-label", points.length ? points.map(([confidence, n, right]) => say("calibrated", { confidence, right, n })).join(" ") : say("calibrationEmpty"));
    const sharp = sharpened(canvas);
    if (!sharp) return;
    const { context, width, height } = sharp;
    const style = getComputedStyle(root);
    const size = parseFloat(style.fontSize) * 0.875;
    const left = size * 3.4;
    const bottom = height - size * 4.2;
    const top = size * 2.4;
    const x = (confidence) => left + ((confidence - 45) / 60) * (width - left - 8);
    const y = (share) => bottom - share * (bottom - top);
    context.font = `${size}px ${style.fontFamily}`;
    context.fillStyle = style.getPropertyValue("--soft-ink");
    context.strokeStyle = style.getPropertyValue("--line");
    context.textBaseline = "middle";
    context.textAlign = "right";
    for (const share of [0, 0.5, 1]) {
      context.fillText(percent(share), left - 8, y(share));
      line([[left, y(share)], [width - 4, y(share)]]);
    }
    context.textAlign = "center";
    for (const confidence of [50, 60, 70, 80, 90, 100]) context.fillText(`${confidence}%`, x(confidence), bottom + size * 1.9);
    context.fillText(say("axisConfidence"), (left + width) / 2, height - size * 0.8);
    context.textAlign = "left";
    context.fillText(say("axisRight"), 0, size * 0.8);
    context.setLineDash([6, 5]);
    context.strokeStyle = style.getPropertyValue("--soft-ink");
    line([[x(50), y(0.5)], [x(100), y(1)]]);
    context.setLineDash([]);
    context.fillStyle = style.getPropertyValue("--accent");
    for (const [confidence, n, right] of points) {
      context.beginPath();
      context.arc(x(confidence), y(right / n), Math.min(5 + 2 * Math.sqrt(n), 16), 0, 2 * Math.PI);
      context.fill();
    }
    function line(places) {
      context.beginPath();
      places.forEach((place) => context.lineTo(...place));
      context.stroke();
    }
  }

  return { show, say };
}
