// The explorer's state, its address and its outlines: node --test tests/js/explorer_state.test.mjs

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { markTab, stateInAddress, writeState } from "../../spinefm/ui/explorer/address.js";
import { extentOf, middle, pathText } from "../../spinefm/ui/explorer/paths.js";
import { chosenOr, filters, isFiltered, START, toggled } from "../../spinefm/ui/explorer/state.js";

const PAGE = "http://localhost/page";

beforeEach(() => {
  globalThis.location = { href: PAGE };
  globalThis.history = { state: null, replaceState: (_, __, address) => { globalThis.location = { href: String(address) }; } };
});

test("a list without an item, or with it where it was not in it", () => {
  assert.deepEqual(toggled([], "C2"), ["C2"]);
  assert.deepEqual(toggled(["C2", "C3"], "C2"), ["C3"]);
  const before = ["C2"];
  toggled(before, "C3");
  assert.deepEqual(before, ["C2"]);
});

test("what is chosen twice is chosen no more", () => {
  assert.deepEqual(chosenOr(null, [0, 0.5], null), [0, 0.5]);
  assert.equal(chosenOr([0, 0.5], [0, 0.5], null), null);
  assert.equal(chosenOr("background", "background", ""), "");
  assert.equal(chosenOr("background", "overlap", ""), "overlap");
});

test("run, limit, order and chosen case are no filters", () => {
  assert.equal(isFiltered({ ...START, run: "a", with: "b", limit: 0.7, sort: "best", mode: "table", case: "neck", measure: "slip", place: "L4-L5", axis: "half" }), false);
  for (const change of [{ levels: ["C2"] }, { show: ["missed"] }, { region: "lumbar" }, { stop: "overlap" }, { verdict: "fine" }, { search: "n" }, { dice: [0, 1] }, { distance: [0, 1] }, { span: [-3, 5] }]) {
    assert.equal(isFiltered({ ...START, ...change }), true, JSON.stringify(change));
    assert.equal(isFiltered({ ...START, ...change, ...filters(START) }), false, "clearing the filters clears it");
  }
});

test("an address gives back the state that wrote it", () => {
  const state = { ...START, run: "first", with: "second", levels: ["C2", "C3"], show: ["missed"], region: "cervical", stop: "background",
    verdict: "wrong", search: "neck 1", dice: [0.1, 0.15], distance: [10, 1e6], limit: 0.85, sort: "best", mode: "measures", case: "neck-1",
    measure: "lordosis_c2_c7", place: "C2-C7", axis: "difference", span: [-4.5, 2] };
  writeState(state);
  assert.deepEqual(stateInAddress(), state);
  writeState(START);
  assert.equal(globalThis.location.href, PAGE);
});

test("what an address says wrongly is left at its start", () => {
  globalThis.location = { href: `${PAGE}?x-mode=film&x-sort=never&x-limit=7&x-dice=a_b&x-distance=1_2_3&other=1` };
  assert.deepEqual(stateInAddress(), { ...START, limit: 0.95 });
  globalThis.location = { href: `${PAGE}?x-limit=none&x-sort=toString&x-mode=toString&x-axis=toString&x-span=a_b` };
  assert.deepEqual(stateInAddress(), START);
});

test("other parts of the address stay as they are", () => {
  globalThis.location = { href: `${PAGE}?film=neck&x-case=old` };
  writeState({ ...START, search: "a" });
  markTab(true);
  assert.equal(globalThis.location.href, `${PAGE}?film=neck&x-search=a&tab=explore`);
  markTab(false);
  assert.equal(globalThis.location.href, `${PAGE}?film=neck&x-search=a`);
});

test("an outline's extent and middle, and its path", () => {
  const square = [10, 20, 30, 20, 30, 60, 10, 60];
  assert.deepEqual(extentOf(square), [10, 20, 30, 60]);
  assert.deepEqual(middle(square), [20, 40]);
  assert.equal(pathText(square), "M10 20L30 20L30 60L10 60Z");
  assert.equal(pathText([]), "");
  assert.equal(pathText([1, 2, 3]), "M1 2Z");
});
