// Agreement of truth and run meets the golden file that the tables in Python meet: node --test tests/js/explorer_agreement.test.mjs

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { agreementOf, comparedRows, filmsWithin, inUnit, isWithin, quantity, rowsAt } from "../../spinefm/ui/explorer/agreement.js";

const golden = JSON.parse(readFileSync(new URL("../golden/measure_agreement.json", import.meta.url), "utf8"));
const { columns } = golden;
const everywhere = () => true;

for (const wanted of golden.figures) {
  test(`errors at ${wanted.levels}`, () => {
    const found = agreementOf(columns, rowsAt(columns, wanted.levels === "all" ? "" : wanted.levels, everywhere));
    for (const [name, value] of Object.entries(wanted)) {
      if (name !== "levels") assert.ok(Math.abs(found[name] - value) < 1e-9, `${name}: ${found[name]}, not ${value}`);
    }
  });
}

test("of nothing there is no figure", () => {
  const none = agreementOf(columns, []);
  assert.equal(none.count, 0);
  assert.deepEqual([none.bias, none.low, none.mae, none.within, none.notFound], [null, null, null, null, null]);
  const [first] = rowsAt(columns, "", everywhere).filter((i) => columns.true[i] !== null && columns.value[i] !== null && !columns.doubtful[i]);
  const one = agreementOf(columns, [first]);
  assert.equal(one.count, 1);
  assert.notEqual(one.bias, null);
  assert.equal(one.low, null, "one value has no limits of agreement");
});

test("rows are those of the level, on the films that pass", () => {
  const level = columns.levels.indexOf("L4-L5");
  for (const i of rowsAt(columns, "L4-L5", everywhere)) assert.equal(columns.level[i], level);
  const all = columns.levels.reduce((sum, place) => sum + rowsAt(columns, place, everywhere).length, 0);
  assert.equal(all, columns.film.length);
  assert.deepEqual([...new Set(rowsAt(columns, "", (film) => film === 3).map((i) => columns.film[i]))], [3]);
});

test("a difference needs both values", () => {
  columns.film.forEach((_, i) => {
    const known = columns.true[i] !== null && columns.value[i] !== null;
    assert.equal(quantity(columns, "difference", i) !== null, known);
    if (known) assert.equal(quantity(columns, "difference", i), columns.value[i] - columns.true[i]);
  });
  assert.equal(comparedRows(columns, rowsAt(columns, "", everywhere)).length, columns.film.filter((_, i) => quantity(columns, "difference", i) !== null).length);
});

test("a range keeps the films with a value in it, as counting each row does", () => {
  assert.equal(filmsWithin(columns, "", "value", null), null);
  for (const axis of ["value", "true", "difference", "half"]) {
    for (const span of [[-2, 2], [0, 1e6], [100, 200]]) {
      for (const place of ["", ...columns.levels]) {
        const wanted = new Set();
        columns.film.forEach((film, i) => {
          const value = quantity(columns, axis, i);
          if (value !== null && value >= span[0] && value <= span[1] && (!place || columns.levels[columns.level[i]] === place)) wanted.add(film);
        });
        assert.deepEqual(filmsWithin(columns, place, axis, span), wanted, `${axis} ${span} ${place}`);
      }
    }
  }
});

test("both ends of a range are in it, and nothing has no place in one", () => {
  assert.equal(isWithin(2, [2, 3]) && isWithin(3, [2, 3]), true);
  assert.equal(isWithin(null, [2, 3]), false);
  assert.equal(isWithin(-50, null), true);
});

test("a value is written in its unit", () => {
  assert.equal(inUnit(-2.345, "°"), "−2.3°");
  assert.equal(inUnit(2.345, "mm", true), "+2.35 mm".replace("2.35", (2.345).toFixed(2)));
  assert.equal(inUnit(0.3456, "ratio"), "0.346");
  assert.equal(inUnit(-0.01, "%"), "0.0 %", "what rounds to nothing has no sign");
  assert.equal(inUnit(null, "°"), "–");
  assert.equal(inUnit(Number.NaN, "°"), "–");
});
