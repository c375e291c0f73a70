// @ts-check
// An outline in the reader's hand: its few handles, what a press grabs, and where a drag moves it. Pure functions.

import { distance, pairs } from "../shared/geometry.js";

/** @typedef {import("../shared/geometry.js").Pair} Pair */
/** Which corners a press holds: one, or the two of an edge, or none. @typedef {{corners: number[]}} Grip */

const MOST_HANDLES = 10;

/** @param {Pair} a @param {Pair} b @param {Pair} c */
function triangle(a, b, c) {
  return Math.abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2;
}

/** The outline with few corners: those that matter least to its area go. @param {readonly number[]} outline @returns {number[]} */
export function handlesOf(outline) {
  const points = pairs(outline);
  while (points.length > MOST_HANDLES) {
    const at = (/** @type {number} */ index) => points[(index + points.length) % points.length];
    const weights = points.map((point, index) => triangle(at(index - 1), point, at(index + 1)));
    points.splice(weights.indexOf(Math.min(...weights)), 1);
  }
  return points.flat();
}

/** @param {Pair} point @param {Pair} a @param {Pair} b */
function fromEdge(point, a, b) {
  const length = distance(a, b) ** 2 || 1;
  const t = Math.min(1, Math.max(0, ((point[0] - a[0]) * (b[0] - a[0]) + (point[1] - a[1]) * (b[1] - a[1])) / length));
  return distance(point, [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]);
}

/** What a press at a point grabs within `slack`: the closest corner, else the closest edge. @param {readonly number[]} outline @param {Pair} point @param {number} slack @returns {Grip | null} */
export function grabbed(outline, point, slack) {
  const points = pairs(outline);
  const corners = points.map((corner) => distance(corner, point));
  const corner = corners.indexOf(Math.min(...corners));
  if (corners[corner] <= slack) return { corners: [corner] };
  const edges = points.map((a, index) => fromEdge(point, a, points[(index + 1) % points.length]));
  const edge = edges.indexOf(Math.min(...edges));
  return edges[edge] <= slack * 0.7 ? { corners: [edge, (edge + 1) % points.length] } : null;
}

/** The outline with the held corners moved. @param {readonly number[]} outline @param {Grip} grip @param {number} dx @param {number} dy @returns {number[]} */
export function movedOutline(outline, grip, dx, dy) {
  return pairs(outline).flatMap(([x, y], index) => (grip.corners.includes(index) ? [x + dx, y + dy] : [x, y]));
}
