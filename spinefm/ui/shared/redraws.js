// @ts-check
// How sure a measure is on landmarks that a reader set: those stay where they are, the others of the same body err as before.
// The draws are those of Python's `spinefm/measure/redraws.py`: the numbers of mulberry32, by their place in its sequence.

import { gradeWords } from "./grading.js";
import { toldApart } from "./numbers.js";
import { minus, unit } from "./planar.js";
import { landmarksOf, shownValue } from "./spine.js";

/** @typedef {import("./geometry.js").Pair} Pair */
/** @typedef {import("./spine.js").Body} Body */
/** @typedef {import("./spine.js").Spine} Spine */
/** @typedef {import("./spine.js").Draft} Draft */
/** value: null where `reason` says that it is too uncertain; plus: half the 95 % interval, null where every landmark was set.
 * @typedef {{value: number | null, plus: number | null, doubt: string, grade: string, reason: string}} Held */

const COORDINATES = 12; // random numbers of a body in one draw
const STEP = 0x6d2b79f5;
/** @type {WeakMap<number[][], Map<string, Float64Array>>} */
const KNOWN = new WeakMap();
/** @type {WeakMap<Spine, Map<number, Pair[][]>>} */
const DRAWN = new WeakMap();

/** The number at a place of mulberry32's sequence, at least 0 and below 1. @param {number} place */
export function uniform(place) {
  let mixed = Math.imul(place + 1, STEP);
  mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

/** Standard normal numbers of the body with that number, draw after draw (Box and Muller). @param {number} key @param {number} count of draws */
function normals(key, count) {
  const first = 2 * key * count * COORDINATES;
  return Float64Array.from({ length: count * COORDINATES }, (_, at) =>
    Math.sqrt(-2 * Math.log(1 - uniform(first + 2 * at))) * Math.cos(2 * Math.PI * uniform(first + 2 * at + 1)));
}

/** How far a body's landmarks move in every draw, along its endplates and down, at errors of size 1.
 * @param {number[][]} root @param {number} key @param {number} count of draws */
function movesOf(root, key, count) {
  const [numbers, moves] = [normals(key, count), new Float64Array(count * COORDINATES)];
  for (let at = 0; at < moves.length; at += 1) {
    const [row, first] = [root[at % COORDINATES], at - (at % COORDINATES)];
    for (let column = 0; column < COORDINATES; column += 1) moves[at] += row[column] * numbers[first + column];
  }
  return moves;
}

/** The same, computed once for a body. @param {number[][]} root @param {number} key @param {number} count */
function keptMoves(root, key, count) {
  const known = KNOWN.get(root) || new Map();
  const name = `${key} ${count}`;
  if (!known.has(name)) known.set(name, movesOf(root, key, count));
  KNOWN.set(root, known);
  return /** @type {Float64Array} */ (known.get(name));
}

/** Which model of errors a level's body has. @param {string | null} level */
function kindOf(level) {
  return { C2: "C2", L5: "L5", L6: "L5", S1: "S1" }[level || ""] || "body";
}

/** The unit vector along a body's endplates, from anterior to posterior. @param {Pair[]} points @returns {Pair} */
function across(points) {
  const [upper, lower] = [minus(points[1], points[0]), minus(points[2], points[3])];
  return unit([upper[0] + lower[0], upper[1] + lower[1]]);
}

/** A body's landmarks in every draw. @param {Spine} spine @param {number} at @returns {Pair[][]} */
function drawsOf(spine, at) {
  const { spread = 0, level, number = at, edited = [] } = spine.bodies[at];
  const { limits, points } = spine;
  const moves = keptMoves(limits.roots[kindOf(level)], number, limits.resamples);
  const [x, y] = across(points[at]);
  return Array.from({ length: limits.resamples }, (_, draw) => points[at].map((point, place) => {
    if (edited[place]) return point;
    const first = draw * COORDINATES + 2 * place;
    const [along, down] = [spread * moves[first], spread * moves[first + 1]];
    return [point[0] + along * x - down * y, point[1] + along * y + down * x];
  }));
}

/** The same, drawn once for all measures of the spine. @param {Spine} spine @param {number} at */
function keptDraws(spine, at) {
  const known = DRAWN.get(spine) || new Map();
  if (!known.has(at)) known.set(at, drawsOf(spine, at));
  DRAWN.set(spine, known);
  return /** @type {Pair[][]} */ (known.get(at));
}

/** A measure's values over the draws. @param {Spine} spine @param {Draft} draft */
function valuesOver(spine, draft) {
  const points = [...spine.points];
  return Array.from({ length: spine.limits.resamples }, (_, draw) => {
    for (const at of draft.bodies) points[at] = keptDraws(spine, at)[draw];
    return draft.value(points);
  });
}

/** Half the width of the central 95 % of values. @param {number[]} values */
function halfInterval(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const quantile = (/** @type {number} */ share) => {
    const at = share * (sorted.length - 1);
    const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
    return low + (high - low) * (at - Math.floor(at));
  };
  return (quantile(0.975) - quantile(0.025)) / 2;
}

/** That a ± is over its limit: both with the limit's decimals, or with as many more as tell them apart. @param {number} half @param {number} most */
export function overLimit(half, most) {
  const [shown, limit] = toldApart(half, most, `${most}`.split(".")[1]?.length || 0);
  return `its uncertainty, ± ${shown}, is over the limit of ± ${limit}`;
}

/** A measure on landmarks of which a reader set some, compared with its limits. @param {Spine} spine @param {Draft} draft @returns {Held} */
export function heldByHand(spine, draft) {
  const { most_uncertainty: limits, doubt_factor: factor, grade_probability: least } = spine.limits;
  const [value, draws] = [shownValue(draft, spine), valuesOver(spine, draft)];
  const half = halfInterval(draws);
  const most = limits[draft.key] ?? limits[draft.unit] ?? half;
  const over = half > most ? overLimit(half, most) : "";
  if (half > factor * most) return { value: null, plus: null, doubt: "", grade: "", reason: over };
  const grade = draft.grading ? gradeWords(draft.grading, value, spine.points, draws, half, least) : "";
  const isWhole = landmarksOf(draft, spine.points).every(([at, place]) => spine.bodies[at].edited?.[place]);
  return { value, plus: isWhole ? null : half, doubt: over, grade, reason: "" };
}
