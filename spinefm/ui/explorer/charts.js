// @ts-check
// The table of levels, beside the published figures where they are of the same films, and bars that filter when clicked.

import { html } from "../shared/dom.js";
import { counted } from "../shared/numbers.js";
import { filmsOf, levelFigures, passing } from "./model.js";
import { inWords } from "./words.js";

/** @typedef {import("./types").View} View */
/** @typedef {import("./types").Act} Act */
/** @typedef {import("./types").Bar} Bar */
/** @typedef {import("./types").Figures} Figures */

const DICE_BINS = 20;
const DISTANCE_BINS = [0, 0.5, 1, 1.5, 2, 3, 4, 6, 10, 1e6];

/** @param {number | null | undefined} value @param {number} digits */
function fixed(value, digits) {
  return value === null || value === undefined || Number.isNaN(value) ? "–" : value.toFixed(digits);
}

/** A Dice as the papers print it, without the nought. @param {number | null | undefined} value */
function share(value) {
  return fixed(value, 3).replace(/^0\./, ".");
}

/** @param {Element} node @param {View} view @param {Act} act */
export function drawLevels(node, view, act) {
  const { model, state } = view;
  const published = model.data.published;
  const source = model.data.source;
  const head = html("thead", {},
    html("tr", { class: "over" }, html("td", { colspan: 9 }, `Dice above ${state.limit.toFixed(2)} identifies`), source ? html("td", { colspan: 3, class: "beside" }, `SpineFM on ${source}`) : null),
    html("tr", {}, ["level", "n", "ident. %", "located", "overall", "right %", "wrong %", "unn. %", "worst 10 %"].map((text) => html("th", { scope: "col" }, text)),
      (source ? ["ident. %", "located", "overall"] : []).map((text) => html("th", { scope: "col", class: "beside" }, text))));
  const body = html("tbody", {}, figuresAt(view).map((row) => levelRow(row, published[row.level], view, act)));
  node.replaceChildren(html("table", { class: "ex-table" }, head, body));
}

/** Computed again for another run, another limit or other films only. @param {View} view */
function figuresAt(view) {
  const { model, state } = view;
  const films = filmsOf(view);
  const known = view.figures;
  if (known && known.model === model && known.limit === state.limit && known.films === String(films)) return known.rows;
  view.figures = { model, limit: state.limit, films: String(films), rows: levelFigures(model, state.limit, films) };
  return view.figures.rows;
}

/** @param {Figures} row @param {import("./types").Columns["published"][string] | undefined} beside @param {View} view @param {Act} act */
function levelRow(row, beside, view, act) {
  const chosen = view.state.levels.includes(row.level);
  const label = row.level.startsWith("all") ? html("span", {}, row.level === "all" ? "all" : "outlinable")
    : html("button", { type: "button", "data-level": row.level, "aria-pressed": String(chosen), title: `Only ${row.level}`, onclick: () => act.toggleLevel(row.level) },
      html("i", { class: "ex-swatch", style: `background:${view.model.data.colours[row.level] || "#888"}` }), row.level);
  const cells = [row.count, fixed(row.identified, 1), share(row.located), share(row.overall), fixed(row.named, 1), fixed(row.misnamed, 1), fixed(row.unnamed, 1), share(row.worst)];
  const known = beside ? [fixed(beside.identified, 1), share(beside.located_dsc), share(beside.overall_dsc)] : view.model.data.source ? ["–", "–", "–"] : [];
  return html("tr", { class: chosen ? "chosen" : null, "data-row": row.level }, html("th", { scope: "row" }, label),
    cells.map((text) => html("td", {}, String(text))), known.map((text) => html("td", { class: "beside" }, text)));
}

/** Each histogram counts what passes all other filters, so that its own bars stay to be chosen from.
 * @param {Element} root @param {View} view @param {Act} act */
export function drawHistograms(root, view, act) {
  const place = (/** @type {string} */ name) => /** @type {Element} */ (root.querySelector(`[data-bars="${name}"]`));
  drawColumns(place("dice"), "Dice", diceBars(view), (bar) => act.setRange("dice", bar.range));
  drawColumns(place("distance"), "ASSD, px", distanceBars(view), (bar) => act.setRange("distance", bar.range));
  drawLines(place("stop"), "why the induction ended", stopBars(view), (bar) => act.setStop(bar.label), "end");
}

/** @param {View} view @param {"dice" | "distance"} name @param {number[]} edges @param {(i: number) => number | null} value
 * @param {(low: number, high: number) => string} label @returns {Bar[]} */
