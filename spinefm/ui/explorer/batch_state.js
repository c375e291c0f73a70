// @ts-check
// What the reader chose of a batch, as values, and the question that it asks of the server.

import { counted, thousands } from "../shared/numbers.js";

/** @typedef {import("./types").BatchState} BatchState */
/** @typedef {import("./types").BatchAnswer} BatchAnswer */
/** @typedef {import("./types").MeasureKind} MeasureKind */

/** @type {BatchState} */
export const BATCH_START = { status: "", view: "", anchor: "", stop: "", sentence: "", doubtful: "", levels: [], search: "", measure: "", place: "", span: null, sort: "doubtful", offset: 0, mode: "wall", film: "" };
/** @type {(keyof BatchState)[]} */
const FILTERS = ["status", "view", "anchor", "stop", "sentence", "doubtful", "levels", "search", "span"];
/** Films on a page. @type {Record<string, number>} */
export const BATCH_PAGE = { wall: 24, table: 50 };
/** @type {Record<string, string>} */
export const BATCH_ORDERS = { doubtful: "most doubtful first", name: "by name", fewest: "fewest vertebrae first", most: "most vertebrae first", low: "lowest value first", high: "highest value first" };

/** The filters of a state, each at what it is without a choice. @returns {Partial<BatchState>} */
export function noFilters() {
  return Object.fromEntries(FILTERS.map((name) => [name, BATCH_START[name]]));
}

/** @param {BatchState} state */
export function hasFilters(state) {
  return FILTERS.some((name) => JSON.stringify(state[name]) !== JSON.stringify(BATCH_START[name]));
}

/** A state after some changes: a new filter or order begins at the first page again. @param {BatchState} state @param {Partial<BatchState>} changes @returns {BatchState} */
export function changed(state, changes) {
  const next = { ...state, ...changes };
  const isSame = Object.keys(changes).every((name) => name === "offset" || name === "film");
  const ordered = (next.sort === "low" || next.sort === "high") && !next.measure ? { sort: BATCH_START.sort } : {};
  return { ...next, ...ordered, ...(isSame ? {} : { offset: 0 }) };
}

/** What is asked of the server: the state without what the browser alone needs. @param {BatchState} state */
export function questionOf({ mode, film, ...asked }) {
  return { ...asked, count: BATCH_PAGE[mode] };
}

/** A state that holds only what there is: an order and a mode that are known. @param {BatchState} state @returns {BatchState} */
export function sound(state) {
  const known = {
    sort: Object.hasOwn(BATCH_ORDERS, state.sort) ? state.sort : BATCH_START.sort,
    mode: Object.hasOwn(BATCH_PAGE, state.mode) ? state.mode : BATCH_START.mode,
    doubtful: ["some", "none"].includes(state.doubtful) ? state.doubtful : "",
    status: ["done", "failed"].includes(state.status) ? state.status : "",
    offset: Math.max(0, Math.floor(Number(state.offset)) || 0),
  };
  return changed({ ...state, ...known }, { offset: known.offset });
}

/** Which films are on show, in words. @param {BatchAnswer} answer @param {number} films in the batch */
export function countWords({ total, offset, rows }, films) {
  if (!total) return "No film passes these filters: clear one.";
  if (!rows.length) return `${thousands(total)} of ${counted(films, "film")}; this page is behind the last one`;
  const part = total > rows.length ? `${thousands(offset + 1)} to ${thousands(offset + rows.length)} of ` : "";
  return `${part}${counted(total, "film")}${total < films ? `, of ${thousands(films)} in the batch` : ""}`;
}

/** Where the page before or after begins; null where there is none. @param {BatchAnswer} answer @param {number} step -1 or 1 @param {number} size of a page @returns {number | null} */
export function pageFrom({ total, offset }, step, size) {
  const next = offset + step * size;
  if (step < 0) return offset > 0 ? Math.max(0, next) : null;
  return next < total ? next : null;
}

/** A choice of a filter with how many films it leaves, most first. @param {string[]} words @param {Record<string, number>} counts @param {string} any what no choice is called @returns {[string, string][]} */
export function choicesOf(words, counts, any) {
  const named = /** @type {[string, string][]} */ (words.map((word) => [word, `${word} (${counts[word] || 0})`]));
  return [["", any], ...named];
}

/** The measure that is chosen, and its level where it has that. @param {BatchState} state @param {MeasureKind[]} kinds */
export function kindOf(state, kinds) {
  const kind = kinds.find((one) => one.key === state.measure) || null;
  return { kind, place: kind && kind.levels.includes(state.place) ? state.place : "" };
}
