// The whole player on its own skeleton: messages in, pictures, words and reports out: node --test tests/js/player.test.mjs

import assert from "node:assert/strict";
import { test } from "node:test";
import { cardsOf } from "../../spinefm/ui/player/card.js";
import { edgeSpot, linesOf } from "../../spinefm/ui/player/theatre.js";
import { sceneAt } from "../../spinefm/ui/player/timeline.js";
import { fakeInk } from "./dom.mjs";
import { atFilmEnd, beat, entries } from "./run.mjs";
import { BASE, begun, FILM, finished, frame, key, part, play, player, ROWS } from "./stage.mjs";

test("a message draws the moment once", () => {
  const { made, draws } = player();
  made.show(begun());
  assert.equal(draws(), 1);
  made.show(finished("b"));
  assert.equal(draws(), 1);
  made.show({ run: "same", question: { text: "?", choices: [] } });
  assert.equal(draws(), 1);
});

test("events that come between two frames are drawn together, and every one of them is there", () => {
  const { made, draws } = player();
  made.show(begun());
  draws();
  for (let to = 1; to <= 6; to += 1) made.show(part(Math.max(0, to - 2), to));
  assert.equal(draws(), 0, "nothing is drawn before the frame");
  frame(17);
  assert.ok(draws() <= 2);
  assert.equal(made.view.timeline.entries.length, 6);
});

test("a result is drawn at once, whatever waited for a frame", () => {
  const { made } = player();
  made.show(begun());
  made.show(part(0, 4));
  made.show({ ...finished(), film: "same" });
  assert.equal(made.view.payload.status, "finished");
  play();
  assert.equal(made.view.payload.status, "finished", "no frame brings the earlier state back");
});

test("a run plays behind its events and rests on its result within a fifth of a second of it", () => {
  const { made, root } = player();
  made.show(begun());
  for (let to = 1; to <= entries.length; to += 1) {
    made.show(part(0, to));
    play(0.05);
  }
  assert.ok(made.clock.now < made.clock.end(), "it lies behind");
  made.show({ ...finished(), film: "same" });
  const took = play();
  assert.ok(took <= 0.2, String(took));
  const shell = root.querySelector(".player");
  assert.deepEqual([shell.classList.contains("resting"), shell.classList.contains("playing"), shell.dataset.status], [true, false, "finished"]);
  assert.deepEqual(made.theatre.finals(), [1], "the final picture has the final bodies");
});

test("a link's step is where the page opens, once", () => {
  const { made } = player();
  made.link = { film: "neck", method: "spinefm", limits: {}, step: 3 };
  made.show(finished("a", { example: "other" }));
  assert.equal(made.clock.now, made.clock.end(), "another film is not the one it asks for");
  made.show(finished("b", { example: "neck" }));
  assert.deepEqual([made.clock.now, made.clock.playing], [made.view.timeline.stops[2], false]);
  made.show(finished("c", { example: "neck" }));
  assert.equal(made.clock.now, made.clock.end());
});

test("the first visit plays once by itself, at its own pace, then rests", () => {
  const { made, root } = player();
  made.show(finished("a", { play: true }));
  const took = play();
  assert.ok(Math.abs(took - made.view.timeline.end) < 0.1, String(took));
  assert.ok(root.querySelector(".player").classList.contains("resting"));
});

test("a result that is only shown rests at its end", () => {
  const { made } = player();
  made.show(finished());
  assert.deepEqual([made.clock.now, made.clock.playing], [made.view.timeline.end, false]);
  made.show(finished("b", { at: 1 }));
  assert.equal(made.clock.now, 1.5, "a replay opens at the event that it was asked for");
});

