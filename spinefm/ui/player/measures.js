// @ts-check
// What the tab Measures knows: the run's measures, and what the reader has changed. Pure functions of both.

import { percent, sentence } from "../shared/numbers.js";
import { landmarksOf, PLACES, spineOf } from "../shared/spine.js";
import { draftsOf, linesOf, measured } from "../shared/measure.js";
import { heldByHand } from "../shared/redraws.js";

/** @typedef {import("../shared/geometry.js").Pair} Pair */
/** @typedef {"left" | "right" | null} Facing */
/** A landmark moved by hand; its place is that of a patient who faces left. @typedef {{number: number, place: number, point: Pair}} Move */
/** facing, mm: set by hand, null where not; moves: oldest first. @typedef {{facing: Facing, mm: number | null, moves: Move[]}} Changes */
/** @typedef {import("../shared/spine.js").Body & {number: number, spread: number, edited: boolean[], redrawn?: boolean}} Body */
/** @typedef {{low: number | null, high: number | null, text: string, source: string}} Reference */
/** overMiddles: whether mid-points of endplates are among what it is drawn over; plus: half the 95 % interval; sure: the least that the method is sure of what it rests on; sure is null where landmarks were moved, plus where all were. doubt: why the value is to be taken with care.
 * @typedef {import("../shared/measure.js").Measure & {id: string, overMiddles: boolean, plus: number | null, sure: number | null, doubt: string, edited: boolean, reference: Reference | null}} Reading */
/** @typedef {import("../shared/spine.js").Draft} Draft */
/** What the server sends of a run's measures. @typedef {Record<string, any>} Data */

const MIRRORED = [1, 0, 3, 2, 4, 5]; // the place that a landmark has when the patient faces the other way
/** @type {Record<string, number[]>} */
const ENDPLATES = { superior: [0, 1, 4], inferior: [2, 3, 5] };
/** @type {Record<string, number>} */
const DIGITS = { "°": 1, "%": 1, mm: 1, ratio: 2 };

/** @returns {Changes} */
export function unchanged() {
  return { facing: null, mm: null, moves: [] };
}

/** @param {Data} data @param {Changes} changes @returns {Facing} */
export function facingOf(data, changes) {
  return changes.facing || data.facing.side;
}

/** Millimetres per pixel, or null. @param {Data} data @param {Changes} changes @returns {number | null} */
export function scaleOf(data, changes) {
  return changes.mm || (data.spacing ? data.spacing.mm : null);
}

/** The side that the patient faces, in words, and where it comes from. @param {Data} data @param {Changes} changes */
export function facingWords(data, changes) {
  const { side, probability, source } = data.facing;
  const now = facingOf(data, changes);
  const byHand = changes.facing !== null;
  const words = !now ? "not known: signs are missing" : byHand ? `${now}, set by hand` : `${now}, ${percent(probability)}`;
  return { side: now, words, source: byHand ? "Set by hand" : sentence(source), byHand, estimate: side };
}

/** The scale in words, and where it comes from. @param {Data} data @param {Changes} changes */
export function scaleWords(data, changes) {
  const mm = scaleOf(data, changes);
  const byHand = changes.mm !== null;
  const source = byHand ? "calibrated by hand" : data.spacing?.source;
  return { words: mm ? `${Number(mm.toPrecision(3))} mm per pixel, ${source}` : "none: no lengths in mm", byHand, film: Boolean(data.spacing) };
}

/** A landmark's place for a patient who faces left. @param {number} place @param {Facing} facing */
export function asLeft(place, facing) {
  return facing === "right" ? MIRRORED[place] : place;
}

