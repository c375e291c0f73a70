// Filters, orders, bars, tables and verdicts of the explorer, over a golden evaluation: node --test tests/js/explorer_lists.test.mjs

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { beforeEach, test } from "node:test";
import { drawCases } from "../../spinefm/ui/explorer/cases.js";
import { drawHistograms, drawLevels } from "../../spinefm/ui/explorer/charts.js";
import { casesOf, change, filmsOf, kindCounts, levelFigures, meanOf, ORDERS, passing, rowsInOther, rowsOf, spineModel } from "../../spinefm/ui/explorer/model.js";
import { keepOwn, ownRuns, whenOf } from "../../spinefm/ui/explorer/own.js";
import { countText } from "../../spinefm/ui/explorer/list.js";
import { extentOf, middle, pathText } from "../../spinefm/ui/explorer/paths.js";
import { START, toggled } from "../../spinefm/ui/explorer/state.js";
import { drawRemarks, drawSummary } from "../../spinefm/ui/explorer/summary.js";
import { keepVerdicts, readVerdicts, verdictsCsv } from "../../spinefm/ui/explorer/verdicts.js";
import { install, Node } from "./dom.mjs";
import { randoms } from "./randoms.mjs";

const golden = JSON.parse(readFileSync(new URL("../golden/evaluation_figures.json", import.meta.url), "utf8"));
const COLUMNS = { colours: { C4: "#123456" }, published: {}, source: "", remarks: [], skipped: [], groups: [], reasons: [], ...golden.columns };
const model = spineModel(COLUMNS);
const view = (more = {}, rest = {}) => {
  const made = { model, verdicts: {}, twin: null, other: null, row: null, cases: [], state: { ...START, ...more }, ...rest };
  made.cases = casesOf(made);
  return made;
};
const rowsIn = (cases) => cases.flatMap(({ rows }) => rows);
let done;
let act;

beforeEach(() => {
  install();
  done = [];
  act = new Proxy({}, { get: (_, name) => (...more) => { done.push([name, ...more]); } });
});

/** The golden evaluation with every Dice a little lower or higher, as another run of the same films. */
function other(by) {
  const columns = structuredClone(COLUMNS);
  columns.rows.dice = columns.rows.dice.map((dice) => (dice === null ? null : Math.min(1e6, Math.max(0, dice + by))));
  return spineModel(columns);
}

test("rows of films lie one behind the other and cover all rows once", () => {
  const all = model.films.name.flatMap((_, film) => rowsOf(model, film));
  assert.deepEqual(all, Array.from({ length: model.count }, (_, i) => i));
  for (const [film] of model.films.name.entries()) for (const i of rowsOf(model, film)) assert.equal(model.rows.film[i], film);
});

test("the count says what films it counts, and that none passes", () => {
  const count = model.films.name.length;
  assert.match(countText(view()), new RegExp(`^${count} of ${count} films, \\d+ vertebrae and masks$`));
  const simulated = spineModel({ ...COLUMNS, simulated: true });
  assert.match(countText({ ...view(), model: simulated }), new RegExp(`^${count} of ${count} simulated films, `));
  assert.match(countText(view({ search: "no film is called so" })), /clear one/);
});

test("a higher limit never identifies more", () => {
  let before = null;
  for (let limit = 0.05; limit <= 0.95; limit += 0.05) {
    const rows = levelFigures(model, limit);
    if (before) rows.forEach((row, index) => assert.ok(row.identified <= before[index].identified + 1e-9 && row.overall <= before[index].overall + 1e-9, row.level));
    for (const row of rows) assert.ok(Math.abs(row.named + row.misnamed + row.unnamed - 100) < 1e-9, `${row.level}: shares are of one whole`);
    before = rows;
  }
});

