// @ts-check
// The spine of chips: one per vertebra from the top, with a segment for each phase of the method, filled as it is decided.

import { html } from "../shared/dom.js";
import { STAGES, chipState, isFilmEnd, segmentState } from "./bodies.js";

/** @typedef {import("./bodies.js").Chip} Chip */
/** @typedef {import("./bodies.js").Stage} Stage */

const DECIDED = ["kept", "end", "edge", "stopped"];

/** @typedef {import("./looks.js").Dress} Dress */
/** `look` is what was drawn once; `state` is what changes with time. @typedef {{chip: Chip, node: HTMLElement, name: HTMLElement, segments: HTMLElement[], look: string, state: string}} Drawn */

export class Chips {
  /** @param {HTMLElement} root @param {{go: (time: number) => void, hover: (body: number | null) => void, choose: (body: number | null) => void}} act */
  constructor(root, act) {
    this.root = root;
    this.act = act;
    this.drawn = /** @type {Drawn[]} */ ([]);
    this.stages = STAGES;
    root.addEventListener("scroll", () => this.edges());
    new ResizeObserver(() => this.edges()).observe(root);
  }

  /** @param {Chip[]} chips @param {Dress} dress @param {Stage[]} [stages] */
  show(chips, dress, stages = STAGES) {
    this.setStages(stages);
    const known = new Map(this.drawn.map((item) => [item.look, item]));
    const before = this.drawn;
    this.drawn = chips.map((chip) => Object.assign(known.get(lookOf(chip, dress)) || this.draw(chip, dress), { chip }));
    const same = before.length === this.drawn.length && before.every((item, index) => item === this.drawn[index]);
    if (same) return;
    this.root.replaceChildren(...this.drawn.map((item) => item.node));
    this.edges();
  }

  /** Chips with segments of another method are drawn again. @param {Stage[]} stages */
  setStages(stages) {
    const words = stages.map(({ title }) => title).join(", ");
    if (words !== this.stages.map(({ title }) => title).join(", ")) this.drawn = [];
    this.stages = stages;
    this.root.setAttribute("aria-label", ["Vertebrae from the top", words].filter(Boolean).join(": "));
  }

  /** Marks the ends of the row beyond which there are more chips. */
  edges() {
    const { scrollLeft, scrollWidth, clientWidth } = this.root;
    this.root.classList.toggle("more-before", scrollLeft > 1);
    this.root.classList.toggle("more-after", scrollLeft + clientWidth < scrollWidth - 1);
  }

  /** @param {Chip} chip @param {Dress} dress @returns {Drawn} */
  draw(chip, dress) {
    const { act } = this;
    const segments = this.stages.map(({ title }) => html("i", { title }));
    const name = html("b", {});
    const doubt = chip.body !== null && dress.doubtful.has(chip.body);
    const node = html("button", { type: "button", class: `chip${chip.isStart ? " start" : ""}${doubt ? " doubt" : ""}`, "data-body": chip.body,
      "data-lane": chip.lane, onclick: () => { act.choose(drawn.chip.body); act.go(Number.isFinite(drawn.chip.stop) ? drawn.chip.stop : drawn.chip.start); },
      onpointerenter: () => act.hover(chip.body), onpointerleave: () => act.hover(null) },
      name, html("span", { class: "segments", "aria-hidden": "true" }, segments), " ", html("small", {}, noteOf(chip)));
    const drawn = { chip, node, name, segments, look: lookOf(chip, dress), state: "" };
    paintLevel(drawn, dress);
    return drawn;
  }

  /** Leads to a body by the name that it has in the end; until the run gives it that name, it is quiet.
   * @param {number} time @param {Dress} dress @param {Dress} worn what bodies wear at that time */
  at(time, dress, worn = dress) {
    for (const item of this.drawn) {
      const segments = this.stages.map(({ phase }) => segmentState(item.chip, phase, time));
      const whole = chipState(item.chip, time);
      const named = item.chip.body !== null && worn.names.has(item.chip.body);
      const shown = named ? worn : dress;
      const words = nameOf(item.chip, whole, shown, named);
      const state = [whole, ...segments, words, named, item.chip.words].join();
      if (state === item.state) continue;
      item.state = state;
      this.paint(item, whole, segments, words, named);
      paintLevel(item, shown);
    }
  }

  /** @param {Drawn} item @param {string} whole @param {string[]} segments @param {string} words @param {boolean} named */
  paint(item, whole, segments, words, named) {
    const begins = whole === "now" && item.node.dataset.state !== "now";
    Object.assign(item.node.dataset, { state: whole, named: String(named) });
    item.name.textContent = words;
    const shown = [words, item.node.querySelector("small")?.textContent].filter(Boolean).join(" ");
    item.node.setAttribute("aria-label", `${whole === "edge" ? "end of the film" : shown}: ${whole === "later" ? "not reached yet" : item.chip.words || whole}`);
    item.node.title = DECIDED.includes(whole) ? item.chip.words : "";
    segments.forEach((state, index) => { item.segments[index].className = state; });
    if (begins) this.reveal(item.node);
  }

  /** Scrolls a chip into sight within its row, and never the page. @param {HTMLElement} node */
  reveal(node) {
    const left = node.offsetLeft - this.root.scrollLeft;
    if (left < 0 || left > this.root.clientWidth - 70) this.root.scrollTo({ left: node.offsetLeft - this.root.clientWidth / 2 });
  }
}

/** @param {Drawn} item @param {Dress} dress */
function paintLevel({ chip, node }, dress) {
  const colour = chip.body === null ? null : dress.colours.get(chip.body);
  if (colour) node.style.setProperty("--level", colour);
}

/** The line under a chip's name. @param {Chip} chip */
function noteOf(chip) {
  if (isFilmEnd(chip)) return "film ends";
  return chip.body === null ? chip.reason : chip.isStart ? "start" : "";
}

/** What a chip keeps while time passes. @param {Chip} chip @param {Dress} dress */
function lookOf(chip, dress) {
  const { key, lane, body, isStart } = chip;
  return JSON.stringify([key, lane, body, isStart, noteOf(chip), body !== null && dress.doubtful.has(body), body === null ? null : dress.colours.get(body)]);
}

/** @param {Chip} chip @param {string} whole @param {Dress} dress @param {boolean} named */
function nameOf(chip, whole, dress, named) {
  if (whole === "stopped") return "✕";
  if (whole === "edge") return "■";
  if (whole === "later" || whole === "now" || chip.body === null) return "·";
  const name = dress.names.get(chip.body) || "✓";
  return named && dress.doubtful.has(chip.body) ? `${name} ?` : name;
}
