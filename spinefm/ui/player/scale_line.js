// @ts-check
// A scale from a line that the reader draws over something of known length.

import { distance } from "../shared/geometry.js";
import { middle } from "../shared/numbers.js";

/** @typedef {import("../shared/geometry.js").Pair} Pair */

const SHORTEST = 5; // of such a line, in pixels of the film
const DEPTHS = [6, 80]; // of vertebral bodies in mm, from a small child's neck to a giant's lower back

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
    if (!(mm > 0)) {
      player.modes.say("A length is a number above 0, such as 25.4.", true);
      return;
    }
    if (mm < least || mm > most) {
      player.modes.say(`A film has ${least} to ${most} mm per pixel, not ${Number(mm.toPrecision(3))}: check the length.`, true);
      return;
    }
    this.ends = null;
    player.modes.say(this.doubt(mm), true);
    for (const group of ["disc", "body", "offset"]) this.measuring.folds.add(group);
    this.measuring.change({ ...changes, mm });
  }

  /** What is strange about a scale: bodies that nobody has. @param {number} mm per pixel */
  doubt(mm) {
    const depth = mm * middle(this.measuring.bodies.map(({ points }) => distance(points[0], points[1])));
    const strange = depth > 0 && (depth < DEPTHS[0] || depth > DEPTHS[1]);
    return strange ? `The bodies would be ${Number(depth.toPrecision(2))} mm deep: check the length.` : "";
  }

  /** @param {string} where in the panel */
  focus(where) {
    /** @type {HTMLElement | null} */ (this.measuring.player.panel("measures").querySelector(where))?.focus({ preventScroll: true });
  }
}
