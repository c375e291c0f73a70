// @ts-check
// A run's stored values as columns, and every figure that follows from them at a limit of identification.

/** @typedef {import("./types").Model} Model */
/** @typedef {import("./types").View} View */
/** @typedef {import("./types").Case} Case */
/** @typedef {import("./types").Status} Status */

const LEVELS_OF_SPINE = ["C", "T", "L", "S"];
const OUTLINABLE = "all, outlinable";
const WORST_SHARE = 0.1;
export const CHANGED = 0.02;
const DICE_UNIT = 1e6; // Dice are whole millionths, so that a limit decides as it does in the tables

/** @param {import("./types").Columns} data @returns {Model} */
export function spineModel(data) {
  const { rows, films } = data;
  const count = rows.film.length;
  const dice = (/** @type {number} */ i) => inUnits(rows.dice[i]);
  const name = (/** @type {number} */ i) => data.names[rows.name[i]];
  const level = (/** @type {number} */ i) => data.levels[rows.level[i]];
  const isExtra = (/** @type {number} */ i) => rows.kind[i] === 2;
  const isBody = (/** @type {number} */ i) => rows.kind[i] === 0;
  const above = (/** @type {number} */ i, /** @type {number} */ limit) => (rows.dice[i] ?? 0) > stored(limit);

  /** @param {number} i @param {number} limit */
  function identified(i, limit) {
    return isBody(i) ? above(i, limit) : rows.found[i] === 1;
  }

  /** Right, misnamed, unnamed or missed for annotated vertebrae; false or doubled for masks beyond them.
   * @param {number} i @param {number} limit @returns {Status} */
  function status(i, limit) {
    if (isExtra(i)) return above(i, limit) ? "doubled" : "false";
    if (!identified(i, limit)) return "missed";
    if (name(i) === level(i)) return "right";
    return LEVELS_OF_SPINE.includes(name(i)[0]) ? "misnamed" : "unnamed";
  }

  /** @param {number} i @param {number} limit */
  function overall(i, limit) {
    return isBody(i) && identified(i, limit) ? dice(i) ?? 0 : 0;
  }

  /** Why the induction ended upwards and downwards. @param {number} film */
  function stops(film) {
    return [films.stop_up[film], films.stop_down[film]].map((index) => data.stops[index]).filter(Boolean);
  }

  return { data, count, starts: startsOf(rows.film, films.name.length), dice, name, level, isExtra, isBody, identified, status, overall, stops, films, rows };
}

/** A Dice or a limit as it is stored. @param {number} dice */
function stored(dice) {
  return Math.round(dice * DICE_UNIT);
}

/** @param {number | null} dice as it is stored */
function inUnits(dice) {
  return dice === null ? null : dice / DICE_UNIT;
}

/** The first row of each film, then the number of rows. @param {number[]} film of each row, rising @param {number} films */
function startsOf(film, films) {
  const starts = new Int32Array(films + 1).fill(film.length);
  for (let i = film.length - 1; i >= 0; i--) starts[film[i]] = i;
  for (let f = films - 1; f >= 0; f--) starts[f] = Math.min(starts[f], starts[f + 1]);
  return starts;
}

/** The rows of a film. @param {Model} model @param {number} film */
export function rowsOf(model, film) {
  return Array.from({ length: model.starts[film + 1] - model.starts[film] }, (_, k) => model.starts[film] + k);
}

/** @param {Model} model */
function everyFilm(model) {
  return model.films.name.map((_, film) => film);
}

/** The paper's figures at a limit: per level, of all bodies, and of those that a reader could outline.
 * @param {Model} model @param {number} limit @param {number[]} [films] that count; all without */
export function levelFigures(model, limit, films = everyFilm(model)) {
  const all = annotated(model, films);
  const groups = new Map(model.data.levels.filter(Boolean).map((level) => [level, /** @type {number[]} */ ([])]));
  for (const i of all) groups.get(model.level(i))?.push(i);
  groups.set("all", all).set(OUTLINABLE, all.filter((i) => model.rows.outlinable[i] === 1));
  return [...groups].filter(([, rows]) => rows.length).map(([level, rows]) => figures(model, level, rows, limit));
}

