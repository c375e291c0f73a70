// The measures' formulas on figures that one can check by hand, and what they must not depend on: node --test tests/js/formulas.test.mjs

import assert from "node:assert/strict";
import { test } from "node:test";
import { cobb, direction, slope } from "../../spinefm/ui/shared/alignment.js";
import { discHeights, meyerdingWords, slip } from "../../spinefm/ui/shared/discs.js";
import { anteriorHeight, losses, meanHeight, middleHeight, neighbours, posteriorHeight } from "../../spinefm/ui/shared/heights.js";
import { sagittalVerticalAxis } from "../../spinefm/ui/shared/measure.js";
import { along, dot, facingLeft, mean, middle, minus, perpendicular, turn, unit } from "../../spinefm/ui/shared/planar.js";
import { areNeighbours, discName, faultOf, firstOf, LEVELS, missing, pairsOf, placeOf, spineOf, within } from "../../spinefm/ui/shared/spine.js";
import { overLimit } from "../../spinefm/ui/shared/redraws.js";
import { randoms } from "./randoms.mjs";

const LIMITS = { genant_limits: [20, 25, 40], slip_limit: 3, neck_slip_limit: 12 };

/** The six landmarks of a body that faces left: its anterior side has the smaller x. */
function box(x, y, width, height, degrees = 0) {
  const around = degrees * (Math.PI / 180);
  const at = (dx, dy) => [x + dx * Math.cos(around) - dy * Math.sin(around), y + dx * Math.sin(around) + dy * Math.cos(around)];
  const [w, h] = [width / 2, height / 2];
  return [at(-w, -h), at(w, -h), at(w, h), at(-w, h), at(0, -h), at(0, h)];
}

function spine(levels, more = {}) {
  const bodies = levels.map((level, index) => ({ name: level || `V${index + 1}`, level, points: box(100, 50 * index, 40, 30), superior: "", inferior: "", ...more[index] }));
  return spineOf(bodies, "left", 0.2, "", LIMITS);
}

const near = (a, b, slack = 1e-9) => assert.ok(Math.abs(a - b) <= slack, `${a} is not ${b}`);

/** The same body elsewhere: turned about the origin, and moved. */
function moved(body, degrees, dx, dy, scale = 1) {
  const around = degrees * (Math.PI / 180);
  return body.map(([x, y]) => [scale * (x * Math.cos(around) - y * Math.sin(around)) + dx, scale * (x * Math.sin(around) + y * Math.cos(around)) + dy]);
}

test("directions and turns in a picture whose y runs down", () => {
  assert.deepEqual(perpendicular([1, 0]), [-0, 1]);
  near(turn([1, 0], [0, 1]), 90);
  near(turn([0, 1], [1, 0]), -90);
  assert.deepEqual(unit([0, 0]), [0, 0]);
  assert.deepEqual([minus([3, 4], [1, 1]), dot([1, 2], [3, 4]), mean([1, 2, 6]), middle([[0, 0], [4, 2]])], [[2, 3], 11, 3, [2, 1]]);
  near(along([5, 7], [1, 7], [1, 0]), 4);
  assert.deepEqual(facingLeft(facingLeft([3, 4])), [3, 4]);
});

test("unit vectors have length one, and a perpendicular is at right angles", () => {
  const random = randoms(2);
  for (let round = 0; round < 200; round += 1) {
    const direction = [random() - 0.5, random() - 0.5];
    near(Math.hypot(...unit(direction)), 1, 1e-12);
    near(dot(direction, perpendicular(direction)), 0, 1e-12);
    near(turn(direction, perpendicular(direction)), 90, 1e-9);
  }
});

test("the angle between endplates: parallel ones have none, lordosis is positive, and it is that of the tilt", () => {
  const upper = box(0, 0, 40, 30);
  near(cobb(upper, "inferior", box(0, 60, 40, 30), "superior"), 0);
  for (const tilt of [-30, -7, 4, 25]) {
    near(cobb(upper, "inferior", box(0, 60, 40, 30, tilt), "superior"), -tilt, 1e-9);
    near(slope(box(0, 0, 40, 30, tilt), "superior"), -tilt, 1e-9);
  }
  assert.deepEqual(direction(upper, "superior"), [40, 0]);
  assert.deepEqual(direction(upper, "inferior"), [40, 0]);
});

