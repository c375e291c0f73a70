// @ts-check
// The list: a case is a group, a vertebra is a row; and why each row is as it is.

import { html, svg } from "../shared/dom.js";
import { change, CHANGED } from "./model.js";
import { inWords } from "./words.js";

/** @typedef {import("./types").Model} Model */
/** @typedef {import("./types").View} View */
/** @typedef {import("./types").Act} Act */
/** @typedef {import("./types").Status} Status */

/** @type {Record<Status, string>} */
const STATUS_WORDS = { right: "", missed: "missed", misnamed: "wrong name", unnamed: "unnamed", false: "false mask", doubled: "doubled" };

/** @param {Element} node @param {View} view @param {Act} act @param {number} shown */
export function drawCases(node, view, act, shown) {
  node.replaceChildren(...view.cases.slice(0, shown).map((one) => caseGroup(one, view, act)));
}

/** @param {import("./types").Case} one @param {View} view @param {Act} act */
function caseGroup(one, view, act) {
  const { model } = view;
  const film = model.films.name[one.film];
  const verdict = view.verdicts[film];
  const head = html("button", { type: "button", class: "ex-film-head", "aria-pressed": String(view.state.case === film), onclick: () => act.choose(one.film) },
    html("strong", {}, film), html("span", { class: "note" }, [one.mean === null ? "" : `mean Dice ${one.mean.toFixed(2)}`, ...factsOf(model, one.film)].filter(Boolean).join(" · ")),
    verdict && verdict.verdict ? html("span", { class: `ex-badge ${verdict.verdict}` }, verdict.verdict) : null);
  const failure = model.films.failure[one.film];
  return html("section", { class: "ex-group", "data-film": film, "data-chosen": String(view.state.case === film) }, head,
    failure ? html("p", { class: "ex-failure" }, failure) : null,
    html("table", { class: "ex-rows" }, html("tbody", {}, one.rows.map((i) => vertebraRow(i, view, act, failure)))));
}

/** Region, group, and why the induction ended on each side. @param {Model} model @param {number} film */
function factsOf(model, film) {
  const { films, data } = model;
  const [up, down] = [films.stop_up, films.stop_down].map((stop) => inWords(data.stop_words, data.stops[stop[film]]));
  return [data.regions[films.region[film]], inWords(data.group_words, data.groups[films.group[film]]), up && `upwards until ${up}`, down && `downwards until ${down}`].filter(Boolean);
}

/** Of a film with a `failure` the reason is given once, above its rows.
 * @param {number} i @param {View} view @param {Act} act @param {string} failure */
function vertebraRow(i, view, act, failure) {
  const { model, state } = view;
  const status = model.status(i, state.limit);
  const level = model.level(i) || "–";
  const film = model.rows.film[i];
  const look = () => act.choose(film, i);
  return html("tr", { class: `is-${status}`, "data-status": status, "data-vertebra": level, tabindex: 0, onclick: look, onkeydown: (/** @type {KeyboardEvent} */ event) => { if (event.key === "Enter") look(); } },
    html("th", { scope: "row" }, html("i", { class: "ex-swatch", style: `background:${model.data.colours[level] || "transparent"}` }), level),
    html("td", { class: "dice" }, diceBar(model, i, state.limit)),
    html("td", { class: "number" }, diceText(model, i)),
    view.other ? changeCell(view, i) : null,
    html("td", { class: "number wide", title: "average symmetric surface distance" }, distanceText(model, i)),
    html("td", { class: "word" }, html("span", { class: `ex-status ${status}` }, statusText(model, i, status)), html("span", { class: "note" }, failure ? "" : model.data.reasons[model.rows.reason[i]] || "")),
    html("td", { class: "act" }, stepsButton(i, act)));
}

/** @param {number} i @param {Act} act */
function stepsButton(i, act) {
  const open = (/** @type {Event} */ event) => { event.stopPropagation(); act.steps(i); };
  return html("button", { type: "button", class: "ex-steps", "data-steps": "", title: "Open the player at this step", onclick: open }, "steps");
}

/** @param {Model} model @param {number} i */
function diceText(model, i) {
  const dice = model.dice(i);
  if (dice !== null) return dice.toFixed(3);
  return model.rows.found[i] === 1 ? "in its box" : "–";
}

/** @param {Model} model @param {number} i */
function distanceText(model, i) {
  const distance = model.rows.assd[i];
  return distance === null ? "" : `${(distance / 100).toFixed(1)} px`;
}

/** @param {Model} model @param {number} i @param {Status} status */
function statusText(model, i, status) {
  if (status === "misnamed" || status === "unnamed") return `named ${model.name(i)}`;
  return STATUS_WORDS[status];
}

/** @param {Model} model @param {number} i @param {number} limit */
function diceBar(model, i, limit) {
  const dice = model.dice(i);
  return svg("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { class: "track", width: 100, height: 10 }),
    dice === null ? null : svg("rect", { class: "value", width: 100 * dice, height: 10 }),
    svg("line", { class: "limit", x1: 100 * limit, x2: 100 * limit, y1: 0, y2: 10 }));
}

/** @param {View} view @param {number} i */
function changeCell(view, i) {
  const by = change(view, i);
  const sign = !by ? "±" : by > 0 ? "+" : "−";
  const text = by === null ? "–" : `${sign}${Math.abs(by).toFixed(3)}`;
  const direction = by === null || Math.abs(by) <= CHANGED ? "" : by > 0 ? "up" : "down";
  return html("td", { class: `number change ${direction}`, title: "overall Dice of the compared evaluation, less this one's" }, text);
}