/** The rows of annotated vertebrae. @param {Model} model @param {number[]} films */
function annotated(model, films) {
  return films.flatMap((film) => rowsOf(model, film)).filter((i) => !model.isExtra(i));
}

/** @param {Model} model @param {string} level @param {number[]} rows @param {number} limit @returns {import("./types").Figures} */
function figures(model, level, rows, limit) {
  const bodies = rows.filter(model.isBody);
  const overall = Float64Array.from(bodies, (i) => model.overall(i, limit)).sort();
  const located = bodies.filter((i) => model.identified(i, limit));
  const worst = overall.subarray(0, Math.max(1, Math.round(WORST_SHARE * overall.length)));
  return {
    level,
    count: rows.length,
    identified: (100 * rows.filter((i) => model.identified(i, limit)).length) / rows.length,
    located: meanOf(located.map((i) => model.dice(i) ?? 0)),
    overall: meanOf([...overall]),
    ...nameShares(model, rows, limit),
    worst: meanOf([...worst]),
  };
}

/** What became of the names of some annotated vertebrae, in per cent; one that was missed has no name.
 * @param {Model} model @param {number[]} rows @param {number} limit */
function nameShares(model, rows, limit) {
  const share = (/** @type {Status[]} */ wanted) => (100 * rows.filter((i) => wanted.includes(model.status(i, limit))).length) / rows.length;
  return { named: share(["right"]), misnamed: share(["misnamed"]), unnamed: share(["unnamed", "missed"]) };
}

/** The names over all bodies, then over those on films that show C2 or S1.
 * @param {Model} model @param {number} limit @param {number[]} [films] that count; all without */
export function nameFigures(model, limit, films = everyFilm(model)) {
  const all = annotated(model, films);
  const anchored = all.filter((i) => model.films.anchor[model.rows.film[i]] === "whole");
  const of = (/** @type {number[]} */ rows) => (rows.length ? { count: rows.length, ...nameShares(model, rows, limit) } : null);
  return { all: of(all), anchored: of(anchored) };
}

/** @param {number[]} values @returns {number | null} */
export function meanOf(values) {
  return values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
}

/** Masks on no body at a limit, and the films whose truth is complete enough to count them.
 * @param {Model} model @param {number} limit @param {number[]} [films] that count; all without */
export function extraFigures(model, limit, films = everyFilm(model)) {
  let masks = 0;
  let judged = 0;
  for (const film of films) {
    judged += model.films.complete[film];
    masks += model.films.mask_dice[film].filter((value) => value <= stored(limit)).length;
  }
  return { masks, judged };
}

/** For each row of `model` the row of the same vertebra in `other`, or -1. @param {Model} model @param {Model} other */
export function rowsInOther(model, other) {
  const key = (/** @type {Model} */ one, /** @type {number} */ i) => `${one.films.name[one.rows.film[i]]}\n${one.level(i)}`;
  const places = new Map();
  for (const i of annotated(other, everyFilm(other))) places.set(key(other, i), i);
  return Int32Array.from({ length: model.count }, (_, i) => (model.isExtra(i) ? -1 : places.get(key(model, i)) ?? -1));
}

/** By how much the overall Dice differs in the evaluation compared with. @param {View} view @param {number} i */
export function change(view, i) {
  const j = view.twin ? view.twin[i] : -1;
  if (j < 0 || !view.other || !view.model.isBody(i)) return null;
  return view.other.overall(j, view.state.limit) - view.model.overall(i, view.state.limit);
}

/** The orders of the list: what each is called, and how it compares. @type {Record<string, [string, (a: Case, b: Case) => number]>} */
export const ORDERS = {
  worst: ["worst mean Dice first", (a, b) => (a.mean ?? 2) - (b.mean ?? 2) || b.faults - a.faults],
  faults: ["most missed, wrong and extra first", (a, b) => b.faults - a.faults || (a.mean ?? 2) - (b.mean ?? 2)],
  change: ["largest change first", (a, b) => b.change - a.change],
  best: ["best mean Dice first", (a, b) => (b.mean ?? -1) - (a.mean ?? -1) || a.faults - b.faults],
  name: ["by name", () => 0],
};

/** The rows that pass every filter, grouped by film, in the chosen order. @param {View} view @returns {Case[]} */
export function casesOf(view) {
  return passing(view, "").map(({ film, rows }) => ranked(view, film, rows)).sort(ORDERS[view.state.sort][1]);
}

