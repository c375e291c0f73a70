// @ts-check
// The chosen case: its film on the canvas, and the reviewer's verdict on it.

import { html } from "../shared/dom.js";
import { writeState } from "./address.js";
import { CaseCanvas } from "./canvas.js";
import { rowsOf } from "./model.js";
import { backButton, markChosen, showFilm } from "./sight.js";
import { keepVerdicts } from "./verdicts.js";

/** @typedef {import("./types").Detail} Detail */
/** @typedef {import("./types").Place} Place */

export class CasePane {
  /** @param {import("./explorer.js").Explorer} explorer */
  constructor(explorer) {
    this.explorer = explorer;
    this.canvas = new CaseCanvas(explorer.root);
  }

  /** @param {number} film @param {number | null} [row] the chosen vertebra @param {boolean} [scroll] to the film, where it lies below the list */
  async choose(film, row = null, scroll = true) {
    const { view, ask, root } = this.explorer;
    const name = view.model.films.name[film];
    const { run } = view.state;
    view.state.case = name;
    view.row = row;
    for (const node of root.querySelectorAll(".ex-group, .ex-tile")) markChosen(/** @type {HTMLElement} */ (node), name);
    this.drawTitle(film);
    writeState(view.state);
    const [detail, other] = await Promise.all([ask.look({ run, film: name }), view.other ? ask.look({ run: view.state.with, film: name }) : null]);
    if (view.state.case !== name || view.state.run !== run) return;
    this.drawFilm(film, detail, other);
    if (scroll) showFilm(this.explorer.part(".ex-body"));
  }

  /** @param {number} film @param {Detail} detail @param {Detail | null} other */
  drawFilm(film, detail, other) {
    const { view } = this.explorer;
    const { model } = view;
    const note = this.explorer.part(".ex-film-note");
    note.hidden = !detail.error;
    note.textContent = detail.error || "";
    /** @type {Place[]} */
    const places = rowsOf(model, film).filter((i) => !model.isExtra(i)).map((i) => [model.level(i), model.rows.number[i], i === view.row]);
    this.canvas.show(detail.error ? null : detail, places, model.data.colours, other && !other.error ? other : null);
    this.explorer.part(".ex-case").dataset.film = view.state.case;
  }

  /** @param {number} film */
  drawTitle(film) {
    const { view, ask, root } = this.explorer;
    const name = view.model.films.name[film];
    const { verdict, note } = view.verdicts[name] || {};
    const steps = html("button", { type: "button", class: "ex-steps", onclick: () => ask.steps({ run: view.state.run, film: name, event: null }) }, "all steps");
    this.explorer.part(".ex-title").replaceChildren(html("strong", {}, name), backButton(this.explorer.part(".ex-body")), steps);
    for (const button of root.querySelectorAll("[data-verdict]")) button.setAttribute("aria-pressed", String(verdict === /** @type {HTMLElement} */ (button).dataset.verdict));
    this.explorer.part("[data-note]").value = note || "";
  }

  /** Gives the chosen film a verdict, or takes it back where it has that one. @param {string} verdict */
  toggleVerdict(verdict) {
    const { view } = this.explorer;
    const before = view.verdicts[view.state.case]?.verdict;
    this.judge({ verdict: before === verdict ? "" : verdict });
  }

  /** @param {import("./types").Verdict} changes */
  judge(changes) {
    const { view, list } = this.explorer;
    const name = view.state.case;
    if (!name) return;
    const judged = { ...view.verdicts[name], ...changes };
    if (judged.verdict || judged.note) view.verdicts[name] = judged;
    else delete view.verdicts[name];
    if (!keepVerdicts(view.state.run, view.verdicts)) this.explorer.say("This browser cannot keep verdicts: download them before you leave.");
    this.drawTitle(view.model.films.name.indexOf(name));
    if (view.state.verdict) this.explorer.draw();
    else list.draw();
  }
}
