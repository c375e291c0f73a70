// @ts-check
// A measure on the film: thin lines with end ticks, a label beside the bodies, and landmarks to drag.

import { distance, toPane } from "../shared/geometry.js";
import { clamp } from "../shared/numbers.js";
import { minus, perpendicular, unit } from "../shared/planar.js";
import { drawPath } from "../shared/pen.js";

/** @typedef {import("../shared/geometry.js").Pair} Pair */
/** @typedef {import("../shared/pen.js").Pen} Pen */
/** @typedef {{x: number, y: number, width: number, height: number}} Box */

const LINE = "#ffd76a";
const FAINT = "#d8dee8";
const HAND = "#57d3e6";
const TICK = 5; // half of its length, in pixels of the screen
const GAP = 16;
const FONTS = ["13px system-ui, sans-serif", "650 15px system-ui, sans-serif"];

/** The lines of a measure; the endplates of an angle run on a little. @param {Pen} pen @param {Pair[][]} lines @param {{angle: boolean, faint: boolean}} how */
export function drawLines(pen, lines, { angle, faint }) {
  const colour = faint ? FAINT : LINE;
  for (const path of lines) {
    if (angle && path.length === 2) drawPath(pen, prolonged(path), { colour, width: 1, dash: [2, 5] }, 0.75);
    drawPath(pen, path, { colour, width: 1.4, ...(faint ? { dash: [5, 4] } : {}) }, 1);
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
  drawPath(pen, [[point[0] - nx * half, point[1] - ny * half], [point[0] + nx * half, point[1] + ny * half]], { colour, width: 1.4 }, 1);
}

/** Landmarks as rings through which the film is seen; those set by hand are filled diamonds. @param {Pen} pen @param {{point: Pair, edited: boolean, held: boolean}[]} landmarks */
export function drawLandmarks({ ink, view }, landmarks) {
  ink.save();
  for (const { point, edited, held } of landmarks) {
    const [x, y] = toPane(view, point);
    const radius = held ? 7.5 : 5;
    for (const [colour, width] of /** @type {[string, number][]} */ ([["rgb(0 0 0 / 70%)", 3.5], [edited ? HAND : "#ffffff", 1.6]])) {
      ink.beginPath();
      if (edited) diamond(ink, x, y, radius);
      else ink.arc(x, y, radius, 0, 2 * Math.PI);
      Object.assign(ink, { strokeStyle: colour, lineWidth: width });
      ink.stroke();
    }
    ink.fillStyle = edited ? HAND : "#ffffff";
    ink.fillRect(x - 0.75, y - 0.75, 1.5, 1.5);
  }
  ink.restore();
}

/** @param {CanvasRenderingContext2D} ink @param {number} x @param {number} y @param {number} radius */
function diamond(ink, x, y, radius) {
  ink.moveTo(x, y - radius);
  for (const [dx, dy] of [[radius, 0], [0, radius], [-radius, 0]]) ink.lineTo(x + dx, y + dy);
  ink.closePath();
}

/** Words in a label beside the bodies, with a thin leader to each line. @param {Pen} pen @param {string[]} words @param {Pair[][]} lines @param {Pair[][]} used bodies of the measure @param {Pair[][]} all bodies @param {{width: number, height: number}} pane */
export function drawLabel(pen, words, lines, used, all, pane) {
  const { ink, view } = pen;
  const size = sizeOf(ink, words);
  const boxOf = (/** @type {Pair[][]} */ bodies) => bodies.filter((body) => body.length).map((body) => around(body.map((point) => toPane(view, point))));
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
    Object.assign(ink, { font: FONTS[index], fillStyle: index ? LINE : FAINT });
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

/** Where a label lies: of the places beside the measured bodies the one that stays in the pane and covers the least bone.
 * @param {{width: number, height: number}} size @param {Box} box of the measured bodies @param {Box[]} bodies @param {{width: number, height: number}} pane @returns {Box} */
export function spotOf(size, box, bodies, pane) {
  const [x, y] = [box.x + (box.width - size.width) / 2, box.y + (box.height - size.height) / 2];
  const places = [[box.x - GAP - size.width, y], [box.x + box.width + GAP, y], [x, box.y - GAP - size.height], [x, box.y + box.height + GAP]];
  const spots = places.map(([left, top]) => ({ x: clamp(left, 4, Math.max(4, pane.width - size.width - 4)), y: clamp(top, 4, Math.max(4, pane.height - size.height - 4)), ...size }));
  const costs = spots.map((spot) => bodies.reduce((sum, body) => sum + overlap(spot, body), 0));
  return spots[costs.indexOf(Math.min(...costs))];
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

/** @param {Box[]} boxes */
function joined(boxes) {
  return around(boxes.flatMap(({ x, y, width, height }) => /** @type {Pair[]} */ ([[x, y], [x + width, y + height]])));
}