/** The films that pass the filters of films: those that the figures are of. Filters of vertebrae do not count, since
 * most choose by what became of them: of those missed none is identified. @param {View} view */
export function filmsOf(view) {
  return everyFilm(view.model).filter((film) => filmPasses(view, film, ""));
}

/** The rows that pass every filter but that called `without`, grouped by film: what a histogram counts.
 * @param {View} view @param {string} without */
export function passing(view, without) {
  const films = everyFilm(view.model).filter((film) => filmPasses(view, film, without));
  return films.map((film) => ({ film, rows: rowsOf(view.model, film).filter((i) => rowPasses(view, i, without)) }))
    .filter(({ rows }) => rows.length);
}

/** @param {View} view @param {number} film @param {string} without */
function filmPasses(view, film, without) {
  const { model, state } = view;
  if (state.region && model.data.regions[model.films.region[film]] !== state.region) return false;
  if (view.within && without !== "span" && !view.within.has(film)) return false;
  if (state.stop && without !== "stop" && !model.stops(film).includes(state.stop)) return false;
  if (state.search && !model.films.name[film].toLowerCase().includes(state.search.toLowerCase())) return false;
  const verdict = view.verdicts[model.films.name[film]];
  return !state.verdict || (verdict ? verdict.verdict : "none") === state.verdict;
}

/** @param {View} view @param {number} i @param {string} without */
function rowPasses(view, i, without) {
  const { model, state } = view;
  if (state.levels.length && !state.levels.includes(model.level(i))) return false;
  if (state.dice && without !== "dice" && !within(model.rows.dice[i], state.dice, DICE_UNIT, 1)) return false;
  if (state.distance && without !== "distance" && !within(model.rows.assd[i], state.distance, 100, Infinity)) return false;
  if (!state.show.length || without === "show") return true;
  const kinds = kindsOf(model.status(i, state.limit));
  return state.show.some((wanted) => kinds.includes(wanted)
    || (wanted === "changed" && Math.abs(change(view, i) ?? 0) > CHANGED));
}

/** The filters that show a vertebra or mask of a status; as in the table, one that was missed has no name either.
 * @param {Status} status */
function kindsOf(status) {
  /** @type {Partial<Record<Status, string[]>>} */
  const kinds = { right: ["right"], misnamed: ["wrong"], unnamed: ["unnamed"], missed: ["unnamed", "missed"] };
  return kinds[status] || ["extra"];
}

/** How many rows each filter shows, of those that pass all the others. @param {View} view */
export function kindCounts(view) {
  /** @type {Record<string, number>} */
  const counts = { right: 0, wrong: 0, unnamed: 0, missed: 0, extra: 0 };
  for (const { rows } of passing(view, "show")) {
    for (const i of rows) for (const kind of kindsOf(view.model.status(i, view.state.limit))) counts[kind] += 1;
  }
  return counts;
}

/** As a histogram counts: a bar holds its lower end, and the last one, which ends at `most`, its upper end too.
 * @param {number | null} value as it is stored @param {import("./types").Range} range @param {number} scale @param {number} most */
function within(value, [low, high], scale, most) {
  return value !== null && value >= Math.round(low * scale) && (value < Math.round(high * scale) || high >= most);
}

/** A film's mean overall Dice, of the chosen levels: what its picture and its group show. @param {View} view @param {number} film */
function filmMean({ model, state }, film) {
  const bodies = rowsOf(model, film).filter((i) => model.isBody(i) && (!state.levels.length || state.levels.includes(model.level(i))));
  return meanOf(bodies.map((i) => model.overall(i, state.limit)));
}

/** @type {Status[]} */
const FAULTS = ["missed", "false", "doubled", "misnamed"];

/** @param {View} view @param {number} film @param {number[]} rows @returns {Case} */
function ranked(view, film, rows) {
  const { model, state } = view;
  return {
    film,
    rows,
    faults: rowsOf(model, film).filter((i) => FAULTS.includes(model.status(i, state.limit))).length,
    mean: filmMean(view, film),
    change: Math.max(0, ...rows.map((i) => Math.abs(change(view, i) ?? 0))),
  };
}
