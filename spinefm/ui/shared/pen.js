// @ts-check
// Shapes on a canvas. Lengths are pixels of the screen; places are pixels of the film, mapped by the view.

import { pairs, reach, spline, toPane, upTo } from "./geometry.js";

/** @typedef {import("./geometry.js").View} View */
/** @typedef {import("./geometry.js").Pair} Pair */
/** `size` is that of the pane, where letters must keep inside it. @typedef {{ink: CanvasRenderingContext2D, view: View, density: number, size?: {width: number, height: number}}} Pen */
/** @typedef {{colour: string, fill?: number, width?: number, dash?: number[], glow?: number}} Look */

/** @type {WeakMap<readonly number[], Path2D>} */
const paths = new WeakMap();
const EDGE = "rgb(0 0 0 / 55%)";
const CLEAR = 1e-3;

/** The outline as a path in film pixels, rounded at its corners. @param {readonly number[]} outline */
export function pathOf(outline) {
  const known = paths.get(outline);
  if (known) return known;
  const path = new Path2D();
  const points = pairs(outline);
  points.forEach(([x, y], index) => {
    const [nx, ny] = points[(index + 1) % points.length];
    if (index === 0) path.moveTo((points[points.length - 1][0] + x) / 2, (points[points.length - 1][1] + y) / 2);
    path.quadraticCurveTo(x, y, (x + nx) / 2, (y + ny) / 2);
  });
  path.closePath();
  paths.set(outline, path);
  return path;
}

/** Draws in film pixels. @param {Pen} pen @param {() => void} draw */
function onFilm({ ink, view, density }, draw) {
  const scale = view.scale * density;
  ink.save();
  ink.setTransform(scale, 0, 0, scale, -view.x * scale, -view.y * scale);
  draw();
  ink.restore();
}

/** Fills and strokes an outline; a dark edge keeps it in sight on bone. @param {Pen} pen @param {readonly number[]} outline @param {Look} look @param {number} alpha */
export function drawOutline(pen, outline, look, alpha) {
  if (outline.length < 6 || alpha < CLEAR) return;
  const { ink, view } = pen;
  const width = look.width || 2;
  onFilm(pen, () => {
    const path = pathOf(outline);
    if (look.fill) fillPath(ink, path, look.colour, alpha * look.fill);
    ink.globalAlpha = alpha;
    ink.lineJoin = "round";
    ink.lineWidth = (width + 2) / view.scale;
    ink.strokeStyle = EDGE;
    if (!look.dash) ink.stroke(path);
    ink.setLineDash((look.dash || []).map((length) => length / view.scale));
    ink.lineWidth = width / view.scale;
    ink.strokeStyle = look.colour;
    ink.stroke(path);
  });
}

/** @param {CanvasRenderingContext2D} ink @param {Path2D} path @param {string} colour @param {number} alpha */
function fillPath(ink, path, colour, alpha) {
  ink.globalAlpha = alpha;
  ink.fillStyle = colour;
  ink.fill(path);
}

/** An outline that floods from a point: what lies within `share` of the way. @param {Pen} pen @param {readonly number[]} outline @param {Pair} from @param {number} share @param {Look} look @param {number} alpha */
export function drawFlood(pen, outline, from, share, look, alpha) {
  const { ink } = pen;
  const far = reach(outline, from) * share + 1;
  ink.save();
  clipCircle(pen, from, far);
  drawOutline(pen, outline, look, alpha);
  ink.restore();
  if (share < 1) drawWave(pen, outline, from, far, look, alpha);
}

/** @param {Pen} pen @param {Pair} centre @param {number} radius */
function clipCircle({ ink, view }, centre, radius) {
  const [x, y] = toPane(view, centre);
  ink.beginPath();
  ink.arc(x, y, radius * view.scale, 0, 2 * Math.PI);
  ink.clip();
}

/** The bright rim of a flood, inside the outline only. @param {Pen} pen @param {readonly number[]} outline @param {Pair} from @param {number} radius @param {Look} look @param {number} alpha */
function drawWave(pen, outline, from, radius, look, alpha) {
  onFilm(pen, () => {
    pen.ink.clip(pathOf(outline));
    pen.ink.globalAlpha = alpha;
    pen.ink.strokeStyle = "#fff";
    pen.ink.lineWidth = 2.5 / pen.view.scale;
    pen.ink.beginPath();
    pen.ink.arc(from[0], from[1], radius, 0, 2 * Math.PI);
    pen.ink.stroke();
  });
}

