// A reviewer's verdicts: kept in this browser, per evaluation, and taken away as CSV.

import { html } from "../shared/dom.js";

function verdictKey(run) {
  return `spinefm verdicts ${run}`;
}

export function readVerdicts(run) {
  try {
    return JSON.parse(localStorage.getItem(verdictKey(run)) || "{}");
  } catch {
    return {};
  }
}

export function keepVerdicts(run, verdicts) {
  try {
    localStorage.setItem(verdictKey(run), JSON.stringify(verdicts));
    return true;
  } catch {
    return false;
  }
}

function cell(text) {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text; // a spreadsheet must not take a note for a formula
  return `"${safe.replaceAll('"', '""')}"`;
}

export function verdictsCsv(run, verdicts) {
  const rows = Object.entries(verdicts).map(([film, one]) => [run, film, one.verdict || "", one.note || ""].map(cell).join(","));
  return `${["evaluation,film,verdict,note", ...rows].join("\n")}\n`;
}

export function saveAs(name, content, type = "text/csv") {
  const url = URL.createObjectURL(new Blob([content], { type }));
  html("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
