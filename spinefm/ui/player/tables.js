// @ts-check
// The table of vertebrae, the log and the download beside the film; each row leads to its moment.

import { html } from "../shared/dom.js";
import { percent, percentBelow } from "../shared/numbers.js";
import { isFilmEnd } from "./bodies.js";
import { timeOfBody, timeOfEntry, timeOfStep, stepOf } from "./timeline.js";

/** @typedef {import("./player.js").View} View */
/** @typedef {{go: (time: number) => void, choose: (body: number | null) => void, hover: (body: number | null) => void, correct: ((change: any) => void) | null, add: () => void, edit: () => void, compare?: any}} Act */

export const LOCK_MEANS = "Locked: keeps its name and outline when others are renamed or deleted, and in the next run";
const GO_ON = { true: "This is not an end of the spine: continue from here", false: "Keep the rejected vertebra and continue from there" };

/** @param {string | undefined} colour @param {boolean} found */
export function swatch(colour, found) {
  return html("i", { class: `swatch${found ? "" : " missing"}`, style: colour ? `--level: ${colour}` : null });
}

/** When a row's vertebra was decided. @param {View} view @param {any} row */
export function rowTime(view, row) {
  if (row.found) return timeOfBody(view.timeline, row.number);
  return timeOfStep(view.timeline, stepOf(/** @type {any} */ ({ lane: row.direction, step: row.step })));
}

/** @param {View} view @param {any} row @param {Act} act */
function vertebraRow(view, row, act) {
  const time = rowTime(view, row);
  const stays = Boolean(act.correct && view.payload.corrections && row.found); // its tools appear below, so nothing may move
  const choose = () => { if (row.found) act.choose(row.number); if (time !== null && !stays) act.go(time); };
  const marks = [row.anchor ? html("span", { class: "mark", title: "The names are counted from here" }, "anchor") : null,
    row.locked ? html("span", { class: "mark", title: LOCK_MEANS }, "locked") : null,
    row.edited ? html("span", { class: "mark", title: "Its outline was edited by the reader" }, "edited") : null];
  return html("tr", { class: `${row.found ? "" : "missing"} ${row.doubtful ? "doubt" : ""}`, "data-number": row.number, "data-time": time,
    onclick: choose, onpointerenter: () => act.hover(row.number), onpointerleave: () => act.hover(null) },
    html("th", { scope: "row" }, html("button", { type: "button", class: "row-name", title: stays ? "Choose this vertebra" : "Show the step that decided this" },
      swatch(view.payload.colours[row.name], row.found), row.doubtful ? `${row.name} ?` : row.name)),
    html("td", { class: "number", title: sureTitle(view, row) }, sureWords(view, row)),
    html("td", { class: "stop" }, html("div", {}, html("span", {}, marks, row.stop), goOnButton(view, row, act))));
}

/** How sure the method is of a row's outline; one that the reader drew is not the method's. @param {View} view @param {any} row */
function sureWords(view, row) {
  if (!row.found) return html("em", {}, row.in_view === false ? "not in view" : "not found");
  if (row.probability === null) return row.edited ? html("em", { class: "hand" }, "by hand") : "–";
  return percentBelow(row.probability, view.payload.doubt);
}

/** @param {View} view @param {any} row */
function sureTitle(view, row) {
  if (row.edited && row.probability === null) return "The reader drew this outline: the method does not say how sure it is";
  return row.doubtful ? `Below ${percent(view.payload.doubt)}: doubtful` : sureMeans(view.payload);
}

/** What a probability means: of some methods that there is a vertebra, and nothing of its outline. @param {any} payload */
function sureMeans({ promised }) {
  return promised ? `How sure this outline is: the probability of a Dice above ${promised}` : "How sure the method is that this is a vertebra";
}

/** Only an end at which there is something to take, or that the classifier called one, can be passed; never in a replay.
 * @param {View} view @param {any} row @param {Act} act */
function goOnButton(view, row, act) {
  const { correct } = act;
  if (!row.open || !correct || !view.payload.corrections) return null;
  return html("button", { type: "button", class: "small", title: GO_ON[/** @type {"true"} */ (String(row.found))], onclick: (/** @type {Event} */ event) => {
    event.stopPropagation();
    correct({ action: "go on", direction: row.direction });
  } }, "go on");
}

