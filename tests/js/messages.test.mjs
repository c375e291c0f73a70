// What is said beside and under the film: node --test tests/js/messages.test.mjs

import assert from "node:assert/strict";
import { test } from "node:test";
import { drawNotices, overviewOf } from "../../spinefm/ui/player/messages.js";

/** An element that only remembers. @param {string} tag */
function element(tag) {
  const node = { tag, attributes: {}, children: [], listeners: {} };
  return Object.assign(node, {
    addEventListener: (name, act) => { node.listeners[name] = act; },
    setAttribute: (name, value) => { node.attributes[name] = value; },
    append: (child) => { node.children.push(child); },
    replaceChildren: (...children) => { node.children = children; },
  });
}
globalThis.document = /** @type {any} */ ({ createElement: element });

const offer = { label: "name them T11 to S1 (14 %)", change: { action: "reading", offset: 1 } };
const payload = { notices: ["The names may be one level off."], remarks: ["Read as 8 bit."], readings: [offer], corrections: { undo: "" } };

test("another reading is one click away where the run can be corrected", () => {
  const asked = [];
  const [node, remarks] = [element("ul"), element("ul")];
  drawNotices(node, remarks, payload, (change) => asked.push(change));
  const [notice, offers] = node.children;
  assert.deepEqual([notice.children, remarks.children[0].children], [["The names may be one level off."], ["Read as 8 bit."]]);
  assert.deepEqual(offers.children.map((button) => button.children), [[offer.label]]);
  offers.children[0].listeners.click();
  assert.deepEqual(asked, [offer.change]);
});

test("a player that only replays, and a run under way, offer nothing", () => {
  for (const [shown, correct] of [[payload, null], [{ ...payload, corrections: null }, () => {}], [{ ...payload, readings: undefined }, () => {}]]) {
    const [node, remarks] = [element("ul"), element("ul")];
    drawNotices(node, remarks, shown, correct);
    assert.deepEqual([node.children.length, remarks.children.length], [1, 1]);
  }
});

test("the result's card says how sure the names are, where that is known", () => {
  for (const [words, lines] of [["names T12 to S1, 94 % sure", ["card-sure"]], ["", []]]) {
    const card = overviewOf({ payload: { ends: [], ran: null, names_sure: words } }, { result: [{ name: "T12" }, { name: "S1" }] });
    const shown = card.children.filter((child) => child.tag === "p");
    assert.deepEqual(shown.map((child) => child.attributes.class), lines);
    assert.deepEqual(shown.flatMap((child) => child.children), words ? [words] : []);
  }
});
