// Elements, keys and numbers, which everything else rests on: node --test tests/js/shared.test.mjs

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { fill, html, keepingFocus, say, style, svg, whileNotPressed } from "../../spinefm/ui/shared/dom.js";
import { isTyping, keyName, sliderKeeps } from "../../spinefm/ui/shared/keys.js";
import { clamp, counted, ease, middle, mix, percent, progress, seconds, sentence, two, typed } from "../../spinefm/ui/shared/numbers.js";
import { install } from "./dom.mjs";
import { randoms } from "./randoms.mjs";

let body;

beforeEach(() => { body = install(); });

test("an element has its attributes, its words, and its children in order, however they are nested", () => {
  const node = html("ul", { class: "list", "data-n": 3, hidden: true, title: null, disabled: false, lang: undefined },
    html("li", {}, "one"), [html("li", {}, "two"), [null, html("li", {}, "three", undefined)]], 0);
  assert.deepEqual(node.children.map((child) => child.textContent), ["one", "two", "three"]);
  assert.equal(node.textContent, "onetwothree0", "a nought is a word, nothing is none");
  assert.deepEqual([...node.attributes], [["class", "list"], ["data-n", "3"], ["hidden", ""]]);
});

test("words are never taken for markup", () => {
  const node = html("p", {}, "<img src=x onerror=alert(1)>");
  assert.deepEqual(node.children, []);
  assert.equal(node.textContent, "<img src=x onerror=alert(1)>");
});

test("what begins with on listens", () => {
  let clicks = 0;
  const node = fill(svg("rect"), { onclick: () => { clicks += 1; }, x: 4 }, []);
  node.fire("click");
  assert.equal(clicks, 1);
  assert.equal(node.getAttribute("onclick"), null);
  assert.equal(node.getAttribute("x"), "4");
});

test("what is there already is not written again: a frame costs no layout", () => {
  const node = html("p", {}, "C4");
  const before = node.writes;
  say(node, "C4");
  assert.equal(node.writes, before);
  say(node, "C5");
  assert.equal(node.textContent, "C5");
  style(node, "width", "4px");
  style(node, "width", "4px");
  assert.deepEqual([node.style.writes, node.style.getPropertyValue("width")], [1, "4px"]);
  say(null, "nobody");
  style(null, "width", "4px");
});

test("drawing waits while a button is pressed, and follows its release in order", async () => {
  const [root, button, paragraph] = [html("div"), html("button", {}, "keep"), html("p", {}, "text")];
  body.append(root);
  root.append(button, paragraph);
  const drawn = [];
  const draw = whileNotPressed(root, (value) => drawn.push(value));
  draw(1);
  button.fire("pointerdown");
  draw(2);
  draw(3);
  assert.deepEqual(drawn, [1]);
  document.fire("pointerup", {});
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(drawn, [1, 2, 3]);
  paragraph.fire("pointerdown");
  draw(4);
  assert.deepEqual(drawn, [1, 2, 3, 4], "a press beside a button holds nothing up");
});

test("the focus goes to the button with the same words once its own is replaced", () => {
  const root = html("div");
  body.append(root);
  const draw = (words) => root.replaceChildren(...words.map((word) => html("button", {}, word)));
  draw(["undo", "redo"]);
  root.children[1].focus();
  keepingFocus(root, () => draw(["lock", "undo", "redo"]));
  assert.equal(document.activeElement, root.children[2]);
  keepingFocus(root, () => draw(["lock"]));
  assert.equal(document.activeElement.isConnected, false, "where there is no such button the focus is nobody's");
  body.focus();
  keepingFocus(root, () => draw(["undo"]));
  assert.equal(document.activeElement, body, "a focus elsewhere stays there");
});

test("typing is typing in a field, not on a slider or a button", () => {
  const field = (tag, more = {}) => html(tag, more);
  body.append(field("input", { type: "text" }), field("textarea"), field("select"), field("input", { type: "range" }), field("button"));
  const typing = (selector) => { const node = body.querySelector(selector); return isTyping({ closest: (words) => (words.includes(node.tagName.toLowerCase()) && !(node.getAttribute("type") === "range") ? node : null) }); };
  assert.deepEqual(["textarea", "select"].map(typing), [true, true]);
  assert.equal(typing("button"), false);
  assert.equal(isTyping(null), false);
  assert.equal(isTyping({}), false);
});

