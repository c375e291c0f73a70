// @ts-check
// What the reader can correct in a finished run. The page says what a correction does before it does it.

import { html } from "../shared/dom.js";
import { sentence } from "../shared/numbers.js";
import { LEVELS } from "../shared/spine.js";
import { LOCK_MEANS, rowTime } from "./tables.js";
import { timeOfEntry } from "./timeline.js";

/** @typedef {import("./player.js").View} View */
/** @typedef {import("./tables.js").Act} Act */

/** @param {string} words @param {string} title @param {() => void} onclick @param {Record<string, any>} [more] */
function tool(words, title, onclick, more = {}) {
  return html("button", { type: "button", class: "small", title, onclick, ...more }, words);
}

/** @param {any} row @param {(change: any) => void} correct */
function nameChooser(row, correct) {
  const options = LEVELS.map((level) => html("option", { value: level, selected: level === row.name }, level));
  const blank = LEVELS.includes(row.name) ? [] : [html("option", { value: "", selected: true }, "choose")];
  const choose = html("select", { class: "level", "aria-label": `Level of ${row.name}`, title: "The others are counted from it", disabled: row.locked,
    onchange: (/** @type {any} */ event) => event.target.value && correct({ action: "name", number: row.number, level: event.target.value }) }, blank, options);
  return html("label", {}, `${row.name} is `, choose);
}

/** @param {View} view @param {any} row @param {Act} act @param {(change: any) => void} correct */
function vertebraTools(view, row, act, correct) {
  const time = rowTime(view, row);
  const lock = row.locked ? "unlock" : "lock";
  return html("div", { class: "tools" }, nameChooser(row, correct),
    time === null ? null : tool("its step", "Show the step that decided this", () => act.go(time), { "data-step": row.number }),
    tool("edit outline", "Drag a corner or an edge, or click inside for the network to try again (E)", act.edit, { disabled: row.locked, "data-edit": "toggle", "aria-pressed": "false" }),
    tool(lock, row.locked ? "It can then be renamed, deleted and found again" : LOCK_MEANS, () => correct({ action: lock, number: row.number })),
    tool("delete", `${row.name} is not a vertebra`, () => correct({ action: "delete", number: row.number }), { disabled: row.locked }));
}

/** @param {View} view @param {Act} act @param {(change: any) => void} correct */
function runTools(view, act, correct) {
  const { undo, redo } = view.payload.corrections;
  return html("div", { class: "tools" },
    tool("add by click", "Click a vertebra that was missed (A)", act.add, { "aria-pressed": "false", "data-add": "toggle" }),
    html("span", { class: "group" },
      tool("names ↑", "All names one level up", () => correct({ action: "shift", offset: -1 })),
      tool("names ↓", "All names one level down", () => correct({ action: "shift", offset: 1 }))),
    html("span", { class: "group last" },
      tool("undo", undo ? `Undo: ${undo} (Ctrl+Z)` : "Nothing to undo (Ctrl+Z)", () => correct({ action: "undo" }), { disabled: !undo }),
      tool("redo", redo ? `Redo: ${redo} (Ctrl+Y)` : "Nothing to redo (Ctrl+Y)", () => correct({ action: "redo" }), { disabled: !redo })));
}

/** @param {View} view @param {Act} act */
function correctionLog(view, act) {
  const done = view.timeline.entries.map((entry, index) => ({ entry, index })).filter(({ entry }) => entry.kind === "corrected");
  return done.length ? html("ol", { class: "corrected" }, done.map(({ entry, index }) =>
    html("li", {}, html("button", { type: "button", onclick: () => act.go(timeOfEntry(view.timeline, index)) }, sentence(entry.text.replace("Corrected by the reader: ", "")))))) : null;
}

/** @param {HTMLElement} node @param {View} view @param {Act} act */
export function drawCorrections(node, view, act) {
  const { corrections, rows } = view.payload;
  const { correct } = act;
  if (!correct || !corrections || !rows.length) return node.replaceChildren(...[correctionLog(view, act)].filter(Boolean));
  const row = rows.find((/** @type {any} */ item) => item.found && item.number === view.chosen);
  node.replaceChildren(...[
    row ? vertebraTools(view, row, act, correct) : html("p", { class: "tools note" }, "Choose a vertebra to name, edit, lock or delete it."),
    runTools(view, act, correct),
    correctionLog(view, act),
  ].filter(Boolean));
}

/** What a correction would do, with its choices; or why it cannot be: in sight, whatever tab is open. @param {HTMLElement} node @param {View} view @param {Act} act */
export function drawQuestion(node, view, act) {
  const { question, refused } = view.payload;
  const said = refused ? html("p", { class: "refused", role: "alert" }, refused) : question && questionBox(node, question, act);
  node.replaceChildren(...(said ? [said] : []));
  if (!said) return;
  /** @type {HTMLElement | null} */ (node.querySelector("[data-choice]"))?.focus({ preventScroll: true });
  node.scrollIntoView({ block: "nearest" }); // on a narrow page the film that was clicked may fill the window
}

/** @param {HTMLElement} node @param {any} question @param {Act} act */
function questionBox(node, question, act) {
  const choices = question.choices.map((/** @type {any} */ choice, /** @type {number} */ index) =>
    html("button", { type: "button", class: index ? "small" : "small first", "data-choice": index, onclick: () => act.correct && act.correct(choice.change) }, choice.label));
  return html("div", { class: `question${question.warning ? " warns" : ""}`, role: "alertdialog", "aria-label": "Before this correction" },
    html("p", {}, question.text), question.warning ? html("p", { class: "warning" }, question.warning) : null,
    html("div", { class: "tools" }, choices, html("button", { type: "button", class: "small", "data-choice": "none", onclick: () => node.replaceChildren() }, "cancel")));
}