test("angles and ratios do not depend on where the film was cut, how it lies, or its size", () => {
  const random = randoms(3);
  for (let round = 0; round < 60; round += 1) {
    const upper = box(50 * random(), 50 * random(), 30 + 20 * random(), 20 + 10 * random(), 20 * random() - 10);
    const lower = box(50 * random(), 100 + 20 * random(), 30 + 20 * random(), 20 + 10 * random(), 20 * random() - 10);
    const how = [360 * random(), 500 * random(), 500 * random(), 0.5 + 3 * random()];
    const [a, b] = [moved(upper, ...how), moved(lower, ...how)];
    near(cobb(a, "inferior", b, "superior"), cobb(upper, "inferior", lower, "superior"), 1e-7);
    near(slip(a, b), slip(upper, lower), 1e-7);
    near(anteriorHeight(a) / posteriorHeight(a), anteriorHeight(upper) / posteriorHeight(upper), 1e-9);
    discHeights(a, b).forEach((height, index) => near(height, how[3] * discHeights(upper, lower)[index], 1e-7));
  }
});

test("the heights of a disc are the gaps between flat endplates, and open to the front as the bodies do", () => {
  discHeights(box(0, 0, 40, 30), box(0, 42, 40, 30)).forEach((height) => near(height, 12));
  const [anterior, middleOne, posterior] = discHeights(box(0, 0, 40, 30), box(0, 50, 40, 30, 12));
  assert.ok(anterior < middleOne && middleOne < posterior);
  const [front, , back] = discHeights(box(0, 0, 40, 30), box(0, 50, 40, 30, -12));
  assert.ok(front > back);
});

test("a slip is the share of the endplate by which the upper body lies forward", () => {
  for (const forward of [0, 4, -6, 20]) near(slip(box(-forward, 0, 40, 30), box(0, 40, 40, 30)), (100 * forward) / 40, 1e-9);
});

test("Meyerding's grades rise at the quarters, and say which way", () => {
  const grades = [2.9, 3, 25, 25.1, 50, 50.1, 75, 75.1, 100, 101].map((percent) => meyerdingWords(percent, 3));
  assert.deepEqual(grades.map((words) => words.split(",")[0].replace("Meyerding ", "")), ["0", "I", "I", "II", "II", "III", "III", "IV", "IV", "V"]);
  assert.equal(meyerdingWords(-30, 3), "Meyerding II, posterior");
  assert.equal(meyerdingWords(30, 3), "Meyerding II, anterior");
});

test("heights of a body, and what it has lost", () => {
  const body = box(0, 0, 40, 30);
  near(meanHeight(body), 30);
  assert.deepEqual([anteriorHeight(body), middleHeight(body), posteriorHeight(body)].map(Math.round), [30, 30, 30]);
  losses(body, [body, body]).forEach((lost) => near(lost, 0));
  const wedge = body.map((point, place) => (place === 0 ? [point[0], point[1] + 9] : point));
  near(losses(wedge, [])[0], 30);
  const biconcave = body.map((point, place) => (place === 4 ? [point[0], point[1] + 6] : point));
  near(losses(biconcave, [])[1], 20);
  near(losses(box(0, 0, 40, 15), [body, body])[2], 50);
  near(losses(box(0, 0, 40, 15), [])[2], 0, 0);
});

test("the plumb line: how far the upper body lies before the lower one's corner", () => {
  near(sagittalVerticalAxis(box(0, 0, 40, 30), box(0, 200, 40, 30)), 20);
  near(sagittalVerticalAxis(box(-15, 0, 40, 30), box(0, 200, 40, 30)), 35);
});

