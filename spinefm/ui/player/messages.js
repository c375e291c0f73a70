// @ts-check
// What the player says where no film is, and under the film: one sentence, and what to do.

import { html } from "../shared/dom.js";
import { counted } from "../shared/numbers.js";

/** @type {Record<string, [string, string]>} */
const MESSAGES = {
  empty: ["No film yet.", "Drop one anywhere on this page, paste one, or pick an example."],
  waiting: ["Starting …", "The film is being read."],
};

/** @param {any} payload @returns {[string, string]} */
export function messageOf(payload) {
  if (payload.error) return [payload.error.what, payload.error.remedy];
  if (payload.status === "waiting" && payload.ahead) {
    return [`Waiting: ${counted(payload.ahead, "film is", "films are")} ahead of yours.`, "One is segmented at a time."];
  }
  if (payload.film && payload.status !== "waiting") return ["", ""];
  return MESSAGES[payload.status] || MESSAGES.empty;
}

/** @param {HTMLElement} node @param {any} payload @param {() => void} runAnyway */
export function drawMessage(node, payload, runAnyway) {
  const [what, remedy] = messageOf(payload);
  const button = payload.error && payload.error.anyway ? html("button", { type: "button", class: "small anyway", onclick: runAnyway }, "Run it anyway") : null;
  node.hidden = !what;
  node.replaceChildren(...(what ? [html("strong", {}, what), button || html("span", {}, remedy)] : []));
}

/** What a reader must know of the result, with the other names that the run offers, beside the headline; remarks under the film.
 * @param {HTMLElement} node @param {HTMLElement} remarks @param {any} payload @param {((change: any) => void) | null} correct */
export function drawNotices(node, remarks, payload, correct) {
  const line = (/** @type {string} */ words) => html("li", {}, words);
  const offers = correct && payload.corrections ? payload.readings || [] : [];
  const buttons = offers.map((/** @type {any} */ offer) => html("button", { type: "button", class: "small", "data-reading": offer.change.offset, onclick: () => correct && correct(offer.change) }, offer.label));
  node.replaceChildren(...payload.notices.map(line), ...(buttons.length ? [html("li", { class: "tools" }, buttons)] : []));
  remarks.replaceChildren(...(payload.remarks || []).map(line));
}

/** @param {any} film */
export function filmWords(film) {
  if (!film) return "";
  const scale = film.spacing ? ` per pixel (${film.spacing.source})` : "";
  return `${film.name} · ${sizeWords(film)}${scale}`;
}

/** A film's size and scale. @param {any} film */
export function sizeWords(film) {
  if (!film) return "";
  return `${film.width} × ${film.height} px${film.spacing ? ` · ${film.spacing.mm} mm` : ""}`;
}

/** @param {any} view @param {{result: any[]}} found */
export function overviewOf(view, found) {
  const { payload } = view;
  const names = found.result.map((row) => row.name);
  const range = names.length > 1 ? `, ${names[0]} to ${names[names.length - 1]}` : "";
  const run = payload.ran;
  return html("section", { class: "card overview" },
    html("header", {}, html("h2", {}, names.length ? `${counted(names.length, "vertebra", "vertebrae")}${range}` : view.title),
      html("span", {}, names.length && run ? `${run.seconds} s on ${run.device} · weights ${run.bundle}` : "")),
    names.length && payload.names_sure ? html("p", { class: "card-sure" }, payload.names_sure) : null,
    names.length ? payload.ends.map(endLine) : html("p", { class: "card-words" }, view.words)); // the caption has them beside a result
}

/** @type {Record<string, string>} */
const END_LOOKS = { stopped: "bad", "film end": "edge" };

/** @param {any} end */
function endLine(end) {
  const mark = end.verdict === "stopped" ? "✕" : "■";
  return html("p", { class: `card-end ${END_LOOKS[end.verdict] || "end"}` },
    html("span", { class: "note" }, end.direction === "up" ? "↑" : "↓"), html("b", { "aria-hidden": "true" }, mark), html("span", {}, end.text));
}
