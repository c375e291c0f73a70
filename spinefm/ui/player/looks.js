// @ts-check
// How each role looks and how each motion moves: the one place where primitives become ink.

import { centreOf, pairs, toPane } from "../shared/geometry.js";
import { clamp, ease, mix } from "../shared/numbers.js";
import { drawArrow, drawCurve, drawDot, drawFlood, drawFrame, drawLetters, drawOutline, pointAlong } from "../shared/pen.js";

/** @typedef {import("../shared/pen.js").Pen} Pen */
/** @typedef {import("../shared/pen.js").Look} Look */
/** @typedef {import("./timeline.js").Seen} Seen */
/** What a scene is dressed in: names and colours of bodies, the colour of every name, which are doubtful, which is lit.
 * @typedef {{names: Map<number, string>, colours: Map<number, string>, palette: Record<string, string>, doubtful: Set<number>, lit: number | null, chosen: number | null, anchor: number | null, fills: boolean, letters: boolean}} Dress */

/** Where letters lie in the pane: their middle, half their width, and how far that is from their point.
 * @typedef {{x: number, y: number, half: number, dx: number, dy: number}} Place */

const LINE = 16;
const BESIDE = 26;
/** Places to try for a label: how far beside its point, and how many lines below it. */
const SPOTS = [[0, 0], [0, 1], [0, -1], [1, 0], [-1, 0], [1, 1], [-1, 1], [1, -1], [-1, -1], [0, 2], [0, -2], [1, 2], [-1, 2], [0, 3], [0, -3]];
const AMBER = "#f5b83d";
const PLAIN = "#cfe3ff";
/** What the result shows. @type {Set<string>} */
export const FINAL = new Set(["kept", "final", "name"]);
/** @type {Record<string, Look>} */
export const LOOKS = {
  axis: { colour: "#ffffff", width: 1.5, dash: [7, 6] },
  candidate: { colour: "#ffe066", width: 2.2, fill: 0.32 },
  chosen: { colour: "#7cc4ff", width: 2.4, fill: 0.35 },
  detected: { colour: "#ffffff", width: 1.8, fill: 0.1 },
  dropped: { colour: "#a9b3c1", width: 1.4, dash: [3, 4] },
  frame: { colour: AMBER },
  known: { colour: "#7cc4ff", glow: 2.4 },
  predicted: { colour: "#7cc4ff", width: 2.6 },
  previous: { colour: "#ffffff", width: 2.4, fill: 0.22 },
  refined: { colour: "#4ade80", glow: 2 },
  rejected: { colour: "#ff8078", width: 2, dash: [6, 5] },
  shift: { colour: "#4ade80", width: 2 },
  name: { colour: "#ffffff" },
};
/** Lowest first. */
const LAYERS = ["dropped", "detected", "axis", "final", "kept", "rejected", "chosen", "previous", "candidate", "frame", "predicted", "shift", "known", "refined", "name"];

/** @param {Seen} item @param {Dress} dress @returns {Look} */
export function lookOf(item, dress) {
  if (item.body === undefined || item.body === null) return LOOKS[item.role] || { colour: PLAIN };
  const doubt = dress.doubtful.has(item.body);
  const lit = dress.lit === item.body || dress.chosen === item.body;
  const colour = doubt ? AMBER : dress.colours.get(item.body) || PLAIN;
  const width = (lit ? 3.4 : 2) + (dress.anchor === item.body ? 0.8 : 0);
  return { colour, width, fill: dress.fills ? (lit ? 0.42 : 0.24) : lit ? 0.2 : 0, ...(doubt ? { dash: [6, 4] } : {}) };
}

/** Draws all that is seen, the lowest layer first. @param {Pen} pen @param {Seen[]} seen @param {Dress} dress */
export function drawSeen(pen, seen, dress) {
  const order = (/** @type {Seen} */ item) => LAYERS.indexOf(item.role);
  const places = placesOf(pen, seen);
  for (const item of [...seen].sort((a, b) => order(a) - order(b))) {
    const draw = DRAW[item.kind];
    if (draw) draw(pen, item, dress, places);
  }
}

/** @type {Record<string, (pen: Pen, item: any, dress: Dress, places: Map<Seen, Place>) => void>} */
const DRAW = {
  shape(pen, item, dress) {
    const look = { ...lookOf(item, dress), ...(item.filled === false ? { fill: 0 } : {}) };
    SHAPES[item.motion || "hold"]?.(pen, item, look) ?? drawOutline(pen, item.outline, look, item.alpha * ease(item.x));
  },
  curve(pen, item) {
    drawCurve(pen, item.points, ease(item.x), LOOKS[item.role], item.alpha * 0.9);
  },
  points(pen, item) {
    POINTS[item.motion || "hold"]?.(pen, item, LOOKS[item.role]);
  },
  arrow(pen, item) {
    const [from, to] = pairs(item.points);
    drawArrow(pen, from, [mix(from[0], to[0], ease(item.x)), mix(from[1], to[1], ease(item.x))], LOOKS[item.role], item.alpha);
  },
  frame(pen, item) {
    const x = ease(item.x);
    const [to] = pairs(item.centre);
    const [from] = item.start && item.start.length ? pairs(item.start) : [to];
    const grown = item.side * mix(item.motion === "glide" ? 0.6 : 1.12, 1, x);
    drawFrame(pen, [mix(from[0], to[0], x), mix(from[1], to[1], x)], grown, (item.turn || 0) + mix(item.motion === "glide" ? -12 : 0, 0, x), LOOKS.frame, item.alpha * Math.min(1, item.x * 4));
  },
  label(pen, item, dress, places) {
    const [point] = pairs(item.point);
    const x = ease(item.x);
    if (item.role === "name") return drawRunningName(pen, item, point, dress);
    const dropped = item.role === "dropped";
    const { dx = 0, dy = 0 } = places.get(item) || {};
    drawLetters(pen, point, item.text, { size: 13, weight: 550, colour: dropped ? "#c6cfdb" : "#fff", dx, dy }, item.alpha * x);
  },
};

