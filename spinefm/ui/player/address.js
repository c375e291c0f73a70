// @ts-check
// The address names the example and the stop, so that a link leads to what is on show. A visitor's film is never in it.

import { stopIndex } from "./timeline.js";

/** @typedef {import("./player.js").Player} Player */

function served() {
  return Boolean(window.history.replaceState) && location.protocol.startsWith("http");
}

/** @param {Player} player */
export function writeAddress({ view, clock }) {
  if (!served()) return;
  const address = new URL(location.href);
  const { stops, end } = view.timeline;
  const resting = clock.playing || !stops.length || clock.now >= end;
  if (resting) address.searchParams.delete("step");
  else address.searchParams.set("step", String(stopIndex(view.timeline, clock.now) + 1));
  if (view.payload.example) address.searchParams.set("film", view.payload.example);
  else address.searchParams.delete("film");
  if (address.href !== location.href) history.replaceState(history.state, "", address);
}

/** The stop that the address asks for, from 0, or null. @param {Player} player */
export function asked({ view, opened }) {
  if (!served() || opened) return null;
  const wanted = new URL(location.href).searchParams;
  if (!wanted.get("step") || view.payload.status !== "finished" || wanted.get("film") !== (view.payload.example || null)) return null;
  const step = Number(wanted.get("step"));
  return Number.isInteger(step) && step >= 0 ? Math.max(0, step - 1) : null;
}
