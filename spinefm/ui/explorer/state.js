// @ts-check
// What the reader chose, as values: each change gives a new part of the state, and nothing here touches the page.

/** @typedef {import("./types").State} State */

/** @type {State} */
export const START = { run: "", with: "", levels: [], show: [], region: "", stop: "", verdict: "", search: "", dice: null, distance: null, span: null, limit: 0.4, sort: "worst", mode: "wall", measure: "", place: "", axis: "value", case: "" };
/** Films that are listed at first, and with each "more". @type {Record<string, number>} */
export const PAGE = { wall: 20, table: 40, measures: 20 };

/** The part of a state that leaves films or rows out. @param {State} state */
export function filters({ levels, show, region, stop, verdict, search, dice, distance, span }) {
  return { levels, show, region, stop, verdict, search, dice, distance, span };
}

/** Whether vertebrae are chosen, by level or by what became of them, and not only films. @param {State} state */
export function choosesVertebrae({ levels, show, dice, distance }) {
  return Boolean(levels.length || show.length || dice || distance);
}

/** @param {State} state */
export function isFiltered(state) {
  return JSON.stringify(filters(state)) !== JSON.stringify(filters(START));
}

/** `list` without `item`, or with it where it was not in it. @template T @param {T[]} list @param {T} item @returns {T[]} */
export function toggled(list, item) {
  return list.includes(item) ? list.filter((one) => one !== item) : [...list, item];
}

/** `value`, or `none` where it was chosen already. @template T, N @param {T | N} before @param {T} value @param {N} none @returns {T | N} */
export function chosenOr(before, value, none) {
  return JSON.stringify(before) === JSON.stringify(value) ? none : value;
}
