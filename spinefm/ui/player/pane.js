// @ts-check
// A pane: the film as a picture under a canvas of ink, with zoom and pan that a twin pane shares.

import { fitted, panned, toFilm, toPane, within, zoomed } from "../shared/geometry.js";

/** @typedef {import("../shared/geometry.js").View} View */
/** @typedef {import("../shared/geometry.js").Pair} Pair */
/** @typedef {import("../shared/pen.js").Pen} Pen */
/** @typedef {{width: number, height: number, url: string | null}} Film */

const CLICK_SLACK = 4;
const DENSEST = 2;

export class Pane {
  /** @param {HTMLElement} root @param {{onView: (view: View) => void, onDraw: () => void}} on */
  constructor(root, on) {
    this.root = root;
    this.on = on;
    this.area = /** @type {HTMLElement} */ (root.querySelector(".pane-area"));
    this.image = /** @type {HTMLImageElement} */ (root.querySelector(".pane-film"));
    this.canvas = /** @type {HTMLCanvasElement} */ (root.querySelector(".pane-ink"));
    this.ink = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    this.film = /** @type {Film | null} */ (null);
    this.size = { width: 0, height: 0 };
    this.view = /** @type {View} */ ({ scale: 1, x: 0, y: 0 });
    this.whole = true;
    this.grip = /** @type {{x: number, y: number, view: View} | null} */ (null);
    this.listen();
    new ResizeObserver(() => this.measure()).observe(this.area);
  }

  /** @param {Film | null} next */
  setFilm(next) {
    if (this.film && next && this.film.url === next.url) return;
    this.film = next;
    this.root.classList.toggle("bare", !next);
    if (next && next.url) this.image.src = next.url;
    else this.image.removeAttribute("src");
    this.fit();
  }

  measure() {
    const { width, height } = this.area.getBoundingClientRect();
    const density = Math.min(DENSEST, window.devicePixelRatio || 1);
    const [across, down] = [Math.round(width * density), Math.round(height * density)];
    this.size = { width, height };
    if (this.canvas.width !== across || this.canvas.height !== down) Object.assign(this.canvas, { width: across, height: down });
    if (!this.film || !width) return;
    this.view = this.whole ? fitted(this.film, this.size) : within(this.view, this.film, this.size);
    this.place();
  }

  place() {
    if (!this.film) return;
    const [x, y] = toPane(this.view, [-0.5, -0.5]);
    this.image.style.width = `${this.film.width}px`;
    this.image.style.height = `${this.film.height}px`;
    this.image.style.transform = `translate(${x}px, ${y}px) scale(${this.view.scale})`;
    this.area.classList.toggle("zoomed", !this.whole);
    this.on.onDraw();
  }

  /** @param {View} next @param {boolean} [tell] */
  setView(next, tell = true) {
    if (!this.film || !this.size.width) return;
    this.view = next;
    this.whole = next.scale <= fitted(this.film, this.size).scale * 1.001;
    this.place();
    if (tell) this.on.onView(next);
  }

  fit(tell = true) {
    this.whole = true;
    this.measure();
    if (tell && this.film) this.on.onView(this.view);
  }

  /** @param {number} factor @param {Pair | null} [at] */
  zoom(factor, at = null) {
    if (this.film) this.setView(zoomed(this.view, factor, at || [this.size.width / 2, this.size.height / 2], this.film, this.size));
  }

  /** The event's place on the pane. @param {MouseEvent} event @returns {Pair} */
  placeOf(event) {
    const box = this.area.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  /** @param {MouseEvent} event @returns {Pair} */
  filmPoint(event) {
    return toFilm(this.view, this.placeOf(event));
  }

  /** A clean canvas to draw on. @returns {Pen} */
  pen() {
    const density = this.canvas.width / Math.max(1, this.size.width);
    this.ink.setTransform(density, 0, 0, density, 0, 0);
    this.ink.clearRect(0, 0, this.size.width, this.size.height);
    return { ink: this.ink, view: this.view, density, size: this.size };
  }

  /** @param {Pair} point */
  inside([x, y]) {
    return this.film !== null && x >= -0.5 && y >= -0.5 && x < this.film.width - 0.5 && y < this.film.height - 0.5;
  }

  /** Wheel and drag. A press that an editor has taken does not pan. */
  listen() {
    const { area } = this;
    area.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    area.addEventListener("pointerdown", (event) => this.onDown(event));
    area.addEventListener("pointermove", (event) => this.onMove(event));
    for (const end of /** @type {const} */ (["pointerup", "pointercancel"])) area.addEventListener(end, () => { this.grip = null; });
    area.addEventListener("dblclick", (event) => this.zoom(2, this.placeOf(event)));
  }

  /** The page scrolls on where there is nothing left to zoom out. @param {WheelEvent} event */
  onWheel(event) {
    if (!this.film || (event.deltaY > 0 && this.whole && !event.ctrlKey)) return;
    event.preventDefault();
    this.zoom(Math.exp(-event.deltaY / 300), this.placeOf(event));
  }

  /** @param {PointerEvent} event */
  onDown(event) {
    if (event.defaultPrevented || event.button !== 0 || this.whole) return;
    this.grip = { x: event.clientX, y: event.clientY, view: this.view };
  }

  /** @param {PointerEvent} event */
  onMove(event) {
    if (!this.grip || !this.film) return;
    const [dx, dy] = [event.clientX - this.grip.x, event.clientY - this.grip.y];
    if (Math.hypot(dx, dy) <= CLICK_SLACK) return;
    this.area.setPointerCapture(event.pointerId);
    this.setView(panned(this.grip.view, dx, dy, this.film, this.size));
  }
}