test("measures come after the result, and the tab hides only where there are none", () => {
  const { made, root, draws } = player();
  const { measures, ...result } = finished();
  assert.equal(measures, null);
  made.show(result);
  const tab = root.querySelector('[data-tab="measures"]');
  assert.equal(tab.hidden, false, "they may come");
  draws();
  made.show({ run: "a", status: "finished", packed: true, measures: null });
  assert.equal(tab.hidden, true);
  made.show({ run: "a", status: "finished", packed: true, download: { url: "/zip", orig_name: "neck.zip" } });
  assert.equal(root.querySelector("a.download").getAttribute("href"), "/zip");
});

test("a part that was missed is asked for, once it is known to be missing", () => {
  const { made, asked } = player();
  made.show(begun());
  made.show({ run: "a", status: "finished", from: 5, entries: entries.slice(5), total: entries.length, rows: ROWS, film: "same", measures: null });
  assert.deepEqual(asked, [["again", {}]]);
});

test("words, verbs and cards belong to the moment", () => {
  const { made, root } = player();
  made.show(finished());
  made.clock.go(3);
  const on = root.querySelectorAll("[data-verb]").filter((node) => node.classList.contains("on")).map((node) => node.dataset.verb);
  assert.deepEqual(on, ["1"], "the next one is predicted");
  assert.deepEqual(root.querySelectorAll(".card").map((card) => card.dataset.lane), ["up", "down"]);
  made.clock.go(made.clock.end());
  assert.match(root.querySelector(".card.overview").textContent, /2 vertebrae, C2 to C3/);
  assert.equal(root.querySelector("[data-scrub]").value, String(Math.round(1000 * made.clock.end())));
});

test("the scrubber and the log mark the end of the film as no failure", () => {
  const marksOf = (all) => {
    const { made, root } = player();
    made.show(finished("a", { entries: all }));
    const log = root.querySelectorAll(".log button").map((one) => one.getAttribute("class"));
    return [root.querySelector(".scrub-marks").children.map((one) => one.getAttribute("class")), log.filter((one) => one === "stopped").length];
  };
  assert.deepEqual(marksOf(entries)[0].toSorted(), ["bad", "good", "good"]);
  const [marks, stopped] = marksOf(atFilmEnd(entries));
  assert.deepEqual([marks.toSorted(), stopped], [["edge", "good", "good"], marksOf(entries)[1] - 1]);
});

test("the caption says a sentence once, and with an arrow where the lanes differ", () => {
  const now = (...beats) => linesOf({ current: beats.map(([lane, words]) => ({ lane, words })) });
  assert.equal(now(), "");
  assert.equal(now(["up", "Kept."], ["down", "Kept."]), "Kept.");
  assert.equal(now(["up", "Kept."], ["down", "Too faint."]), "↑ Kept.  ↓ Too faint.");
  assert.equal(now(["start 1", "A vertebra."], ["start 2", "It overlaps."], ["start 3", "It overlaps."]), "Start 1: A vertebra.  Starts 2 and 3: It overlaps.");
  assert.equal(now(["start 1", "97 %."], ["start 2", "98 %."], ["start 3", "99 %."]), "Start 2: 98 %.  Start 3: 99 %.");
});

test("each method has verbs of its own", () => {
  const { made, root } = player();
  const verbs = [{ title: "Mark and detect", help: "A map.", phases: ["find", "predict"] }, { title: "Pair", help: "Both.", phases: ["overlap", "decide"] }];
  made.show(finished("a", { verbs }));
  made.clock.go(3);
  const shown = root.querySelectorAll("[data-verb]");
  assert.deepEqual(shown.map((node) => [node.textContent, node.classList.contains("on")]), [["Mark and detect", true], ["Pair", false]]);
  made.clock.go(0.5);
  assert.equal(root.querySelector(".card.overview h2").textContent, "Mark and detect");
});

