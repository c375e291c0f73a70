// @ts-check
// The wall: each film as a picture with its outlines, in the order of the list; a border in the colour of its score.

import { html, svg } from "../shared/dom.js";
import { rowsOf } from "./model.js";
import { pathText } from "./paths.js";

/** @typedef {import("./types").Model} Model */
/** @typedef {import("./types").View} View */
/** @typedef {import("./types").Act} Act */
/** @typedef {import("./types").Status} Status */

/** @type {Record<Status, string>} */
const TONES = { right: "right", misnamed: "wrong", unnamed: "unnamed", missed: "unnamed", false: "extra", doubled: "extra" };
const WORST_SCORE = 0.4;

/** Right, wrong and unnamed have one colour each, everywhere. @param {Status} status */
export function toneOf(status) {
  return TONES[status];
}

/** How the border of a film with a mean overall Dice is mixed: 0 is the worst colour, 100 the best. @param {number} mean */
export function scoreShare(mean) {
  return Math.round(100 * Math.min(1, Math.max(0, (mean - WORST_SCORE) / (1 - WORST_SCORE))));
}

/** @param {Element} node @param {View} view @param {Act} act @param {number} shown */
export function drawWall(node, view, act, shown) {
  const tiles = view.cases.slice(0, shown).map((one) => tileOf(one, view, act));
  node.replaceChildren(...tiles);
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries.filter((one) => one.isIntersecting)) {
      seen.unobserve(entry.target);
      fillTile(/** @type {HTMLElement} */ (entry.target), view, act);
    }
  }, { rootMargin: "200px" });
  for (const tile of tiles) seen.observe(tile);
}

/** @param {import("./types").Case} one @param {View} view @param {Act} act */
function tileOf(one, view, act) {
  const { model, state } = view;
  const name = model.films.name[one.film];
  const { mean } = one;
  const border = mean === null ? "" : `border-color: color-mix(in oklab, var(--good) ${scoreShare(mean)}%, var(--bad))`;
  const verdict = view.verdicts[name];
  return html("button", { type: "button", class: "ex-tile", style: border, "data-film": name, "data-chosen": String(state.case === name), "aria-pressed": String(state.case === name), onclick: () => act.choose(one.film) },
    svg("svg", { class: "ex-thumb", "aria-hidden": "true" }),
    html("span", { class: "ex-tile-head" }, html("strong", {}, name), html("b", { title: `mean overall Dice${state.levels.length ? " of the chosen levels" : ""}` }, mean === null ? "–" : mean.toFixed(2))),
    html("span", { class: "note" }, tileWords(model, one.film, state.limit)),
    verdict && verdict.verdict ? html("span", { class: `ex-badge ${verdict.verdict}` }, verdict.verdict) : null);
}

/** What became of a film's vertebrae, in words: only what there is. @param {Model} model @param {number} film @param {number} limit */
export function tileWords(model, film, limit) {
  if (model.films.failure[film]) return "no run could start";
  const counts = new Map();
  for (const i of rowsOf(model, film)) {
    const status = model.status(i, limit);
    const word = status === "missed" ? "missed" : toneOf(status);
    counts.set(word, (counts.get(word) || 0) + 1);
  }
  return ["right", "wrong", "unnamed", "missed", "extra"].filter((word) => counts.has(word)).map((word) => `${counts.get(word)} ${word}`).join(" · ");
}

/** @param {HTMLElement} tile @param {View} view @param {Act} act */
async function fillTile(tile, view, act) {
  const name = tile.dataset.film || "";
  const detail = await act.look(name);
  const picture = tile.querySelector("svg");
  if (!tile.isConnected || detail.error || !picture) return;
  const { width, height, url } = detail;
  picture.setAttribute("viewBox", `-0.5 -0.5 ${width} ${height}`);
  const film = url ? [svg("image", { href: url, x: -0.5, y: -0.5, width, height, preserveAspectRatio: "none" })] : [];
  picture.replaceChildren(...film, ...outlinesOf(view, view.model.films.name.indexOf(name), detail.drawing));
}

/** The outline of each mask, and the true one of each vertebra that was missed.
 * @param {View} view @param {number} film @param {import("./types").Drawing} drawing */
function outlinesOf({ model, state }, film, drawing) {
  const masks = new Map(drawing.masks.map((mask) => [mask.number, mask.outline]));
  return rowsOf(model, film).flatMap((i) => {
    const status = model.status(i, state.limit);
    const outline = status === "missed" ? drawing.truth[model.level(i)] : masks.get(model.rows.number[i] ?? -1);
    return outline ? [svg("path", { class: `${toneOf(status)} ${status}`, d: pathText(outline) })] : [];
  });
}
