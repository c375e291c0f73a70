// @ts-check
// The figures of an evaluation as a list: what each is called, its value, and one line that explains it.

import { html } from "../shared/dom.js";
import { counted } from "../shared/numbers.js";
import { extraFigures, nameFigures } from "./model.js";

/** @typedef {import("./types").Model} Model */
/** @typedef {import("./types").View} View */
/** @typedef {ReturnType<typeof nameFigures>["all"]} Names */
/** @typedef {[string, string, string]} Figure name, value and explanation */

/** @param {Element} node @param {View} view */
export function drawSummary(node, { model, state }) {
  const skipped = model.data.skipped;
  const shown = figuresOf(model, state.limit).map(([name, value, means]) =>
    html("div", {}, html("dt", {}, name), html("dd", {}, html("strong", {}, value), " ", html("span", {}, means))));
  node.replaceChildren(html("dl", {}, shown), ...(skipped.length ? [skippedList(skipped)] : []));
}

/** @param {Model} model @param {number} limit @returns {Figure[]} */
function figuresOf(model, limit) {
  const { all, anchored } = nameFigures(model, limit);
  const failed = model.films.failure.filter(Boolean).length;
  return [
    ["films", String(model.films.name.length), `with annotated vertebrae${failed ? `; no run could start on ${failed} of them` : ""}`],
    ["names", sharesOf(all), `of all ${counted(all ? all.count : 0, "annotated vertebra", "annotated vertebrae")}; a missed one counts as unnamed`],
    .../** @type {Figure[]} */ (anchored ? [["names, end in view", sharesOf(anchored), "of the vertebrae on films that show C2 or S1, from which names are counted"]] : []),
    ...maskFigures(model, limit),
    ...overlapFigures(model),
  ];
}

/** @param {Names} names */
function sharesOf(names) {
  if (!names) return "–";
  return `${names.named.toFixed(1)} % right, ${names.misnamed.toFixed(1)} % wrong, ${names.unnamed.toFixed(1)} % unnamed`;
}

/** @param {Model} model @param {number} limit @returns {Figure[]} */
function maskFigures(model, limit) {
  const { masks, judged } = extraFigures(model, limit);
  const sum = (/** @type {"doubled" | "merged" | "wrong"} */ column) => String(model.films[column].reduce((total, value) => total + value, 0));
  const shifted = model.films.shift.filter((value) => value !== null && value !== 0).length;
  return [
    judged ? ["false masks", String(masks), `masks on no vertebra, ${(masks / judged).toFixed(2)} per film`]
      : ["false masks", "not counted", "only where every visible vertebra is annotated can a mask be called false"],
    ["doubled masks", sum("doubled"), "second masks of one vertebra, with a Dice above 0.40"],
    ["masks over two", sum("merged"), "masks that cover two vertebrae at once"],
    ["misnamed masks", sum("wrong"), "masks with a name other than that of the vertebra under them"],
    ["shifted films", String(shifted), "films on which most names lie too high or too low by the same number of levels"],
  ];
}

/** @param {Model} model @returns {Figure[]} */
function overlapFigures({ data: { panoptic } }) {
  if (!panoptic) return [];
  const [pq, sq, rq] = [panoptic.pq, panoptic.sq, panoptic.rq].map((value) => value.toFixed(3));
  return [["panoptic quality", pq, `PQ, the product of how well matched masks fit (SQ ${sq}) and how few are missed or false (RQ ${rq}); an IoU above 0.50 matches`]];
}

/** @param {{name: string, why: string}[]} skipped */
function skippedList(skipped) {
  return html("details", {}, html("summary", {}, `${counted(skipped.length, "film or label", "films and labels")} left out`),
    html("ul", {}, skipped.slice(0, 50).map((one) => html("li", {}, `${one.name}: ${one.why}`))));
}
