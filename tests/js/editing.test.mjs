// Outlines in hand, clicks that mean something, panes that zoom and pan: node --test tests/js/editing.test.mjs

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Modes } from "../../spinefm/ui/player/modes.js";
import { grabbed, handlesOf, movedOutline, thinned } from "../../spinefm/ui/player/outline.js";
import { Pane } from "../../spinefm/ui/player/pane.js";
import { centreOf, contains, distance, pairs, toPane } from "../../spinefm/ui/shared/geometry.js";
import { fakeInk, install, Node } from "./dom.mjs";
import { randoms } from "./randoms.mjs";

const FILM = { width: 400, height: 800, url: "film" };
let body;

beforeEach(() => {
  body = install();
  globalThis.window = /** @type {any} */ ({ devicePixelRatio: 1 });
  globalThis.ResizeObserver = class { observe() {} };
});

/** A ring of many corners about a centre, not quite round. */
function ring(random, count = 60, radius = 40) {
  return Array.from({ length: count }, (_, index) => {
    const angle = (2 * Math.PI * index) / count;
    const far = radius * (0.8 + 0.3 * random());
    return [200 + far * Math.cos(angle), 300 + far * Math.sin(angle)];
  }).flat();
}

/** @param {readonly number[]} outline */
function areaOf(outline) {
  return Math.abs(pairs(outline).reduce((sum, [x, y], index, all) => {
    const [nx, ny] = all[(index + 1) % all.length];
    return sum + (x * ny - nx * y) / 2;
  }, 0));
}

test("an outline in hand has few corners, all of them its own, in order, and about its area", () => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const outline = ring(randoms(seed));
    const places = handlesOf(outline);
    const handles = places.map((place) => pairs(outline)[place]);
    assert.equal(handles.length, 10);
    assert.deepEqual(places, [...places].sort((a, b) => a - b));
    assert.ok(areaOf(handles.flat()) > 0.7 * areaOf(outline), `seed ${seed}`);
  }
  assert.deepEqual(handlesOf([0, 0, 4, 0, 4, 4]), [0, 1, 2], "few corners stay as they are");
  assert.deepEqual(handlesOf([]), []);
});

test("a corner that adds nothing goes first", () => {
  const square = [0, 0, 50, 0, 100, 0, 100, 100, 0, 100];
  const many = [...square.slice(0, 2), ...Array.from({ length: 8 }, (_, index) => [10 + 10 * index, 0]).flat(), ...square.slice(4)];
  const corners = handlesOf(many).map((place) => pairs(many)[place]);
  for (const corner of [[0, 0], [100, 0], [100, 100], [0, 100]]) assert.ok(corners.some((one) => distance(one, corner) === 0), String(corner));
});

test("a press grabs the closest corner, else an edge, else nothing, and never what is beyond its reach", () => {
  const random = randoms(4);
  for (let round = 0; round < 400; round += 1) {
    const outline = ring(randoms(round + 1), 10);
    const corners = pairs(outline);
    const point = [140 + 120 * random(), 240 + 120 * random()];
    const slack = 3 + 10 * random();
    const grip = grabbed(outline, handlesOf(outline), point, slack);
    const nearest = Math.min(...corners.map((corner) => distance(corner, point)));
    if (nearest <= slack) assert.equal(distance(corners[grip.corners[0]], point), nearest);
    else if (grip) {
      assert.equal(grip.corners.length, 2);
      assert.equal((grip.corners[0] + 1) % corners.length, grip.corners[1], "an edge is two corners in a row");
    }
    if (grip) assert.ok(nearest <= slack || grip.corners.length === 2);
  }
});

test("a drag moves what was grabbed and nothing else, and back again undoes it", () => {
  const random = randoms(6);
  for (let round = 0; round < 100; round += 1) {
    const outline = ring(randoms(round + 9), 10);
    const handles = handlesOf(outline);
    const grip = { corners: [Math.floor(random() * 10), Math.floor(random() * 10)] };
    const [dx, dy] = [10 * random() - 5, 10 * random() - 5];
    const after = movedOutline(outline, handles, grip, dx, dy);
    pairs(after).forEach((corner, index) => {
      const wanted = grip.corners.includes(index) ? [pairs(outline)[index][0] + dx, pairs(outline)[index][1] + dy] : pairs(outline)[index];
      assert.ok(distance(corner, wanted) < 1e-9);
    });
    movedOutline(after, handles, grip, -dx, -dy).forEach((value, index) => assert.ok(Math.abs(value - outline[index]) < 1e-9));
  }
});

