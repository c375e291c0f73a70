// The wall's words and colours, and own evaluations: node --test tests/js/explorer_wall.test.mjs

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { casesOf, kindCounts, levelFigures, spineModel } from "../../spinefm/ui/explorer/model.js";
import { keepOwn, ownRuns, titleOf } from "../../spinefm/ui/explorer/own.js";
import { scoreShare, tileWords, toneOf } from "../../spinefm/ui/explorer/wall.js";

const golden = JSON.parse(readFileSync(new URL("../golden/evaluation_figures.json", import.meta.url), "utf8"));
const model = spineModel(golden.columns);
const state = { region: "", stop: "", search: "", verdict: "", levels: [], show: [], dice: null, distance: null, limit: 0.4, sort: "worst" };
const view = (/** @type {any} */ more = {}) => ({ model, verdicts: {}, twin: null, other: null, state: { ...state, ...more } });

test("the filters count what the table counts, at every limit", () => {
  for (const limit of [0.2, 0.4, 0.8]) {
    const counts = kindCounts(view({ limit }));
    const all = levelFigures(model, limit).find((row) => row.level === "all");
    for (const [kind, share] of [["right", all.named], ["wrong", all.misnamed], ["unnamed", all.unnamed]]) {
      assert.equal(counts[kind], Math.round((share * all.count) / 100), `${kind} at ${limit}`);
      const shown = casesOf(view({ limit, show: [kind] })).reduce((sum, one) => sum + one.rows.length, 0);
      assert.equal(shown, counts[kind]);
    }
  }
});

test("a filter that is on does not change the counts of the others", () => {
  assert.deepEqual(kindCounts(view({ show: ["missed"] })), kindCounts(view()));
});

test("right, wrong and unnamed have a colour each; a missed one has no name", () => {
  assert.deepEqual(["right", "misnamed", "unnamed", "missed", "false", "doubled"].map(toneOf), ["right", "wrong", "unnamed", "unnamed", "extra", "extra"]);
});

test("the border goes from the worst colour to the best", () => {
  assert.deepEqual([0, 0.4, 0.7, 1].map(scoreShare), [0, 0, 50, 100]);
});

test("a tile's words count each vertebra once", () => {
  for (let film = 0; film < model.films.name.length; film++) {
    const words = tileWords(model, film, 0.4);
    const count = [...words.matchAll(/\d+/g)].reduce((sum, [number]) => sum + Number(number), 0);
    if (!model.films.failure[film]) assert.equal(count, model.starts[film + 1] - model.starts[film]);
  }
});

test("an own evaluation is called after its zip and its time, and keeps that name", () => {
  const kept = new Map();
  globalThis.localStorage = { getItem: (name) => kept.get(name) ?? null, setItem: (name, text) => kept.set(name, text) };
  keepOwn("own-1", "necks.zip", new Date(2026, 4, 3, 9, 7).getTime());
  keepOwn("own-1", "other.zip", 0);
  assert.equal(titleOf({ id: "own-1", title: "your own: maps" }, ownRuns()), "necks.zip, 2026-05-03 09:07 · maps");
  assert.equal(titleOf({ id: "phantoms", title: "phantoms: 60" }, ownRuns()), "phantoms: 60");
  kept.set("spinefm own evaluations", "{");
  assert.deepEqual(ownRuns(), []);
});