test("without a filter every row of every film passes; filters only ever take away", () => {
  assert.equal(rowsIn(passing(view(), "")).length, model.count);
  const random = randoms(21);
  const pick = (list) => list[Math.floor(random() * list.length)];
  for (let round = 0; round < 150; round += 1) {
    const filter = { levels: random() < 0.4 ? [pick(model.data.levels.filter(Boolean))] : [], show: random() < 0.4 ? [pick(["right", "wrong", "unnamed", "missed", "extra"])] : [],
      region: random() < 0.3 ? pick(model.data.regions) : "", stop: random() < 0.3 ? pick(model.data.stops.filter(Boolean)) : "", dice: random() < 0.3 ? [0.5, 0.9] : null };
    const one = view(filter);
    const rows = new Set(rowsIn(one.cases));
    for (const name of ["levels", "show", "region", "stop", "dice"]) {
      const wider = new Set(rowsIn(casesOf(view({ ...filter, [name]: START[name] }))));
      for (const i of rows) assert.ok(wider.has(i), `${name} takes away only`);
    }
    for (const i of rows) {
      if (filter.levels.length) assert.equal(model.level(i), filter.levels[0]);
      if (filter.dice) assert.ok(model.dice(i) >= 0.5 && model.dice(i) <= 0.9);
    }
  }
});

test("each order is a sorting of the same films by what it is called after", () => {
  const films = (cases) => cases.map((one) => one.film).sort((a, b) => a - b);
  for (const sort of Object.keys(ORDERS)) {
    const cases = view({ sort }).cases;
    assert.deepEqual(films(cases), films(view().cases), sort);
    for (let k = 1; k < cases.length; k += 1) assert.ok(ORDERS[sort][1](cases[k - 1], cases[k]) <= 1e-9, `${sort} at ${k}`);
  }
  const worst = view({ sort: "worst" }).cases;
  const means = worst.map((one) => one.mean).filter((mean) => mean !== null);
  assert.deepEqual(means, [...means].sort((a, b) => a - b), "by the mean that is shown");
  const most = view({ sort: "faults" }).cases;
  assert.ok(most[0].faults >= most.at(-1).faults);
  assert.deepEqual(view({ sort: "name" }).cases.map((one) => one.film), [...model.films.name.keys()].filter((film) => rowsOf(model, film).length));
});

test("the same run compared with itself has no change, a better one has", () => {
  const same = { other: model, twin: rowsInOther(model, model) };
  for (let i = 0; i < model.count; i += 1) {
    if (model.isExtra(i)) assert.equal(same.twin[i], -1);
    else if (model.isBody(i)) assert.equal(change(view({}, same), i), 0);
  }
  assert.equal(casesOf(view({ show: ["changed"] }, same)).length, 0);
  const better = other(40000);
  const beside = view({ show: ["changed"] }, { other: better, twin: rowsInOther(model, better) });
  assert.ok(beside.cases.length > 0);
  for (const i of rowsIn(beside.cases)) assert.ok(change(beside, i) > 0.02);
  assert.equal(change(view(), 0), null);
});

test("a mean of nothing is nothing", () => {
  assert.equal(meanOf([]), null);
  assert.equal(meanOf([1, 2, 6]), 3);
});

function bars(one) {
  const root = new Node("div");
  for (const name of ["dice", "distance", "stop"]) {
    const place = new Node("div");
    place.dataset.bars = name;
    root.append(place);
  }
  drawHistograms(root, one, act);
  return (name) => root.querySelector(`[data-bars="${name}"]`).querySelectorAll("[data-bar]").map((node) => ({ node, count: Number(node.getAttribute("title").split(": ").at(-1)), label: node.dataset.bar }));
}

test("bars count every value once, whatever else is filtered, and their axis covers the values", () => {
  for (const more of [{}, { levels: ["C4", "L3"] }, { region: model.data.regions[0] }, { dice: [0.8, 0.85] }, { distance: [0, 0.5] }]) {
    const one = view(more);
    const counted = (name) => bars(one)(name).reduce((sum, bar) => sum + bar.count, 0);
    assert.equal(counted("dice"), rowsIn(passing(one, "dice")).filter((i) => model.dice(i) !== null).length);
    assert.equal(counted("distance"), rowsIn(passing(one, "distance")).filter((i) => model.rows.assd[i] !== null).length);
  }
});

test("a chosen bar leaves the others to be chosen from", () => {
  const counts = (more) => bars(view(more))("dice").map(({ count }) => count);
  assert.deepEqual(counts({ dice: [0.8, 0.85] }), counts({}));
});

