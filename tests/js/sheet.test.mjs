// The sheet of results: its filter.

import assert from "node:assert/strict";
import { test } from "node:test";

import { filter, holds, said } from "../../spinefm/export/sheet/sheet.js";

test("every word must be there, in any order and case", () => {
  assert.equal(holds("neck.png c2 c3 doubt", "C3 neck"), true);
  assert.equal(holds("neck.png c2 c3 doubt", "neck t1"), false);
  assert.equal(holds("anything", "  "), true);
});

test("cards that do not fit are hidden and the others are counted", () => {
  const cards = ["neck c2", "back l1", "neck t1"].map((text) => ({ dataset: { text }, hidden: false }));
  assert.equal(filter(/** @type {any} */ (cards), "neck"), 2);
  assert.deepEqual(cards.map((card) => card.hidden), [false, true, false]);
  assert.equal(filter(/** @type {any} */ (cards), ""), 3);
});

test("nothing is said without a filter", () => {
  assert.equal(said(3, 3, " "), "");
  assert.equal(said(1, 3, "neck"), "1 of 3 shown");
});
