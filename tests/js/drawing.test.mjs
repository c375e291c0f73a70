// What primitives become on a canvas, and the spine of chips: node --test tests/js/drawing.test.mjs

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { chipState, chipsOf, namesOf, PHASES, segmentState, stagesOf } from "../../spinefm/ui/player/bodies.js";
import { Cards } from "../../spinefm/ui/player/card.js";
import { Chips } from "../../spinefm/ui/player/chips.js";
import { drawNames, drawSeen, FINAL, lookOf, LOOKS } from "../../spinefm/ui/player/looks.js";
import { sceneAt, timelineOf } from "../../spinefm/ui/player/timeline.js";
import { drawArrow, drawCurve, drawDot, drawFlood, drawFrame, drawLetters, drawOutline, drawPath, pathOf, pointAlong } from "../../spinefm/ui/shared/pen.js";
import { fakeInk, install, Node } from "./dom.mjs";
import { atFilmEnd, beat, entries } from "./run.mjs";

const run = timelineOf(entries);
const square = [0, 0, 10, 0, 10, 10, 0, 10];
const names = new Map([[0, "C3"], [1, "C2"]]);
const colours = new Map([[0, "#ff0000"], [1, "#00ff00"]]);
const DRESS = { names, colours, doubtful: new Set(), lit: null, chosen: null, anchor: null, fills: true, letters: true };
const row = (number, name) => ({ number, name, found: true });
let pen;

beforeEach(() => {
  install();
  pen = { ink: fakeInk(), view: { scale: 2, x: 5, y: 10 }, density: 1 };
});

const named = (name) => pen.ink.calls.filter((call) => call[0] === name);
const colourful = (name, field) => named(name).map((call) => call.at(-1)[field]);

test("every way of drawing leaves the context as it found it", () => {
  drawOutline(pen, square, { colour: "#123456", fill: 0.3, dash: [2, 2] }, 1);
  drawFlood(pen, square, [5, 5], 0.4, { colour: "#123456" }, 1);
  drawFlood(pen, square, [5, 5], 1, { colour: "#123456" }, 1);
  drawPath(pen, [[0, 0], [4, 4]], { colour: "#fff" }, 0.5);
  drawCurve(pen, [0, 0, 5, 5, 9, 0], 0.5, { colour: "#fff" }, 1);
  drawDot(pen, [3, 3], 4, { colour: "#fff", glow: 2 }, 1);
  drawArrow(pen, [0, 0], [9, 9], { colour: "#fff" }, 1);
  drawFrame(pen, [5, 5], 8, 12, { colour: "#fff" }, 1);
  drawLetters(pen, [5, 5], "C4", {}, 1);
  assert.equal(pen.ink.depth(), 0);
});

test("places on the film become places in the pane", () => {
  drawDot(pen, [15, 30], 3, { colour: "#fff" }, 1);
  assert.deepEqual(named("arc")[0].slice(1, 4), [20, 40, 3]);
  drawLetters(pen, [15, 30], "T1", { dy: -4 }, 1);
  assert.deepEqual(named("fillText")[0].slice(1, 4), ["T1", 20, 36]);
});

test("what cannot be seen is not drawn", () => {
  drawOutline(pen, square, { colour: "#fff" }, 0);
  drawOutline(pen, [1, 2, 3, 4], { colour: "#fff" }, 1);
  drawPath(pen, [[0, 0]], { colour: "#fff" }, 1);
  drawLetters(pen, [5, 5], "C4", {}, 0);
  assert.deepEqual(pen.ink.calls, []);
});

test("an outline's path is made once", () => {
  assert.equal(pathOf(square), pathOf(square));
  assert.notEqual(pathOf(square), pathOf([...square]));
});

test("an outline has its colour over a dark edge; a dashed one has no edge", () => {
  drawOutline(pen, square, { colour: "#abcdef", width: 3 }, 0.8);
  assert.deepEqual([colourful("stroke", "strokeStyle").length, colourful("stroke", "strokeStyle")[1]], [2, "#abcdef"]);
  assert.equal(colourful("stroke", "lineWidth")[1], 1.5, "three pixels of the screen at a scale of two");
  pen.ink.calls.length = 0;
  drawOutline(pen, square, { colour: "#abcdef", dash: [4, 4] }, 0.8);
  assert.deepEqual(colourful("stroke", "strokeStyle"), ["#abcdef"]);
});

