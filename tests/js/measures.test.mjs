// What the tab Measures makes of a run and of what the reader changes: node --test tests/js/measures.test.mjs

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { spotOf } from "../../spinefm/ui/player/calipers.js";
import { rangeWords, spanOf } from "../../spinefm/ui/player/chart.js";
import { against, asLeft, bodiesOf, carried, csvOf, digits, readingsOf, unchanged, withMove, withoutMoves, wordsOf } from "../../spinefm/ui/player/measures.js";
import { groupOf, GROUPS } from "../../spinefm/ui/player/readings.js";

const golden = JSON.parse(readFileSync(new URL("../golden/measures.json", import.meta.url), "utf-8"));
const caseOf = (/** @type {string} */ name) => golden.cases.find((/** @type {any} */ one) => one.name === name);
const nameOf = (/** @type {any} */ one) => [one.key, ...one.levels].join(" ");

/** A run as the server sends it, made of a golden case; ± is a tenth of each value. @param {string} name @param {Record<string, any>} [more] */
function run(name, more = {}) {
  const { bodies, facing, spacing_mm: mm, not_upright: notUpright, rotated, measures } = caseOf(name);
  const sent = (/** @type {any} */ one) => {
    const pixels = one.unit === "mm" ? one.value / mm : one.value;
    return one.value === null ? { reason: one.reason } : { value: pixels, plus: Math.abs(pixels) / 10, grade: one.grade, doubt: "", sure: 0.9 };
  };
  const side = { bodies: bodies.map((/** @type {any} */ body, /** @type {number} */ number) => ({ ...body, number })), values: Object.fromEntries(measures.map((/** @type {any} */ one) => [nameOf(one), sent(one)])) };
  return { facing: { side: facing, probability: 0.98, source: "slopes" }, spacing: mm ? { mm, source: "DICOM" } : null, notUpright, rotated, limits: golden.limits,
    fixed: ["the dens rises from it", "it is fused to S2", "it has no body"], references: {}, sides: { [facing || "unknown"]: side, left: side }, ...more };
}

/** Every landmark moved to where a case has it, in steps of one landmark. @param {any} wanted @param {"left" | "right"} facing */
function movedTo(wanted, facing) {
  return wanted.bodies.reduce((/** @type {any} */ changes, /** @type {any} */ body, /** @type {number} */ number) => body.points.reduce(
    (/** @type {any} */ so, /** @type {any} */ point, /** @type {number} */ place) => withMove(so, { number, place: asLeft(place, facing), point }, false), changes), unchanged());
}

/** @param {any[]} found @param {any} wanted */
function same(found, wanted) {
  assert.equal(found.length, wanted.measures.length);
  for (const [index, one] of wanted.measures.entries()) {
    if (one.value === null) assert.equal(found[index].value, null, one.name);
    else assert.ok(Math.abs(found[index].value - one.value) < 1e-5, `${one.name}: ${found[index].value} is not ${one.value}`);
  }
}

test("untouched, a measure is what the server computed, with its ± and lengths in mm", () => {
  const found = readingsOf(run("lumbar, slipped"), unchanged());
  same(found, caseOf("lumbar, slipped"));
  for (const one of found) if (one.value !== null) assert.ok(Math.abs(/** @type {number} */ (one.plus) - Math.abs(one.value) / 10) < 1e-6, one.name);
});

test("corners dragged to those of another spine give Python's measures of that spine", () => {
  const wanted = caseOf("uneven corners");
  const found = readingsOf(run("lumbar, slipped"), { ...movedTo(wanted, "left"), mm: wanted.spacing_mm });
  same(found, wanted);
  assert.ok(found.every((one) => one.value === null || (one.edited && one.plus === null)));
});

test("and so they do of a patient who faces right", () => {
  const [wanted, data] = [caseOf("neck, faces right"), run("neck, faces right")];
  data.sides.right = { ...data.sides.right, bodies: data.sides.right.bodies.map((/** @type {any} */ body) => ({ ...body, points: body.points.map(([x, y]) => [x + 3, y - y / 9]) })) };
  assert.notEqual(readingsOf({ ...data, sides: { right: { ...data.sides.right, values: {} } } }, unchanged())[0].value, wanted.measures[0].value);
  same(readingsOf(data, movedTo(wanted, "right")), wanted);
});

test("one corner changes what is computed from it and nothing else", () => {
  const data = run("lumbar, slipped");
  const [x, y] = data.sides.left.bodies[4].points[0];
  const before = readingsOf(data, unchanged());
  const after = readingsOf(data, withMove(unchanged(), { number: 4, place: 0, point: [x, y - 4] }, false));
  const changed = after.filter((one, index) => Math.abs((one.value ?? 0) - (before[index].value ?? 0)) > 1e-4).map((one) => one.id);
  assert.ok(changed.includes("segmental_angle L3 L4") && changed.includes("anterior_height L3") && changed.includes("slip L3 L4") === false);
  for (const [index, one] of after.entries()) if (!one.edited) assert.deepEqual(one, before[index]);
  assert.ok(after.filter((one) => one.edited).every((one) => one.bodies.includes(4)));
});

