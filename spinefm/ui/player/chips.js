// @ts-check
// The spine of chips: one per vertebra from the top, with four segments that fill as they are decided.

import { html } from "../shared/dom.js";
import { PHASES, chipState, segmentState } from "./bodies.js";

/** @typedef {import("./bodies.js").Chip} Chip */

const TITLES = { predict: "predicted", segment: "outlined", overlap: "overlap checked", class: "classified" };

/** @typedef {import("./looks.js").Dress} Dress */
/** @typedef {{chip: Chip, node: HTMLElement, name: HTMLElement, segments: HTMLElement[], state: string}} Drawn */

export class Chips {
  /** @param {HTMLElement} root @param {{go: (time: number) => void, hover: (body: number | null) => void, choose: (body: number | null) => void}} act */
  constructor(root, act) {
    this.root = root;
    this.act = act;
    this.drawn = /** @type {Drawn[]} */ ([]);
  }

  /** @param {Chip[]} chips @param {Dress} dress */
  show(chips, dress) {
    this.drawn = chips.map((chip) => this.draw(chip, dress));
    this.root.replaceChildren(...this.drawn.map((item) => item.node));
  }

  /** @param {Chip} chip @param {Dress} dress @returns {Drawn} */
  draw(chip, dress) {
    const { act } = this;
    const segments = PHASES.map((phase) => html("i", { title: TITLES[/** @type {keyof typeof TITLES} */ (phase)] }));
    const name = html("b", {});
    const doubt = chip.body !== null && dress.doubtful.has(chip.body);
    const node = html("button", { type: "button", class: `chip${chip.seed ? " seed" : ""}${doubt ? " doubt" : ""}`, "data-body": chip.body,
      "data-lane": chip.lane, onclick: () => { act.choose(chip.body); act.go(Number.isFinite(chip.stop) ? chip.stop : chip.start); },
      onpointerenter: () => act.hover(chip.body), onpointerleave: () => act.hover(null) },
      name, html("span", { class: "segments", "aria-hidden": "true" }, segments), " ", html("small", {}, chip.body === null ? chip.reason : chip.seed ? "start" : ""));
    const colour = chip.body === null ? null : dress.colours.get(chip.body);
    if (colour) node.style.setProperty("--level", colour);
    return { chip, node, name, segments, state: "" };
  }

  /** @param {number} time @param {Dress} dress */
  at(time, dress) {
    for (const item of this.drawn) {
      const segments = PHASES.map((phase) => segmentState(item.chip, phase, time));
      const whole = chipState(item.chip, time);
      const state = [whole, ...segments, nameOf(item.chip, whole, dress)].join();
      if (state !== item.state) this.paint(item, whole, segments, dress);
      item.state = state;
    }
  }

  /** @param {Drawn} item @param {string} whole @param {string[]} segments @param {Dress} dress */
  paint(item, whole, segments, dress) {
    const words = nameOf(item.chip, whole, dress);
    item.node.dataset.state = whole;
    item.name.textContent = words;
    const shown = [words, item.node.querySelector("small")?.textContent].filter(Boolean).join(" ");
    item.node.setAttribute("aria-label", `${shown}: ${whole === "later" ? "not reached yet" : item.chip.words || whole}`);
    item.node.title = whole === "kept" || whole === "end" || whole === "stopped" ? item.chip.words : "";
    segments.forEach((state, index) => { item.segments[index].className = state; });
    if (whole === "now") this.reveal(item.node);
  }

  /** Scrolls a chip into sight within its row, and never the page. @param {HTMLElement} node */
  reveal(node) {
    const left = node.offsetLeft - this.root.scrollLeft;
    if (left < 0 || left > this.root.clientWidth - 70) this.root.scrollTo({ left: node.offsetLeft - this.root.clientWidth / 2 });
  }
}

/** @param {Chip} chip @param {string} whole @param {import("./looks.js").Dress} dress */
function nameOf(chip, whole, dress) {
  if (whole === "stopped") return "✕";
  if (whole === "later" || whole === "now" || chip.body === null) return "·";
  const name = dress.names.get(chip.body) || "?";
  return dress.doubtful.has(chip.body) ? `${name} ?` : name;
}