test("a point flies along the whole of its path and lands at its end", () => {
  const path = [0, 0, 10, 0, 20, 5, 30, 30];
  assert.deepEqual(pointAlong(path, 0), [0, 0]);
  assert.ok(pointAlong(path, 1).every((value) => Math.abs(value - 30) < 1e-9));
  let before = 0;
  for (let share = 0.05; share <= 1; share += 0.05) {
    const [x] = pointAlong(path, share);
    assert.ok(x >= before);
    before = x;
  }
});

test("a flood covers the outline only at its end, and its rim is gone then", () => {
  const radii = [0.1, 0.5, 1].map((share) => {
    pen.ink.calls.length = 0;
    drawFlood(pen, square, [5, 5], share, { colour: "#fff" }, 1);
    return [named("arc")[0][3], named("arc").length];
  });
  assert.ok(radii[0][0] < radii[1][0] && radii[1][0] < radii[2][0]);
  assert.ok(radii[2][0] >= 2 * Math.hypot(5, 5), "it reaches the farthest corner");
  assert.deepEqual(radii.map(([, rims]) => rims), [2, 2, 1]);
});

test("a body has its colour; a doubtful one is amber and dashed, the chosen one wider and fuller", () => {
  const item = { role: "kept", body: 1 };
  assert.equal(lookOf(item, DRESS).colour, "#00ff00");
  const doubt = lookOf(item, { ...DRESS, doubtful: new Set([1]) });
  assert.notEqual(doubt.colour, "#00ff00");
  assert.ok(doubt.dash.length === 2 && lookOf(item, DRESS).dash === undefined);
  for (const more of [{ lit: 1 }, { chosen: 1 }]) {
    const look = lookOf(item, { ...DRESS, ...more });
    assert.ok(look.width > lookOf(item, DRESS).width && look.fill > lookOf(item, DRESS).fill);
  }
  assert.ok(lookOf(item, { ...DRESS, anchor: 1 }).width > lookOf(item, DRESS).width);
  assert.equal(lookOf(item, { ...DRESS, fills: false }).fill, 0);
  assert.ok(lookOf({ role: "kept", body: 7 }, DRESS).colour, "a body without a name has a colour too");
});

test("roles without a body have looks of their own, told apart by colour or dash", () => {
  const looks = ["candidate", "previous", "rejected", "dropped", "detected"].map((role) => lookOf({ role }, DRESS));
  const kinds = looks.map((look) => JSON.stringify([look.colour, look.dash, look.fill]));
  assert.equal(new Set(kinds).size, kinds.length);
  assert.equal(lookOf({ role: "predicted" }, DRESS), LOOKS.predicted);
});

test("a scene is drawn from the lowest layer up: a ghost never covers a body in hand", () => {
  const seen = ["candidate", "rejected", "kept", "detected", "name"].map((role) => ({ kind: role === "name" ? "label" : "shape", role, outline: square, x: 1, alpha: 1, text: "C2", point: [5, 5], body: role === "kept" ? 1 : undefined, beat: beat({}) }));
  drawSeen(pen, seen, DRESS);
  const order = colourful("stroke", "strokeStyle").filter((colour) => !String(colour).startsWith("rgb("));
  assert.deepEqual(order, [LOOKS.detected.colour, "#00ff00", LOOKS.rejected.colour, LOOKS.candidate.colour]);
  assert.equal(pen.ink.calls.findLastIndex((call) => call[0] === "stroke") < pen.ink.calls.findIndex((call) => call[0] === "fillText"), true, "names come last");
  assert.deepEqual(seen.map((item) => item.role), ["candidate", "rejected", "kept", "detected", "name"], "the scene itself is left alone");
});

