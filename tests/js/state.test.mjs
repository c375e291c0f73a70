import assert from "node:assert/strict";
import { test } from "node:test";
import { chipState, chipsOf, namesOf, segmentState, wornAt } from "../../spinefm/ui/player/bodies.js";
import { liveRate } from "../../spinefm/ui/player/clock.js";
import { grabbed, handlesOf, movedOutline } from "../../spinefm/ui/player/outline.js";
import { hasGaps, makeStore, unbroken } from "../../spinefm/ui/player/store.js";
import { timelineOf } from "../../spinefm/ui/player/timeline.js";
import { keyName } from "../../spinefm/ui/shared/keys.js";
import { beat, entries } from "./run.mjs";

const run = timelineOf(entries);
const row = (/** @type {number} */ number, /** @type {string} */ name) => ({ number, name, found: true });

test("chips run from the top: up, starting points, down", () => {
  assert.deepEqual(chipsOf(run, []).map((chip) => chip.lane), ["up", "start 1", "down"]);
  assert.deepEqual(chipsOf(run, [row(1, "C2"), row(0, "C3")]).map((chip) => chip.body), [1, 0, null]);
});

test("a deleted body has no chip", () => {
  assert.deepEqual(chipsOf(run, [row(1, "C2")]).map((chip) => chip.body), [1, null]);
});

test("segments fill as they are decided", () => {
  const [up, , down] = chipsOf(run, []);
  assert.equal(segmentState(up, "predict", 2.7), "");
  assert.equal(segmentState(up, "predict", 3), "now");
  assert.equal(segmentState(up, "predict", 3.25), "passed");
  assert.equal(segmentState(up, "class", 4), "none");
  assert.equal(segmentState(down, "overlap", 4), "failed");
  assert.deepEqual([chipState(up, 0), chipState(up, 3), chipState(up, 4), chipState(down, 4)], ["later", "now", "kept", "stopped"]);
});

test("names are those of the result, else those given so far", () => {
  assert.equal(namesOf([], run).get(1), "C2");
  assert.equal(namesOf([row(1, "C3")], run).get(1), "C3");
});

const named = run.beats.find((beat) => beat.phase === "name").start;
const DRESS = { names: new Map([[1, "C3"]]), colours: new Map([[1, "blue"]]), palette: { C2: "green", C3: "blue" }, doubtful: new Set([1]), anchor: 1 };

test("in a replay a body has no name, colour or doubt until the run has named it", () => {
  const before = wornAt(run, named, DRESS);
  assert.deepEqual([before.names.size, before.colours.size, before.doubtful.size, before.anchor], [0, 0, 0, null]);
  const after = wornAt(run, named + 0.5, DRESS);
  assert.deepEqual([after.doubtful.has(1), after.anchor], [true, 1]);
  assert.equal(wornAt(run, run.end, DRESS), DRESS);
});

test("a corrected name follows the one that the run gave", () => {
  const change = { kind: "corrected", text: "C2 is C3", beats: [beat({ phase: "correct", draw: [] })] };
  const corrected = timelineOf([...entries, change]);
  const [before, after] = [named + 0.5, corrected.corrected + 0.5].map((time) => wornAt(corrected, time, DRESS));
  assert.deepEqual([before.names.get(1), before.colours.get(1)], ["C2", "green"]);
  assert.deepEqual([after.names.get(1), after.colours.get(1)], ["C3", "blue"]);
});

test("a body that was never named on the film gets its name with its final outline", () => {
  const silent = timelineOf(entries.filter((entry) => entry.kind !== "named"));
  const final = silent.beats.findLast((beat) => beat.phase === "name").start;
  assert.equal(wornAt(silent, final, DRESS).names.size, 0);
  assert.equal(wornAt(silent, final + 0.1, DRESS).names.get(1), "C3");
});

test("a run comes in parts, each event once", () => {
  const store = makeStore();
  store.put({ run: "a", status: "running", film: { url: "x" }, entries: [], total: 0, rows: [] });
  store.put({ run: "a", status: "running", from: 0, entries: [entries[0]], total: 1 });
  const known = store.put({ run: "a", status: "finished", film: "same", from: 1, entries: entries.slice(1, 3), total: 3 });
  assert.deepEqual(known.entries, entries.slice(0, 3));
  assert.deepEqual(known.film, { url: "x" });
  assert.equal(hasGaps(known), false);
});

