// Made by `python -m bench.write_player_types` from spinefm/trace/primitives.py; do not edit.

export interface Arrow {
  role: "axis" | "candidate" | "chosen" | "detected" | "dropped" | "final" | "frame" | "kept" | "known" | "name" | "predicted" | "previous" | "refined" | "rejected" | "shift";
  motion?: "hold" | "pulse" | "draw" | "fly" | "glide" | "flood" | "slide" | "flash" | "run" | "grow" | "drop" | "shiver" | "fade" | "light";
  until?: "beat" | "step" | "run";
  begin?: number;
  end?: number;
  body?: number | null;
  points: (number)[];
  kind: "arrow";
}

export interface Bar {
  label: string;
  value: number;
  limit?: number | null;
}

export interface Bars {
  role: "axis" | "candidate" | "chosen" | "detected" | "dropped" | "final" | "frame" | "kept" | "known" | "name" | "predicted" | "previous" | "refined" | "rejected" | "shift";
  motion?: "hold" | "pulse" | "draw" | "fly" | "glide" | "flood" | "slide" | "flash" | "run" | "grow" | "drop" | "shiver" | "fade" | "light";
  until?: "beat" | "step" | "run";
  begin?: number;
  end?: number;
  body?: number | null;
  bars: (Bar)[];
  winner?: number | null;
  kind: "bars";
}

export interface Curve {
  role: "axis" | "candidate" | "chosen" | "detected" | "dropped" | "final" | "frame" | "kept" | "known" | "name" | "predicted" | "previous" | "refined" | "rejected" | "shift";
  motion?: "hold" | "pulse" | "draw" | "fly" | "glide" | "flood" | "slide" | "flash" | "run" | "grow" | "drop" | "shiver" | "fade" | "light";
  until?: "beat" | "step" | "run";
  begin?: number;
  end?: number;
  body?: number | null;
  points: (number)[];
  head?: number;
  kind: "curve";
}

export interface Frame {
  role: "axis" | "candidate" | "chosen" | "detected" | "dropped" | "final" | "frame" | "kept" | "known" | "name" | "predicted" | "previous" | "refined" | "rejected" | "shift";
  motion?: "hold" | "pulse" | "draw" | "fly" | "glide" | "flood" | "slide" | "flash" | "run" | "grow" | "drop" | "shiver" | "fade" | "light";
  until?: "beat" | "step" | "run";
  begin?: number;
  end?: number;
  body?: number | null;
  centre: (number)[];
  side: number;
  turn?: number;
  start?: (number)[];
  kind: "frame";
}

export interface Gauge {
  role: "axis" | "candidate" | "chosen" | "detected" | "dropped" | "final" | "frame" | "kept" | "known" | "name" | "predicted" | "previous" | "refined" | "rejected" | "shift";
  motion?: "hold" | "pulse" | "draw" | "fly" | "glide" | "flood" | "slide" | "flash" | "run" | "grow" | "drop" | "shiver" | "fade" | "light";
  until?: "beat" | "step" | "run";
  begin?: number;
  end?: number;
  body?: number | null;
  label: string;
  value: number;
  limit: number;
  most?: boolean;
  scale?: number;
  kind: "gauge";
}

export interface Label {
  role: "axis" | "candidate" | "chosen" | "detected" | "dropped" | "final" | "frame" | "kept" | "known" | "name" | "predicted" | "previous" | "refined" | "rejected" | "shift";
  motion?: "hold" | "pulse" | "draw" | "fly" | "glide" | "flood" | "slide" | "flash" | "run" | "grow" | "drop" | "shiver" | "fade" | "light";
  until?: "beat" | "step" | "run";
  begin?: number;
  end?: number;
  body?: number | null;
  point: (number)[];
  text: string;
  kind: "label";
}

export interface Picture {
  role: "axis" | "candidate" | "chosen" | "detected" | "dropped" | "final" | "frame" | "kept" | "known" | "name" | "predicted" | "previous" | "refined" | "rejected" | "shift";
  motion?: "hold" | "pulse" | "draw" | "fly" | "glide" | "flood" | "slide" | "flash" | "run" | "grow" | "drop" | "shiver" | "fade" | "light";
  until?: "beat" | "step" | "run";
  begin?: number;
  end?: number;
  body?: number | null;
  box: (number)[];
  kind: "picture";
}

export interface Points {
  role: "axis" | "candidate" | "chosen" | "detected" | "dropped" | "final" | "frame" | "kept" | "known" | "name" | "predicted" | "previous" | "refined" | "rejected" | "shift";
  motion?: "hold" | "pulse" | "draw" | "fly" | "glide" | "flood" | "slide" | "flash" | "run" | "grow" | "drop" | "shiver" | "fade" | "light";
  until?: "beat" | "step" | "run";
  begin?: number;
  end?: number;
  body?: number | null;
  points: (number)[];
  kind: "points";
}

export interface Shape {
  role: "axis" | "candidate" | "chosen" | "detected" | "dropped" | "final" | "frame" | "kept" | "known" | "name" | "predicted" | "previous" | "refined" | "rejected" | "shift";
  motion?: "hold" | "pulse" | "draw" | "fly" | "glide" | "flood" | "slide" | "flash" | "run" | "grow" | "drop" | "shiver" | "fade" | "light";
  until?: "beat" | "step" | "run";
  begin?: number;
  end?: number;
  body?: number | null;
  outline: (number)[];
  filled?: boolean;
  start?: (number)[];
  kind: "shape";
}

export interface Beat {
  phase: "find" | "predict" | "segment" | "overlap" | "class" | "decide" | "name" | "correct";
  seconds: number;
  words: string;
  lane?: string;
  section?: string;
  step?: number;
  text?: string;
  short?: string;
  body?: number | null;
  value?: number | null;
  limit?: number | null;
  verdict?: "none" | "passed" | "failed" | "kept" | "end" | "rejected" | "by hand";
  reason?: string;
  clears?: "nothing" | "bodies" | "all";
  draw?: (Points | Curve | Arrow | Frame | Shape | Label | Gauge | Bars | Picture)[];
}

export type Primitive = Arrow | Bars | Curve | Frame | Gauge | Label | Picture | Points | Shape;
