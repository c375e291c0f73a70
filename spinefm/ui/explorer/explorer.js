// @ts-check
// The explorer: which evaluation is open, what passes the filters, and what the reader does about it.

import { markTab, stateInAddress, writeState } from "./address.js";
import { BatchView } from "./batch.js";
import { CasePane } from "./case.js";
import { Controls } from "./controls.js";
import { differText } from "./facts.js";
import { FilmList } from "./list.js";
import { MeasurePanel } from "./measures.js";
import { rowsInOther, spineModel } from "./model.js";
import { ownRuns, titleOf } from "./own.js";
import { chosenOr, filters, START, toggled } from "./state.js";
import { readVerdicts, saveAs, saveVerdicts } from "./verdicts.js";

/** @typedef {import("./types").View} View */
/** @typedef {import("./types").Model} Model */
/** @typedef {import("./types").State} State */
/** @typedef {import("./types").BatchOpening} BatchOpening */
/** @typedef {{model: Model | null, batch?: BatchOpening, error?: string}} Opened */

const NONE = "There is no evaluation yet: evaluate 60 simulated films, which takes some minutes, or bring your own as a zip.";

export class Explorer {
  /** @param {HTMLElement} root @param {import("./types").Ask} ask */
  constructor(root, ask) {
    this.root = root;
    this.ask = ask;
    this.shell = this.part(".explorer");
    /** `model` is there as soon as an evaluation is open. @type {View} */
    this.view = { state: stateInAddress(), model: /** @type {any} */ (null), other: null, twin: null, verdicts: {}, cases: [], within: null, row: null };
    /** @type {Map<string, Promise<Opened>>} */
    this.opened = new Map();
    this.asked = 0;
    /** @type {import("./types").Act} */
    this.act = { toggleLevel: (level) => this.update({ levels: toggled(this.view.state.levels, level) }),
      setRange: (name, range) => this.update({ [name]: chosenOr(this.view.state[name], range, null) }),
      setStop: (reason) => this.update({ stop: chosenOr(this.view.state.stop, reason, "") }),
      choose: (film, row = null) => this.case.choose(film, row), steps: (i) => this.steps(i),
      look: (film) => ask.look({ run: this.view.state.run, film }) };
    this.list = new FilmList(this);
    this.measures = new MeasurePanel(this);
    this.case = new CasePane(this);
    this.batch = new BatchView(this);
    this.controls = new Controls(this);
    new IntersectionObserver((entries) => markTab(entries.some((entry) => entry.isIntersecting))).observe(this.shell);
  }

  /** @param {string} selector @returns {any} */
  part(selector) {
    return this.root.querySelector(selector);
  }

  /** Lists the evaluations and opens one. @param {string} [first] the one to open; the address names it else */
  async start(first) {
    const runs = await this.ask.runs();
    const own = ownRuns();
    this.controls.fillRuns(runs.map((run) => [run.id, titleOf(run, own)]));
    const wanted = first || this.view.state.run;
    const run = runs.find((one) => one.id === wanted) || runs[0];
    if (!run) return this.message(NONE);
    await this.open(run.id, first ? "" : this.view.state.with);
  }

  /** A sentence in place of the list; none shows the list again. @param {string} text */
  message(text) {
    const line = this.part(".ex-message");
    line.hidden = !text;
    line.textContent = text;
    this.part(".ex-body").hidden = Boolean(text);
  }

  /** A sentence beside the buttons. A zip of no known layout opens the list of those that are known. @param {string} text */
  say(text) {
    this.part(".ex-state").textContent = text;
    if (/known layout/.test(text)) this.part(".ex-layouts").open = true;
  }

  /** @param {string} run @returns {Promise<Opened>} */
  modelOf(run) {
    const known = this.opened.get(run);
    if (known) return known;
    const asked = this.ask.open(run).then(openedOf);
    this.opened.set(run, asked);
    return asked;
  }

  /** Opens an evaluation, and the one to compare it with. @param {string} run @param {string} compared */
  async open(run, compared) {
    const turn = ++this.asked;
    this.shell.dataset.state = "opening";
    this.say("opening …");
    const [opened, other] = await Promise.all([this.modelOf(run), compared && compared !== run ? this.modelOf(compared) : null]);
    if (turn !== this.asked) return;
    this.say("");
    const error = opened.error || other?.error;
    this.shell.dataset.state = error ? "failed" : "open";
    this.message(error || "");
    this.shell.dataset.kind = opened.batch ? "batch" : "evaluation";
    this.part(".ex-batch").hidden = !opened.batch;
    this.part(".ex-body").hidden = Boolean(error || opened.batch);
    if (opened.batch) this.showBatch(run, opened.batch);
    else if (!error && opened.model) this.show(run, opened.model, other ? compared : "", other?.model || null);
  }

  /** @param {string} run @param {Model} model @param {string} compared @param {Model | null} other */
  show(run, model, compared, other) {
    const { view } = this;
    const another = view.state.run !== run && Boolean(view.model);
    view.state = { ...view.state, run, with: compared, ...(another ? { case: "" } : {}) };
    Object.assign(view, { model, other, twin: other && rowsInOther(model, other), verdicts: readVerdicts(run) });
    this.sayDifferences(differText(model, other));
    this.controls.fillOthers(run);
    this.controls.fillFilters(view);
    this.draw();
    const film = model.films.name.indexOf(view.state.case);
    const first = film >= 0 ? film : view.cases[0]?.film;
    if (first !== undefined) this.case.choose(first, null, false);
  }

  /** @param {string} text */
  sayDifferences(text) {
    const line = this.part(".ex-differ");
    line.hidden = !text;
    line.textContent = text;
  }

  /** @param {string} run @param {BatchOpening} batch */
  showBatch(run, batch) {
    this.sayDifferences("");
    this.view.state = { ...this.view.state, run, with: "", case: "" };
    this.part('[data-pick="run"]').value = run;
    writeState(this.view.state);
    this.batch.show(batch);
  }

  /** Draws all but the chosen case. */
  draw() {
    this.measures.prepare();
    this.controls.draw(this.view);
    this.list.show();
    this.measures.draw();
    writeState(this.view.state);
  }

  /** @param {Partial<State>} changes */
  update(changes) {
    Object.assign(this.view.state, changes);
    this.draw();
  }

  clear() {
    this.update(filters(START));
  }

  /** Opens the player at the step where a vertebra was decided. @param {number} i its row */
  steps(i) {
    const { model, state } = this.view;
    this.ask.steps({ run: state.run, film: model.films.name[model.rows.film[i]], event: model.rows.event[i] });
  }

  /** Hands the reader a file that the server makes. @param {Promise<import("./types").TakenFile>} answer */
  async take(answer) {
    const file = await answer;
    if (file.error) return this.say(file.error);
    saveAs(file.name, Uint8Array.from(atob(file.base64), (letter) => letter.charCodeAt(0)), "application/zip");
  }

  saveVerdicts() {
    saveVerdicts(this.view.state.run, this.view.verdicts);
  }
}

/** What the server sent of a run: an evaluation, a batch, or a sentence.
 * @param {import("./types").Columns | BatchOpening} data @returns {Opened} */
function openedOf(data) {
  if (data.error) return { model: null, error: data.error };
  return "kind" in data ? { model: null, batch: data } : { model: spineModel(data) };
}
