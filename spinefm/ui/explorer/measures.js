// @ts-check
// The view Measures: one measure of all films, truth against run, and a range of it that narrows the wall.

import { html } from "../shared/dom.js";
import { counted } from "../shared/numbers.js";
import { agreementOf, AXES, comparedRows, filmsWithin, inUnit, isWithin, quantity, rowsAt } from "./agreement.js";
import { passing } from "./model.js";
import { drawHistogram, drawPlot, showEnd } from "./plots.js";
import { binned, extentOfValues } from "./scales.js";

/** @typedef {import("./types").MeasureColumns} MeasureColumns */
/** @typedef {import("./types").Agreement} Agreement */
/** @typedef {import("./types").Range} Range */

const BINS = 28;
const OLD = "This older evaluation contains no measures: evaluate the films again to see them.";
const NONE = "No film of this evaluation has a measure.";

export class MeasurePanel {
  /** @param {import("./explorer.js").Explorer} explorer */
  constructor(explorer) {
    this.explorer = explorer;
    this.node = explorer.part(".ex-measures");
    /** The measure on show; null while none is loaded. @type {MeasureColumns | null} */
    this.columns = null;
    /** What was asked for last: evaluation and measure. */
    this.wanted = "";
    this.width = 0;
    for (const name of ["measure", "place", "axis"]) this.pick(name).addEventListener("change", () => this.chosen(name));
    for (const end of ["low", "high"]) this.end(end).addEventListener("change", () => this.typed());
    explorer.part("[data-span-clear]").addEventListener("click", () => explorer.update({ span: null }));
    new ResizeObserver(() => this.resized()).observe(this.node);
  }

  /** @param {string} name @returns {HTMLSelectElement} */
  pick(name) {
    return this.explorer.part(`[data-measure="${name}"]`);
  }

  /** @param {string} end @returns {HTMLInputElement} */
  end(end) {
    return this.explorer.part(`[data-span="${end}"]`);
  }

  /** Another measure or level has other values, so a range of the one before makes no sense. @param {string} name */
  chosen(name) {
    const more = name === "measure" ? { place: "" } : {};
    this.explorer.update({ [name]: this.pick(name).value, span: null, ...more });
  }

  typed() {
    const [low, high] = ["low", "high"].map((end) => this.end(end).value.trim());
    const span = low === "" && high === "" ? null : /** @type {Range} */ ([low === "" ? -1e6 : Number(low), high === "" ? 1e6 : Number(high)]);
    this.explorer.update({ span: span && span[0] > span[1] ? [span[1], span[0]] : span });
  }

  /** Before the list is drawn: loads the measure that is wanted, and says which films a range keeps. */
  prepare() {
    const { view } = this.explorer;
    const { state, model } = view;
    const kinds = model.data.measures || [];
    const kind = kinds.find((one) => one.key === state.measure) || kinds[0];
    const key = kind && (state.mode === "measures" || state.span) ? `${state.run}\n${kind.key}` : "";
    if (!kind || key !== this.wanted) this.columns = null;
    if (kind && key && key !== this.wanted) this.load(key, kind.key);
    this.wanted = key;
    if (kind && state.place && !kind.levels.includes(state.place)) state.place = "";
    view.within = this.columns ? filmsWithin(this.columns, state.place, state.axis, state.span) : null;
  }

  /** @param {string} wanted @param {string} key */
  async load(wanted, key) {
    const { explorer } = this;
    const columns = await explorer.ask.measure({ run: explorer.view.state.run, key });
    if (wanted !== this.wanted) return;
    if (columns.error) return explorer.say(columns.error);
    this.columns = columns;
    explorer.draw();
  }

  resized() {
    if (Math.abs(this.node.clientWidth - this.width) > 4 && !this.node.hidden) this.draw();
  }