test("the cards of a moment are its lanes, up before down, with the checks so far", () => {
  const { made } = player();
  made.show(finished());
  const dress = made.theatre.dress();
  const cards = (time) => cardsOf(sceneAt(made.view.timeline, time), dress);
  assert.deepEqual(cards(0.5), [], "the search has no card");
  assert.deepEqual(cards(3.3).map((card) => [card.lane, card.beats.map((one) => one.phase)]), [["up", ["predict", "overlap"]], ["down", ["predict", "overlap"]]]);
  assert.deepEqual(cards(4).map((card) => card.title), ["C2", "not kept"]);
  assert.deepEqual(cards(2.9).map((card) => card.title), ["the next body", "the next body"]);
  assert.deepEqual(cards(2.7).map((card) => card.title), ["C3"]);
});

test("the map of keys: each does what the page says it does", () => {
  const { made, root } = player();
  made.show(finished());
  const { clock } = made;
  assert.equal(key("Home"), true);
  assert.equal(clock.now, 0);
  key("ArrowRight");
  assert.equal(clock.now, made.view.timeline.stops[0]);
  key("ArrowRight", { shiftKey: true });
  assert.equal(clock.now, 2.75);
  key("ArrowLeft", { shiftKey: true });
  key("End");
  assert.equal(clock.now, clock.end());
  key(" ");
  assert.deepEqual([clock.playing, clock.now], [true, 0], "space plays again from the start");
  key(" ");
  assert.equal(clock.playing, false);
  key("]");
  key("]");
  key("]");
  assert.equal(clock.speed, 4, "and no faster");
  for (let step = 0; step < 5; step += 1) key("[");
  assert.equal(clock.speed, 0.5);
  key("N");
  assert.equal(made.theatre.options.letters, false);
  assert.equal(root.querySelector('[data-toggle="letters"]').getAttribute("aria-pressed"), "false");
  key("?");
  assert.equal(root.querySelector(".player-keys").hidden, false);
  assert.deepEqual(root.querySelector(".player-keys").shown, { block: "nearest" }, "they come into sight");
  assert.equal(key("x"), false, "other keys stay the browser's");
});

test("Escape cancels a question before anything else", () => {
  const { made, root, asked } = player();
  made.show(finished("a", { question: { text: "C7 becomes T1.", choices: [{ label: "rename", change: {} }] } }));
  const shown = () => root.querySelectorAll('[role="alertdialog"]').length;
  made.modes.set("add");
  assert.equal(shown(), 1);
  key("Escape");
  assert.deepEqual([shown(), made.modes.mode], [0, "add"]);
  key("Escape");
  assert.deepEqual([made.modes.mode, asked.filter(([name]) => name === "correct")], ["none", []]);
});

test("what the film is clicked for ends by a button too, where there are no keys", () => {
  const { made, root } = player();
  made.show(finished());
  const end = () => root.querySelector('.player-hint [data-act="end"]');
  made.modes.toggle("add");
  assert.doesNotMatch(root.querySelector(".player-hint").childNodes[0], /Esc/);
  end().click();
  assert.deepEqual([made.modes.mode, root.querySelector(".player-hint").hidden, end()], ["none", true, null]);
  made.modes.toggle("starts");
  assert.equal(end(), null, "starting points are kept until a run takes them");
});

test("keys are the reader's while one types, with modifiers, and on a slider of its own", () => {
  const { made } = player();
  made.show(finished());
  assert.equal(key("Home", { target: { closest: () => ({}), matches: () => false } }), false);
  assert.equal(key("Home", { altKey: true }), false);
  assert.equal(key("Home", { target: { closest: () => null, matches: () => true } }), false);
  assert.equal(made.clock.now, made.clock.end());
});

test("undo and redo are the page's only where there is something to undo", () => {
  const { made, asked } = player();
  made.show(finished("a", { corrections: { undo: "the name", redo: null } }));
  assert.equal(key("y", { ctrlKey: true }), false);
  assert.equal(key("z", { ctrlKey: true }), true);
  assert.deepEqual(asked, [["correct", { action: "undo" }]]);
});

