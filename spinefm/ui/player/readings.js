// @ts-check
// The list in the tab Measures: what the film is measured by, the measures by group, and the one that is chosen.

import { html } from "../shared/dom.js";
import { counted, percent, sentence, typed } from "../shared/numbers.js";
import { NO_FACING, NO_SCALE } from "../shared/spine.js";
import { chartOf, rangeWords } from "./chart.js";
import { against, digits, wordsOf } from "./measures.js";

/** @typedef {import("./measures.js").Reading} Reading */
/** @typedef {{readings: Reading[], chosen: string | null, open: Set<string>, facing: any, scale: any, landmarks: {key: number, name: string}[],
 *   corner: number, calibrating: any, moves: number}} Shown */
/** @typedef {{choose: (id: string | null) => void, preview: (id: string | null) => void, fold: (name: string, open: boolean) => void, face: (side: "left" | "right" | null) => void,
 *   calibrate: () => void, setLength: (mm: number) => void, setScale: (mm: number) => void, forget: () => void, undo: () => void, reset: () => void, corner: (at: number) => void, nudge: (dx: number, dy: number) => void, save: () => void}} Acts */

const NUMBERS = { class: "number" };
/** @type {Record<string, string>} */
const LIMITS = {
  height_loss: "Genant's grades are for thoracic and lumbar bodies, and readers give them by eye; a grade from heights alone is not a diagnosis of a fracture. Research only.",
  slip: "Meyerding's grades were made for lumbar slips on standing films; elsewhere the percentage says more than the grade. Research only.",
};
/** @type {[string, string, string[]][]} group, title, and the keys that make a table of levels, with their heads */
export const GROUPS = [
  ["alignment", "Alignment", []],
  ["disc", "Discs", ["disc_height_anterior ant.", "disc_height_middle mid.", "disc_height_posterior post.", "disc_height_index index"]],
  ["slip", "Slip", []],
  ["loss", "Height loss", ["height_loss loss, %", "anterior_ratio Ha/Hp", "middle_ratio Hm/Hp", "neighbour_ratio Hp/n."]],
  ["body", "Heights and width", ["anterior_height Ha", "middle_height Hm", "posterior_height Hp", "width width"]],
  ["offset", "Offset", []],
];
const LOSSES = new Set(["height_loss", "anterior_ratio", "middle_ratio", "neighbour_ratio"]);

/** The group under which a measure is listed. @param {Reading} reading */
export function groupOf({ group, key }) {
  return group === "body" && LOSSES.has(key) ? "loss" : group;
}

/** @param {HTMLElement} node @param {Shown} shown @param {Acts} act */
export function drawReadings(node, shown, act) {
  const measured = shown.readings.filter((one) => one.value !== null);
  node.replaceChildren(...[
    facts(shown, act),
    shown.calibrating ? calibration(shown.calibrating, act) : null,
    ...GROUPS.map(([group, title, columns]) => section(title, group, columns, measured.filter((one) => groupOf(one) === group), shown, act)),
    without(shown.readings.filter((one) => one.value === null), shown, act),
    html("p", { class: "tools" }, html("button", { type: "button", class: "small", "data-act": "save", onclick: act.save }, "measures.csv"),
      shown.moves ? [tool("undo move", "Takes back the last corner that was moved (Ctrl+Z)", act.undo), html("span", { class: "note" }, `${shown.moves} moved by hand`)] : null),
  ].filter(Boolean));
}

/** @param {string} words @param {string} title @param {() => void} onclick */
function tool(words, title, onclick) {
  return html("button", { type: "button", class: "small", title, onclick, "data-act": words }, words);
}

/** Facing and scale, which all measures rest on. @param {Shown} shown @param {Acts} act */
function facts({ facing, scale, calibrating }, act) {
  const other = facing.side === "right" ? "left" : "right";
  const sides = facing.side
    ? [tool("flip", `The patient faces ${other}: signs change`, () => act.face(other))]
    : [tool("left", "The patient faces left", () => act.face("left")), tool("right", "The patient faces right", () => act.face("right"))];
  return html("dl", { class: "measure-facts" },
    html("dt", {}, "Facing"), html("dd", {}, html("span", { title: facing.source }, facing.words), ...sides,
      facing.byHand && facing.estimate ? tool("as estimated", "The facing as estimated from the film", () => act.face(null)) : null),
    html("dt", {}, "Scale"), html("dd", {}, html("span", {}, scale.words),
      calibrating ? null : tool("calibrate", "Draw a line of known length on the film", act.calibrate),
      scale.byHand ? tool("forget", scale.film ? "The film's own scale" : "Without a scale", act.forget) : null));
}

