// @ts-check
// The tab Measures at work: its state, what follows from it, choosing a measure, and what is drawn and listed.

import { html } from "../shared/dom.js";
import { sentence } from "../shared/numbers.js";
import { PLACES } from "../shared/spine.js";
import { drawLabel, drawLandmarks, drawLines } from "./calipers.js";
import { filmKey, firstChanges, keep, keptRecord, recordOf } from "./keeping.js";
import { LandmarkDrag } from "./landmark_drag.js";
import { asLeft, bodiesOf, carried, csvOf, facingOf, facingWords, readingsOf, scaleWords, unchanged, withMove, withoutMoves, wordsOf } from "./measures.js";
import { drawReadings, groupOf } from "./readings.js";
import { ScaleLine } from "./scale_line.js";

/** @typedef {import("./measures.js").Reading} Reading */

const WIDE = 420; // a pane in which a label has room for a grade

export class Measuring {
  /** @param {import("./player.js").Player} player */
  constructor(player) {
    this.player = player;
    this.changes = unchanged();
    this.data = /** @type {import("./measures.js").Data | null} */ (null);
    this.former = this.data; // of the last finished run
    this.film = "";
    this.key = ""; // of that film, after a reload too
    this.recalled = false; // what was set before a reload has been asked for
    this.isOpen = false;
    this.readings = /** @type {Reading[]} */ ([]);
    this.bodies = /** @type {import("./measures.js").Body[]} */ ([]);
    this.chosen = /** @type {string | null} */ (null);
    this.previewed = /** @type {string | null} */ (null);
    this.corner = -1;
    this.line = new ScaleLine(this);
    this.drag = new LandmarkDrag(this);
    this.folds = new Set(["alignment", "slip"]);
    for (const pane of [player.theatre.stage, player.theatre.final]) this.drag.listen(pane);
  }

  /** @param {any} payload */
  show(payload) {
    const data = payload.status === "finished" ? payload.measures || null : null;
    const film = payload.film ? payload.film.url || payload.film.name : "";
    if (film !== this.film) this.forgetAll();
    else if (data && this.former) this.changes = carried(this.changes, this.former, data);
    if (film !== this.film) this.key = filmKey(payload.film);
    if (data && !this.recalled) this.changes = firstChanges(keptRecord(), this.key, data, payload.measuring);
    this.recalled ||= data !== null;
    Object.assign(this, { film, data, former: data || this.former });
    this.recompute();
    const none = payload.status === "finished" && payload.measures === null; // where they are not known yet, they will come
    this.player.tab("measures").hidden = none;
    if (none && this.isOpen) this.player.controls.chooseTab("vertebrae");
  }

  forgetAll() {
    this.line.stop();
    Object.assign(this, { changes: unchanged(), former: null, chosen: null, corner: -1 });
  }

  /** Everything that follows from the landmarks, the facing and the scale. */
  recompute() {
    this.readings = this.data ? readingsOf(this.data, this.changes) : [];
    this.bodies = this.data ? bodiesOf(this.data, this.changes) : [];
    if (!this.readings.some((one) => one.id === this.chosen)) this.chosen = null;
    if (!this.chosen) this.corner = -1;
    this.mark();
    this.render();
    this.player.theatre.redraw();
  }

  /** What the reader set, for the server: facing and millimetres per pixel, null where none, and the landmarks moved on what is shown. @returns {import("./measures.js").Changes} */
  given() {
    return { ...this.changes, moves: this.data ? this.changes.moves : [] };
  }

  isChanged() {
    return this.data !== null && recordOf(this.key, this.data, this.changes) !== null;
  }

  /** @param {import("./measures.js").Changes} changes */
  change(changes) {
    this.changes = changes;
    this.keep();
    this.recompute();
  }

  keep() {
    if (this.data) keep(recordOf(this.key, this.data, this.changes));
  }

  /** @param {boolean} on */
  setOpen(on) {
    if (on !== this.isOpen) this.announce(on);
    this.isOpen = on;
    this.player.shell.dataset.showing = on ? "measures" : "";
    this.mark();
    this.render();
    this.player.theatre.redraw();
  }

  /** The bar over the film says what it is used for while the tab is open; leaving the tab ends a line. @param {boolean} on */
  announce(on) {
    const { modes } = this.player;
    if (modes.mode === "none" && (this.line.ends || this.chosen)) modes.say(on ? this.hint() : "", on);
    if (!on) this.line.stop();
  }

