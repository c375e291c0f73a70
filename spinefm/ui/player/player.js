// @ts-check
// The player: what is on show, and what keys, buttons, clicks and new events do about it.

import { contains } from "../shared/geometry.js";
import { html, keepingFocus, whileNotPressed } from "../shared/dom.js";
import { asked, openingLink, writeAddress } from "./address.js";
import { chipsOf, namesOf, stagesOf } from "./bodies.js";
import { Clock } from "./clock.js";
import { drawComparison } from "./compare.js";
import { Controls } from "./controls.js";
import { drawCorrections, drawQuestion } from "./corrections.js";
import { Exports } from "./exports.js";
import { Measuring } from "./measuring.js";
import { drawMessage, drawNotices } from "./messages.js";
import { Modes } from "./modes.js";
import { Share } from "./share.js";
import { hasGaps, makeStore, unbroken } from "./store.js";
import { connectSwipe } from "./swipe.js";
import { drawDownload, drawLog, drawVertebrae } from "./tables.js";
import { Theatre } from "./theatre.js";
import { sceneAt, timelineOf, timeOfEntry } from "./timeline.js";

/** @typedef {import("./timeline.js").Timeline} Timeline */
/** What the bodies of a run wear. @typedef {{names: Map<number, string>, colours: Map<number, string>, doubtful: Set<number>, anchor: number | null}} Worn */
/** What is on show.
 * @typedef {{payload: any, timeline: Timeline, rows: any[], names: Map<number, string>, colours: Map<number, string>, doubtful: Set<number>, anchor: number | null,
 *   chips: import("./bodies.js").Chip[], stages: import("./bodies.js").Stage[], chosen: number | null, lit: number | null, earlier: Timeline | null, earlierDress: Worn}} View */

const SLOW_ACTIONS = ["go on", "add", "again"];
const REPEATED = ["undo", "redo"];
const EMPTY = { run: "", status: "opening", entries: [], rows: [], ends: [], notices: [], remarks: [], colours: {}, film: null };

export class Player {
  /** @param {HTMLElement} root @param {((name: string, data: any) => void) | null} report tells the page what the reader did; without it the player only replays */
  constructor(root, report = null) {
    this.root = root;
    this.report = report;
    this.shell = /** @type {HTMLElement} */ (root.querySelector(".player"));
    this.store = makeStore();
    this.compared = new Set();
    this.opened = false;
    this.unlocking = 0;
    this.rested = ""; // the run whose measures and files are asked for
    this.asked = 0; // for a frame in which to draw what has come of a run
    this.kept = /** @type {any[]} */ ([]);
    this.link = report ? openingLink() : null;
    this.share = new Share(this);
    this.exports = new Exports(this);
    /** @type {import("./tables.js").Act} */
    this.act = { go: (/** @type {number} */ time) => this.clock.go(time), hover: (/** @type {number | null} */ body) => this.light(body),
      choose: (/** @type {number | null} */ body) => this.choose(body), correct: report ? (/** @type {any} */ change) => this.correct(change) : null,
      add: () => this.modes.toggle("add"), edit: () => this.modes.toggle("edit") };
    this.theatre = new Theatre(root, this.act);
    this.clock = new Clock(() => this.theatre.at(this.clock.time()), () => this.onClock());
    this.modes = new Modes(root, [this.theatre.stage, this.theatre.final], {
      correct: (change) => this.correct(change), choose: (point) => this.chooseAt(point), redraw: () => this.theatre.redraw(), end: () => this.controls.escape(),
      shape: (body) => this.shapeOf(body), chosen: () => this.view.chosen });
    this.measuring = new Measuring(this);
    this.theatre.extra = (pen) => { this.modes.draw(pen); this.measuring.draw(pen); };
    this.view = this.viewOf(EMPTY);
    this.controls = new Controls(this);
    connectSwipe(root);
    // A button that is replaced while it is pressed gets no click, so drawing waits until it is released.
    this.drawing = whileNotPressed(root, (payload) => keepingFocus(root, () => this.draw(payload)));
  }

