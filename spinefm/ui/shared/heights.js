// @ts-check
// Heights of a vertebral body, its deformity and its grade (Genant et al., J Bone Miner Res 1993; 8: 1137-1148).

import { distance } from "./geometry.js";
import { mean } from "./planar.js";
import { areNeighbours, faultOf, firstOf, LEVELS, NO_FACING, NO_SCALE } from "./spine.js";

/** @typedef {import("./geometry.js").Pair} Pair */
/** @typedef {import("./spine.js").Spine} Spine */
/** @typedef {import("./spine.js").Draft} Draft */

const NO_BODY = ["C1", "C2", "S1"]; // none with two endplates
const NO_LEVEL = "the level is not known, and Genant's grades are for thoracic and lumbar bodies";
const UNNAMED = "; its level is not known, but it is thoracic or lumbar";

/** Ha, between the anterior corners. @param {Pair[]} body */
export function anteriorHeight(body) {
  return distance(body[0], body[3]);
}

/** Hm, between the mid-points of the endplates. @param {Pair[]} body */
export function middleHeight(body) {
  return distance(body[4], body[5]);
}

/** Hp, between the posterior corners. @param {Pair[]} body */
export function posteriorHeight(body) {
  return distance(body[1], body[2]);
}

/** @param {Pair[]} body */
export function meanHeight(body) {
  return (anteriorHeight(body) + middleHeight(body) + posteriorHeight(body)) / 3;
}

/** The mean length of both endplates. @param {Pair[]} body */
function width(body) {
  return (distance(body[0], body[1]) + distance(body[3], body[2])) / 2;
}

/** Hp over the mean Hp of the neighbours. @param {Pair[]} body @param {Pair[][]} beside */
function neighbourRatio(body, beside) {
  return posteriorHeight(body) / mean(beside.map(posteriorHeight));
}

/** Lost height in % as wedge, biconcave and crush deformity; without neighbours nothing counts as crushed. @param {Pair[]} body @param {Pair[][]} beside */
export function losses(body, beside) {
  const back = posteriorHeight(body);
  const crush = beside.length ? 1 - neighbourRatio(body, beside) : 0;
  return [1 - anteriorHeight(body) / back, 1 - middleHeight(body) / back, crush].map((share) => 100 * share);
}

/** Genant's grade of a loss in %. @param {number} loss @param {number[]} limits */
function genantGrade(loss, limits) {
  return limits.filter((limit) => limit <= loss).length;
}

/** Genant's grade and kind in words. @param {number[]} lost @param {number[]} limits */
function genantWords(lost, limits) {
  const most = Math.max(...lost);
  const grade = genantGrade(most, limits);
  if (!grade) return "Genant 0 (normal)";
  return `Genant ${grade} (${["mild", "moderate", "severe"][grade - 1]}), ${["wedge", "biconcave", "crush"][lost.indexOf(most)]}`;
}

/** @param {Spine} spine @returns {Draft[]} */
export function heightDrafts(spine) {
  return spine.bodies.flatMap((body, at) => {
    if (body.level && NO_BODY.includes(body.level)) return [];
    const graded = body.level === null || LEVELS.indexOf(body.level) >= LEVELS.indexOf("T1");
    return [...lengthDrafts(spine, at), ...ratioDrafts(spine, at), ...(graded ? [lossDraft(spine, at)] : [])];
  });
}

/** @param {Spine} spine @param {number} at */
function bodyFault(spine, at) {
  return faultOf(spine, [at, "superior"], [at, "inferior"]);
}

/** @type {[string, string, (body: Pair[]) => number, [number, number][], string, boolean][]} */
const LENGTHS = [
  ["anterior_height", "anterior height Ha", anteriorHeight, [[0, 3]], "between the anterior corners", true],
  ["middle_height", "middle height Hm", middleHeight, [[4, 5]], "between the endplates' mid-points", false],
  ["posterior_height", "posterior height Hp", posteriorHeight, [[1, 2]], "between the posterior corners", true],
  ["width", "width", width, [[0, 1], [3, 2]], "mean length of both endplates", false],
];

