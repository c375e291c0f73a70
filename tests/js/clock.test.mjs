// The clock: playing, catching up with a run, stepping and seeking: node --test tests/js/clock.test.mjs

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Clock, finishRate, liveRate, SPEEDS } from "../../spinefm/ui/player/clock.js";
import { timelineOf } from "../../spinefm/ui/player/timeline.js";
import { installFrames } from "./dom.mjs";
import { beat, entries } from "./run.mjs";
import { randoms } from "./randoms.mjs";

const run = timelineOf(entries);
const long = timelineOf([{ kind: "x", text: "", beats: [beat({ seconds: 40 })] }]);
let frames;
let still;
let stamp;
let drawn;

beforeEach(() => {
  frames = installFrames();
  still = { matches: false };
  stamp = 1000;
  drawn = [];
  globalThis.window = /** @type {any} */ ({ matchMedia: () => still });
  performance.now = () => stamp;
});

function clock() {
  const made = new Clock(() => drawn.push(made.time()), () => undefined);
  return made;
}

/** Runs frames at a rate until none is asked for, or for so many seconds; returns the seconds it took. */
function play(seconds = 60, rate = 60) {
  const start = stamp;
  while (frames.waiting() && stamp - start < 1000 * seconds) {
    stamp += 1000 / rate;
    frames.tick(stamp);
  }
  return (stamp - start) / 1000;
}

test("a run plays at its own pace, to its end, and then stands", () => {
  const one = clock();
  one.load(run, { at: 0, play: true });
  const took = play();
  assert.ok(Math.abs(took - run.end) < 0.05, `${took} is not ${run.end}`);
  assert.equal(one.now, run.end);
  assert.equal(one.playing, false);
  assert.equal(frames.waiting(), 0);
});

test("each speed takes its share of the time", () => {
  for (const speed of SPEEDS) {
    const one = clock();
    one.load(run, { at: 0 });
    one.setSpeed(speed);
    one.toggle();
    const took = play();
    assert.ok(Math.abs(took - run.end / speed) < 0.06, `${speed}: ${took}`);
  }
});

test("sixty pictures a second are drawn while a finished run plays", () => {
  const one = clock();
  one.load(run, { at: 0, play: true });
  drawn.length = 0;
  const took = play();
  assert.ok(drawn.length >= 59 * took, `${drawn.length} in ${took} s`);
});

test("time never runs backward and no picture is beyond the end, whatever comes", () => {
  const random = randoms(5);
  for (let round = 0; round < 30; round += 1) {
    const one = clock();
    one.load(timelineOf(entries.slice(0, 1)), { open: true, hurries: true, at: 0, play: true });
    drawn.length = 0;
    let known = 1;
    for (let step = 0; step < 200; step += 1) {
      stamp += random() * 60;
      if (random() < 0.2 && known < entries.length) {
        known += 1;
        one.load(timelineOf(entries.slice(0, known)), { open: true, hurries: true });
      }
      frames.tick(stamp);
      assert.ok(one.now <= one.end() + 1e-9);
    }
    one.load(run, { hurries: true });
    play();
    assert.deepEqual(drawn, [...drawn].sort((a, b) => a - b));
    assert.equal(drawn.at(-1), run.end, "the final picture is drawn");
  }
});

test("while a run is computed every second frame is drawn, and none where nothing is to come", () => {
  const one = clock();
  one.load(long, { open: true, hurries: true, at: 0, play: true });
  drawn.length = 0;
  play(0.5);
  assert.ok(drawn.length >= 13 && drawn.length <= 16, `${drawn.length} in half a second`);
  play();
  assert.equal(one.now, long.end);
  assert.equal(frames.waiting(), 0, "no frame is asked for at the end of what is known");
  assert.equal(one.playing, true, "more may come");
});

test("what comes later goes on from where the clock stands", () => {
  const one = clock();
  one.load(timelineOf(entries.slice(0, 2)), { open: true, hurries: true, at: 0, play: true });
  play();
  const reached = one.now;
  stamp += 4000; // the network takes its time
  one.load(timelineOf(entries.slice(0, 5)), { open: true, hurries: true });
  assert.equal(one.now, reached);
  stamp += 17;
  frames.tick(stamp);
  stamp += 17;
  frames.tick(stamp);
  assert.ok(one.now - reached < 0.3, "the wait is not played");
});

