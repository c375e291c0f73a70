// @ts-check
// What measures are computed from: the landmarks of all bodies, and a measure before its value.
// The formulas beside this module are those of Python's `spinefm.measure`; both meet tests/golden/measures.json.

import { facingLeft } from "./planar.js";

/** @typedef {import("./geometry.js").Pair} Pair */
/** Six landmarks in the order of PLACES, none where they cannot be had; superior, inferior: why that endplate is out; spread: the
 * expected error of a coordinate in pixels; number: in its run; edited: which landmarks a reader set.
 * @typedef {{name: string, level: string | null, points: Pair[], superior: string, inferior: string, in_trunk?: boolean, spread?: number, number?: number, edited?: boolean[]}} Body */
/** Landmarks face left in `points`; rotated: that the film is, "" where it is not known to be: then nothing is known of up and front. @typedef {{bodies: Body[], points: Pair[][], facing: "left" | "right" | null, spacing: number | null, notUpright: string, limits: Limits, rotated: string}} Spine */
/** What the settings say: limits of grades and of ±, draws for a ±, and by kind of body how errors of landmarks go together (12, 12).
 * @typedef {{genant_limits: number[], slip_limit: number, neck_slip_limit: number, grade_probability: number, doubt_factor: number,
 *   most_uncertainty: Record<string, number>, resamples: number, roots: Record<string, number[][]>}} Limits */
/** A path over landmarks: pairs of a body's place and a landmark's. @typedef {[number, number][]} Path */
/** value and built take the landmarks of all bodies, facing left; reason: why there is no value; undirected: whether a rotated film has it too;
 * least: below it the value is said to be this, but its draws, which tell how far it may be off, are not held there.
 * @typedef {{key: string, group: string, levels: string[], name: string, unit: string, method: string, reason: string, bodies: number[], lines: Path[],
 *   value: (points: Pair[][]) => number, grading?: import("./grading.js").Grading, built?: (points: Pair[][]) => Pair[][], undirected?: boolean, least?: number}} Draft */

export const PLACES = ["superior anterior", "superior posterior", "inferior posterior", "inferior anterior", "superior middle", "inferior middle"];
export const NO_FACING = "the side that the patient faces is not known; set it";
export const NO_SCALE = "the film has no scale; give the millimetres per pixel";
export const LEVELS = ["C1", "C2", "C3", "C4", "C5", "C6", "C7", "T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9", "T10", "T11", "T12", "L1", "L2", "L3", "L4", "L5", "L6", "S1"];
const COUNTED = LEVELS.filter((level) => level !== "L6");

/** @param {Body[]} bodies @param {"left" | "right" | null} seen @param {number | null} spacing @param {string} notUpright @param {Limits} limits @param {string} [rotated] @returns {Spine} */
export function spineOf(bodies, seen, spacing, notUpright, limits, rotated = "") {
  const facing = rotated ? null : seen;
  const points = bodies.map((body) => (facing === "right" ? body.points.map(facingLeft) : body.points));
  return { bodies, points, facing, spacing, notUpright, limits, rotated };
}

/** The place from the top of a level's body, -1 where there is none. @param {Spine} spine @param {string} level */
export function placeOf(spine, level) {
  return spine.bodies.findIndex((body) => body.level === level);
}

/** Whether a level lies between two others. @param {string} level @param {string} upper @param {string} lower */
export function within(level, upper, lower) {
  const at = LEVELS.indexOf(level);
  return LEVELS.indexOf(upper) <= at && at <= LEVELS.indexOf(lower);
}

/** Whether the bodies at two places share a disc, as far as their names tell. @param {Spine} spine @param {number} upper @param {number} lower */
export function areNeighbours(spine, upper, lower) {
  const [above, below] = [spine.bodies[upper].level, spine.bodies[lower].level];
  if (above === null || below === null) return above === below;
  if (above === "L6" || below === "L6") return ["L5 L6", "L6 S1"].includes(`${above} ${below}`);
  const short = above === "L4" && below === "S1"; // four lumbar bodies
  return short || COUNTED.indexOf(below) - COUNTED.indexOf(above) === 1;
}

/** Two places with one disc between them, from the top; none above C2. @param {Spine} spine @returns {[number, number][]} */
export function pairsOf(spine) {
  /** @type {[number, number][]} */
  const found = spine.bodies.slice(1).map((_, at) => [at, at + 1]);
  return found.filter(([upper, lower]) => areNeighbours(spine, upper, lower) && spine.bodies[upper].level !== "C1");
}

/** Why endplates cannot be measured, "" where all can; bodies with the same reason together. @param {Spine} spine @param {[number, "superior" | "inferior"][]} endplates */
export function faultOf(spine, ...endplates) {
  const faulty = endplates.filter(([at, end]) => spine.bodies[at][end]).map(([at, end]) => ({ name: spine.bodies[at].name, why: spine.bodies[at][end] }));
  const whys = [...new Set(faulty.map(({ why }) => why))];
  return whys.map((why) => `${[...new Set(faulty.filter((one) => one.why === why).map(({ name }) => name))].join(", ")}: ${why}`).join("; ");
}

/** The first reason that says something. @param {string[]} reasons */
export function firstOf(...reasons) {
  return reasons.find(Boolean) || "";
}

/** Why a measure of these levels cannot be had. @param {Spine} spine @param {string[]} levels */
export function missing(spine, ...levels) {
  if (!spine.bodies.some((body) => body.level)) return "no vertebra has a level; name one";
  const absent = levels.filter((level) => placeOf(spine, level) < 0);
  return `${absent.join(" and ")} ${absent.length === 1 ? "was" : "were"} not found on the film`;
}

/** The value of a measure's landmarks, as it is said. @param {Draft} draft @param {Spine} spine */
export function shownValue(draft, spine) {
  return Math.max(draft.value(spine.points), draft.least ?? -Infinity);
}

/** A disc between two bodies: L4/5, L5/S1. @param {string[]} levels */
export function discName([upper, lower]) {
  return `${upper}/${upper[0] === lower[0] ? lower.slice(1) : lower}`;
}

/** A measure that has no value whatever the landmarks are. @param {Omit<Draft, "value" | "bodies" | "lines">} draft @returns {Draft} */
export function without(draft) {
  return { ...draft, bodies: [], lines: [], value: () => NaN };
}

/** The landmarks that a measure's formula reads, as places of bodies and of landmarks: read from the formula at work, so that
 * no list beside it can disagree. @param {Draft} draft @param {Pair[][]} points @returns {[number, number][]} */
export function landmarksOf(draft, points) {
  const used = /** @type {[number, number][]} */ ([]);
  const watched = points.map((body, at) => new Proxy(body, { get: (target, name) => {
    if (typeof name === "string" && /^\d+$/.test(name)) used.push([at, Number(name)]);
    return Reflect.get(target, name);
  } }));
  draft.value(watched);
  return used;
}