function paneParts() {
  const root = new Node("div");
  const [area, image, canvas] = [new Node("div"), new Node("img"), new Node("canvas")];
  area.setAttribute("class", "pane-area");
  image.setAttribute("class", "pane-film");
  canvas.setAttribute("class", "pane-ink");
  area.append(image, canvas);
  area.getBoundingClientRect = () => ({ left: 10, top: 20, right: 410, bottom: 420, width: 400, height: 400 });
  area.setPointerCapture = (id) => { area.captured = id; };
  area.addEventListener = (kind, act) => area.listeners.push([kind, act]);
  root.append(area);
  body.append(root);
  return { root, area, image, canvas };
}

function pane() {
  const parts = paneParts();
  const seen = { draws: 0, views: [] };
  const made = new Pane(parts.root, { onDraw: () => { seen.draws += 1; }, onView: (view) => seen.views.push(view) });
  made.setFilm({ ...FILM });
  return { made, seen, ...parts };
}

test("a film fills its pane, whole and centred, and its canvas has the pane's size", () => {
  const { made, image, canvas } = pane();
  assert.equal(made.view.scale, 0.5);
  assert.deepEqual(toPane(made.view, [-0.5, -0.5]), [100, 0]);
  assert.deepEqual([canvas.width, canvas.height], [400, 400]);
  assert.equal(image.style.transform, "translate(100px, 0px) scale(0.5)");
  assert.equal(made.whole, true);
});

test("the pointer's place on the film is the same however it is zoomed and panned", () => {
  const { made } = pane();
  const random = randoms(8);
  for (let round = 0; round < 200; round += 1) {
    made.zoom(0.5 + 2 * random(), [400 * random(), 400 * random()]);
    const event = { clientX: 10 + 400 * random(), clientY: 20 + 400 * random() };
    const [x, y] = toPane(made.view, made.filmPoint(event));
    assert.ok(Math.abs(x - (event.clientX - 10)) < 1e-6 && Math.abs(y - (event.clientY - 20)) < 1e-6);
  }
});

test("the same film set twice is not fitted again, and another one is", () => {
  const { made } = pane();
  made.zoom(4);
  const zoomed = made.view;
  made.setFilm({ ...FILM });
  assert.equal(made.view, zoomed);
  made.setFilm({ ...FILM, url: "other" });
  assert.equal(made.whole, true);
  made.setFilm(null);
  assert.ok(made.root.classList.contains("bare"));
  assert.equal(made.inside([1, 1]), false);
});

test("a twin hears of a zoom once, and not of what it told itself", () => {
  const { made, seen } = pane();
  seen.views.length = 0;
  made.zoom(2);
  made.setView(made.view, false);
  assert.equal(seen.views.length, 1);
});

test("points inside a film are those of its pixels", () => {
  const { made } = pane();
  for (const point of [[-0.5, -0.5], [0, 0], [399.4, 799.4]]) assert.equal(made.inside(point), true, String(point));
  for (const point of [[-0.6, 0], [0, -0.6], [399.5, 0], [0, 799.5]]) assert.equal(made.inside(point), false, String(point));
});

const press = (more = {}) => ({ button: 0, clientX: 110, clientY: 120, pointerId: 1, defaultPrevented: false, preventDefault() { this.defaultPrevented = true; }, ...more });
const at = (node, kind, event) => { for (const [name, act] of node.listeners) if (name === kind) act(event); };

test("a drag pans a zoomed film, not a whole one, and a small slip is still a click", () => {
  const { made, area } = pane();
  at(area, "pointerdown", press());
  at(area, "pointermove", press({ clientX: 200 }));
  assert.equal(area.captured, undefined, "a whole film stays");
  made.zoom(4);
  const before = made.view;
  at(area, "pointerdown", press());
  at(area, "pointermove", press({ clientX: 112 }));
  assert.equal(made.view, before);
  at(area, "pointermove", press({ clientX: 90, clientY: 100 }));
  assert.ok(Math.abs(made.view.x - (before.x + 20 / before.scale)) < 1e-9);
  assert.ok(Math.abs(made.view.y - (before.y + 20 / before.scale)) < 1e-9);
  at(area, "pointerup", press());
  const after = made.view;
  at(area, "pointermove", press({ clientX: 300 }));
  assert.equal(made.view, after, "a released pointer pans no more");
});