test("once the run is computed, what is left is over in a fifth of a second, however much it is", () => {
  for (const behind of [0.1, 1, 6, 40]) {
    const one = clock();
    one.load(long, { open: true, hurries: true, at: long.end - behind, play: true });
    one.load(long, { hurries: true });
    const took = play();
    assert.ok(took <= 0.2, `${behind} s behind: ${took} s`);
    assert.equal(one.now, long.end);
    assert.equal(one.playing, false);
  }
});

test("a result that comes while a frame is due is drawn by that frame alone, further on than before", () => {
  const one = clock();
  one.load(long, { open: true, hurries: true, at: 30, play: true });
  drawn.length = 0;
  one.load(long, { hurries: true });
  assert.deepEqual(drawn, [], "the moment on show is not drawn a second time");
  stamp += 17;
  frames.tick(stamp);
  assert.equal(drawn.length, 1);
  assert.ok(drawn[0] > 30 && drawn[0] < long.end);
});

test("a result is drawn at once where no frame is due: while the reader pauses, and at the end of what was known", () => {
  for (const at of [30, long.end]) {
    const one = clock();
    one.load(long, { open: true, hurries: true, at, play: at === long.end });
    if (at < long.end) one.go(at);
    drawn.length = 0;
    one.load(long, { hurries: true });
    assert.deepEqual(drawn, [at]);
    assert.equal(one.playing, false);
  }
});

test("what is left of a computed run is passed through in several pictures", () => {
  const one = clock();
  one.load(long, { open: true, hurries: true, at: 34, play: true });
  one.load(long, { hurries: true });
  drawn.length = 0;
  play();
  assert.ok(drawn.length >= 5, String(drawn.length));
  const gaps = drawn.slice(1).map((time, index) => time - drawn[index]);
  assert.ok(Math.max(...gaps) < 2, String(gaps));
});

test("a run that comes as fast as a small machine computes it is followed at a few seconds at most", () => {
  const one = clock();
  one.load(timelineOf([]), { open: true, hurries: true, at: 0, play: true });
  const behind = [];
  for (let end = 1.8; end <= 18; end += 1.8) {
    one.load(timelineOf([{ kind: "x", text: "", beats: [beat({ seconds: end })] }]), { open: true, hurries: true });
    play(0.1);
    behind.push(end - one.now);
  }
  assert.ok(Math.max(...behind) < 3, String(behind));
  assert.ok(Math.min(...behind) >= 0);
});

test("the rates: as it is where nothing is behind, faster the more is, and fastest at the end", () => {
  assert.equal(liveRate(0), 1);
  for (let backlog = 0; backlog < 20; backlog += 0.25) {
    assert.ok(liveRate(backlog + 0.25) >= liveRate(backlog));
    assert.ok(finishRate(backlog) >= liveRate(backlog));
  }
});

test("playing again goes at the chosen speed, from the start", () => {
  const one = clock();
  one.load(run, { open: true, hurries: true, at: 0, play: true });
  one.load(run, { hurries: true });
  play();
  one.toggle();
  assert.equal(one.now, 0);
  const took = play();
  assert.ok(Math.abs(took - run.end) < 0.06, `replayed in ${took}`);
});

test("a pause keeps the place, and a seek pauses within the run", () => {
  const one = clock();
  one.load(run, { at: 0, play: true });
  play(1);
  one.toggle();
  const at = one.now;
  assert.equal(frames.waiting(), 0);
  one.toggle();
  one.go(1e6);
  assert.deepEqual([one.now, one.playing], [run.end, false]);
  one.go(-5);
  assert.equal(one.now, 0);
  assert.ok(at > 0.9 && at < 1.1);
});

test("steps go from stop to stop and from vertebra to vertebra, there and back", () => {
  const one = clock();
  one.load(run, { at: 0 });
  const seen = [];
  while (one.now < run.end) {
    one.phase(1);
    seen.push(one.now);
  }
  assert.deepEqual(seen, run.stops);
  while (one.now > 0) one.phase(-1);
  one.body(1);
  assert.equal(one.now, [...run.ends.values()].sort((a, b) => a - b)[0]);
});

test("who wants no motion sees stills only", () => {
  still.matches = true;
  const one = clock();
  one.load(run, { at: 0, play: true });
  play();
  assert.ok(drawn.every((time) => time === 0 || run.stops.includes(time)), String(new Set(drawn)));
  assert.equal(one.time(), run.end);
});

test("without a run nothing moves", () => {
  const one = clock();
  one.toggle();
  one.phase(1);
  one.body(-1);
  one.go(3);
  assert.deepEqual([one.now, one.end(), one.playing, frames.waiting()], [0, 0, false, 0]);
});
