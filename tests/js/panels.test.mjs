// Tables, corrections, comparison and messages beside the film: node --test tests/js/panels.test.mjs

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { captionsOf, drawComparison, partingMark, partingTime } from "../../spinefm/ui/player/compare.js";
import { drawCorrections, drawQuestion } from "../../spinefm/ui/player/corrections.js";
import { drawMessage, drawNotices, filmWords, messageOf, overviewOf } from "../../spinefm/ui/player/messages.js";
import { paneAt } from "../../spinefm/ui/player/swipe.js";
import { drawDownload, drawLog, drawVertebrae, markLog, rowTime, swatch } from "../../spinefm/ui/player/tables.js";
import { timeOfBody, timelineOf, timeOfEntry, timeOfStep } from "../../spinefm/ui/player/timeline.js";
import { install, Node } from "./dom.mjs";
import { beat, entries } from "./run.mjs";

const run = timelineOf([...entries, { kind: "corrected", text: "Corrected by the reader: all names moved down by 1.", beats: [beat({ phase: "correct", seconds: 0.8 })] }]);
const ROWS = [
  { number: 1, name: "C2", found: true, direction: "up", open: true, probability: 0.97, doubtful: false, stop: "spine end", anchor: true, locked: false, edited: false },
  { number: 0, name: "C3", found: true, direction: null, open: false, probability: 0.41, doubtful: true, stop: "", anchor: false, locked: true, edited: true },
  { number: null, name: "C4", found: false, direction: "down", step: 1, open: true, probability: null, doubtful: false, stop: "overlap 30 % > 10 %", anchor: false, locked: false },
];
let body;
let done;
let act;

beforeEach(() => {
  body = install();
  done = [];
  const note = (name) => (value) => { done.push(value === undefined ? [name] : [name, value]); };
  act = { go: note("go"), choose: note("choose"), hover: note("hover"), correct: note("correct"), add: note("add"), edit: note("edit") };
});

const view = (more = {}, payload = {}) => ({
  timeline: run, rows: ROWS, chosen: null, earlier: null,
  payload: { status: "finished", rows: ROWS, colours: { C2: "#111111", C3: "#222222" }, doubt: 0.5, corrections: { undo: "the last one", redo: null }, ...payload }, ...more });
const node = () => { const made = new Node("div"); body.append(made); return made; };
const words = (one) => one.textContent.replace(/\s+/g, " ");
const button = (root, text) => root.querySelectorAll("button").find((one) => one.textContent === text);

test("the table has a row a vertebra from the top, with its marks, and a question mark where it is doubtful", () => {
  const table = node();
  drawVertebrae(table, view(), act);
  const rows = table.querySelectorAll("tbody tr");
  assert.deepEqual(rows.map((one) => one.querySelector("button.row-name").textContent), ["C2", "C3 ?", "C4"]);
  assert.deepEqual(rows.map((one) => one.querySelectorAll(".mark").map((mark) => mark.textContent)), [["anchor"], ["locked", "edited"], []]);
  assert.deepEqual(rows.map((one) => one.querySelector("td.number").textContent), ["97 %", "41 %", "not found"]);
  drawVertebrae(table, view({}, { rows: [...ROWS.slice(0, 2), { ...ROWS[2], in_view: false }] }), act);
  assert.equal(table.querySelectorAll("td.number").at(-1).textContent, "not in view", "the film's edge is no failure");
  assert.match(words(table), /less than 50 % sure/);
  assert.ok(rows[2].classList.contains("missing") && rows[2].querySelector(".swatch.missing"));
});

test("an outline that the reader drew is by hand, one that the network drew again is as sure as the network", () => {
  const sure = (more) => { const table = node(); drawVertebrae(table, view({}, { rows: [{ ...ROWS[1], doubtful: false, ...more }] }), act); return table.querySelector("td.number"); };
  assert.equal(sure({ probability: null }).textContent, "by hand");
  assert.match(sure({ probability: null }).title, /^The reader drew this outline/);
  assert.equal(sure({ probability: 0.96 }).textContent, "96 %");
  assert.equal(sure({ probability: null, edited: false }).textContent, "–", "a method without a certainty");
});

