// @ts-check
// One measure of an evaluation: truth against run, by Bland and Altman, and what a range of values keeps.

import { meanOf } from "./model.js";

/** @typedef {import("./types").MeasureColumns} MeasureColumns */
/** @typedef {import("./types").Axis} Axis */
/** @typedef {import("./types").Agreement} Agreement */
/** @typedef {import("./types").Range} Range */

const NOT_FOUND = "not found";
const NORMAL_95 = 1.96;
/** What a histogram shows and a range is of. @type {Record<Axis, string>} */
export const AXES = { value: "measured", true: "truth", difference: "measured − truth", half: "±" };

/** The rows of a level, of all levels where that is "", on the films that pass. @param {MeasureColumns} columns @param {string} place @param {(film: number) => boolean} passes */
export function rowsAt(columns, place, passes) {
  const wanted = columns.levels.indexOf(place);
  const rows = [];
  for (let i = 0; i < columns.film.length; i++) {
    if ((wanted < 0 || columns.level[i] === wanted) && passes(columns.film[i])) rows.push(i);
  }
  return rows;
}

/** @param {MeasureColumns} columns @param {Axis} axis @param {number} i @returns {number | null} */
export function quantity(columns, axis, i) {
  if (axis !== "difference") return columns[axis][i];
  const [value, truth] = [columns.value[i], columns.true[i]];
  return value === null || truth === null ? null : value - truth;
}

/** The films with a value within a range, both ends included; all where there is none (null).
 * @param {MeasureColumns} columns @param {string} place @param {Axis} axis @param {Range | null} span @returns {Set<number> | null} */
export function filmsWithin(columns, place, axis, span) {
  if (!span) return null;
  const rows = rowsAt(columns, place, () => true).filter((i) => isWithin(quantity(columns, axis, i), span));
  return new Set(rows.map((i) => columns.film[i]));
}

/** @param {number | null} value @param {Range | null} span */
export function isWithin(value, span) {
  return value !== null && (!span || (value >= span[0] - 1e-9 && value <= span[1] + 1e-9));
}

/** Bias, limits of agreement and what was not measurable, over some rows: the figures of `measure_errors.csv`.
 * @param {MeasureColumns} columns @param {number[]} rows @returns {Agreement} */
export function agreementOf(columns, rows) {
  const asked = rows.filter((i) => columns.true[i] !== null);
  const given = asked.filter((i) => columns.value[i] !== null);
  const sure = given.filter((i) => !columns.doubtful[i]);
  const errors = sure.map((i) => /** @type {number} */ (quantity(columns, "difference", i)));
  const sizes = errors.map(Math.abs).sort((a, b) => a - b);
  const bias = meanOf(errors);
  const spread = spreadOf(errors);
  const lost = asked.filter((i) => columns.value[i] === null);
  const missed = lost.filter((i) => columns.reasons[columns.reason[i]] === NOT_FOUND).length;
  const share = (/** @type {number} */ count) => (asked.length ? (100 * count) / asked.length : null);
  return {
    asked: asked.length, count: errors.length, films: new Set(sure.map((i) => columns.film[i])).size, bias, mae: meanOf(sizes), median: medianOf(sizes),
    low: bias === null || spread === null ? null : bias - NORMAL_95 * spread,
    high: bias === null || spread === null ? null : bias + NORMAL_95 * spread,
    within: sure.length ? (100 * sure.filter((i, k) => Math.abs(errors[k]) <= (columns.half[i] ?? NaN)).length) / sure.length : null,
    notFound: share(missed), notMeasurable: share(lost.length - missed), doubtful: share(given.length - sure.length),
  };
}

/** The standard deviation of a sample; null of fewer than two values. @param {number[]} values */
function spreadOf(values) {
  const mean = meanOf(values);
  if (mean === null || values.length < 2) return null;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

/** @param {number[]} sorted */
function medianOf(sorted) {
  if (!sorted.length) return null;
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The rows that a chart of truth against run can show. @param {MeasureColumns} columns @param {number[]} rows */
export function comparedRows(columns, rows) {
  return rows.filter((i) => columns.true[i] !== null && columns.value[i] !== null);
}

/** A measure's value in words, with its unit. @param {number | null} value @param {string} unit @param {boolean} [signed] */
export function inUnit(value, unit, signed = false) {
  if (value === null || Number.isNaN(value)) return "–";
  const digits = unit === "ratio" ? 3 : unit === "mm" ? 2 : 1;
  const text = Math.abs(value).toFixed(digits);
  const sign = value < 0 && Number(text) !== 0 ? "−" : signed ? "+" : "";
  return `${sign}${text}${unit === "ratio" ? "" : unit === "°" ? "°" : ` ${unit}`}`;
}