test("a bar filters to what it counts", () => {
  const one = view();
  for (const bar of bars(one)("dice").filter(({ count }) => count)) {
    done.length = 0;
    bar.node.fire("click");
    const [[name, which, range]] = done;
    assert.deepEqual([name, which], ["setRange", "dice"]);
    assert.equal(rowsIn(casesOf(view({ dice: range }))).length, bar.count, bar.label);
  }
  for (const bar of bars(one)("stop")) {
    bar.node.fire("click");
    assert.deepEqual(done.at(-1), ["setStop", bar.label]);
    const ends = casesOf(view({ stop: bar.label })).flatMap(({ film }) => model.stops(film).filter((stop) => stop === bar.label));
    assert.equal(ends.length, bar.count);
  }
});

test("why the induction ended counts ends: a film that ended so both ways has two", () => {
  const columns = structuredClone(COLUMNS);
  for (const side of ["stop_up", "stop_down"]) columns.films[side] = columns.films[side].map(() => columns.stops.findIndex(Boolean));
  const one = view({}, { model: spineModel(columns) });
  const root = bars(one)("stop");
  assert.deepEqual(root.map(({ count }) => count), [2 * passing(one, "stop").length]);
  assert.equal(root[0].node.parentElement.parentElement.querySelector("h2 span").textContent, `${root[0].count} ends`);
});

test("bars are as long as they count, the chosen one is on, and the others are off", () => {
  const heights = bars(view())("dice").map(({ node, count }) => [count, Number(node.querySelector("i").getAttribute("style").match(/[\d.]+/)[0])]);
  for (const [count, height] of heights) assert.equal(height > 0, count > 0);
  const sorted = [...heights].sort((a, b) => a[0] - b[0]).map(([, height]) => height);
  assert.deepEqual(sorted, [...sorted].sort((a, b) => a - b));
  const chosen = bars(view({ dice: [0.8, 0.85] }))("dice");
  assert.equal(chosen.filter(({ node }) => node.getAttribute("aria-pressed") === "true").length, 1);
  assert.equal(chosen.filter(({ node }) => node.classList.contains("off")).length, chosen.length - 1);
});

test("the table of levels has a row a level and filters by it; it is computed once for a limit", () => {
  const [node, one] = [new Node("div"), view({ levels: ["C4"] })];
  drawLevels(node, one, act);
  const rows = node.querySelectorAll("tbody tr");
  assert.deepEqual(rows.map((row) => row.dataset.row), levelFigures(model, 0.4).map((row) => row.level));
  assert.deepEqual(rows.filter((row) => row.classList.contains("chosen")).map((row) => row.dataset.row), ["C4"]);
  node.querySelector('button[data-level="C4"]').fire("click");
  assert.deepEqual(done, [["toggleLevel", "C4"]]);
  const { rows: figures } = one.figures;
  drawLevels(node, one, act);
  assert.equal(one.figures.rows, figures);
  one.state = { ...one.state, limit: 0.8 };
  drawLevels(node, one, act);
  assert.notEqual(one.figures.rows, figures);
});

test("figures and levels follow the filters of films, and a line says which films they count", () => {
  const [node, levels] = [new Node("div"), new Node("div")];
  const one = view({ search: model.films.name[0] });
  const films = filmsOf(one);
  drawSummary(node, one);
  drawLevels(levels, one, act);
  assert.ok(films.length > 0 && films.length < model.films.name.length);
  assert.match(node.querySelector(".ex-scope").textContent, new RegExp(`on the ${films.length} of ${model.films.name.length} films that pass the filters\\.$`));
  assert.equal(node.querySelector("dl div strong").textContent, String(films.length));
  const known = films.flatMap((film) => rowsOf(model, film)).filter((i) => !model.isExtra(i)).length;
  assert.equal(levels.querySelector('tr[data-row="all"] td').textContent, String(known));
  assert.match(node.textContent, new RegExp(`of all ${known} annotated vertebrae`));
});

test("figures are not of the vertebrae chosen by their result, and a line says so", () => {
  for (const more of [{ show: ["missed"] }, { levels: ["C4"] }, { dice: [0.8, 0.85] }, { distance: [0, 0.5] }]) {
    const [node, levels] = [new Node("div"), new Node("div")];
    drawSummary(node, view(more));
    drawLevels(levels, view(more), act);
    const line = node.querySelector(".ex-scope");
    assert.equal(line.hasAttribute("hidden"), false);
    assert.match(line.textContent, /every annotated vertebra on all \d+ films\. Filters by level or by result choose what is listed/);
    assert.equal(levels.querySelector('tr[data-row="all"] td').textContent, String(levelFigures(model, 0.4).find(({ level }) => level === "all").count));
  }
  const node = new Node("div");
  drawSummary(node, view());
  assert.equal(node.querySelector(".ex-scope").hasAttribute("hidden"), true);
});

