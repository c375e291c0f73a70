// @ts-check
// Clicks on the film that mean something: starting points, a missed vertebra, an outline to edit. One mode at a time.

import { html } from "../shared/dom.js";
import { contains, distance, pairs, toPane } from "../shared/geometry.js";
import { drawDot, drawPath } from "../shared/pen.js";
import { grabbed, handlesOf, movedOutline, thinned } from "./outline.js";

/** @typedef {import("./pane.js").Pane} Pane */
/** @typedef {import("../shared/geometry.js").Pair} Pair */
/** @typedef {"none" | "starts" | "add" | "edit"} Mode */

const HIT = 11;
const START = { colour: "#7cc4ff", glow: 2.2 };
/** @type {Record<string, string>} */
const HINTS = {
  none: "",
  add: "Click the middle of the vertebra that was missed.",
  edit: "Drag a corner or an edge of the outline, or click inside it for the network to try again there.",
};

/** start: the outline before the drag; handles: places of its corners that can be dragged.
 * @typedef {{start: number[], outline: number[], handles: number[], at: import("./outline.js").Grip, from: Pair, body: number, moved: boolean}} Held */
/** @typedef {{correct: (change: any) => void, choose: (pair: Pair) => void, redraw: () => void, end: () => void, shape: (body: number) => readonly number[] | null, chosen: () => number | null}} Acts */

export class Modes {
  /** @param {HTMLElement} root @param {Pane[]} panes @param {Acts} act */
  constructor(root, panes, act) {
    this.root = root;
    this.act = act;
    this.shell = /** @type {HTMLElement} */ (root.querySelector(".player"));
    this.hint = /** @type {HTMLElement} */ (root.querySelector(".player-hint"));
    this.mode = /** @type {Mode} */ ("none");
    this.starts = /** @type {Pair[]} */ ([]);
    this.pending = /** @type {Pair | null} */ (null);
    this.held = /** @type {Held | null} */ (null);
    this.film = "";
    for (const pane of panes) this.listen(pane);
  }

  /** @param {Pane} pane */
  listen(pane) {
    pane.area.addEventListener("pointerdown", (event) => this.down(pane, event), true);
    pane.area.addEventListener("pointermove", (event) => this.move(pane, event), true);
    pane.area.addEventListener("pointerup", () => this.up(), true);
    pane.area.addEventListener("click", (event) => this.click(pane, event));
  }

  /** @param {string} words @param {boolean} [ends] whether what they are of can be ended, by a button where there is no key */
  say(words, ends = false) {
    const end = () => html("button", { type: "button", class: "small", "data-act": "end", title: "End this (Esc)", onclick: this.act.end }, "end", html("kbd", {}, "Esc"));
    this.hint.replaceChildren(words, ...(words && ends ? [end()] : []));
    this.hint.hidden = !words;
  }

  startWords() {
    const { length } = this.starts;
    if (!length) return "Click the centres of three neighbouring vertebrae; a second click on a point removes it.";
    if (length < 3) return `${length} of at least three starting points; click the next vertebra.`;
    return `${length} starting points: Run starts from them.`;
  }

  /** @param {Mode} next */
  set(next) {
    this.mode = next;
    this.shell.dataset.mode = next;
    for (const name of ["starts", "add", "edit"]) {
      for (const button of this.root.querySelectorAll(`[data-${name}="toggle"]`)) button.setAttribute("aria-pressed", String(next === name));
    }
    const starting = next === "starts" || (next === "none" && this.starts.length > 0);
    this.say(starting ? this.startWords() : HINTS[next] || "", !starting);
    this.act.redraw();
  }

  /** @param {Mode} wanted */
  toggle(wanted) {
    this.set(this.mode === wanted ? "none" : wanted);
  }

  /** @param {Pair} point @param {number} slack */
  placeStart(point, slack) {
    const left = this.starts.filter((other) => distance(other, point) > slack);
    this.starts = left.length < this.starts.length ? left : [...this.starts, point];
    this.shell.dataset.starts = JSON.stringify(this.starts); // a run reads them from here
    this.say(this.startWords());
    this.act.redraw();
  }