test("of what is asked while an answer is under way, undo follows it and another change does not", () => {
  const { made, asked } = player();
  made.show(finished("a", { corrections: { undo: "one", redo: null } }));
  made.correct({ action: "lock", number: 1 });
  made.correct({ action: "undo" });
  made.correct({ action: "delete", number: 1 });
  assert.equal(asked.length, 1);
  made.show(finished("b", { corrections: { undo: "one", redo: null } }));
  made.show(finished("c", { corrections: { undo: null, redo: null } }));
  made.show(finished("d", { corrections: { undo: null, redo: null } }));
  assert.deepEqual(asked.map(([, change]) => change.action), ["lock", "undo"]);
});

test("a vertebra is chosen in the table, on the film and on the spine alike, and hovered", () => {
  const { made, root } = player();
  made.show(finished());
  made.chooseAt([5, 35]);
  assert.equal(made.view.chosen, 1);
  assert.deepEqual(root.querySelectorAll("tr.chosen").map((row) => row.dataset.number), ["1"]);
  made.light(0);
  assert.deepEqual(root.querySelectorAll("tr.lit").map((row) => row.dataset.number), ["0"]);
  made.chooseAt([150, 250]);
  assert.equal(made.view.chosen, null, "a click beside all bodies chooses none");
  root.querySelector('[data-body="0"]').fire("click");
  assert.deepEqual([made.view.chosen, made.clock.now], [0, 2.75]);
});

test("a chosen vertebra stays chosen when the run is corrected, as long as it is there", () => {
  const { made } = player();
  made.show(finished());
  made.choose(0);
  made.show(finished("b"));
  assert.equal(made.view.chosen, 0);
  made.show(finished("c", { rows: ROWS.slice(0, 1) }));
  assert.equal(made.view.chosen, null);
});

test("another film begins with no vertebra chosen and no outline in edit", () => {
  const { made, root } = player();
  made.show(finished());
  made.choose(0);
  made.modes.set("edit");
  made.show(finished("b", { film: { ...FILM, url: "data:other" } }));
  assert.deepEqual([made.view.chosen, made.modes.mode, root.querySelectorAll("tr.chosen").length], [null, "none", 0]);
  assert.match(root.querySelector(".player-corrections").textContent, /Choose a vertebra/);
});

test("a failure is said where the film would be, and the transport is gone", () => {
  const { made, root } = player();
  made.show({ ...BASE, run: "a", status: "failed", film: null, error: { what: "It is no film.", remedy: "Choose another." } });
  assert.match(root.querySelector(".player-message").textContent, /It is no film/);
  assert.deepEqual([".player-transport", ".player-result"].map((selector) => root.querySelector(selector).hidden), [true, true]);
  assert.equal(root.querySelector(".player-cards").textContent, "", "no card says what was found");
});

test("over each pane stand the film's name, which gives way, and its size, both also as a tooltip; while runs are compared, too", () => {
  const { made, root } = player();
  const over = (pane) => root.querySelector(`.${pane} .pane-name`).children.map((one) => one.textContent);
  made.show(finished("before"));
  assert.deepEqual([over("stage"), over("final")], [["neck.png", " · 200 × 300 px"], ["neck.png", ""]]);
  assert.equal(root.querySelector(".stage .pane-name").title, "neck.png · 200 × 300 px");
  const comparison = { settings: [{ name: "score_limit", label: "Detector", old: "0.6", new: "0.9" }], divergence: null, rows: [], run: "before", names: [[1, "C2"]], doubtful: [], anchor: 1 };
  made.show(finished("a", { comparison }));
  assert.deepEqual(over("final"), ["neck.png", " · Detector 0.6 · the same steps"]);
});

test("a film that was brought is run at once: nobody is asked to press Run", () => {
  const { made, root } = player();
  made.show({ ...BASE, run: "a", status: "ready", starts: true });
  assert.deepEqual([root.querySelector(".card h2").textContent, /Press Run/.test(root.querySelector(".card").textContent)], ["Starting …", false]);
  made.show({ ...BASE, run: "b", status: "ready" });
  assert.match(root.querySelector(".card").textContent, /^ReadyPress Run/);
});

