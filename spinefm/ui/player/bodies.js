// @ts-check
// The bodies of a run: their names and colours, and the chip of each on the spine, from the top.

import { centreOf } from "../shared/geometry.js";
import { stepOf } from "./timeline.js";

/** @typedef {import("./timeline.js").Timeline} Timeline */
/** @typedef {import("./timeline.js").Timed} Timed */
/** @typedef {{key: string, lane: string, step: number, body: number | null, verdict: string, reason: string, words: string, isStart: boolean, y: number, start: number, stop: number, beats: Timed[]}} Chip */

/** A segment of every chip: a phase that a vertebra goes through, and what it is called. @typedef {{phase: string, title: string}} Stage */
/** What a method does, above the film, and in which phases. @typedef {{title: string, help: string, phases: string[]}} Verb */

export const PHASES = ["predict", "segment", "overlap", "class"];
/** @type {Record<string, string>} */
const TITLES = { predict: "predicted", segment: "outlined", overlap: "overlap checked", class: "classified" };
/** @type {Stage[]} */
export const STAGES = PHASES.map((phase) => ({ phase, title: TITLES[phase] }));

/** Names by number: those of the result, else those that the run has given so far. @param {any[]} rows @param {Timeline} timeline */
export function namesOf(rows, timeline) {
  /** @type {Map<number, string>} */
  const names = new Map();
  for (const beat of timeline.beats) {
    for (const item of beat.draw || []) if (item.role === "name" && typeof item.body === "number") names.set(item.body, /** @type {any} */ (item).text);
  }
  for (const row of rows) if (row.found) names.set(row.number, row.name);
  return names;
}

/** What bodies wear at a time: a name, its colour and a doubt come when the run gives the name, and a reader's when they are given.
 * @template {import("./looks.js").Dress} T @param {Timeline} timeline @param {number} time @param {T} dress @returns {T} */
export function wornAt(timeline, time, dress) {
  if (time >= timeline.end) return dress;
  const { naming, corrected } = timeline;
  const isNamed = (/** @type {number} */ body) => (naming.get(body)?.time ?? Infinity) < time;
  const nameOf = (/** @type {number} */ body, /** @type {string} */ last) => (time < corrected && naming.get(body)?.text) || last;
  const names = new Map([...dress.names].filter(([body]) => isNamed(body)).map(([body, last]) => [body, nameOf(body, last)]));
  const colours = new Map([...names].map(([body, name]) => [body, dress.palette[name]]));
  const doubtful = new Set([...dress.doubtful].filter(isNamed));
  return { ...dress, names, colours, doubtful, anchor: dress.anchor !== null && isNamed(dress.anchor) ? dress.anchor : null };
}

/** Those of the induction on show: the last one, or the one that the result is from. @param {Timeline} timeline @returns {Chip[]} */
function steps(timeline) {
  /** @type {Map<string, Timed[]>} */
  const groups = new Map();
  for (const beat of timeline.beats) {
    if (!beat.lane || beat.fresh !== timeline.fresh) continue;
    const key = stepOf(beat);
    groups.set(key, [...(groups.get(key) || []), beat]);
  }
  return [...groups.entries()].map(([key, beats]) => chipOf(key, beats));
}

/** @param {string} key @param {Timed[]} beats @returns {Chip} */
function chipOf(key, beats) {
  const end = beats.findLast((beat) => beat.phase === "decide");
  const shape = /** @type {any} */ (end && (end.draw || []).find((item) => item.kind === "shape"));
  const { lane = "", step = 0 } = beats[0];
  return {
    key, lane, step, beats, body: end?.body ?? null, verdict: end?.verdict || "none", reason: end?.reason || "",
    words: end?.words || "", isStart: lane.startsWith("start"), y: shape && shape.outline.length ? centreOf(shape.outline)[1] : 0,
    start: beats[0].start, stop: end ? end.stop : Infinity,
  };
}

/** Chips from the top of the spine: bodies in the result's order, and where each direction stopped. @param {Timeline} timeline @param {any[]} rows */
export function chipsOf(timeline, rows) {
  const order = rows.filter((row) => row.found).map((row) => row.number);
  const shown = steps(timeline).filter((chip) => isShown(chip, order));
  if (!order.length) return shown.sort((a, b) => lanePlace(a) - lanePlace(b) || a.y - b.y);
  const place = (/** @type {Chip} */ chip) => (chip.body === null ? (chip.lane === "up" ? -1 : order.length) : order.indexOf(chip.body));
  return shown.sort((a, b) => place(a) - place(b));
}

/** Dropped contours of whole-film methods have no place on the spine; where a direction stopped has one. @param {Chip} chip @param {number[]} order */
function isShown(chip, order) {
  if (chip.body !== null) return !order.length || order.includes(chip.body);
  return chip.lane === "up" || chip.lane === "down" || (chip.isStart && !order.length);
}

/** @param {Chip} chip */
function lanePlace({ lane, step }) {
  if (lane === "up") return -step;
  if (lane === "down") return 1000 + step;
  return lane.startsWith("start") ? Number(lane.slice(6)) : 500;
}

/** The segments of a method's chips: a verb with one such phase is its title, one with several has a segment for each. Phases whose beats
 * are in lanes without a vertebra, such as crops that are fused later, have none.
 * @param {Timeline} timeline @param {Chip[]} chips @param {Verb[] | undefined} verbs @returns {Stage[]} */
export function stagesOf(timeline, chips, verbs) {
  if (!verbs) return STAGES;
  const lanes = new Set(chips.map((chip) => chip.lane));
  const now = timeline.beats.filter((beat) => beat.fresh === timeline.fresh && beat.lane);
  const isElsewhere = (/** @type {string} */ phase) => now.some((beat) => beat.phase === phase) && !now.some((beat) => beat.phase === phase && lanes.has(beat.lane || ""));
  return verbs.flatMap(({ title, phases }) => {
    const own = PHASES.filter((phase) => phases.includes(phase));
    return own.map((phase) => ({ phase, title: own.length > 1 ? TITLES[phase] : title.toLowerCase() }));
  }).filter(({ phase }) => !isElsewhere(phase));
}

/** What a chip's segment shows at a time: "", "now", "passed" or "failed". @param {Chip} chip @param {string} phase @param {number} time */
export function segmentState(chip, phase, time) {
  const beats = chip.beats.filter((beat) => beat.phase === phase);
  const begun = beats.filter((beat) => time > beat.start);
  if (!begun.length) return chip.stop <= time ? "none" : "";
  if (begun.some((beat) => beat.stop > time + 1e-6)) return "now";
  return begun.some((beat) => beat.verdict === "failed") ? "failed" : "passed";
}

/** Whether a decision is the end of the film: the induction has come to the edge, and nothing failed.
 * @param {{verdict?: string, body?: number | null}} decided */
export function isFilmEnd({ verdict, body }) {
  return verdict === "end" && (body === undefined || body === null);
}

/** What a chip as a whole shows at a time. @param {Chip} chip @param {number} time */
export function chipState(chip, time) {
  if (time >= chip.stop - 1e-6) return isFilmEnd(chip) ? "edge" : chip.body === null ? "stopped" : chip.verdict === "end" ? "end" : "kept";
  return time > chip.start ? "now" : "later";
}
