// @ts-check
// The card: the step of each lane in words first, with its checks, their values and limits, and the network's crop.

import { html, style } from "../shared/dom.js";
import { counted, ease, percent, percents } from "../shared/numbers.js";
import { pathOf } from "../shared/pen.js";
import { isFilmEnd } from "./bodies.js";
import { momentOf, stepBeats } from "./timeline.js";

/** @typedef {import("./timeline.js").Scene} Scene */
/** @typedef {import("./timeline.js").Seen} Seen */
/** @typedef {import("./timeline.js").Timed} Timed */
/** @typedef {import("./looks.js").Dress} Dress */
/** @typedef {{title: string, side: string, beats: Timed[], lane: string}} Card */

const SIDES = { up: "↑ upwards", down: "↓ downwards" };
const HELP = {
  predict: "A small network reads three known centres and predicts where the next vertebra's centre lies.",
  segment: "Med-SA, a medical version of Segment Anything, outlines the body around the predicted point.",
  overlap: "Intersection over union with an accepted body: two vertebrae must not overlap.",
  class: "A small network classifies the crop: vertebra, background, C2 or S1. C2 and S1 end the spine.",
};
/** What a step of the induction goes through: what has not come yet is named, so that the card keeps its size. @type {[string, string][]} */
const STEPS = [["predict", "prediction"], ["segment", "outline"], ["overlap", "overlap"], ["class", "class"]];
const PATCH = 112;

/** Which cards a moment has: the lanes that run now, else the step that ran last. @param {Scene} scene @param {Dress} dress @returns {Card[]} */
export function cardsOf(scene, dress) {
  const moment = momentOf(scene);
  if (!moment || !moment.lane) return [];
  const since = scene.past.findLast((beat) => !beat.lane)?.stop ?? 0;
  const lanes = [...new Set(scene.past.filter((beat) => beat.start >= since - 1e-6 && (beat.section || "") === (moment.section || "")).map((beat) => beat.lane || ""))];
  return lanes.filter(Boolean).sort((a, b) => laneOrder(a) - laneOrder(b)).slice(0, 3).map((lane) => {
    const beats = stepBeats(scene, lane);
    return { lane, beats, title: titleOf(lane, beats, dress), side: SIDES[/** @type {"up"} */ (lane)] || "" };
  });
}

/** @param {string} lane */
function laneOrder(lane) {
  return lane === "up" ? -1 : lane === "down" ? 1 : 0;
}

/** @param {string} lane @param {Timed[]} beats @param {Dress} dress */
function titleOf(lane, beats, dress) {
  const end = beats.find((beat) => beat.phase === "decide");
  if (end && typeof end.body === "number") return dress.names.get(end.body) || "kept";
  if (lane.startsWith("start")) return lane;
  if (end && isFilmEnd(end)) return "end of the film";
  return end ? "not kept" : isStepped(lane) ? "the next body" : "a body";
}

/** @typedef {{crop: (canvas: HTMLCanvasElement, box: readonly number[]) => void}} Film */
/** @typedef {{key: string, node: HTMLElement, update: (scene: Scene) => void}} Drawn */

export class Cards {
  /** @param {HTMLElement} root @param {Film} film */
  constructor(root, film) {
    this.root = root;
    this.film = film;
    this.drawn = /** @type {Map<string, Drawn>} */ (new Map());
    this.order = "";
  }

  /** Everything is drawn again at the next moment. */
  forget() {
    this.order = "";
    this.drawn = new Map();
  }

  /** @param {Scene} scene @param {Dress} dress @param {boolean} rests at the end of a finished run @param {() => HTMLElement | null} overview */
  at(scene, dress, rests, overview) {
    const cards = cardsOf(scene, dress);
    if (!cards.length) return this.showOverview(scene, rests, overview);
    const next = new Map(cards.map((card) => [card.lane, this.kept(card)]));
    const keys = cards.map((card) => keyOf(card)).join("|");
    if (keys !== this.order) this.root.replaceChildren(...[...next.values()].map((item) => item.node));
    this.order = keys;
    this.drawn = next;
    for (const item of next.values()) item.update(scene);
  }

  /** @param {Card} card @returns {Drawn} */
  kept(card) {
    const known = this.drawn.get(card.lane);
    return known && known.key === keyOf(card) ? known : { key: keyOf(card), ...drawCard(card, this.film) };
  }

  /** @param {Scene} scene @param {boolean} rests @param {() => HTMLElement | null} overview */
  showOverview(scene, rests, overview) {
    const moment = momentOf(scene);
    const key = `overview ${moment ? `${moment.entry} ${moment.phase}` : ""} ${rests}`;
    if (this.order !== key) {
      const node = overview();
      const scores = moment && node ? scoresOf(moment) : null;
      this.drawn = new Map(node ? [["", { key, node, update: scores ? scores.update : () => undefined }]] : []);
      this.root.replaceChildren(...(node ? [node] : []));
      if (scores && node) node.append(scores.node);
    }
    this.order = key;
    this.drawn.get("")?.update(scene);
  }
}