test("one mask is no plural, and none passing leaves no figures", () => {
  const zeros = COLUMNS.films.name.map(() => 0);
  const first = COLUMNS.films.name.map((_, film) => (film ? 0 : 1));
  const films = { ...COLUMNS.films, doubled: first, merged: first, wrong: first, shift: zeros };
  const node = new Node("div");
  drawSummary(node, { ...view(), model: spineModel({ ...COLUMNS, films }) });
  assert.match(node.textContent, /1 mask on a vertebra that has another mask.*1 mask that covers two.*1 mask with a name other.*“wrong” counts annotated vertebrae alone.*0 films on which/);
  drawSummary(node, view({ search: "no film is called so" }));
  assert.deepEqual(node.querySelectorAll("dl div").map((one) => one.querySelector("strong").textContent), ["0"]);
});

test("the summary is a list in which a line explains each figure, and says what was left out", () => {
  const node = new Node("div");
  drawSummary(node, view());
  const figures = node.querySelectorAll("dl div").map((one) => [one.querySelector("dt").textContent, one.querySelector("strong").textContent, one.querySelector("dd span").textContent]);
  const valueOf = (name) => figures.find(([known]) => known === name)?.[1];
  assert.equal(valueOf("films"), String(model.films.name.length));
  assert.match(valueOf("names"), /^[\d.]+ % right, [\d.]+ % wrong, [\d.]+ % unnamed$/);
  assert.equal(valueOf("misnamed masks"), String(model.films.wrong.reduce((sum, value) => sum + value, 0)));
  assert.equal(new Set(figures.map(([name]) => name)).size, figures.length);
  for (const [name, value, means] of figures) assert.ok(name && value && means.length > 8 && means.length < 160, name);
  const skipped = spineModel({ ...COLUMNS, skipped: [{ name: "a.png", why: "no labels" }] });
  drawSummary(node, { ...view(), model: skipped });
  assert.match(node.querySelector("details").textContent, /1 film or label left out.*a.png: no labels/);
  drawRemarks(node, { ...view(), model: spineModel({ ...COLUMNS, remarks: ["On 1 of 2 films most outlines lie elsewhere."] }) });
  assert.equal(node.textContent, "On 1 of 2 films most outlines lie elsewhere.");
});

test("what cannot be counted is said in the place of a figure", () => {
  const node = new Node("div");
  const films = { ...COLUMNS.films, complete: COLUMNS.films.name.map(() => 0), failure: COLUMNS.films.name.map((_, k) => (k ? "" : "no film")) };
  const unjudged = spineModel({ ...COLUMNS, films, panoptic: null });
  drawSummary(node, { ...view(), model: unjudged });
  assert.match(node.textContent, /false masksnot counted only where every visible vertebra is annotated/);
  assert.match(node.textContent, /no run could start on 1 of them/);
  assert.doesNotMatch(node.textContent, /panoptic|NaN|undefined/);
});

test("the list has a group a film and a row a vertebra, with a status in words", () => {
  const [node, one] = [new Node("div"), view()];
  drawCases(node, one, act, 3);
  const groups = node.querySelectorAll(".ex-group");
  assert.deepEqual(groups.map((group) => group.dataset.film), one.cases.slice(0, 3).map(({ film }) => model.films.name[film]));
  groups.forEach((group, index) => {
    const rows = group.querySelectorAll("tr");
    assert.deepEqual(rows.map((row) => row.dataset.status), one.cases[index].rows.map((i) => model.status(i, 0.4)));
    for (const row of rows) assert.equal(row.querySelector(".ex-status").textContent === "", row.dataset.status === "right");
  });
  const [row] = groups[0].querySelectorAll("tr");
  row.fire("click");
  row.fire("keydown", { key: "Enter" });
  row.fire("keydown", { key: "x" });
  row.querySelector("[data-steps]").fire("click");
  const first = one.cases[0];
  assert.deepEqual(done, [["choose", first.film, first.rows[0]], ["choose", first.film, first.rows[0]], ["steps", first.rows[0]]], "opening the steps chooses nothing");
});