/** A line of known length: its form. @param {{pixels: number}} line @param {Acts} act */
function calibration({ pixels }, act) {
  const field = (/** @type {string} */ name, /** @type {string} */ label) =>  // a number field would drop a comma
    html("input", { type: "text", autocomplete: "off", "data-field": name, inputmode: "decimal", "aria-label": label });
  const [length, direct] = [field("length", "Length of the line in mm"), field("mm", "Millimetres per pixel")];
  const send = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (pixels && length.value) act.setLength(typed(length.value));
    else if (direct.value) act.setScale(typed(direct.value));
  };
  return html("form", { class: "calibration", onsubmit: send },
    html("p", {}, pixels ? `The line is ${counted(Math.round(pixels), "pixel")} long.` : "Draw a line over something of known length on the film, end to end."),
    html("label", {}, "it is ", length, " mm long"), html("label", { class: "note" }, "or ", direct, " mm per pixel"),
    html("span", { class: "group" }, html("button", { type: "submit", class: "small first" }, "set scale"), html("button", { type: "button", class: "small", "data-act": "stop", onclick: act.calibrate }, "cancel")));
}

/** @param {string} title @param {string} group @param {string[]} columns @param {Reading[]} readings @param {Shown} shown @param {Acts} act */
function section(title, group, columns, readings, shown, act) {
  if (!readings.length) return null;
  const unusual = readings.filter((one) => ["below", "above"].includes(against(one))).length;
  const words = unusual ? `${unusual} outside the reference` : `${readings.length}`;
  const content = columns.length ? matrix(columns, readings, shown, act) : readings.flatMap((one) => [row(one, shown, act), one.id === shown.chosen ? detail(one, shown, act) : null]);
  return html("details", { class: "measure-group", "data-group": group, open: shown.open.has(group), ontoggle: (/** @type {any} */ event) => act.fold(group, event.target.open) },
    html("summary", {}, html("b", {}, title), group === "disc" || group === "body" ? html("span", { class: "note" }, unitsOf(readings)) : null, html("span", { class: unusual ? "note unusual" : "note" }, words)), content);
}

/** @param {Reading[]} readings */
function unitsOf(readings) {
  return readings.some((one) => one.unit === "mm") ? "mm" : "";
}

/** What choosing, pointing and the keyboard share. @param {Reading} reading @param {Shown} shown @param {Acts} act */
function handles(reading, shown, act) {
  const { id, method, reference } = reading;
  const chosen = id === shown.chosen;
  return { type: "button", "data-measure": id, "aria-pressed": String(chosen), title: [sentence(method), reference ? `Reference: ${reference.text} (${reference.source})` : ""].filter(Boolean).join(". "),
    onclick: () => act.choose(chosen ? null : id), onpointerenter: () => act.preview(id), onpointerleave: () => act.preview(null), onfocus: () => act.preview(id), onblur: () => act.preview(null) };
}

/** @param {Reading} reading */
function number(reading) {
  const [value, plus] = wordsOf(reading);
  return [html("b", { class: against(reading) }, value), html("span", { class: "plus" }, plus)];
}

/** The grade, and that landmarks were set by hand. @param {Reading} reading */
function smallPrint({ grade, edited }) {
  return grade || edited ? html("small", {}, grade, grade && edited ? " · " : null, edited ? html("em", { class: "hand" }, "by hand") : null) : null;
}

/** @param {Reading} reading @param {Shown} shown @param {Acts} act */
function row(reading, shown, act) {
  return html("button", { class: `measure-row${reading.edited ? " edited" : ""}`, ...handles(reading, shown, act) },
    html("span", { class: "measure-name" }, sentence(reading.name)),
    reading.id === shown.chosen ? null : chartOf(reading, 64, 18, shown.readings.filter(({ key }) => key === reading.key)),
    html("span", { class: "measure-number" }, number(reading)), smallPrint(reading));
}

/** A table: a level a row, a key a column. @param {string[]} columns @param {Reading[]} readings @param {Shown} shown @param {Acts} act */
function matrix(columns, readings, shown, act) {
  const used = columns.map((column) => column.split(/ (.*)/)).filter(([key]) => readings.some((one) => one.key === key));
  const levels = [...new Set(readings.map((one) => one.levels.join(" ")))];
  const body = levels.flatMap((level) => {
    const cells = used.map(([key]) => readings.find((one) => one.key === key && one.levels.join(" ") === level));
    const open = cells.find((one) => one && one.id === shown.chosen);
    const first = /** @type {Reading} */ (cells.find(Boolean));
    return [html("tr", {}, html("th", { scope: "row" }, first.name.split(" ")[0]), cells.map((one) => html("td", NUMBERS, one ? cell(one, shown, act) : html("span", { class: "note" }, "–")))),
      open ? html("tr", { class: "measure-open" }, html("td", { colspan: used.length + 1 }, detail(open, shown, act))) : null];
  });
  return html("table", { class: "measure-table" }, html("thead", {}, html("tr", {}, html("td"), used.map(([, head]) => html("th", { scope: "col", ...NUMBERS }, head)))), html("tbody", {}, body));
}