test("a simulated film says so over both panes", () => {
  const { made, root } = player();
  made.show(finished("a", { simulated: true }));
  assert.deepEqual(root.querySelectorAll(".simulated").map((mark) => mark.hidden), [false, false]);
  made.show(finished("b", { simulated: false }));
  assert.deepEqual(root.querySelectorAll(".simulated").map((mark) => mark.hidden), [true, true]);
});

test("a replay offers no tools, the page does", () => {
  const replay = player(false);
  replay.made.show(finished());
  assert.deepEqual(["[data-turn]", ".player-tools [data-starts]"].map((selector) => replay.root.querySelector(selector).hidden), [true, true]);
  const page = player();
  page.made.show(finished());
  assert.deepEqual(["[data-turn]", ".player-tools [data-starts]"].map((selector) => page.root.querySelector(selector).hidden), [false, false]);
});

test("exports are asked for with what the reader set, one at a time, and the answer is said", () => {
  const { made, root, asked } = player();
  made.show(finished("a", { exports: [{ name: "coco", title: "COCO", line: "for training" }] }));
  const button = root.querySelector('[data-export="coco"]');
  button.fire("click");
  button.fire("click");
  assert.deepEqual(asked, [["export", { format: "coco", facing: null, mm: null, moves: [] }]]);
  made.show({ run: "same", exported: { format: "coco", answer: "1", file: { url: "/coco.zip", orig_name: "neck-coco.zip" } } });
  assert.match(root.querySelector(".exports").textContent, /neck-coco.zip is ready/);
  assert.equal(document.clicked.at(-1).getAttribute("href"), "/coco.zip");
  made.show({ run: "same", exported: { format: "coco", answer: "2", error: "The film is gone." } });
  assert.match(root.querySelector(".exports").textContent, /The film is gone/);
});

test("two runs lie side by side on one clock, and the tab opens for it once", () => {
  const { made, root } = player();
  const comparison = { settings: [{ name: "overlap_limit", old: "0.1", new: "0.2" }], divergence: null, rows: [], run: "before", names: [[1, "C2"]], doubtful: [1], anchor: 1 };
  made.show(finished("before"));
  made.show(finished("a", { comparison }));
  assert.equal(made.view.doubtful.size, 0);
  const { doubtful, anchor } = made.view.earlierDress;
  assert.deepEqual([[...doubtful], anchor], [[1], 1], "each run with its own doubts");
  assert.equal(made.view.earlier.entries, entries, "the run before is known already");
  const shell = root.querySelector(".player");
  assert.equal(root.querySelector('[data-tab="compare"]').getAttribute("aria-selected"), "true");
  assert.ok(shell.classList.contains("comparing"));
  assert.equal(root.querySelector(".final .pane-title").textContent, "run before");
  made.controls.chooseTab("vertebrae");
  assert.ok(!shell.classList.contains("comparing"));
  made.show(finished("a", { comparison }));
  assert.equal(root.querySelector('[data-tab="compare"]').getAttribute("aria-selected"), "false", "it is the reader's choice now");
});

test("a comparison with a run that was never on show is a table without a second picture", () => {
  const { made, root } = player();
  const comparison = { settings: [{ name: "overlap_limit", old: "0.1", new: "0.2" }], divergence: null, rows: [], run: "unknown", names: [[1, "C2"]] };
  made.show(finished("a", { comparison }));
  assert.equal(root.querySelector('[data-tab="compare"]').hidden, false);
  assert.equal(made.view.earlier, null);
  assert.ok(!root.querySelector(".player").classList.contains("comparing"));
});

const resting = (asked) => asked.filter(([name]) => name === "rest").length;