test("a row of a replay leads to the moment of its decision, and so does any that was not found", () => {
  assert.equal(rowTime(view(), ROWS[0]), timeOfBody(run, 1));
  assert.equal(rowTime(view(), ROWS[2]), timeOfStep(run, "down 1"));
  assert.equal(rowTime(view(), { found: false, direction: "up", step: 9 }), null);
  const table = node();
  drawVertebrae(table, view(), { ...act, correct: null });
  const rows = table.querySelectorAll("tbody tr");
  rows[0].fire("click");
  rows[2].fire("click");
  rows[1].fire("pointerenter");
  assert.deepEqual(done, [["choose", 1], ["go", 4], ["go", 4], ["hover", 0]]);
});

test("a replay offers no going on past an end, the page does", () => {
  const offered = (corrections) => { const table = new Node("div"); drawVertebrae(table, view({}, { corrections, rows: ROWS.map((row) => ({ ...row, open: true })) }), act); return table.querySelectorAll("td.stop button").length; };
  assert.deepEqual([offered(undefined), offered({ undo: null, redo: null })], [0, ROWS.length]);
});

test("where no table is, it says why; a film that was refused was not searched", () => {
  const said = (more) => { const table = new Node("div"); drawVertebrae(table, view({}, { rows: [], ...more }), act); return words(table); };
  assert.match(said({ status: "running" }), /when the run is finished/);
  assert.match(said({ status: "failed", error: { anyway: false } }), /No vertebra was found/);
  assert.match(said({ status: "failed", error: { anyway: true } }), /was not searched/);
});

test("a row whose vertebra can be corrected is chosen where the film rests, and its step is one of its tools", () => {
  const [table, tools] = [node(), node()];
  drawVertebrae(table, view(), act);
  table.querySelectorAll("tbody tr")[0].fire("click");
  assert.deepEqual(done, [["choose", 1]]);
  drawCorrections(tools, view({ chosen: 1 }), act);
  button(tools, "its step").fire("click");
  assert.deepEqual(done, [["choose", 1], ["go", timeOfBody(run, 1)]]);
});

test("on a narrow screen the pane is on of which more is seen", () => {
  assert.deepEqual([0, 180, 190, 380].map((left) => paneAt(left, 740, 366)), ["stage", "stage", "final", "final"]);
});

test("an open end can be passed, without choosing its row", () => {
  const table = node();
  drawVertebrae(table, view(), act);
  const buttons = table.querySelectorAll("button").filter((one) => one.textContent === "go on");
  assert.equal(buttons.length, 2);
  buttons[0].fire("click");
  buttons[1].fire("click");
  assert.deepEqual(done, [["correct", { action: "go on", direction: "up" }], ["correct", { action: "go on", direction: "down" }]]);
  assert.notEqual(buttons[0].title, buttons[1].title, "passing an end and keeping a rejected body are told apart");
  drawVertebrae(table, view(), { ...act, correct: null });
  assert.equal(button(table, "go on"), undefined, "a replay has nothing to correct");
});

test("without rows the table says why", () => {
  const table = node();
  drawVertebrae(table, view({}, { rows: [], status: "running" }), act);
  assert.match(words(table), /when the run is finished/);
  drawVertebrae(table, view({}, { rows: [], status: "finished" }), act);
  assert.match(words(table), /No vertebra was found/);
});

test("the log has a line an event, each leading to its moment, and marks the one on show", () => {
  const log = node();
  log.dataset.panel = "log";
  Object.assign(log, { clientHeight: 100, scrollTop: 0 });
  drawLog(log, view(), act);
  const lines = log.querySelectorAll("button");
  assert.equal(lines.length, run.entries.length);
  assert.deepEqual(lines.map((one) => Number(one.dataset.time)), run.entries.map((_, entry) => timeOfEntry(run, entry)));
  lines.at(-1).fire("click");
  assert.deepEqual(done, [["go", run.end]]);
  assert.equal(lines.at(-1).getAttribute("class"), "hand");
  assert.equal(lines.find((one) => one.textContent === "decide" && one.classList.contains("stopped")) !== undefined, true);
  for (const one of lines) one.offsetTop = 500;
  markLog(body, 3);
  markLog(body, 4);
  assert.deepEqual(lines.filter((one) => one.getAttribute("aria-current") === "step"), [lines[4]]);
  assert.equal(log.scrollTop, 450);
  log.hidden = true;
  markLog(body, 2);
  assert.equal(lines[2].getAttribute("aria-current"), null, "a hidden log costs nothing");
});

