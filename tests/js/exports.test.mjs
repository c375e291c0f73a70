// The menu of exports: node --test tests/js/exports.test.mjs

import assert from "node:assert/strict";
import { test } from "node:test";
import { answerOf } from "../../spinefm/ui/player/exports.js";
import { makeStore } from "../../spinefm/ui/player/store.js";

test("an answer names its file, or says why there is none", () => {
  assert.equal(answerOf({ format: "coco", answer: "1", file: { url: "/a", orig_name: "neck-coco.zip" } }), "neck-coco.zip is ready.");
  assert.equal(answerOf({ format: "coco", answer: "2", error: "The film is gone: bring it again." }), "The film is gone: bring it again.");
});

test("an answer changes nothing of the run on show, and without one it is dropped", () => {
  const answer = { run: "same", exported: { format: "coco", answer: "1", error: "no" } };
  assert.equal(makeStore().put(answer), null);
  const store = makeStore();
  store.put({ run: "a", status: "finished", entries: [1, 2], film: { url: "f" }, exports: [{ name: "coco" }] });
  const { exported, ...rest } = store.put(answer);
  assert.equal(exported.error, "no");
  assert.deepEqual(rest, { run: "a", status: "finished", entries: [1, 2], film: { url: "f" }, exports: [{ name: "coco" }] });
});
