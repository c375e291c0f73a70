// @ts-check
// What the reader set in the tab Measures, kept in this browser's tab so that a reload brings it back.

import { unchanged } from "./measures.js";

/** @typedef {import("./measures.js").Changes} Changes */
/** @typedef {import("./measures.js").Data} Data */
/** film: which film it is of; outlines: the landmarks of each moved body as the method found them.
 * @typedef {{film: string, changes: Changes, outlines: Record<string, string>}} Kept */

const NAME = "spinefm-measures";

/** What a film is known by after a reload: its size and the content of its picture. @param {{url?: string | null, name?: string, width?: number, height?: number} | null | undefined} film */
export function filmKey(film) {
  if (!film) return "";
  let hash = 0;
  for (const letter of film.url || film.name || "") hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) | 0;
  return `${film.width}x${film.height} ${(film.url || "").length} ${hash}`;
}

/** @param {Data} data @param {number} number */
function outlineOf(data, number) {
  return JSON.stringify(data.sides.left.bodies.find((/** @type {any} */ body) => body.number === number)?.points);
}

/** What is kept of changes to a run's measures; null where nothing was changed. @param {string} film @param {Data} data @param {Changes} changes @returns {Kept | null} */
export function recordOf(film, data, changes) {
  if (JSON.stringify(changes) === JSON.stringify(unchanged())) return null;
  const numbers = [...new Set(changes.moves.map((move) => move.number))];
  return { film, changes, outlines: Object.fromEntries(numbers.map((number) => [number, outlineOf(data, number)])) };
}

/** The changes that a record brings back: none on another film, and no moved landmark of a body whose outline is another now.
 * @param {any} record @param {string} film @param {Data} data @returns {Changes} */
export function changesIn(record, film, data) {
  if (!record || record.film !== film || !Array.isArray(record.changes?.moves)) return unchanged();
  const { facing, mm, moves } = record.changes;
  return { facing: facing === "left" || facing === "right" ? facing : null, mm: mm > 0 ? mm : null,
    moves: moves.filter((/** @type {any} */ move) => record.outlines?.[move.number] && record.outlines[move.number] === outlineOf(data, move.number)) };
}

/** What a player begins with: what this browser kept of the film, else what came with the file. @param {any} record @param {string} film @param {Data} data @param {Changes | undefined} sent */
export function firstChanges(record, film, data, sent) {
  return record?.film === film || !sent ? changesIn(record, film, data) : sent;
}

/** @param {Kept | null} record */
export function keep(record) {
  try {
    if (record) sessionStorage.setItem(NAME, JSON.stringify(record));
    else sessionStorage.removeItem(NAME);
  } catch { /* a browser that keeps nothing: a reload then forgets what was set */ }
}

/** @returns {any} */
export function keptRecord() {
  try {
    return JSON.parse(sessionStorage.getItem(NAME) || "null");
  } catch {
    return null;
  }
}