  /** Takes one message of the page. @param {any} message */
  show(message) {
    const before = this.store.known();
    const payload = this.store.put(message);
    if (!payload) return this.missed(message);
    if (message.exported) return this.exports.take(message.exported);
    if (payload.status === "finished" && hasGaps(payload) && this.report) this.report("again", {});
    const packed = before !== null && before.run === payload.run && before.status === "finished" && message.packed;
    if (packed) return this.showMore(payload);
    const goesOn = before !== null && before.run === payload.run && before.status === "running" && payload.status === "running";
    if (goesOn) return this.soon();
    cancelAnimationFrame(this.asked);
    this.asked = 0;
    this.drawing(payload);
  }

  /** Events of a run come faster than frames: what has come is drawn once, in the next one. */
  soon() {
    this.asked ||= requestAnimationFrame(() => {
      this.asked = 0;
      this.drawing(this.store.known());
    });
  }

  /** A finished run whose beginning was not seen is asked for as a whole. @param {any} message */
  missed(message) {
    const late = message && message.status === "finished" && message.from !== undefined && this.store.known()?.status === "waiting";
    if (late && this.report) this.report("again", {});
  }

  /** Asks for what is made of a run later, once its result rests and is drawn: until then pictures have the machine. */
  askForMore() {
    const { payload } = this.view;
    if (!payload.later || this.clock.playing || this.rested === payload.run) return;
    this.rested = payload.run;
    requestAnimationFrame(() => this.report && this.report("rest", {}));
  }

  /** Measures and download come when they are made; nothing else is new, and nothing else is drawn. @param {any} payload */
  showMore(payload) {
    const measures = payload.measures !== this.view.payload.measures;
    if (payload.notices !== this.view.payload.notices) drawNotices(this.part("notices"), this.part("remarks"), payload, this.act.correct);
    this.view.payload = payload; // the same view, which the theatre draws from
    if (measures) this.measuring.show(payload);
    this.showFiles();
  }

  showFiles() {
    drawDownload(this.panel("download"), this.view, (event) => this.exports.zip(event));
    this.exports.show(this.panel("download"));
    this.share.show(this.panel("download"));
  }

  /** @param {any} payload @returns {View} */
  viewOf(payload) {
    const timeline = timelineOf(unbroken(payload.entries));
    const names = namesOf(payload.rows, timeline);
    const colours = new Map([...names].map(([number, name]) => [number, payload.colours[name]]));
    const doubtful = new Set(payload.rows.filter((/** @type {any} */ row) => row.doubtful).map((/** @type {any} */ row) => row.number));
    const anchor = payload.rows.find((/** @type {any} */ row) => row.anchor)?.number ?? null;
    const isSame = this.view && filmOf(this.view.payload) === filmOf(payload); // on another film the number is another vertebra's
    const chosen = isSame && payload.rows.some((/** @type {any} */ row) => row.found && row.number === this.view.chosen) ? this.view.chosen : null;
    const chips = chipsOf(timeline, payload.rows);
    return { payload, timeline, rows: payload.rows, names, colours, doubtful, anchor, chosen, lit: null, chips, stages: stagesOf(timeline, chips, payload.verbs), ...earlierOf(payload) };
  }

  /** @param {any} payload */
  draw(payload) {
    const before = this.view.payload;
    const fresh = before.run !== payload.run;
    const otherFilm = filmOf(before) !== filmOf(payload);
    const goesOn = !fresh && before.status === "running" && payload.status === "running";
    this.theatre.held = true;
    this.view = this.viewOf(payload);
    this.shell.dataset.status = payload.status;
    this.shell.classList.toggle("with-error", Boolean(payload.error));
    delete this.shell.dataset.busy;
    if (otherFilm) this.controls.resetGrey(); // the next film is seen as it is
    if (fresh && !this.isAmended(payload, before)) this.shell.classList.add("unwatched");
    this.drawParts(payload);
    if (!goesOn) this.drawResult(payload);
    this.theatre.show(this.view);
    if (!goesOn) this.showModes(payload);
    this.theatre.held = false;
    const [how, first] = [this.timing(payload, fresh, before), !this.opened];
    this.opened = true;
    this.clock.load(this.view.timeline, how);
    this.askForMore();
    if (fresh && !first) writeAddress(this);
    if (otherFilm) this.kept = [];
    const next = this.kept.shift();
    if (next) this.correct(next);
  }