test("measures and files are asked for once the result rests and is drawn, once a run", () => {
  const { made, asked } = player();
  made.show(begun());
  for (let to = 1; to <= entries.length; to += 1) {
    made.show(part(0, to));
    play(0.05);
  }
  made.show({ ...finished(), film: "same", later: true });
  assert.equal(resting(asked), 0, "the motion has the machine until its end");
  play();
  assert.equal(made.clock.playing, false);
  assert.equal(resting(asked), 1);
  made.clock.go(1);
  made.clock.toggle();
  play();
  assert.equal(resting(asked), 1, "replaying asks for nothing");
});

test("a reader who stops the motion gets measures and files as well", () => {
  const { made, asked } = player();
  made.show(begun());
  made.show(part(0, 5));
  play(0.1);
  made.clock.go(0.2);
  made.show({ ...finished(), film: "same", later: true });
  play();
  assert.equal(resting(asked), 1);
});

test("a result that comes with everything asks for nothing, nor does a page without a server", () => {
  const { made, asked } = player();
  made.show(finished("a", { play: true }));
  play();
  assert.equal(resting(asked), 0);
  const alone = player(false);
  alone.made.show(finished("a", { later: true }));
  play();
  assert.equal(alone.asked.length, 0);
});

test("each run asks for its own measures and files", () => {
  const { made, asked } = player();
  for (const run of ["a", "b"]) {
    made.show(begun(run));
    made.show({ ...finished(run), film: "same", later: true });
    play();
  }
  assert.equal(resting(asked), 2);
});

test("what has gone wrong with the files is said below what was said before", () => {
  const { made, root } = player();
  made.show(finished("a", { notices: ["The detector's limit was lowered."] }));
  made.show({ run: "a", status: "finished", packed: true, also: ["There is no zip."] });
  const lines = root.querySelector(".player-notices").querySelectorAll("li").map((node) => node.textContent);
  assert.deepEqual(lines, ["The detector's limit was lowered.", "There is no zip."]);
});

test("window and level change the film and not what is drawn on it, and end with it", () => {
  const { made, root } = player();
  made.show(finished());
  const level = root.querySelector('[data-grey="level"]');
  level.value = "80";
  made.controls.setGrey();
  assert.match(made.theatre.stage.image.style.filter, /^url\(#grey-/);
  made.show(finished("b", { film: { ...FILM, url: "data:other" } }));
  assert.equal(level.value, "50");
  assert.equal(made.theatre.stage.image.style.filter, "none");
});

test("messages of a run that gave way change nothing", () => {
  const { made } = player();
  made.show(begun("a"));
  made.show(finished("b"));
  made.show(part(0, 3, "a"));
  play();
  assert.equal(made.view.payload.run, "b");
  assert.equal(made.view.timeline.entries.length, entries.length);
});

test("every beat of a run is the current one at some moment of playing it", () => {
  const { made } = player();
  made.show(finished("a", { play: true }));
  const seen = new Set();
  const at = made.theatre.at.bind(made.theatre);
  made.theatre.at = (time) => { at(time); for (const one of sceneAt(made.view.timeline, time).current) seen.add(`${one.entry} ${one.phase}`); };
  play();
  assert.deepEqual(made.view.timeline.beats.filter((one) => !seen.has(`${one.entry} ${one.phase}`)), []);
  assert.ok(beat({}).seconds && fakeInk());
});

test("where cards lie below the film, a crop keeps to the edge away from its body, within the film and off the others", () => {
  const area = { left: 12, top: 370, width: 366, height: 363 };
  for (const left of [20, 150, 170, 300]) {
    const box = { left, top: 400, width: 60 };
    const spots = [0, 1, 2].map((index) => edgeSpot(area, box, index, 3));
    for (const [index, { left: x, top: y, width }] of spots.entries()) {
      assert.ok(x >= area.left && x + width <= area.left + area.width && y >= area.top && y + width <= area.top + area.height);
      assert.ok(x >= left + box.width || x + width <= left, "beside the body");
      assert.ok(index === 0 || y >= spots[index - 1].top + width);
    }
  }
});
