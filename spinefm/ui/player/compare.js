// Two runs on one film side by side: two pictures under one zoom, a table aligned by vertebra, and where they part.

function settingWords(name) {
  return name.replaceAll("_", " ");
}

function placeWords({ direction, step }) {
  return direction === "seed" ? `starting point ${step + 1}` : `step ${step}, ${direction}wards`;
}

// The earlier run as the player's own data, or null.
function earlierRun(payload) {
  if (!payload.comparison) return null;
  const frames = framesOf(payload.comparison.events);
  return { frames, names: finalNames(frames) };
}

// The earlier run's frame that stands beside a frame of the new one: the same sub-step, or where it had ended by then.
function twinFrame(earlier, event) {
  if (event && ["finished", "corrected"].includes(event.kind)) return earlier.frames.length - 1;
  if (!event || !event.direction) return earlier.frames.findLastIndex((frame) => event && frame.event.kind === event.kind);
  const same = ({ event: other }) => other.direction === event.direction && other.step === event.step;
  const exact = earlier.frames.findLastIndex((frame) => same(frame) && frame.event.kind === event.kind);
  if (exact >= 0) return exact;
  const step = earlier.frames.findLastIndex(same);
  return step >= 0 ? step : earlier.frames.findLastIndex(({ event: other }) => other.direction === event.direction);
}

// The ring round the first difference: where a run's step of that name took place.
function divergenceMark(frames, divergence) {
  const index = divergence ? frameOfStep(frames, divergence.direction, divergence.step) : -1;
  if (index < 0) return null;
  const { step } = pictureAt(frames, index);
  const patch = (step.segmented || step.proposed || {}).patch;
  const centre = (step.segmented && step.segmented.centroid) || (step.proposed && step.proposed.point);
  return patch && centre ? { centre, radius: (patch[2] - patch[0]) / 5 } : null;
}

function divergenceLine(view, { divergence, rows }, act) {
  if (!divergence) {
    return html("p", {}, rows.every((row) => row.same) ? "Both runs took the same steps." : "No step of a walk differs; the table shows what does.");
  }
  const frame = frameOfStep(view.frames, divergence.direction, divergence.step);
  return html("p", { class: "divergence" },
    html("button", { type: "button", "data-frame": frame, onclick: () => act.go(frame) }, `They part at ${placeWords(divergence)}`),
    html("span", {}, html("em", {}, "before "), divergence.old), html("span", {}, html("em", {}, "now "), divergence.new));
}

function comparedRow(view, row) {
  const name = (word) => html("td", {}, word ? [swatch(view.payload.colours[word], true), ` ${word}`] : html("em", {}, "–"));
  return html("tr", { class: row.same ? "same" : "differs" }, name(row.old), name(row.new),
    html("td", { class: "number" }, row.dice === null ? "" : two(row.dice)),
    html("td", {}, row.same ? "" : row.old === null ? "new" : row.new === null ? "lost" : row.old === row.new ? "mask" : "name"));
}

function changedWords(comparison) {
  return comparison.settings.map(({ name, old, new: now }) => `${settingWords(name)}: ${old} → ${now}`);
}

// What was changed between the runs, and where they part; two methods share neither limits nor steps.
function differencesOf(view, comparison, act) {
  if (comparison.methods) {
    const [old, now] = comparison.methods;
    return [html("p", { class: "note" }, `${old} before, ${now} now: they share no steps, so compare them by vertebra.`)];
  }
  const changed = changedWords(comparison).map((words) => html("li", {}, words));
  return [
    changed.length ? html("ul", { class: "settings" }, changed) : html("p", { class: "note" }, "No limit was changed."),
    divergenceLine(view, comparison, act),
  ];
}

function drawComparison(node, tab, view, act) {
  const comparison = view.payload.comparison;
  tab.hidden = !comparison;
  if (!comparison) return node.replaceChildren();
  const head = ["before", "now", "Dice", "change"].map((word) => html("th", { scope: "col" }, word));
  return node.replaceChildren(
    ...differencesOf(view, comparison, act),
    html("table", { class: "vertebrae compared" }, html("thead", {}, html("tr", {}, head)),
      html("tbody", {}, comparison.rows.map((row) => comparedRow(view, row)))));
}

// The words above each of the two pictures.
function captionsOf(comparison) {
  const value = (key) => comparison.settings.map((setting) => `${settingWords(setting.name)} ${setting[key]}`).join(", ");
  if (comparison.methods) {
    return comparison.methods.map((title, index) => [html("b", {}, index ? "now" : "before"), html("span", {}, title)]);
  }
  const first = (key) => (comparison.divergence ? `first difference: ${comparison.divergence[key]}` : "the same steps");
  return [["before", value("old"), first("old")], ["now", value("new"), first("new")]]
    .map(([word, setting, part]) => [html("b", {}, word), html("span", {}, setting), html("span", { class: "part" }, part)]);
}
