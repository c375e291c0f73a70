// The explorer: which evaluation is open, what passes the filters, and what the reader does about it.

import { html } from "../shared/dom.js";
import { markTab, START, stateInAddress, writeState } from "./address.js";
import { spineCanvas } from "./canvas.js";
import { drawCases } from "./cases.js";
import { drawHistograms, drawLevels, drawSummary } from "./charts.js";
import { casesOf, kindCounts, ORDERS, rowsInOther, spineModel } from "./model.js";
import { ownRuns, titleOf } from "./own.js";
import { keepVerdicts, readVerdicts, saveAs, verdictsCsv } from "./verdicts.js";
import { drawWall } from "./wall.js";

const PAGE = { wall: 20, table: 40 };
const VERDICTS = ["fine", "review", "wrong"];

// ask.runs(), ask.open(run), ask.look({run, film}) answer from the server; ask.steps({run, film, event}) opens the player,
// ask.own("zip" | "phantoms") begins an evaluation of the reader's own.
export function spineExplorer(root, ask) {
  const shell = root.querySelector(".explorer");
  const find = (selector) => root.querySelector(selector);
  const view = { state: stateInAddress(), model: null, other: null, twin: null, verdicts: {}, cases: [], row: null };
  const canvas = spineCanvas(root);
  const opened = new Map();
  const act = { toggleLevel, setRange, setStop, choose, steps, look: (film) => ask.look({ run: view.state.run, film }) };
  let shown = PAGE[view.state.mode];
  let asked = 0;

  async function start(first) {
    const runs = await ask.runs();
    fillRuns(runs);
    const wanted = first || view.state.run;
    const run = runs.find((one) => one.id === wanted) || runs[0];
    if (!run) return say("No evaluation is here yet: evaluate 60 phantoms, which takes some minutes, or bring your own as a zip.");
    await open(run.id, first ? "" : view.state.with);
  }

  function say(text) {
    find(".ex-message").hidden = !text;
    find(".ex-message").textContent = text;
    if (text) find(".ex-body").hidden = true;
  }

  function fillRuns(runs) {
    const own = ownRuns();
    const options = runs.map((run) => html("option", { value: run.id }, titleOf(run, own)));
    find('[data-pick="run"]').replaceChildren(...options);
    find('[data-pick="with"]').replaceChildren(html("option", { value: "" }, "nothing"), ...options.map((one) => one.cloneNode(true)));
    for (const name of ["run", "with"]) find(`[data-pick="${name}"]`).value = view.state[name]; // still on show until another is open
  }

  async function modelOf(run) {
    if (!opened.has(run)) opened.set(run, ask.open(run).then((data) => ({ ...data, model: data.error ? null : spineModel(data) })));
    return opened.get(run);
  }

  async function open(run, compared) {
    const turn = ++asked;
    shell.dataset.state = "opening";
    find(".ex-state").textContent = "opening …";
    const answers = await Promise.all([modelOf(run), compared && compared !== run ? modelOf(compared) : null]);
    if (turn !== asked) return;
    find(".ex-state").textContent = "";
    const broken = answers.find((one) => one && one.error);
    shell.dataset.state = broken ? "failed" : "open";
    if (broken) return say(broken.error);
    say("");
    const fresh = view.state.run !== run && Boolean(view.model);
    view.state = { ...view.state, ...(fresh ? { case: "" } : {}), run, with: answers[1] ? compared : "" };
    view.model = answers[0].model;
    view.other = answers[1] ? answers[1].model : null;
    view.twin = view.other ? rowsInOther(view.model, view.other) : null;
    view.verdicts = readVerdicts(run);
    find(".ex-body").hidden = false;
    fillFilters();
    draw();
    const film = view.model.films.name.indexOf(view.state.case);
    const first = film >= 0 ? film : view.cases.length ? view.cases[0].film : -1;
    if (first >= 0) choose(first, null, false);
  }

  function fillFilters() {
    const pick = (name, entries) => find(`[data-pick="${name}"]`).replaceChildren(...entries.map(([value, text]) => html("option", { value }, text)));
    pick("region", [["", "all regions"], ...view.model.data.regions.map((region) => [region, region])]);
    pick("verdict", [["", "any verdict"], ["none", "no verdict"], ...VERDICTS.map((one) => [one, one])]);
    pick("sort", Object.entries(ORDERS).filter(([name]) => name !== "change" || view.other).map(([name, [text]]) => [name, text]));
    find('[data-show="changed"]').hidden = !view.other;
    find('[data-layer="other"]').hidden = !view.other;
    if (!view.other && view.state.sort === "change") view.state.sort = "worst";
  }

  function draw() {
    const { state } = view;
    for (const name of ["run", "with", "region", "verdict", "sort"]) find(`[data-pick="${name}"]`).value = state[name];
    const counts = kindCounts(view);
    for (const button of root.querySelectorAll("[data-show]")) {
      button.setAttribute("aria-pressed", String(state.show.includes(button.dataset.show)));
      const count = button.querySelector("b");
      if (count) count.textContent = String(counts[button.dataset.show]);
    }
    find("[data-limit]").value = state.limit;
    find("[data-limit-value]").textContent = state.limit.toFixed(2);
    if (document.activeElement !== find("[data-search]")) find("[data-search]").value = state.search;
    view.cases = casesOf(view);
    drawSummary(find(".ex-summary"), view);
    drawLevels(find(".ex-levels"), view, act);
    drawHistograms(root, view, act);
    drawList();
    writeState(state);
  }

  function drawList() {
    const wall = view.state.mode === "wall";
    shell.dataset.mode = view.state.mode;
    find(".ex-wall").hidden = !wall;
    find(".ex-cases").hidden = wall;
    if (wall) drawWall(find(".ex-wall"), view, act, shown);
    else drawCases(find(".ex-cases"), view, act, shown);
    for (const button of root.querySelectorAll("[data-mode]")) button.setAttribute("aria-pressed", String(view.state.mode === button.dataset.mode));
    const rows = view.cases.reduce((sum, one) => sum + one.rows.length, 0);
    const filtered = JSON.stringify(filters(view.state)) !== JSON.stringify(filters(START));
    find(".ex-count").textContent = view.cases.length ? `${view.cases.length} of ${view.model.films.name.length} films, ${rows} vertebrae and masks` : "Nothing passes these filters: clear one.";
    find("[data-more]").hidden = view.cases.length <= shown;
    find("[data-clear]").hidden = !filtered;
    shell.dataset.cases = view.cases.length;
  }

  function filters({ levels, show, region, stop, verdict, search, dice, distance }) {
    return { levels, show, region, stop, verdict, search, dice, distance };
  }

  function update(changes) {
    Object.assign(view.state, changes);
    shown = PAGE[view.state.mode];
    draw();
  }

  function toggled(list, item) {
    return list.includes(item) ? list.filter((one) => one !== item) : [...list, item];
  }

  function toggleLevel(level) {
    update({ levels: toggled(view.state.levels, level) });
  }

  function setRange(name, range) {
    update({ [name]: JSON.stringify(view.state[name]) === JSON.stringify(range) ? null : range });
  }

  function setStop(reason) {
    update({ stop: view.state.stop === reason ? "" : reason });
  }

  async function choose(film, row = null, scroll = true) {
    const name = view.model.films.name[film];
    view.state.case = name;
    view.row = row;
    for (const group of root.querySelectorAll(".ex-group, .ex-tile")) group.dataset.chosen = String(group.dataset.film === name);
    drawTitle(film);
    writeState(view.state);
    const turn = view.state.run;
    const [detail, other] = await Promise.all([ask.look({ run: turn, film: name }), view.other ? ask.look({ run: view.state.with, film: name }) : null]);
    if (view.state.case !== name || view.state.run !== turn) return;
    drawCanvas(film, detail, other);
    if (scroll && matchMedia("(max-width: 1099px)").matches) find(".ex-case").scrollIntoView({ block: "start" });
  }

  function drawCanvas(film, detail, other) {
    const { model } = view;
    const note = find(".ex-film-note");
    note.hidden = !detail.error;
    note.textContent = detail.error || "";
    const rows = [];
    for (let i = model.starts[film]; i < model.starts[film + 1]; i++) {
      if (!model.isExtra(i)) rows.push([model.level(i), model.rows.number[i], i === view.row]);
    }
    canvas.show(detail.error ? null : detail, rows, model.data.colours, other && !other.error ? other : null);
    find(".ex-case").dataset.film = view.state.case;
  }

  function drawTitle(film) {
    const name = view.model.films.name[film];
    const one = view.verdicts[name] || {};
    find(".ex-title").replaceChildren(html("strong", {}, name), html("button", { type: "button", class: "ex-steps", onclick: () => ask.steps({ run: view.state.run, film: name, event: null }) }, "all steps"));
    for (const button of root.querySelectorAll("[data-verdict]")) button.setAttribute("aria-pressed", String(one.verdict === button.dataset.verdict));
    find("[data-note]").value = one.note || "";
  }

  function steps(i) {
    const film = view.model.films.name[view.model.rows.film[i]];
    ask.steps({ run: view.state.run, film, event: view.model.rows.event[i] });
  }

  function judge(changes) {
    const name = view.state.case;
    if (!name) return;
    view.verdicts[name] = { ...view.verdicts[name], ...changes };
    if (!view.verdicts[name].verdict && !view.verdicts[name].note) delete view.verdicts[name];
    if (!keepVerdicts(view.state.run, view.verdicts)) find(".ex-state").textContent = "This browser keeps no verdicts: download them before you leave.";
    drawTitle(view.model.films.name.indexOf(name));
    if (view.state.verdict) update({});
    else drawList();
  }

  function onVerdict(button) {
    const now = (view.verdicts[view.state.case] || {}).verdict;
    judge({ verdict: now === button.dataset.verdict ? "" : button.dataset.verdict });
  }

  for (const name of ["region", "verdict", "sort"]) find(`[data-pick="${name}"]`).addEventListener("change", (event) => update({ [name]: event.target.value }));
  find('[data-pick="run"]').addEventListener("change", (event) => open(event.target.value, view.state.with));
  find('[data-pick="with"]').addEventListener("change", (event) => open(view.state.run, event.target.value));
  for (const button of root.querySelectorAll("[data-show]")) button.addEventListener("click", () => update({ show: toggled(view.state.show, button.dataset.show) }));
  for (const button of root.querySelectorAll("[data-mode]")) button.addEventListener("click", () => update({ mode: button.dataset.mode }));
  for (const button of root.querySelectorAll("[data-verdict]")) button.addEventListener("click", () => onVerdict(button));
  for (const button of root.querySelectorAll("[data-layer]")) button.addEventListener("click", () => button.setAttribute("aria-pressed", String(canvas.toggle(button.dataset.layer))));
  find("[data-whole]").addEventListener("click", (event) => event.currentTarget.setAttribute("aria-pressed", String(canvas.toggleWhole())));
  for (const button of root.querySelectorAll("[data-own]")) button.addEventListener("click", () => ask.own(button.dataset.own));
  find("[data-limit]").addEventListener("input", (event) => update({ limit: Number(event.target.value) }));
  find("[data-search]").addEventListener("input", (event) => update({ search: event.target.value.trim() }));
  find("[data-note]").addEventListener("change", (event) => judge({ note: event.target.value.trim() }));
  find("[data-clear]").addEventListener("click", () => update({ ...filters(START) }));
  find("[data-more]").addEventListener("click", () => { shown += PAGE[view.state.mode]; drawList(); });
  find("[data-save-verdicts]").addEventListener("click", () => saveAs("verdicts.csv", verdictsCsv(view.state.run, view.verdicts)));
  find("[data-take]").addEventListener("click", () => take(ask.take(view.state.run)));
  find("[data-sample]").addEventListener("click", () => take(ask.sample()));
  new IntersectionObserver((entries) => markTab(entries.some((entry) => entry.isIntersecting))).observe(shell);
  return { start, say: tell };

  // A zip of no known layout opens the list of those that are known.
  function tell(text) {
    find(".ex-state").textContent = text;
    if (/known layout/.test(text)) find(".ex-layouts").open = true;
  }

  async function take(answer) {
    const file = await answer;
    if (file.error) return tell(file.error);
    saveAs(file.name, Uint8Array.from(atob(file.base64), (letter) => letter.charCodeAt(0)), "application/zip");
  }
}