test("a message that was skipped leaves a gap that is seen, and a repeated event fills it", () => {
  const store = makeStore();
  store.put({ run: "a", status: "running", entries: [], total: 0 });
  const gap = store.put({ run: "a", status: "running", from: 1, entries: [entries[1]], total: 2 });
  assert.equal(hasGaps(gap), true);
  assert.deepEqual(unbroken(gap.entries), []);
  const whole = store.put({ run: "a", status: "running", from: 0, entries: entries.slice(0, 3), total: 3 });
  assert.equal(hasGaps(whole), false);
});

test("what arrives late of a run that gave way is dropped, and so is a part whose beginning was never seen", () => {
  const store = makeStore();
  store.put({ run: "a", status: "running", entries: [] });
  store.put({ run: "b", status: "running", entries: [] });
  assert.equal(store.put({ run: "a", status: "finished", entries: [] }), null);
  assert.equal(store.put({ run: "c", status: "running", from: 0, entries: [] }), null);
  assert.equal(store.put({ run: "same", question: { text: "?" } }).run, "b");
});

test("a comparison takes the events of the finished run before, whatever was on show between", () => {
  const store = makeStore();
  store.put({ run: "a", status: "finished", entries: entries.slice(0, 4) });
  store.put({ run: "b", status: "waiting", entries: [] });
  store.put({ run: "c", status: "running", entries: [] });
  const known = store.put({ run: "c", status: "finished", entries, comparison: { run: "a", rows: [] } });
  assert.deepEqual(known.comparison, { run: "a", rows: [], entries: entries.slice(0, 4) });
  const same = store.put({ run: "c", status: "finished", packed: true, measures: null });
  assert.equal(same.comparison, known.comparison, "what comes later leaves it as it is");
});

test("a comparison with any other run has no events", () => {
  const store = makeStore();
  const known = store.put({ run: "c", status: "finished", entries, comparison: { run: "a" } });
  assert.deepEqual(known.comparison.entries, []);
  store.put({ run: "d", status: "failed", entries: [] });
  const after = store.put({ run: "e", status: "finished", entries, comparison: { run: "d" } });
  assert.deepEqual(after.comparison.entries, [], "a run that failed is none to compare with");
});

test("further notices are added, and each message adds its own once", () => {
  const store = makeStore();
  store.put({ run: "a", status: "finished", entries, notices: ["one"] });
  assert.deepEqual(store.put({ run: "a", status: "finished", packed: true, also: ["two"] }).notices, ["one", "two"]);
  assert.deepEqual(store.put({ run: "a", status: "finished", packed: true, download: {} }).notices, ["one", "two"]);
});

test("a run that lies behind catches up", () => {
  assert.equal(liveRate(0), 1);
  assert.ok(liveRate(2) > 5);
});

test("the arrows with shift have a name of their own", () => {
  assert.equal(keyName({ key: "ArrowLeft", shiftKey: true }), "Shift+ArrowLeft");
  assert.equal(keyName({ key: "N", shiftKey: true }), "n");
});

test("an outline in hand: few corners, the closest is grabbed, an edge moves both its ends", () => {
  const round = Array.from({ length: 60 }, (_, index) => [50 + 40 * Math.cos((index * Math.PI) / 30), 50 + 40 * Math.sin((index * Math.PI) / 30)]).flat();
  const corners = [0, 1, 2, 3];
  assert.equal(handlesOf(round).length, 10);
  const square = [0, 0, 100, 0, 100, 100, 0, 100];
  assert.deepEqual(grabbed(square, corners, [2, 1], 8), { corners: [0] });
  assert.deepEqual(grabbed(square, corners, [50, 3], 8), { corners: [0, 1] });
  assert.equal(grabbed(square, corners, [50, 50], 8), null);
  assert.deepEqual(movedOutline(square, corners, { corners: [0, 1] }, 0, -5), [0, -5, 100, -5, 100, 100, 0, 100]);
});
