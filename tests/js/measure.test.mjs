// The measures' formulas, on the figures that Python has: node --test tests/js/measure.test.mjs

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { draftsOf, measured } from "../../spinefm/ui/shared/measure.js";
import { heldByHand, uniform } from "../../spinefm/ui/shared/redraws.js";
import { PLACES, spineOf } from "../../spinefm/ui/shared/spine.js";

const golden = JSON.parse(readFileSync(new URL("../golden/measures.json", import.meta.url), "utf-8"));

const close = (/** @type {number} */ a, /** @type {number} */ b, /** @type {number} */ slack, /** @type {string} */ words) =>
  assert.ok(Math.abs(a - b) <= slack, `${words}: ${a} is not ${b}`);

/** @param {any} known */
function spineIn({ bodies, facing, spacing_mm, not_upright, rotated }) {
  return spineOf(bodies, facing, spacing_mm, not_upright, golden.limits, rotated);
}

test("the landmarks are kept in Python's order", () => {
  assert.deepEqual(PLACES.map((place) => place.replace(" ", "_")), golden.places);
});

for (const known of golden.cases) {
  test(`Python's measures: ${known.name}`, () => {
    const spine = spineIn(known);
    const found = draftsOf(spine).map((draft) => measured(spine, draft));
    const words = (/** @type {any} */ { key, group, levels, name, unit, grade, reason, method }) => ({ key, group, levels, name, unit, grade, reason, method });
    assert.deepEqual(found.map(words), known.measures.map(words));
    found.forEach((one, index) => {
      const wanted = known.measures[index];
      if (wanted.value === null) return assert.equal(one.value, null, wanted.name);
      close(/** @type {number} */ (one.value), wanted.value, 1e-5, wanted.name);
      one.lines.flat(2).forEach((number, place) => close(number, wanted.lines.flat(2)[place], 2e-3, `${wanted.name}, line`));
      assert.equal(one.lines.flat(2).length, wanted.lines.flat(2).length);
    });
  });
}

test("the random numbers are those of Python", () => {
  assert.deepEqual([0, 1].map((place) => Number(uniform(place).toFixed(6))), [0.266429, 0.00033]);
});

for (const known of golden.by_hand) {
  test(`Python's measures on landmarks that a reader set: ${known.name}`, () => {
    const bodies = known.bodies.map((/** @type {any} */ body) => ({ ...body, edited: golden.places.map((/** @type {string} */ place) => body.by_hand.includes(place)) }));
    const spine = spineIn({ ...known, bodies });
    const drafts = draftsOf(spine).filter((draft) => draft.bodies.length && !draft.reason);
    assert.deepEqual(drafts.map(({ key, levels }) => [key, levels]), known.measures.map((/** @type {any} */ one) => [one.key, one.levels]));
    drafts.forEach((draft, index) => {
      const [held, wanted] = [heldByHand(spine, draft), known.measures[index]];
      assert.deepEqual([held.grade, held.doubt, held.reason], [wanted.grade, wanted.doubt, wanted.reason]);
      for (const part of /** @type {const} */ (["value", "plus"])) {
        if (wanted[part] === null) assert.equal(held[part], null, `${draft.name}, ${part}`);
        else close(/** @type {number} */ (held[part]), wanted[part], 1e-3, `${draft.name}, ${part}`);
      }
    });
  });
}
