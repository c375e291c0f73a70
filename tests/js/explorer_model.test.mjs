// The explorer's figures meet the golden file that the tables in Python meet: node --test tests/js/explorer_model.test.mjs

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { extraFigures, levelFigures, nameFigures, spineModel } from "../../spinefm/ui/explorer/model.js";

const at = (path) => new URL(path, import.meta.url);
const golden = JSON.parse(readFileSync(at("../golden/evaluation_figures.json"), "utf8"));
const model = spineModel(golden.columns);

function near(found, wanted, what) {
  for (const [name, value] of Object.entries(wanted)) {
    if (typeof value === "number") assert.ok(Math.abs(found[name] - value) < 1e-9, `${what} ${name}: ${found[name]}, not ${value}`);
    else assert.equal(found[name], value, `${what} ${name}`);
  }
}

for (const wanted of golden.figures) {
  test(`levels at a Dice above ${wanted.limit}`, () => {
    const rows = levelFigures(model, wanted.limit);
    assert.deepEqual(rows.map((row) => row.level), wanted.levels.map((row) => row.level));
    wanted.levels.forEach((row, index) => near(rows[index], row, row.level));
  });

  test(`names at a Dice above ${wanted.limit}`, () => {
    const names = nameFigures(model, wanted.limit);
    near(names.all, wanted.names.all, "all");
    near(names.anchored, wanted.names.anchored, "anchored");
  });
}

test("false masks at the limit of the tables", () => {
  const [first] = golden.figures;
  assert.equal(extraFigures(model, first.limit).masks, first.false_masks);
});