  /** @param {Pane} pane @param {MouseEvent} event */
  click(pane, event) {
    const point = pane.filmPoint(event);
    if (this.mode === "none") return this.act.choose(point);
    if (this.mode === "edit") return; // the drag's end decides
    if (!pane.inside(point)) return this.say("That click lies outside the film; click on a vertebra.", true);
    if (this.mode === "starts") return this.placeStart(point, HIT / pane.view.scale);
    this.pending = point;
    this.say("Checking the clicked points …");
    this.act.redraw();
    this.act.correct({ action: "add", point });
  }

  /** @param {Pane} pane @param {PointerEvent} event */
  down(pane, event) {
    const body = this.act.chosen();
    const outline = this.mode === "edit" && body !== null ? this.act.shape(body) : null;
    if (!outline || body === null || event.button !== 0) return;
    const point = pane.filmPoint(event);
    const start = thinned(outline);
    const handles = handlesOf(start);
    const at = grabbed(start, handles, point, HIT / pane.view.scale);
    if (!at && !contains(outline, point)) return;
    event.preventDefault();
    pane.area.setPointerCapture(event.pointerId);
    this.held = { start, outline: start, handles, at: at || { corners: [] }, from: point, body, moved: false };
  }

  /** @param {Pane} pane @param {PointerEvent} event */
  move(pane, event) {
    const { held } = this;
    if (!held) return;
    const point = pane.filmPoint(event);
    held.moved ||= distance(point, held.from) * pane.view.scale > 3;
    if (!held.at.corners.length || !held.moved) return;
    this.held = { ...held, outline: movedOutline(held.start, held.handles, held.at, point[0] - held.from[0], point[1] - held.from[1]) };
    this.act.redraw();
  }

  up() {
    const { held } = this;
    this.held = null;
    if (!held) return;
    const { body: number, outline, from, moved, at } = held;
    if (moved && at.corners.length) this.act.correct({ action: "reshape", number, outline: outline.map((value) => Math.round(value * 10) / 10) });
    if (!moved) {
      this.say("The network tries again at that point …");
      this.act.correct({ action: "again", number, point: from });
    }
    this.act.redraw();
  }

  /** Draws what the mode needs over a pane. @param {import("../shared/pen.js").Pen} pen */
  draw(pen) {
    for (const point of this.starts) drawDot(pen, point, 5, START, 1);
    if (this.pending) drawDot(pen, this.pending, 5, { colour: "#fff", glow: 2.4 }, 1);
    const body = this.act.chosen();
    if (this.mode !== "edit" || body === null) return;
    const outline = this.held?.outline || this.act.shape(body) || [];
    drawHandles(pen, outline, this.held?.handles || handlesOf(outline));
  }

  /** @param {any} payload */
  onShow(payload) {
    const next = payload.film ? payload.film.url : "";
    const isOther = next !== this.film;
    if (isOther && payload.status !== "waiting") {
      this.starts = [];
      this.shell.dataset.starts = "[]";
      this.film = next;
    }
    this.pending = null;
    if (payload.error && payload.error.click) return this.set("starts");
    const stays = (this.mode === "edit" && payload.status === "finished" && !isOther) || (this.mode === "starts" && payload.status === "ready");
    this.set(stays ? this.mode : "none");
  }
}

/** @param {import("../shared/pen.js").Pen} pen @param {readonly number[]} outline @param {readonly number[]} handles */
function drawHandles(pen, outline, handles) {
  const points = pairs(outline);
  drawPath(pen, [...points, points[0]].filter(Boolean), { colour: "#ffffff", width: 1.5 }, 1);
  for (const [x, y] of handles.map((place) => toPane(pen.view, points[place]))) {
    pen.ink.fillStyle = "#0b0d12";
    pen.ink.strokeStyle = "#ffffff";
    pen.ink.lineWidth = 2;
    pen.ink.beginPath();
    pen.ink.rect(x - 3.5, y - 3.5, 7, 7);
    pen.ink.fill();
    pen.ink.stroke();
  }
}
