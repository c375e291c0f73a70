// The line of known length: its states, and the scales that are refused: node --test tests/js/scale_line.test.mjs

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { ScaleLine } from "../../spinefm/ui/player/scale_line.js";

let said;
let measuring;
let line;

beforeEach(() => {
  said = [];
  const player = { modes: { say: (words) => said.push(words) } };
  measuring = { player, bodies: [], data: { scales: [0.01, 5] }, changes: { facing: null, mm: null, moves: [] }, folds: new Set(), change: (changes) => { measuring.changes = changes; } };
  line = new ScaleLine(measuring);
});

test("a line is drawn from where it began, and one that is too short is none", () => {
  line.begin([10, 10]);
  line.stretch([13, 14]);
  assert.deepEqual([line.pixels(), line.drawing], [5, true]);
  line.end();
  assert.deepEqual([line.ends, line.drawing], [[[10, 10], [13, 14]], false]);
  line.begin([10, 10]);
  line.stretch([13, 13]);
  line.end();
  assert.deepEqual(line.ends, []);
  line.stop();
  assert.deepEqual([line.ends, line.pixels()], [null, 0]);
});

test("a scale that no film has is refused and the line stays; one at the edge is taken and opens what it gives", () => {
  line.begin([0, 0]);
  for (const mm of [0.0099, 5.01]) line.set(mm);
  assert.match(said[0], /0\.01 to 5 mm per pixel, not 0\.0099/);
  assert.equal(said.length, 2);
  assert.deepEqual([measuring.changes.mm, line.ends], [null, [[0, 0], [0, 0]]]);
  line.set(5);
  assert.deepEqual([measuring.changes.mm, line.ends, [...measuring.folds]], [5, null, ["disc", "body", "offset"]]);
});

test("a length that is no number is refused in words", () => {
  for (const mm of [NaN, -3, 0]) line.set(mm);
  assert.deepEqual([measuring.changes.mm, said.length], [null, 3]);
  assert.match(said[0], /such as 25\.4/);
});

test("a scale that makes bodies which nobody has is taken, with a word", () => {
  measuring.bodies = [[0, 100], [0, 120], [0, 90]].map(([a, b]) => ({ points: [[a, 0], [b, 0]] }));
  for (const mm of [0.35, 2.54, 0.02]) line.set(mm);
  assert.deepEqual(said, ["", "The bodies would be 250 mm deep: check the length.", "The bodies would be 2 mm deep: check the length."]);
  assert.equal(measuring.changes.mm, 0.02);
});