test("a slider of its own keeps the keys that move it, and no others", () => {
  const slider = { matches: (words) => words === "input[type=range]:not([data-scrub])" };
  for (const key of ["ArrowLeft", "ArrowRight", "Home", "End", "PageUp"]) assert.equal(sliderKeeps(slider, key), true, key);
  for (const key of [" ", "n", "Escape", "["]) assert.equal(sliderKeeps(slider, key), false, key);
  assert.equal(sliderKeeps({ matches: () => false }, "ArrowLeft"), false);
  assert.equal(sliderKeeps(null, "ArrowLeft"), false);
});

test("a key has one name, whatever the case it is typed in", () => {
  for (const letter of "abcdefghijklmnopqrstuvwxyz") assert.equal(keyName({ key: letter.toUpperCase(), shiftKey: true }), letter);
  for (const way of ["Left", "Right", "Up", "Down"]) {
    assert.equal(keyName({ key: `Arrow${way}` }), `Arrow${way}`);
    assert.equal(keyName({ key: `Arrow${way}`, shiftKey: true }), `Shift+Arrow${way}`);
  }
  assert.deepEqual(["Escape", "Home", " ", "?"].map((key) => keyName({ key, shiftKey: true })), ["Escape", "Home", " ", "?"]);
});

test("numbers stay between their limits and keep their order", () => {
  const random = randoms(1);
  for (let round = 0; round < 300; round += 1) {
    const [value, low, high] = [20 * random() - 10, -random() * 5, random() * 5];
    const held = clamp(value, low, high);
    assert.ok(held >= low && held <= high && (held === value || value < low || value > high));
    const [a, b] = [random(), random()].sort((x, y) => x - y);
    assert.ok(ease(a) <= ease(b), "a gentle share never falls");
    assert.ok(Math.abs(ease(a) + ease(1 - a) - 1) < 1e-12, "and is the same from either end");
    assert.ok(progress(mix(low, high, a), low, high) - a < 1e-9);
  }
  assert.deepEqual([mix(2, 6, 0), mix(2, 6, 1), mix(2, 6, 0.25)], [2, 6, 3]);
  assert.deepEqual([progress(-1, 0, 2), progress(1, 0, 2), progress(9, 0, 2), progress(0.9, 1, 1), progress(1, 1, 1)], [0, 0.5, 1, 0, 1]);
});

test("a share that is neither none nor all is never written as such", () => {
  for (let share = 0; share <= 1; share += 0.0005) {
    const words = percent(share);
    if (share > 0) assert.notEqual(words, "0 %");
    if (share < 1) assert.notEqual(words, "100 %");
    const number = Number(words.match(/\d+/)[0]);
    assert.ok(Math.abs(number - 100 * share) <= 1);
  }
});

test("seconds, counts and sentences", () => {
  assert.deepEqual([seconds(0.01), seconds(0.06), seconds(12.34)], ["< 0.1 s", "0.1 s", "12.3 s"]);
  assert.deepEqual([counted(0, "film"), counted(1, "vertebra", "vertebrae"), counted(21, "vertebra", "vertebrae")], ["0 films", "1 vertebra", "21 vertebrae"]);
  assert.deepEqual([sentence("the film"), sentence(""), sentence("C2 stays")], ["The film", "", "C2 stays"]);
  assert.deepEqual([two(0), two(0.125), two(undefined), two(2)], ["0.00", "0.13", "–", "2.00"]);
});

test("a number is read as people type it, with a point or a comma", () => {
  const cases = [["25.4", 25.4], ["25,4", 25.4], [" 0,14 ", 0.14], ["7", 7], [",5", 0.5], ["-3", -3]];
  for (const [text, value] of cases) assert.equal(typed(text), value, text);
  for (const text of ["", "much", "1.234,5", "1,2,3", "0x10", "1e3", "25 mm", ","]) assert.ok(Number.isNaN(typed(text)), text);
});

test("the middle of some numbers", () => {
  assert.deepEqual([middle([]), middle([3]), middle([9, 1, 5]), middle([1, 2, 3, 40])], [0, 3, 5, 3]);
});
