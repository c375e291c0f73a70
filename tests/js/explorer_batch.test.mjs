// What a reader chooses of a batch, in words and pages, and the lanes of its pictures: node --test tests/js/explorer_batch.test.mjs

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { readState, writeParts } from "../../spinefm/ui/explorer/address.js";
import { drawTable, rowTone, rowWords, valueWords } from "../../spinefm/ui/explorer/batch_parts.js";
import { BATCH_PAGE, BATCH_START, changed, choicesOf, countWords, hasFilters, kindOf, noFilters, pageFrom, questionOf, sound } from "../../spinefm/ui/explorer/batch_state.js";
import { Lanes } from "../../spinefm/ui/explorer/lanes.js";
import { install, Node } from "./dom.mjs";

const SLIP = { key: "slip", title: "slip", unit: "%", levels: ["L4-L5", "L5-S1"] };
const ROW = { id: "1", name: "neck.png", status: "done", sentence: "", view: "", anchor: "", stop_up: "", stop_down: "", vertebrae: 7, doubtful: 0, values: [] };

beforeEach(() => {
  globalThis.location = { href: "http://localhost/page?x-run=night&b-offset=9" };
  globalThis.history = { state: null, replaceState: (_, __, address) => { globalThis.location = { href: String(address) }; } };
});

test("order, mode, measure and film are no filters", () => {
  assert.equal(hasFilters({ ...BATCH_START, sort: "name", mode: "table", measure: "slip", place: "L4-L5", film: "1", offset: 40 }), false);
  for (const change of [{ status: "failed" }, { view: "x" }, { levels: ["C2"] }, { search: "n" }, { span: [0, 1] }, { doubtful: "some" }, { stop: "x" }, { sentence: "x" }, { anchor: "C2" }]) {
    assert.equal(hasFilters({ ...BATCH_START, ...change }), true, JSON.stringify(change));
    assert.equal(hasFilters({ ...BATCH_START, ...change, ...noFilters() }), false);
  }
});

test("a new filter begins at the first page, another page does not", () => {
  const there = { ...BATCH_START, offset: 80 };
  assert.equal(changed(there, { status: "failed" }).offset, 0);
  assert.equal(changed(there, { sort: "name" }).offset, 0);
  assert.equal(changed(there, { offset: 120 }).offset, 120);
  assert.equal(changed(there, { film: "1" }).offset, 80);
});

test("an order by value needs a measure", () => {
  assert.equal(changed(BATCH_START, { sort: "high" }).sort, "doubtful");
  assert.equal(changed({ ...BATCH_START, measure: "slip" }, { sort: "high" }).sort, "high");
});

test("the question holds what the server knows, and the size of a page", () => {
  const asked = questionOf({ ...BATCH_START, mode: "table", film: "1", levels: ["C2"] });
  assert.equal(asked.count, BATCH_PAGE.table);
  assert.deepEqual(asked.levels, ["C2"]);
  assert.equal("mode" in asked || "film" in asked, false);
});

test("an address gives back the state that wrote it, and leaves the others alone", () => {
  const state = { ...BATCH_START, status: "done", levels: ["C2", "S1"], span: [-3.5, 12], measure: "slip", sort: "high", mode: "table", offset: 100, film: "0a", search: "a b" };
  writeParts("b", BATCH_START, state);
  assert.deepEqual(sound(readState("b", BATCH_START)), state);
  assert.ok(globalThis.location.href.includes("x-run=night"));
  writeParts("b", BATCH_START, BATCH_START);
  assert.equal(globalThis.location.href, "http://localhost/page?x-run=night");
});

test("what an address says wrongly is left at its start", () => {
  globalThis.location = { href: "http://localhost/?b-sort=toString&b-mode=no&b-offset=-4&b-status=x&b-doubtful=y&b-span=a_b" };
  assert.deepEqual(sound(readState("b", BATCH_START)), BATCH_START);
});