test("the wheel zooms about the pointer; where nothing is left to zoom out the page scrolls", () => {
  const { made, area } = pane();
  const wheel = (deltaY) => ({ deltaY, clientX: 210, clientY: 220, ctrlKey: false, prevented: false, preventDefault() { this.prevented = true; } });
  const out = wheel(120);
  at(area, "wheel", out);
  assert.equal(out.prevented, false);
  const point = made.filmPoint(wheel(0));
  const inward = wheel(-300);
  at(area, "wheel", inward);
  assert.equal(inward.prevented, true);
  assert.ok(made.view.scale > 1);
  const back = wheel(30);
  at(area, "wheel", back);
  assert.equal(back.prevented, true, "a zoomed film is zoomed out before the page scrolls");
  assert.ok(distance(made.filmPoint(wheel(0)), point) < 1e-6);
});

function modes(more = {}) {
  const { root, area } = paneParts();
  const shell = new Node("div");
  shell.setAttribute("class", "player");
  const hint = new Node("p");
  hint.setAttribute("class", "player-hint");
  const button = new Node("button");
  button.setAttribute("data-starts", "toggle");
  shell.append(hint, button);
  const holder = new Node("div");
  holder.append(shell);
  const done = [];
  const one = { area, view: { scale: 1, x: 0, y: 0 }, filmPoint: (event) => [event.clientX, event.clientY], inside: ([x, y]) => x >= 0 && y >= 0 && x < 400 && y < 800 };
  const made = new Modes(holder, [one], { correct: (change) => done.push(change), choose: (point) => done.push(point), redraw: () => undefined, shape: () => [100, 100, 200, 100, 200, 200, 100, 200], chosen: () => 3, ...more });
  return { made, done, area, shell, hint, button, root };
}

test("without a mode a click chooses; with one it means what the mode says", () => {
  const { made, done, area, hint } = modes();
  at(area, "click", press({ clientX: 50, clientY: 60 }));
  made.toggle("add");
  assert.match(hint.textContent, /vertebra that was missed/);
  at(area, "click", press({ clientX: -5, clientY: 60 }));
  assert.match(hint.textContent, /outside the film/);
  at(area, "click", press({ clientX: 50, clientY: 70 }));
  assert.deepEqual(done, [[50, 60], { action: "add", point: [50, 70] }]);
  made.toggle("add");
  assert.deepEqual([made.mode, hint.hidden], ["none", true]);
});

test("starting points come and go by clicks, are counted, and a run reads them", () => {
  const { made, area, shell, hint, button } = modes();
  made.toggle("starts");
  assert.equal(button.getAttribute("aria-pressed"), "true");
  for (const y of [100, 200, 300]) at(area, "click", press({ clientX: 50, clientY: y }));
  assert.deepEqual(JSON.parse(shell.dataset.starts), [[50, 100], [50, 200], [50, 300]]);
  assert.match(hint.textContent, /3 starting points/);
  at(area, "click", press({ clientX: 52, clientY: 203 }));
  assert.deepEqual(JSON.parse(shell.dataset.starts), [[50, 100], [50, 300]], "a second click on a point removes it");
  assert.match(hint.textContent, /2 of at least three/);
  made.onShow({ status: "waiting", film: null });
  assert.equal(made.starts.length, 2, "a run that starts keeps them");
  made.onShow({ status: "ready", film: { url: "another" } });
  assert.deepEqual([made.starts, shell.dataset.starts], [[], "[]"], "another film does not");
});

