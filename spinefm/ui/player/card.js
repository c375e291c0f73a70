// The card: the numbers behind the frame on show, each with the limit it was held against.

function heading(words, note) {
  return html("header", { class: "card-head" }, html("h3", {}, words), note ? html("span", { class: "note" }, note) : null);
}

// A value on a bar with its limit as a mark. `over`: the value must stay at or below the limit, else reach it.
function gauge({ label, value, limit, over, full, state, detail }) {
  const most = full || Math.min(1, Math.max(limit * 1.7, value * 1.15, 0.02));
  const share = (number) => `${clamp((100 * number) / most, 0, 100)}%`;
  const sign = limit === undefined || limit === null ? "" : ` ${value > limit ? ">" : "≤"} ${two(limit)}`;
  return html("div", { class: `gauge ${state}`, title: detail },
    html("span", { class: "gauge-label" }, label),
    html("span", { class: "gauge-bar", role: "img", "aria-label": `${label} ${two(value)}${sign}` },
      html("i", { class: "gauge-value", style: `width: ${share(value)}` }),
      sign ? html("i", { class: "gauge-limit", style: `left: ${share(limit)}` }) : null),
    html("span", { class: "gauge-number" }, `${two(value)}${over ? sign : ""}`));
}

function waiting(words) {
  return html("p", { class: "card-later" }, words);
}

// The patch as the network saw it: cut from the film, black beyond its edge. The film in it is decoded once.
function patchPicture(view, step, event) {
  const box = event.kind === "classified" ? event.patch : (step.segmented || step.proposed || step.classified || {}).patch;
  if (!box || !view.film) return null;
  const [x0, y0, x1, y1] = box;
  const stroke = (x1 - x0) / 150;
  const arm = (point, kind) => point && svg("path", { class: `cross ${kind}`,
    d: `M${point[0] - 4 * stroke} ${point[1]}h${8 * stroke}M${point[0]} ${point[1] - 4 * stroke}v${8 * stroke}` });
  const marks = [
    step.segmented && step.segmented.mask.length ? svg("path", { class: "candidate", d: pathOf(step.segmented.mask) }) : null,
    step.proposed ? arm(step.proposed.point, "predicted") : null,
    step.segmented ? arm(step.segmented.centroid, "refined") : null,
  ];
  fill(view.patch, { viewBox: `${x0 - 0.5} ${y0 - 0.5} ${x1 - x0} ${y1 - y0}`, style: `--stroke: ${stroke}px` }, []);
  view.patch.lastChild.replaceChildren(...marks.filter(Boolean));
  return view.patch;
}

function patchFrame(film) {
  return svg("svg", { class: "card-patch", role: "img", "aria-label": "The patch as the network saw it" },
    svg("image", { href: film.url, x: -0.5, y: -0.5, width: film.width, height: film.height }), svg("g"));
}

function nameOf(view, number) {
  return view.names.get(number) || `vertebra ${number}`;
}

function stepTitle(view, step) {
  const number = step.decided && step.decided.vertebra;
  const known = number !== undefined && number !== null ? nameOf(view, number) : null;
  const count = { seed: `Seed ${step.step + 1}`, added: `Click ${step.step}` }[step.direction] || `Step ${step.step}`;
  return [count, known, ["up", "down"].includes(step.direction) ? DIRECTIONS[step.direction] : null].filter(Boolean).join(" · ");
}

function secondLook(proposed) {
  return html("p", { class: "card-line" }, `second look, turned by ${proposed.turned.toFixed(0)}°: the first was unsure, `
    + `${two(proposed.unsure)} < ${two(proposed.unsure_limit)}`);
}

function segmentLine(segmented) {
  if (!segmented) return waiting("mask: not yet");
  const shift = segmented.shift === null ? "no mask" : `centroid moved ${segmented.shift.toFixed(1)} px`;
  const outside = segmented.outside_share > 0
    ? ` · ${two(segmented.outside_share)} of its place outside the film (limit ${two(segmented.outside_limit)})` : "";
  return html("p", { class: "card-line" }, shift + (segmented.recentred ? ", patch centred anew" : "") + outside);
}

function checkGauges(view, step) {
  if (!step.checks.length) return [waiting("overlap: not yet")];
  return step.checks.map((check) => gauge({
    label: `overlap with ${nameOf(view, check.against)}`, value: check.value, limit: check.limit, over: true,
    state: check.value > check.limit ? "bad" : "good",
    detail: check.rule === "previous" ? "against the previous vertebra" : "against any other accepted vertebra" }));
}

function classBars(classified) {
  if (!classified) return [waiting("classifier: not yet")];
  const bar = (label, value, limit) => gauge({ label, value, limit, full: 1, over: false, state: "plain",
    detail: limit === undefined ? undefined : `limit ${two(limit)}` });
  return [
    bar("vertebra", classified.vertebra),
    bar("background", classified.background, classified.background_limit),
    bar("C2", classified.c2, classified.end_limit),
    bar("S1", classified.s1, classified.end_limit),
  ];
}

