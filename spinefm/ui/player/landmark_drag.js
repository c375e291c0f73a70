// @ts-check
// The pointer on the film while the tab Measures is open: it drags a landmark, or draws the line of a scale.

import { distance } from "../shared/geometry.js";
import { withMove } from "./measures.js";

/** @typedef {import("../shared/geometry.js").Pair} Pair */
/** @typedef {import("./pane.js").Pane} Pane */
/** A landmark in hand: which, and where it was taken. @typedef {{number: number, place: number, from: Pair, start: Pair, moved: boolean}} Held */

const HIT = { mouse: 11, pen: 14, touch: 20 }; // pixels of the screen

export class LandmarkDrag {
  /** @param {import("./measuring.js").Measuring} measuring */
  constructor(measuring) {
    this.measuring = measuring;
    this.held = /** @type {Held | null} */ (null);
    this.taken = false; // the press: the click that follows it chooses nothing
    this.frame = 0;
  }

  /** A press that takes a landmark neither pans nor scrolls, and the click that follows it chooses nothing. @param {Pane} pane */
  listen(pane) {
    const { area } = pane;
    area.addEventListener("pointerdown", (event) => this.down(pane, event), true);
    area.addEventListener("pointermove", (event) => this.move(pane, event), true);
    for (const end of /** @type {const} */ (["pointerup", "pointercancel"])) area.addEventListener(end, () => this.up(), true);
    area.addEventListener("click", (event) => { if (this.taken || this.measuring.line.ends) event.stopImmediatePropagation(); this.taken = false; }, true);
    area.addEventListener("touchstart", (event) => {
      const touch = event.touches[0];
      if (this.measuring.line.ends || this.hit(pane, pane.filmPoint(/** @type {any} */ (touch)), "touch")) event.preventDefault();
    }, { passive: false });
  }

  /** @param {Pane} pane @param {Pair} point @param {string} kind of pointer */
  hit(pane, point, kind) {
    if (!this.measuring.rests()) return null;
    const slack = (HIT[/** @type {"mouse"} */ (kind)] || HIT.mouse) / pane.view.scale;
    const near = this.measuring.landmarks().filter((one) => distance(one.point, point) <= slack).sort((a, b) => distance(a.point, point) - distance(b.point, point));
    return near[0] || null;
  }

  /** @param {Pane} pane @param {PointerEvent} event */
  down(pane, event) {
    const { isOpen, line } = this.measuring;
    if (!isOpen || event.button !== 0) return;
    const point = pane.filmPoint(event);
    const found = line.ends ? null : this.hit(pane, point, event.pointerType);
    if (!line.ends && !found) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    pane.area.setPointerCapture(event.pointerId);
    this.taken = true;
    if (found) this.held = { number: found.number, place: found.left, from: point, start: found.point, moved: false };
    else line.begin(point);
  }

  /** @param {Pane} pane @param {PointerEvent} event */
  move(pane, event) {
    const { line, player } = this.measuring;
    const point = pane.filmPoint(event);
    if (line.drawing) line.stretch(point);
    else if (this.held) this.drag(this.held, point, pane.view.scale);
    else return this.point(pane, point, event.pointerType);
    event.stopImmediatePropagation();
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => (line.drawing ? player.theatre.redraw() : this.measuring.recompute()));
    return undefined;
  }

  /** @param {Held} held @param {Pair} point @param {number} scale */
  drag(held, point, scale) {
    if (!held.moved && distance(point, held.from) * scale <= 2) return;
    const place = /** @type {Pair} */ ([held.start[0] + point[0] - held.from[0], held.start[1] + point[1] - held.from[1]].map((value) => Math.round(value * 100) / 100));
    this.measuring.changes = withMove(this.measuring.changes, { number: held.number, place: held.place, point: place }, held.moved);
    held.moved = true;
  }

  /** The pointer shows what it would take. @param {Pane} pane @param {Pair} point @param {string} kind */
  point(pane, point, kind) {
    const { isOpen, chosen } = this.measuring;
    if (isOpen && chosen) pane.area.classList.toggle("takes", this.hit(pane, point, kind) !== null);
  }

  up() {
    const { line } = this.measuring;
    if (!line.drawing && !this.held) return;
    if (line.drawing) line.end();
    this.held = null;
    this.measuring.keep();
    this.measuring.recompute();
    if (line.ends) line.focus('[data-field="length"]');
  }

  /** Whether a landmark is in hand. @param {{number: number, left: number}} landmark */
  holds({ number, left }) {
    return this.held !== null && number === this.held.number && left === this.held.place;
  }
}