test("each kind of primitive draws something at every moment of its motion, and an unknown kind nothing", () => {
  const kinds = [
    ...["flood", "flash", "drop", "shiver", "fade", "hold"].map((motion) => ({ kind: "shape", role: "candidate", motion, outline: square, start: [5, 5] })),
    ...["pulse", "fly", "slide", "hold"].map((motion) => ({ kind: "points", role: "known", motion, points: [0, 0, 10, 10] })),
    { kind: "curve", role: "predicted", points: [0, 0, 5, 5, 9, 9] }, { kind: "arrow", role: "shift", points: [0, 0, 9, 9] },
    { kind: "frame", role: "frame", motion: "glide", centre: [5, 5], start: [0, 0], side: 8 }, { kind: "label", role: "dropped", point: [5, 5], text: "too faint" },
  ];
  for (const kind of kinds) {
    for (const x of [0.05, 0.5, 1]) {
      pen.ink.calls.length = 0;
      drawSeen(pen, [{ ...kind, x, alpha: 1, beat: beat({}) }], DRESS);
      assert.ok(pen.ink.calls.length > 0, `${kind.kind} ${kind.motion} at ${x}`);
      assert.equal(pen.ink.depth(), 0);
    }
  }
  pen.ink.calls.length = 0;
  drawSeen(pen, [{ kind: "gauge", role: "x", x: 1, alpha: 1, beat: beat({}) }], DRESS);
  assert.deepEqual(pen.ink.calls, [], "a gauge belongs to the card");
});

test("a body has its name at its centre, with a question mark where it is doubtful, and none while the name runs", () => {
  const shape = { kind: "shape", role: "kept", body: 1, outline: square, x: 1, alpha: 1, beat: beat({}) };
  drawNames(pen, [shape], DRESS);
  assert.deepEqual(named("fillText")[0].slice(1, 4), ["C2", 0, -10]);
  pen.ink.calls.length = 0;
  drawNames(pen, [shape], { ...DRESS, doubtful: new Set([1]) });
  assert.equal(named("fillText")[0][1], "C2 ?");
  pen.ink.calls.length = 0;
  drawNames(pen, [shape, { kind: "label", role: "name", body: 1, x: 0.5, alpha: 1, point: [5, 5], text: "C2", beat: beat({}) }], DRESS);
  drawNames(pen, [{ ...shape, alpha: 0.4 }], DRESS);
  drawNames(pen, [{ ...shape, body: 9 }], DRESS);
  assert.deepEqual(pen.ink.calls, []);
});

test("the result's pane shows bodies and names, none of the search", () => {
  for (let time = 0; time <= run.end; time += 0.1) {
    for (const item of sceneAt(run, time).seen.filter((one) => FINAL.has(one.role))) assert.ok(typeof item.body === "number", item.role);
  }
});

function chips() {
  const root = new Node("div");
  Object.assign(root, { scrollLeft: 0, clientWidth: 500 });
  const done = [];
  const made = new Chips(root, { go: (time) => done.push(["go", time]), hover: (body) => done.push(["hover", body]), choose: (body) => done.push(["choose", body]) });
  return { root, made, done };
}

test("a chip's way: later, now, then what became of it", () => {
  const { root, made } = chips();
  made.show(chipsOf(run, [row(1, "C2"), row(0, "C3")]), DRESS);
  const states = (time) => { made.at(time, DRESS); return root.children.map((node) => node.dataset.state); };
  assert.deepEqual(states(0), ["later", "later", "later"]);
  assert.deepEqual(states(3), ["now", "kept", "now"]);
  assert.deepEqual(states(run.end), ["kept", "kept", "stopped"]);
  assert.deepEqual(root.children.map((node) => node.querySelector("b").textContent), ["C2", "C3", "✕"]);
  assert.deepEqual(states(0), ["later", "later", "later"], "and back again");
});

test("states only go forward with time, for every chip and segment", () => {
  const rank = { later: 0, now: 1, kept: 2, stopped: 2, end: 2 };
  for (const chip of chipsOf(run, [])) {
    let before = 0;
    for (let time = 0; time <= run.end; time += 0.02) {
      const now = rank[chipState(chip, time)];
      assert.ok(now >= before);
      before = now;
    }
    for (const phase of PHASES) assert.notEqual(segmentState(chip, phase, run.end), "now");
  }
});

test("a chip leads to its vertebra and to the moment of its decision", () => {
  const { root, made, done } = chips();
  made.show(chipsOf(run, []), DRESS);
  root.children[0].fire("click");
  root.children[0].fire("pointerenter");
  root.children[0].fire("pointerleave");
  assert.deepEqual(done, [["choose", 1], ["go", 4], ["hover", 1], ["hover", null]]);
});

