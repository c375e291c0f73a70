// @ts-check
// Two runs on one film: both in motion on one clock, a table aligned by vertebra, and where they part.

import { html } from "../shared/dom.js";
import { two } from "../shared/numbers.js";
import { swatch } from "./tables.js";
import { stepOf, timeOfStep } from "./timeline.js";

/** @typedef {import("./player.js").View} View */
/** @typedef {import("./timeline.js").Timeline} Timeline */

/** @param {{name: string, label?: string}} setting */
function settingWords({ name, label }) {
  return label || name.replaceAll("_", " ");
}

/** @param {{direction: string, step: number}} at */
function placeWords({ direction, step }) {
  return direction === "seed" ? `starting point ${step + 1}` : `step ${step}, ${direction}wards`;
}

/** The step key of a divergence in the timeline. @param {any} divergence */
function stepKey({ direction, step }) {
  return stepOf(/** @type {any} */ ({ lane: direction === "seed" ? `start ${step + 1}` : direction, step }));
}

/** When the runs part, in one of them; null where it did not take that step. @param {Timeline} timeline @param {any} divergence */
export function partingTime(timeline, divergence) {
  return divergence ? timeOfStep(timeline, stepKey(divergence)) : null;
}

/** The ring round the first difference: where a run's step of that name took place. @param {Timeline} timeline @param {any} divergence */
export function partingMark(timeline, divergence) {
  if (!divergence) return null;
  const items = timeline.beats.filter((beat) => beat.fresh === timeline.fresh && stepOf(beat) === stepKey(divergence)).flatMap((beat) => beat.draw || []);
  const frame = /** @type {any} */ (items.find((item) => item.kind === "frame"));
  const picture = /** @type {any} */ (items.find((item) => item.kind === "picture"));
  if (frame) return { centre: frame.centre, radius: frame.side / 4 };
  if (!picture) return null;
  const [x0, y0, x1, y1] = picture.box;
  return { centre: [(x0 + x1) / 2, (y0 + y1) / 2], radius: (x1 - x0) / 5 };
}

/** @param {View} view @param {any} comparison @param {{go: (time: number) => void}} act */
function divergenceLine(view, { divergence, rows }, act) {
  if (!divergence) {
    return html("p", {}, rows.every((/** @type {any} */ row) => row.same) ? "Both runs took the same steps." : "No step of the induction differs; the table shows what does.");
  }
  const time = partingTime(view.timeline, divergence) ?? (view.earlier && partingTime(view.earlier, divergence)) ?? 0;
  return html("p", { class: "divergence" },
    html("button", { type: "button", "data-time": time, onclick: () => act.go(time) }, `They diverge at ${placeWords(divergence)}`),
    html("span", {}, html("em", {}, "before "), divergence.old), html("span", {}, html("em", {}, "now "), divergence.new));
}

/** @param {View} view @param {any} row */
function comparedRow(view, row) {
  const name = (/** @type {string | null} */ word) => html("td", {}, word ? [swatch(view.payload.colours[word], true), ` ${word}`] : html("em", {}, "–"));
  const change = row.same ? "" : row.old === null ? "new" : row.new === null ? "lost" : row.old === row.new ? "outline differs" : "name differs";
  return html("tr", { class: row.same ? "same" : "differs" }, name(row.old), name(row.new),
    html("td", { class: "number" }, row.dice === null ? "" : two(row.dice)), html("td", {}, change));
}

/** What was changed between the runs, and where they part; two methods share neither limits nor steps.
 * @param {View} view @param {any} comparison @param {{go: (time: number) => void}} act */
function differencesOf(view, comparison, act) {
  if (comparison.methods) {
    const [old, now] = comparison.methods;
    return [html("p", { class: "note" }, `${old} before, ${now} now: they share no steps, so compare them by vertebra.`)];
  }
  const changed = comparison.settings.map((/** @type {any} */ setting) => html("li", {}, `${settingWords(setting)}: ${setting.old} → ${setting.new}`));
  return [
    changed.length ? html("ul", { class: "settings" }, changed) : html("p", { class: "note" }, "No limit was changed."),
    divergenceLine(view, comparison, act),
  ];
}

/** @param {HTMLElement} node @param {HTMLElement} tab @param {View} view @param {{go: (time: number) => void}} act */
export function drawComparison(node, tab, view, act) {
  const { comparison } = view.payload;
  tab.hidden = !comparison;
  if (!comparison) return node.replaceChildren();
  const head = ["before", "now", "Dice", "change"].map((word) => html("th", { scope: "col", class: word === "Dice" ? "number" : null }, word));
  return node.replaceChildren(...differencesOf(view, comparison, act),
    html("table", { class: "vertebrae compared" }, html("thead", {}, html("tr", {}, head)),
      html("tbody", {}, comparison.rows.map((/** @type {any} */ row) => comparedRow(view, row)))));
}

/** The words above each of the two panes, after its title: the run of now, and the one before. @param {any} comparison @returns {[string, string]} */
export function captionsOf(comparison) {
  if (comparison.methods) return [comparison.methods[1], comparison.methods[0]];
  const value = (/** @type {string} */ key) => comparison.settings.map((/** @type {any} */ setting) => `${settingWords(setting)} ${setting[key]}`).join(", ");
  const first = (/** @type {string} */ key) => (comparison.divergence ? `first difference: ${comparison.divergence[key]}` : "the same steps");
  const words = (/** @type {string} */ key) => [value(key), first(key)].filter(Boolean).join(" · ");
  return [words("new"), words("old")];
}
