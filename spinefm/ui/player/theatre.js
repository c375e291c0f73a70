// @ts-check
// The theatre: both panes, cards, chips, words and scrubber at one moment. Everything is a function of (view, time).

import { html, say, style } from "../shared/dom.js";
import { ease, mix } from "../shared/numbers.js";
import { drawLetters, drawOutline } from "../shared/pen.js";
import { isFilmEnd, wornAt } from "./bodies.js";
import { Cards } from "./card.js";
import { Chips } from "./chips.js";
import { captionsOf, partingMark } from "./compare.js";
import { drawNames, drawSeen, FINAL } from "./looks.js";
import { filmWords, overviewOf, sizeWords } from "./messages.js";
import { Pane } from "./pane.js";
import { markLog } from "./tables.js";
import { momentOf, sceneAt, stopIndex } from "./timeline.js";

/** @typedef {import("./player.js").View} View */
/** @typedef {import("./timeline.js").Scene} Scene */
/** @typedef {import("./looks.js").Dress} Dress */
/** @typedef {{left: number, top: number, width: number}} Square */

/** @type {Record<string, string>} */
const TITLES = { name: "Names", correct: "Correction" };
/** @type {Record<string, string>} */
const IDLE = { ready: "Ready", running: "Looking for vertebrae …", waiting: "Starting …" };
const INTRO = "SpineFM first looks for three sure vertebrae. From there it predicts, outlines and checks the next one, up and down, until the spine ends; then it names them all.";
const AFTERGLOW = 0.7;
const QUIET = 0.55;
/** How high a crop flies, how large it is at the film's edge, and how far from it, in pixels. */
const [LIFT, EDGE, INSET] = [30, 56, 4];

export class Theatre {
  /** @param {HTMLElement} root @param {{go: (time: number) => void, hover: (body: number | null) => void, choose: (body: number | null) => void}} act */
  constructor(root, act) {
    this.root = root;
    this.shell = /** @type {HTMLElement} */ (root.querySelector(".player"));
    const redraw = () => this.redraw();
    this.stage = new Pane(this.node(".pane.stage"), { onDraw: redraw, onView: (view) => this.final.setView(view, false) });
    this.final = new Pane(this.node(".pane.final"), { onDraw: redraw, onView: (view) => this.stage.setView(view, false) });
    this.cards = new Cards(this.node(".player-cards"), { crop: (canvas, box) => this.crop(canvas, box) });
    this.chips = new Chips(this.node(".player-chips"), act);
    this.flyers = [...root.querySelectorAll(".player-flyer")].map((node) => /** @type {HTMLCanvasElement} */ (node));
    this.scrub = /** @type {HTMLInputElement} */ (this.node("[data-scrub]"));
    this.view = /** @type {View | null} */ (null);
    this.time = 0;
    this.told = /** @type {import("./timeline.js").Timed | null} */ (null);
    this.said = ""; // the verbs on show
    this.sheet = document.createElement("canvas");
    this.options = { fills: true, letters: true };
    this.comparing = false;
    this.held = false; // parts of a new view are put in place: it is drawn once, at the end
    this.quiet = false; // outlines step back while something is measured
    /** @type {(pen: import("../shared/pen.js").Pen) => void} */
    this.extra = () => undefined;
    this.stage.image.addEventListener("load", () => this.onFilm());
  }

  /** Another picture: it is decoded once, and what was cut out of the one before is cut again. */
  onFilm() {
    const { image } = this.stage;
    Object.assign(this.sheet, { width: image.naturalWidth, height: image.naturalHeight });
    this.sheet.getContext("2d")?.drawImage(image, 0, 0);
    for (const flyer of this.flyers) flyer.dataset.box = "";
    this.cards.forget();
    this.redraw();
  }

  /** @param {string} selector @returns {HTMLElement} */
  node(selector) {
    return /** @type {HTMLElement} */ (this.root.querySelector(selector));
  }

  /** The run on show has changed. @param {View} view */
  show(view) {
    const goesOn = isUnderWay(view) && isUnderWay(this.view) && view.payload.run === this.view?.payload.run;
    this.view = view;
    const { film } = view.payload;
    this.shell.style.setProperty("--ratio", film ? String(film.width / film.height) : "1");
    this.stage.setFilm(film);
    this.final.setFilm(film);
    this.caption();
    this.showVerbs(view.payload.verbs);
    for (const mark of this.root.querySelectorAll(".simulated")) /** @type {HTMLElement} */ (mark).hidden = !(film && view.payload.simulated);
    if (!goesOn) this.cards.forget();
    this.chips.show(view.chips, this.dress(), view.stages);
    this.scrub.max = String(Math.round(view.timeline.end * 1000));
    this.marks();
  }

