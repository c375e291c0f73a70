// @ts-check
// A value beside its reference: a bar with the usual range, a whisker of ±, and a mark.

import { svg } from "../shared/dom.js";
import { against, digits, wordsOf } from "./measures.js";

/** @typedef {import("./measures.js").Reading} Reading */

const MARGIN = 0.18; // of the span on either side

/** Lowest and highest value that the bar shows. @param {Reading} reading @returns {[number, number]} */
export function spanOf({ value, plus, reference }) {
  const half = plus || 0;
  const known = [reference?.low, reference?.high, /** @type {number} */ (value) - half, /** @type {number} */ (value) + half].filter((number) => typeof number === "number");
  const open = reference && (reference.low === null || reference.high === null) ? [0] : [];
  const [low, high] = [Math.min(...known, ...open), Math.max(...known, ...open)];
  const room = (high - low || 1) * MARGIN;
  return [open.length && low === 0 ? 0 : low - room, high + room];
}

/** One span for all these values, so that equal numbers lie below each other. @param {Reading[]} readings @returns {[number, number]} */
export function spanOfAll(readings) {
  const spans = readings.filter(({ value, reference }) => value !== null && reference).map(spanOf);
  return [Math.min(...spans.map(([low]) => low)), Math.max(...spans.map(([, high]) => high))];
}

/** @param {Reading} reading @param {number} width @param {number} height @param {Reading[]} [beside] whose span the bar shares */
export function chartOf(reading, width, height, beside = [reading]) {
  const { value, plus, reference, unit } = reading;
  if (value === null || !reference) return null;
  const [low, high] = spanOfAll(beside);
  const at = (/** @type {number} */ number) => ((number - low) / (high - low)) * (width - 8) + 4;
  const [from, to] = [at(reference.low ?? low), at(reference.high ?? high)];
  const y = height / 2;
  const words = `${wordsOf(reading).join(" ").trim()}, ${against(reading)} the reference ${rangeWords(reading)}`;
  return svg("svg", { class: `measure-chart ${against(reading)}`, width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": words },
    svg("rect", { class: "track", x: 4, y: y - 1.5, width: width - 8, height: 3, rx: 1.5 }),
    svg("rect", { class: "usual", x: from, y: y - 4, width: Math.max(1, to - from), height: 8, rx: 2 }),
    plus ? svg("path", { class: "whisker", d: `M${at(value - plus)} ${y}H${at(value + plus)}` }) : null,
    svg("path", { class: "mark", d: `M${at(value)} ${y - 6}v12` }), svg("title", {}, `${digits(value, unit)}: ${against(reading)} the reference`));
}

/** @param {Reading} reading */
export function rangeWords({ reference, unit }) {
  if (!reference) return "";
  const number = (/** @type {number} */ value) => digits(value, unit).replace(/\.0+$/, "");
  const sign = unit === "ratio" ? "" : unit === "°" ? "°" : ` ${unit}`;
  if (reference.low === null) return `below ${number(/** @type {number} */ (reference.high))}${sign}`;
  if (reference.high === null) return `above ${number(reference.low)}${sign}`;
  return `${number(reference.low)} to ${number(reference.high)}${sign}`;
}
