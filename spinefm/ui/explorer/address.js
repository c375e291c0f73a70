// @ts-check
// The view lives in the page's address, so that a link leads to what is on show.

import { clamp } from "../shared/numbers.js";
import { AXES } from "./agreement.js";
import { ORDERS } from "./model.js";
import { PAGE, START } from "./state.js";

/** @typedef {import("./types").State} State */
/** @typedef {import("./types").Range} Range */

const LISTS = ["levels", "show"];
const RANGES = ["dice", "distance", "span"];

/** The values that the address names after a prefix, the others as in `start`. @param {string} prefix @param {Record<string, any>} start */
export function readState(prefix, start) {
  const asked = new URL(location.href).searchParams;
  const state = { ...start };
  for (const name of Object.keys(start)) {
    const text = asked.get(`${prefix}-${name}`);
    if (text !== null) state[name] = valueOf(name, text);
  }
  return state;
}

/** @returns {State} */
export function stateInAddress() {
  const state = /** @type {any} */ (readState("x", START));
  if (!Object.hasOwn(PAGE, state.mode)) state.mode = START.mode;
  if (!Object.hasOwn(ORDERS, state.sort)) state.sort = START.sort;
  if (!Object.hasOwn(AXES, state.axis)) state.axis = START.axis;
  return state;
}

/** @param {string} name @param {string} text */
function valueOf(name, text) {
  if (LISTS.includes(name)) return text.split(".").filter(Boolean);
  if (RANGES.includes(name)) return rangeOf(text);
  return name === "limit" ? clamp(Number(text) || START.limit, 0.05, 0.95) : text;
}

/** @param {string} text @returns {Range | null} */
function rangeOf(text) {
  const [low, high, ...more] = text.split("_").map(Number);
  return Number.isFinite(low) && Number.isFinite(high) && !more.length ? [low, high] : null;
}

/** @param {string} name @param {any} value */
function textOf(name, value) {
  if (Array.isArray(value)) return value.join(RANGES.includes(name) ? "_" : ".");
  return value === null ? "" : String(value);
}

/** @param {State} state */
export function writeState(state) {
  writeParts("x", START, state);
}

/** Writes the values that differ from those of `start`. @param {string} prefix @param {Record<string, any>} start @param {Record<string, any>} state */
export function writeParts(prefix, start, state) {
  const address = new URL(location.href);
  for (const [name, value] of Object.entries(state)) {
    const text = textOf(name, value);
    const usual = JSON.stringify(value) === JSON.stringify(start[name]);
    if (text === "" || usual) address.searchParams.delete(`${prefix}-${name}`);
    else address.searchParams.set(`${prefix}-${name}`, text);
  }
  history.replaceState(history.state, "", address);
}

/** @param {boolean} open */
export function markTab(open) {
  const address = new URL(location.href);
  if (open) address.searchParams.set("tab", "explore");
  else address.searchParams.delete("tab");
  history.replaceState(history.state, "", address);
}
