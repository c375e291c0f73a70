// @ts-check
// One film with truth, prediction and their difference.

import { svg } from "../shared/dom.js";
import { extentOf, middle, pathText } from "./paths.js";

/** @typedef {import("./types").Detail} Detail */
/** @typedef {import("./types").Drawing} Drawing */
/** @typedef {import("./types").Outlined} Outlined */
/** @typedef {import("./types").Place} Place */

export class CaseCanvas {
  /** @param {Element} root */
  constructor(root) {
    this.picture = /** @type {SVGElement} */ (root.querySelector(".ex-picture"));
    /** @type {Record<string, boolean>} */
    this.layers = { truth: true, found: true, difference: true, other: true };
    this.whole = false;
    /** @type {[Detail | null, Place[], Record<string, string>, Detail | null] | null} */
    this.drawn = null;
    this.cuts = 0;
  }

  /** @param {Detail | null} detail @param {Place[]} places each vertebra of the case @param {Record<string, string>} colours @param {Detail | null} other */
  show(detail, places, colours, other) {
    this.drawn = [detail, places, colours, other];
    this.picture.replaceChildren();
    if (!detail) return;
    const { width, height, drawing } = detail;
    const frame = this.whole ? [-0.5, -0.5, width, height] : framed(drawing, width, height);
    const size = Math.max(frame[2], frame[3]);
    this.picture.setAttribute("viewBox", frame.join(" "));
    const outlines = new Map(drawing.masks.map((mask) => [mask.number, mask.outline]));
    /** @param {Place} place */
    const pairOf = ([level, number]) => ({ truth: drawing.truth[level] || [], found: outlines.get(number ?? -1) || [] });
    const chosen = places.find((place) => place[2]);
    this.picture.append(
      film(detail),
      this.layer("difference", places.map((place) => this.difference(pairOf(place)))),
      this.layer("truth", truthShapes(drawing)),
      this.layer("found", drawing.masks.map((mask) => svg("path", { class: mask.doubtful ? "doubtful" : null, d: pathText(mask.outline), style: mask.doubtful ? null : `stroke:${colours[mask.name] || "#fff"}` }))),
      this.layer("other", other ? other.drawing.masks.map((mask) => svg("path", { d: pathText(mask.outline) })) : []),
      svg("g", { class: "names" }, drawing.masks.map((mask) => nameOf(mask, size))),
      chosen ? pointerTo(pairOf(chosen), size) : "",
    );
  }

  /** @param {string} name @param {any[]} children */
  layer(name, children) {
    return svg("g", { class: `layer ${name}`, "data-on": String(this.layers[name]) }, children);
  }

  /** Where exactly one of the two outlines lies (even-odd), cut to the truth: not covered; to the mask: too much.
   * @param {{truth: number[], found: number[]}} pair */
  difference(pair) {
    const here = `ex-cut-${this.cuts++}`;
    const [truth, found] = [pathText(pair.truth), pathText(pair.found)];
    const cut = (/** @type {string} */ name, /** @type {string} */ d) => svg("clipPath", { id: `${here}-${name}` }, svg("path", { d }));
    const part = (/** @type {string} */ name) => svg("path", { class: name, d: truth + found, "fill-rule": "evenodd", "clip-path": `url(#${here}-${name})` });
    return svg("g", {}, cut("less", truth), cut("more", found), truth ? part("less") : null, found ? part("more") : null);
  }

  /** Shows or hides a layer; returns whether it is on. @param {string} name */
  toggle(name) {
    this.layers[name] = !this.layers[name];
    for (const node of this.picture.querySelectorAll(`.layer.${name}`)) /** @type {SVGElement} */ (node).dataset.on = String(this.layers[name]);
    return this.layers[name];
  }

  /** Shows the whole film or the spine alone; returns whether it is the whole. */
  toggleWhole() {
    this.whole = !this.whole;
    if (this.drawn) this.show(...this.drawn);
    return this.whole;
  }
}

/** The part of the film round everything drawn; the whole film where nothing is.
 * @param {Drawing} drawing @param {number} width @param {number} height */
function framed(drawing, width, height) {
  const points = [...Object.values(drawing.truth), ...drawing.masks.map((mask) => mask.outline), ...Object.values(drawing.boxes)].flat();
  if (!points.length) return [0, 0, width, height];
  const [left, top, right, bottom] = extentOf(points);
  const margin = 0.12 * Math.max(right - left, bottom - top) + 8;
  const [x, y] = [Math.max(0, left - 2 * margin), Math.max(0, top - margin)];
  return [x, y, Math.min(width, right + 2 * margin) - x, Math.min(height, bottom + margin) - y];
}

/** Outlines count from pixel centres, pictures from pixel corners. @param {Detail} detail */
function film({ url, width, height }) {
  const place = { x: -0.5, y: -0.5, width, height };
  return url ? svg("image", { href: url, ...place, preserveAspectRatio: "none" }) : svg("rect", { ...place, fill: "#000" });
}

/** @param {Drawing} drawing */
function truthShapes({ truth, partial, boxes }) {
  return [
    ...Object.values(truth).map((points) => svg("path", { d: pathText(points) })),
    ...Object.values(partial).map((points) => svg("path", { class: "partial", d: pathText(points) })),
    ...Object.values(boxes).map(([x0, y0, x1, y1]) => svg("rect", { x: x0 - 0.5, y: y0 - 0.5, width: x1 - x0, height: y1 - y0 })),
  ];
}

/** @param {Outlined} mask @param {number} size */
function nameOf(mask, size) {
  const [x, y] = middle(mask.outline);
  return svg("text", { x, y, "font-size": size / 34, "text-anchor": "middle", "dominant-baseline": "central" }, mask.doubtful ? `${mask.name}?` : mask.name);
}

/** An arrowhead on the left of the chosen vertebra. @param {{truth: number[], found: number[]}} pair @param {number} size */
function pointerTo({ truth, found }, size) {
  const points = truth.length ? truth : found;
  if (!points.length) return "";
  const [x, y] = middle(points);
  const left = extentOf(points)[0] - size / 40;
  return svg("path", { class: "mark", d: `M${left - size / 30} ${y - size / 60}L${left} ${y}L${left - size / 30} ${y + size / 60}Z`, "data-x": x });
}
