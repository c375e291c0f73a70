// @ts-check
// An outline in the reader's hand: its few handles, what a press grabs, and where a drag moves it. Pure functions.

import { distance, pairs } from "../shared/geometry.js";
import { mix } from "../shared/numbers.js";

/** @typedef {import("../shared/geometry.js").Pair} Pair */
/** Which handles a press holds, by their places in the outline: one, or the two of an edge, or none. @typedef {{corners: number[]}} Grip */

const MOST_HANDLES = 10;
const MOST_CORNERS = 200; // that the server takes

/** @param {Pair} a @param {Pair} b @param {Pair} c */
function triangle(a, b, c) {
  return Math.abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2;
}

/** The places of the corners that are left when those that matter least to the area go. @param {Pair[]} points @param {number} most */
function mainCorners(points, most) {
  const left = points.map((_, place) => place);
  while (left.length > most) {
    const at = (/** @type {number} */ index) => points[left[(index + left.length) % left.length]];
    const weights = left.map((place, index) => triangle(at(index - 1), points[place], at(index + 1)));
    left.splice(weights.indexOf(Math.min(...weights)), 1);
  }
  return left;
}

/** The outline with as many corners as the server takes. @param {readonly number[]} outline @returns {number[]} */
export function thinned(outline) {
  const points = pairs(outline);
  return mainCorners(points, MOST_CORNERS).flatMap((place) => points[place]);
}

/** The places of the corners that can be dragged: the few that matter most. @param {readonly number[]} outline */
export function handlesOf(outline) {
  return mainCorners(pairs(outline), MOST_HANDLES);
}

/** The stretches of a closed outline from each handle to the next, as places of corners, both ends included.
 * @param {number} count of corners @param {readonly number[]} handles @returns {number[][]} */
function stretches(count, handles) {
  return handles.map((first, index) => {
    const steps = (handles[(index + 1) % handles.length] - first + count) % count || count;
    return Array.from({ length: steps + 1 }, (_, step) => (first + step) % count);
  });
}

/** @param {Pair} point @param {Pair} a @param {Pair} b */
function fromEdge(point, a, b) {
  const length = distance(a, b) ** 2 || 1;
  const t = Math.min(1, Math.max(0, ((point[0] - a[0]) * (b[0] - a[0]) + (point[1] - a[1]) * (b[1] - a[1])) / length));
  return distance(point, [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]);
}

/** What a press at a point grabs within `slack`: the closest handle, else the closest stretch between two.
 * @param {readonly number[]} outline @param {readonly number[]} handles @param {Pair} point @param {number} slack @returns {Grip | null} */
export function grabbed(outline, handles, point, slack) {
  const points = pairs(outline);
  const corners = handles.map((place) => distance(points[place], point));
  const corner = corners.indexOf(Math.min(...corners));
  if (corners[corner] <= slack) return { corners: [handles[corner]] };
  const parts = stretches(points.length, handles);
  const far = parts.map((part) => Math.min(...part.slice(1).map((place, index) => fromEdge(point, points[part[index]], points[place]))));
  const edge = far.indexOf(Math.min(...far));
  return far[edge] <= slack * 0.7 ? { corners: [handles[edge], handles[(edge + 1) % handles.length]] } : null;
}

/** How much of a drag each corner follows: all of it at a held handle, less along the outline, nothing from the next handle on.
 * @param {Pair[]} points @param {readonly number[]} handles @param {Grip} grip @returns {number[]} */
function shares(points, handles, grip) {
  const found = points.map(() => 0);
  for (const part of stretches(points.length, handles)) {
    const [from, to] = [part[0], part[part.length - 1]].map((place) => Number(grip.corners.includes(place)));
    const steps = part.slice(1).map((place, index) => distance(points[part[index]], points[place]));
    const whole = steps.reduce((sum, step) => sum + step, 0) || 1;
    let gone = 0;
    part.slice(1, -1).forEach((place, index) => {
      gone += steps[index];
      found[place] = mix(from, to, gone / whole);
    });
    found[part[0]] = from;
  }
  return found;
}

/** The outline with the held handles moved, and what lies between them and the next ones drawn along.
 * @param {readonly number[]} outline @param {readonly number[]} handles @param {Grip} grip @param {number} dx @param {number} dy @returns {number[]} */
export function movedOutline(outline, handles, grip, dx, dy) {
  const points = pairs(outline);
  const parts = shares(points, handles, grip);
  return points.flatMap(([x, y], place) => [x + parts[place] * dx, y + parts[place] * dy]);
}
