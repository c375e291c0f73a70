// The wall: each film as a picture with its outlines, in the order of the list; a border in the colour of its score.

import { html, svg } from "../shared/dom.js";
import { meanOf } from "./model.js";

const TONES = { right: "right", misnamed: "wrong", unnamed: "unnamed", missed: "unnamed", false: "extra", doubled: "extra" };
const WORST_SCORE = 0.4;

// Right, wrong and unnamed have one colour each, everywhere.
export function toneOf(status) {
  return TONES[status];
}

// How the border of a film with a mean overall Dice is mixed: 0 is the worst colour, 100 the best.
export function scoreShare(mean) {
  return Math.round(100 * Math.min(1, Math.max(0, (mean - WORST_SCORE) / (1 - WORST_SCORE))));
}

function scoreOf(model, film, limit) {
  const rows = [];
  for (let i = model.starts[film]; i < model.starts[film + 1]; i++) if (model.isBody(i)) rows.push(model.overall(i, limit));
  return meanOf(rows);
}

export function drawWall(node, view, act, shown) {
  const tiles = view.cases.slice(0, shown).map((one) => tileOf(one, view, act));
  node.replaceChildren(...tiles);
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries.filter((one) => one.isIntersecting)) {
      seen.unobserve(entry.target);
      fillTile(entry.target, view, act);
    }
  }, { rootMargin: "200px" });
  for (const tile of tiles) seen.observe(tile);
}

function tileOf(one, view, act) {
  const { model, state } = view;
  const name = model.films.name[one.film];
  const mean = scoreOf(model, one.film, state.limit);
  const border = mean === null ? "" : `border-color: color-mix(in oklab, var(--good) ${scoreShare(mean)}%, var(--bad))`;
  const verdict = view.verdicts[name];
  return html("button", { type: "button", class: "ex-tile", style: border, "data-film": name, "data-chosen": String(state.case === name), onclick: () => act.choose(one.film) },
    svg("svg", { class: "ex-thumb", "aria-hidden": "true" }),
    html("span", { class: "ex-tile-head" }, html("strong", {}, name), html("b", { title: "mean overall Dice" }, mean === null ? "–" : mean.toFixed(2))),
    html("span", { class: "note" }, tileWords(model, one.film, state.limit)),
    verdict && verdict.verdict ? html("span", { class: `ex-badge ${verdict.verdict}` }, verdict.verdict) : null);
}

// What became of a film's vertebrae, in words: only what there is.
export function tileWords(model, film, limit) {
  if (model.films.failure[film]) return "no run could start";
  const counts = new Map();
  for (let i = model.starts[film]; i < model.starts[film + 1]; i++) {
    const status = model.status(i, limit);
    const word = status === "missed" ? "missed" : toneOf(status);
    counts.set(word, (counts.get(word) || 0) + 1);
  }
  return ["right", "wrong", "unnamed", "missed", "extra"].filter((word) => counts.has(word)).map((word) => `${counts.get(word)} ${word}`).join(" · ");
}

async function fillTile(tile, view, act) {
  const { model, state } = view;
  const film = model.films.name.indexOf(tile.dataset.film);
  const detail = await act.look(tile.dataset.film);
  if (!tile.isConnected || detail.error) return;
  const { width, height, drawing, url } = detail;
  const picture = tile.querySelector("svg");
  picture.setAttribute("viewBox", `-0.5 -0.5 ${width} ${height}`);
  const masks = new Map(drawing.masks.map((mask) => [mask.number, mask.outline]));
  const shapes = [];
  for (let i = model.starts[film]; i < model.starts[film + 1]; i++) {
    const status = model.status(i, state.limit);
    const outline = status === "missed" ? drawing.truth[model.level(i)] : masks.get(model.rows.number[i]);
    if (outline) shapes.push(svg("path", { class: `${toneOf(status)} ${status}`, d: pathText(outline) }));
  }
  picture.replaceChildren(...(url ? [svg("image", { href: url, x: -0.5, y: -0.5, width, height, preserveAspectRatio: "none" })] : []), ...shapes);
}

export function pathText(points) {
  const pairs = [];
  for (let k = 0; k + 1 < points.length; k += 2) pairs.push(`${points[k]} ${points[k + 1]}`);
  return pairs.length ? `M${pairs.join("L")}Z` : "";
}
