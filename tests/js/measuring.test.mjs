// The tab Measures: its list, its charts, its lines on the film, and what a reload brings back: node --test tests/js/measuring.test.mjs

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { beforeEach, test } from "node:test";
import { drawLabel, drawLandmarks, drawLines, spotOf } from "../../spinefm/ui/player/calipers.js";
import { chartOf, rangeWords, spanOf, spanOfAll } from "../../spinefm/ui/player/chart.js";
import { changesIn, filmKey, firstChanges, keep, keptRecord, recordOf } from "../../spinefm/ui/player/keeping.js";
import { against, bodiesOf, digits, readingsOf, unchanged, withMove, withoutMoves, wordsOf } from "../../spinefm/ui/player/measures.js";
import { drawReadings, GROUPS, groupOf } from "../../spinefm/ui/player/readings.js";
import { fakeInk, install, Node } from "./dom.mjs";
import { randoms } from "./randoms.mjs";

const golden = JSON.parse(readFileSync(new URL("../golden/measures.json", import.meta.url), "utf-8"));

/** A run of a golden case, as the server sends it. */
function data(name = "lumbar, slipped") {
  const known = golden.cases.find((one) => one.name === name);
  const values = Object.fromEntries(known.measures.map((one) => [[one.key, ...one.levels].join(" "), one.value === null ? { reason: one.reason } : { value: one.unit === "mm" ? one.value / known.spacing_mm : one.value, plus: 1, grade: one.grade, doubt: "", sure: 0.9 }]));
  const side = { bodies: known.bodies.map((body, number) => ({ ...body, number, spread: 1 })), values };
  return { facing: { side: known.facing, probability: 0.98, source: "slopes" }, spacing: { mm: known.spacing_mm, source: "DICOM" }, notUpright: known.not_upright, rotated: known.rotated, limits: golden.limits, fixed: [],
    references: { "lordosis_l1_l5 L1 L5": { low: 20, high: 60, text: "adults, standing", source: "Somebody 1999" } }, sides: { [known.facing]: side, left: side } };
}

let body;
let done;

beforeEach(() => {
  body = install();
  done = [];
});

const acts = () => new Proxy({}, { get: (_, name) => (...more) => { done.push([name, ...more]); } });
const shownOf = (known, changes, more = {}) => ({ readings: readingsOf(known, changes), chosen: null, open: new Set(["alignment"]), facing: { side: "left", words: "left, 98 %", source: "Slopes", byHand: false, estimate: "left" },
  scale: { words: "0.35 mm per pixel", byHand: false, film: true }, landmarks: [], corner: -1, calibrating: null, moves: changes.moves.length, ...more });

function list(known = data(), changes = unchanged(), more = {}) {
  const node = new Node("div");
  body.append(node);
  drawReadings(node, shownOf(known, changes, more), acts());
  return node;
}

test("bars beside each other share one span, and a value without a reference has no say in it", () => {
  const one = (value, reference = { low: -5, high: 5 }) => ({ value, plus: 1, unit: "%", reference });
  assert.deepEqual(spanOfAll([one(0)]), spanOf(one(0)));
  const [low, high] = spanOfAll([one(0), one(-30), one(12), one(99, null), one(null)]);
  assert.deepEqual([low, high], [spanOf(one(-30))[0], spanOf(one(12))[1]]);
});

test("every measure is listed once: with a value in its group, without one under its reason", () => {
  const known = data("lumbar, L1 cut");
  const readings = readingsOf(known, unchanged());
  const node = list(known);
  const listed = node.querySelectorAll("[data-measure]").map((one) => one.dataset.measure);
  assert.equal(new Set(listed).size, listed.length);
  for (const reading of readings.filter((one) => one.value !== null)) {
    const place = node.querySelectorAll("[data-measure]").find((one) => one.dataset.measure === reading.id);
    assert.equal(place.closest("details").dataset.group, groupOf(reading), reading.id);
  }
  const without = node.querySelector('[data-group="without"]');
  for (const reading of readings.filter((one) => one.value === null)) assert.ok(without.textContent.toLowerCase().includes(reading.name.toLowerCase()), reading.name);
});