  /** @param {any} payload */
  showModes(payload) {
    this.modes.onShow(payload);
    this.measuring.show(payload);
    this.compareTab(payload);
  }

  /** Where the clock begins. @param {any} payload @param {boolean} fresh @param {any} before */
  timing(payload, fresh, before) {
    const { timeline } = this.view;
    if (payload.status === "running") return fresh ? { open: true, hurries: true, at: 0, play: true } : { open: true, hurries: true };
    const step = asked(this);
    if (step !== null) return { at: timeline.stops[Math.min(step, timeline.stops.length - 1)] ?? timeline.end, play: false };
    if (!fresh && before.status === "running") return { hurries: true };
    if (!fresh) return {};
    if (Number.isInteger(payload.at)) return { at: timeOfEntry(timeline, payload.at), play: false };
    if (payload.play && !this.clock.still.matches) return { at: 0, play: true };
    if (!this.isAmended(payload, before)) return { at: timeline.end, play: false };
    const last = timeline.entries[timeline.entries.length - 1];
    return { at: Math.max(0, timeline.end - last.beats.reduce((sum, beat) => sum + beat.seconds, 0)), play: true };
  }

  /** Whether the run is the one before with a correction more. @param {any} payload @param {any} before */
  isAmended(payload, before) {
    const last = this.view.timeline.entries[this.view.timeline.entries.length - 1];
    return Boolean(last) && last.kind === "corrected" && before.status === "finished" && before.entries.length < payload.entries.length;
  }

  /** What each message of a run may change. @param {any} payload */
  drawParts(payload) {
    const { view, act } = this;
    const some = view.timeline.beats.length > 0;
    drawMessage(this.part("message"), payload, () => this.report && this.report("anyway", {}));
    drawNotices(this.part("notices"), this.part("remarks"), payload, act.correct);
    this.part("transport").hidden = !some;
    this.part("result").hidden = !some;
    this.shell.classList.toggle("with-run", some);
    drawLog(this.panel("log"), view, act);
  }

  /** What a run under way has not yet, and what it does not change. @param {any} payload */
  drawResult(payload) {
    const { view, act, root } = this;
    /** @type {HTMLElement} */ (root.querySelector("[data-turn]")).hidden = !this.canTurn();
    /** @type {HTMLElement} */ (root.querySelector("[data-starts]")).hidden = !this.canTurn();
    drawVertebrae(this.part("table"), view, act);
    drawComparison(this.panel("compare"), this.tab("compare"), view, act);
    this.showFiles();
    drawQuestion(this.part("question"), view, act);
    this.markChosen();
  }

  /** @param {string} name */
  part(name) {
    return /** @type {HTMLElement} */ (this.root.querySelector(`.player-${name}`));
  }

  /** @param {string} name */
  panel(name) {
    return /** @type {HTMLElement} */ (this.root.querySelector(`[data-panel="${name}"]`));
  }

  /** @param {string} name */
  tab(name) {
    return /** @type {HTMLElement} */ (this.root.querySelector(`[data-tab="${name}"]`));
  }

  /** A run with another limit opens beside the one before, once; without an earlier run there is nothing to compare. @param {any} payload */
  compareTab({ comparison, run }) {
    const open = this.tab("compare").getAttribute("aria-selected") === "true";
    if (comparison && (comparison.settings.length || comparison.methods) && !this.compared.has(run)) this.controls.chooseTab("compare");
    else if (!comparison && open) this.controls.chooseTab("vertebrae");
    else this.setComparing(open);
    if (comparison) this.compared.add(run);
  }

  /** @param {boolean} on */
  setComparing(on) {
    this.theatre.comparing = on && this.view.earlier !== null;
    this.shell.classList.toggle("comparing", this.theatre.comparing);
    this.theatre.caption();
    this.theatre.redraw();
  }