test("while a run grows its chips stay the same elements, and lead to where they are now", () => {
  const { root, made, done } = chips();
  const part = timelineOf(entries.slice(0, 4));
  made.show(chipsOf(part, []), DRESS);
  const [first] = root.children;
  first.fire("click");
  made.show(chipsOf(timelineOf(entries.slice(0, 5)), []), { ...DRESS, colours: new Map() });
  const grown = root.children;
  assert.equal(grown.length, 1);
  made.show(chipsOf(run, []), DRESS);
  assert.equal(root.children.length, 3);
  const start = root.children.find((node) => node.dataset.lane === "start 1");
  made.show(chipsOf(run, []), DRESS);
  assert.equal(root.children.find((node) => node.dataset.lane === "start 1"), start);
  done.length = 0;
  start.fire("click");
  assert.deepEqual(done, [["choose", 0], ["go", 2.75]]);
});

test("a chip that became doubtful, or has another colour, is drawn again", () => {
  const { root, made } = chips();
  const list = () => chipsOf(run, []);
  made.show(list(), DRESS);
  const other = { ...DRESS, doubtful: new Set([1]), colours: new Map([[1, "#0000ff"]]) };
  made.show(list(), other);
  made.at(run.end, other);
  const node = root.querySelector('[data-body="1"]');
  assert.ok(node.classList.contains("doubt"));
  assert.equal(node.style.getPropertyValue("--level"), "#0000ff");
  assert.equal(node.querySelector("b").textContent, "C2 ?");
});

test("a chip is kept without a name while the run has none, and quiet until the run gives the name it ends with", () => {
  const { root, made } = chips();
  made.show(chipsOf(run, []), DRESS);
  const node = root.querySelector('[data-body="1"]');
  const unnamed = { ...DRESS, names: new Map() };
  made.at(4, unnamed, unnamed);
  assert.deepEqual([node.dataset.state, node.dataset.named, node.querySelector("b").textContent], ["kept", "false", "✓"]);
  const doubtful = { ...DRESS, doubtful: new Set([1]) };
  made.at(4, doubtful, unnamed);
  assert.deepEqual([node.dataset.named, node.querySelector("b").textContent], ["false", "C2"]);
  made.at(run.end, doubtful, doubtful);
  assert.deepEqual([node.dataset.named, node.querySelector("b").textContent], ["true", "C2 ?"]);
  made.at(run.end - 0.1, doubtful, { ...DRESS, names: new Map([[1, "C3"]]), colours: new Map([[1, "#0000ff"]]) });
  assert.deepEqual([node.querySelector("b").textContent, node.style.getPropertyValue("--level")], ["C3", "#0000ff"], "a name that a reader corrects later");
});

test("another colour alone is seen too", () => {
  const { root, made } = chips();
  made.show(chipsOf(run, []), DRESS);
  made.show(chipsOf(run, []), { ...DRESS, colours: new Map([[1, "#0000ff"]]) });
  assert.equal(root.querySelector('[data-body="1"]').style.getPropertyValue("--level"), "#0000ff");
});

test("a chip scrolls into sight when it begins, once", () => {
  const { root, made } = chips();
  made.show(chipsOf(run, []), DRESS);
  root.children.forEach((node, index) => { node.offsetLeft = 400 * index; });
  made.at(3, DRESS);
  assert.equal(root.scrolled.left, 800 - 250);
  root.scrolled = null;
  made.at(3.4, DRESS);
  assert.equal(root.scrolled, null);
});

test("readers of the screen hear a chip's name, and what became of it", () => {
  const { root, made } = chips();
  made.show(chipsOf(run, []), DRESS);
  made.at(0, DRESS);
  assert.match(root.children[0].getAttribute("aria-label"), /not reached yet$/);
  made.at(run.end, DRESS);
  assert.match(root.children[0].getAttribute("aria-label"), /^C2: /);
  assert.match(root.children[2].getAttribute("aria-label"), /^✕ overlap: /);
});