test("groups stand in their order, open where the reader left them open, and count what is unusual", () => {
  const known = data();
  known.references["lordosis_l1_l5 L1 L5"] = { low: 170, high: 171, text: "nobody", source: "none" };
  const node = list(known, unchanged(), { open: new Set(["slip"]) });
  const groups = node.querySelectorAll("details").map((one) => one.dataset.group);
  assert.deepEqual(groups, [...GROUPS.map(([group]) => group).filter((group) => groups.includes(group)), "without"]);
  assert.deepEqual(node.querySelectorAll("details").filter((one) => one.hasAttribute("open")).map((one) => one.dataset.group), ["slip"]);
  assert.match(node.querySelector('[data-group="alignment"] summary').textContent, /1 outside the reference/);
});

test("a row is pointed at, chosen, and let go", () => {
  const node = list();
  const row = node.querySelector('[data-measure="lordosis_l1_l5 L1 L5"]');
  row.fire("pointerenter");
  row.fire("click");
  const chosen = list(data(), unchanged(), { chosen: "lordosis_l1_l5 L1 L5" });
  const again = chosen.querySelector('[data-measure="lordosis_l1_l5 L1 L5"]');
  assert.equal(again.getAttribute("aria-pressed"), "true");
  again.fire("click");
  assert.deepEqual(done, [["preview", "lordosis_l1_l5 L1 L5"], ["choose", "lordosis_l1_l5 L1 L5"], ["choose", null]]);
  assert.match(chosen.querySelector(".measure-detail").textContent, /Somebody 1999/);
});

test("the chosen measure's corners can be moved by keys", () => {
  const landmarks = [{ key: 3, name: "L1 superior anterior" }, { key: 4, name: "L1 superior posterior" }];
  const node = list(data(), unchanged(), { chosen: "lordosis_l1_l5 L1 L5", landmarks, corner: 4 });
  assert.deepEqual(node.querySelectorAll("option").map((one) => one.hasAttribute("selected")), [false, true]);
  node.querySelectorAll("button").filter((one) => /by key$/.test(one.dataset.act || "")).forEach((one) => one.fire("click"));
  assert.deepEqual(done.filter(([name]) => name === "nudge").map(([, ...by]) => by), [[-1, 0], [0, -1], [0, 1], [1, 0]]);
  assert.equal(node.querySelector('[data-act="reset"]'), null, "nothing was moved");
});

test("what was moved by hand is marked, counted and can be taken back", () => {
  const known = data();
  const moved = withMove(unchanged(), { number: 4, place: 0, point: [10, 10] }, false);
  const node = list(known, moved, { chosen: "segmental_angle L3 L4", landmarks: [{ key: 0, name: "L3" }] });
  assert.match(node.textContent, /1 moved by hand/);
  assert.ok(node.querySelectorAll(".edited").length > 3);
  node.querySelector('[data-act="undo move"]').fire("click");
  node.querySelector('[data-act="reset"]').fire("click");
  assert.deepEqual(done.map(([name]) => name), ["undo", "reset"]);
  assert.equal(list(known).querySelector('[data-act="undo move"]'), null);
});

test("facing and scale: what they are, and what can be done about them", () => {
  const node = list();
  node.querySelector('[data-act="flip"]').fire("click");
  node.querySelector('[data-act="calibrate"]').fire("click");
  assert.equal(node.querySelector('[data-act="forget"]'), null);
  assert.equal(node.querySelector('[data-act="as estimated"]'), null);
  const hand = list(data(), unchanged(), { facing: { side: "right", words: "right, set by hand", source: "", byHand: true, estimate: "left" }, scale: { words: "0.2 mm", byHand: true, film: false } });
  hand.querySelector('[data-act="as estimated"]').fire("click");
  hand.querySelector('[data-act="forget"]').fire("click");
  const unknown = list(data(), unchanged(), { facing: { side: null, words: "not known", source: "", byHand: false, estimate: null } });
  unknown.querySelector('[data-act="right"]').fire("click");
  assert.deepEqual(done.map(([name, value]) => (name === "face" ? [name, value] : [name])), [["face", "right"], ["calibrate"], ["face", null], ["forget"], ["face", "right"]]);
});

