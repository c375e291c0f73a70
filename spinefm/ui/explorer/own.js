// @ts-check
// The reader's own evaluations: this browser remembers which they are, of which zip, and when they were made.

const OWN_KEY = "spinefm own evaluations";
const MOST_KEPT = 20;

/** @typedef {{run: string, name: string, time: number}} OwnRun */

/** @returns {OwnRun[]} */
export function ownRuns() {
  try {
    const kept = JSON.parse(localStorage.getItem(OWN_KEY) || "[]");
    return Array.isArray(kept) ? kept.filter((one) => one && typeof one.run === "string") : [];
  } catch {
    return [];
  }
}

/** Remembers an evaluation; one that is known keeps its name. @param {string} run @param {string} name @param {number} time */
export function keepOwn(run, name, time) {
  const others = ownRuns();
  if (others.some((one) => one.run === run)) return others;
  const all = [...others, { run, name, time }].slice(-MOST_KEPT);
  try {
    localStorage.setItem(OWN_KEY, JSON.stringify(all));
  } catch {
    return all; // this browser keeps nothing: the name lasts until a reload
  }
  return all;
}

/** What an evaluation is called: an own one after its zip and the time, and all by what they were run with.
 * @param {import("./types").Run} run @param {OwnRun[]} own */
export function titleOf(run, own) {
  const known = own.find((one) => one.run === run.id);
  return known ? `${known.name}, ${whenOf(known.time)} · ${run.title.replace(/^your own: /, "")}` : run.title;
}

/** @param {number} time in milliseconds */
export function whenOf(time) {
  const date = new Date(time);
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
