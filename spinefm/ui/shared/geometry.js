// @ts-check
// Points, paths and outlines as flat lists x, y, x, y …, and the view that maps film pixels to a pane.

import { clamp, mix } from "./numbers.js";

/** @typedef {[number, number]} Pair */
/** @typedef {{width: number, height: number}} Size */
/** A film point p lies at (p - corner) * scale in the pane. @typedef {{scale: number, x: number, y: number}} View */

const MOST_ZOOM = 16;

/** @param {readonly number[]} flat @returns {Pair[]} */
export function pairs(flat) {
  /** @type {Pair[]} */
  const found = [];
  for (let i = 0; i + 1 < flat.length; i += 2) found.push([flat[i], flat[i + 1]]);
  return found;
}

/** @param {Pair} a @param {Pair} b */
export function distance(a, b) {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

/** @param {number} a @param {number} b @param {number} c @param {number} d @param {number} u */
function between(a, b, c, d, u) {
  return 0.5 * (2 * b + (c - a) * u + (2 * a - 5 * b + 4 * c - d) * u * u + (3 * b - a - 3 * c + d) * u * u * u);
}

/** A smooth curve (Catmull-Rom) through points, with `samples` pieces between neighbours. @param {Pair[]} points @param {number} [samples] */
export function spline(points, samples = 16) {
  if (points.length < 3) return points;
  const ends = [points[0], ...points, points[points.length - 1]];
  /** @type {Pair[]} */
  const path = [points[0]];
  for (let i = 1; i + 2 < ends.length; i += 1) {
    for (let k = 1; k <= samples; k += 1) {
      const [a, b, c, d] = ends.slice(i - 1, i + 3);
      path.push([between(a[0], b[0], c[0], d[0], k / samples), between(a[1], b[1], c[1], d[1], k / samples)]);
    }
  }
  return path;
}

/** The first part of a path, up to a share of its length. @param {Pair[]} path @param {number} share @returns {Pair[]} */
export function upTo(path, share) {
  const lengths = path.slice(1).map((point, index) => distance(point, path[index]));
  let left = lengths.reduce((sum, length) => sum + length, 0) * clamp(share, 0, 1);
  const found = path.slice(0, 1);
  for (const [index, length] of lengths.entries()) {
    if (left <= 0) break;
    const part = length > 0 ? Math.min(1, left / length) : 1;
    found.push([mix(path[index][0], path[index + 1][0], part), mix(path[index][1], path[index + 1][1], part)]);
    left -= length;
  }
  return found;
}

/** Whether a point lies inside a closed outline. @param {readonly number[]} outline @param {Pair} point */
export function contains(outline, [x, y]) {
  let inside = false;
  const points = pairs(outline);
  for (let i = 0, j = points.length - 1; i < points.length; j = i, i += 1) {
    const [ax, ay] = points[i];
    const [bx, by] = points[j];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

/** @param {readonly number[]} outline @returns {Pair} */
export function centreOf(outline) {
  const points = pairs(outline);
  let area = 0;
  let x = 0;
  let y = 0;
  points.forEach(([ax, ay], index) => {
    const [bx, by] = points[(index + 1) % points.length];
    const cross = ax * by - bx * ay;
    area += cross;
    x += (ax + bx) * cross;
    y += (ay + by) * cross;
  });
  if (Math.abs(area) < 1e-6) return points[0] || [0, 0];
  return [x / (3 * area), y / (3 * area)];
}

/** The farthest that any point of an outline lies from `point`. @param {readonly number[]} outline @param {Pair} point */
export function reach(outline, point) {
  return pairs(outline).reduce((far, other) => Math.max(far, distance(other, point)), 0);
}

/** The whole film in a pane, as large as it fits. @param {Size} film @param {Size} pane @returns {View} */
export function fitted(film, pane) {
  const scale = Math.min(pane.width / film.width, pane.height / film.height) || 1;
  return { scale, x: -0.5 - (pane.width / scale - film.width) / 2, y: -0.5 - (pane.height / scale - film.height) / 2 };
}

/** @param {View} view @param {Pair} point @returns {Pair} */
export function toPane(view, [x, y]) {
  return [(x - view.x) * view.scale, (y - view.y) * view.scale];
}

/** @param {View} view @param {Pair} point @returns {Pair} */
export function toFilm(view, [x, y]) {
  return [x / view.scale + view.x, y / view.scale + view.y];
}

/** @param {number} corner @param {number} shown @param {number} whole */
function held(corner, shown, whole) {
  return shown >= whole ? -0.5 - (shown - whole) / 2 : clamp(corner, -0.5, whole - 0.5 - shown);
}

/** The view moved so that it shows nothing beyond the film, where it can. @param {View} view @param {Size} film @param {Size} pane @returns {View} */
export function within(view, film, pane) {
  const least = fitted(film, pane).scale;
  const scale = clamp(view.scale, least, least * MOST_ZOOM);
  return { scale, x: held(view.x, pane.width / scale, film.width), y: held(view.y, pane.height / scale, film.height) };
}

/** Zoomed in by `factor`, with the pane's point `at` staying where it is. @param {View} view @param {number} factor @param {Pair} at @param {Size} film @param {Size} pane */
export function zoomed(view, factor, at, film, pane) {
  const least = fitted(film, pane).scale;
  const scale = clamp(view.scale * factor, least, least * MOST_ZOOM);
  const [x, y] = toFilm(view, at);
  return within({ scale, x: x - at[0] / scale, y: y - at[1] / scale }, film, pane);
}

/** @param {View} view @param {number} dx @param {number} dy @param {Size} film @param {Size} pane */
export function panned(view, dx, dy, film, pane) {
  return within({ ...view, x: view.x - dx / view.scale, y: view.y - dy / view.scale }, film, pane);
}