  draw() {
    const { view } = this.explorer;
    this.width = this.node.clientWidth;
    this.node.hidden = view.state.mode !== "measures";
    if (this.node.hidden) return;
    const kinds = view.model.data.measures;
    const note = this.explorer.part(".ex-measure-note");
    note.textContent = kinds === null || kinds === undefined ? OLD : kinds.length ? "" : NONE;
    this.explorer.part(".ex-measure-body").hidden = !this.columns;
    for (const name of ["measure", "place", "axis"]) this.pick(name).disabled = !kinds?.length;
    if (kinds?.length) this.fill(kinds);
    if (this.columns) this.drawCharts(this.columns);
  }

  /** @param {import("./types").MeasureKind[]} kinds */
  fill(kinds) {
    const { state } = this.explorer.view;
    const kind = kinds.find((one) => one.key === state.measure) || kinds[0];
    const all = kind.levels.length > 1 ? [["", "all levels"]] : [];
    options(this.pick("measure"), kinds.map((one) => [one.key, one.title]), kind.key);
    options(this.pick("place"), [...all, ...kind.levels.map((level) => [level, level])], state.place);
    options(this.pick("axis"), Object.entries(AXES), state.axis);
  }

  /** @param {MeasureColumns} columns */
  drawCharts(columns) {
    const { view } = this.explorer;
    const { state } = view;
    const films = new Set(passing(view, "span").map((one) => one.film));
    const rows = rowsAt(columns, state.place, (film) => films.has(film));
    const figures = agreementOf(columns, rows);
    this.explorer.part(".ex-agreement").replaceChildren(...figuresList(figures, columns.unit));
    drawPlot(this.explorer.part('[data-chart="bland"]'), this.blandAltman(columns, rows, figures));
    drawPlot(this.explorer.part('[data-chart="scatter"]'), this.scatter(columns, rows));
    this.drawRange(columns, rows);
  }

  /** @param {MeasureColumns} columns @param {number[]} rows @param {(i: number) => [number, number]} place */
  points(columns, rows, place) {
    const { view, act } = this.explorer;
    const { span, axis } = view.state;
    return rows.map((i) => {
      const [x, y] = place(i);
      const tone = !isWithin(quantity(columns, axis, i), span) ? "faint" : columns.doubtful[i] ? "doubtful" : "sure";
      const film = columns.film[i];
      return { x, y, tone, words: wordsOf(columns, i, view.model.films.name[film]), open: () => act.choose(film) };
    });
  }

  /** @param {MeasureColumns} columns @param {number[]} rows @param {Agreement} figures @returns {import("./plots.js").Plot} */
  blandAltman(columns, rows, { bias, low, high }) {
    const { unit } = columns;
    const points = this.points(columns, comparedRows(columns, rows), (i) => [((columns.value[i] ?? 0) + (columns.true[i] ?? 0)) / 2, quantity(columns, "difference", i) ?? 0]);
    const x = extentOfValues(points.map((point) => point.x));
    const y = extentOfValues([...points.map((point) => point.y), 0, ...[low, high].filter((one) => one !== null)], 0.1);
    const across = (/** @type {number | null} */ value, /** @type {string} */ tone, /** @type {string} */ name) => (value === null ? []
      : [{ from: /** @type {Range} */ ([x[0], value]), to: /** @type {Range} */ ([x[1], value]), tone, words: `${name} ${inUnit(value, unit, true)}` }]);
    const lines = [...across(bias, "bias", "bias"), ...across(low, "limit", "limit"), ...across(high, "limit", "limit")];
    return { title: "Bland-Altman", words: `${counted(points.length, "point")}; bias ${inUnit(bias, unit, true)}, limits of agreement ${inUnit(low, unit, true)} to ${inUnit(high, unit, true)}`,
      x, y, xLabel: `mean of measured and truth, ${unit}`, yLabel: `measured − truth, ${unit}`, points, lines };
  }

  /** @param {MeasureColumns} columns @param {number[]} rows @returns {import("./plots.js").Plot} */
  scatter(columns, rows) {
    const points = this.points(columns, comparedRows(columns, rows), (i) => [columns.true[i] ?? 0, columns.value[i] ?? 0]);
    const both = extentOfValues(points.flatMap((point) => [point.x, point.y]));
    const line = { from: /** @type {Range} */ ([both[0], both[0]]), to: /** @type {Range} */ ([both[1], both[1]]), tone: "same" };
    return { title: "Truth against measured", words: `${counted(points.length, "point")}; the line is where both are the same`, x: both, y: both,
      xLabel: `truth, ${columns.unit}`, yLabel: `measured, ${columns.unit}`, points, lines: [line] };
  }

