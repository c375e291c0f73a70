// The table of levels, beside the published figures where they are of the same films, and bars that filter when clicked.

import { html } from "../shared/dom.js";
import { casesOf, extraFigures, levelFigures, nameFigures } from "./model.js";

const DICE_BINS = 20;
const DISTANCE_BINS = [0, 0.5, 1, 1.5, 2, 3, 4, 6, 10, 1e6];

function fixed(value, digits) {
  return value === null || value === undefined || Number.isNaN(value) ? "–" : value.toFixed(digits);
}

// A Dice as the papers print it, without the nought.
function share(value) {
  return fixed(value, 3).replace(/^0\./, ".");
}

export function drawSummary(node, view) {
  const { model, state } = view;
  const { masks, judged } = extraFigures(model, state.limit);
  const sum = (column) => model.films[column].reduce((total, value) => total + value, 0);
  const shifted = model.films.shift.filter((value) => value !== null && value !== 0).length;
  const perFilm = judged ? `${(masks / judged).toFixed(2)} per film` : "not judged: the truth is not complete";
  const failed = model.films.failure.filter(Boolean).length;
  const pq = model.data.panoptic;
  node.replaceChildren(
    html("strong", {}, `${model.films.name.length} films`),
    ` · ${masks} false masks (${perFilm}) · ${sum("doubled")} doubled · ${sum("merged")} over two bodies · ${sum("wrong")} wrong names (counted at a Dice above 0.40), shifted on ${shifted} films`,
    pq ? ` · PQ ${fixed(pq.pq, 3)} = SQ ${fixed(pq.sq, 3)} × RQ ${fixed(pq.rq, 3)} (IoU above 0.50)` : "",
    ` · ${namesText(nameFigures(model, state.limit))}`,
    failed ? ` · no run could start on ${failed}` : "",
    model.data.skipped.length ? html("details", {}, html("summary", {}, `${model.data.skipped.length} films and labels left out`),
      html("ul", {}, model.data.skipped.slice(0, 50).map((one) => html("li", {}, `${one.name}: ${one.why}`)))) : "",
  );
}

// Over all bodies first: where C2 or S1 is in view names are easy.
function namesText({ all, anchored }) {
  const shares = (one) => `${fixed(one.named, 1)} % right, ${fixed(one.misnamed, 1)} % wrong, ${fixed(one.unnamed, 1)} % unnamed`;
  if (!all) return "no body has a name";
  return `names of all ${all.count} bodies: ${shares(all)}${anchored ? `; given C2 or S1 in view: ${shares(anchored)}` : ""}`;
}

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

// Filters leave the table as it is: it is computed again for another run or limit only.
function figuresAt(view) {
  const { model, state, figures: known } = view;
  if (!known || known.model !== model || known.limit !== state.limit) {
    view.figures = { model, limit: state.limit, rows: levelFigures(model, state.limit) };
  }
  return view.figures.rows;
}

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

// Each histogram counts what passes all other filters, so that its own bars stay to be chosen from.
export function drawHistograms(root, view, act) {
  drawBars(root.querySelector('[data-bars="dice"]'), "Dice", diceBars(view), (bar) => act.setRange("dice", bar.range));
  drawBars(root.querySelector('[data-bars="distance"]'), "ASSD, px", distanceBars(view), (bar) => act.setRange("distance", bar.range));
  drawBars(root.querySelector('[data-bars="stop"]'), "why the induction ended", stopBars(view), (bar) => act.setStop(bar.label), true);
}

function binned(view, name, edges, value, label) {
  const counts = new Array(edges.length - 1).fill(0);
  for (const { rows } of casesOf(view, name)) {
    for (const i of rows) {
      const stored = value(i);
      if (stored === null) continue;
      let bin = edges.findIndex((edge) => stored < edge) - 1;
      if (bin < -1 || bin >= counts.length || stored >= edges[edges.length - 1]) bin = counts.length - 1;
      counts[Math.max(0, bin)] += 1;
    }
  }
  const chosen = view.state[name];
  return counts.map((count, k) => ({
    count, label: label(edges[k], edges[k + 1]), range: [edges[k], edges[k + 1]],
    on: chosen ? edges[k] >= chosen[0] - 1e-9 && edges[k + 1] <= chosen[1] + 1e-9 : null,
  }));
}

function diceBars(view) {
  const edges = Array.from({ length: DICE_BINS + 1 }, (_, k) => k / DICE_BINS);
  return binned(view, "dice", edges, view.model.dice, (low, high) => `Dice ${low.toFixed(2)} to ${high.toFixed(2)}`);
}

function distanceBars(view) {
  const value = (i) => (view.model.rows.assd[i] === null ? null : view.model.rows.assd[i] / 100);
  return binned(view, "distance", DISTANCE_BINS, value, (low, high) => (high > 1e5 ? `over ${low} px` : `${low} to ${high} px`));
}

function stopBars(view) {
  const counts = new Map();
  for (const { film } of casesOf(view, "stop")) {
    for (const reason of new Set(view.model.stops(film))) counts.set(reason, (counts.get(reason) || 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]).map(([label, count]) => ({ label, count, on: view.state.stop ? view.state.stop === label : null }));
}

function drawBars(node, title, bars, choose, across = false) {
  const most = Math.max(1, ...bars.map((bar) => bar.count));
  const scale = (count) => (count ? Math.max(4, (100 * count) / most) : 0);
  const parts = bars.map((bar) => html("button", {
    type: "button", title: `${bar.label}: ${bar.count}`, "aria-label": `${bar.label}: ${bar.count}`, "data-bar": bar.label,
    class: bar.on === false ? "off" : null, "aria-pressed": String(bar.on === true), onclick: () => choose(bar),
  }, across ? [html("span", { class: "name" }, bar.label), html("b", {}, String(bar.count)), html("i", { style: `width:${scale(bar.count)}%` })]
    : html("i", { style: `height:${scale(bar.count)}%` })));
  node.classList.toggle("across", across);
  const total = bars.reduce((sum, bar) => sum + bar.count, 0);
  node.replaceChildren(html("h4", {}, title, html("span", {}, `${total}`)), html("div", { class: "ex-plot" }, parts),
    across || !bars.length ? "" : html("div", { class: "ex-ends" }, html("span", {}, firstEdge(bars)), html("span", {}, lastEdge(bars))));
}

function firstEdge(bars) {
  return String(bars[0].range[0]);
}

function lastEdge(bars) {
  const [low, high] = bars[bars.length - 1].range;
  return high > 1e5 ? `> ${low}` : String(high);
}
