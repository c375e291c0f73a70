import assert from "node:assert/strict";
import { test } from "node:test";
import { nextBody, nextStop, sceneAt, stepBeats, stillAt, stopIndex, timeOfBody, timeOfEntry, timeOfStep, timelineOf } from "../../spinefm/ui/player/timeline.js";
import { chipsOf } from "../../spinefm/ui/player/bodies.js";
import { beat, entries, step } from "./run.mjs";

const run = timelineOf(entries);
const at = (/** @type {string} */ lane) => run.beats.find((item) => item.lane === lane);
const roles = (/** @type {number} */ time) => sceneAt(run, time).seen.map((item) => item.role).sort();

test("lanes run side by side, and all wait where the section changes", () => {
  assert.equal(at("start 1").start, 1.5);
  assert.equal(at("up").start, 2.75);
  assert.equal(at("down").start, 2.75);
  assert.equal(run.beats.at(-2).start, 4);
  assert.equal(run.end, 6);
});

test("what comes later moves nothing that came before", () => {
  for (let count = 1; count <= entries.length; count += 1) {
    const part = timelineOf(entries.slice(0, count));
    assert.deepEqual(part.beats.map((item) => item.start), run.beats.slice(0, part.beats.length).map((item) => item.start));
  }
});

test("a longer lane does not hold up the other", () => {
  const lanes = timelineOf([{ kind: "x", text: "", beats: [...step("up", 1, 1, 0), ...step("up", 2, 2, 0), ...step("down", 1, 3, 0)] }]);
  assert.equal(lanes.beats.find((item) => item.lane === "down").start, 0);
  assert.equal(lanes.end, 2.5);
});

test("the scene is a function of time alone", () => {
  assert.deepEqual(sceneAt(run, 3.1), sceneAt(run, 3.1));
  sceneAt(run, 5);
  assert.deepEqual(sceneAt(run, 3.1), sceneAt(timelineOf(entries), 3.1));
});

test("progress grows from none to whole inside a beat", () => {
  const x = (/** @type {number} */ time) => sceneAt(run, time).seen.find((item) => item.role === "predicted" && item.beat.lane === "up").x;
  assert.ok(x(2.8) < x(3) && x(3) < x(3.2));
  assert.equal(x(3.25), 1);
});

test("a phase shows at least twelve pictures at sixty a second", () => {
  for (const item of run.beats.filter((other) => other.draw.length)) {
    const frames = Math.floor((item.stop - item.start) * 60);
    const seen = new Set(Array.from({ length: frames }, (_, index) => JSON.stringify(sceneAt(run, item.start + (index + 1) / 60).seen.map((part) => [part.role, part.x, part.alpha]))));
    assert.ok(seen.size >= 12, `${item.phase}: ${seen.size}`);
  }
});

test("a kept body and a ghost stay; what belongs to a step goes with it", () => {
  assert.deepEqual(roles(4), ["kept", "kept", "rejected"]);
  assert.ok(roles(3.2).includes("predicted"));
});

test("the end replaces kept bodies by final ones and keeps the ghost", () => {
  assert.deepEqual(roles(run.end), ["final", "rejected"]);
});

test("a new start clears the film", () => {
  const twice = timelineOf([...entries.slice(0, 5), { kind: "seeded", text: "", beats: [beat({ clears: "all" })] }]);
  assert.deepEqual(sceneAt(twice, twice.end).seen, []);
});

test("stops are the ends of phases, once for both lanes", () => {
  assert.deepEqual(run.stops, [1, 1.5, 2, 2.5, 2.75, 3.25, 3.75, 4, 5, 6]);
  assert.equal(nextStop(run, 0, 1), 1);
  assert.equal(nextStop(run, 2.5, -1), 2);
  assert.equal(nextStop(run, run.end, 1), run.end);
  assert.equal(nextStop(run, 0.4, -1), 0);
});

