// @ts-check
// Sharing: a poster and a moving picture of the run, drawn from the page's own time function, and a link to an example.

import { html, say } from "../shared/dom.js";
import { fitted } from "../shared/geometry.js";
import { linkTo } from "./address.js";
import { wornAt } from "./bodies.js";
import { drawNames, drawSeen, FINAL } from "./looks.js";
import { momentOf, sceneAt } from "./timeline.js";

/** @typedef {import("./player.js").Player} Player */
/** @typedef {{x: number, y: number, width: number, height: number}} Box */

const HEIGHT = 640; // of a film in the picture, in pixels
const GAP = 12;
const STRIP = 60;
const RATE = 30;
const LONGEST = 12; // seconds a moving picture plays; a longer run plays faster
const REST = 1.5;
const BITS = 5e6;
const TYPES = ["video/mp4;codecs=avc1.42E01E", "video/mp4", "video/webm;codecs=vp9", "video/webm"];

/** Where the two films lie in a picture of even sides, and how large it is. @param {{width: number, height: number}} film */
export function layoutOf(film) {
  const width = 2 * Math.round((HEIGHT * Math.min(1.4, Math.max(0.5, film.width / film.height))) / 2);
  /** @type {Box[]} */
  const panes = [0, 1].map((place) => ({ x: GAP + place * (width + GAP), y: GAP, width, height: HEIGHT }));
  return { width: 2 * width + 3 * GAP, height: HEIGHT + 2 * GAP + STRIP, panes };
}

/** How many times faster than on the page a run plays in its moving picture. @param {number} end seconds of the run */
export function paceOf(end) {
  return Math.max(1, end / LONGEST);
}

/** Draws any moment of the run on a canvas of its own. @param {Player} player */
function painterOf(player) {
  const { view, theatre } = player;
  const layout = layoutOf(view.payload.film);
  const [canvas, ...sheets] = [layout, ...layout.panes].map(({ width, height }) => Object.assign(document.createElement("canvas"), { width, height }));
  const dress = { ...theatre.dress(), lit: null, chosen: null };
  const at = (/** @type {number} */ time) => {
    const scene = sceneAt(view.timeline, time);
    const final = scene.seen.filter((item) => FINAL.has(item.role));
    [scene.seen, final].forEach((seen, place) => paintFilm(sheets[place], theatre.sheet, view.payload.film, seen, wornAt(view.timeline, time, dress)));
    compose(canvas, layout, sheets, momentOf(scene)?.words || "", view.payload.simulated);
  };
  return { canvas, at };
}

/** @param {HTMLCanvasElement} canvas @param {HTMLCanvasElement} picture @param {any} film @param {import("./timeline.js").Seen[]} seen @param {import("./looks.js").Dress} dress */
function paintFilm(canvas, picture, film, seen, dress) {
  const ink = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const view = fitted(film, canvas);
  ink.setTransform(1, 0, 0, 1, 0, 0);
  ink.fillStyle = "#000";
  ink.fillRect(0, 0, canvas.width, canvas.height);
  if (picture.width) ink.drawImage(picture, (-0.5 - view.x) * view.scale, (-0.5 - view.y) * view.scale, film.width * view.scale, film.height * view.scale);
  const pen = { ink, view, density: 1 };
  drawSeen(pen, seen, dress);
  drawNames(pen, seen, dress);
}

/** @param {HTMLCanvasElement} canvas @param {ReturnType<typeof layoutOf>} layout @param {HTMLCanvasElement[]} sheets @param {string} words @param {boolean} simulated */
function compose(canvas, layout, sheets, words, simulated) {
  const ink = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  ink.fillStyle = "#0c0e11";
  ink.fillRect(0, 0, canvas.width, canvas.height);
  layout.panes.forEach(({ x, y }, place) => ink.drawImage(sheets[place], x, y));
  const line = (/** @type {string} */ text, /** @type {number} */ y, /** @type {string} */ colour, /** @type {string} */ font) => {
    Object.assign(ink, { fillStyle: colour, font });
    ink.fillText(text, GAP, y, canvas.width - 2 * GAP);
  };
  line(words, HEIGHT + GAP + 30, "#e8ebef", "600 18px system-ui, sans-serif");
  line(`SpineFM${simulated ? " · simulated film" : ""} · research only, not a medical device`, HEIGHT + GAP + 56, "#a3adba", "14px system-ui, sans-serif");
}