test("counts in words", () => {
  const answer = (total, offset, rows) => ({ total, offset, rows: new Array(rows).fill(ROW) });
  assert.equal(countWords(answer(0, 0, 0), 9), "No film passes these filters: clear one.");
  assert.equal(countWords(answer(100000, 0, 24), 100000), "1 to 24 of 100 000 films");
  assert.equal(countWords(answer(5, 0, 5), 100000), "5 films, of 100 000 in the batch");
  assert.equal(countWords(answer(5, 0, 5), 5), "5 films");
  assert.equal(countWords(answer(1, 0, 1), 1), "1 film");
  assert.equal(countWords(answer(1, 0, 1), 4), "1 film, of 4 in the batch");
  assert.ok(countWords(answer(5, 24, 0), 9).includes("behind the last"));
});

test("pages end where the films end", () => {
  const at = (offset, total = 60) => ({ total, offset, rows: [] });
  assert.equal(pageFrom(at(0), -1, 24), null);
  assert.equal(pageFrom(at(24), -1, 24), 0);
  assert.equal(pageFrom(at(10), -1, 24), 0);
  assert.equal(pageFrom(at(24), 1, 24), 48);
  assert.equal(pageFrom(at(48), 1, 24), null);
  assert.equal(pageFrom(at(0, 24), 1, 24), null);
});

test("choices carry their counts", () => {
  assert.deepEqual(choicesOf(["a", "b"], { a: 3 }, "any"), [["", "any"], ["a", "a (3)"], ["b", "b (0)"]]);
});

test("a level that the measure has not is none", () => {
  assert.deepEqual(kindOf({ ...BATCH_START, measure: "slip", place: "L4-L5" }, [SLIP]), { kind: SLIP, place: "L4-L5" });
  assert.deepEqual(kindOf({ ...BATCH_START, measure: "slip", place: "C2" }, [SLIP]), { kind: SLIP, place: "" });
  assert.deepEqual(kindOf({ ...BATCH_START, measure: "other", place: "C2" }, [SLIP]), { kind: null, place: "" });
});

test("what became of a film, in words and colour", () => {
  assert.equal(rowWords(ROW), "7 vertebrae");
  assert.equal(rowWords({ ...ROW, vertebrae: 1 }), "1 vertebra");
  assert.equal(rowWords({ ...ROW, doubtful: 2 }), "7 vertebrae, 2 doubtful");
  assert.equal(rowWords({ ...ROW, status: "failed", sentence: "It is a hand." }), "It is a hand.");
  assert.deepEqual([ROW, { ...ROW, doubtful: 2 }, { ...ROW, status: "failed" }].map(rowTone), ["sure", "some", "failed"]);
  assert.equal(valueWords({ ...ROW, values: [1, -2, 3, 4] }, SLIP), "1.0 %, −2.0 %, 3.0 % …");
  assert.equal(valueWords(ROW, SLIP), "");
  assert.equal(valueWords({ ...ROW, values: [1] }, null), "");
});

test("the table says in plain words why an induction ended; what has no words stays as it is", () => {
  install();
  const node = new Node("div");
  const row = { ...ROW, stop_up: "point outside", stop_down: "toString" };
  drawTable(node, [row], { chosen: "", kind: null, stopWords: { "point outside": "the edge of the film" }, choose: () => undefined });
  assert.deepEqual(node.querySelectorAll("td.wide").map((cell) => cell.textContent), ["–", "–", "the edge of the film", "toString"]);
});

test("no more requests than lanes, in their order, and none that nobody wants", async () => {
  const lanes = new Lanes(2);
  let [busy, most] = [0, 0];
  const sent = [];
  const ask = (k) => async () => {
    busy += 1;
    most = Math.max(most, busy);
    sent.push(k);
    await new Promise((done) => setTimeout(done, 1));
    busy -= 1;
    return k;
  };
  const answers = await Promise.all([0, 1, 2, 3, 4, 5].map((k) => lanes.run(ask(k), () => k !== 3)));
  assert.deepEqual(answers, [0, 1, 2, null, 4, 5]);
  assert.deepEqual(sent, [0, 1, 2, 4, 5]);
  assert.equal(most, 2);
});

test("a request that fails frees its lane", async () => {
  const lanes = new Lanes(1);
  const failed = lanes.run(() => Promise.reject(new Error("no network")), () => true);
  const next = lanes.run(async () => "fine", () => true);
  assert.deepEqual(await Promise.all([failed, next]), [null, "fine"]);
});
