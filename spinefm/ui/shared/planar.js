// @ts-check
// Plane geometry of points and directions, x to the right and y down: the alphabet of all measures.

import { distance } from "./geometry.js";

/** @typedef {import("./geometry.js").Pair} Pair */

/** @param {Pair} a @param {Pair} b @returns {Pair} */
export function minus(a, b) {
  return [a[0] - b[0], a[1] - b[1]];
}

/** @param {Pair} a @param {Pair} b */
export function dot(a, b) {
  return a[0] * b[0] + a[1] * b[1];
}

/** @param {readonly number[]} values */
export function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** @param {readonly Pair[]} points @returns {Pair} */
export function middle(points) {
  return [mean(points.map((point) => point[0])), mean(points.map((point) => point[1]))];
}

/** The direction at length 1; the zero vector stays zero. @param {Pair} direction @returns {Pair} */
export function unit(direction) {
  const length = distance(direction, [0, 0]) || 1;
  return [direction[0] / length, direction[1] / length];
}

/** How far a point lies from an origin in the sense of a unit vector. @param {Pair} point @param {Pair} origin @param {Pair} direction */
export function along(point, origin, direction) {
  return dot(minus(point, origin), direction);
}

/** Turned by 90° clockwise in the picture: from rightwards to downwards. @param {Pair} direction @returns {Pair} */
export function perpendicular([x, y]) {
  return [-y, x];
}

/** Degrees from one direction to another, clockwise in the picture positive. @param {Pair} first @param {Pair} second */
export function turn(first, second) {
  return (Math.atan2(first[0] * second[1] - first[1] * second[0], dot(first, second)) * 180) / Math.PI;
}

/** A point of a patient who faces right, mirrored to face left. @param {Pair} point @returns {Pair} */
export function facingLeft([x, y]) {
  return [-x, y];
}