  /** What the film is used for, "" for nothing. */
  hint() {
    if (this.line.ends) return "Draw a line over something of known length.";
    const reading = this.readings.find((one) => one.id === this.chosen);
    return reading ? `${sentence(reading.name)}: drag its corners on the film.` : "";
  }

  /** What styles read. */
  mark() {
    this.player.theatre.quiet = this.isOpen && (this.chosen !== null || this.line.ends !== null);
    this.player.shell.dataset.measuring = !this.isOpen ? "" : this.line.ends ? "line" : this.chosen ? "landmarks" : "";
  }

  /** @param {string | null} id */
  choose(id) {
    const { modes, clock, view } = this.player;
    this.chosen = id;
    this.corner = -1;
    this.line.stop();
    const reading = this.readings.find((one) => one.id === id);
    if (reading) this.folds.add(reading.value === null ? "without" : groupOf(reading));
    if (modes.mode !== "none") modes.set("none");
    if (id) clock.go(view.timeline.end);
    modes.say(this.hint(), true);
    this.recompute();
    if (id) this.toDetail();
  }

  /** What is said of the chosen measure comes into sight, and its film; where there is not room for all of both, the list begins with it. */
  toDetail() {
    const panel = this.player.panel("measures");
    const [detail, row] = [panel.querySelector(".measure-detail"), panel.querySelector('[data-measure][aria-pressed="true"]')];
    detail?.scrollIntoView({ block: "nearest" });
    this.toFilm();
    if (!detail || !row || detail.getBoundingClientRect().bottom <= window.innerHeight) return;
    panel.scrollTop += row.getBoundingClientRect().top - panel.getBoundingClientRect().top;
  }

  /** On a narrow page the film comes back into sight. */
  toFilm() {
    const area = this.player.theatre.stage.area;
    const box = area.getBoundingClientRect();
    const shown = Math.min(box.bottom, window.innerHeight) - Math.max(box.top, 0);
    if (box.width && shown < box.height / 2) area.scrollIntoView({ block: "nearest" });
  }

  reading() {
    return this.readings.find((one) => one.id === (this.chosen || this.previewed)) || null;
  }

  /** @param {string | null} id */
  preview(id) {
    if (this.previewed === id) return;
    this.previewed = id;
    if (!this.chosen) this.player.theatre.redraw();
  }

  /** Ends what is going on here; false where nothing was. */
  escape() {
    if (!this.isOpen || (!this.line.ends && !this.chosen)) return false;
    if (this.line.ends) this.line.toggle();
    else this.leave();
    return true;
  }

  /** The keyboard goes back to the row. */
  leave() {
    const id = this.chosen;
    this.choose(null);
    /** @type {HTMLElement | null} */ (this.player.panel("measures").querySelector(`[data-measure="${id}"]`))?.focus({ preventScroll: true });
  }

  /** Takes back the last move; false where there is none. */
  undo() {
    if (!this.isOpen || !this.changes.moves.length) return false;
    this.change({ ...this.changes, moves: this.changes.moves.slice(0, -1) });
    return true;
  }

  reset() {
    const numbers = (this.reading()?.bodies || []).map((at) => this.bodies[at].number);
    this.change(withoutMoves(this.changes, numbers));
  }

  save() {
    if (!this.data) return;
    const url = URL.createObjectURL(new Blob([csvOf(this.data, this.changes)], { type: "text/csv" }));
    html("a", { href: url, download: "measures.csv" }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60000);
  }

  /** @param {number} dx @param {number} dy */
  nudge(dx, dy) {
    const landmark = this.landmarks().find((one) => one.key === this.corner) || this.landmarks()[0];
    if (!landmark) return;
    this.corner = landmark.key;
    this.change(withMove(this.changes, { number: landmark.number, place: landmark.left, point: [landmark.point[0] + dx, landmark.point[1] + dy] }, this.goesOn(landmark)));
  }

  /** Steps of one landmark by keys are one move. @param {{number: number, left: number}} landmark */
  goesOn({ number, left }) {
    const last = this.changes.moves[this.changes.moves.length - 1];
    return last !== undefined && last.number === number && last.place === left;
  }

