// @ts-check
// A measure on the film: thin lines with end ticks, a label beside the bodies, and landmarks to drag.

import { distance, toPane } from "../shared/geometry.js";
import { clamp } from "../shared/numbers.js";
import { minus, perpendicular, unit } from "../shared/planar.js";

/** @typedef {import("../shared/geometry.js").Pair} Pair */
/** @typedef {import("../shared/pen.js").Pen} Pen */
/** @typedef {{x: number, y: number, width: number, height: number}} Box */

const LINE = "#ffd76a";
const FAINT = "#d8dee8";
const HAND = "#57d3e6";
const TICK = 5; // half of its length, in pixels of the screen
const GAP = 8; // between a label and the room around the bodies
const ROOM = 9;
const WITHIN = 2.45; // of a spread, the radius in which 95 % of points lie
const GRID = 9; // places tried across and down
const FONTS = ["13px system-ui, sans-serif", "650 15px system-ui, sans-serif", "13px system-ui, sans-serif"];

/** The lines of a measure; the endplates of an angle run on a little. @param {Pen} pen @param {Pair[][]} lines @param {{angle: boolean, faint: boolean}} how */
export function drawLines(pen, lines, { angle, faint }) {
  const colour = faint ? FAINT : LINE;
  for (const path of lines) {
    if (angle && path.length === 2) drawThin(pen, prolonged(path), colour, [1, 5]);
    drawThin(pen, path, colour, faint ? [5, 4] : []);
    if (!distance(path[0], path[path.length - 1])) continue;
    drawTick(pen, path[0], minus(path[1], path[0]), colour);
    drawTick(pen, path[path.length - 1], minus(path[path.length - 1], path[path.length - 2]), colour);
  }
}

/** Longer by its own length at the posterior end, and by half of it at the anterior one. @param {Pair[]} path @returns {Pair[]} */
function prolonged([from, to]) {
  const [dx, dy] = minus(to, from);
  return [[from[0] - dx * 0.5, from[1] - dy * 0.5], [to[0] + dx, to[1] + dy]];
}

/** @param {Pen} pen @param {Pair} point @param {Pair} direction @param {string} colour */
function drawTick(pen, point, direction, colour) {
  const [nx, ny] = perpendicular(unit(direction));
  const half = TICK / pen.view.scale;
  drawThin(pen, [[point[0] - nx * half, point[1] - ny * half], [point[0] + nx * half, point[1] + ny * half]], colour, []);
}

/** A thin line whose faint dark edge keeps it in sight on bone. @param {Pen} pen @param {Pair[]} path @param {string} colour @param {number[]} dash */
function drawThin({ ink, view }, path, colour, dash) {
  ink.save();
  ink.lineCap = "round";
  ink.setLineDash(dash);
  ink.beginPath();
  for (const point of path) ink.lineTo(...toPane(view, point));
  for (const [edge, width] of /** @type {[string, number][]} */ ([["rgb(0 0 0 / 45%)", 3], [colour, 1.3]])) {
    if (dash[0] === 1 && width === 3) continue; // dots need no edge
    Object.assign(ink, { strokeStyle: edge, lineWidth: width });
    ink.stroke();
  }
  ink.restore();
}

/** @typedef {{point: Pair, spread: number, edited: boolean, held: boolean, used: boolean}} Landmark */

/** Where a landmark lies with 95 % probability, as far as the outline tells. @param {Pen} pen @param {Landmark[]} landmarks */
function drawHalos({ ink, view }, landmarks) {
  ink.save();
  Object.assign(ink, { fillStyle: LINE, globalAlpha: 0.16 });
  for (const { point, spread } of landmarks.filter((one) => one.used && !one.edited)) {
    ink.beginPath();
    ink.arc(...toPane(view, point), WITHIN * spread * view.scale, 0, 2 * Math.PI);
    ink.fill();
  }
  ink.restore();
}

/** Landmarks as rings through which the film is seen, small where the measure does not rest on them; those set by hand are diamonds.
 * @param {Pen} pen @param {Landmark[]} landmarks */
export function drawLandmarks(pen, landmarks) {
  const { ink, view } = pen;
  drawHalos(pen, landmarks);
  ink.save();
  for (const { point, edited, held, used } of landmarks) {
    const [x, y] = toPane(view, point);
    const radius = held ? 7.5 : used || edited ? 4.5 : 3;
    for (const [colour, width] of /** @type {[string, number][]} */ ([["rgb(0 0 0 / 60%)", 3], [edited ? HAND : "#ffffff", 1.3]])) {
      ink.beginPath();
      if (edited) diamond(ink, x, y, radius);
      else ink.arc(x, y, radius, 0, 2 * Math.PI);
      Object.assign(ink, { strokeStyle: colour, lineWidth: width });
      ink.stroke();
    }
  }
  ink.restore();
}

