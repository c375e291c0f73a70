// What two evaluations were run with: node --test tests/js/explorer_facts.test.mjs

import assert from "node:assert/strict";
import { test } from "node:test";
import { differences, differText } from "../../spinefm/ui/explorer/facts.js";

const run = (preset, ...settings) => [["method", "spinefm", false], ["preset", preset, false], ...settings];
const one = run("tuned", ["overlap_limit", "0.1", true], ["recentre", "true", true]);

test("a setting that differs is named with both values, one of a single run with a dash", () => {
  const two = run("tuned", ["overlap_limit", "0.25", false], ["strays", "true", true]);
  assert.deepEqual(differences(one, two), [["overlap_limit", "0.1", "0.25"], ["recentre", "true", "–"], ["strays", "–", "true"]]);
});

test("of two presets only the names are given, and what was changed besides", () => {
  const two = run("published", ["overlap_limit", "0.25", false], ["recentre", "false", true]);
  const models = [one, two].map((facts) => ({ data: { facts } }));
  assert.equal(differText(...models), "They differ in (evaluation / compared): preset tuned / published; overlap_limit 0.1 / 0.25.");
  assert.equal(differText(models[0], models[0]), "Both are of the same method, weights and settings.");
  assert.equal(differText(models[0], null), "");
});