test("the download says what is in it, or why it is not there yet", () => {
  const files = node();
  const said = (payload) => { drawDownload(files, view({}, payload)); return words(files); };
  drawDownload(files, view({}, { download: { url: "/file", orig_name: "neck.zip" } }));
  const link = files.querySelector("a.download");
  assert.deepEqual([link.getAttribute("href"), link.getAttribute("download")], ["/file", "neck.zip"]);
  assert.match(words(files), /tables of vertebrae and measures, report\.json, and this player/, "a report to print is a file of its own");
  const notes = [said({ status: "failed" }), said({ status: "running" }), said({}), said({ corrections: null, replay: true }), said({ corrections: null })];
  assert.equal(new Set(notes).size, notes.length, "each state has a sentence of its own");
  assert.match(notes[0], /failed/);
  assert.equal(files.querySelector("a"), null);
});

test("a swatch has its level's colour, or none", () => {
  assert.equal(swatch("#123456", true).getAttribute("style"), "--level: #123456");
  assert.equal(swatch(undefined, false).getAttribute("style"), null);
});

test("a chosen vertebra can be named, edited, locked and deleted, and a locked one only unlocked", () => {
  const tools = node();
  drawCorrections(tools, view({ chosen: 1 }), act);
  button(tools, "lock").fire("click");
  button(tools, "delete").fire("click");
  button(tools, "edit outline").fire("click");
  const choose = tools.querySelector("select.level");
  choose.fire("change", { target: { value: "C5" } });
  choose.fire("change", { target: { value: "" } });
  assert.deepEqual(done.map(([name, value]) => value?.action || name), ["lock", "delete", "edit", "name"]);
  assert.deepEqual(done.at(-1), ["correct", { action: "name", number: 1, level: "C5" }]);
  drawCorrections(tools, view({ chosen: 0 }), act);
  assert.deepEqual(["edit outline", "delete", "unlock"].map((text) => button(tools, text).hasAttribute("disabled")), [true, true, false]);
  assert.ok(tools.querySelector("select").hasAttribute("disabled"));
});

test("the chooser offers every level once, in order, with the vertebra's own chosen", () => {
  const tools = node();
  drawCorrections(tools, view({ chosen: 1 }), act);
  const options = tools.querySelectorAll("option").map((one) => one.getAttribute("value"));
  assert.equal(options.length, 7 + 12 + 6 + 1);
  assert.equal(new Set(options).size, options.length);
  assert.deepEqual([options[0], options[7], ...options.slice(-3)], ["C1", "T1", "L5", "L6", "S1"]);
  assert.deepEqual(tools.querySelectorAll("option").filter((one) => one.hasAttribute("selected")).map((one) => one.getAttribute("value")), ["C2"]);
  drawCorrections(tools, view({ chosen: 1 }, { rows: [{ ...ROWS[0], name: "V1" }] }), act);
  assert.equal(tools.querySelectorAll("option")[0].textContent, "choose");
});

test("undo and redo say what they would do, and are off where there is nothing", () => {
  const tools = node();
  drawCorrections(tools, view(), act);
  assert.deepEqual([button(tools, "undo").hasAttribute("disabled"), button(tools, "redo").hasAttribute("disabled")], [false, true]);
  assert.match(button(tools, "undo").title, /the last one/);
  button(tools, "undo").fire("click");
  button(tools, "names ↑").fire("click");
  button(tools, "names ↓").fire("click");
  assert.deepEqual(done.map(([, change]) => change), [{ action: "undo" }, { action: "shift", offset: -1 }, { action: "shift", offset: 1 }]);
  assert.match(words(tools), /Choose a vertebra/);
});

test("the corrections done are listed and lead to their moment; a replay shows them too", () => {
  const tools = node();
  drawCorrections(tools, view({}, { corrections: null }), { ...act, correct: null });
  const [line] = tools.querySelectorAll("ol.corrected button");
  assert.equal(line.textContent, "All names moved down by 1.");
  line.fire("click");
  assert.deepEqual(done, [["go", run.end]]);
  assert.equal(button(tools, "undo"), undefined);
});

