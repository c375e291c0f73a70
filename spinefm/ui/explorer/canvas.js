// One film with truth, prediction and their difference.

import { svg } from "../shared/dom.js";
import { pathText } from "./wall.js";

export function spineCanvas(root) {
  const picture = root.querySelector(".ex-picture");
  const layers = { truth: true, found: true, difference: true, other: true };
  let whole = false;
  let drawn = null;
  let count = 0;

  // The part of the film round everything drawn; the whole film where nothing is.
  function framed(drawing, width, height) {
    const boxes = Object.values(drawing.boxes).map(([x0, y0, x1, y1]) => [x0, y0, x1, y1]);
    const points = [...Object.values(drawing.truth), ...drawing.masks.map((mask) => mask.outline), ...boxes].flat();
    if (!points.length) return [0, 0, width, height];
    const xs = points.filter((_, k) => k % 2 === 0);
    const ys = points.filter((_, k) => k % 2 === 1);
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const margin = 0.12 * Math.max(right - left, bottom - top) + 8;
    const [x, y] = [Math.max(0, left - 2 * margin), Math.max(0, top - margin)];
    return [x, y, Math.min(width, right + 2 * margin) - x, Math.min(height, bottom + margin) - y];
  }

  // Where exactly one of the two outlines lies (even-odd), cut to the truth: not covered; to the mask: too much.
  function difference(truth, found) {
    const here = `ex-cut-${count++}`;
    const cut = (name, d) => svg("clipPath", { id: `${here}-${name}` }, svg("path", { d }));
    const part = (name) => svg("path", { class: name, d: truth + found, "fill-rule": "evenodd", "clip-path": `url(#${here}-${name})` });
    return svg("g", {}, cut("less", truth), cut("more", found), truth ? part("less") : null, found ? part("more") : null);
  }

  function layer(name, children) {
    return svg("g", { class: `layer ${name}`, "data-on": String(layers[name]) }, children);
  }

  // rows: [level, number, chosen] of each vertebra of the case.
  function show(detail, rows, colours, other) {
    drawn = [detail, rows, colours, other];
    picture.replaceChildren();
    if (!detail) return;
    const { width, height, drawing, url } = detail;
    const frame = whole ? [-0.5, -0.5, width, height] : framed(drawing, width, height);
    const size = Math.max(frame[2], frame[3]);
    picture.setAttribute("viewBox", frame.join(" "));
    const masks = new Map(drawing.masks.map((mask) => [mask.number, mask]));
    const truths = Object.entries(drawing.truth);
    const pairs = rows.map(([level, number]) => [pathText(drawing.truth[level] || []), pathText((masks.get(number) || { outline: [] }).outline)]);
    const chosen = rows.find((row) => row[2]);
    picture.append(
      // outlines count from pixel centres, pictures from pixel corners
      url ? svg("image", { href: url, x: -0.5, y: -0.5, width, height, preserveAspectRatio: "none" }) : svg("rect", { x: -0.5, y: -0.5, width, height, fill: "#000" }),
      layer("difference", pairs.map(([truth, found]) => difference(truth, found))),
      layer("truth", [
        ...truths.map(([, points]) => svg("path", { d: pathText(points) })),
        ...Object.values(drawing.partial).map((points) => svg("path", { class: "partial", d: pathText(points) })),
        ...Object.values(drawing.boxes).map(([x0, y0, x1, y1]) => svg("rect", { x: x0 - 0.5, y: y0 - 0.5, width: x1 - x0, height: y1 - y0 })),
      ]),
      layer("found", drawing.masks.map((mask) => svg("path", { d: pathText(mask.outline), style: `stroke:${colours[mask.name] || "#fff"}` }))),
      layer("other", other ? other.drawing.masks.map((mask) => svg("path", { d: pathText(mask.outline) })) : []),
      svg("g", { class: "names" }, drawing.masks.map((mask) => nameOf(mask, size))),
      chosen ? marked(drawing.truth[chosen[0]] || (masks.get(chosen[1]) || { outline: [] }).outline, size) : "",
    );
  }

  function nameOf(mask, size) {
    const [x, y] = middle(mask.outline);
    return svg("text", { x, y, "font-size": size / 34, "text-anchor": "middle", "dominant-baseline": "central" }, mask.name);
  }

  function middle(points) {
    const xs = points.filter((_, k) => k % 2 === 0);
    const ys = points.filter((_, k) => k % 2 === 1);
    return [(Math.min(...xs) + Math.max(...xs)) / 2, (Math.min(...ys) + Math.max(...ys)) / 2];
  }

  function marked(points, size) {
    if (!points.length) return "";
    const [x, y] = middle(points);
    const left = Math.min(...points.filter((_, k) => k % 2 === 0)) - size / 40;
    return svg("path", { class: "mark", d: `M${left - size / 30} ${y - size / 60}L${left} ${y}L${left - size / 30} ${y + size / 60}Z`, "data-x": x });
  }

  function toggle(name) {
    layers[name] = !layers[name];
    for (const node of picture.querySelectorAll(`.layer.${name}`)) node.dataset.on = String(layers[name]);
    return layers[name];
  }

  function toggleWhole() {
    whole = !whole;
    if (drawn) show(...drawn);
    return whole;
  }

  return { show, toggle, toggleWhole };
}