  /** @param {MeasureColumns} columns @param {number[]} rows */
  drawRange(columns, rows) {
    const { explorer } = this;
    const { state } = explorer.view;
    const values = rows.map((i) => quantity(columns, state.axis, i)).filter((value) => value !== null);
    const { edges, counts } = binned(values, BINS);
    const reference = state.axis === "value" || state.axis === "true" ? columns.references[state.place || (columns.levels.length === 1 ? columns.levels[0] : "")] : undefined;
    drawHistogram(explorer.part('[data-chart="histogram"]'), {
      title: `${AXES[state.axis]}, ${columns.unit}`, words: `${counted(values.length, "value")} between ${edges[0]} and ${edges[edges.length - 1]}`, edges, counts, span: state.span,
      band: reference ? [reference.low, reference.high] : null, bandWords: reference ? `reference range: ${rangeWords(reference, columns.unit)}` : "",
      pick: (span) => explorer.update({ span }),
    });
    explorer.part(".ex-reference").textContent = reference ? `Reference: ${reference.text}. ${reference.source}.` : "";
    ["low", "high"].forEach((end, k) => showEnd(this.end(end), state.span?.[k]));
    explorer.part("[data-span-clear]").hidden = !state.span;
  }
}

/** @param {import("./types").ReferenceRange} reference @param {string} unit */
function rangeWords({ low, high }, unit) {
  if (low === null) return `below ${inUnit(high, unit)}`;
  return high === null ? `above ${inUnit(low, unit)}` : `${inUnit(low, unit)} to ${inUnit(high, unit)}`;
}

/** @param {MeasureColumns} columns @param {number} i @param {string} film */
function wordsOf(columns, i, film) {
  const { unit } = columns;
  const doubt = columns.doubtful[i] ? ", doubtful" : "";
  return `${film}, ${columns.levels[columns.level[i]]}: truth ${inUnit(columns.true[i], unit)}, measured ${inUnit(columns.value[i], unit)} ± ${inUnit(columns.half[i], unit)}${doubt}`;
}

/** @param {Agreement} figures @param {string} unit */
function figuresList(figures, unit) {
  const share = (/** @type {number | null} */ value) => (value === null ? "–" : `${value.toFixed(1)} %`);
  /** @type {[string, string, string][]} */
  const parts = [
    ["n", `${figures.count} on ${counted(figures.films, "film")}`, "values given without a doubt whose truth is known"],
    ["bias", inUnit(figures.bias, unit, true), "mean of measured − truth"],
    ["limits of agreement", `${inUnit(figures.low, unit, true)} to ${inUnit(figures.high, unit, true)}`, "bias ± 1.96 standard deviations"],
    ["mean absolute error", inUnit(figures.mae, unit), "median " + inUnit(figures.median, unit)],
    ["truth within ±", share(figures.within), "95 % are expected"],
    ["not measurable", share(figures.notMeasurable), "a body was found, but the measure was not sure enough"],
    ["not found", share(figures.notFound), "one of the bodies was not found"],
    ["doubtful", share(figures.doubtful), "hollow points; not in the figures on the left"],
  ];
  return parts.map(([name, value, title]) => html("div", { title }, html("dt", {}, name), html("dd", {}, value)));
}

/** @param {HTMLSelectElement} list @param {string[][]} pairs @param {string} value */
function options(list, pairs, value) {
  const same = list.options.length === pairs.length && pairs.every(([key, text], k) => list.options[k].value === key && list.options[k].text === text);
  if (!same) list.replaceChildren(...pairs.map(([key, text]) => html("option", { value: key }, text)));
  list.value = value;
  if (list.selectedIndex < 0) list.selectedIndex = 0;
}