test("heads and bars have the server's words, and filter by what the tables hold", () => {
  const stopWords = Object.fromEntries(model.data.stops.filter(Boolean).map((stop) => [stop, `because of ${stop}`]));
  const films = { ...COLUMNS.films, group: COLUMNS.films.name.map(() => 0) };
  const worded = spineModel({ ...COLUMNS, films, groups: ["full"], stop_words: stopWords, group_words: { full: "usual films" } });
  const one = { ...view(), model: worded };
  const node = new Node("div");
  drawCases(node, one, act, 1);
  const head = node.querySelector(".ex-film-head").textContent;
  assert.match(head, /usual films · (up|down)wards until because of /);
  for (const { node: bar, label } of bars(one)("stop")) {
    assert.ok(model.data.stops.includes(label));
    assert.equal(bar.querySelector(".name").textContent, stopWords[label]);
    assert.ok(bar.getAttribute("title").startsWith(`${stopWords[label]}: `));
  }
});

test("a comparison adds a column with a sign", () => {
  const better = other(40000);
  const node = new Node("div");
  drawCases(node, view({}, { other: better, twin: rowsInOther(model, better) }), act, 2);
  const cells = node.querySelectorAll("td.change");
  assert.ok(cells.length > 0);
  for (const cell of cells) assert.match(cell.textContent, /^(\+|−|±)\d\.\d{3}$|^–$/);
  assert.ok(cells.some((cell) => cell.classList.contains("up")));
});

test("verdicts are kept for each evaluation, and a browser that keeps nothing says so", () => {
  const held = new Map();
  globalThis.localStorage = { getItem: (name) => held.get(name) ?? null, setItem: (name, text) => held.set(name, text) };
  assert.equal(keepVerdicts("a", { neck: { verdict: "fine" } }), true);
  assert.deepEqual(readVerdicts("a"), { neck: { verdict: "fine" } });
  assert.deepEqual(readVerdicts("b"), {});
  held.set("spinefm verdicts a", "{");
  assert.deepEqual(readVerdicts("a"), {});
  globalThis.localStorage = { getItem() { throw new Error("no"); }, setItem() { throw new Error("no"); } };
  assert.equal(keepVerdicts("a", {}), false);
  assert.deepEqual([readVerdicts("a"), ownRuns()], [{}, []]);
  assert.equal(keepOwn("x", "x.zip", 0).length, 1);
});

test("a file of verdicts quotes what needs it, and no spreadsheet takes a note for a formula", () => {
  const rows = verdictsCsv("run", { "neck,1": { verdict: "wrong", note: 'say "C4"' }, b: { note: "=1+1" }, c: {} }).trimEnd().split("\n");
  assert.deepEqual(rows, ["evaluation,film,verdict,note", '"run","neck,1","wrong","say ""C4"""', '"run","b","","\'=1+1"', '"run","c","",""']);
});

test("own evaluations: the newest twenty, with their time", () => {
  const held = new Map();
  globalThis.localStorage = { getItem: (name) => held.get(name) ?? null, setItem: (name, text) => held.set(name, text) };
  for (let n = 0; n < 30; n += 1) keepOwn(`own-${n}`, "x.zip", n);
  assert.deepEqual(ownRuns().map((one) => one.run), Array.from({ length: 20 }, (_, n) => `own-${n + 10}`));
  assert.equal(whenOf(new Date(2026, 0, 9, 4, 5).getTime()), "2026-01-09 04:05");
});

test("outlines: extent, middle and path agree, whatever the points", () => {
  const random = randoms(22);
  for (let round = 0; round < 100; round += 1) {
    const points = Array.from({ length: 2 * (3 + Math.floor(random() * 9)) }, () => Math.round(1000 * random()) / 10);
    const [left, top, right, bottom] = extentOf(points);
    const [x, y] = middle(points);
    assert.ok(left <= x && x <= right && top <= y && y <= bottom);
    const back = [...pathText(points).matchAll(/[\d.]+/g)].map(([number]) => Number(number));
    assert.deepEqual(back, points);
  }
});

test("toggling twice gives the list back, in any order", () => {
  const random = randoms(23);
  for (let round = 0; round < 50; round += 1) {
    const list = ["C2", "C3", "T1"].filter(() => random() < 0.5);
    const item = ["C2", "L5"][Math.floor(2 * random())];
    assert.deepEqual(new Set(toggled(toggled(list, item), item)), new Set(list));
  }
});