/** The measures that are by hand after one landmark of a body was moved. @param {any} data @param {string} name @param {number} place */
function byHand(data, name, place) {
  const body = data.sides[data.facing.side].bodies.find((/** @type {any} */ one) => one.name === name);
  const move = { number: body.number, place: asLeft(place, data.facing.side), point: body.points[place] };
  return new Set(readingsOf(data, withMove(unchanged(), move, false)).filter((one) => one.edited).map((one) => one.id));
}

test("a measure of the body's other endplate stays what the server computed", () => {
  for (const name of ["neck", "neck, faces right"]) {
    const superior = byHand(run(name), "C7", 0);
    const found = (/** @type {string} */ id) => superior.has(id);
    assert.deepEqual([found("lordosis_c2_c7 C2 C7"), found("segmental_angle C6 C7"), found("posterior_height C7")], [false, false, false], name);
    assert.deepEqual([found("c7_slope C7"), found("anterior_height C7"), found("slip C6 C7")], [true, true, true], name);
    assert.ok(byHand(run(name), "C7", 3).has("lordosis_c2_c7 C2 C7"), name);
  }
});

test("a measure that an endplate set by hand has made possible is by hand, though its formula does not use that corner", () => {
  const data = run("lumbar, L1 cut");
  const [number, body] = data.sides.left.bodies.map((/** @type {any} */ one, /** @type {number} */ at) => [at, one]).find(([, one]) => one.name === "L1");
  const before = readingsOf(data, unchanged()).find((one) => one.id === "lordosis_l1_l5 L1 L5");
  const after = readingsOf(data, withMove(unchanged(), { number, place: 4, point: body.points[4] }, false)).find((one) => one.id === "lordosis_l1_l5 L1 L5");
  assert.deepEqual([before?.value, typeof after?.value, after?.edited], [null, "number", true]);
});

test("a drag is one move, and moves are taken back one by one or by body", () => {
  const move = { number: 1, place: 2, point: /** @type {[number, number]} */ ([1, 1]) };
  const twice = withMove(withMove(unchanged(), move, false), { ...move, point: [2, 2] }, true);
  assert.deepEqual(twice.moves, [{ ...move, point: [2, 2] }]);
  const other = withMove(twice, { ...move, number: 3 }, false);
  assert.deepEqual(withoutMoves(other, [1]).moves.map((one) => one.number), [3]);
});

test("an endplate in doubt can be measured once it is set by hand; one that does not exist cannot", () => {
  const data = run("lumbar, L1 cut");
  const before = readingsOf(data, unchanged()).find((one) => one.id === "lordosis_l1_l5 L1 L5");
  assert.equal(before?.value, null);
  assert.ok(before?.lines.length, "its lines are drawn anyway, to be dragged");
  const [body] = data.sides.left.bodies.filter((/** @type {any} */ one) => one.name === "L1");
  const set = withMove(unchanged(), { number: body.number, place: 0, point: body.points[0] }, false);
  const value = readingsOf(data, set).find((one) => one.id === "lordosis_l1_l5 L1 L5")?.value;
  const whole = caseOf("lumbar, L1 cut").bodies;
  assert.ok(typeof value === "number" && whole.length === 8);
  const neck = run("neck");
  const dens = withMove(unchanged(), { number: 0, place: 0, point: [0, 0] }, false);
  assert.equal(bodiesOf(neck, dens)[0].superior, "the dens rises from it");
});

test("a scale by hand brings lengths, ± with them, and the film's own comes back", () => {
  const bare = { ...run("neck"), spacing: null };
  const length = (/** @type {any} */ changes) => readingsOf(bare, changes).find((one) => one.id === "middle_height C4");
  assert.equal(length(unchanged())?.value, null);
  const wanted = caseOf("neck").measures.find((/** @type {any} */ one) => nameOf(one) === "middle_height C4").value / 0.35;
  assert.ok(Math.abs((length({ ...unchanged(), mm: 0.7 })?.value ?? 0) - wanted * 0.7) < 1e-9);
  assert.ok(Math.abs((length({ ...unchanged(), mm: 0.7 })?.plus ?? 0) - wanted * 0.07) < 1e-9);
});

