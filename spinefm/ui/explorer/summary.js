// @ts-check
// The figures of an evaluation as a list: what each is called, its value, and one line that explains it.

import { html } from "../shared/dom.js";
import { counted } from "../shared/numbers.js";
import { extraFigures, filmsOf, nameFigures } from "./model.js";
import { choosesVertebrae } from "./state.js";

/** @typedef {import("./types").Model} Model */
/** @typedef {import("./types").View} View */
/** @typedef {ReturnType<typeof nameFigures>["all"]} Names */
/** @typedef {[string, string, string]} Figure name, value and explanation */

/** @param {Element} node @param {View} view */
export function drawSummary(node, view) {
  const { model, state } = view;
  const { skipped } = model.data;
  const films = filmsOf(view);
  const shown = figuresOf(model, state.limit, films).map(([name, value, means]) =>
    html("div", {}, html("dt", {}, name), html("dd", {}, html("strong", {}, value), " ", html("span", {}, means))));
  node.replaceChildren(scopeLine(view, films), html("dl", {}, shown), ...(skipped.length ? [skippedList(skipped)] : []));
}

/** What speaks against the labels of the films, above everything else. @param {Element} node @param {View} view */
export function drawRemarks(node, { model }) {
  node.replaceChildren(...model.data.remarks.map((text) => html("p", { class: "ex-remark" }, text)));
}

/** Which films and vertebrae the figures count, where filters are on: figures of the vertebrae that were chosen by their
 * result would follow from the choice. @param {View} view @param {number[]} films */
function scopeLine({ model, state }, films) {
  const all = model.films.name.length;
  const scope = films.length < all ? `the ${films.length} of ${counted(all, "film")} that pass the filters` : `all ${counted(all, "film")}`;
  const text = `The figures and the table of levels are of every annotated vertebra on ${scope}.`;
  const more = " Filters by level or by result choose what is listed and what the bars count.";
  const chosen = choosesVertebrae(state);
  return html("p", { class: "ex-scope", hidden: films.length === all && !chosen }, text, chosen ? more : "");
}

/** @param {Model} model @param {number} limit @param {number[]} films that count @returns {Figure[]} */
function figuresOf(model, limit, films) {
  const { all, anchored } = nameFigures(model, limit, films);
  const failed = films.filter((film) => model.films.failure[film]).length;
  const vertebrae = all && all.count === 1 ? "the one annotated vertebra" : `all ${all ? all.count : 0} annotated vertebrae`;
  /** @type {Figure} */
  const counts = ["films", String(films.length), `with annotated vertebrae${failed ? `; no run could start on ${failed} of them` : ""}`];
  if (!films.length) return [counts];
  return [
    counts,
    ["names", sharesOf(all), `of ${vertebrae}; a missed one counts as unnamed`],
    .../** @type {Figure[]} */ (anchored ? [["names, end in view", sharesOf(anchored), "of the vertebrae on films that show C2 or S1, from which names are counted"]] : []),
    ...maskFigures(model, limit, films),
    ...overlapFigures(model, films),
  ];
}

/** @param {Names} names */
function sharesOf(names) {
  if (!names) return "–";
  return `${names.named.toFixed(1)} % right, ${names.misnamed.toFixed(1)} % wrong, ${names.unnamed.toFixed(1)} % unnamed`;
}

/** @param {Model} model @param {number} limit @param {number[]} films that count @returns {Figure[]} */
function maskFigures(model, limit, films) {
  const { masks, judged } = extraFigures(model, limit, films);
  const sum = (/** @type {"doubled" | "merged" | "wrong"} */ column) => films.reduce((total, film) => total + model.films[column][film], 0);
  const shifted = films.filter((film) => model.films.shift[film]).length;
  return [
    judged ? figure("false masks", masks, "mask", "masks", `on no vertebra, ${(masks / judged).toFixed(2)} per film`)
      : ["false masks", "not counted", "only where every visible vertebra is annotated can a mask be called false"],
    figure("doubled masks", sum("doubled"), "mask", "masks", "on a vertebra that has another mask, with a Dice above 0.40"),
    figure("masks over two", sum("merged"), "mask that covers", "masks that cover", "two vertebrae at once"),
    figure("misnamed masks", sum("wrong"), "mask", "masks", "with a name other than that of the vertebra under it, or on no vertebra; “wrong” counts annotated vertebrae alone"),
    figure("shifted films", shifted, "film", "films", "on which most names lie too high or too low by the same number of levels"),
  ];
}

/** @param {string} name @param {number} value @param {string} one what one is called @param {string} many @param {string} means @returns {Figure} */
function figure(name, value, one, many, means) {
  return [name, String(value), `${value === 1 ? one : many} ${means}`];
}

/** The server computes it of all films. @param {Model} model @param {number[]} films that count @returns {Figure[]} */
function overlapFigures({ data: { panoptic }, films: { name } }, films) {
  if (!panoptic) return [];
  if (films.length < name.length) return [["panoptic quality", "not shown", "it is known of all films together only: clear the filters"]];
  const [pq, sq, rq] = [panoptic.pq, panoptic.sq, panoptic.rq].map((value) => value.toFixed(3));
  return [["panoptic quality", pq, `PQ, the product of how well matched masks fit (SQ ${sq}) and how few are missed or false (RQ ${rq}); an IoU above 0.50 matches`]];
}

/** @param {{name: string, why: string}[]} skipped */
function skippedList(skipped) {
  return html("details", {}, html("summary", {}, `${counted(skipped.length, "film or label", "films and labels")} left out`),
    html("ul", {}, skipped.slice(0, 50).map((one) => html("li", {}, `${one.name}: ${one.why}`))));
}