  caption() {
    const { payload } = /** @type {View} */ (this.view);
    const { film } = payload;
    const [now, before] = this.comparing && payload.comparison ? captionsOf(payload.comparison) : [sizeWords(film), ""];
    const whole = this.comparing ? "" : filmWords(film);
    nameFilm(this.node(".stage .pane-name"), film, now, whole);
    nameFilm(this.node(".final .pane-name"), film, before, whole);
    say(this.node(".final .pane-title"), this.comparing ? "run before" : "result");
    say(this.node(".stage .pane-title"), this.comparing ? "this run" : "step");
  }

  /** Where bodies were decided, under the scrubber. */
  marks() {
    const { timeline } = /** @type {View} */ (this.view);
    const decided = timeline.beats.filter((beat) => beat.phase === "decide" && timeline.end > 0);
    this.node(".scrub-marks").replaceChildren(...decided.map((beat) =>
      html("i", { class: isFilmEnd(beat) ? "edge" : beat.body === undefined || beat.body === null ? "bad" : "good", style: `left: ${(100 * beat.stop) / timeline.end}%` })));
  }

  /** @returns {Dress} */
  dress() {
    const { view } = this;
    const { fills, letters } = this.options;
    if (!view) return { names: new Map(), colours: new Map(), palette: {}, doubtful: new Set(), lit: null, chosen: null, anchor: null, fills, letters };
    const { names, colours, doubtful, lit, anchor } = view;
    return { names, colours, palette: view.payload.colours, doubtful, lit, chosen: this.quiet ? null : view.chosen, anchor, fills: fills && !this.quiet, letters };
  }

  redraw() {
    if (this.view && !this.held) this.at(this.time);
  }

  /** Draws a moment. @param {number} time */
  at(time) {
    const { view } = this;
    if (!view) return;
    this.time = time;
    const scene = this.hushed(sceneAt(view.timeline, time));
    const dress = this.dress();
    const worn = wornAt(view.timeline, time, dress);
    this.drawStage(scene, worn, view);
    if (this.comparing && view.earlier) this.drawBefore(time, dress, view);
    else this.drawFinal(scene, worn);
    this.drawWords(scene, view);
    this.cards.at(scene, dress, this.rests(scene, view), () => this.overview(scene, view));
    this.chips.at(time, dress, worn);
    this.fly(scene);
    this.mark(scene, view);
  }

  /** @param {Scene} scene @returns {Scene} */
  hushed(scene) {
    return this.quiet ? { ...scene, seen: scene.seen.map((item) => ({ ...item, alpha: item.alpha * QUIET })) } : scene;
  }

  /** @param {Scene} scene @param {Dress} dress @param {View} view */
  drawStage(scene, dress, view) {
    const pen = this.stage.pen();
    drawSeen(pen, scene.seen, dress);
    if (dress.letters) drawNames(pen, scene.seen, dress);
    if (this.comparing) drawParting(pen, partingMark(view.timeline, view.payload.comparison?.divergence));
    this.extra(pen);
  }

  /** What is final: bodies as they are accepted; the newest glows. @param {Scene} scene @param {Dress} dress */
  drawFinal(scene, dress) {
    const pen = this.final.pen();
    const seen = scene.seen.filter((item) => FINAL.has(item.role));
    drawSeen(pen, seen, dress);
    for (const item of seen) {
      const age = scene.time - item.beat.stop;
      if (item.role === "kept" && age < AFTERGLOW && scene.current.length) drawOutline(pen, /** @type {any} */ (item).outline, { colour: "#fff", width: 3 }, item.alpha * ease(item.x) * Math.min(1, 1 - age / AFTERGLOW));
    }
    if (dress.letters) drawNames(pen, seen, dress);
    this.extra(pen);
  }

  /** The bodies in the final pane, by number. */
  finals() {
    const seen = this.view ? sceneAt(this.view.timeline, this.time).seen : [];
    return [...new Set(seen.filter((item) => FINAL.has(item.role) && item.alpha > 0.5).map((item) => item.body))].sort();
  }

  /** The run before, at the same time. @param {number} time @param {Dress} dress @param {View} view */
  drawBefore(time, dress, view) {
    const { earlier, earlierDress } = view;
    if (!earlier) return;
    const pen = this.final.pen();
    const whole = time >= view.timeline.end ? earlier.end : Math.min(time, earlier.end);
    const scene = sceneAt(earlier, whole);
    const worn = wornAt(earlier, whole, { ...dress, ...earlierDress, lit: null, chosen: null });
    drawSeen(pen, scene.seen, worn);
    if (dress.letters) drawNames(pen, scene.seen, worn);
    drawParting(pen, partingMark(earlier, view.payload.comparison?.divergence));
  }