/** @param {HTMLElement} node @param {View} view @param {Act} act */
export function drawVertebrae(node, view, act) {
  const { rows } = view.payload;
  if (!rows.length) return node.replaceChildren(html("p", { class: "note" }, noTable(view.payload)));
  const sure = view.payload.promised ? ["outline", "How sure the outline is, not the name"] : ["sure", "How sure the method is of this vertebra, not of its name"];
  const head = [["name", ""], sure, ["why it ended", ""]].map(([word, title]) => html("th", { scope: "col", title, class: word === sure[0] ? "number" : null }, word));
  const doubt = rows.some((/** @type {any} */ row) => row.doubtful)
    ? html("p", { class: "note doubtful" }, `? = doubtful: the outline is less than ${percent(view.payload.doubt)} sure; drawn dashed and amber.`) : null;
  node.replaceChildren(...[html("table", { class: "vertebrae" }, html("thead", {}, html("tr", {}, head)),
    html("tbody", {}, rows.map((/** @type {any} */ row) => vertebraRow(view, row, act)))), doubt].filter(Boolean));
}

/** Why there is no table; a film that was refused for its view was not searched. @param {any} payload */
function noTable({ status, error }) {
  if (status === "running") return "The table appears here when the run is finished.";
  return error?.anyway ? "This film was not searched for vertebrae, so there is no table." : "No vertebra was found, so there is no table.";
}

/** @param {HTMLElement} node @param {View} view @param {Act} act */
export function drawLog(node, view, act) {
  node.replaceChildren(html("ol", { class: "log" }, view.timeline.entries.map((entry, index) => {
    const time = timeOfEntry(view.timeline, index);
    return html("li", {}, html("button", { type: "button", "data-time": time, "data-entry": index, class: verdictOf(entry), onclick: () => act.go(time) }, entry.text));
  })));
}

/** @type {Record<string, string>} */
const VERDICTS = { kept: "kept", end: "end", rejected: "stopped", "by hand": "hand", failed: "stopped" };

/** @param {import("./timeline.js").Entry} entry */
function verdictOf(entry) {
  const last = entry.beats[entry.beats.length - 1];
  if (last && isFilmEnd(last)) return "";
  const verdict = last?.verdict || "";
  return VERDICTS[verdict] || (entry.kind === "corrected" ? "hand" : "");
}

/** @param {HTMLElement} node @param {View} view @param {(event: Event) => void} onZip when the link to the zip is pressed */
export function drawDownload(node, view, onZip) {
  const file = view.payload.download;
  const words = "label map, overlay, trace, tables of vertebrae and measures, report.json, and this player as one html file";
  node.replaceChildren(file
    ? html("p", {}, html("a", { class: "download", href: file.url, download: file.orig_name, onclick: onZip }, "Download the zip"), html("span", { class: "note" }, ` ${words}`))
    : html("p", { class: "note" }, downloadNote(view.payload, words)));
}

/** @param {any} payload @param {string} words */
function downloadNote({ status, corrections, replay }, words) {
  if (status === "failed") return "The run failed: there is nothing to download.";
  if (status !== "finished") return `One zip appears here when the run is finished: ${words}.`;
  if (corrections) return `The zip is being packed: ${words}.`;
  return replay ? "This is a replay of an evaluation, whose files are in its own folder." : "The files of this run are next to this page.";
}

/** Marks the log's row of the moment, and keeps it in sight without moving the page. @param {HTMLElement} root @param {number} entry */
export function markLog(root, entry) {
  const log = /** @type {HTMLElement} */ (root.querySelector('[data-panel="log"]'));
  if (log.hidden) return;
  const now = log.querySelector(`[data-entry="${entry}"]`);
  const before = log.querySelector('[aria-current="step"]');
  if (now === before) return;
  if (before) before.setAttribute("aria-current", "false");
  if (!now) return;
  now.setAttribute("aria-current", "step");
  log.scrollTop = /** @type {HTMLElement} */ (now).offsetTop - log.clientHeight / 2;
}
