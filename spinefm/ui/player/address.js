// @ts-check
// The address names the example, method, limits and stop, so that a link leads to what is on show. A visitor's film is
// never in it.

import { stopIndex } from "./timeline.js";

/** @typedef {import("./player.js").Player} Player */
/** How a run was made. @typedef {{method: string, limits: Record<string, number>}} Made */
/** @typedef {Made & {film: string, step: number | null}} Link */

const METHOD = "spinefm";

function served() {
  return Boolean(window.history.replaceState) && location.protocol.startsWith("http");
}

/** Changed limits as in the address: name:value, the names in order. @param {Record<string, number>} limits */
function wordsOf(limits) {
  return Object.keys(limits).sort().map((name) => `${name}:${limits[name]}`).join(",");
}

/** What an address asks for. @param {string} href @returns {Link} */
export function linkIn(href) {
  const asked = new URL(href).searchParams;
  const step = asked.get("step") ? Number(asked.get("step")) : NaN;
  const limits = (asked.get("limits") || "").split(",").map((part) => part.split(":")).filter(([name, value]) => name && value && Number.isFinite(Number(value)));
  return { film: asked.get("film") || "", method: asked.get("method") || METHOD, limits: Object.fromEntries(limits.map(([name, value]) => [name, Number(value)])),
    step: Number.isInteger(step) && step >= 0 ? step : null };
}

/** Whether a link asks for the way in which a run was made. @param {Made} link @param {Made | undefined} made */
export function asMade(link, made) {
  return link.method === (made?.method || METHOD) && wordsOf(link.limits) === wordsOf(made?.limits || {});
}

/** An address that leads to an example, to the way in which its run was made, and to a step; of a visitor's film nothing.
 * @param {string} href @param {{example?: string | null, made?: Made}} payload @param {number | null} step */
export function addressOf(href, { example, made }, step) {
  const address = new URL(href);
  const parts = { film: example || "", method: example && made && made.method !== METHOD ? made.method : "",
    limits: example && made ? wordsOf(made.limits) : "", step: step === null ? "" : String(step) };
  for (const [name, words] of Object.entries(parts)) {
    if (words) address.searchParams.set(name, words);
    else address.searchParams.delete(name);
  }
  return address.href;
}

/** @param {Player} player */
export function linkTo({ view, clock }) {
  const { stops, end } = view.timeline;
  const resting = clock.playing || !stops.length || clock.now >= end;
  return addressOf(location.href, view.payload, resting ? null : stopIndex(view.timeline, clock.now) + 1);
}

/** @param {Player} player */
export function writeAddress(player) {
  if (!served()) return;
  const href = linkTo(player);
  if (href !== location.href) history.replaceState(history.state, "", href);
}

/** What the page was opened with; only what a server can answer. @returns {Link | null} */
export function openingLink() {
  return served() ? linkIn(location.href) : null;
}

/** The stop that the opening link asks for, from 0, or null; it is answered once. @param {Player} player */
export function asked(player) {
  const { link, view: { payload } } = player;
  if (!link || payload.status !== "finished" || link.film !== (payload.example || "")) return null;
  if (payload.example && !asMade(link, payload.made)) return null;
  player.link = null;
  return link.step === null ? null : Math.max(0, link.step - 1);
}
