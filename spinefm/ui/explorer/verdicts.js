// @ts-check
// A reviewer's verdicts: kept in this browser, per evaluation, and taken away as CSV.

import { html } from "../shared/dom.js";

/** @typedef {Record<string, import("./types").Verdict>} Verdicts of each film by its name */

/** @param {string} run */
function verdictKey(run) {
  return `spinefm verdicts ${run}`;
}

/** @param {string} run @returns {Verdicts} */
export function readVerdicts(run) {
  try {
    return JSON.parse(localStorage.getItem(verdictKey(run)) || "{}");
  } catch {
    return {};
  }
}

/** Whether this browser kept them. @param {string} run @param {Verdicts} verdicts */
export function keepVerdicts(run, verdicts) {
  try {
    localStorage.setItem(verdictKey(run), JSON.stringify(verdicts));
    return true;
  } catch {
    return false;
  }
}

/** @param {string} text */
function cell(text) {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text; // a spreadsheet must not take a note for a formula
  return `"${safe.replaceAll('"', '""')}"`;
}

/** @param {string} run @param {Verdicts} verdicts */
export function verdictsCsv(run, verdicts) {
  const rows = Object.entries(verdicts).map(([film, one]) => [run, film, one.verdict || "", one.note || ""].map(cell).join(","));
  return `${["evaluation,film,verdict,note", ...rows].join("\n")}\n`;
}

/** Hands the reader a file. @param {string} name @param {BlobPart} content @param {string} [type] */
export function saveAs(name, content, type = "text/csv") {
  const url = URL.createObjectURL(new Blob([content], { type }));
  html("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/** @param {string} run @param {Verdicts} verdicts */
export function saveVerdicts(run, verdicts) {
  saveAs("verdicts.csv", verdictsCsv(run, verdicts));
}