/** Where labels lie, the first come first: inside the pane, and below, above or beside what is there already.
 * @param {Pen} pen @param {Seen[]} seen */
function placesOf(pen, seen) {
  pen.ink.font = "550 13px system-ui, sans-serif";
  const places = /** @type {Map<Seen, Place>} */ (new Map());
  for (const item of seen) if (item.kind === "label" && item.role !== "name") places.set(item, freePlace(pen, item, [...places.values()]));
  return places;
}

/** @param {Pen} pen @param {any} item @param {Place[]} placed @returns {Place} */
function freePlace({ ink, view, size = { width: Infinity, height: Infinity } }, item, placed) {
  const half = ink.measureText(item.text).width / 2;
  const [x, y] = toPane(view, pairs(item.point)[0]);
  const spots = SPOTS.map(([aside, lines]) => {
    const middle = clamp(x + aside * (half + BESIDE), half + 3, Math.max(half + 3, size.width - half - 3));
    const top = clamp(y + (item.role === "dropped" ? 18 : 0) + lines * LINE, LINE / 2, size.height - LINE / 2);
    return { x: middle, y: top, half, dx: middle - x, dy: top - y };
  });
  const isFree = (/** @type {Place} */ one) => placed.every((other) => Math.abs(one.y - other.y) >= LINE - 1 || Math.abs(one.x - other.x) >= one.half + other.half);
  return spots.find(isFree) || spots[0];
}

/** A name that runs along the spine swells as it passes. @param {Pen} pen @param {any} item @param {[number, number]} point @param {Dress} dress */
function drawRunningName(pen, item, point, dress) {
  const wave = Math.sin(Math.PI * item.x);
  if (wave > 0.02) drawDot(pen, point, 10 + 8 * wave, { colour: dress.colours.get(item.body) || PLAIN }, 0.35 * wave);
  drawLetters(pen, point, dress.names.get(item.body) || item.text, { size: 14 + 8 * wave }, item.alpha * ease(item.x * 3));
}

/** @type {Record<string, (pen: Pen, item: any, look: Look) => true>} */
const SHAPES = {
  flood(pen, item, look) {
    const [from] = item.start && item.start.length ? pairs(item.start) : [centreOf(item.outline)];
    drawFlood(pen, item.outline, from, ease(item.x), look, item.alpha);
    return true;
  },
  flash(pen, item, look) {
    drawOutline(pen, item.outline, look, item.alpha * (0.2 + 0.8 * Math.abs(Math.sin(1.5 * Math.PI * item.x)))); // twice, and stays
    return true;
  },
  drop(pen, item, look) {
    const x = ease(item.x);
    drawOutline(pen, item.outline, { ...look, width: (look.width || 2) + 3 * (1 - x), fill: (look.fill || 0) + 0.3 * Math.sin(Math.PI * x) }, item.alpha * x);
    return true;
  },
  shiver(pen, item, look) {
    const view = { ...pen.view, x: pen.view.x + (Math.sin(item.x * 25) * 4 * (1 - item.x)) / pen.view.scale };
    drawOutline({ ...pen, view }, item.outline, look, item.alpha * mix(1, 0.5, ease(item.x)));
    return true;
  },
};

/** @type {Record<string, (pen: Pen, item: any, look: Look) => void>} */
const POINTS = {
  pulse(pen, item, look) {
    const swell = Math.sin(Math.PI * item.x);
    for (const point of pairs(item.points)) drawDot(pen, point, 3.5 + 2.5 * swell, look, item.alpha);
  },
  fly(pen, item) {
    const landed = item.x >= 1;
    drawDot(pen, pointAlong(item.points, ease(item.x)), landed ? 4 : 5.5, { colour: "#fff", glow: landed ? 0 : 2.4 }, item.alpha);
  },
  slide(pen, item, look) {
    const [from, to] = pairs(item.points);
    drawDot(pen, [mix(from[0], to[0], ease(item.x)), mix(from[1], to[1], ease(item.x))], 4.5, look, item.alpha);
  },
  hold(pen, item, look) {
    for (const point of pairs(item.points)) drawDot(pen, point, 4, look, item.alpha);
  },
};

/** Names on bodies, by the last outline of each; those that a new induction replaced have none. @param {Pen} pen @param {Seen[]} seen @param {Dress} dress */
export function drawNames(pen, seen, dress) {
  const running = new Set(seen.filter((item) => item.role === "name").map((item) => item.body));
  for (const item of seen) {
    if (item.body === undefined || item.body === null || item.role === "name" || item.stale || running.has(item.body)) continue;
    const name = dress.names.get(item.body);
    const [x, y] = centreOf(/** @type {any} */ (item).outline);
    if (!name || item.alpha < 0.5) continue;
    const fall = item.motion === "drop" ? -14 * (1 - ease(item.x)) : 0;
    const words = dress.doubtful.has(item.body) ? `${name} ?` : name;
    drawLetters(pen, [x, y], words, { size: 14, dy: fall, colour: dress.doubtful.has(item.body) ? "#ffd98a" : "#fff" }, item.alpha * ease(item.x));
  }
}