test("an outline is reshaped by a drag of a corner, and asked for again by a click inside", () => {
  const { made, done, area } = modes();
  made.set("edit");
  at(area, "pointerdown", press({ clientX: 101, clientY: 101 }));
  at(area, "pointermove", press({ clientX: 91, clientY: 96 }));
  at(area, "pointerup", press());
  assert.deepEqual(done[0], { action: "reshape", number: 3, outline: [90, 95, 200, 100, 200, 200, 100, 200] });
  at(area, "pointerdown", press({ clientX: 150, clientY: 150 }));
  at(area, "pointerup", press());
  assert.deepEqual(done[1], { action: "again", number: 3, point: [150, 150] });
  at(area, "pointerdown", press({ clientX: 300, clientY: 300 }));
  at(area, "pointerup", press());
  at(area, "pointerdown", press({ clientX: 101, clientY: 101, button: 2 }));
  at(area, "pointerup", press());
  assert.equal(done.length, 2, "outside, and with the other button, nothing is held");
  at(area, "pointerdown", press({ clientX: 101, clientY: 101 }));
  at(area, "pointerup", press());
  assert.deepEqual(done.slice(2).map((change) => change.action), ["again"], "a press of a corner that does not move reshapes nothing");
});

test("a film on which nothing was found asks for starting points; a result ends the other modes", () => {
  const { made } = modes();
  made.onShow({ status: "failed", film: { url: "f" }, error: { click: true } });
  assert.equal(made.mode, "starts");
  made.onShow({ status: "finished", film: { url: "f" } });
  assert.equal(made.mode, "none");
  made.set("edit");
  made.onShow({ status: "finished", film: { url: "f" } });
  assert.equal(made.mode, "edit", "editing goes on after each correction");
});

test("a dragged handle draws the outline along to its neighbours, less the farther, and no corner beyond them", () => {
  for (let seed = 1; seed <= 50; seed += 1) {
    const outline = ring(randoms(seed), 90);
    const handles = handlesOf(outline);
    const [before, own, after] = [handles[3], handles[4], handles[5]];
    const moves = pairs(movedOutline(outline, handles, { corners: [own] }, 4, 0)).map((corner, place) => corner[0] - pairs(outline)[place][0]);
    assert.ok(Math.abs(moves[own] - 4) < 1e-9);
    moves.forEach((move, place) => (place <= before || place >= after ? assert.equal(move, 0) : assert.ok(move > 0 && move < 4 + 1e-9)));
    const falling = moves.slice(own, after + 1);
    assert.deepEqual(falling, [...falling].sort((a, b) => b - a));
  }
});

test("a press on the outline between two handles grabs both, also where it bulges far from the line between them", () => {
  const bulge = Array.from({ length: 9 }, (_, index) => [100 * (1 - index / 8), 100 + 30 * Math.sin((Math.PI * index) / 8)]);
  const outline = [0, 0, 100, 0, ...bulge.flat()];
  assert.deepEqual(grabbed(outline, [0, 1, 2, 10], [50, 130], 6), { corners: [2, 10] });
  assert.equal(grabbed(outline, [0, 1, 2, 10], [50, 100], 6), null);
});

test("an outline of more corners than the server takes loses those that matter least", () => {
  const outline = ring(randoms(5), 400);
  const fewer = thinned(outline);
  assert.equal(fewer.length, 400, "200 corners");
  assert.ok(Math.abs(areaOf(fewer) - areaOf(outline)) < 0.02 * areaOf(outline));
  assert.deepEqual(thinned(outline.slice(0, 80)), outline.slice(0, 80));
});

test("a drag that comes back to where it began changes nothing on the way", () => {
  const shape = ring(randoms(7), 90);
  const { made, done, area } = modes({ shape: () => shape });
  made.set("edit");
  const [x, y] = pairs(shape)[handlesOf(shape)[4]];
  at(area, "pointerdown", press({ clientX: x, clientY: y }));
  for (const far of [30, 60, 25, 0]) at(area, "pointermove", press({ clientX: x + far, clientY: y - far }));
  at(area, "pointerup", press());
  assert.deepEqual(done[0].outline, shape.map((value) => Math.round(value * 10) / 10));
});

test("handles are drawn where the corners are", () => {
  const { made } = modes();
  made.set("edit");
  const pen = { ink: fakeInk(), view: { scale: 2, x: 0, y: 0 }, density: 1 };
  made.draw(pen);
  const boxes = pen.ink.calls.filter(([name]) => name === "rect").map(([, x, y, w]) => [x + w / 2, y + w / 2]);
  assert.deepEqual(boxes, [[200, 200], [400, 200], [400, 400], [200, 400]]);
  assert.ok(contains([100, 100, 200, 100, 200, 200, 100, 200], centreOf([100, 100, 200, 100, 200, 200, 100, 200])));
});