  /** @param {Scene} scene @param {View} view */
  drawWords(scene, view) {
    const moment = momentOf(scene);
    for (const node of this.verbs()) node.classList.toggle("on", isVerbOf(node, moment));
    say(this.node(".player-caption"), moment ? linesOf(scene) || moment.words : filmWords(view.payload.film));
  }

  /** @returns {HTMLElement[]} */
  verbs() {
    return /** @type {any} */ ([...this.root.querySelectorAll("[data-verb]")]);
  }

  /** What the run's method does: each has words of its own. @param {{title: string, help: string, phases: string[]}[] | undefined} verbs */
  showVerbs(verbs) {
    const words = JSON.stringify(verbs);
    if (!verbs || words === this.said) return;
    this.said = words;
    this.node(".player-verbs ol").replaceChildren(...verbs.map(({ title, help, phases }, index) =>
      html("li", { "data-verb": index, "data-phases": phases.join(" "), tabindex: 0, "data-help": help }, html("b", {}, title))));
  }

  /** Whether a finished run is at its end. @param {Scene} scene @param {View} view */
  rests(scene, view) {
    return view.payload.status === "finished" && scene.time >= view.timeline.end - 1e-3;
  }

  /** Beside an error that came before any step there is nothing to say. @param {Scene} scene @param {View} view */
  overview(scene, view) {
    const moment = momentOf(scene);
    const { status, film, starts } = view.payload;
    if (status === "failed" && !moment) return null;
    const result = this.rests(scene, view) ? view.rows.filter((row) => row.found) : [];
    const verb = this.verbs().find((node) => isVerbOf(node, moment));
    const idle = status === "ready" && starts ? "waiting" : status; // a film that was brought is run at once
    const title = moment ? TITLES[moment.phase] || verb?.textContent || "" : IDLE[idle] || "SpineFM";
    const words = moment ? moment.words : film && idle === "ready" ? "Press Run: three vertebrae are found first." : INTRO;
    return overviewOf({ ...view, title, words }, { result });
  }

  /** The scrubber, and what tests and styles read. @param {Scene} scene @param {View} view */
  mark(scene, view) {
    const moment = momentOf(scene);
    const value = String(Math.round(scene.time * 1000));
    if (this.scrub.value !== value) this.scrub.value = value;
    style(this.scrub, "--done", `${view.timeline.end ? ((100 * scene.time) / view.timeline.end).toFixed(2) : 0}%`);
    const data = { time: scene.time.toFixed(3), stop: String(stopIndex(view.timeline, scene.time)), phase: moment ? moment.phase : "" };
    for (const [name, words] of Object.entries(data)) if (this.shell.dataset[name] !== words) this.shell.dataset[name] = words;
    this.shell.classList.toggle("resting", scene.time >= view.timeline.end && view.payload.status !== "running");
    markLog(this.root, moment ? moment.entry : -1);
    if (moment && this.told !== moment) tell(moment);
    this.told = moment;
  }

  /** A part of the film, cut out. @param {HTMLCanvasElement} canvas @param {readonly number[]} box */
  crop(canvas, box) {
    const { sheet, stage: { film } } = this;
    const ink = canvas.getContext("2d");
    if (!ink || !film || !sheet.width) return;
    const k = sheet.width / film.width;
    ink.fillStyle = "#000";
    ink.fillRect(0, 0, canvas.width, canvas.height);
    ink.drawImage(sheet, box[0] * k, box[1] * k, (box[2] - box[0]) * k, (box[3] - box[1]) * k, 0, 0, canvas.width, canvas.height);
  }

  /** The crops on their way from the film into their cards, one a lane. @param {Scene} scene */
  fly(scene) {
    const flying = scene.seen.filter((part) => part.kind === "picture" && scene.time < flownBy(part));
    this.flyers.forEach((flyer, index) => this.flyOne(flyer, /** @type {any} */ (flying[index]), scene));
  }

  /** @param {HTMLCanvasElement} flyer @param {any} item @param {Scene} scene */
  flyOne(flyer, item, scene) {
    const target = item && this.root.querySelector(`.card[data-lane="${item.beat.lane}"] .card-patch`);
    flyer.hidden = !target || !target.getClientRects().length;
    if (flyer.hidden) return;
    const key = item.box.join();
    if (flyer.dataset.box !== key) this.crop(flyer, item.box);
    flyer.dataset.box = key;
    const x = ease((scene.time - item.beat.start) / (flownBy(item) - item.beat.start));
    const [from, to, lift] = this.flightOf(item.box, target.getBoundingClientRect(), this.flyers.indexOf(flyer));
    const home = this.shell.getBoundingClientRect();
    const width = mix(from.width, to.width, x);
    flyer.style.transform = `translate(${mix(from.left, to.left, x) - home.left}px, ${mix(from.top, to.top, x) - home.top - lift * Math.sin(Math.PI * x)}px) scale(${width / 112})`;
  }

