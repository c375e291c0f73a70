// @ts-check
// Lists, buttons and fields of the explorer: what they show, and what each does.

import { html } from "../shared/dom.js";
import { kindCounts, ORDERS } from "./model.js";
import { toggled } from "./state.js";

/** @typedef {import("./types").View} View */
/** @typedef {[string, string]} Option value and words */

const VERDICTS = ["fine", "review", "wrong"];

export class Controls {
  /** @param {import("./explorer.js").Explorer} explorer */
  constructor(explorer) {
    this.explorer = explorer;
    this.runs = /** @type {Option[]} */ ([]);
    this.lists();
    this.buttons();
    this.fields();
  }

  /** @param {string} selector @param {string} kind @param {(node: any) => void} act */
  on(selector, kind, act) {
    for (const node of this.explorer.root.querySelectorAll(selector)) node.addEventListener(kind, () => act(node));
  }

  lists() {
    const { explorer } = this;
    const { view } = explorer;
    for (const name of ["region", "verdict", "sort"]) this.on(`[data-pick="${name}"]`, "change", (list) => explorer.update({ [name]: list.value }));
    this.on('[data-pick="run"]', "change", (list) => explorer.open(list.value, view.state.with));
    this.on('[data-pick="with"]', "change", (list) => explorer.open(view.state.run, list.value));
  }

  buttons() {
    const { explorer } = this;
    const { view, ask } = explorer;
    this.on("[data-show]", "click", (button) => explorer.update({ show: toggled(view.state.show, button.dataset.show) }));
    this.on("button[data-mode]", "click", (button) => explorer.update({ mode: button.dataset.mode }));
    this.on("[data-verdict]", "click", (button) => explorer.case.toggleVerdict(button.dataset.verdict));
    this.on("[data-layer]", "click", (button) => press(button, explorer.case.canvas.toggle(button.dataset.layer)));
    this.on("[data-whole]", "click", (button) => press(button, explorer.case.canvas.toggleWhole()));
    this.on("[data-own]", "click", (button) => ask.own(button.dataset.own));
    this.on("[data-clear]", "click", () => explorer.clear());
    this.on("[data-more]", "click", () => explorer.list.more());
    this.on("[data-save-verdicts]", "click", () => explorer.saveVerdicts());
    this.on("[data-take]", "click", () => explorer.take(ask.take(view.state.run)));
    this.on("[data-sample]", "click", () => explorer.take(ask.sample()));
  }

  fields() {
    const { explorer } = this;
    this.on("[data-limit]", "input", (slider) => explorer.update({ limit: Number(slider.value) }));
    this.on("[data-search]", "input", (field) => explorer.update({ search: field.value.trim() }));
    this.on("[data-note]", "change", (field) => explorer.case.judge({ note: field.value.trim() }));
  }

  /** @param {string} name @param {Option[]} options */
  fill(name, options) {
    this.explorer.part(`[data-pick="${name}"]`).replaceChildren(...options.map(([value, text]) => html("option", { value }, text)));
  }

  /** @param {Option[]} runs */
  fillRuns(runs) {
    const { state } = this.explorer.view;
    this.runs = runs;
    this.fill("run", runs);
    this.fillOthers(state.run);
    for (const name of /** @type {["run", "with"]} */ (["run", "with"])) this.explorer.part(`[data-pick="${name}"]`).value = state[name]; // still on show until another is open
  }

  /** What an evaluation can be compared with: every other one. @param {string} run */
  fillOthers(run) {
    this.fill("with", [["", "nothing"], ...this.runs.filter(([id]) => id !== run)]);
  }

  /** What an evaluation can be filtered and sorted by. @param {View} view */
  fillFilters(view) {
    const { explorer } = this;
    const orders = Object.entries(ORDERS).filter(([name]) => name !== "change" || view.other);
    this.fill("region", [["", "all regions"], ...view.model.data.regions.map(twice)]);
    this.fill("verdict", [["", "any verdict"], ["none", "no verdict"], ...VERDICTS.map(twice)]);
    this.fill("sort", orders.map(([name, [text]]) => [name, text]));
    explorer.part('[data-show="changed"]').hidden = !view.other;
    explorer.part('[data-layer="other"]').hidden = !view.other;
    if (!view.other && view.state.sort === "change") view.state.sort = "worst";
  }

  /** Sets every control to what the view shows. @param {View} view */
  draw(view) {
    const { explorer } = this;
    const { state } = view;
    for (const name of /** @type {["run", "with", "region", "verdict", "sort"]} */ (["run", "with", "region", "verdict", "sort"])) explorer.part(`[data-pick="${name}"]`).value = state[name];
    for (const button of explorer.root.querySelectorAll("button[data-mode]")) press(button, state.mode === /** @type {HTMLElement} */ (button).dataset.mode);
    explorer.part("[data-limit]").value = state.limit;
    explorer.part("[data-limit-value]").textContent = state.limit.toFixed(2);
    const search = explorer.part("[data-search]");
    if (document.activeElement !== search) search.value = state.search;
    this.drawKinds(view);
  }

  /** @param {View} view */
  drawKinds(view) {
    const counts = kindCounts(view);
    for (const node of this.explorer.root.querySelectorAll("[data-show]")) {
      const kind = /** @type {HTMLElement} */ (node).dataset.show || "";
      press(node, view.state.show.includes(kind));
      const count = node.querySelector("b");
      if (count) count.textContent = String(counts[kind]);
    }
  }
}

/** @param {Element} button @param {boolean} on */
function press(button, on) {
  button.setAttribute("aria-pressed", String(on));
}

/** @param {string} text @returns {Option} */
function twice(text) {
  return [text, text];
}
