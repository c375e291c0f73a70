// @ts-check
// A batch without truth: the server filters, sorts and counts; here one page of it is drawn.

import { html } from "../shared/dom.js";
import { counted } from "../shared/numbers.js";
import { inUnit } from "./agreement.js";
import { readState, writeParts } from "./address.js";
import { drawFacts, drawFilmMeasures, drawTable, drawTiles } from "./batch_parts.js";
import { BATCH_ORDERS, BATCH_PAGE, BATCH_START, changed, choicesOf, countWords, hasFilters, kindOf, noFilters, pageFrom, questionOf, sound } from "./batch_state.js";
import { CaseCanvas } from "./canvas.js";
import { drawLines } from "./charts.js";
import { Lanes } from "./lanes.js";
import { drawHistogram, showEnd } from "./plots.js";
import { backButton, markChosen, showFilm } from "./sight.js";
import { chosenOr, toggled } from "./state.js";
import { inWords } from "./words.js";

/** @typedef {import("./types").BatchState} BatchState */
/** @typedef {import("./types").BatchOpening} BatchOpening */
/** @typedef {import("./types").BatchAnswer} BatchAnswer */

const WAIT = 180;
const WIDE = 1100;
/** Pictures that are asked for at a time. */
const LANES = 2;
const WORDS = { status: "any status", view: "any kind of film", anchor: "any level", doubtful: "any" };

export class BatchView {
  /** @param {import("./explorer.js").Explorer} explorer */
  constructor(explorer) {
    this.explorer = explorer;
    this.root = /** @type {HTMLElement} */ (explorer.part(".ex-batch"));
    this.canvas = new CaseCanvas(this.root);
    this.lanes = new Lanes(LANES);
    this.state = sound(/** @type {any} */ (readState("b", BATCH_START)));
    /** @type {BatchOpening | null} */
    this.opened = null;
    /** @type {BatchAnswer | null} */
    this.answer = null;
    /** @type {import("./types").MeasureKind[]} */
    this.kinds = [];
    this.asked = 0;
    this.typing = 0;
    this.connect();
  }

  /** @param {string} selector @returns {any} */
  part(selector) {
    return this.root.querySelector(selector);
  }

  /** @param {string} selector @param {string} kind @param {(node: any) => void} act */
  on(selector, kind, act) {
    for (const node of this.root.querySelectorAll(selector)) node.addEventListener(kind, () => act(node));
  }

  connect() {
    this.on("select[data-b]", "change", (list) => this.update({ [list.dataset.b]: list.value, ...(list.dataset.b === "measure" ? { place: "", span: null } : list.dataset.b === "place" ? { span: null } : {}) }));
    this.on("[data-b-search]", "input", (field) => this.later({ search: field.value.trim() }));
    this.on("[data-b-span]", "change", () => this.typed());
    this.on("[data-b-any]", "click", () => this.update({ span: null }));
    this.on("[data-b-clear]", "click", () => this.update(noFilters()));
    this.on("button[data-b-mode]", "click", (button) => this.update({ mode: button.dataset.bMode }));
    this.on("[data-b-page]", "click", (button) => this.turn(Number(button.dataset.bPage)));
  }

  /** Waits until typing pauses. @param {Partial<BatchState>} changes */
  later(changes) {
    clearTimeout(this.typing);
    this.typing = window.setTimeout(() => this.update(changes), WAIT);
  }

  typed() {
    const [low, high] = ["low", "high"].map((end) => this.part(`[data-b-span="${end}"]`).value.trim());
    if (low === "" && high === "") return this.update({ span: null });
    const ends = [low === "" ? -1e6 : Number(low), high === "" ? 1e6 : Number(high)].sort((a, b) => a - b);
    return this.update({ span: [ends[0], ends[1]] });
  }

  /** @param {number} step */
  turn(step) {
    const offset = this.answer && pageFrom(this.answer, step, BATCH_PAGE[this.state.mode]);
    if (offset !== null) this.update({ offset });
  }

  /** Shows a batch: its films first, then its measures, which the server reads when they are first asked for. @param {BatchOpening} opened */
  async show(opened) {
    if (this.opened && this.opened.run !== opened.run) this.state = { ...BATCH_START };
    this.opened = opened;
    this.kinds = [];
    this.part(".ex-batch-filters").open = this.root.clientWidth >= WIDE; // folded where they would push the films down
    this.part(".ex-batch-loading").textContent = "reading the measures …";
    const { measure, span } = this.state;
    await this.ask();
    const known = await this.explorer.ask.batchKinds(opened.run);
    if (this.opened !== opened) return;
    this.kinds = known.measures || [];
    this.part(".ex-batch-loading").textContent = known.error || (this.kinds.length ? "" : "no film has a measure");
    if (this.kinds.length && !this.kinds.some((kind) => kind.key === measure)) this.update({ measure: this.kinds[0].key, place: "", span: measure ? null : span });
    else this.draw();
  }