/** @param {Card} card */
function keyOf(card) {
  return `${card.lane} ${card.beats.map((beat) => `${beat.entry}${beat.phase}`).join()} ${card.title}`;
}

/** @param {Card} card @param {{crop: (canvas: HTMLCanvasElement, box: readonly number[]) => void}} film */
function drawCard(card, film) {
  const rows = card.beats.filter((beat) => beat.phase !== "decide").map(rowOf);
  const end = card.beats.find((beat) => beat.phase === "decide");
  const stepped = isStepped(card.lane);
  const picture = stepped ? patchOf(card, film) : null;
  const node = html("section", { class: `card ${classOf(end)}`, "aria-label": `${card.title} ${card.side}`, "data-lane": card.lane },
    html("header", {}, html("h2", {}, card.title), html("span", {}, [card.side, card.beats[0]?.step && card.side ? `step ${card.beats[0].step}` : ""].filter(Boolean).join(" · "))),
    html("div", { class: `card-body${stepped ? "" : " plain"}` }, picture && picture.node, html("div", { class: "card-rows" }, rows.map((row) => row.node), stepped && !end ? comingRows(card) : null)),
    html("p", { class: "card-verdict" }, end ? [html("span", { "aria-hidden": "true" }, VERDICTS[end.verdict || "none"]), ` ${end.words}`] : ""));
  return { node, update: (/** @type {Scene} */ scene) => { picture?.update(scene); for (const row of rows) row.update(scene); } };
}

/** How a card looks once its step is decided. @param {Timed | undefined} end */
function classOf(end) {
  if (!end) return "open";
  return isFilmEnd(end) ? "edge" : end.verdict?.replace(" ", "-");
}

/** A lane of the induction, whose steps end with the classifier's look at a crop. @param {string} lane */
function isStepped(lane) {
  return lane === "up" || lane === "down" || lane === "added" || lane.startsWith("start");
}

/** The phases that a step has yet to come to. @param {Card} card */
function comingRows({ beats }) {
  const reached = Math.max(...beats.map((beat) => STEPS.findIndex(([phase]) => phase === beat.phase)));
  return STEPS.slice(reached + 1).map(([, words]) => html("p", { class: "row-coming", "aria-hidden": "true" }, words));
}

/** @type {Record<string, string>} */
const VERDICTS = { kept: "✓", end: "■", rejected: "✕", "by hand": "◆", none: "", passed: "✓", failed: "✕" };

/** @param {Timed} beat */
function rowOf(beat) {
  const meters = (beat.draw || []).filter((item) => item.kind === "gauge" || item.kind === "bars").map((item) => meterOf(/** @type {any} */ (item), beat.short || ""));
  const sign = beat.verdict === "passed" ? "✓" : beat.verdict === "failed" ? "✕" : meters.length ? "" : "✓";
  const mark = html("b", { class: "row-mark", "aria-hidden": "true" }, sign);
  const help = HELP[/** @type {"predict"} */ (beat.phase)];
  const node = html("div", { class: `row ${beat.verdict || ""}`, "data-phase": beat.phase, "data-help": [beat.words, help].filter(Boolean).join(" "), role: "group", "aria-label": beat.text || beat.words, tabindex: 0 },
    meters.length ? null : html("p", { class: "row-words" }, html("span", {}, beat.short || beat.words)),
    meters.map((meter) => meter.node));
  (decidingNode(meters, beat.verdict === "failed") || node).append(mark);
  return { node, update(/** @type {Scene} */ scene) {
    for (const meter of meters) meter.update(grown(scene, meter.item, beat));
    node.classList.toggle("decided", scene.time >= beat.stop - 1e-6);
  } };
}

/** The bar that decided a row: one over its limit where the row failed, else the first that held. @param {any[]} meters @param {boolean} failed @returns {HTMLElement | null} */
function decidingNode(meters, failed) {
  const bars = meters.flatMap((meter) => meter.bars);
  const bar = bars.find((/** @type {any} */ one) => (failed ? one.bad : one.good)) || bars[0];
  return bar ? bar.node : null;
}

/** How far an item of a beat has come. @param {Scene} scene @param {any} item @param {Timed} beat */
function grown(scene, item, beat) {
  const length = beat.stop - beat.start;
  const begin = beat.start + (item.begin || 0) * length;
  const end = beat.start + (item.end ?? 1) * length;
  return ease((scene.time - begin) / Math.max(1e-6, end - begin));
}

/** @param {any} item @param {string} short */
function meterOf(item, short) {
  return item.kind === "bars" ? barsOf(item) : gaugeOf(item, short);
}

/** A bar that grows beside its number, which is there at once: a run may be paused at any moment.
 * @param {string} label @param {number} value @param {number | null | undefined} limit @param {number} scale @param {string} kind @param {string} sign */
