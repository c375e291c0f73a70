// @ts-check
// Angles between endplates, positive for lordosis, and between an endplate and the horizontal.

import { distance } from "./geometry.js";
import { minus, turn } from "./planar.js";
import { discName, faultOf, firstOf, missing, NO_FACING, pairsOf, placeOf, within, without } from "./spine.js";

/** @typedef {import("./geometry.js").Pair} Pair */
/** @typedef {import("./spine.js").Spine} Spine */
/** @typedef {import("./spine.js").Draft} Draft */
/** @typedef {"superior" | "inferior"} End */
/** @typedef {[number, End]} Endplate */

/** @type {[string, string, string, End, string, End][]} */
const CURVES = [
  ["lordosis_c2_c7", "lordosis C2-C7 (Cobb)", "C2", "inferior", "C7", "inferior"],
  ["thoracolumbar_t11_l2", "thoracolumbar angle T11-L2", "T11", "superior", "L2", "inferior"],
  ["lordosis_l1_l5", "lordosis L1-L5", "L1", "superior", "L5", "inferior"],
  ["lordosis_l1_s1", "lordosis L1-S1", "L1", "superior", "S1", "superior"],
];
/** @type {[string, string, string, End][]} */
const SLOPES = [
  ["c2_slope", "C2 slope", "C2", "inferior"],
  ["c7_slope", "C7 slope", "C7", "superior"],
  ["sacral_slope", "sacral slope", "S1", "superior"],
];

const UNKNOWN = "the facing is not known";

/** From the anterior to the posterior corner of an endplate. @param {Pair[]} body @param {End} endplate @returns {Pair} */
export function direction(body, endplate) {
  return endplate === "superior" ? minus(body[1], body[0]) : minus(body[2], body[3]);
}

/** Degrees between two endplates, lordosis positive. @param {Pair[]} upper @param {End} upperEnd @param {Pair[]} lower @param {End} lowerEnd */
export function cobb(upper, upperEnd, lower, lowerEnd) {
  return turn(direction(lower, lowerEnd), direction(upper, upperEnd));
}

/** Degrees by which an endplate slopes down to anterior. @param {Pair[]} body @param {End} endplate */
export function slope(body, endplate) {
  return turn(direction(body, endplate), [1, 0]);
}

/** @param {Spine} spine @returns {Draft[]} */
export function alignmentDrafts(spine) {
  const named = spine.bodies.map((body) => body.level).filter((level) => level !== null);
  const curves = CURVES.filter(([, , upper, , lower]) => !named.length || named.some((level) => within(/** @type {string} */ (level), upper, lower)));
  const slopes = SLOPES.filter(([, , level]) => !named.length || named.includes(level));
  return [...curves.map((curve) => curveDraft(spine, curve)), ...slopes.map((one) => slopeDraft(spine, one)), ...pairsOf(spine).map((pair) => segmentDraft(spine, pair))];
}

/** @param {Spine} spine @param {[string, string, string, End, string, End]} curve @returns {Draft} */
function curveDraft(spine, [key, name, upper, upperEnd, lower, lowerEnd]) {
  const method = `${upperEnd} endplate of ${upper} to ${lowerEnd} endplate of ${lower}`;
  const head = { key, levels: [upper, lower], name, method };
  const [above, below] = [placeOf(spine, upper), placeOf(spine, lower)];
  if (above < 0 || below < 0) return without({ ...head, group: "alignment", unit: "°", reason: missing(spine, upper, lower) });
  return angleDraft(spine, head, [above, upperEnd], [below, lowerEnd]);
}

/** The angle of two bodies with their disc: over both bodies where they have two endplates. @param {Spine} spine @param {[number, number]} pair */
function segmentDraft(spine, [upper, lower]) {
  const bodies = [spine.bodies[upper], spine.bodies[lower]];
  const levels = bodies.map((body) => body.name);
  /** @type {End[]} */
  const [first, last] = [bodies[0].level === "C2" ? "inferior" : "superior", bodies[1].level === "S1" ? "superior" : "inferior"];
  const method = `${first} endplate of ${levels[0]} to ${last} endplate of ${levels[1]}`;
  const head = { key: "segmental_angle", levels, name: `${discName(levels)} segmental angle`, method };
  return { ...angleDraft(spine, head, [upper, first], [lower, last]), undirected: first === "superior" && last === "inferior" };
}

/** The angle between two endplates; without a facing its size alone.
 * @param {Spine} spine @param {{key: string, levels: string[], name: string, method: string}} head @param {Endplate} upper @param {Endplate} lower @returns {Draft} */
function angleDraft(spine, head, upper, lower) {
  const signed = spine.facing !== null;
  return {
    ...head, group: "alignment", unit: "°",
    method: `${head.method}${signed ? ", lordosis positive" : `, without sign: ${spine.rotated || UNKNOWN}`}`,
    reason: faultOf(spine, upper, lower), bodies: [upper[0], lower[0]], lines: [endplateLine(...upper), endplateLine(...lower)],
    value: (points) => {
      const value = cobb(points[upper[0]], upper[1], points[lower[0]], lower[1]);
      return signed ? value : Math.abs(value);
    },
  };
}

/** @param {Spine} spine @param {[string, string, string, End]} one @returns {Draft} */
function slopeDraft(spine, [key, name, level, end]) {
  const at = placeOf(spine, level);
  const head = { key, group: "alignment", levels: [level], name, unit: "°", method: `${end} endplate of ${level} to the film's horizontal, down to anterior positive` };
  if (at < 0) return without({ ...head, reason: missing(spine, level) });
  return {
    ...head, reason: firstOf(faultOf(spine, [at, end]), spine.notUpright, spine.facing ? "" : NO_FACING), bodies: [at], lines: [endplateLine(at, end)],
    value: (points) => slope(points[at], end), built: (points) => [horizontal(points[at], end)],
  };
}

/** A horizontal line as long as an endplate, from its posterior corner to anterior. @param {Pair[]} body @param {End} endplate @returns {Pair[]} */
function horizontal(body, endplate) {
  const corner = body[endplate === "superior" ? 1 : 2];
  return [[corner[0] - distance(direction(body, endplate), [0, 0]), corner[1]], corner];
}

/** From anterior to posterior. @param {number} at @param {End} endplate @returns {[number, number][]} */
function endplateLine(at, endplate) {
  return endplate === "superior" ? [[at, 0], [at, 1]] : [[at, 3], [at, 2]];
}