test("a known length gives the scale; without a line the millimetres per pixel do; nonsense gives none", () => {
  const send = (pixels, length, direct) => {
    const node = list(data(), unchanged(), { calibrating: { pixels } });
    node.querySelector('[data-field="length"]').value = length;
    node.querySelector('[data-field="mm"]').value = direct;
    node.querySelector("form").fire("submit");
  };
  send(100, "25", "");
  send(100, "25,4", "");
  send(0, "25", "0.3");
  send(0, "", "0,14");
  send(0, "25", "");
  assert.deepEqual(done.filter(([name]) => name.startsWith("set")), [["setLength", 25], ["setLength", 25.4], ["setScale", 0.3], ["setScale", 0.14]]);
});

test("a chart holds its value, its ± and its reference, wherever they lie", () => {
  const random = randoms(11);
  for (let round = 0; round < 300; round += 1) {
    const [a, b] = [80 * random() - 20, 80 * random() - 20].sort((x, y) => x - y);
    const reference = [{ low: a, high: b }, { low: null, high: b }, { low: a, high: null }][round % 3];
    const reading = { value: 120 * random() - 40, plus: random() < 0.5 ? null : 10 * random(), reference, unit: "°", doubt: "" };
    const [low, high] = spanOf(reading);
    assert.ok(low <= reading.value - (reading.plus || 0) && reading.value + (reading.plus || 0) <= high);
    for (const edge of [reference.low, reference.high]) if (edge !== null) assert.ok(low <= edge && edge <= high);
    const chart = chartOf({ ...reading, unit: "°" }, 64, 18);
    const numbers = [...chart.querySelector(".mark").getAttribute("d").matchAll(/M([\d.-]+)/g)].map(([, x]) => Number(x));
    assert.ok(numbers.every((x) => x >= 3.9 && x <= 60.1), String(numbers));
    const usual = chart.querySelector(".usual");
    assert.ok(Number(usual.getAttribute("width")) > 0);
  }
  assert.equal(chartOf({ value: null, reference: { low: 1, high: 2 } }, 64, 18), null);
  assert.equal(chartOf({ value: 1, reference: null }, 64, 18), null);
});

test("a range in words has its unit, and no noughts behind the point", () => {
  const words = (unit, reference) => rangeWords({ unit, reference });
  assert.equal(words("°", { low: 20, high: 60 }), "20 to 60°");
  assert.equal(words("ratio", { low: 0.8, high: null }), "above 0.80");
  assert.equal(words("mm", { low: null, high: 12.5 }), "below 12.5 mm");
  assert.equal(words("mm", null), "");
});

test("a value is inside, at the edge, below or above, and these go up together", () => {
  const order = ["below", "at the edge of", "inside", "at the edge of", "above"];
  let place = 0;
  for (let value = -20; value <= 40; value += 0.25) {
    const now = against({ value, plus: 2, reference: { low: 0, high: 20 } });
    while (order[place] !== now) place += 1;
    assert.ok(place < order.length, `${value}: ${now}`);
  }
  assert.equal(place, 4);
  assert.equal(against({ value: 30, plus: null, reference: { low: null, high: 20 } }), "above");
});

test("numbers: digits by unit, a true minus, and no minus before nought", () => {
  assert.deepEqual([digits(-0.04, "°"), digits(-12.345, "mm"), digits(0.999, "ratio"), digits(7, "%")], ["0.0", "−12.3", "1.00", "7.0"]);
  assert.deepEqual(wordsOf({ value: 1, unit: "ratio", plus: 0.125, doubt: "" }), ["1.00", "± 0.13"]);
  assert.deepEqual(wordsOf({ value: null, unit: "mm", plus: 1, doubt: "" }), ["–", ""]);
});

