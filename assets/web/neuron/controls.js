// The stage's sliders and buttons: which number each one holds, and how they show the state.

import { readable, readableWeight } from "./svg.js";

const GROUPS = ["view", "activation", "problem"];

// A slider names its number by a path such as "layers.hidden.0.theta"; θ stands on sliders, the bias −θ in the state.
export function setParameter(state, path, value) {
  const { owner, name } = locate(state, path);
  if (name === "theta") owner.bias = -value;
  else owner[name] = value;
}

function getParameter(state, path) {
  const { owner, name } = locate(state, path);
  return name === "theta" ? -owner.bias : owner[name];
}

function locate(state, path) {
  const names = path.split(".");
  const name = names.pop();
  return { owner: names.reduce((value, key) => value[key], state), name };
}

export function createControls(root) {
  const sliders = [...root.querySelectorAll("[data-param]")];
  const rate = root.querySelector("[data-setting=rate]");
  const buttons = Object.fromEntries([...GROUPS, "speed"].map((group) => [group, [...root.querySelectorAll(`button[data-${group}]`)]]));
  const seed = root.querySelector(".learn-seed output");

  return function show(state, speed) {
    for (const slider of sliders) {
      const value = getParameter(state, slider.dataset.param);
      showNumber(slider, value, slider.dataset.param.startsWith("inputs") ? readable(value) : readableWeight(value));
    }
    showNumber(rate, Math.log10(state.rate), String(state.rate));
    for (const group of GROUPS) press(buttons[group], group, state[group]);
    press(buttons.speed, "speed", speed);
    seed.textContent = state.seed;
  };
}

function showNumber(slider, value, text) {
  if (Number(slider.value) !== value) slider.value = value;
  if (slider.nextElementSibling.textContent === text) return;
  slider.nextElementSibling.textContent = text;
  slider.setAttribute("aria-valuetext", text);
}

function press(buttons, group, chosen) {
  for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset[group] === chosen));
}
