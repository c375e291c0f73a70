// Two runs on one film side by side, aligned by vertebra; the step at which they part leads to its frame.

function settingWords(name) {
  return name.replaceAll("_", " ");
}

function divergenceLine(view, divergence, act) {
  if (!divergence) return html("p", {}, "Both runs took the same steps.");
  const frame = view.frames.findLastIndex(({ event }) =>
    event.kind === "decided" && event.direction === divergence.direction && event.step === divergence.step);
  const place = divergence.direction === "seed" ? `Starting point ${divergence.step + 1}` : `Step ${divergence.step}, ${divergence.direction}wards`;
  return html("p", { class: "divergence" },
    html("button", { type: "button", "data-frame": frame, onclick: () => act.go(frame) }, `They part at: ${place}`),
    html("span", {}, html("em", {}, "before "), divergence.old), html("span", {}, html("em", {}, "now "), divergence.new));
}

function comparedRow(view, row) {
  const name = (word) => html("td", {}, word ? [swatch(view.payload.colours[word], true), ` ${word}`] : html("em", {}, "–"));
  return html("tr", { class: row.same ? "same" : "differs" }, name(row.old), name(row.new),
    html("td", { class: "number" }, row.dice === null ? "" : two(row.dice)),
    html("td", {}, row.same ? "" : row.old === null ? "new" : row.new === null ? "lost" : row.old === row.new ? "mask" : "name"));
}

function drawComparison(node, tab, view, act) {
  const comparison = view.payload.comparison;
  tab.hidden = !comparison;
  if (!comparison) return node.replaceChildren();
  const changed = comparison.settings.map(({ name, old, new: now }) => html("li", {}, `${settingWords(name)}: ${old} → ${now}`));
  const head = ["before", "now", "Dice", "change"].map((word) => html("th", { scope: "col" }, word));
  return node.replaceChildren(
    changed.length ? html("ul", { class: "settings" }, changed) : html("p", { class: "note" }, "No limit was changed."),
    divergenceLine(view, comparison.divergence, act),
    html("table", { class: "vertebrae compared" }, html("thead", {}, html("tr", {}, head)),
      html("tbody", {}, comparison.rows.map((row) => comparedRow(view, row)))));
}
