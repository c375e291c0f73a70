// @ts-check
// Buttons, sliders, tabs and keys of the player.

import { fill, svg } from "../shared/dom.js";
import { isTyping, keyName, sliderKeeps } from "../shared/keys.js";
import { writeAddress } from "./address.js";
import { SPEEDS } from "./clock.js";

/** @typedef {import("./player.js").Player} Player */

export class Controls {
  /** @param {Player} player */
  constructor(player) {
    this.player = player;
    this.root = player.root;
    this.grey = new Grey(player.shell);
    this.writing = 0;
    const { clock, theatre, modes } = player;
    /** @type {Record<string, () => void>} */
    this.keys = {
      " ": () => clock.toggle(), ArrowLeft: () => this.step(() => clock.phase(-1)), ArrowRight: () => this.step(() => clock.phase(1)),
      "Shift+ArrowLeft": () => this.step(() => clock.body(-1)), "Shift+ArrowRight": () => this.step(() => clock.body(1)),
      Home: () => this.step(() => clock.go(0)), End: () => this.step(() => clock.go(clock.end())),
      "[": () => this.faster(-1), "]": () => this.faster(1),
      "+": () => theatre.stage.zoom(1.5), "=": () => theatre.stage.zoom(1.5), "-": () => theatre.stage.zoom(1 / 1.5), 0: () => theatre.stage.fit(),
      o: () => this.toggle("fills"), n: () => this.toggle("letters"), "?": () => this.toggleKeys(), t: () => this.turn(),
      m: () => !player.tab("measures").hidden && this.chooseTab("measures"),
      s: () => player.canTurn() && modes.toggle("starts"), a: () => player.canCorrect() && modes.toggle("add"),
      e: () => player.canCorrect() && player.view.chosen !== null && modes.toggle("edit"), Escape: () => this.escape(),
    };
    this.buttons();
    this.sliders();
    document.addEventListener("keydown", (event) => this.onKey(event));
    document.addEventListener("keyup", (event) => this.onKeyUp(event));
  }

  /** @param {string} selector @param {string} kind @param {(node: any) => void} act */
  on(selector, kind, act) {
    for (const node of this.root.querySelectorAll(selector)) node.addEventListener(kind, () => act(node));
  }

  buttons() {
    const { keys, player } = this;
    const go = { home: keys.Home, play: keys[" "], keys: keys["?"] };
    const view = { in: keys["+"], out: keys["-"], fit: keys[0] };
    this.on("[data-go]", "click", (node) => go[/** @type {"play"} */ (node.dataset.go)]());
    this.on("[data-view]", "click", (node) => view[/** @type {"in"} */ (node.dataset.view)]());
    this.on("[data-toggle]", "click", (node) => this.toggle(node.dataset.toggle));
    this.on("[data-speed]", "click", (node) => player.clock.setSpeed(Number(node.dataset.speed)));
    this.on("[data-turn]", "click", () => this.turn());
    this.on("[data-reset]", "click", () => this.resetGrey());
    this.on(".player-tools [data-starts]", "click", () => player.modes.toggle("starts"));
    this.on("[data-tab]", "click", (node) => this.chooseTab(node.dataset.tab));
  }

  sliders() {
    const scrub = /** @type {HTMLInputElement} */ (this.root.querySelector("[data-scrub]"));
    scrub.addEventListener("input", () => this.player.clock.go(Number(scrub.value) / 1000));
    scrub.addEventListener("change", () => writeAddress(this.player));
    this.on("[data-grey]", "input", () => this.setGrey());
  }

  /** @param {() => void} move */
  step(move) {
    move();
    clearTimeout(this.writing); // a held key writes once
    this.writing = window.setTimeout(() => writeAddress(this.player), 150);
  }

