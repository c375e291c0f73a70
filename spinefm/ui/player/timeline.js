// @ts-check
// The timeline: when each beat runs, and what is to be seen at any time. Pure functions of (beats, time).

import { ease, progress } from "../shared/numbers.js";

/** @typedef {import("../shared/trace").Beat} Beat */
/** @typedef {import("../shared/trace").Primitive} Primitive */
/** @typedef {{kind: string, text: string, beats: Beat[]}} Entry */
/** A beat on the clock; `fresh` counts how often the film has been cleared: an induction that begins again clears it.
 * What follows the naming belongs to the induction that was kept, whatever was tried after it.
 * @typedef {Beat & {start: number, stop: number, entry: number, fresh: number}} Timed */
/** When a body gets its name, and which; null where only the result tells. @typedef {{time: number, text: string | null}} Naming */
/** `corrected` is when the first correction begins. @typedef {{beats: Timed[], end: number, stops: number[], ends: Map<string, number>, entries: Entry[], fresh: number, naming: Map<number, Naming>, corrected: number}} Timeline */
/** @typedef {Primitive & {x: number, alpha: number, beat: Timed, stale: boolean}} Seen */
/** @typedef {{time: number, seen: Seen[], current: Timed[], past: Timed[]}} Scene */

const GONE = 0.2;
const SAME_TIME = 1e-3;

/** @param {Beat} beat */
export function stepOf(beat) {
  return `${beat.lane || ""} ${beat.step || 0}`;
}

/** A step of its own induction: one that begins again counts its steps again. @param {Timed} beat */
function ownStep(beat) {
  return `${beat.fresh} ${stepOf(beat)}`;
}

/** When a step of the last induction was decided, or null; `step` as stepOf has it. @param {Timeline} timeline @param {string} step */
export function timeOfStep(timeline, step) {
  return timeline.ends.get(`${timeline.fresh} ${step}`) ?? null;
}

/** Puts beats on the clock. What comes later never moves what came before, so a run can be played while it arrives.
 * @param {Entry[]} entries @returns {Timeline} */
export function timelineOf(entries) {
  const clock = { barrier: 0, section: "", lanes: /** @type {Map<string, number>} */ (new Map()), fresh: 0, cleared: 0, kept: null };
  const beats = entries.flatMap((entry, index) => entry.beats.map((beat) => place(clock, beat, index)));
  const end = beats.reduce((latest, beat) => Math.max(latest, beat.stop), 0);
  return { beats, end, stops: stopsOf(beats), ends: stepEnds(beats), entries, fresh: clock.fresh,
    naming: namingOf(beats), corrected: beats.find((beat) => beat.phase === "correct")?.start ?? Infinity };
}

/** @param {{barrier: number, section: string, lanes: Map<string, number>, fresh: number, cleared: number, kept: number | null}} clock @param {Beat} beat @param {number} entry @returns {Timed} */
function place(clock, beat, entry) {
  const lane = beat.lane || "";
  if (!lane || (beat.section || "") !== clock.section) {
    clock.barrier = Math.max(clock.barrier, ...clock.lanes.values());
    clock.lanes.clear();
  }
  clock.section = beat.section || "";
  const start = clock.lanes.get(lane) ?? clock.barrier;
  const stop = start + beat.seconds;
  if (lane) clock.lanes.set(lane, stop);
  else clock.barrier = stop;
  if (beat.clears === "all") clock.fresh = clock.cleared += 1;
  if (beat.phase === "decide" && lane && !lane.startsWith("start")) clock.kept = clock.fresh; // its starting points have held
  if (beat.phase === "name") clock.fresh = clock.kept ?? clock.fresh;
  return { ...beat, start, stop, entry, fresh: clock.fresh };
}

/** Times at which a phase has ended: where the arrows go. @param {Timed[]} beats */
function stopsOf(beats) {
  const times = beats.map((beat) => beat.stop).sort((a, b) => a - b);
  return times.filter((time, index) => index === 0 || time - times[index - 1] > SAME_TIME);
}

/** When each decided step ends. @param {Timed[]} beats */
function stepEnds(beats) {
  const ends = new Map();
  for (const beat of beats) if (beat.phase === "decide") ends.set(ownStep(beat), beat.stop);
  return ends;
}

/** When each body gets its name: as it runs along the spine, else with its final outline. @param {Timed[]} beats */
function namingOf(beats) {
  const naming = /** @type {Map<number, Naming>} */ (new Map());
  for (const beat of beats) {
    for (const item of /** @type {any[]} */ (beat.draw || [])) {
      if (typeof item.body !== "number" || naming.has(item.body) || !["name", "final"].includes(item.role)) continue;
      naming.set(item.body, { time: beat.start + (item.begin || 0) * beat.seconds, text: item.role === "name" ? item.text : null });
    }
  }
  return naming;
}