test("a chip has the segments of its method, and their titles", () => {
  const verb = (title, ...phases) => ({ title, help: "", phases });
  const ours = [verb("Find three", "find"), verb("Predict the next", "predict", "segment"), verb("Check and name", "overlap", "class", "decide", "name")];
  const titles = (line, verbs) => {
    const { root, made } = chips();
    const list = chipsOf(line, []);
    made.show(list, DRESS);
    made.show(list, DRESS, stagesOf(line, list, verbs));
    made.at(line.end, DRESS);
    return [root.children[0].querySelectorAll("i").map((one) => one.title), root.getAttribute("aria-label")];
  };
  assert.deepEqual(titles(run, ours), [["predicted", "outlined", "overlap checked", "classified"], "Vertebrae from the top: predicted, outlined, overlap checked, classified"]);
  const of = { lane: "pairs", step: 1 };
  const pair = [beat({ ...of, phase: "overlap", verdict: "passed" }), beat({ ...of, phase: "decide", verdict: "kept", body: 1 })];
  const pairs = timelineOf([{ kind: "x", text: "", beats: [beat({}), ...pair] }]);
  assert.deepEqual(titles(pairs, [verb("Mark and detect", "find"), verb("Pair", "overlap", "decide"), verb("Name", "name")]), [["pair"], "Vertebrae from the top: pair"]);
  const crops = timelineOf([{ kind: "x", text: "", beats: [beat({ phase: "segment", lane: "crops", step: 1 }), ...pair] }]);
  assert.deepEqual(titles(crops, [verb("Outline three", "segment"), verb("Fuse and name", "overlap", "decide")]), [["fuse and name"], "Vertebrae from the top: fuse and name"]);
});

test("the row of chips shows at which end there are more", () => {
  const { root, made } = chips();
  const ends = (scrollLeft) => {
    Object.assign(root, { scrollLeft, scrollWidth: 706, clientWidth: 620 });
    made.edges();
    return ["more-before", "more-after"].map((name) => root.classList.contains(name));
  };
  assert.deepEqual([ends(0), ends(40), ends(86)], [[false, true], [true, true], [true, false]]);
});

test("the end of the film is marked as an end, on the chip and in the card, and read out as one", () => {
  const edge = timelineOf(atFilmEnd(entries));
  const { root, made } = chips();
  made.show(chipsOf(edge, []), DRESS);
  made.at(edge.end, DRESS);
  const [chip] = root.children.slice(-1);
  assert.deepEqual([chip.dataset.state, chip.querySelector("b").textContent], ["edge", "■"]);
  assert.equal(chip.querySelector("small").textContent, "film ends");
  assert.equal(chip.getAttribute("aria-label"), "end of the film: The film ends here.");
  const place = new Node("div");
  cards(place).at(sceneAt(edge, 4), DRESS, false, () => new Node("section"));
  const card = place.querySelectorAll(".card").find((one) => one.dataset.lane === "down");
  assert.deepEqual([card.classList.contains("edge"), card.querySelector("h2").textContent], [true, "end of the film"]);
  const [mark] = card.querySelector(".card-verdict").children;
  assert.deepEqual([mark.textContent, mark.getAttribute("aria-hidden")], ["■", "true"]);
});

test("names that the run gives are replaced by those of the result", () => {
  assert.deepEqual([...namesOf([], run)], [[1, "C2"]]);
  assert.deepEqual([...namesOf([row(0, "T1"), row(1, "C7"), { number: null, name: "T2", found: false }], run)].sort(), [[0, "T1"], [1, "C7"]]);
});

const bars = [{ label: "vertebra", value: 0.09 }, { label: "C2", value: 0.01, limit: 0.5 }, { label: "S1", value: 0.87, limit: 0.5 }, { label: "background", value: 0.02, limit: 0.8 }];
const cards = (root) => new Cards(root, { crop: () => undefined });
const rowsAt = (made, root, line, time) => {
  made.at(sceneAt(line, time), DRESS, false, () => new Node("section"));
  return root.querySelectorAll(".row");
};

test("a row of the card is ticked when it is decided, at the bar that decided it", () => {
  const root = new Node("div");
  const of = { lane: "up", section: "induction", step: 1 };
  const look = (verdict, shown, winner) => beat({ ...of, phase: "class", verdict, draw: [{ kind: "bars", role: "candidate", bars: shown, winner }] });
  const line = timelineOf([{ kind: "x", text: "", beats: [beat({ ...of, phase: "predict" }), look("passed", bars, 2)] }]);
  const made = cards(root);
  assert.deepEqual(rowsAt(made, root, line, 0.5).map((one) => one.classList.contains("decided")), [false]);
  assert.deepEqual(root.querySelectorAll(".row-coming").map((one) => one.textContent), ["outline", "overlap", "class"]);
  assert.deepEqual(rowsAt(made, root, line, 1.5).map((one) => one.classList.contains("decided")), [true, false]);
  const [, decided] = rowsAt(made, root, line, 2);
  assert.ok(decided.classList.contains("decided"));
  assert.equal(decided.querySelector(".row-mark").parentElement.querySelector(".bar-label").textContent, "S1");
  const failed = bars.map((bar) => ({ ...bar, value: bar.label === "background" ? 0.8004 : 0.06 }));
  const stopped = timelineOf([{ kind: "x", text: "", beats: [look("failed", failed, 3)] }]);
  const [over] = rowsAt(cards(root), root, stopped, 1);
  const bar = over.querySelector(".row-mark").parentElement;
  assert.equal(bar.getAttribute("aria-label"), "background 80.04 %, limit 80.00 %");
  assert.equal(over.querySelector(".row-mark").textContent, "✕");
});