function decision(decided) {
  if (!decided) return waiting("decision: not yet");
  const { verdict, reason, value, limit, overruled } = decided;
  const held = value === null || limit === null ? "" : ` ${two(value)} ${value > limit ? ">" : "≤"} ${two(limit)}`;
  const by = { clicked: "→ kept, clicked by the reader", "by hand": `→ kept by hand, against ${overruled}${held}` };
  const kept = by[reason] || `→ kept, background${held}`;
  const words = { accepted: kept, "spine end": `■ kept, spine end ${reason}${held}`, stopped: `✕ stopped, ${reason}${held}` };
  const state = reason === "by hand" ? "hand" : { accepted: "good", "spine end": "end", stopped: "bad" }[verdict];
  return html("p", { class: `card-decision ${state}` }, words[verdict]);
}

function stepCard(view, picture) {
  const step = picture.step;
  const part = (kind, ...children) => html("div", { class: `card-part${picture.event.kind === kind ? " now" : ""}` }, children);
  return [
    heading(stepTitle(view, step), view.counter),
    html("div", { class: "card-step" }, patchPicture(view, step, picture.event),
      html("div", { class: "card-numbers" },
        step.proposed && typeof step.proposed.unsure === "number" ? part("proposed", secondLook(step.proposed)) : null,
        part("segmented", segmentLine(step.segmented)),
        part("checked", checkGauges(view, step)),
        part("classified", classBars(step.classified)),
        part("decided", decision(step.decided)))),
  ];
}

function locatedCard(view, picture) {
  const { detections, limit_used: limit } = picture.located;
  const kept = detections.filter((found) => found.kept).length;
  return [
    heading("Detector", `${kept} of ${detections.length} kept`),
    html("div", { class: "card-list" }, detections.map((found) => gauge({
      label: found.kept ? "kept" : found.reason, value: found.score, limit, full: 1, over: false,
      state: `row ${found.kept ? "good" : "bad"}`, detail: found.reason }))),
    html("p", { class: "note" }, `scores against the limit ${two(limit)}`),
  ];
}

function seededCard(view, picture) {
  const seeded = picture.seeded;
  return [
    heading("Start", seeded.source === "clicked" ? "clicked points" : "three neighbours of highest score"),
    html("p", { class: "card-line" }, `${seeded.points.length} starting points, ${seeded.spacing.toFixed(1)} px apart`),
    seeded.mean_score === null ? null : html("p", { class: "card-line" }, `mean score ${two(seeded.mean_score)}`),
  ];
}

function namedCard(view, picture) {
  const { anchor, note, vertebrae } = picture.named;
  const words = anchor ? `${anchor.level} is known: ${anchor.source}` : "Nothing anchors the names: V1 is the topmost";
  return [
    heading("Names", `${vertebrae.length} vertebrae`),
    html("p", { class: "card-line" }, words + (anchor && anchor.probability !== null ? ` ${two(anchor.probability)}` : "")),
    note ? html("p", { class: "note" }, note) : null,
  ];
}

function endLine(end) {
  const mark = { "spine end": "■", stopped: "✕" }[end.verdict];
  return html("p", { class: `card-line card-end ${end.verdict === "stopped" ? "bad" : "end"}` },
    html("span", { class: "note" }, end.direction), html("b", {}, mark), html("span", {}, end.text));
}

const STAGES = { detector_network: "detector", med_sa_network: "Med-SA", classifier_network: "classifier",
  point_predictor_network: "point predictor", outside_networks: "all else" };

function seconds(value) {
  return value < 0.05 ? "< 0.1 s" : `${value.toFixed(1)} s`;
}

function stageRow([stage, value], total) {
  return html("tr", {}, html("th", { scope: "row" }, STAGES[stage] || stage.replaceAll("_", " ")),
    html("td", {}, html("span", { class: "stage-bar", style: `width: ${clamp((100 * value) / total, 1, 100)}%` })),
    html("td", { class: "number" }, seconds(value)));
}

function finishedCard(view, picture) {
  const finished = picture.finished;
  const stages = Object.entries(finished.seconds).filter(([stage]) => stage !== "total");
  const total = finished.seconds.total ?? stages.reduce((sum, [, value]) => sum + value, 0);
  return [
    heading(countOf(picture), `bundle ${finished.bundle} · ${finished.device}`),
    picture.corrected ? html("p", { class: "card-line" }, sentence(picture.corrected.text)) : null,
    view.payload.ends.map(endLine),
    html("table", { class: "card-seconds" }, html("caption", {}, `${total.toFixed(1)} s in all`),
      html("tbody", {}, stages.map((stage) => stageRow(stage, total || 1)))),
  ];
}

function countOf(picture) {
  const names = picture.result.map((vertebra) => picture.names.get(vertebra.number));
  const range = names.length > 1 ? `, ${names[0]} to ${names.at(-1)}` : "";
  return `${names.length} ${names.length === 1 ? "vertebra" : "vertebrae"}${range}`;
}

const CARDS = { located: locatedCard, seeded: seededCard, named: namedCard, finished: finishedCard, corrected: finishedCard };

function drawCard(node, view, picture) {
  const make = picture.event ? CARDS[picture.event.kind] || stepCard : () => [];
  node.replaceChildren(...make(view, picture).flat().filter(Boolean));
}