  /** @param {Partial<BatchState>} changes */
  update(changes) {
    this.state = changed(this.state, changes);
    return this.ask();
  }

  /** Asks the server for what the state says; of several questions only the last is drawn. */
  async ask() {
    const { opened, explorer } = this;
    if (!opened) return;
    const turn = ++this.asked;
    this.root.dataset.state = "asking";
    const answer = await explorer.ask.batchView({ run: opened.run, asked: questionOf(this.state) });
    if (turn !== this.asked || opened !== this.opened) return;
    this.root.dataset.state = "shown";
    explorer.say(answer.error || "");
    if (answer.error) return;
    this.answer = answer;
    this.draw();
    this.root.dataset.shown = String(turn); // which question is answered on the page
  }

  draw() {
    const { answer, opened, state } = this;
    if (!answer || !opened) return;
    writeParts("b", BATCH_START, state);
    this.root.dataset.total = String(answer.total);
    this.drawFields(opened, answer);
    this.drawCounts(opened, answer);
    this.drawMeasure(answer);
    this.drawFilms(answer);
    const first = answer.rows[0];
    if (state.film || first) this.choose(state.film || first.id, !state.film);
  }

  /** @param {BatchOpening} opened @param {BatchAnswer} answer */
  drawFields(opened, answer) {
    const { state } = this;
    const { counts } = answer;
    const none = (/** @type {string} */ name) => (counts[name].none ? ["none"] : []);
    this.fill("status", choicesOf(["done", "failed"], counts.status, WORDS.status));
    this.fill("view", choicesOf([...opened.views, ...none("view")], counts.view, WORDS.view));
    this.fill("anchor", choicesOf([...opened.anchors, ...none("anchor")], counts.anchor, WORDS.anchor));
    this.fill("doubtful", choicesOf(["some", "none"], counts.doubtful, WORDS.doubtful));
    this.fill("sort", Object.entries(BATCH_ORDERS).filter(([name]) => state.measure || !["low", "high"].includes(name)));
    const search = this.part("[data-b-search]");
    if (document.activeElement !== search) search.value = state.search;
    for (const button of this.root.querySelectorAll("button[data-b-mode]")) button.setAttribute("aria-pressed", String(state.mode === /** @type {HTMLElement} */ (button).dataset.bMode));
    this.part("[data-b-clear]").hidden = !hasFilters(state);
  }

  /** @param {"status" | "view" | "anchor" | "doubtful" | "sort" | "measure" | "place"} name @param {[string, string][]} options */
  fill(name, options) {
    const list = this.part(`select[data-b="${name}"]`);
    list.replaceChildren(...options.map(([value, text]) => html("option", { value }, text)));
    list.value = this.state[name];
  }

  /** @param {BatchOpening} opened @param {BatchAnswer} answer */
  drawCounts(opened, answer) {
    const { state } = this;
    const failed = answer.counts.status.failed;
    this.part(".ex-batch-summary").replaceChildren(html("strong", {}, counted(opened.films, "film")), ` · no truth, so nothing here is scored${failed ? ` · ${failed} failed` : ""}`);
    this.part(".ex-batch-levels").replaceChildren(...opened.levels.map((level) => html("button", { type: "button", "data-level": level, "aria-pressed": String(state.levels.includes(level)),
      title: `${counted(answer.levels[level] || 0, "film shows", "films show")} ${level}`, onclick: () => this.update({ levels: toggled(state.levels, level) }) }, level)));
    for (const name of /** @type {("stop" | "sentence")[]} */ (["stop", "sentence"])) {
      const bars = Object.entries(answer.counts[name]).map(([label, count]) => ({ label, words: inWords(name === "stop" ? opened.stop_words : answer.sentence_words, label), count, range: /** @type {[number, number]} */ ([0, 0]), on: state[name] ? state[name] === label : null }));
      const [title, unit] = name === "stop" ? ["why the induction ended", "end"] : ["why films failed", "film"];
      drawLines(this.part(`[data-b-bars="${name}"]`), title, bars, (bar) => this.update({ [name]: chosenOr(state[name], bar.label, "") }), unit);
    }
    const { edges, counts, without } = answer.probability;
    drawHistogram(this.part('[data-b-chart="probability"]'), { title: "probability of the vertebrae", words: `${counted(counts.reduce((a, b) => a + b, 0), "vertebra", "vertebrae")}${without ? `, ${without} without one` : ""}`, edges, counts, span: null, band: null, bandWords: "", pick: null });
  }

