// The film and everything drawn on it, as one SVG in film pixels; zoom and pan are its viewBox.

const CLICK_SLACK = 4;

function pathOf(outline) {
  const pairs = [];
  for (let i = 0; i < outline.length; i += 2) pairs.push(`${outline[i]} ${outline[i + 1]}`);
  return pairs.length ? `M${pairs.join("L")}Z` : "";
}

function spinePicture(holder, onHover, onChoose) {
  const node = holder.querySelector(".player-picture");
  const slopes = ["R", "G", "B"].map((channel) => svg(`feFunc${channel}`, { type: "linear", slope: 1, intercept: 0 }));
  const greyId = `grey-${Math.random().toString(36).slice(2)}`;
  const clipId = `clip-${Math.random().toString(36).slice(2)}`;
  const image = svg("image", { class: "film" });
  const clip = svg("clipPath", { id: clipId }, svg("path"));
  const layer = svg("g", { class: "overlay" });
  const seedLayer = svg("g", { class: "seeds" });
  const markLayer = svg("g", { class: "divergence" });
  const pendingLayer = svg("g", { class: "pending" });
  const filter = svg("filter", { id: greyId, "color-interpolation-filters": "sRGB", x: 0, y: 0, width: "100%", height: "100%" },
    svg("feComponentTransfer", {}, slopes));
  node.replaceChildren(svg("defs", {}, filter, clip), image, layer, markLayer, seedLayer, pendingLayer);
  let film = null;
  let view = null;
  let last = null;
  let seeds = [];
  let pending = null;
  let mark = null;
  let twin = null; // the picture that shares this one's zoom
  const options = { fills: true, names: true };

  function setFilm(next) {
    if (film && next && film.url === next.url) return;
    film = next;
    node.classList.toggle("empty", !film);
    if (!film) return layer.replaceChildren(), image.removeAttribute("href");
    fill(image, { href: film.url, x: -0.5, y: -0.5, width: film.width, height: film.height }, []);
    holder.style.setProperty("--film-ratio", `${film.width} / ${film.height}`);
    fit();
  }

  // Pixels of the film per pixel of the screen: sizes of marks and letters do not grow with the zoom.
  function scale() {
    const box = node.getBoundingClientRect();
    if (!view || !box.width) return 1;
    return Math.max(view.width / box.width, view.height / box.height);
  }

  function fit() {
    view = { x: -0.5, y: -0.5, width: film.width, height: film.height };
    applyView();
  }

  function applyView() {
    node.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
    node.classList.toggle("zoomed", view.width < film.width - 1);
    redraw();
    if (twin) twin.follow(view);
  }

  // Takes over the view of the twin, unless it is this one's already.
  function follow(next) {
    if (!film || (view.x === next.x && view.y === next.y && view.width === next.width)) return;
    view = { ...next };
    applyView();
  }

  function pair(other) {
    twin = other;
    if (twin && film) twin.follow(view);
  }

  function zoom(factor, at) {
    if (!film) return;
    const width = clamp(view.width / factor, film.width / 12, film.width);
    const shrink = width / view.width;
    const centre = at || { x: view.x + view.width / 2, y: view.y + view.height / 2 };
    moveTo(centre.x - (centre.x - view.x) * shrink, centre.y - (centre.y - view.y) * shrink, width);
  }

  function moveTo(x, y, width) {
    const height = (width * film.height) / film.width;
    view = { width, height, x: clamp(x, -0.5, film.width - 0.5 - width), y: clamp(y, -0.5, film.height - 0.5 - height) };
    applyView();
  }

  function filmPoint(event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(node.getScreenCTM().inverse());
    return { x: point.x, y: point.y };
  }

  function setGrey(level, width) {
    const identity = level === 50 && width === 100;
    image.setAttribute("filter", identity ? "none" : `url(#${greyId})`);
    const slope = 100 / width;
    for (const slopeNode of slopes) fill(slopeNode, { slope, intercept: 0.5 - (slope * level) / 100 }, []);
  }

  function cross(point, kind, title) {
    if (!point) return null;
    const r = 5 * scale();
    const [x, y] = point;
    const d = `M${x - r} ${y - r}L${x + r} ${y + r}M${x - r} ${y + r}L${x + r} ${y - r}`;
    return svg("g", { class: `cross ${kind}` }, svg("title", {}, title), svg("path", { class: "halo", d }), svg("path", { d }));
  }

  function rect(box, kind) {
    return svg("rect", { class: kind, x: box[0] - 0.5, y: box[1] - 0.5, width: box[2] - box[0], height: box[3] - box[1] });
  }

  function shape(outline, kind, attributes = {}) {
    return outline.length ? svg("path", { class: kind, d: pathOf(outline), ...attributes }) : null;
  }

  // An outline with a dark edge, to be seen on bone and on burnt-out white alike.
  function edged(outline, kind) {
    return [shape(outline, "edge"), shape(outline, kind)];
  }

  function text(point, words, kind) {
    const size = 13 * scale();
    return svg("text", { class: kind, x: point[0], y: point[1], "font-size": size, "stroke-width": size / 4,
      "text-anchor": "middle", "dominant-baseline": "central" }, words);
  }

  function detections(located) {
    return located.detections.map((found) => svg("g", { class: `detection ${found.kept ? "kept" : "dropped"}` },
      svg("title", {}, found.reason), edged(found.mask, "outline"), text(found.centroid, two(found.score), "score")));
  }

  function axis(seeded) {
    const { centre, direction } = seeded.axis;
    const reach = film.width + film.height;
    const ends = [-reach, reach].map((t) => [centre[0] + t * direction[0], centre[1] + t * direction[1]]);
    return [
      svg("line", { class: "axis", x1: ends[0][0], y1: ends[0][1], x2: ends[1][0], y2: ends[1][1] }),
      ...seeded.points.map((point, index) => cross(point, "known", `starting point ${index + 1}`)),
    ];
  }

  function vertebra(item, picture, colours) {
    const name = picture.names.get(item.number);
    const colour = name ? colours[name] : null;
    const anchor = anchorOf(picture);
    const anchored = anchor && anchor.vertebra === item.number;
    return svg("g", { class: `vertebra${anchored ? " anchor" : ""}`, "data-number": item.number,
      style: colour ? `--level: ${colour}` : null, onpointerenter: () => onHover(item.number), onpointerleave: () => onHover(null), onclick: () => onChoose(item.number) },
      svg("title", {}, name || `vertebra ${item.number}`),
      edged(item.outline, `outline${options.fills ? " filled" : ""}`),
      name && options.names && item.centroid ? text(item.centroid, name, "name") : null);
  }

  function vertebrae(picture, colours) {
    return shown(picture).map((item) => vertebra(item, picture, colours));
  }

  // The result where there is one, and what was accepted since.
  function shown(picture) {
    if (!picture.result) return [...picture.accepted.values()];
    const known = new Set([...picture.finished.vertebrae, ...picture.extra].map((item) => item.number));
    const since = [...picture.accepted.values()].filter((item) => !known.has(item.number));
    return [...picture.result.map((found) => ({ number: found.number, outline: found.mask, centroid: found.centroid })), ...since];
  }

  function overlap(picture) {
    const check = picture.event.kind === "checked" ? picture.event : null;
    const other = check && picture.accepted.get(check.against);
    if (!other || !picture.step.segmented) return [];
    clip.firstChild.setAttribute("d", pathOf(other.outline));
    return [edged(other.outline, "against"), shape(picture.step.segmented.mask, "shared", { "clip-path": `url(#${clipId})` })];
  }

  function currentStep(picture) {
    const { proposed, segmented, classified, decided } = picture.step;
    const patch = (segmented && segmented.patch) || (proposed && proposed.patch);
    const seen = picture.event.kind === "classified" ? classified.patch : patch;
    const rejected = decided && decided.vertebra === null;
    return [
      seen && !decided ? rect(seen, `patch ${picture.event.kind}`) : null,
      segmented && !decided ? edged(segmented.mask, "candidate") : null,
      ...overlap(picture),
      ...(proposed ? proposed.known.map((point) => cross(point, "known", "known centroid")) : []),
      segmented && segmented.centroid && proposed
        ? svg("line", { class: "shift", x1: proposed.point[0], y1: proposed.point[1], x2: segmented.centroid[0], y2: segmented.centroid[1] }) : null,
      proposed ? cross(proposed.point, "predicted", "predicted point") : null,
      segmented ? cross(segmented.centroid, rejected ? "refused" : "refined", "refined centroid") : null,
    ];
  }

  function setSeeds(points) {
    seeds = points;
    seedLayer.replaceChildren(...points.map((point, index) => cross([point.x, point.y], "known", `starting point ${index + 1}`)));
  }

  function setPending(point) {
    pending = point;
    pendingLayer.replaceChildren(...(point ? [cross([point.x, point.y], "predicted", "clicked")] : []));
  }

  function setMark(next) {
    mark = next;
    if (!mark) return markLayer.replaceChildren();
    const { centre: [cx, cy], radius: r } = mark;
    return markLayer.replaceChildren(svg("circle", { class: "ring-edge", cx, cy, r }), svg("circle", { class: "ring", cx, cy, r }),
      text([cx + r + 6 * scale(), cy], "first difference", "ring-name"));
  }

  function draw(picture, colours) {
    last = { picture, colours };
    if (!film) return;
    const parts = [];
    const kind = picture.event ? picture.event.kind : null;
    if (kind === "located") parts.push(...detections(picture.located));
    if (kind === "seeded") parts.push(...axis(picture.seeded));
    if (DRAWN[kind]) parts.push(DRAWN[kind](picture, { cross, edged, rect, text }));
    parts.push(...picture.rejected.map((item) => edged(item.outline, "rejected")));
    if (kind !== "located") parts.push(...vertebrae(picture, colours));
    if (picture.step) parts.push(...currentStep(picture));
    layer.replaceChildren(...parts.flat(Infinity).filter(Boolean));
  }

  function highlight(number) {
    for (const item of layer.querySelectorAll(".vertebra")) item.classList.toggle("lit", Number(item.dataset.number) === number);
  }

  function redraw() {
    setSeeds(seeds);
    setPending(pending);
    setMark(mark);
    if (last) draw(last.picture, last.colours);
  }

  function dragToPan() {
    let grip = null;
    node.addEventListener("pointerdown", (event) => {
      if (!film || event.button !== 0 || !node.classList.contains("zoomed")) return;
      grip = { x: event.clientX, y: event.clientY, view: { ...view } };
      node.setPointerCapture(event.pointerId);
    });
    node.addEventListener("pointermove", (event) => {
      if (!grip) return;
      const step = scale();
      const moved = [(event.clientX - grip.x) * step, (event.clientY - grip.y) * step];
      if (Math.hypot(...moved) > CLICK_SLACK * step) moveTo(grip.view.x - moved[0], grip.view.y - moved[1], grip.view.width);
    });
    for (const end of ["pointerup", "pointercancel"]) node.addEventListener(end, () => { grip = null; });
    node.addEventListener("dblclick", (event) => zoom(2, filmPoint(event)));
    node.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2, filmPoint(event));
    }, { passive: false });
  }

  dragToPan();
  new ResizeObserver(redraw).observe(node);
  return { setFilm, draw, redraw, highlight, setGrey, setSeeds, setPending, setMark, pair, follow, scale, filmPoint, zoom, fit: () => film && fit(), options, layer, image };
}