test("levels: neighbours, what lies between, and the extra ones", () => {
  const one = spine(["L4", "L5", "S1"]);
  assert.deepEqual(pairsOf(one), [[0, 1], [1, 2]]);
  assert.deepEqual(pairsOf(spine(["C1", "C2", "C3"])), [[1, 2]]);
  assert.deepEqual(pairsOf(spine(["T12", "L2"])), [], "a gap has no disc");
  assert.equal(areNeighbours(spine(["L4", "S1"]), 0, 1), true, "four lumbar bodies");
  assert.deepEqual([["L5", "L6"], ["L6", "S1"], ["L4", "L6"]].map((levels) => areNeighbours(spine(levels), 0, 1)), [true, true, false]);
  assert.equal(areNeighbours(spine([null, null]), 0, 1), true);
  assert.equal(areNeighbours(spine(["C3", null]), 0, 1), false);
  for (const level of LEVELS) assert.equal(within(level, "T1", "T12"), level[0] === "T");
  assert.deepEqual([placeOf(one, "L5"), placeOf(one, "T1")], [1, -1]);
});

test("why a measure cannot be had is said once, and in order", () => {
  const doubt = spine(["L4", "L5"], { 0: { inferior: "its corner is cut off" }, 1: { superior: "it is out of sight" } });
  assert.equal(faultOf(doubt, [0, "inferior"], [0, "inferior"]), "L4: its corner is cut off");
  assert.equal(faultOf(doubt, [0, "inferior"], [1, "superior"]), "L4: its corner is cut off; L5: it is out of sight");
  assert.equal(faultOf(doubt, [0, "superior"], [1, "inferior"]), "");
  assert.equal(firstOf("", "second", "third"), "second");
  assert.equal(firstOf("", ""), "");
  assert.equal(missing(doubt, "L4", "S1"), "S1 was not found on the film");
  assert.equal(missing(doubt, "C2", "C7"), "C2 and C7 were not found on the film");
  assert.match(missing(spine([null, null]), "C2"), /name one/);
  assert.deepEqual([["L4", "L5"], ["L5", "S1"], ["C7", "T1"]].map(discName), ["L4/5", "L5/S1", "C7/T1"]);
});

test("a body is compared with both neighbours or with none", () => {
  const three = spine(["T11", "T12", "L1"]);
  assert.deepEqual(neighbours(three, 1), [0, 2]);
  assert.deepEqual([neighbours(three, 0), neighbours(three, 2)], [[], []]);
  assert.deepEqual(neighbours(spine(["T11", "T12", "L1"], { 0: { superior: "cut off" } }), 1), []);
  assert.deepEqual(neighbours(spine(["L4", "L5", "S1"]), 1), [], "S1 has no height");
});

test("a patient who faces right is measured as one who faces left, mirrored", () => {
  const left = spine(["L3", "L4"]);
  const bodies = left.bodies.map((body) => ({ ...body, points: body.points.map(facingLeft) }));
  assert.deepEqual(spineOf(bodies, "right", 0.2, "", LIMITS).points, left.points);
  assert.deepEqual(spineOf(bodies, null, 0.2, "", LIMITS).points, bodies.map((body) => body.points));
});

test("a ± over its limit is written so that it reads so", () => {
  assert.equal(overLimit(12.1, 12), "its uncertainty, ± 12.1, is over the limit of ± 12.0");
  assert.equal(overLimit(0.0997, 0.096), "its uncertainty, ± 0.100, is over the limit of ± 0.096");
  assert.equal(overLimit(22.4, 12), "its uncertainty, ± 22, is over the limit of ± 12");
});

test("bodies that cannot be measured for the same reason share it, others have their own", () => {
  const [first, second, third] = [{ name: "T1", superior: "unsure", inferior: "unsure" }, { name: "T2", superior: "unsure", inferior: "cut" }, { name: "T3", superior: "", inferior: "" }];
  const made = { ...spine(["T1", "T2", "T3"]), bodies: [first, second, third] };
  assert.equal(faultOf(made, [0, "inferior"], [0, "superior"], [1, "superior"], [1, "inferior"], [2, "superior"]), "T1, T2: unsure; T2: cut");
  assert.equal(faultOf(made, [2, "superior"], [2, "inferior"]), "");
});
