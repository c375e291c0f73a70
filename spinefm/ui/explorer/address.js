// The view lives in the page's address, so that a link leads to what is on show.

import { clamp } from "../shared/numbers.js";
import { ORDERS } from "./model.js";

export const START = { run: "", with: "", levels: [], show: [], region: "", stop: "", verdict: "", search: "", dice: null, distance: null, limit: 0.4, sort: "worst", mode: "wall", case: "" };
const LISTS = ["levels", "show"];
const RANGES = ["dice", "distance"];

export function stateInAddress() {
  const asked = new URL(location.href).searchParams;
  const state = { ...START };
  for (const name of Object.keys(START)) {
    const text = asked.get(`x-${name}`);
    if (text === null) continue;
    if (LISTS.includes(name)) state[name] = text.split(".").filter(Boolean);
    else if (RANGES.includes(name)) state[name] = rangeOf(text);
    else if (name === "limit") state.limit = clamp(Number(text) || START.limit, 0.05, 0.95);
    else state[name] = text;
  }
  if (!["wall", "table"].includes(state.mode)) state.mode = START.mode;
  if (!ORDERS[state.sort]) state.sort = START.sort;
  return state;
}

function rangeOf(text) {
  const ends = text.split("_").map(Number);
  return ends.length === 2 && ends.every(Number.isFinite) ? ends : null;
}

export function writeState(state) {
  const address = new URL(location.href);
  for (const [name, value] of Object.entries(state)) {
    const text = Array.isArray(value) ? value.join(RANGES.includes(name) ? "_" : ".") : value === null ? "" : String(value);
    if (text === "" || JSON.stringify(value) === JSON.stringify(START[name])) address.searchParams.delete(`x-${name}`);
    else address.searchParams.set(`x-${name}`, text);
  }
  history.replaceState(history.state, "", address);
}

export function markTab(open) {
  const address = new URL(location.href);
  if (open) address.searchParams.set("tab", "explore");
  else address.searchParams.delete("tab");
  history.replaceState(history.state, "", address);
}
