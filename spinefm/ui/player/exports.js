// @ts-check
// The menu of the download tab that makes files for other programs: asked for on the server, downloaded as they come.

import { html, say } from "../shared/dom.js";

/** @typedef {import("./player.js").Player} Player */
/** @typedef {{name: string, title: string, line: string}} Format */
/** @typedef {{format: string, answer: string, file?: {url: string, orig_name: string, size?: number}, error?: string}} Exported */

const LATE = 60000; // ms after which an answer is given up

/** What is said about an answer. @param {Exported} exported */
export function answerOf(exported) {
  return exported.file ? `${exported.file.orig_name} is ready.` : exported.error || "";
}

/** The menu; it outlives redrawing, so that what it says is not lost. */
export class Exports {
  /** @param {Player} player */
  constructor(player) {
    this.player = player;
    this.state = html("span", { class: "note", role: "status" });
    this.buttons = html("span", { class: "formats" });
    this.node = html("div", { class: "exports" }, html("p", { class: "note" }, "Other files:"), this.buttons, this.state);
    this.known = "";
    this.late = 0;
  }

  /** @param {HTMLElement} panel */
  show(panel) {
    const { payload } = this.player.view;
    const formats = payload.status === "finished" && this.player.report ? payload.exports || [] : [];
    if (!formats.length) return;
    this.offer(formats, payload.run);
    panel.append(this.node);
  }

  /** Buttons are made once a run, so that none is replaced while it is pressed. @param {Format[]} formats @param {string} run */
  offer(formats, run) {
    if (this.known === run) return;
    this.known = run;
    this.busy(false);
    say(this.state, "");
    this.buttons.replaceChildren(...formats.map(({ name, title, line }) =>
      html("button", { type: "button", "data-export": name, title: line, onclick: () => this.ask(name, title) }, title)));
  }

  /** @param {string} name @param {string} title */
  ask(name, title) {
    if (this.node.dataset.busy || !this.player.report) return;
    this.busy(true);
    say(this.state, `Making ${title} …`);
    this.player.report("export", { format: name, ...this.player.measuring.given() });
  }

  /** The result's zip was packed before the reader set anything: a click on it asks for one with what is set now. @param {Event} event */
  zip(event) {
    if (!this.player.report || !this.player.measuring.isChanged()) return;
    event.preventDefault();
    this.ask("result", "the zip with what you set");
  }

  /** @param {boolean} on */
  busy(on) {
    clearTimeout(this.late);
    if (on) this.node.dataset.busy = "true";
    else delete this.node.dataset.busy;
    this.late = on ? window.setTimeout(() => this.take({ format: "", answer: "", error: "The server did not answer: try again." }), LATE) : 0;
  }

  /** The server's answer: the file is downloaded, or the reason said. @param {Exported} exported */
  take(exported) {
    this.busy(false);
    say(this.state, answerOf(exported));
    if (exported.file) html("a", { href: exported.file.url, download: exported.file.orig_name }).click();
  }
}
