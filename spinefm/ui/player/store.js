// @ts-check
// What the page sends, put together: a run comes in parts, each event once, and the film's picture once. A run is
// compared with the one that was on show before it, whose events are here already.

/** @typedef {import("./timeline.js").Entry} Entry */
/** @typedef {Record<string, any> & {run: string, status: string, entries: Entry[]}} Payload */

/** Holds the run on show. `put` returns what is known after one more message, or null for one that came too late.
 * A message with `from` brings only the events from that place on. */
export function makeStore() {
  /** @type {Payload | null} */
  let known = null;
  /** @type {Set<string>} */
  const replaced = new Set();
  /** @type {Record<string, any> | null} */
  let film = null;
  /** @type {Payload | null} the last finished run that another took the place of */
  let earlier = null;

  /** @param {any} message @returns {Payload | null} */
  function put(message) {
    if (!message || replaced.has(message.run)) return null;
    const same = known !== null && (known.run === message.run || message.run === "same");
    const part = message.from !== undefined || message.packed || message.run === "same";
    if (part && !same) return null; // its beginning was never seen
    if (known && !same) replaced.add(known.run);
    if (known && !same && known.status === "finished") earlier = known;
    const before = same && known ? known : /** @type {any} */ ({ entries: [] });
    const next = { ...before, ...message, entries: joined(before.entries, message), run: same && known ? known.run : message.run };
    if (message.film === "same" || (same && message.film === undefined)) next.film = film;
    film = next.film || null;
    if (message.also) next.notices = [...before.notices, ...message.also];
    if (message.comparison) next.comparison = withEvents(message.comparison, earlier);
    known = next;
    return next;
  }

  return { put, known: () => known };
}

/** A comparison with the events of the run before. @param {any} comparison @param {Payload | null} earlier */
function withEvents(comparison, earlier) {
  return { ...comparison, entries: earlier && earlier.run === comparison.run ? earlier.entries : [] };
}

/** @param {Entry[]} before @param {any} message @returns {Entry[]} */
function joined(before, message) {
  if (message.entries === undefined) return before;
  if (message.from === undefined) return message.entries;
  const entries = before.slice(0);
  message.entries.forEach((/** @type {Entry} */ entry, /** @type {number} */ index) => { entries[message.from + index] = entry; });
  return entries;
}

/** Whether events are missing, as when two messages came so close that one was skipped. @param {Payload} payload */
export function hasGaps(payload) {
  const missing = (payload.total || 0) > payload.entries.length;
  return missing || Array.from(payload.entries).some((entry) => entry === undefined);
}

/** The events up to the first gap: what can be played already. @param {Entry[]} entries */
export function unbroken(entries) {
  const gap = Array.from(entries).findIndex((entry) => entry === undefined);
  return gap < 0 ? entries : entries.slice(0, gap);
}