test("a question offers its choices and to cancel, and a refusal is said aloud", () => {
  const place = node();
  const question = { text: "C7 and three below become one lower.", warning: "It looks like background, 2 %.", choices: [{ label: "do it", change: { action: "name", sure: true } }, { label: "only this", change: { action: "name", close: true } }] };
  drawQuestion(place, view({}, { question }), act);
  assert.ok(place.querySelector('[role="alertdialog"]').classList.contains("warns"));
  assert.equal(document.activeElement.textContent, "do it", "the first choice has the keyboard");
  button(place, "only this").fire("click");
  assert.deepEqual(done, [["correct", { action: "name", close: true }]]);
  button(place, "cancel").fire("click");
  assert.deepEqual(place.children, []);
  drawQuestion(place, view({}, { refused: "C2 is the highest level." }), act);
  assert.equal(place.querySelector('[role="alert"]').textContent, "C2 is the highest level.");
  drawQuestion(place, view(), act);
  assert.deepEqual(place.children, []);
});

const SETTINGS = [{ name: "overlap_limit", old: "0.10", new: "0.20" }];
const DIVERGENCE = { direction: "down", step: 1, old: "rejected", new: "kept" };
const COMPARED = [{ old: "C2", new: "C2", dice: 1, same: true }, { old: "C3", new: "C4", dice: 0.8, same: false }, { old: null, new: "C5", dice: null, same: false }, { old: "T1", new: null, dice: null, same: false }, { old: "T2", new: "T2", dice: 0.91, same: false }];

test("two runs: what was changed, where they part, and every vertebra with what became of it", () => {
  const [panel, tab] = [node(), node()];
  drawComparison(panel, tab, view({}, { comparison: { settings: SETTINGS, divergence: DIVERGENCE, rows: COMPARED } }), act);
  assert.equal(tab.hidden, false);
  assert.match(words(panel), /overlap limit: 0.10 → 0.20/);
  assert.deepEqual(panel.querySelectorAll("tbody tr").map((one) => one.children.at(-1).textContent), ["", "name differs", "new", "lost", "outline differs"]);
  const part = panel.querySelector(".divergence button");
  assert.equal(part.textContent, "They diverge at step 1, downwards");
  part.fire("click");
  assert.deepEqual(done, [["go", timeOfStep(run, "down 1")]]);
  drawComparison(panel, tab, view(), act);
  assert.deepEqual([tab.hidden, panel.children.length], [true, 0]);
});

test("two methods share no steps, and two equal runs say so", () => {
  const [panel, tab] = [node(), node()];
  drawComparison(panel, tab, view({}, { comparison: { methods: ["VertXNet", "SpineFM"], settings: [], divergence: null, rows: COMPARED } }), act);
  assert.match(words(panel), /VertXNet before, SpineFM now: they share no steps/);
  drawComparison(panel, tab, view({}, { comparison: { settings: [], divergence: null, rows: COMPARED.slice(0, 1) } }), act);
  assert.match(words(panel), /No limit was changed.*Both runs took the same steps/);
  drawComparison(panel, tab, view({}, { comparison: { settings: [], divergence: null, rows: COMPARED } }), act);
  assert.match(words(panel), /No step of the induction differs/);
});

test("where runs part is marked at the step's frame, or at its picture", () => {
  const at = (draw) => timelineOf([{ kind: "x", text: "", beats: [beat({ lane: "down", step: 1, phase: "decide", draw })] }]);
  assert.deepEqual(partingMark(at([{ kind: "frame", centre: [5, 6], side: 40 }]), DIVERGENCE), { centre: [5, 6], radius: 10 });
  assert.deepEqual(partingMark(at([{ kind: "picture", box: [0, 10, 20, 40] }]), DIVERGENCE), { centre: [10, 25], radius: 4 });
  assert.equal(partingMark(at([]), DIVERGENCE), null);
  assert.equal(partingMark(run, null), null);
  assert.equal(partingTime(run, { direction: "seed", step: 0 }), timeOfStep(run, "start 1 0"), "starting points count from one");
  assert.deepEqual([partingTime(run, null), partingTime(run, { direction: "up", step: 9 })], [null, null]);
});