  /** @param {BatchAnswer} answer */
  drawMeasure({ measure }) {
    const { state } = this;
    const { kind, place } = kindOf(state, this.kinds);
    this.fill("measure", this.kinds.map((one) => [one.key, one.title]));
    this.fill("place", kind ? [["", "all levels"], .../** @type {[string, string][]} */ (kind.levels.map((level) => [level, level]))] : []);
    for (const name of ["measure", "place"]) this.part(`select[data-b="${name}"]`).disabled = !kind;
    ["low", "high"].forEach((end, k) => showEnd(this.part(`[data-b-span="${end}"]`), state.span?.[k]));
    this.part("[data-b-any]").hidden = !state.span;
    const node = this.part('[data-b-chart="measure"]');
    if (!kind || !measure) return node.replaceChildren();
    const reference = kind.references?.[place];
    drawHistogram(node, { title: `${kind.title}, ${kind.unit}`, words: counted(measure.count, "value"), edges: measure.edges, counts: measure.counts, span: state.span,
      band: reference ? [reference.low, reference.high] : null, bandWords: reference ? "shaded: reference range" : "", pick: (span) => this.update({ span }) });
    const quartiles = measure.quartiles?.map((value) => inUnit(value, kind.unit));
    this.part(".ex-batch-quartiles").textContent = quartiles ? `${counted(measure.count, "value")}: half of them between ${quartiles[0]} and ${quartiles[2]}, median ${quartiles[1]}; not measurable ${measure.missing}` : "no film that passes has this measure";
  }

  /** @param {BatchAnswer} answer */
  drawFilms(answer) {
    const { state, explorer, opened } = this;
    const node = this.part(".ex-batch-films");
    const run = opened?.run || "";
    const view = { chosen: state.film, stopWords: opened?.stop_words, kind: kindOf(state, this.kinds).kind, choose: (/** @type {string} */ film) => this.clicked(film) };
    node.dataset.mode = state.mode;
    if (state.mode === "wall") drawTiles(node, answer.rows, view, (film, isWanted) => this.lanes.run(() => explorer.ask.batchLook({ run, film }), isWanted));
    else drawTable(node, answer.rows, view);
    this.part(".ex-count").textContent = countWords(answer, opened?.films || 0);
    const size = BATCH_PAGE[state.mode];
    for (const button of this.root.querySelectorAll("[data-b-page]")) /** @type {HTMLButtonElement} */ (button).disabled = pageFrom(answer, Number(/** @type {HTMLElement} */ (button).dataset.bPage), size) === null;
    this.part(".ex-pages .note").textContent = answer.total ? `page ${Math.floor(answer.offset / size) + 1} of ${Math.ceil(answer.total / size)}` : "";
  }

  /** A click shows a film, and leads to it where it lies below the list. @param {string} film */
  async clicked(film) {
    await this.choose(film);
    showFilm(this.root);
  }

  /** Shows a film beside the list. @param {string} film @param {boolean} [silent] the reader chose nothing */
  async choose(film, silent = false) {
    const { explorer, opened } = this;
    if (!opened) return;
    if (!silent) this.state = { ...this.state, film };
    writeParts("b", BATCH_START, this.state);
    for (const node of this.root.querySelectorAll(".ex-list [data-film]")) markChosen(/** @type {HTMLElement} */ (node), film);
    this.showing = film;
    const wanted = { run: opened.run, film };
    const [seen, values] = await Promise.all([explorer.ask.batchLook(wanted), explorer.ask.batchValues(wanted)]);
    if (this.showing !== film || opened !== this.opened) return;
    const note = this.part(".ex-film-note");
    note.hidden = !(seen.error || seen.note);
    note.textContent = seen.error || seen.note || "";
    this.canvas.show(seen.error ? null : seen, [], opened.colours, null);
    this.part(".ex-case").dataset.film = film;
    const row = this.answer?.rows.find((one) => one.id === film);
    this.part(".ex-title").replaceChildren(html("strong", {}, row ? row.name : film), backButton(this.root));
    drawFacts(this.part(".ex-facts"), seen.facts || []);
    drawFilmMeasures(this.part(".ex-film-measures"), values.measures || []);
  }
}
