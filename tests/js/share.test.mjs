// Links and shared pictures: node --test tests/js/share.test.mjs

import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf, asMade, linkIn } from "../../spinefm/ui/player/address.js";
import { layoutOf, paceOf, pictureName } from "../../spinefm/ui/player/share.js";

const HOME = "http://host/page?tab=segment";
const made = { method: "spinefm", limits: { patch_factor: 3, overlap_limit: 0.2 } };

test("a link carries example, method, limits and step, and reads back as what was written", () => {
  for (const how of [made, { method: "u-net", limits: {} }, { method: "spinefm", limits: {} }]) {
    const link = linkIn(addressOf(HOME, { example: "cervical", made: how }, 4));
    assert.deepEqual(link, { film: "cervical", ...how, step: 4 });
    assert.ok(asMade(link, how));
  }
});

test("a visitor's film leaves nothing in the address but the step", () => {
  const address = new URL(addressOf(`${HOME}&film=neck&method=u-net&limits=overlap_limit:0.2`, { example: null, made }, 2));
  assert.deepEqual([...address.searchParams.keys()].sort(), ["step", "tab"]);
});

test("a run made otherwise is not the one that a link asks for", () => {
  const link = linkIn(`${HOME}&film=neck&limits=overlap_limit:0.2`);
  assert.ok(!asMade(link, { method: "spinefm", limits: {} }));
  assert.ok(!asMade(link, { method: "u-net", limits: { overlap_limit: 0.2 } }));
  assert.ok(asMade(linkIn(HOME), undefined));
});

test("what is no number in an address is left out", () => {
  const link = linkIn(`${HOME}&film=neck&step=two&limits=overlap_limit:much,,patch_factor:3:4,x`);
  assert.deepEqual([link.step, link.limits], [null, { patch_factor: 3 }]);
});

test("a shared picture has even sides, for every shape of film", () => {
  for (const film of [{ width: 1463, height: 1755 }, { width: 301, height: 999 }, { width: 900, height: 300 }]) {
    const { width, height, panes } = layoutOf(film);
    assert.deepEqual([width % 2, height % 2], [0, 0]);
    assert.ok(panes.every((pane) => pane.x + pane.width <= width && pane.y + pane.height <= height));
    assert.ok(panes[0].x + panes[0].width < panes[1].x);
  }
});

test("a picture has the stem of the film's other files, whatever dots its name has", () => {
  assert.equal(pictureName({ name: "1.2.840.113619.2", stem: "1.2.840.113619.2" }, "poster.png"), "1.2.840.113619.2-poster.png");
  assert.equal(pictureName({ name: "neck.nii.gz", stem: "neck" }, "run.webm"), "neck-run.webm");
});

test("a short run plays as on the page, a long one in twelve seconds", () => {
  assert.deepEqual([paceOf(5), paceOf(24)], [1, 2]);
});
