// The page's stage for tests of the whole player: its skeleton without a browser, frames by hand, and messages of a run.

import { readFileSync } from "node:fs";
import { beforeEach } from "node:test";
import { Player } from "../../spinefm/ui/player/player.js";
import { install, installFrames, Node, parsed } from "./dom.mjs";
import { entries } from "./run.mjs";

const SKELETON = readFileSync(new URL("../../spinefm/ui/player/player.html", import.meta.url), "utf-8");
export const FILM = { url: "data:film", name: "neck.png", width: 200, height: 300, spacing: null };
export const ROWS = [
  { number: 1, name: "C2", found: true, direction: "up", open: false, probability: 0.9, doubtful: false, stop: "", anchor: true, locked: false },
  { number: 0, name: "C3", found: true, direction: null, open: false, probability: 0.9, doubtful: false, stop: "", anchor: false, locked: false },
];
export const BASE = { film: FILM, entries: [], rows: [], ends: [], notices: [], remarks: [], readings: [], colours: { C2: "#111111", C3: "#222222" }, doubt: 0.5, error: null, example: null };
export const begun = (run = "a", more = {}) => ({ ...BASE, run, status: "running", total: 0, ...more });
export const part = (from, to, run = "a") => ({ run, status: "running", from, entries: entries.slice(from, to), total: to, notices: [] });
export const finished = (run = "a", more = {}) => ({ ...BASE, run, status: "finished", entries, total: entries.length, rows: ROWS, corrections: { undo: null, redo: null }, ran: { seconds: "0.8", device: "cpu", bundle: "compact" }, measures: null, ...more });
let frames;
let stamp;

beforeEach(() => {
  const body = install();
  frames = installFrames();
  stamp = 1000;
  performance.now = () => stamp;
  globalThis.window = /** @type {any} */ ({ matchMedia: () => ({ matches: false }), devicePixelRatio: 1, innerHeight: 900, setTimeout: () => 0, history: {} });
  globalThis.location = { href: "file:///page", protocol: "file:", search: "" };
  globalThis.history = { state: null, replaceState() {} };
  globalThis.ResizeObserver = class { observe() {} };
  globalThis.CustomEvent = class { constructor(type, more) { Object.assign(this, { type, ...more }); } };
  globalThis.HTMLElement = Node;
  globalThis.sessionStorage = { getItem: () => null, setItem() {}, removeItem() {} };
  body.replaceChildren();
});

export function player(report = true) {
  const root = parsed(SKELETON);
  document.body.append(root);
  for (const image of root.querySelectorAll("img")) Object.assign(image, { naturalWidth: 200, naturalHeight: 300 });
  const asked = [];
  const made = new Player(root, report ? (name, data) => asked.push([name, data]) : null);
  let draws = 0;
  const at = made.theatre.at.bind(made.theatre);
  made.theatre.at = (time) => { draws += 1; at(time); };
  return { made, root, asked, draws: () => { const count = draws; draws = 0; return count; } };
}

/** One frame, so many milliseconds later. */
export function frame(milliseconds) {
  stamp += milliseconds;
  frames.tick(stamp);
}

export function play(seconds = 30) {
  const start = stamp;
  while (frames.waiting() && stamp - start < seconds * 1000) {
    frame(1000 / 60);
  }
  return (stamp - start) / 1000;
}

export const key = (name, more = {}) => {
  const event = { key: name, target: { closest: () => null, matches: () => false }, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, prevented: false, preventDefault() { this.prevented = true; }, ...more };
  document.fire("keydown", event);
  return event.prevented;
};