test("a fold of moves: the last one of a landmark counts, and taking moves back one by one leads to the start", () => {
  const known = data();
  const random = randoms(12);
  let changes = unchanged();
  const history = [readingsOf(known, changes)];
  for (let round = 0; round < 12; round += 1) {
    const number = Math.floor(random() * known.sides.left.bodies.length);
    changes = withMove(changes, { number, place: Math.floor(random() * 4), point: [100 * random(), 400 * random()] }, false);
    history.push(readingsOf(known, changes));
  }
  for (const move of changes.moves) {
    const last = changes.moves.findLast((one) => one.number === move.number && one.place === move.place);
    assert.deepEqual(bodiesOf(known, changes).find((one) => one.number === move.number).points[move.place], last.point);
  }
  while (changes.moves.length) {
    assert.deepEqual(readingsOf(known, changes), history[changes.moves.length]);
    changes = { ...changes, moves: changes.moves.slice(0, -1) };
  }
  assert.deepEqual(readingsOf(known, changes), history[0]);
  assert.deepEqual(withoutMoves(changes, [0, 1]), changes);
});

const pen = () => ({ ink: fakeInk(), view: { scale: 2, x: 0, y: 0 }, density: 1 });

test("lines have ticks at their ends, an angle's run on, and a line without length has none", () => {
  const strokes = (lines, how) => {
    const one = pen();
    drawLines(one, lines, how);
    assert.equal(one.ink.depth(), 0);
    return one.ink.calls.filter(([name]) => name === "lineTo").map(([, x, y]) => [x, y]);
  };
  const plain = strokes([[[0, 0], [50, 0]]], { angle: false, faint: false });
  assert.equal(plain.length, 2 + 2 + 2);
  assert.deepEqual(plain.slice(2), [[0, -5], [0, 5], [100, -5], [100, 5]], "ticks stand at right angles, in pixels of the screen");
  const angle = strokes([[[0, 0], [50, 0]]], { angle: true, faint: false });
  assert.deepEqual(angle.slice(0, 2), [[-50, 0], [200, 0]], "longer at both ends");
  assert.equal(strokes([[[5, 5], [5, 5]]], { angle: false, faint: true }).length, 2);
});

test("a landmark set by hand is a diamond without a halo, one in hand is larger", () => {
  const rings = (landmark) => {
    const one = pen();
    drawLandmarks(one, [{ point: [10, 10], spread: 2, edited: false, held: false, used: true, ...landmark }]);
    const arcs = one.ink.calls.filter(([name]) => name === "arc").map((call) => call[3]);
    return { arcs, diamonds: one.ink.calls.filter(([name]) => name === "moveTo").length };
  };
  const free = rings({});
  assert.ok(Math.abs(free.arcs[0] - 2.45 * 2 * 2) < 1e-9, "the halo has the radius of 95 %");
  assert.deepEqual(rings({ edited: true }), { arcs: [], diamonds: 2 });
  assert.ok(rings({ held: true }).arcs.at(-1) > free.arcs.at(-1));
  assert.ok(rings({ used: false }).arcs.at(-1) < free.arcs.at(-1));
});

test("a label stays in its pane, has a line for each of its words, and leads to what it is of", () => {
  const random = randoms(13);
  const pane = { width: 500, height: 600 };
  for (let round = 0; round < 40; round += 1) {
    const one = pen();
    const bodies = [0, 1, 2].map((index) => { const [x, y] = [200 * random(), 40 + 80 * index]; return [[x, y], [x + 20, y], [x + 20, y + 20], [x, y + 20]]; });
    const spot = drawLabel(one, ["L4/5 slip", "8.0 %", "Meyerding I"], [bodies[0].slice(0, 2), bodies[1].slice(0, 2)], bodies.slice(0, 2), bodies, pane);
    assert.ok(spot.x >= 0 && spot.y >= 0 && spot.x + spot.width <= pane.width && spot.y + spot.height <= pane.height);
    assert.equal(one.ink.calls.filter(([name]) => name === "fillText").length, 3);
    assert.equal(one.ink.depth(), 0);
  }
  assert.ok(spotOf({ width: 600, height: 10 }, { x: 0, y: 0, width: 5, height: 5 }, [], pane).x >= 0, "a label too wide begins in the pane");
});