function barOf(label, value, limit, scale, kind, sign) {
  const fill = html("i", { class: "bar-fill" });
  const mark = limit === null || limit === undefined ? null : html("u", { class: "bar-limit", style: `left: ${Math.min(100, (100 * limit) / scale)}%` });
  const [share, most] = limit === null || limit === undefined ? [percent(value), ""] : percents(value, limit);
  const words = most ? `${label} ${share}, limit ${most}` : `${label} ${share}`;
  const node = html("div", { class: `bar ${kind}`, role: "img", "aria-label": words, title: words },
    html("span", { class: "bar-label" }, label), html("span", { class: "bar-track" }, fill, mark),
    html("span", { class: "bar-number" }, sign ? `${share} ${sign} ${most}` : percent(value)));
  return { node, update(/** @type {number} */ x) {
    style(fill, "transform", `scaleX(${Math.min(1, (value * x) / scale).toFixed(3)})`);
  } };
}

/** @param {any} item @param {string} short */
function gaugeOf(item, short) {
  const passed = item.most === false ? item.value >= item.limit : item.value <= item.limit;
  const sign = item.value > item.limit ? ">" : "≤";
  const bar = barOf(short || item.label, item.value, item.limit, item.scale || 1, passed ? "good" : "bad", sign);
  return { item, node: bar.node, bars: [{ node: bar.node, good: passed, bad: !passed }], update: bar.update };
}

/** @param {any} item */
function barsOf(item) {
  const bars = item.bars.map((/** @type {any} */ bar, /** @type {number} */ index) => barOf(bar.label, bar.value, bar.limit, 1, index === item.winner ? "winner" : "", ""));
  const node = html("div", { class: "bars" }, bars.map((/** @type {any} */ bar) => bar.node));
  const over = (/** @type {any} */ { value, limit }) => limit !== null && limit !== undefined && value > limit;
  const marked = bars.map((/** @type {any} */ bar, /** @type {number} */ index) => ({ node: bar.node, good: index === item.winner, bad: over(item.bars[index]) }));
  return { item, node, bars: marked, update(/** @type {number} */ x) {
    node.classList.toggle("grown", x >= 1);
    for (const bar of bars) bar.update(x);
  } };
}

/** The scores of all detections as columns against their limit. @param {Timed} beat */
function scoresOf(beat) {
  const item = /** @type {any} */ ((beat.draw || []).find((part) => part.kind === "bars"));
  if (!item || !item.bars.length) return null;
  if (item.bars[0].limit === undefined || item.bars[0].limit === null) return namedBars(item, beat);
  const limit = item.bars[0].limit;
  const columns = item.bars.map((/** @type {any} */ bar) => html("i", { class: bar.value >= limit ? "good" : "bad", title: `score ${percent(bar.value)}` }));
  const node = html("div", { class: "scores", role: "img", "aria-label": `Scores of ${counted(item.bars.length, "detection")}, limit ${percent(limit)}` },
    columns, html("u", { style: `bottom: ${100 * limit}%` }, html("span", {}, `limit ${percent(limit)}`)));
  return { node, update(/** @type {Scene} */ scene) {
    const x = grown(scene, item, beat);
    columns.forEach((/** @type {HTMLElement} */ column, /** @type {number} */ index) => style(column, "height", `${(100 * item.bars[index].value * x).toFixed(1)}%`));
  } };
}

/** Bars with a name each, such as the kinds of film. @param {any} item @param {Timed} beat */
function namedBars(item, beat) {
  const bars = barsOf(item);
  return { node: bars.node, update: (/** @type {Scene} */ scene) => bars.update(grown(scene, item, beat)) };
}

/** The crop that the classifier was given; it arrives when its picture has flown in. @param {Card} card @param {{crop: (canvas: HTMLCanvasElement, box: readonly number[]) => void}} film */
function patchOf(card, film) {
  const beat = card.beats.find((other) => (other.draw || []).some((item) => item.kind === "picture"));
  const item = beat && /** @type {any} */ ((beat.draw || []).find((part) => part.kind === "picture"));
  const canvas = html("canvas", { width: 2 * PATCH, height: 2 * PATCH, class: "card-patch", role: "img", "aria-label": item ? "The crop as the classifier saw it" : "No crop yet" });
  if (item) {
    film.crop(canvas, item.box);
    outlineOn(canvas, item.box, card);
  }
  return { node: canvas, update(/** @type {Scene} */ scene) {
    const arrived = beat && item ? grown(scene, { ...item, end: 0.5 }, beat) >= 1 : false;
    canvas.classList.toggle("arrived", arrived);
  } };
}

/** @param {HTMLCanvasElement} canvas @param {readonly number[]} box @param {Card} card */
function outlineOn(canvas, box, card) {
  const shape = card.beats.flatMap((beat) => beat.draw || []).find((item) => item.kind === "shape" && item.role === "candidate");
  const ink = canvas.getContext("2d");
  if (!shape || !ink) return;
  const scale = canvas.width / (box[2] - box[0]);
  ink.setTransform(scale, 0, 0, scale, -(box[0] - 0.5) * scale, -(box[1] - 0.5) * scale);
  ink.lineWidth = 3 / scale;
  ink.strokeStyle = "#ffe066";
  ink.stroke(pathOf(/** @type {any} */ (shape).outline));
  ink.setTransform(1, 0, 0, 1, 0, 0);
}
