// The list: a case is a group, a vertebra is a row; and why each row is as it is.

import { html, svg } from "../shared/dom.js";
import { change, CHANGED } from "./model.js";

const STATUS_WORDS = { right: "", missed: "missed", misnamed: "wrong name", unnamed: "unnamed", false: "false mask", doubled: "doubled" };

export function drawCases(node, view, act, shown) {
  node.replaceChildren(...view.cases.slice(0, shown).map((one) => caseGroup(one, view, act)));
}

function caseGroup(one, view, act) {
  const { model } = view;
  const film = model.films.name[one.film];
  const verdict = view.verdicts[film];
  const ended = (side) => model.data.stops[model.films[`stop_${side}`][one.film]];
  const facts = [model.data.regions[model.films.region[one.film]], model.data.groups[model.films.group[one.film]],
    ...["up", "down"].map((side) => (ended(side) ? `${side}wards until ${ended(side)}` : ""))];
  const head = html("button", { type: "button", class: "ex-film-head", "aria-expanded": "true", onclick: () => act.choose(one.film) },
    html("strong", {}, film), html("span", { class: "note" }, facts.filter(Boolean).join(" · ")),
    verdict && verdict.verdict ? html("span", { class: `ex-badge ${verdict.verdict}` }, verdict.verdict) : null);
  const failure = model.films.failure[one.film];
  return html("section", { class: "ex-group", "data-film": film, "data-chosen": String(view.state.case === film) }, head,
    failure ? html("p", { class: "ex-failure" }, failure) : null,
    html("table", { class: "ex-rows" }, html("tbody", {}, one.rows.map((i) => vertebraRow(i, view, act, failure)))));
}

// Of a film with a `failure` the reason stands once, above its rows.
function vertebraRow(i, view, act, failure) {
  const { model, state } = view;
  const status = model.status(i, state.limit);
  const level = model.level(i) || "–";
  const film = model.rows.film[i];
  const look = () => act.choose(film, i);
  const steps = html("button", { type: "button", class: "ex-steps", "data-steps": "", title: "Open the player at this step", onclick: (event) => { event.stopPropagation(); act.steps(i); } }, "steps");
  return html("tr", { class: `is-${status}`, "data-status": status, "data-vertebra": level, tabindex: 0, onclick: look, onkeydown: (event) => { if (event.key === "Enter") look(); } },
    html("th", { scope: "row" }, html("i", { class: "ex-swatch", style: `background:${model.data.colours[level] || "transparent"}` }), level),
    html("td", { class: "dice" }, diceBar(model, i, state.limit)),
    html("td", { class: "number" }, model.dice(i) === null ? (model.rows.found[i] === 1 ? "in its box" : "–") : model.dice(i).toFixed(3)),
    view.other ? changeCell(view, i) : null,
    html("td", { class: "number wide", title: "average symmetric surface distance" }, model.rows.assd[i] === null ? "" : `${(model.rows.assd[i] / 100).toFixed(1)} px`),
    html("td", { class: "word" }, html("span", { class: `ex-status ${status}` }, statusText(model, i, status)), html("span", { class: "note" }, failure ? "" : model.data.reasons[model.rows.reason[i]] || "")),
    html("td", { class: "act" }, steps));
}

function statusText(model, i, status) {
  if (status === "misnamed" || status === "unnamed") return `named ${model.name(i)}`;
  return STATUS_WORDS[status];
}

function diceBar(model, i, limit) {
  const dice = model.dice(i);
  return svg("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { class: "track", width: 100, height: 10 }),
    dice === null ? null : svg("rect", { class: "value", width: 100 * dice, height: 10 }),
    svg("line", { class: "limit", x1: 100 * limit, x2: 100 * limit, y1: 0, y2: 10 }));
}

function changeCell(view, i) {
  const by = change(view, i);
  const text = by === null ? "–" : `${by > 0 ? "+" : by < 0 ? "−" : "±"}${Math.abs(by).toFixed(3)}`;
  return html("td", { class: `number change ${by > CHANGED ? "up" : by < -CHANGED ? "down" : ""}`, title: "overall Dice of the compared evaluation, less this one's" }, text);
}