  onClock() {
    const { playing, speed } = this.clock;
    this.shell.classList.toggle("playing", playing);
    if (playing && !this.clock.hurries) this.shell.classList.remove("unwatched");
    this.part("caption").setAttribute("aria-live", playing ? "off" : "polite");
    const button = /** @type {HTMLElement} */ (this.root.querySelector('[data-go="play"]'));
    /** @type {HTMLElement} */ (button.querySelector(".play-word")).textContent = playing ? "Pause" : "Play";
    for (const other of this.root.querySelectorAll("[data-speed]")) {
      other.setAttribute("aria-pressed", String(Number(/** @type {HTMLElement} */ (other).dataset.speed) === speed));
    }
    if (!playing && this.opened) writeAddress(this);
    this.askForMore();
  }

  /** @param {number | null} body */
  light(body) {
    if (this.view.lit === body) return;
    this.view.lit = body;
    this.theatre.redraw();
    for (const row of this.root.querySelectorAll("tr[data-number]")) row.classList.toggle("lit", body !== null && Number(/** @type {HTMLElement} */ (row).dataset.number) === body);
  }

  /** Chooses a vertebra: it is lit, and its tools are shown. @param {number | null} body */
  choose(body) {
    this.view.chosen = this.view.rows.some((row) => row.found && row.number === body) ? body : null;
    this.markChosen();
    this.theatre.redraw();
  }

  markChosen() {
    for (const row of this.root.querySelectorAll("tr[data-number]")) {
      row.classList.toggle("chosen", this.view.chosen !== null && Number(/** @type {HTMLElement} */ (row).dataset.number) === this.view.chosen);
    }
    drawCorrections(this.part("corrections"), this.view, this.act);
  }

  /** The outline that a body has at the moment on show. @param {number} body */
  shapeOf(body) {
    const { seen } = sceneAt(this.view.timeline, this.clock.time());
    const shape = /** @type {any} */ (seen.findLast((item) => item.kind === "shape" && item.body === body));
    return shape ? shape.outline : null;
  }

  /** @param {import("../shared/geometry.js").Pair} point */
  chooseAt(point) {
    const { seen } = sceneAt(this.view.timeline, this.clock.time());
    const hit = /** @type {any} */ (seen.findLast((item) => item.kind === "shape" && typeof item.body === "number" && contains(/** @type {any} */ (item).outline, point)));
    if (!this.measuring.isOpen) this.controls.chooseTab(this.theatre.comparing ? "compare" : "vertebrae");
    this.choose(hit ? hit.body : null);
  }

  /** @param {any} change */
  correct(change) {
    if (!this.report) return;
    if (this.shell.dataset.busy) return this.keep(change);
    this.shell.dataset.busy = "true";
    clearTimeout(this.unlocking); // an answer that never comes must not lock the player
    this.unlocking = window.setTimeout(() => delete this.shell.dataset.busy, SLOW_ACTIONS.includes(change.action) ? 60000 : 3000);
    this.report("correct", change);
  }

  /** Undo and redo pressed while an answer is under way follow it; another change was meant for what was on show. @param {any} change */
  keep(change) {
    if (REPEATED.includes(change.action)) this.kept.push(change);
  }

  canTurn() {
    return this.report !== null && Boolean(this.view.payload.film) && !this.view.payload.replay && this.view.payload.status !== "waiting";
  }

  canCorrect() {
    return this.report !== null && this.view.payload.status === "finished" && Boolean(this.view.payload.corrections);
  }
}

/** What tells a run's film from others. @param {any} payload @returns {string} */
function filmOf({ film }) {
  return film ? film.url : "";
}

/** The earlier run as a timeline of its own, its bodies dressed as they were. @param {any} payload @returns {{earlier: Timeline | null, earlierDress: Worn}} */
function earlierOf({ comparison, colours: all }) {
  if (!comparison || !comparison.entries.length) return { earlier: null, earlierDress: { names: new Map(), colours: new Map(), doubtful: new Set(), anchor: null } };
  const names = new Map(comparison.names.map((/** @type {[number, string]} */ pair) => pair));
  const colours = new Map([...names].map(([number, name]) => [number, all[name]]));
  return { earlier: timelineOf(comparison.entries), earlierDress: { names, colours, doubtful: new Set(comparison.doubtful), anchor: comparison.anchor ?? null } };
}