test("paused inside a phase, a number is the one that decides; only its bar is still growing", () => {
  const root = new Node("div");
  const of = { lane: "up", section: "induction", step: 1 };
  const gauge = { kind: "gauge", role: "candidate", label: "overlap", value: 0.42, limit: 0.06 };
  const line = timelineOf([{ kind: "x", text: "", beats: [beat({ ...of, phase: "overlap", draw: [gauge] }), beat({ ...of, phase: "class", draw: [{ kind: "bars", role: "candidate", begin: 0.5, bars, winner: 2 }] })] }]);
  const made = cards(root);
  const numbers = () => root.querySelectorAll(".bar-number").map((one) => one.textContent);
  rowsAt(made, root, line, 0.1);
  assert.deepEqual(numbers(), ["42 % > 6 %"]);
  for (const time of [1.1, 1.6, 2]) {
    rowsAt(made, root, line, time);
    assert.deepEqual(numbers(), ["42 % > 6 %", "9 %", "1 %", "87 %", "2 %"], String(time));
  }
  rowsAt(made, root, line, 1.6);
  const reach = root.querySelectorAll(".bar-fill").map((one) => Number(/scaleX\((.*)\)/.exec(one.style.getPropertyValue("transform"))?.[1]));
  assert.ok(reach[3] > 0 && reach[3] < 0.5, String(reach));
});

test("of two gauges the one that decided is marked, and what no classifier looks at has no place for a crop", () => {
  const root = new Node("div");
  const gauge = (label, value, limit) => ({ kind: "gauge", role: "candidate", label, value, limit, most: false });
  const pair = (verdict) => timelineOf([{ kind: "x", text: "", beats: [beat({ lane: "pairs", step: 0, phase: "overlap", verdict, draw: [gauge("agreement", 0.2, 0.6), gauge("share covered", 0.9, 0.6)] })] }]);
  for (const [verdict, label, sign] of [["passed", "share covered", "✓"], ["failed", "agreement", "✕"]]) {
    const [only] = rowsAt(cards(root), root, pair(verdict), 1);
    const mark = only.querySelector(".row-mark");
    assert.deepEqual([mark.parentElement.querySelector(".bar-label").textContent, mark.textContent], [label, sign]);
    assert.deepEqual([root.querySelectorAll(".card-patch").length, root.querySelectorAll(".row-coming").length], [0, 0]);
  }
});

test("scores on the film keep clear of each other and of its edges", () => {
  const label = (x, y, text) => ({ kind: "label", role: "detected", point: [x, y], text, x: 1, alpha: 1, beat: beat({}) });
  pen.view = { scale: 1, x: 0, y: 0 };
  pen.size = { width: 100, height: 100 };
  drawSeen(pen, [label(50, 40, "0.61"), label(52, 42, "0.55"), label(50, 44, "0.52"), label(98, 99, "score 0.41"), label(10, 10, "0.9")], DRESS);
  const drawn = named("fillText").map(([, words, x, y]) => ({ words, x, y, half: 3.5 * words.length }));
  for (const one of drawn) assert.ok(one.x - one.half >= 0 && one.x + one.half <= 100 && one.y <= 94, one.words);
  for (const [index, one] of drawn.entries()) for (const other of drawn.slice(0, index)) assert.ok(Math.abs(one.y - other.y) >= 14 || Math.abs(one.x - other.x) >= one.half + other.half, `${one.words} ${other.words}`);
  assert.deepEqual([drawn[0].x, drawn[0].y], [50, 40], "one that is alone stays where it belongs");
});
