// Scales, ticks, bins and drags of the explorer's charts: node --test tests/js/explorer_scales.test.mjs

import assert from "node:assert/strict";
import { test } from "node:test";
import { barTone, draggedSpan, showEnd, stepped } from "../../spinefm/ui/explorer/plots.js";
import { binned, clean, closest, extentOfValues, linear, ordered, tickStep, ticksOf } from "../../spinefm/ui/explorer/scales.js";

test("an extent holds every value with room, and has a width without any", () => {
  const [low, high] = extentOfValues([3, -1, 7]);
  assert.ok(low < -1 && high > 7);
  assert.deepEqual(extentOfValues([3, -1, 7], 0), [-1, 7]);
  assert.deepEqual(extentOfValues([]), [0, 1]);
  for (const alone of [0, 5, -3]) {
    const [from, to] = extentOfValues([alone]);
    assert.ok(from < alone && to > alone);
  }
});

test("ticks are round, inside and not too many", () => {
  for (const range of [[0, 1], [-7.3, 12.9], [0.012, 0.0191], [1000, 1e6], [-50, -20]]) {
    for (const most of [3, 6, 12]) {
      const ticks = ticksOf(range, most);
      const step = tickStep(range, most);
      assert.ok(ticks.length <= most + 1, `${range} ${most}: ${ticks.length}`);
      assert.ok(ticks.every((tick) => tick >= range[0] - 1e-9 && tick <= range[1] + 1e-9));
      assert.ok([1, 2, 5].some((digit) => Math.abs(step / 10 ** Math.floor(Math.log10(step) + 1e-9) - digit) < 1e-6), `${step}`);
    }
  }
  assert.deepEqual(ticksOf([-0.25, 0.25], 5), [-0.2, -0.1, 0, 0.1, 0.2]);
  assert.equal(Object.is(ticksOf([-1, 1], 4)[1] === 0 ? 0 : clean(-0), -0), false, "no minus nought");
});

test("a scale leads to pixels and back", () => {
  const scale = linear([-10, 30], [46, 400]);
  assert.equal(scale.at(-10), 46);
  assert.equal(scale.at(30), 400);
  for (const value of [-10, 0, 12.5, 30]) assert.ok(Math.abs(scale.back(scale.at(value)) - value) < 1e-9);
  assert.ok(Number.isFinite(linear([2, 2], [0, 100]).at(2)));
});

test("every value lies in one bin", () => {
  const values = Array.from({ length: 500 }, (_, k) => Math.sin(k) * 12 + (k % 7));
  for (const most of [1, 5, 28]) {
    const { edges, counts } = binned(values, most);
    assert.equal(counts.reduce((sum, count) => sum + count, 0), values.length);
    assert.equal(edges.length, counts.length + 1);
    assert.ok(edges[0] <= Math.min(...values) + 1e-9 && edges[edges.length - 1] >= Math.max(...values) - 1e-9);
    counts.forEach((count, k) => {
      const last = k === counts.length - 1;
      const inside = values.filter((value) => value >= edges[k] - 1e-9 && (value < edges[k + 1] - 1e-9 || (last && value <= edges[k + 1] + 1e-9))).length;
      assert.ok(Math.abs(inside - count) <= 1, `bin ${k}: ${count}, not ${inside}`);
    });
  }
  assert.equal(binned([], 10).counts.reduce((sum, count) => sum + count, 0), 0);
  assert.equal(binned([4, 4, 4], 10).counts.reduce((sum, count) => sum + count, 0), 3);
});

test("the closest point within reach", () => {
  const points = [{ x: 0, y: 0 }, { x: 10, y: 0 }, { x: 10, y: 8 }];
  assert.equal(closest(points, 9, 1, 5), 1);
  assert.equal(closest(points, 10, 5, 5), 2);
  assert.equal(closest(points, 50, 50, 5), -1);
  assert.equal(closest([], 0, 0, 5), -1);
});

test("keys move over points and stop at the ends", () => {
  assert.equal(stepped("ArrowRight", 3, 5), 4);
  assert.equal(stepped("ArrowRight", 4, 5), 4);
  assert.equal(stepped("ArrowLeft", 0, 5), 0);
  assert.equal(stepped("Home", 3, 5), 0);
  assert.equal(stepped("End", 0, 5), 4);
  assert.equal(stepped("PageUp", 1, 30), 11);
  assert.equal(stepped("Enter", 2, 5), 2);
  assert.equal(stepped("a", 2, 5), null);
  assert.equal(stepped("toString", 2, 5), null);
});

test("a drag picks the bars it touches, a click one of them, in either direction", () => {
  const edges = [0, 10, 20, 30, 40];
  assert.deepEqual(draggedSpan(12, 27, false, edges), [10, 30]);
  assert.deepEqual(draggedSpan(27, 12, false, edges), [10, 30]);
  assert.deepEqual(draggedSpan(33, 33.5, true, edges), [30, 40]);
  assert.deepEqual(draggedSpan(-5, 12, false, edges), [0, 20]);
  assert.deepEqual(draggedSpan(25, 400, false, edges), [20, 40]);
  assert.equal(draggedSpan(-20, -10, false, edges), null);
  assert.equal(draggedSpan(50, 60, false, edges), null);
});

test("bars within a range stand out", () => {
  assert.equal(barTone(0, 10, null), "ex-bar");
  assert.equal(barTone(0, 10, [0, 20]), "ex-bar on");
  assert.equal(barTone(20, 30, [0, 20]), "ex-bar off");
  assert.deepEqual(ordered(3, 1), [1, 3]);
});

test("an end of a range is written into its field, but not while one types there", () => {
  const field = { value: "4" };
  globalThis.document = { activeElement: field };
  showEnd(field, 7);
  assert.equal(field.value, "4");
  globalThis.document = { activeElement: null };
  for (const [at, text] of [[7.1000000000001, "7.1"], [-1e6, ""], [1e6, ""], [undefined, ""], [0, "0"]]) {
    showEnd(field, at);
    assert.equal(field.value, text);
  }
});