  /** The landmarks that the chosen measure's bodies have: all corners, and the mid-points where it uses them. */
  landmarks() {
    const reading = this.isOpen && this.chosen ? this.reading() : null;
    if (!reading || !this.data) return [];
    const facing = facingOf(this.data, this.changes);
    const places = reading.overMiddles ? [0, 1, 2, 3, 4, 5] : [0, 1, 2, 3];
    return reading.bodies.flatMap((at) => {
      const { number, name, points, edited, spread } = this.bodies[at];
      return places.filter((place) => points[place]).map((place) => ({
        key: number * PLACES.length + place, name: `${name} ${PLACES[place]}`, number, left: asLeft(place, facing), point: points[place], spread, edited: edited[place] }));
    });
  }

  rests() {
    const { view, clock, theatre } = this.player;
    return view.payload.status === "finished" && !theatre.comparing && clock.time() >= view.timeline.end - 1e-3;
  }

  /** Draws over a pane what is measured there. @param {import("../shared/pen.js").Pen} pen */
  draw(pen) {
    if (!this.isOpen || !this.rests()) return;
    const reading = this.reading();
    if (this.line.ends && this.line.ends.length === 2) drawLines(pen, [this.line.ends], { angle: false, faint: false });
    if (!reading || this.line.ends || !reading.lines.length) return;
    drawLines(pen, reading.lines, { angle: reading.group === "alignment", faint: reading.value === null });
    const ends = reading.lines.flat();
    drawLandmarks(pen, this.landmarks().map((one) => ({ ...one, used: ends.includes(one.point), held: this.drag.holds(one) || one.key === this.corner })));
    const [used, pane] = [reading.bodies.map((at) => this.bodies[at].points), this.player.theatre.stage.size];
    const grade = pane.width > WIDE ? reading.grade : "";
    drawLabel(pen, [sentence(reading.name), labelWords(reading), grade].filter(Boolean), reading.lines, used, this.bodies.map((body) => body.points), pane);
  }

  render() {
    if (!this.isOpen || this.player.panel("measures").hidden) return;
    const panel = this.player.panel("measures");
    if (!this.data) return panel.replaceChildren(html("p", { class: "note" }, "The measures appear here when the run is finished."));
    const [top, focused, typed] = [panel.scrollTop, focusIn(panel), valuesIn(panel)];
    drawReadings(panel, { readings: this.readings, chosen: this.chosen, open: this.folds, landmarks: this.landmarks(), corner: this.corner, moves: this.changes.moves.length,
      facing: facingWords(this.data, this.changes), scale: scaleWords(this.data, this.changes), calibrating: this.line.ends ? { pixels: this.line.pixels() } : null }, this.acts());
    for (const [name, value] of typed) /** @type {any} */ (panel.querySelector(`[data-field="${name}"]`) || {}).value = value;
    panel.scrollTop = top;
    if (focused) /** @type {HTMLElement | null} */ (panel.querySelector(focused))?.focus({ preventScroll: true });
  }

  /** @returns {import("./readings.js").Acts} */
  acts() {
    return {
      choose: (id) => this.choose(id), preview: (id) => this.preview(id), calibrate: () => this.line.toggle(), undo: () => this.undo(), reset: () => this.reset(), save: () => this.save(),
      fold: (name, open) => { if (open) this.folds.add(name); else this.folds.delete(name); },
      face: (facing) => this.change({ ...this.changes, facing: facing === this.data?.facing.side ? null : facing }),
      setLength: (mm) => this.line.set(mm / this.line.pixels()), setScale: (mm) => this.line.set(mm), forget: () => this.change({ ...this.changes, mm: null }),
      corner: (at) => { this.corner = at; this.player.theatre.redraw(); }, nudge: (dx, dy) => this.nudge(dx, dy),
    };
  }

}

/** @param {Reading} reading */
function labelWords(reading) {
  if (reading.value === null) return "not measurable";
  return `${wordsOf(reading).join(" ").trim()}${reading.edited ? " by hand" : ""}`;
}

/** How to find again what has the focus. @param {HTMLElement} panel */
function focusIn(panel) {
  const node = document.activeElement;
  if (!(node instanceof HTMLElement) || !panel.contains(node)) return null;
  const name = ["measure", "act", "field"].find((key) => node.dataset[key]);
  if (node.tagName === "SUMMARY") return `[data-group="${node.parentElement?.dataset.group}"] > summary`;
  return name ? `[data-${name}="${node.dataset[name]}"]` : null;
}

/** @param {HTMLElement} panel @returns {[string, string][]} */
function valuesIn(panel) {
  return [...panel.querySelectorAll("[data-field]")].map((node) => [/** @type {HTMLElement} */ (node).dataset.field || "", /** @type {HTMLInputElement} */ (node).value]);
}