function binned(view, name, edges, value, label) {
  const counts = new Array(edges.length - 1).fill(0);
  for (const i of passing(view, name).flatMap(({ rows }) => rows)) {
    const stored = value(i);
    if (stored !== null) counts[binOf(stored, edges)] += 1;
  }
  const chosen = view.state[name];
  return counts.map((count, k) => ({
    count, label: label(edges[k], edges[k + 1]), range: [edges[k], edges[k + 1]],
    on: chosen ? edges[k] >= chosen[0] - 1e-9 && edges[k + 1] <= chosen[1] + 1e-9 : null,
  }));
}

/** The bin of a value; the first and the last take what lies beyond them. @param {number} value @param {number[]} edges */
function binOf(value, edges) {
  const above = edges.findIndex((edge) => value < edge);
  return above < 0 ? edges.length - 2 : Math.max(0, above - 1);
}

/** @param {View} view */
function diceBars(view) {
  const edges = Array.from({ length: DICE_BINS + 1 }, (_, k) => k / DICE_BINS);
  return binned(view, "dice", edges, view.model.dice, (low, high) => `Dice ${low.toFixed(2)} to ${high.toFixed(2)}`);
}

/** @param {View} view */
function distanceBars(view) {
  const value = (/** @type {number} */ i) => {
    const stored = view.model.rows.assd[i];
    return stored === null ? null : stored / 100;
  };
  return binned(view, "distance", DISTANCE_BINS, value, (low, high) => (high > 1e5 ? `over ${low} px` : `${low} to ${high} px`));
}

/** How many ends each reason has: a film ends upwards and downwards. @param {View} view @returns {Bar[]} */
function stopBars(view) {
  const counts = new Map();
  for (const { film } of passing(view, "stop")) {
    for (const reason of view.model.stops(film)) counts.set(reason, (counts.get(reason) || 0) + 1);
  }
  const { stop } = view.state;
  const words = (/** @type {string} */ reason) => inWords(view.model.data.stop_words, reason);
  return [...counts].sort((a, b) => b[1] - a[1]).map(([label, count]) => ({ label, words: words(label), count, range: [0, 0], on: stop ? stop === label : null }));
}

/** A histogram: columns, with the ends of the axis. @param {Element} node @param {string} title @param {Bar[]} bars @param {(bar: Bar) => void} choose */
function drawColumns(node, title, bars, choose) {
  const scale = scaleOf(bars);
  const parts = bars.map((bar) => barButton(bar, choose, { "aria-label": wordsOf(bar) }, html("i", { style: `height:${scale(bar.count)}%` })));
  const ends = html("div", { class: "ex-ends" }, html("span", {}, String(bars[0].range[0])), html("span", {}, lastEdge(bars)));
  node.replaceChildren(headOf(title, bars), html("div", { class: "ex-plot" }, parts), ends);
}

/** Bars with names, one below the other. @param {Element} node @param {string} title @param {Bar[]} bars @param {(bar: Bar) => void} choose @param {string} [unit] what they count */
export function drawLines(node, title, bars, choose, unit = "") {
  const scale = scaleOf(bars);
  const parts = bars.map((bar) => barButton(bar, choose, {}, [html("span", { class: "name" }, bar.words || bar.label), " ", html("b", {}, String(bar.count)), html("i", { style: `width:${scale(bar.count)}%` })]));
  node.classList.add("across");
  node.replaceChildren(headOf(title, bars, unit), html("div", { class: "ex-plot" }, parts));
}

/** Per cent of the longest bar; what is there is never too short to be seen. @param {Bar[]} bars */
function scaleOf(bars) {
  const most = Math.max(1, ...bars.map((bar) => bar.count));
  return (/** @type {number} */ count) => (count ? Math.max(4, (100 * count) / most) : 0);
}

/** @param {string} title @param {Bar[]} bars @param {string} [unit] */
function headOf(title, bars, unit = "") {
  const sum = bars.reduce((all, bar) => all + bar.count, 0);
  return html("h2", {}, title, html("span", {}, unit ? counted(sum, unit) : String(sum)));
}

/** @param {Bar} bar */
function wordsOf(bar) {
  return `${bar.words || bar.label}: ${bar.count}`;
}

/** @param {Bar} bar @param {(bar: Bar) => void} choose @param {Record<string, string>} more attributes @param {any} content */
function barButton(bar, choose, more, content) {
  return html("button", { type: "button", title: wordsOf(bar), ...more, "data-bar": bar.label, class: bar.on === false ? "off" : null,
    "aria-pressed": String(bar.on === true), onclick: () => choose(bar) }, content);
}

/** @param {Bar[]} bars */
function lastEdge(bars) {
  const [low, high] = bars[bars.length - 1].range;
  return high > 1e5 ? `> ${low}` : String(high);
}
