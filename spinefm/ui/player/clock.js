// @ts-check
// The clock: where in the run the player is, and how time passes. One request for an animation frame at a time.

import { clamp } from "../shared/numbers.js";
import { nextBody, nextStop, stillAt } from "./timeline.js";

/** @typedef {import("./timeline.js").Timeline} Timeline */

export const SPEEDS = [0.5, 1, 2, 4];
const LONGEST = 0.1;
const LAG = 0.25;
const CATCH_UP = 5;
const FINISH = 0.1; // seconds in which the rest of a run that is computed is played: its result is there
const LIVE_FRAME = 0.025; // seconds at least between two pictures while a run is computed: every second frame

/** How fast a run that is computed plays what is left of it: in a moment, and never slower than while it was computed. @param {number} backlog seconds of the run not yet shown */
export function finishRate(backlog) {
  return Math.max(liveRate(backlog), backlog / FINISH);
}

/** How fast a run that is being computed plays: the further it lies behind, the faster. @param {number} backlog seconds of the run not yet shown */
export function liveRate(backlog) {
  return 1 + CATCH_UP * Math.max(0, backlog - LAG);
}

export class Clock {
  /** @param {() => void} onTime draws the moment @param {() => void} onChange the clock was started, stopped or given another speed */
  constructor(onTime, onChange) {
    this.onTime = onTime;
    this.onChange = onChange;
    this.still = window.matchMedia("(prefers-reduced-motion: reduce)");
    this.timeline = /** @type {Timeline | null} */ (null);
    this.now = 0;
    this.speed = 1;
    this.playing = false;
    this.hurries = false; // a run that is being computed, or was until now, is caught up with
    this.open = false; // more may come
    this.rush = 0; // the least speed at which the rest of a computed run is played
    this.last = 0;
    this.asked = 0;
  }

  /** The time on show: with reduced motion, the last still. */
  time() {
    return this.still.matches && this.timeline ? stillAt(this.timeline, this.now) : this.now;
  }

  end() {
    return this.timeline ? this.timeline.end : 0;
  }

  /** @param {number} stamp */
  frame(stamp) {
    this.asked = 0;
    const passed = clamp((stamp - this.last) / 1000, 0, LONGEST);
    if (this.open && passed < LIVE_FRAME) return this.request(); // the run needs the machine more
    this.last = stamp;
    this.now = Math.min(this.end(), this.now + passed * this.rate());
    this.onTime();
    if (this.now < this.end()) return this.request();
    if (!this.open) this.setPlaying(false);
  }

  rate() {
    return this.hurries ? Math.max(this.speed, this.rush, liveRate(this.end() - this.now)) : this.speed;
  }

  request() {
    if (this.playing && !this.asked && this.now < this.end()) this.asked = requestAnimationFrame((stamp) => this.frame(stamp));
  }

  /** @param {boolean} on */
  setPlaying(on) {
    if (on) this.last = performance.now();
    if (!on) cancelAnimationFrame(this.asked);
    this.asked = 0;
    this.playing = on;
    this.onChange();
    this.request();
  }

  /** @param {number} time */
  go(time) {
    if (!this.timeline) return;
    if (this.playing) this.setPlaying(false);
    this.now = clamp(time, 0, this.end());
    this.onTime();
  }

  toggle() {
    if (!this.timeline) return;
    if (!this.playing && this.now >= this.end()) this.now = 0;
    if (!this.open) this.hurries = false;
    this.setPlaying(!this.playing);
  }

  /** @param {1 | -1} way */
  phase(way) {
    if (this.timeline) this.go(nextStop(this.timeline, this.time(), way));
  }

  /** @param {1 | -1} way */
  body(way) {
    if (this.timeline) this.go(nextBody(this.timeline, this.time(), way));
  }

  /** @param {number} next */
  setSpeed(next) {
    this.speed = next;
    this.onChange();
  }

  /** Shows another timeline; of the same run, time goes on where it was. @param {Timeline} next @param {{open?: boolean, hurries?: boolean, at?: number, play?: boolean}} how */
  load(next, how) {
    this.timeline = next;
    this.open = how.open || false;
    this.hurries = how.hurries || false;
    this.now = clamp(how.at ?? this.now, 0, next.end);
    this.rush = this.hurries && !this.open ? finishRate(next.end - this.now) : 0;
    if (!this.asked) this.last = performance.now();
    if (how.play !== undefined && how.play !== this.playing) this.setPlaying(how.play);
    if (!this.rush || !this.asked) this.onTime(); // else the frame that is due draws it, further on
    this.request();
    if (this.playing && !this.open && this.now >= next.end) this.setPlaying(false);
  }
}