  /** From where to where a crop flies, and how high. Where its card lies below the film it stays at the film's edge: on its way it would hide
   * what is judged. @param {readonly number[]} box @param {Square} card @param {number} index @returns {[Square, Square, number]} */
  flightOf(box, card, index) {
    const [from, area] = [this.onPage(box), this.stage.area.getBoundingClientRect()];
    if (card.top < area.bottom) return [from, card, LIFT];
    const spot = edgeSpot(area, from, index, this.flyers.length);
    return [spot, spot, 0];
  }

  /** Where a box of the film lies on the page. @param {readonly number[]} box */
  onPage(box) {
    const area = this.stage.area.getBoundingClientRect();
    const { scale, x, y } = this.stage.view;
    return { left: area.left + (box[0] - x) * scale, top: area.top + (box[1] - y) * scale, width: (box[2] - box[0]) * scale };
  }
}

/** The film's name over a pane, then more; a long name gives way, and the tooltip has all of it.
 * @param {HTMLElement} node @param {any} film @param {string} more @param {string} [whole] */
function nameFilm(node, film, more, whole) {
  const name = film ? film.name : "";
  node.title = whole || [name, more].filter(Boolean).join(" · ");
  node.replaceChildren(html("span", { class: "pane-file" }, name), html("span", { class: "pane-facts" }, name && more ? ` · ${more}` : more));
}

/** @param {HTMLElement} node @param {import("./timeline.js").Timed | null} moment */
function isVerbOf(node, moment) {
  return moment !== null && (node.dataset.phases || "").split(" ").includes(moment.phase);
}

/** @param {View | null} view */
function isUnderWay(view) {
  return view !== null && view.payload.status === "running";
}

/** Other parts of the page may follow the run. @param {import("./timeline.js").Timed} beat */
function tell({ phase, words }) {
  document.dispatchEvent(new CustomEvent("spinefm:beat", { detail: { phase, text: words } }));
}

/** @type {Record<string, string>} */
const ARROWS = { up: "↑ ", down: "↓ " };

/** What happens now, in words, each once; where lanes differ, each with its arrow or its starting point. @param {Scene} scene */
export function linesOf(scene) {
  const lanes = new Map(scene.current.map((beat) => [beat.lane || "", beat.words]));
  const lines = [...new Set(scene.current.map((beat) => beat.words))];
  if (lines.length < 2) return lines.join();
  const told = [...new Set(lanes.values())].map((words) => `${placeWords([...lanes.keys()].filter((lane) => lanes.get(lane) === words))}${words}`);
  return told.slice(-2).join("  ");
}

/** Where something happens, as the cards call it. @param {string[]} lanes */
function placeWords(lanes) {
  const starts = lanes.filter((lane) => lane.startsWith("start ")).map((lane) => lane.slice(6));
  if (starts.length > 1) return `Starts ${starts.join(" and ")}: `;
  return starts.length ? `Start ${starts[0]}: ` : ARROWS[lanes[0]] || "";
}

/** A place at the film's edge that is farther from what a crop was cut from; each of `count` crops has its own.
 * @param {Square & {height: number}} area @param {Square} from @param {number} index @param {number} count @returns {Square} */
export function edgeSpot(area, from, index, count) {
  const width = Math.min(EDGE, area.height / count - INSET);
  const isRight = from.left + from.width / 2 > area.left + area.width / 2;
  return { left: isRight ? area.left + INSET : area.left + area.width - width - INSET, top: area.top + ((index + 0.5) * area.height) / count - width / 2, width };
}

/** When a picture has arrived. @param {import("./timeline.js").Seen} item */
function flownBy(item) {
  return item.beat.start + 0.5 * (item.beat.stop - item.beat.start);
}

/** @param {import("../shared/pen.js").Pen} pen @param {{centre: number[], radius: number} | null} mark */
function drawParting({ ink, view, density }, mark) {
  if (!mark) return;
  const [x, y] = [(mark.centre[0] - view.x) * view.scale, (mark.centre[1] - view.y) * view.scale];
  ink.save();
  ink.strokeStyle = "#ff8078";
  ink.lineWidth = 3;
  ink.beginPath();
  ink.arc(x, y, mark.radius * view.scale, 0, 2 * Math.PI);
  ink.stroke();
  ink.restore();
  drawLetters({ ink, view, density }, [mark.centre[0], mark.centre[1]], "first difference", { size: 13, dy: -mark.radius * view.scale - 10 }, 1);
}