/** @param {Pen} pen @param {Pair[]} path @param {Look} look @param {number} alpha */
export function drawPath({ ink, view }, path, look, alpha) {
  if (path.length < 2 || alpha < CLEAR) return;
  ink.save();
  ink.globalAlpha = alpha;
  ink.lineCap = "round";
  ink.lineJoin = "round";
  ink.setLineDash(look.dash || []);
  ink.beginPath();
  path.forEach((point, index) => {
    const [x, y] = toPane(view, point);
    if (index) ink.lineTo(x, y);
    else ink.moveTo(x, y);
  });
  for (const [colour, width] of /** @type {[string, number][]} */ ([[EDGE, (look.width || 2) + 2.5], [look.colour, look.width || 2]])) {
    ink.strokeStyle = colour;
    ink.lineWidth = width;
    ink.stroke();
  }
  ink.restore();
}

/** A curve through points, drawn up to a share of its length. @param {Pen} pen @param {readonly number[]} points @param {number} share @param {Look} look @param {number} alpha */
export function drawCurve(pen, points, share, look, alpha) {
  drawPath(pen, upTo(spline(pairs(points)), share), look, alpha);
}

/** The end of a curve at a share of its length. @param {readonly number[]} points @param {number} share @returns {Pair} */
export function pointAlong(points, share) {
  const path = upTo(spline(pairs(points)), share);
  return path[path.length - 1];
}

/** @param {Pen} pen @param {Pair} point @param {number} radius @param {Look} look @param {number} alpha */
export function drawDot({ ink, view }, point, radius, look, alpha) {
  const [x, y] = toPane(view, point);
  ink.save();
  ink.globalAlpha = alpha;
  if (look.glow) glow(ink, x, y, radius * look.glow, look.colour);
  ink.beginPath();
  ink.arc(x, y, radius, 0, 2 * Math.PI);
  ink.fillStyle = look.colour;
  ink.strokeStyle = EDGE;
  ink.lineWidth = 1.5;
  ink.fill();
  ink.stroke();
  ink.restore();
}

/** A halo without the cost of a blurred shadow. @param {CanvasRenderingContext2D} ink @param {number} x @param {number} y @param {number} radius @param {string} colour */
function glow(ink, x, y, radius, colour) {
  const before = ink.globalAlpha;
  ink.globalAlpha = before * 0.28;
  ink.fillStyle = colour;
  ink.beginPath();
  ink.arc(x, y, radius, 0, 2 * Math.PI);
  ink.fill();
  ink.globalAlpha = before;
}

/** @param {Pen} pen @param {Pair} from @param {Pair} to @param {Look} look @param {number} alpha */
export function drawArrow(pen, from, to, look, alpha) {
  drawPath(pen, [from, to], look, alpha);
  const { view } = pen;
  const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
  const arm = (/** @type {number} */ turn) => /** @type {Pair} */ ([to[0] - (7 / view.scale) * Math.cos(angle + turn), to[1] - (7 / view.scale) * Math.sin(angle + turn)]);
  drawPath(pen, [arm(0.5), to, arm(-0.5)], look, alpha);
}

/** A square frame with marked corners. @param {Pen} pen @param {Pair} centre @param {number} side @param {number} turn degrees @param {Look} look @param {number} alpha */
export function drawFrame({ ink, view }, centre, side, turn, look, alpha) {
  const [x, y] = toPane(view, centre);
  const half = (side * view.scale) / 2;
  ink.save();
  ink.translate(x, y);
  ink.rotate((turn * Math.PI) / 180);
  ink.globalAlpha = alpha * 0.35;
  ink.strokeStyle = look.colour;
  ink.lineWidth = 1;
  ink.strokeRect(-half, -half, 2 * half, 2 * half);
  ink.globalAlpha = alpha;
  ink.lineWidth = 2.5;
  corners(ink, half, Math.min(14, half / 2));
  ink.restore();
}

/** @param {CanvasRenderingContext2D} ink @param {number} half @param {number} arm */
function corners(ink, half, arm) {
  ink.beginPath();
  for (const [sx, sy] of [[-1, -1], [1, -1], [1, 1], [-1, 1]]) {
    ink.moveTo(sx * half, sy * (half - arm));
    ink.lineTo(sx * half, sy * half);
    ink.lineTo(sx * (half - arm), sy * half);
  }
  ink.stroke();
}

/** Letters with a dark edge, centred on a point. @param {Pen} pen @param {Pair} point @param {string} words @param {{size?: number, colour?: string, weight?: number, dx?: number, dy?: number}} font @param {number} alpha */
export function drawLetters({ ink, view }, point, words, font, alpha) {
  if (alpha < CLEAR) return;
  const [left, y] = toPane(view, point);
  const x = left + (font.dx || 0);
  ink.save();
  ink.globalAlpha = alpha;
  ink.font = `${font.weight || 650} ${font.size || 14}px system-ui, sans-serif`;
  ink.textAlign = "center";
  ink.textBaseline = "middle";
  ink.lineJoin = "round";
  ink.lineWidth = 3.5;
  ink.strokeStyle = "rgb(0 0 0 / 80%)";
  ink.strokeText(words, x, y + (font.dy || 0));
  ink.fillStyle = font.colour || "#fff";
  ink.fillText(words, x, y + (font.dy || 0));
  ink.restore();
}