const film = { url: "data:image/jpeg;base64,abc", name: "neck.png", width: 400, height: 800 };

test("what was set comes back on the same film, and on no other", () => {
  const known = data();
  const changes = { facing: "right", mm: 0.21, moves: [{ number: 2, place: 1, point: [7, 8] }, { number: 4, place: 0, point: [1, 2] }] };
  const record = JSON.parse(JSON.stringify(recordOf(filmKey(film), known, changes)));
  assert.deepEqual(changesIn(record, filmKey({ ...film, name: "renamed" }), known), changes);
  for (const other of [{ ...film, url: `${film.url}d` }, { ...film, url: "data:image/jpeg;base64,abd" }, { ...film, width: 401 }]) {
    assert.notEqual(filmKey(other), filmKey(film));
    assert.deepEqual(changesIn(record, filmKey(other), known), unchanged());
  }
  assert.equal(filmKey(null), "");
});

test("a body with another outline has its own landmarks again; the rest stays", () => {
  const known = data();
  const changes = { facing: null, mm: 0.3, moves: [{ number: 2, place: 1, point: [7, 8] }, { number: 4, place: 0, point: [1, 2] }] };
  const record = recordOf("film", known, changes);
  const side = known.sides.left;
  const corrected = { ...known, sides: { left: { ...side, bodies: side.bodies.map((one) => (one.number === 4 ? { ...one, points: one.points.map(([x, y]) => [x + 1, y]) } : one)) } } };
  assert.deepEqual(changesIn(record, "film", corrected), { ...changes, moves: changes.moves.slice(0, 1) });
  const gone = { ...known, sides: { left: { ...side, bodies: side.bodies.filter((one) => one.number !== 2) } } };
  assert.deepEqual(changesIn(record, "film", gone).moves.map((one) => one.number), [4]);
});

test("a file begins with what was set when it was made, until its reader sets something", () => {
  const known = data();
  const sent = { facing: "right", mm: 0.3, moves: [{ number: 2, place: 1, point: [7, 8] }] };
  assert.deepEqual(firstChanges(null, "film", known, sent), sent);
  assert.deepEqual(firstChanges(recordOf("other", known, { ...unchanged(), mm: 0.1 }), "film", known, sent), sent);
  assert.deepEqual(firstChanges(recordOf("film", known, { ...unchanged(), mm: 0.1 }), "film", known, sent), { ...unchanged(), mm: 0.1 });
  assert.deepEqual(firstChanges(null, "film", known, undefined), unchanged());
});

test("nothing set keeps nothing, and what is no record brings nothing back", () => {
  const known = data();
  assert.equal(recordOf("film", known, unchanged()), null);
  for (const wrong of [null, "x", {}, { film: "film" }, { film: "film", changes: { moves: "all" } }]) assert.deepEqual(changesIn(wrong, "film", known), unchanged());
  assert.deepEqual(changesIn({ film: "film", changes: { facing: "up", mm: -1, moves: [{ number: 99 }] }, outlines: {} }, "film", known), unchanged());
});

test("the browser's tab holds it, and one that holds nothing is no error", () => {
  const held = new Map();
  globalThis.sessionStorage = { getItem: (name) => held.get(name) ?? null, setItem: (name, text) => held.set(name, text), removeItem: (name) => held.delete(name) };
  const record = recordOf("film", data(), { ...unchanged(), mm: 0.2 });
  keep(record);
  assert.deepEqual(keptRecord(), record);
  keep(null);
  assert.equal(keptRecord(), null);
  held.set("spinefm-measures", "{");
  assert.equal(keptRecord(), null);
  globalThis.sessionStorage = { getItem() { throw new Error("no"); }, setItem() { throw new Error("no"); }, removeItem() { throw new Error("no"); } };
  keep(record);
  assert.equal(keptRecord(), null);
});
