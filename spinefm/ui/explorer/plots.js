// @ts-check
// Charts as SVG in screen pixels: points with axes, and a histogram from which a range is dragged.

import { html, svg } from "../shared/dom.js";
import { clean, closest, linear, ordered, ticksOf } from "./scales.js";

/** @typedef {import("./types").Range} Range */
/** @typedef {import("./scales.js").Scale} Scale */
/** @typedef {{x: number, y: number, tone: string, words: string, open(): void}} PlotPoint in values; tones are classes */
/** @typedef {{title: string, words: string, x: Range, y: Range, xLabel: string, yLabel: string, points: PlotPoint[], lines: PlotLine[], equal?: boolean}} Plot */
/** @typedef {{from: [number, number], to: [number, number], tone: string, words?: string}} PlotLine in values */
/** @typedef {{title: string, words: string, edges: number[], counts: number[], span: Range | null, band: [number | null, number | null] | null, bandWords: string, pick: ((span: Range | null) => void) | null}} Histogram without `pick` nothing is chosen */

const FALLBACK = 420;
const REACH = 14;
/** The sign for an end that is open. */
const OPEN_END = 1e6;
const LEFT = 46;
const BOTTOM = 36;
const TONES = ["faint", "doubtful", "sure"];

/** @param {Element} node */
function widthOf(node) {
  return Math.max(240, node.clientWidth || FALLBACK);
}