test("the panes say which run is which", () => {
  assert.deepEqual(captionsOf({ methods: ["A", "B"] }), ["B", "A"]);
  assert.deepEqual(captionsOf({ settings: SETTINGS, divergence: DIVERGENCE }), ["overlap limit 0.20 · first difference: kept", "overlap limit 0.10 · first difference: rejected"]);
  assert.deepEqual(captionsOf({ settings: [], divergence: null }), ["the same steps", "the same steps"]);
});

test("what is said where no film is: the reason, the queue, or what to do first", () => {
  assert.deepEqual(messageOf({ status: "failed", error: { what: "It is no film.", remedy: "Choose another." } }), ["It is no film.", "Choose another."]);
  assert.match(messageOf({ status: "waiting", ahead: 1 })[0], /1 film is ahead/);
  assert.match(messageOf({ status: "waiting", ahead: 3 })[0], /3 films are ahead/);
  assert.deepEqual(messageOf({ status: "finished", film: {} }), ["", ""]);
  assert.match(messageOf({ status: "empty" })[1], /Drop one anywhere/);
  assert.match(messageOf({ status: "opening" })[0], /No film yet/);
});

test("a film that looks like another view can be run anyway", () => {
  const place = node();
  let ran = 0;
  drawMessage(place, { status: "failed", error: { what: "It looks like a chest.", remedy: "Choose another.", anyway: true } }, () => { ran += 1; });
  button(place, "Run it anyway").fire("click");
  assert.equal(ran, 1);
  drawMessage(place, { status: "finished", film: {} }, () => undefined);
  assert.deepEqual([place.hidden, place.children.length], [true, 0]);
});

test("notices come first, then the other readings as buttons; remarks are under the film", () => {
  const [list, remarks] = [node(), node()];
  const payload = { notices: ["Names are relative."], remarks: ["It was turned."], corrections: {}, readings: [{ label: "name them C3 to C7", change: { action: "reading", offset: 1 } }] };
  drawNotices(list, remarks, payload, act.correct);
  assert.deepEqual(list.children.map((one) => one.textContent), ["Names are relative.", "name them C3 to C7"]);
  assert.deepEqual(remarks.children.map((one) => one.textContent), ["It was turned."]);
  button(list, "name them C3 to C7").fire("click");
  assert.deepEqual(done, [["correct", { action: "reading", offset: 1 }]]);
  drawNotices(list, remarks, payload, null);
  assert.equal(list.children.length, 1, "a replay offers none");
});

test("a film's line has its name, size and scale; the overview its range and its ends", () => {
  assert.equal(filmWords(null), "");
  assert.equal(filmWords({ name: "a.png", width: 3, height: 4, spacing: null }), "a.png · 3 × 4 px");
  assert.match(filmWords({ name: "a.png", width: 3, height: 4, spacing: { mm: 0.17, source: "DICOM" } }), /0.17 mm per pixel \(DICOM\)$/);
  const shown = { title: "Ready", words: "Press Run.", payload: { ran: { seconds: "0.8", device: "cpu", bundle: "compact" }, ends: [{ direction: "up", verdict: "spine end", text: "C2 reached" }, { direction: "down", verdict: "stopped", text: "overlap" }] } };
  const card = overviewOf(shown, { result: ROWS.slice(0, 2) });
  assert.match(words(card), /2 vertebrae, C2 to C3.*0.8 s on cpu · weights compact/);
  assert.deepEqual(card.querySelectorAll(".card-end").map((one) => words(one)), ["↑■C2 reached", "↓✕overlap"]);
  shown.payload.ends[1] = { direction: "down", verdict: "film end", text: "8 px outside" };
  const [, edge] = overviewOf(shown, { result: ROWS.slice(0, 2) }).querySelectorAll(".card-end");
  assert.deepEqual([edge.classList.contains("edge"), words(edge)], [true, "↓■8 px outside"]);
  assert.equal(overviewOf(shown, { result: [] }).querySelector("h2").textContent, "Ready");
  assert.match(words(overviewOf(shown, { result: ROWS.slice(0, 1) })), /^1 vertebra0.8 s/);
  assert.deepEqual([ROWS.slice(0, 2), []].map((result) => words(overviewOf(shown, { result })).includes("Press Run.")), [false, true], "beside a result the caption alone says it");
});