/** The bodies from the top, with what was moved by hand where it was put. @param {Data} data @param {Changes} changes @returns {Body[]} */
export function bodiesOf(data, changes) {
  const facing = facingOf(data, changes);
  return data.sides[facing || "unknown"].bodies.map((/** @type {any} */ body) => {
    const moved = new Map(changes.moves.filter((move) => move.number === body.number).map((move) => [move.place, move.point]));
    const points = body.points.map((/** @type {Pair} */ point, /** @type {number} */ place) => moved.get(asLeft(place, facing)) || point);
    const edited = PLACES.map((_, place) => moved.has(asLeft(place, facing)));
    return { ...body, points, edited, superior: left(data, body, "superior", edited), inferior: left(data, body, "inferior", edited) };
  });
}

/** Why an endplate is out: an outline's doubts end where the reader has set a landmark, an endplate that does not exist stays out.
 * @param {Data} data @param {any} body @param {"superior" | "inferior"} end @param {boolean[]} edited */
function left(data, body, end, edited) {
  const byHand = ENDPLATES[end].some((place) => edited[place]);
  return byHand && !data.fixed.includes(body[end]) ? "" : body[end];
}

/** All measures as they are now. @param {Data} data @param {Changes} changes @returns {Reading[]} */
export function readingsOf(data, changes) {
  const facing = facingOf(data, changes);
  const bodies = bodiesOf(data, changes);
  const spine = spineFrom(data, changes, bodies);
  const sent = changes.moves.length ? draftsOf(spineFrom(data, changes, bodiesOf(data, { ...changes, moves: [] }))) : [];
  const before = new Map(sent.map((draft) => [idOf(draft), draft]));
  const known = data.sides[facing || "unknown"].values;
  return draftsOf(spine).map((draft) => {
    const id = idOf(draft);
    const edited = draft.bodies.some((at) => bodies[at].edited.some(Boolean)) && isByHand(draft, before.get(id), spine.points, bodies);
    const overMiddles = draft.lines.flat().some(([, place]) => place > 3);
    const reading = { ...measured(spine, draft), id, overMiddles, edited, plus: null, sure: null, doubt: "", reference: data.references[id] || null };
    if (reading.reason) return { ...reading, lines: draft.bodies.every((at) => bodies[at].points.length) ? linesOf(spine, { ...draft, built: undefined }) : [] };
    if (edited) return { ...reading, ...heldByHand(spine, draft) };
    return known[id] ? asSent(reading, known[id], spine.spacing || 1) : reading;
  });
}

/** @param {Data} data @param {Changes} changes @param {Body[]} bodies */
function spineFrom(data, changes, bodies) {
  return spineOf(bodies, facingOf(data, changes), scaleOf(data, changes), data.notUpright, data.limits, data.rotated);
}

/** @param {{key: string, levels: string[]}} draft */
function idOf({ key, levels }) {
  return [key, ...levels].join(" ");
}

/** Whether a measure is computed from a landmark that the reader moved, or in another way than before the moves: an endplate set
 * by hand can make a measure possible whose formula does not use that corner, or a neighbour one to compare with.
 * @param {Draft} draft @param {Draft | undefined} before without the moves @param {Pair[][]} points @param {Body[]} bodies */
function isByHand(draft, before, points, bodies) {
  if (!before || waysOf(draft) !== waysOf(before)) return true;
  return !draft.reason && landmarksOf(draft, points).some(([at, place]) => bodies[at].edited[place]);
}

/** @param {Draft} draft */
function waysOf({ reason, method, bodies }) {
  return JSON.stringify([reason, method, bodies]);
}

/** A measure whose landmarks nobody moved is what the server computed; lengths come in pixels. @param {Reading} reading @param {any} sent @param {number} mm @returns {Reading} */
function asSent(reading, sent, mm) {
  if (sent.reason) return { ...reading, value: null, grade: "", reason: sent.reason };
  const factor = reading.unit === "mm" ? mm : 1;
  return { ...reading, value: sent.value * factor, plus: sent.plus === null ? null : sent.plus * factor, grade: sent.grade, doubt: sent.doubt, sure: sent.sure };
}