/** @param {Reading} reading @param {Shown} shown @param {Acts} act */
function cell(reading, shown, act) {
  const value = digits(/** @type {number} */ (reading.value), reading.unit);
  const plus = `${wordsOf(reading)[1]}${reading.edited ? " ◆" : ""}`.trim();
  return html("button", { class: `measure-cell${reading.edited ? " edited" : ""}`, ...handles(reading, shown, act), "aria-label": `${reading.name} ${wordsOf(reading).join(" ").trim()}${reading.grade ? `, ${reading.grade}` : ""}${reading.edited ? ", by hand" : ""}` },
    html("b", { class: against(reading) }, value), html("span", { class: "plus" }, plus));
}

/** The chosen measure: chart, reference, method, limits, and its landmarks by keys. @param {Reading} reading @param {Shown} shown @param {Acts} act */
function detail(reading, shown, act) {
  const { key, grade, doubt, reason } = reading;
  const note = (/** @type {string} */ words, more = "") => (words ? html("p", { class: `note ${more}` }, words) : null);
  return html("div", { class: "measure-detail" },
    grade ? html("p", { class: "grade" }, grade) : null, comparison(reading), note(methodWords(reading)),
    note(doubt && `? = doubtful: ${doubt}.`, "doubtful"), note(LIMITS[key]), note(reason && `Not measurable: ${reason}.`), corners(reading, shown, act));
}

/** @param {Reading} reading */
function comparison(reading) {
  const { reference, value } = reading;
  if (!reference || value === null) return null;
  return [chartOf(reading, 280, 22), html("p", {}, `${sentence(against(reading))} the reference, ${rangeWords(reading)}: ${reference.text}.`),
    html("p", { class: "note" }, html("cite", { title: "Where the reference was published" }, reference.source))];
}

/** How it was measured, and what the number after ± is. @param {Reading} reading */
function methodWords({ method, sure, edited, plus, value }) {
  const whose = edited ? "the uncertainty of the corners that nobody set" : "the corners' uncertainty";
  const error = plus !== null ? `± is half the 95 % interval from ${whose}.` : edited && value !== null ? "All its landmarks were set by hand: ± is not known." : "";
  return [`${sentence(method)}.`, sure === null ? "" : `The method is ${percent(sure)} sure of what it rests on.`, error].filter(Boolean).join(" ");
}

/** Moving landmarks by keys, for those who do not drag. @param {Reading} reading @param {Shown} shown @param {Acts} act */
function corners(reading, shown, act) {
  if (!shown.landmarks.length) return null;
  const choose = html("select", { "aria-label": "Corner to move", "data-act": "corner", onchange: (/** @type {any} */ event) => act.corner(Number(event.target.value)) },
    shown.landmarks.map(({ key, name }) => html("option", { value: key, selected: key === shown.corner }, name)));
  const arrow = (/** @type {string} */ words, /** @type {string} */ name, /** @type {number} */ dx, /** @type {number} */ dy) =>
    html("button", { type: "button", class: "small", "data-act": `${name} by key`, "aria-label": `Move it ${name} by one pixel`, onclick: () => act.nudge(dx, dy) }, words);
  return html("div", { class: "tools" }, html("label", { class: "note" }, "corner ", choose),
    html("span", { class: "group" }, arrow("←", "left", -1, 0), arrow("↑", "up", 0, -1), arrow("↓", "down", 0, 1), arrow("→", "right", 1, 0)),
    reading.edited ? html("span", { class: "group last" }, tool("reset", "The landmarks as the method found them", act.reset)) : null);
}

/** What is not measurable, by reason. @param {Reading[]} readings @param {Shown} shown @param {Acts} act */
function without(readings, shown, act) {
  if (!readings.length) return null;
  const reasons = [...new Set(readings.map((one) => one.reason))];
  return html("details", { class: "measure-group", "data-group": "without", open: shown.open.has("without"), ontoggle: (/** @type {any} */ event) => act.fold("without", event.target.open) },
    html("summary", {}, html("b", {}, "Not measurable"), html("span", { class: "note" }, String(readings.length))),
    reasons.map((reason) => html("section", { class: "measure-reason" }, html("p", {}, `${sentence(reason)}.`), because(readings.filter((one) => one.reason === reason), shown, act))));
}

/** Where corners are in doubt, they can be set by hand: those measures can be chosen. @param {Reading[]} readings of one reason @param {Shown} shown @param {Acts} act */
function because(readings, shown, act) {
  const settable = readings.filter((one) => one.lines.length && ![NO_SCALE, NO_FACING].includes(one.reason));
  const rest = readings.filter((one) => !settable.includes(one)).map((one) => one.name);
  return [
    settable.length ? html("div", { class: "tools" }, settable.map((one) => html("button", { class: "small", ...handles(one, shown, act) }, one.name))) : null,
    settable.filter((one) => one.id === shown.chosen).map((one) => detail(one, shown, act)),
    rest.length ? html("p", { class: "note" }, `${sentence(rest.join(" · "))}`) : null,
  ];
}