  /** @param {number} by */
  faster(by) {
    const { clock } = this.player;
    clock.setSpeed(SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, SPEEDS.indexOf(clock.speed) + by))]);
  }

  /** @param {"fills" | "letters"} name */
  toggle(name) {
    const { theatre } = this.player;
    theatre.options[name] = !theatre.options[name];
    for (const button of this.root.querySelectorAll(`[data-toggle="${name}"]`)) button.setAttribute("aria-pressed", String(theatre.options[name]));
    theatre.redraw();
  }

  toggleKeys() {
    const keys = this.player.part("keys");
    keys.hidden = !keys.hidden;
    /** @type {HTMLElement} */ (this.root.querySelector('[data-go="keys"]')).setAttribute("aria-expanded", String(!keys.hidden));
    if (!keys.hidden) keys.scrollIntoView({ block: "nearest" });
  }

  /** A film on its side or upside down: the page reads it again, rotated. */
  turn() {
    if (this.player.canTurn() && this.player.report) this.player.report("turn", {});
  }

  /** Cancels what is asked, else ends what the film is clicked for, else cancels a run. */
  escape() {
    const { modes, view, report, measuring } = this.player;
    const question = this.player.part("question");
    if (question.children.length) return question.replaceChildren();
    if (measuring.escape()) return;
    if (modes.mode !== "none") return modes.set("none");
    if (report && ["running", "waiting"].includes(view.payload.status)) report("cancel", {});
  }

  /** @param {string} name */
  chooseTab(name) {
    for (const tab of this.root.querySelectorAll("[data-tab]")) tab.setAttribute("aria-selected", String(/** @type {HTMLElement} */ (tab).dataset.tab === name));
    for (const panel of this.root.querySelectorAll("[data-panel]")) /** @type {HTMLElement} */ (panel).hidden = /** @type {HTMLElement} */ (panel).dataset.panel !== name;
    this.player.setComparing(name === "compare");
    this.player.measuring.setOpen(name === "measures");
  }

  resetGrey() {
    for (const slider of this.root.querySelectorAll("[data-grey]")) /** @type {HTMLInputElement} */ (slider).value = /** @type {HTMLInputElement} */ (slider).defaultValue;
    this.setGrey();
  }

  /** Window and level change the film, not what is drawn on it. */
  setGrey() {
    /** @type {HTMLInputElement[]} */
    const sliders = [...this.root.querySelectorAll("[data-grey]")].map((node) => /** @type {HTMLInputElement} */ (node));
    const value = (/** @type {string} */ name) => Number(sliders.find((slider) => slider.dataset.grey === name)?.value);
    /** @type {HTMLElement} */ (this.root.querySelector(".player-more")).classList.toggle("changed", sliders.some((slider) => slider.value !== slider.defaultValue));
    const filter = this.grey.css(value("level"), value("window"));
    for (const pane of [this.player.theatre.stage, this.player.theatre.final]) {
      pane.image.style.filter = filter;
      pane.canvas.style.opacity = String(value("opacity") / 100);
    }
  }

  /** Undo and redo, where there is something: elsewhere the keys stay the browser's. @param {KeyboardEvent} event */
  onControlKey(event) {
    const key = event.key.toLowerCase();
    if (key === "z" && !event.shiftKey && this.root.offsetParent && this.player.measuring.undo()) return event.preventDefault();
    const action = key === "y" || (key === "z" && event.shiftKey) ? "redo" : key === "z" ? "undo" : null;
    if (!action || !this.player.canCorrect() || !this.player.view.payload.corrections[action] || !this.root.offsetParent) return;
    event.preventDefault();
    this.player.correct({ action });
  }

  /** Escape ends a line of known length from its own fields, too. @param {KeyboardEvent} event */
  onFieldKey(event) {
    if (event.key !== "Escape" || !this.player.measuring.line.ends) return;
    event.preventDefault();
    this.player.measuring.escape();
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    if (event.altKey || !this.root.offsetParent) return;
    if (isTyping(event.target)) return this.onFieldKey(event);
    if (event.ctrlKey || event.metaKey) return this.onControlKey(event);
    if (sliderKeeps(event.target, event.key)) return;
    const running = event.key === "Escape" && this.player.view.payload.status === "waiting";
    const action = this.keys[keyName(event)];
    if (!action || (!this.player.view.payload.film && !running)) return;
    event.preventDefault();
    action();
  }

  /** A button that has the focus would take the space bar's release for a click. @param {KeyboardEvent} event */
  onKeyUp(event) {
    const target = /** @type {any} */ (event.target);
    if (event.key === " " && this.root.offsetParent && target.closest && target.closest("button, summary") && this.player.view.payload.film) event.preventDefault();
  }
}

/** A linear change of grey values as an svg filter below `root`; returns the css that uses it. */
export class Grey {
  /** @param {Element} root */
  constructor(root) {
    this.id = `grey-${Math.random().toString(36).slice(2)}`;
    this.parts = ["R", "G", "B"].map((channel) => svg(`feFunc${channel}`, { type: "linear", slope: 1, intercept: 0 }));
    root.append(svg("svg", { width: 0, height: 0, "aria-hidden": "true", class: "player-grey" },
      svg("filter", { id: this.id, "color-interpolation-filters": "sRGB", x: 0, y: 0, width: "100%", height: "100%" }, svg("feComponentTransfer", {}, this.parts))));
  }

  /** @param {number} level @param {number} width */
  css(level, width) {
    if (level === 50 && width === 100) return "none";
    const slope = 100 / width;
    for (const part of this.parts) fill(part, { slope, intercept: 0.5 - (slope * level) / 100 }, []);
    return `url(#${this.id})`;
  }
}