/** The stop before or after a time. @param {Timeline} timeline @param {number} time @param {1 | -1} way */
export function nextStop(timeline, time, way) {
  const { stops } = timeline;
  if (way > 0) return stops.find((stop) => stop > time + SAME_TIME) ?? timeline.end;
  return stops.findLast((stop) => stop < time - SAME_TIME) ?? 0;
}

/** The decision before or after a time: from vertebra to vertebra. @param {Timeline} timeline @param {number} time @param {1 | -1} way */
export function nextBody(timeline, time, way) {
  const stops = [...timeline.ends.values()].sort((a, b) => a - b);
  if (way > 0) return stops.find((stop) => stop > time + SAME_TIME) ?? timeline.end;
  return stops.findLast((stop) => stop < time - SAME_TIME) ?? 0;
}

/** The number of the stop that a time has reached, from 0; -1 before the first. @param {Timeline} timeline @param {number} time */
export function stopIndex(timeline, time) {
  return timeline.stops.findLastIndex((stop) => stop <= time + SAME_TIME);
}

/** The last still at or before a time, for readers who want no motion. @param {Timeline} timeline @param {number} time */
export function stillAt(timeline, time) {
  return timeline.stops[Math.max(0, stopIndex(timeline, time))] ?? 0;
}

/** When an event has been shown: the end of its last beat, or of the event before it. @param {Timeline} timeline @param {number} entry */
export function timeOfEntry(timeline, entry) {
  const beat = timeline.beats.findLast((item) => item.entry <= entry);
  return beat ? beat.stop : 0;
}

/** When a vertebra was decided, or null. @param {Timeline} timeline @param {number} body */
export function timeOfBody(timeline, body) {
  const decided = timeline.beats.filter((item) => item.phase === "decide" && item.body === body);
  const beat = decided.findLast((item) => item.fresh === timeline.fresh) || decided[decided.length - 1];
  return beat ? beat.stop : null;
}

/** What is to be seen at a time. @param {Timeline} timeline @param {number} time @returns {Scene} */
export function sceneAt(timeline, time) {
  const past = timeline.beats.filter((beat) => beat.start < time || (time === 0 && beat.start === 0));
  const current = past.filter((beat) => beat.stop >= time - SAME_TIME);
  const seen = past.flatMap((beat) => (beat.draw || []).map((item) => seenOf(timeline, past, beat, item, time)));
  return { time, past, current, seen: seen.filter((item) => item.alpha > 0.004) };
}

/** @param {Timeline} timeline @param {Timed[]} past @param {Timed} beat @param {Primitive} item @param {number} time @returns {Seen} */
function seenOf(timeline, past, beat, item, time) {
  const length = beat.stop - beat.start;
  const x = progress(time, beat.start + (item.begin || 0) * length, beat.start + (item.end ?? 1) * length);
  const alpha = stays(timeline, beat, item, time) * uncleared(past, beat, item, time);
  return { ...item, x, alpha, beat, stale: beat.fresh !== timeline.fresh };
}

/** How much of a shape is left of its time. @param {Timeline} timeline @param {Timed} beat @param {Primitive} item @param {number} time */
function stays(timeline, beat, item, time) {
  if (item.until === "run") return 1;
  if (item.until !== "step") return time <= beat.stop + SAME_TIME ? 1 : 0;
  const end = timeline.ends.get(ownStep(beat));
  return end === undefined ? 1 : 1 - ease(progress(time, end - GONE, end));
}

/** Later beats clear the film of what lasts. @param {Timed[]} past @param {Timed} beat @param {Primitive} item @param {number} time */
function uncleared(past, beat, item, time) {
  if (item.until !== "run") return 1;
  const body = item.role === "kept" || item.role === "final";
  const clears = (/** @type {Timed} */ other) => other.clears === "all" || (other.clears === "bodies" && body);
  const cleared = past.find((other) => other.entry > beat.entry && clears(other));
  return cleared ? 1 - ease(progress(time, cleared.start, cleared.stop)) : 1;
}

/** The phase that names the moment: of what runs now, else of what ran last. @param {Scene} scene */
export function momentOf(scene) {
  const beat = scene.current[0] || scene.past[scene.past.length - 1];
  return beat || null;
}

/** The beats so far of the step that a lane is in. @param {Scene} scene @param {string} lane @returns {Timed[]} */
export function stepBeats(scene, lane) {
  const last = scene.past.findLast((beat) => (beat.lane || "") === lane);
  return last ? scene.past.filter((beat) => ownStep(beat) === ownStep(last) && beat.start >= firstStart(scene, last)) : [];
}

/** A second prediction in a step sets aside what came before it. @param {Scene} scene @param {Timed} last */
function firstStart(scene, last) {
  const restart = scene.past.findLast((beat) => ownStep(beat) === ownStep(last) && beat.phase === "predict");
  return restart ? restart.start : 0;
}
