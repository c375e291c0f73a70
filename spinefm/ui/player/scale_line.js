// @ts-check
// A scale from a line that the reader draws over something of known length.

import { distance } from "../shared/geometry.js";

/** @typedef {import("../shared/geometry.js").Pair} Pair */

const SHORTEST = 5; // of such a line, in pixels of the film

export class ScaleLine {
  /** @param {import("./measuring.js").Measuring} measuring */
  constructor(measuring) {
    this.measuring = measuring;
    this.ends = /** @type {Pair[] | null} */ (null); // null: no scale is being set; []: no line is drawn yet
    this.drawing = false;
  }

  /** Begins to set a scale, or stops. */
  toggle() {
    const { measuring } = this;
    const { player } = measuring;
    this.ends = this.ends ? null : [];
    player.modes.say(this.ends ? measuring.hint() : "", true);
    player.clock.go(player.view.timeline.end);
    measuring.recompute();
    this.focus(this.ends ? '[data-field="length"]' : '[data-act="calibrate"]');
    if (this.ends) measuring.toFilm();
  }

  stop() {
    Object.assign(this, { ends: null, drawing: false });
  }

  /** @param {Pair} point */
  begin(point) {
    Object.assign(this, { drawing: true, ends: [point, point] });
  }

  /** @param {Pair} point */
  stretch(point) {
    if (this.ends) this.ends = [this.ends[0], point];
  }

  /** The line is drawn; one that is too short is none. */
  end() {
    if (this.pixels() < SHORTEST) this.ends = [];
    this.drawing = false;
  }

  pixels() {
    return this.ends && this.ends.length === 2 ? distance(this.ends[0], this.ends[1]) : 0;
  }

  /** @param {number} mm per pixel */
  set(mm) {
    const { player, data, changes } = this.measuring;
    const [least, most] = data ? data.scales : [0, Infinity];
    if (mm < least || mm > most) {
      player.modes.say(`A film has ${least} to ${most} mm per pixel, not ${Number(mm.toPrecision(3))}: check the length.`, true);
      return;
    }
    this.ends = null;
    player.modes.say("");
    for (const group of ["disc", "body", "offset"]) this.measuring.folds.add(group);
    this.measuring.change({ ...changes, mm });
  }

  /** @param {string} where in the panel */
  focus(where) {
    /** @type {HTMLElement | null} */ (this.measuring.player.panel("measures").querySelector(where))?.focus({ preventScroll: true });
  }
}