/** The finished run as a picture. @param {Player} player @returns {Promise<Blob>} */
export async function posterOf(player) {
  const { canvas, at } = painterOf(player);
  at(player.view.timeline.end);
  return new Promise((done, fail) => canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error("no picture"))), "image/png"));
}

/** The kind of moving picture that this browser records, or null. */
export function recordable() {
  return typeof MediaRecorder === "undefined" ? null : TYPES.find((type) => MediaRecorder.isTypeSupported(type)) || null;
}

/** The run as a moving picture, recorded while it plays. @param {Player} player @param {string} type @param {(share: number) => void} tell @returns {Promise<Blob>} */
export async function motionOf(player, type, tell) {
  const { canvas, at } = painterOf(player);
  at(0);
  const recorder = new MediaRecorder(canvas.captureStream(RATE), { mimeType: type, videoBitsPerSecond: BITS });
  /** @type {Blob[]} */
  const parts = [];
  recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
  const stopped = new Promise((done) => recorder.addEventListener("stop", done, { once: true }));
  recorder.start();
  await played(player.view.timeline.end, at, tell);
  recorder.stop();
  await stopped;
  return new Blob(parts, { type: type.split(";")[0] });
}

/** Passes through the run and rests on its end. @param {number} end @param {(time: number) => void} at @param {(share: number) => void} tell */
function played(end, at, tell) {
  const [pace, start] = [paceOf(end), performance.now()];
  const whole = end / pace + REST;
  return new Promise((done) => {
    const frame = () => {
      const passed = (performance.now() - start) / 1000;
      at(Math.min(end, passed * pace));
      tell(Math.min(1, passed / whole));
      if (passed < whole) requestAnimationFrame(frame);
      else done(undefined);
    };
    requestAnimationFrame(frame);
  });
}

/** What a picture of a film's run is called; its stem is that of all files made of it. @param {{stem: string}} film @param {string} kind */
export const pictureName = (film, kind) => `${film.stem}-${kind}`;

/** @param {string} name @param {Blob} blob */
function save(name, blob) {
  const url = URL.createObjectURL(blob);
  html("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
}

/** The part of the download tab that shares a finished run; it outlives redrawing, so that a recording is not lost. */
export class Share {
  /** @param {Player} player */
  constructor(player) {
    this.player = player;
    this.type = recordable();
    this.state = html("span", { class: "note", role: "status" });
    const button = (/** @type {string} */ name, /** @type {string} */ words, /** @type {() => Promise<void>} */ act) =>
      html("button", { type: "button", "data-share": name, onclick: () => this.guarded(act) }, words);
    this.link = button("link", "Copy link", () => this.copy());
    const motion = this.type ? button("motion", `Moving picture (${this.ending()})`, () => this.record()) : null;
    this.node = html("p", { class: "share" }, button("poster", "Poster (PNG)", () => this.poster()), motion, this.link, this.state);
    this.busy = false;
  }

  ending() {
    return this.type?.startsWith("video/mp4") ? "mp4" : "WebM";
  }

  /** @param {HTMLElement} panel */
  show(panel) {
    const { payload, timeline } = this.player.view;
    const ready = payload.status === "finished" && timeline.beats.length > 0 && Boolean(payload.film && payload.film.url);
    this.link.hidden = !payload.example; // a visitor's film is never in a link
    if (ready) panel.append(this.node);
  }

  /** One thing at a time; what fails is said. @param {() => Promise<void>} act */
  async guarded(act) {
    if (this.busy) return;
    this.busy = true;
    try {
      await act();
    } catch {
      say(this.state, "This browser could not make the file. The zip contains this player, which another browser can open.");
    }
    this.busy = false;
  }

  async poster() {
    save(pictureName(this.player.view.payload.film, "poster.png"), await posterOf(this.player));
    say(this.state, "");
  }

  async record() {
    const name = pictureName(this.player.view.payload.film, `run.${this.ending().toLowerCase()}`);
    const blob = await motionOf(this.player, /** @type {string} */ (this.type), (share) => say(this.state, `recording, ${Math.floor(100 * share)} %; keep this tab in front`));
    save(name, blob);
    say(this.state, `${name}, ${(blob.size / 1e6).toFixed(1)} MB`);
  }

  async copy() {
    const link = linkTo(this.player);
    try {
      await navigator.clipboard.writeText(link);
      say(this.state, "The link to this example, with its method, limits and step, is copied.");
    } catch {
      say(this.state, link); // without the right to write to the clipboard
    }
  }
}