test("a correction keeps what was moved on bodies whose outlines it left alone", () => {
  const [before, after] = [run("neck"), run("neck")];
  after.sides.left = { ...after.sides.left, bodies: after.sides.left.bodies.map((/** @type {any} */ body) => (body.number === 2 ? { ...body, points: body.points.slice(1) } : { ...body, name: "other" })) };
  const changes = { ...unchanged(), mm: 0.2, moves: [1, 2].map((number) => ({ number, place: 0, point: /** @type {[number, number]} */ ([0, 0]) })) };
  assert.deepEqual(carried(changes, before, after), { ...changes, moves: changes.moves.slice(0, 1) });
  assert.deepEqual(carried(changes, before, null), unchanged());
});

test("every measure has a group to be listed in", () => {
  const groups = new Set([...GROUPS.map(([group]) => group), "pelvis"]);
  for (const one of golden.cases.flatMap((/** @type {any} */ known) => known.measures)) assert.ok(groups.has(groupOf(one)), one.key);
});

test("the file has a row a measure, says what was edited, and quotes what needs it", () => {
  const data = run("lumbar, slipped");
  const [head, ...rows] = csvOf(data, withMove(unchanged(), { number: 4, place: 0, point: [0, 150] }, false)).trimEnd().split("\n");
  assert.equal(rows.length, caseOf("lumbar, slipped").measures.length);
  assert.ok(head.startsWith("group,measure,levels,name,value,unit,uncertainty_95,confidence,grade,doubt,edited,not_measurable"));
  const row = (/** @type {string} */ start) => rows.find((one) => one.startsWith(start)) || "";
  assert.match(row("slip,slip,T11-T12"), /^slip,slip,T11-T12,T11\/12 slip,8.0239,%,0.8024,0.9,"Meyerding I, anterior",,,,/);
  assert.match(row("slip,slip,L2-L3"), /^slip,slip,L2-L3,L2\/3 slip,-?[\d.]+,%,0,,"?Meyerding [^,]+(, \w+")?,,yes,,/);
  assert.match(rows.find((row) => row.includes("pelvic_tilt")) || "", /the femoral heads are not outlined/);
  assert.ok(rows.some((row) => row.includes('"posterior corners along the superior endplate of L3, anterior positive"')));
});

test("the file marks what rests on a body whose outline was edited, and nothing else", () => {
  const data = run("lumbar, slipped");
  data.sides.left.bodies[4].redrawn = true;
  const found = readingsOf(data, unchanged());
  const rows = csvOf(data, unchanged()).trimEnd().split("\n").slice(1);
  found.forEach((one, index) => assert.equal(/,yes,/.test(rows[index]), one.value !== null && one.bodies.includes(4), one.name));
  assert.ok(found.some((one) => one.key === "neighbour_ratio" && one.levels[0] !== "L3" && one.bodies.includes(4)));
});

test("numbers in words, and against their reference", () => {
  const reading = /** @type {any} */ ({ value: -0.04, plus: 1.26, unit: "°", reference: { low: -5, high: 5 } });
  assert.deepEqual(wordsOf(reading), ["0.0°", "± 1.3"]);
  assert.deepEqual(wordsOf({ ...reading, doubt: "its uncertainty is over the limit" }), ["0.0°", "± 1.3 ?"]);
  assert.deepEqual([digits(-3.26, "mm"), digits(0.956, "ratio")], ["−3.3", "0.96"]);
  assert.deepEqual([-6, 0, 6].map((value) => against({ ...reading, value, plus: null })), ["below", "inside", "above"]);
  assert.deepEqual([-6, 6].map((value) => against({ ...reading, value, plus: 2 })), ["at the edge of", "at the edge of"]);
  assert.equal(against({ ...reading, reference: null }), "");
  assert.equal(rangeWords({ ...reading, unit: "%", reference: { low: null, high: 20 } }), "below 20 %");
  const [low, high] = spanOf({ ...reading, value: 30, plus: 2, reference: { low: null, high: 20 } });
  assert.ok(low === 0 && high > 32);
});

test("a label lies beside the bodies, in the pane, and covers none where there is room", () => {
  const [size, pane] = [{ width: 150, height: 50 }, { width: 400, height: 400 }];
  const column = [...Array(5).keys()].map((row) => ({ x: 150 + 10 * row, y: 20 + 75 * row, width: 70, height: 60 }));
  for (const box of column) {
    const spot = spotOf(size, box, column, pane);
    assert.ok(spot.x >= 0 && spot.y >= 0 && spot.x + spot.width <= pane.width && spot.y + spot.height <= pane.height);
    for (const body of column) assert.ok(spot.x + spot.width <= body.x || spot.x >= body.x + body.width || spot.y + spot.height <= body.y || spot.y >= body.y + body.height);
  }
});

test("mid-points are shown for what is drawn over them, and for nothing else", () => {
  const over = new Set(golden.cases.flatMap((one) => readingsOf(run(one.name), unchanged())).filter((one) => one.overMiddles).map((one) => one.key));
  assert.deepEqual([...over].sort(), ["disc_height_index", "disc_height_middle", "height_loss", "middle_height", "middle_ratio"]);
});