/** @param {CanvasRenderingContext2D} ink @param {number} x @param {number} y @param {number} radius */
function diamond(ink, x, y, radius) {
  ink.moveTo(x, y - radius);
  for (const [dx, dy] of [[radius, 0], [0, radius], [-radius, 0]]) ink.lineTo(x + dx, y + dy);
  ink.closePath();
}

/** Words in a label beside the bodies, with a thin leader to each line.
 * @param {Pen} pen @param {string[]} words @param {Pair[][]} lines @param {Pair[][]} used bodies of the measure @param {Pair[][]} all bodies @param {{width: number, height: number}} pane */
export function drawLabel(pen, words, lines, used, all, pane) {
  const { ink, view } = pen;
  const size = sizeOf(ink, words);
  const boxOf = (/** @type {Pair[][]} */ bodies) => bodies.filter((body) => body.length).map((body) => wider(around(body.map((point) => toPane(view, point)))));
  const spot = spotOf(size, joined(boxOf(used)), boxOf(all), pane);
  const middle = /** @type {Pair} */ ([spot.x + spot.width / 2, spot.y + spot.height / 2]);
  ink.save();
  Object.assign(ink, { strokeStyle: LINE, lineWidth: 1, globalAlpha: 0.55 });
  for (const path of lines.slice(0, 2)) leader(ink, spot, middle, path.map((point) => toPane(view, point)));
  Object.assign(ink, { globalAlpha: 1, fillStyle: "rgb(12 14 17 / 86%)", textBaseline: "middle", textAlign: "left" });
  ink.beginPath();
  ink.roundRect(spot.x, spot.y, spot.width, spot.height, 6);
  ink.fill();
  words.forEach((line, index) => {
    Object.assign(ink, { font: FONTS[index], fillStyle: index === 1 ? LINE : FAINT });
    ink.fillText(line, spot.x + 9, spot.y + 14 + 19 * index);
  });
  ink.restore();
  return spot;
}

/** @param {CanvasRenderingContext2D} ink @param {Box} spot @param {Pair} middle @param {Pair[]} path */
function leader(ink, spot, middle, path) {
  const end = path.reduce((best, point) => (distance(point, middle) < distance(best, middle) ? point : best));
  const from = [clamp(end[0], spot.x, spot.x + spot.width), clamp(end[1], spot.y, spot.y + spot.height)];
  ink.beginPath();
  ink.moveTo(from[0], from[1]);
  ink.lineTo(end[0], end[1]);
  ink.stroke();
}

/** @param {CanvasRenderingContext2D} ink @param {string[]} words */
function sizeOf(ink, words) {
  const widths = words.map((line, index) => {
    ink.font = FONTS[index];
    return ink.measureText(line).width;
  });
  return { width: Math.max(...widths) + 18, height: 9 + 19 * words.length };
}

/** Where a label lies: the place in the pane that covers no bone, or the least, and of those the one closest to the measured bodies.
 * @param {{width: number, height: number}} size @param {Box} box of the measured bodies @param {Box[]} bodies @param {{width: number, height: number}} pane @returns {Box} */
export function spotOf(size, box, bodies, pane) {
  const xs = [box.x - GAP - size.width, box.x + box.width + GAP, ...spread(pane.width - size.width)];
  const ys = [box.y + (box.height - size.height) / 2, box.y - GAP - size.height, box.y + box.height + GAP, ...spread(pane.height - size.height)];
  const spots = ys.flatMap((top) => xs.map((left) => ({ x: clamp(left, 4, Math.max(4, pane.width - size.width - 4)), y: clamp(top, 4, Math.max(4, pane.height - size.height - 4)), ...size })));
  const costs = spots.map((spot) => 1e3 * bodies.reduce((sum, body) => sum + overlap(spot, body), 0) + apart(spot, box));
  return spots[costs.indexOf(Math.min(...costs))];
}

/** @param {number} room */
function spread(room) {
  return [...Array(GRID).keys()].map((step) => (room * step) / (GRID - 1));
}

/** @param {Box} a @param {Box} b */
function apart(a, b) {
  return distance([a.x + a.width / 2, a.y + a.height / 2], [b.x + b.width / 2, b.y + b.height / 2]);
}

/** @param {Box} a @param {Box} b */
function overlap(a, b) {
  const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return Math.max(0, across) * Math.max(0, down);
}

/** @param {Pair[]} points @returns {Box} */
function around(points) {
  const [xs, ys] = [points.map((point) => point[0]), points.map((point) => point[1])];
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

/** With room for the rings of its landmarks. @param {Box} box @returns {Box} */
function wider({ x, y, width, height }) {
  return { x: x - ROOM, y: y - ROOM, width: width + 2 * ROOM, height: height + 2 * ROOM };
}

/** @param {Box[]} boxes */
function joined(boxes) {
  return around(boxes.flatMap(({ x, y, width, height }) => /** @type {Pair[]} */ ([[x, y], [x + width, y + height]])));
}