test("from vertebra to vertebra", () => {
  assert.equal(nextBody(run, 0, 1), 2.75);
  assert.equal(nextBody(run, 2.75, 1), 4);
  assert.equal(nextBody(run, 4, 1), run.end);
  assert.equal(nextBody(run, 4, -1), 2.75);
});

test("places in time by stop, event and body", () => {
  assert.equal(stopIndex(run, 0), -1);
  assert.equal(stopIndex(run, 1.2), 0);
  assert.equal(stillAt(run, 1.2), 1);
  assert.equal(timeOfEntry(run, 1), 1.5);
  assert.equal(timeOfBody(run, 1), 4);
  assert.equal(timeOfBody(run, 9), null);
});

test("a second prediction in a step sets aside what came before it", () => {
  const retry = timelineOf([{ kind: "x", text: "", beats: [...step("up", 1, null, 0).slice(0, 2), ...step("up", 1, 4, 0)] }]);
  assert.deepEqual(stepBeats(sceneAt(retry, retry.end), "up").map((item) => item.phase), ["predict", "overlap", "decide"]);
});

test("an induction that begins again has steps of its own", () => {
  const seeded = { kind: "seeded", text: "", beats: [beat({ seconds: 0.5, clears: "all" })] };
  const up = (/** @type {number} */ y) => step("up", 1, 1, y).map((item) => ({ kind: item.phase, text: item.phase, beats: [item] }));
  const twice = timelineOf([seeded, ...up(0), seeded, ...up(40)]);
  const roles = (/** @type {number} */ time) => sceneAt(twice, time).seen.map((item) => `${item.role}${item.stale ? ", stale" : ""}`);
  assert.deepEqual(roles(1.8), ["kept, stale"], "its points have gone with its own step");
  assert.deepEqual(roles(twice.end), ["kept"], "the second one's alone, with a name");
  assert.equal(timeOfStep(twice, "up 1"), twice.end);
  assert.equal(timeOfStep(twice, "down 1"), null);
  assert.equal(nextBody(twice, 0, 1), 1.75, "decisions of both can be reached");
  assert.equal(stepBeats(sceneAt(twice, 2.5), "up").length, 1);
  assert.deepEqual(chipsOf(twice, []).map((chip) => chip.start), [2.25]);
});

test("an induction that was kept stays the one on show when later starts do not hold", () => {
  const clear = (/** @type {string} */ kind) => ({ kind, text: "", beats: [beat({ seconds: 0.5, clears: "all" })] });
  const part = (/** @type {any[]} */ beats) => ({ kind: "x", text: "", beats });
  const named = { kind: "named", text: "", beats: [beat({ phase: "name", draw: [{ kind: "label", role: "name", body: 1, point: [5, 35], text: "C2" }] })] };
  const finished = { kind: "finished", text: "", beats: [beat({ phase: "name", clears: "bodies", draw: [{ kind: "shape", role: "final", motion: "fade", until: "run", body: 1, outline: [0, 0, 9, 0, 9, 9] }] })] };
  const kept = [clear("seeded"), part(step("start 1", 0, 0, 50)), part(step("up", 1, 1, 30)), clear("located"), clear("seeded"), part([...step("start 1", 0, 0, 90), ...step("start 2", 1, null, 99)]), clear("located")];
  const run = timelineOf([...kept, named, finished, part(step("up", 2, 2, 10))]);
  const rows = [2, 1, 0].map((number) => ({ number, found: true }));
  assert.deepEqual(chipsOf(run, rows).map((chip) => chip.key), ["up 2", "up 1", "start 1 0"], "what is added later follows it");
  assert.equal(timeOfBody(run, 0), run.beats.find((item) => item.phase === "decide").stop, "not that of the start that failed");
  assert.equal(timeOfStep(run, "up 2"), run.end);
  assert.deepEqual(sceneAt(run, run.end).seen.map((item) => item.stale), [false, false], "names are drawn");
  assert.deepEqual(chipsOf(timelineOf(kept.slice(0, 6)), []).map((chip) => chip.key), ["start 1 0", "start 2 1"], "under way, what is tried now");
});