/** Heights and width in millimetres. @param {Spine} spine @param {number} at @returns {Draft[]} */
function lengthDrafts(spine, at) {
  const { name } = spine.bodies[at];
  const fault = firstOf(bodyFault(spine, at), spine.spacing ? "" : NO_SCALE);
  return LENGTHS.map(([key, words, formula, ends, method, signed]) => ({
    key, group: "body", levels: [name], name: `${name} ${words}`, unit: "mm", method, bodies: [at],
    reason: firstOf(fault, signed && !spine.facing ? NO_FACING : ""), undirected: !signed,
    lines: ends.map(([a, b]) => [[at, a], [at, b]]),
    value: (points) => (spine.spacing || 1) * formula(points[at]),
  }));
}

/** Ha / Hp, Hm / Hp, and Hp over that of the neighbours. @param {Spine} spine @param {number} at @returns {Draft[]} */
function ratioDrafts(spine, at) {
  const { name } = spine.bodies[at];
  const head = { group: "body", levels: [name], unit: "ratio" };
  const reason = firstOf(bodyFault(spine, at), spine.facing ? "" : NO_FACING);
  const beside = neighbours(spine, at);
  const line = (/** @type {number} */ body, /** @type {number} */ a, /** @type {number} */ b) => /** @type {[number, number][]} */ ([[body, a], [body, b]]);
  const back = line(at, 1, 2);
  return [
    { ...head, key: "anterior_ratio", name: `${name} Ha/Hp`, method: "anterior over posterior height", reason, bodies: [at], lines: [line(at, 0, 3), back],
      value: (points) => anteriorHeight(points[at]) / posteriorHeight(points[at]) },
    { ...head, key: "middle_ratio", name: `${name} Hm/Hp`, method: "middle over posterior height", reason, bodies: [at], lines: [line(at, 4, 5), back],
      value: (points) => middleHeight(points[at]) / posteriorHeight(points[at]) },
    { ...head, key: "neighbour_ratio", name: `${name} Hp/neighbours`, method: "Hp over the mean Hp of the bodies above and below",
      reason: firstOf(reason, beside.length ? "" : "the bodies above and below are not both measurable"),
      bodies: [at, ...beside], lines: [back, ...beside.map((other) => line(other, 1, 2))],
      value: (points) => neighbourRatio(points[at], beside.map((other) => points[other])) },
  ];
}

/** The loss of height with Genant's grade and kind of deformity. @param {Spine} spine @param {number} at @returns {Draft} */
function lossDraft(spine, at) {
  const body = spine.bodies[at];
  const beside = neighbours(spine, at);
  const limits = spine.limits.genant_limits;
  const compared = beside.length ? ", 1 - Hp/neighbours" : " (not compared with neighbours: crush not assessed)";
  const unnamed = body.level === null && body.in_trunk ? UNNAMED : "";
  const lost = (/** @type {Pair[][]} */ points) => losses(points[at], beside.map((other) => points[other]));
  return {
    key: "height_loss", group: "body", levels: [body.name], name: `${body.name} height loss`, unit: "%",
    method: `largest of 1 - Ha/Hp, 1 - Hm/Hp${compared}; Genant's limits${unnamed}`,
    reason: firstOf(bodyFault(spine, at), spine.facing ? "" : NO_FACING, body.level || body.in_trunk ? "" : NO_LEVEL),
    bodies: [at, ...beside], lines: [[[at, 0], [at, 3]], [[at, 4], [at, 5]], [[at, 1], [at, 2]]],
    value: (points) => Math.max(...lost(points).slice(0, beside.length ? 3 : 2)), least: 0, grading: { scale: "Genant", of: (loss) => genantGrade(loss, limits), words: (points) => genantWords(lost(points), limits) },
  };
}

/** The places of the bodies above and below, if both are measurable; S1 and C2 are none. @param {Spine} spine @param {number} at */
export function neighbours(spine, at) {
  const beside = [at - 1, at + 1].filter((other) => other >= 0 && other < spine.bodies.length);
  const usable = beside.filter((other) => areNeighbours(spine, Math.min(at, other), Math.max(at, other))
    && !NO_BODY.includes(spine.bodies[other].level || "") && !bodyFault(spine, other));
  return usable.length === 2 ? beside : [];
}
