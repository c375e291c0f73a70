// What the explorer's modules hand to each other. `Columns` and `Detail` are what `ui/server/explorer` sends.

/** A column holds one value per film or per row; indices point into the words beside them, null is "undefined". */
export interface Columns {
  run: string;
  title: string;
  facts?: Fact[];
  source: string;
  /** Films of the simulator. */
  simulated?: boolean;
  published: Record<string, { identified: number; located_dsc: number; overall_dsc: number }>;
  panoptic: { pq: number; sq: number; rq: number } | null;
  remarks: string[];
  skipped: { name: string; why: string }[];
  /** Null in evaluations made before measures were kept. */
  measures?: MeasureKind[] | null;
  colours: Record<string, string>;
  regions: string[];
  groups: string[];
  stops: string[];
  /** What a reader sees in the place of a stop or group; those without words are shown as they are. */
  stop_words?: Words;
  group_words?: Words;
  names: string[];
  reasons: string[];
  levels: string[];
  films: FilmColumns;
  rows: RowColumns;
  error?: string;
}

/** A choice of a run: its name, its value in words, and whether it is a setting that has its preset's value. */
export type Fact = [string, string, boolean];

/** Plain words by what the tables hold. */
export type Words = Record<string, string>;

export interface FilmColumns {
  name: string[];
  region: number[];
  group: number[];
  stop_up: number[];
  stop_down: number[];
  failure: string[];
  complete: number[];
  anchor: string[];
  shift: (number | null)[];
  doubled: number[];
  merged: number[];
  wrong: number[];
  mask_dice: number[][];
}

export interface RowColumns {
  film: number[];
  kind: number[];
  level: number[];
  name: number[];
  number: (number | null)[];
  dice: (number | null)[];
  found: (number | null)[];
  outlinable: number[];
  assd: (number | null)[];
  reason: number[];
  event: (number | null)[];
}

export type Status = "right" | "misnamed" | "unnamed" | "missed" | "false" | "doubled";
export type Range = [number, number];

/** The columns, and what follows from them for a row (i) or a film at a limit of identification. */
export interface Model {
  data: Columns;
  films: FilmColumns;
  rows: RowColumns;
  count: number;
  /** The first row of each film, then the number of rows. */
  starts: Int32Array;
  dice(i: number): number | null;
  name(i: number): string;
  level(i: number): string;
  isExtra(i: number): boolean;
  isBody(i: number): boolean;
  identified(i: number, limit: number): boolean;
  status(i: number, limit: number): Status;
  overall(i: number, limit: number): number;
  stops(film: number): string[];
}

/** What the reader chose; it lives in the page's address. */
export interface State {
  run: string;
  with: string;
  levels: string[];
  show: string[];
  region: string;
  stop: string;
  verdict: string;
  search: string;
  dice: Range | null;
  distance: Range | null;
  /** Of the measure on show, and of its quantity `axis`. */
  span: Range | null;
  limit: number;
  sort: string;
  mode: string;
  measure: string;
  /** The level of the measure; "" for all. */
  place: string;
  axis: Axis;
  case: string;
}

/** What of a measure is shown and filtered by. */
export type Axis = "value" | "true" | "difference" | "half";

export interface MeasureKind {
  key: string;
  title: string;
  unit: string;
  levels: string[];
  references?: Record<string, ReferenceRange>;
}

export interface ReferenceRange {
  low: number | null;
  high: number | null;
  text: string;
  source: string;
}

/** One measure of an evaluation; indices point to films, levels and reasons. */
export interface MeasureColumns extends MeasureKind {
  references: Record<string, ReferenceRange>;
  reasons: string[];
  film: number[];
  level: number[];
  true: (number | null)[];
  value: (number | null)[];
  half: (number | null)[];
  doubtful: number[];
  reason: number[];
  error?: string;
}

/** The errors of a measure over some rows; shares in per cent, null where nothing was counted. */
export interface Agreement {
  asked: number;
  count: number;
  films: number;
  bias: number | null;
  mae: number | null;
  median: number | null;
  low: number | null;
  high: number | null;
  within: number | null;
  notFound: number | null;
  notMeasurable: number | null;
  doubtful: number | null;
}

export interface Verdict {
  verdict?: string;
  note?: string;
}

/** A film with the rows that pass every filter, and what it is sorted by. */
export interface Case {
  film: number;
  rows: number[];
  faults: number;
  mean: number | null;
  change: number;
}

