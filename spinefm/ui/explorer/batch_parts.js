// @ts-check
// What a batch's view is drawn of: films as tiles or as a table, and a film's own values.

import { html, svg } from "../shared/dom.js";
import { counted } from "../shared/numbers.js";
import { inUnit } from "./agreement.js";
import { pathText } from "./paths.js";
import { inWords } from "./words.js";

/** @typedef {import("./types").BatchRow} BatchRow */
/** @typedef {import("./types").BatchFilm} BatchFilm */
/** @typedef {import("./types").MeasureKind} MeasureKind */
/** @typedef {{chosen: string, kind: MeasureKind | null, stopWords?: import("./types").Words, choose(film: string): void}} ListView */

/** What became of a film, in words: only what there is. @param {BatchRow} row */
export function rowWords(row) {
  if (row.status === "failed") return row.sentence || "failed";
  const doubtful = row.doubtful ? `, ${row.doubtful} doubtful` : "";
  return `${counted(row.vertebrae, "vertebra", "vertebrae")}${doubtful}`;
}

/** How a film's border looks. @param {BatchRow} row */
export function rowTone(row) {
  if (row.status === "failed") return "failed";
  return row.doubtful ? "some" : "sure";
}

/** The values of the chosen measure. @param {BatchRow} row @param {MeasureKind | null} kind @param {number} [most] */
export function valueWords(row, kind, most = 3) {
  if (!kind || !row.values.length) return "";
  const more = row.values.length > most ? " …" : "";
  return row.values.slice(0, most).map((value) => inUnit(value, kind.unit)).join(", ") + more;
}

/** Draws the films as tiles, whose pictures follow as they are seen. @param {Element} node @param {BatchRow[]} rows @param {ListView} view @param {(film: string, isWanted: () => boolean) => Promise<BatchFilm | null>} look */
export function drawTiles(node, rows, view, look) {
  const tiles = rows.map((row) => tileOf(row, view));
  node.replaceChildren(...tiles);
  const seen = new IntersectionObserver((entries) => {
    for (const { target } of entries.filter((one) => one.isIntersecting)) {
      seen.unobserve(target);
      fillTile(/** @type {HTMLElement} */ (target), look);
    }
  }, { rootMargin: "100px" });
  for (const tile of tiles) seen.observe(tile);
}

/** @param {BatchRow} row @param {ListView} view */
function tileOf(row, view) {
  const value = valueWords(row, view.kind);
  return html("button", { type: "button", class: `ex-tile ${rowTone(row)}`, "data-film": row.id, "data-chosen": String(view.chosen === row.id), "aria-pressed": String(view.chosen === row.id), onclick: () => view.choose(row.id) },
    svg("svg", { class: "ex-thumb", "aria-hidden": "true" }),
    html("span", { class: "ex-tile-head" }, html("strong", {}, row.name)),
    html("span", { class: "note", title: row.sentence || null }, rowWords(row)),
    value ? html("span", {}, value) : null);
}

/** @param {HTMLElement} tile @param {(film: string, isWanted: () => boolean) => Promise<BatchFilm | null>} look */
async function fillTile(tile, look) {
  const film = await look(tile.dataset.film || "", () => tile.isConnected);
  const picture = tile.querySelector("svg");
  if (!film || !tile.isConnected || film.error || !picture) return;
  const { width, height, url } = film;
  picture.setAttribute("viewBox", `-0.5 -0.5 ${width} ${height}`);
  const image = url ? [svg("image", { href: url, x: -0.5, y: -0.5, width, height, preserveAspectRatio: "none" })] : [];
  picture.replaceChildren(...image, ...film.drawing.masks.map((mask) => svg("path", { class: mask.doubtful ? "doubtful" : "", d: pathText(mask.outline) })));
}

/** @param {Element} node @param {BatchRow[]} rows @param {ListView} view */
export function drawTable(node, rows, view) {
  const heads = ["film", "vertebrae", "view", "counted from", "upwards until", "downwards until", ...(view.kind ? [view.kind.title] : [])];
  node.replaceChildren(html("table", { class: "ex-batch-table" },
    html("thead", {}, html("tr", {}, heads.map((text, k) => html("th", { scope: "col", class: k > 1 && k < 6 ? "wide" : null }, text)))),
    html("tbody", {}, rows.map((row) => tableRow(row, view)))));
}

/** @param {BatchRow} row @param {ListView} view */
function tableRow(row, view) {
  const words = row.status === "failed" ? html("span", { class: "failed" }, rowWords(row)) : rowWords(row).replace(" vertebrae", "");
  return html("tr", { "data-film": row.id, "data-chosen": String(view.chosen === row.id) },
    html("td", {}, html("button", { type: "button", "aria-pressed": String(view.chosen === row.id), onclick: () => view.choose(row.id) }, row.name)), html("td", {}, words),
    [row.view, row.anchor, ...[row.stop_up, row.stop_down].map((stop) => inWords(view.stopWords, stop))].map((text) => html("td", { class: "wide" }, text || "–")),
    view.kind ? html("td", {}, valueWords(row, view.kind) || "–") : null);
}

/** @param {Element} node @param {string[][]} facts */
export function drawFacts(node, facts) {
  node.replaceChildren(...facts.map(([name, value]) => html("div", {}, html("dt", {}, name), html("dd", {}, value))));
}

/** @param {Element} node @param {import("./types").FilmMeasure[]} measures */
export function drawFilmMeasures(node, measures) {
  const cell = (/** @type {import("./types").FilmMeasure} */ one) => (one.value === null ? one.why_not || "–" : `${inUnit(one.value, one.unit)} ± ${inUnit(one.plus_minus, one.unit)}${one.doubt ? `, doubtful: ${one.doubt}` : ""}`);
  const rows = measures.map((one) => html("tr", {}, html("th", { scope: "row" }, one.title), html("td", {}, cell(one))));
  node.replaceChildren(rows.length ? html("table", {}, html("tbody", {}, rows)) : "");
}
