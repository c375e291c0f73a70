import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { centreOf, contains, distance, fitted, panned, pairs, spline, toFilm, toPane, upTo, zoomed } from "../../spinefm/ui/shared/geometry.js";
import { clamp, counted, ease, percent, percentBelow, percents, progress, two } from "../../spinefm/ui/shared/numbers.js";

const golden = JSON.parse(readFileSync(new URL("./golden.json", import.meta.url), "utf-8"));
const film = { width: 400, height: 300 };
const pane = { width: 800, height: 800 };

test("Python's figures and these are the same", () => {
  for (const { outline, centre, inside, outside } of golden.outlines) {
    assert.ok(distance(centreOf(outline), centre) < 0.75, `${centreOf(outline)} ${centre}`);
    assert.ok(contains(outline, inside));
    assert.ok(!contains(outline, outside));
  }
  for (const { value, words } of golden.twos) assert.equal(two(value), words);
});

test("the whole film fits, centred", () => {
  const view = fitted(film, pane);
  assert.equal(view.scale, 2);
  assert.deepEqual(toPane(view, [-0.5, -0.5]), [0, 100]);
});

test("to the film and back", () => {
  const view = zoomed(fitted(film, pane), 3, [200, 300], film, pane);
  const [x, y] = toFilm(view, toPane(view, [123.4, 56.7]));
  assert.ok(Math.abs(x - 123.4) < 1e-9 && Math.abs(y - 56.7) < 1e-9);
});

test("zooming keeps the point under the pointer where it is", () => {
  const before = zoomed(fitted(film, pane), 4, [400, 400], film, pane);
  const point = toFilm(before, [300, 450]);
  const [x, y] = toPane(zoomed(before, 1.5, [300, 450], film, pane), point);
  assert.ok(distance([x, y], [300, 450]) < 1e-6);
});

test("zoom and pan stay within the film", () => {
  const far = panned(zoomed(fitted(film, pane), 5, [400, 400], film, pane), 1e5, 1e5, film, pane);
  assert.deepEqual(toFilm(far, [0, 0]), [-0.5, -0.5]);
  assert.equal(zoomed(fitted(film, pane), 0.1, [0, 0], film, pane).scale, 2);
});

test("a curve goes through its points and is drawn up to a share of its length", () => {
  const points = pairs([0, 0, 10, 0, 20, 10, 20, 20]);
  const path = spline(points, 8);
  for (const point of points) assert.ok(path.some((other) => distance(point, other) < 1e-9));
  assert.deepEqual(upTo([[0, 0], [10, 0]], 0.25).at(-1), [2.5, 0]);
  assert.deepEqual(upTo(path, 1).at(-1), [20, 20]);
  assert.equal(upTo(path, 0).length, 1);
});

test("numbers in words", () => {
  assert.deepEqual([percent(0), percent(0.003), percent(0.42), percent(0.997), percent(1)], ["0 %", "< 1 %", "42 %", "> 99 %", "100 %"]);
  assert.equal(counted(1, "film"), "1 film");
  assert.equal(counted(2, "vertebra", "vertebrae"), "2 vertebrae");
  assert.deepEqual([clamp(5, 0, 1), ease(0), ease(0.5), ease(2), progress(3, 2, 4), progress(1, 1, 1)], [1, 0, 0.5, 1, 0.5, 1]);
  assert.equal(two(null), "–");
});

test("a probability below its limit never reads as the limit", () => {
  assert.deepEqual([percents(0.91, 0.5), percents(0.8004, 0.8), percents(0.002, 0.003), percents(0.5, 0.5)], [["91 %", "50 %"], ["80.04 %", "80.00 %"], ["0.2 %", "0.3 %"], ["50 %", "50 %"]]);
  assert.deepEqual([0.896, 0.894, 0.9, 0.904, 0.42].map((share) => percentBelow(share, 0.9)), ["< 90 %", "89 %", "90 %", "90 %", "42 %"]);
});