export interface Figures {
  level: string;
  count: number;
  identified: number;
  located: number | null;
  overall: number | null;
  named: number;
  misnamed: number;
  unnamed: number;
  worst: number | null;
}

/** What is on show; `model` is there once an evaluation is open. */
export interface View {
  state: State;
  model: Model;
  other: Model | null;
  /** The row of `other` for each row of `model`, or -1. */
  twin: Int32Array | null;
  verdicts: Record<string, Verdict>;
  cases: Case[];
  /** The films that the range of the measure on show keeps; null where there is none, or it is not loaded. */
  within: Set<number> | null;
  row: number | null;
  figures?: { model: Model; limit: number; films: string; rows: Figures[] };
}

/** The outlines of a film: x and y in turn, in film pixels. */
export interface Drawing {
  truth: Record<string, number[]>;
  partial: Record<string, number[]>;
  boxes: Record<string, [number, number, number, number]>;
  masks: Outlined[];
}

export interface Outlined {
  number: number;
  name: string;
  doubtful?: boolean;
  outline: number[];
}

export interface Detail {
  width: number;
  height: number;
  url: string | null;
  drawing: Drawing;
  error?: string;
}

/** A vertebra of a case on the canvas: level, number of its mask, whether it is the chosen row. */
export type Place = [string, number | null, boolean];

export interface Run {
  id: string;
  title: string;
}

export interface TakenFile {
  name: string;
  base64: string;
  error?: string;
}

/** What the reader chose of a batch; "" filters nothing. */
export interface BatchState {
  status: string;
  view: string;
  anchor: string;
  stop: string;
  sentence: string;
  doubtful: string;
  levels: string[];
  search: string;
  measure: string;
  place: string;
  span: Range | null;
  sort: string;
  offset: number;
  mode: string;
  film: string;
}

/** A batch before its films are asked for. */
export interface BatchOpening {
  kind: "batch";
  run: string;
  title: string;
  films: number;
  views: string[];
  anchors: string[];
  stops: string[];
  stop_words?: Words;
  levels: string[];
  colours: Record<string, string>;
  error?: string;
}

export interface BatchRow {
  id: string;
  name: string;
  status: string;
  sentence: string;
  view: string;
  anchor: string;
  stop_up: string;
  stop_down: string;
  vertebrae: number;
  doubtful: number;
  values: number[];
}

/** A page of films, and counts over all that pass. */
export interface BatchAnswer {
  total: number;
  offset: number;
  rows: BatchRow[];
  counts: Record<string, Record<string, number>>;
  sentence_words: Words;
  levels: Record<string, number>;
  probability: { edges: number[]; counts: number[]; without: number };
  measure: { edges: number[]; counts: number[]; count: number; missing: number; quartiles: number[] | null } | null;
  error?: string;
}

export interface BatchFilm extends Detail {
  note?: string;
  facts: string[][];
}

export interface FilmMeasure {
  measure: string;
  title: string;
  place: string;
  value: number | null;
  unit: string;
  plus_minus: number | null;
  doubt: string | null;
  why_not: string | null;
}

/** What the explorer asks of the page. */
export interface Ask {
  runs(): Promise<Run[]>;
  open(run: string): Promise<Columns | BatchOpening>;
  batchView(wanted: { run: string; asked: object }): Promise<BatchAnswer>;
  batchKinds(run: string): Promise<{ measures?: MeasureKind[]; error?: string }>;
  batchLook(wanted: { run: string; film: string }): Promise<BatchFilm>;
  batchValues(wanted: { run: string; film: string }): Promise<{ measures?: FilmMeasure[]; error?: string }>;
  look(wanted: { run: string; film: string }): Promise<Detail>;
  /** Opens the player. */
  steps(wanted: { run: string; film: string; event: number | null }): void;
  /** Begins an evaluation of the reader's own. */
  own(what: string): void;
  measure(wanted: { run: string; key: string }): Promise<MeasureColumns>;
  take(run: string): Promise<TakenFile>;
  sample(): Promise<TakenFile>;
}

/** What a click in a list or chart does. */
export interface Act {
  toggleLevel(level: string): void;
  setRange(name: "dice" | "distance", range: Range): void;
  setStop(reason: string): void;
  choose(film: number, row?: number | null): void;
  steps(i: number): void;
  look(film: string): Promise<Detail>;
}

export interface Bar {
  label: string;
  /** What is shown in the place of the label. */
  words?: string;
  count: number;
  range: Range;
  on: boolean | null;
}