/** One more landmark moved; a move that goes on takes the place of what it was. @param {Changes} changes @param {Move} move @param {boolean} goesOn @returns {Changes} */
export function withMove(changes, move, goesOn) {
  return { ...changes, moves: [...(goesOn ? changes.moves.slice(0, -1) : changes.moves), move] };
}

/** Without what was moved on these bodies. @param {Changes} changes @param {number[]} numbers @returns {Changes} */
export function withoutMoves(changes, numbers) {
  return { ...changes, moves: changes.moves.filter((move) => !numbers.includes(move.number)) };
}

/** What is left of the changes when a correction has changed the run: a body with another outline has its own landmarks again.
 * @param {Changes} changes @param {Data | null} before @param {Data | null} after @returns {Changes} */
export function carried(changes, before, after) {
  if (!before || !after) return unchanged();
  const points = (/** @type {Data} */ data, /** @type {number} */ number) => JSON.stringify(data.sides.left.bodies.find((/** @type {any} */ body) => body.number === number)?.points);
  return { ...changes, moves: changes.moves.filter(({ number }) => points(before, number) === points(after, number)) };
}

/** A number with the digits of its unit and a true minus. @param {number} value @param {string} unit */
export function digits(value, unit) {
  const words = value.toFixed(DIGITS[unit]);
  return (Number(words) === 0 ? words.replace("-", "") : words).replace("-", "−");
}

/** The value with its unit, and ± where it is known, with a question mark where the value is in doubt: two strings. @param {Reading} reading @returns {[string, string]} */
export function wordsOf({ value, unit, plus, doubt }) {
  if (value === null) return ["–", ""];
  const sign = unit === "ratio" ? "" : unit === "°" ? "°" : ` ${unit}`;
  return [`${digits(value, unit)}${sign}`, plus === null ? "" : `± ${digits(plus, unit)}${doubt ? " ?" : ""}`];
}

/** Where a value lies beside its reference; "" without one. Below or above only where the whole of its ± does.
 * @param {Reading} reading @returns {"" | "below" | "at the edge of" | "inside" | "above"} */
export function against({ value, plus, reference }) {
  if (value === null || !reference) return "";
  const [low, high, reach] = [reference.low ?? -Infinity, reference.high ?? Infinity, plus ?? 0];
  if (value + reach < low) return "below";
  if (value - reach > high) return "above";
  return value < low || value > high ? "at the edge of" : "inside";
}

const COLUMNS = ["group", "measure", "levels", "name", "value", "unit", "uncertainty_95", "confidence", "grade", "doubt", "edited", "not_measurable",
  "reference_low", "reference_high", "reference", "source", "method", "facing", "mm_per_pixel"];

/** The table of measures as a file: the columns of the command line's, and what the reader changed. @param {Data} data @param {Changes} changes */
export function csvOf(data, changes) {
  const exact = (/** @type {number | null} */ value, /** @type {string} */ unit) => (value === null ? "" : String(Number(value.toFixed(unit === "ratio" ? 6 : 4))));
  const bodies = bodiesOf(data, changes);
  const isEdited = (/** @type {Reading} */ one) => one.edited || (one.value !== null && one.bodies.some((at) => bodies[at].redrawn));
  const rows = readingsOf(data, changes).map((one) => [one.group, one.key, one.levels.join("-"), one.name, exact(one.value, one.unit), one.unit,
    exact(one.plus, one.unit), one.sure ?? "", one.grade, one.doubt, isEdited(one) ? "yes" : "", one.value === null ? one.reason : "",
    one.reference?.low ?? "", one.reference?.high ?? "", one.reference?.text ?? "", one.reference?.source ?? "", one.method,
    facingOf(data, changes) || "", scaleOf(data, changes) ?? ""]);
  return [COLUMNS, ...rows].map((row) => row.map(cell).join(",")).join("\n") + "\n";
}

/** @param {string | number} value */
function cell(value) {
  const words = String(value);
  return /[",\n]/.test(words) ? `"${words.replaceAll('"', '""')}"` : words;
}
