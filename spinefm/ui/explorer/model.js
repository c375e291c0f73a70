// A run's stored values as columns, and every figure that follows from them at a limit of identification.

const LEVELS_OF_SPINE = ["C", "T", "L", "S"];
const OUTLINABLE = "all, outlinable";
const WORST_SHARE = 0.1;
export const CHANGED = 0.02;
const DICE_UNIT = 1e6; // Dice are whole millionths, so that a limit decides as it does in the tables

export function spineModel(data) {
  const { rows, films } = data;
  const count = rows.film.length;
  const dice = (i) => (rows.dice[i] === null ? null : rows.dice[i] / DICE_UNIT);
  const name = (i) => data.names[rows.name[i]];
  const level = (i) => data.levels[rows.level[i]];
  const isExtra = (i) => rows.kind[i] === 2;
  const isBody = (i) => rows.kind[i] === 0;
  const starts = new Int32Array(films.name.length + 1).fill(count);
  for (let i = count - 1; i >= 0; i--) starts[rows.film[i]] = i;
  for (let f = films.name.length - 1; f >= 0; f--) starts[f] = Math.min(starts[f], starts[f + 1]);

  function identified(i, limit) {
    return isBody(i) ? rows.dice[i] > stored(limit) : rows.found[i] === 1;
  }

  // missed, misnamed, unnamed or right for annotated vertebrae; false or doubled for masks beyond them.
  function status(i, limit) {
    if (isExtra(i)) return rows.dice[i] > stored(limit) ? "doubled" : "false";
    if (!identified(i, limit)) return "missed";
    if (name(i) === level(i)) return "right";
    return LEVELS_OF_SPINE.includes(name(i)[0]) ? "misnamed" : "unnamed";
  }

  function overall(i, limit) {
    return isBody(i) && identified(i, limit) ? dice(i) : 0;
  }

  // Why the induction ended upwards and downwards.
  function stops(film) {
    return [films.stop_up[film], films.stop_down[film]].map((index) => data.stops[index]).filter(Boolean);
  }

  return { data, count, starts, dice, name, level, isExtra, isBody, identified, status, overall, stops, films, rows };
}

// A Dice or a limit as it is stored.
function stored(dice) {
  return Math.round(dice * DICE_UNIT);
}

// The paper's figures at a limit: per level, of all bodies, and of those that a reader could outline.
export function levelFigures(model, limit) {
  const groups = new Map(model.data.levels.filter(Boolean).map((level) => [level, []]));
  const all = [];
  for (let i = 0; i < model.count; i++) {
    if (model.isExtra(i)) continue;
    groups.get(model.level(i)).push(i);
    all.push(i);
  }
  const outlinable = all.filter((i) => model.rows.outlinable[i] === 1);
  return [...groups, ["all", all], [OUTLINABLE, outlinable]].filter(([, rows]) => rows.length).map(([level, rows]) => figures(model, level, rows, limit));
}

function figures(model, level, rows, limit) {
  const bodies = rows.filter(model.isBody);
  const overall = Float64Array.from(bodies, (i) => model.overall(i, limit)).sort();
  const located = bodies.filter((i) => model.identified(i, limit));
  const worst = overall.subarray(0, Math.max(1, Math.round(WORST_SHARE * overall.length)));
  const share = (test) => (100 * rows.filter(test).length) / rows.length;
  return {
    level,
    count: rows.length,
    identified: share((i) => model.identified(i, limit)),
    located: meanOf(located.map(model.dice)),
    overall: meanOf(overall),
    ...nameShares(model, rows, limit),
    worst: meanOf(worst),
  };
}

// What became of the names of some annotated vertebrae, in per cent; one that was missed has no name.
function nameShares(model, rows, limit) {
  const share = (wanted) => (100 * rows.filter((i) => wanted.includes(model.status(i, limit))).length) / rows.length;
  return { named: share(["right"]), misnamed: share(["misnamed"]), unnamed: share(["unnamed", "missed"]) };
}

// The names over all bodies, then over those on films that show C2 or S1.
export function nameFigures(model, limit) {
  const all = Array.from({ length: model.count }, (_, i) => i).filter((i) => !model.isExtra(i));
  const anchored = all.filter((i) => model.films.anchor[model.rows.film[i]] === "whole");
  const of = (rows) => (rows.length ? { count: rows.length, ...nameShares(model, rows, limit) } : null);
  return { all: of(all), anchored: of(anchored) };
}

export function meanOf(values) {
  return values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
}