/** Draws points that can be clicked, or gone through with the arrow keys and opened with Enter. @param {HTMLElement} node @param {Plot} plot */
export function drawPlot(node, plot) {
  const width = widthOf(node);
  const height = Math.round(Math.min(320, Math.max(220, width * 0.62)));
  const x = linear(plot.x, [LEFT, width - 10]);
  const y = linear(plot.y, [height - BOTTOM, 8]);
  const spots = plot.points.map((point) => ({ x: x.at(point.x), y: y.at(point.y) }));
  const picture = svg("svg", { class: "ex-chart", width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" },
    axes(x, y, width, height, plot.xLabel, plot.yLabel),
    plot.lines.map((line) => lineOf(line, x, y, width)),
    TONES.map((tone) => svg("path", { class: `ex-points ${tone}`, d: dots(spots.filter((_, k) => plot.points[k].tone === tone)) })),
    svg("path", { class: "ex-points hole", d: dots(spots.filter((_, k) => plot.points[k].tone === "doubtful")) }),
    svg("circle", { class: "ex-pointed", r: 6, cx: -20, cy: -20 }));
  const stage = html("div", { class: "ex-stage" }, picture);
  const readout = html("p", { class: "ex-readout" }, plot.points.length ? "" : "Nothing to show.");
  node.replaceChildren(html("h2", {}, plot.title), stage, readout);
  if (plot.points.length) steer(stage, readout, plot, spots);
}

/** One path for all points of a kind: thousands of them stay one element. @param {{x: number, y: number}[]} spots */
function dots(spots) {
  return spots.map(({ x, y }) => `M${x.toFixed(1)} ${y.toFixed(1)}h0`).join("");
}

/** @param {PlotLine} line @param {Scale} x @param {Scale} y @param {number} width */
function lineOf({ from, to, tone, words }, x, y, width) {
  const [x1, y1, x2, y2] = [x.at(from[0]), y.at(from[1]), x.at(to[0]), y.at(to[1])];
  return [svg("line", { class: `ex-rule ${tone}`, x1, y1, x2, y2 }),
    words ? svg("text", { class: "ex-rule-words", x: width - 12, y: y2 - 4, "text-anchor": "end" }, words) : null];
}

/** @param {Scale} x @param {Scale} y @param {number} width @param {number} height @param {string} xLabel @param {string} yLabel */
function axes(x, y, width, height, xLabel, yLabel) {
  const foot = height - BOTTOM;
  const middle = (foot + 8) / 2;
  return svg("g", { class: "ex-axes" },
    ticksOf(x.domain, Math.max(3, width / 70)).map((value) => [
      svg("line", { x1: x.at(value), x2: x.at(value), y1: 8, y2: foot }), svg("text", { x: x.at(value), y: foot + 15, "text-anchor": "middle" }, minus(value))]),
    ticksOf(y.domain, 6).map((value) => [
      svg("line", { x1: LEFT, x2: width - 10, y1: y.at(value), y2: y.at(value) }), svg("text", { x: LEFT - 6, y: y.at(value) + 4, "text-anchor": "end" }, minus(value))]),
    svg("text", { class: "ex-axis-label", x: (LEFT + width) / 2, y: height - 4, "text-anchor": "middle" }, xLabel),
    yLabel ? svg("text", { class: "ex-axis-label", x: 11, y: middle, "text-anchor": "middle", transform: `rotate(-90 11 ${middle})` }, yLabel) : null);
}

/** @param {number} value */
function minus(value) {
  return String(value).replace("-", "−");
}

/** Mouse and keys over the points, which the keys go through from left to right.
 * @param {HTMLElement} stage @param {HTMLElement} readout @param {Plot} plot @param {{x: number, y: number}[]} spots */
function steer(stage, readout, plot, spots) {
  const order = spots.map((_, k) => k).sort((a, b) => spots[a].x - spots[b].x || spots[a].y - spots[b].y);
  const ring = /** @type {Element} */ (stage.querySelector(".ex-pointed"));
  let place = 0;
  const show = (/** @type {number} */ k) => {
    place = order.indexOf(k);
    ring.setAttribute("cx", String(spots[k].x));
    ring.setAttribute("cy", String(spots[k].y));
    readout.textContent = plot.points[k].words;
    stage.setAttribute("aria-valuenow", String(place + 1));
    stage.setAttribute("aria-valuetext", plot.points[k].words);
  };
  const at = (/** @type {MouseEvent} */ event) => {
    const box = stage.getBoundingClientRect();
    return closest(spots, event.clientX - box.left, event.clientY - box.top, REACH);
  };
  for (const [name, value] of Object.entries({ role: "slider", tabindex: 0, "aria-label": `${plot.title}: ${plot.words}`, "aria-valuemin": 1, "aria-valuemax": order.length, "aria-valuenow": 1, "aria-valuetext": plot.points[order[0]].words })) stage.setAttribute(name, String(value));
  stage.addEventListener("pointermove", (event) => { const k = at(event); stage.classList.toggle("hit", k >= 0); if (k >= 0) show(k); });
  stage.addEventListener("click", (event) => { const k = at(event); if (k >= 0) plot.points[k].open(); });
  stage.addEventListener("focus", () => { if (stage.matches(":focus-visible")) show(order[place]); });
  stage.addEventListener("keydown", (event) => {
    const next = stepped(event.key, place, order.length);
    if (next === null) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Enter") plot.points[order[place]].open();
    else show(order[next]);
  });
}

/** Where a key leads in a list; null for a key of no meaning here. @param {string} key @param {number} place @param {number} count @returns {number | null} */
export function stepped(key, place, count) {
  /** @type {Record<string, number>} */
  const places = { ArrowLeft: place - 1, ArrowDown: place - 1, ArrowRight: place + 1, ArrowUp: place + 1, PageDown: place - 10, PageUp: place + 10, Home: 0, End: count - 1, Enter: place };
  return Object.hasOwn(places, key) ? Math.min(count - 1, Math.max(0, places[key])) : null;
}

/** Draws a histogram; dragging over it, or a click on a bar, picks a range. @param {HTMLElement} node @param {Histogram} chart */
export function drawHistogram(node, chart) {
  const width = widthOf(node);
  const height = 150;
  const { edges, counts } = chart;
  const x = linear([edges[0], edges[edges.length - 1]], [LEFT, width - 10]);
  const y = linear([0, Math.max(1, ...counts)], [height - 22, 10]);
  const bars = counts.map((count, k) => svg("rect", { class: barTone(edges[k], edges[k + 1], chart.span), x: x.at(edges[k]) + 0.5, width: Math.max(1, x.at(edges[k + 1]) - x.at(edges[k]) - 1), y: y.at(count), height: y.at(0) - y.at(count) }));
  const drag = svg("rect", { class: "ex-drag", x: -1, y: 8, width: 0, height: height - 30 });
  const picture = svg("svg", { class: chart.pick ? "ex-chart ex-histogram" : "ex-chart", width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${chart.title}: ${chart.words}` },
    band(chart, x, height), ticksOf(y.domain, 3).filter(Number.isInteger).map((value) => svg("text", { class: "ex-tick", x: LEFT - 6, y: y.at(value) + 4, "text-anchor": "end" }, String(value))),
    bars, ticksOf(x.domain, Math.max(3, width / 70)).map((value) => svg("text", { class: "ex-tick", x: x.at(value), y: height - 6, "text-anchor": "middle" }, minus(value))), drag);
  node.replaceChildren(html("h2", {}, chart.title, chart.band ? html("span", { class: "ex-band-key" }, chart.bandWords) : null), picture);
  if (chart.pick) dragging(picture, drag, x, chart, chart.pick);
}

/** @param {number} low @param {number} high @param {Range | null} span */
export function barTone(low, high, span) {
  const middle = (low + high) / 2;
  if (!span) return "ex-bar";
  return middle >= span[0] && middle <= span[1] ? "ex-bar on" : "ex-bar off";
}

/** The reference range, where it is open to the end of the axis. @param {Histogram} chart @param {Scale} x @param {number} height */
function band({ band: range }, x, height) {
  if (!range) return null;
  const [low, high] = x.domain;
  const from = Math.min(high, Math.max(low, range[0] ?? low));
  const to = Math.max(low, Math.min(high, range[1] ?? high));
  return svg("rect", { class: "ex-band", x: x.at(from), width: Math.max(0, x.at(to) - x.at(from)), y: 8, height: height - 30 });
}

/** @param {SVGElement} picture @param {SVGElement} drag @param {Scale} x @param {Histogram} chart @param {(span: Range | null) => void} pick */
function dragging(picture, drag, x, chart, pick) {
  /** @type {number | null} */
  let start = null;
  const pixel = (/** @type {PointerEvent} */ event) => event.clientX - picture.getBoundingClientRect().left;
  const drawn = (/** @type {PointerEvent} */ event) => {
    const [from, to] = ordered(start ?? 0, pixel(event));
    drag.setAttribute("x", String(from));
    drag.setAttribute("width", String(to - from));
  };
  picture.addEventListener("pointerdown", (event) => { start = pixel(event); picture.setPointerCapture(event.pointerId); });
  picture.addEventListener("pointermove", (event) => { if (start !== null) drawn(event); });
  picture.addEventListener("pointercancel", () => { start = null; drag.setAttribute("width", "0"); });
  picture.addEventListener("pointerup", (event) => {
    if (start === null) return;
    const span = draggedSpan(x.back(start), x.back(pixel(event)), Math.abs(pixel(event) - start) < 4, chart.edges);
    start = null;
    pick(span && chart.span && span[0] === chart.span[0] && span[1] === chart.span[1] ? null : span);
  });
}

/** Writes an end of a range into its field, nothing where it is open; a field in which the reader types is left alone.
 * @param {HTMLInputElement} field @param {number | undefined} at */
export function showEnd(field, at) {
  if (document.activeElement === field) return;
  field.value = at === undefined || Math.abs(at) >= OPEN_END ? "" : String(clean(at));
}

/** The range that a drag from one value to another picks, to the edges of the bars it touches; a click picks one bar.
 * @param {number} from @param {number} to @param {boolean} click @param {number[]} edges @returns {Range | null} */
export function draggedSpan(from, to, click, edges) {
  const [low, high] = ordered(from, click ? from : to);
  if (high < edges[0] || low > edges[edges.length - 1]) return null;
  const first = Math.max(0, edges.filter((edge) => edge <= low).length - 1);
  const last = edges.findIndex((edge) => edge > high);
  const end = last < 0 ? edges.length - 1 : last;
  return [edges[Math.min(first, edges.length - 2)], edges[end]];
}