// Masks on no body at a limit, and the films whose truth is complete enough to count them.
export function extraFigures(model, limit) {
  let masks = 0;
  let judged = 0;
  model.films.mask_dice.forEach((values, film) => {
    judged += model.films.complete[film];
    masks += values.filter((value) => value <= stored(limit)).length;
  });
  return { masks, judged };
}

// For each row of `model` the row of the same vertebra in `other`, or -1.
export function rowsInOther(model, other) {
  const key = (one, i) => `${one.films.name[one.rows.film[i]]}\n${one.level(i)}`;
  const places = new Map();
  for (let i = 0; i < other.count; i++) if (!other.isExtra(i)) places.set(key(other, i), i);
  return Int32Array.from({ length: model.count }, (_, i) => (model.isExtra(i) ? -1 : places.get(key(model, i)) ?? -1));
}

export function change(view, i) {
  const j = view.twin ? view.twin[i] : -1;
  if (j < 0 || !view.model.isBody(i)) return null;
  return view.other.overall(j, view.state.limit) - view.model.overall(i, view.state.limit);
}

export const ORDERS = {
  worst: ["worst first", (a, b) => b.faults - a.faults || a.least - b.least],
  mean: ["lowest mean Dice", (a, b) => a.mean - b.mean],
  change: ["largest change", (a, b) => b.change - a.change],
  best: ["best first", (a, b) => a.faults - b.faults || b.mean - a.mean],
  name: ["by name", () => 0],
};

// The rows that pass every filter, grouped by film, in the chosen order; for a histogram, `without` its own filter and in
// no order.
export function casesOf(view, without = null) {
  const { model, state } = view;
  const cases = [];
  for (let film = 0; film < model.films.name.length; film++) {
    if (!filmPasses(view, film, without)) continue;
    const rows = [];
    for (let i = model.starts[film]; i < model.starts[film + 1]; i++) if (rowPasses(view, i, without)) rows.push(i);
    if (rows.length) cases.push(without ? { film, rows } : ranked(view, film, rows));
  }
  return without ? cases : cases.sort(ORDERS[state.sort][1]);
}

function filmPasses(view, film, without) {
  const { model, state } = view;
  if (state.region && model.data.regions[model.films.region[film]] !== state.region) return false;
  if (state.stop && without !== "stop" && !model.stops(film).includes(state.stop)) return false;
  if (state.search && !model.films.name[film].toLowerCase().includes(state.search.toLowerCase())) return false;
  const verdict = view.verdicts[model.films.name[film]];
  return !state.verdict || (verdict ? verdict.verdict : "none") === state.verdict;
}

function rowPasses(view, i, without) {
  const { model, state } = view;
  if (state.levels.length && !state.levels.includes(model.level(i))) return false;
  if (state.dice && without !== "dice" && !within(model.rows.dice[i], state.dice, DICE_UNIT)) return false;
  if (state.distance && without !== "distance" && !within(model.rows.assd[i], state.distance, 100)) return false;
  if (!state.show.length || without === "show") return true;
  const kinds = kindsOf(model.status(i, state.limit));
  return state.show.some((wanted) => kinds.includes(wanted)
    || (wanted === "changed" && Math.abs(change(view, i) ?? 0) > CHANGED));
}

// The filters that show a vertebra or mask of a status; as in the table, one that was missed has no name either.
function kindsOf(status) {
  return { right: ["right"], misnamed: ["wrong"], unnamed: ["unnamed"], missed: ["unnamed", "missed"] }[status] || ["extra"];
}

// How many rows each filter shows, of those that pass all the others.
export function kindCounts(view) {
  const counts = { right: 0, wrong: 0, unnamed: 0, missed: 0, extra: 0 };
  for (const { rows } of casesOf(view, "show")) {
    for (const i of rows) for (const kind of kindsOf(view.model.status(i, view.state.limit))) counts[kind] += 1;
  }
  return counts;
}

// The last bar of a histogram holds its upper end too.
function within(value, [low, high], scale) {
  return value !== null && value >= low * scale && (value < high * scale || value === scale * high);
}

function ranked(view, film, rows) {
  const { model, state } = view;
  const bodies = rows.filter((i) => !model.isExtra(i));
  const values = bodies.filter(model.isBody).map((i) => model.overall(i, state.limit));
  const weight = { missed: 3, false: 2, doubled: 2, misnamed: 1 };
  return {
    film,
    rows,
    faults: rows.reduce((sum, i) => sum + (weight[model.status(i, state.limit)] || 0), 0),
    least: values.length ? Math.min(...values) : 1,
    mean: meanOf(values) ?? 1,
    change: Math.max(0, ...rows.map((i) => Math.abs(change(view, i) ?? 0))),
  };
}
