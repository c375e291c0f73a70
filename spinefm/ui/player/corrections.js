// What the reader can correct in a finished run; the page applies it and sends the corrected run back.

const COUNTED = [..."1234567"].map((n) => `C${n}`)
  .concat([...Array(12).keys()].map((n) => `T${n + 1}`), [..."12345"].map((n) => `L${n}`), ["S1"]);

function correctionButton(words, title, report, change, disabled) {
  return html("button", { type: "button", class: "small", title, disabled, onclick: () => report("correct", change) }, words);
}

function nameChooser(view, row, report) {
  const options = COUNTED.map((level) => html("option", { value: level, selected: level === row.name }, level));
  const blank = COUNTED.includes(row.name) ? [] : [html("option", { value: "", selected: true }, "choose")];
  const choose = html("select", { class: "level", "aria-label": `Level of ${row.name}`,
    onchange: (event) => event.target.value && report("correct", { action: "name", number: row.number, level: event.target.value }) },
    blank, options);
  return html("label", {}, `${row.name} is `, choose);
}

function drawCorrections(node, view, report) {
  const { corrections, refused, rows } = view.payload;
  if (!report || !corrections || !rows.length) return node.replaceChildren();
  const row = rows.find((item) => item.found && item.number === view.chosen);
  const tools = [
    row ? nameChooser(view, row, report) : html("span", { class: "note" }, "Choose a vertebra to correct its name."),
    row ? correctionButton("delete", `${row.name} is no vertebra`, report, { action: "delete", number: row.number }) : null,
    html("span", { class: "group" },
      correctionButton("names ↑", "All names one level up", report, { action: "shift", offset: -1 }),
      correctionButton("names ↓", "All names one level down", report, { action: "shift", offset: 1 })),
    html("span", { class: "group" },
      correctionButton("undo", "Without the last correction", report, { action: "undo" }, !corrections.undo),
      correctionButton("redo", "The correction undone last", report, { action: "redo" }, !corrections.redo)),
  ];
  return node.replaceChildren(...[
    html("div", { class: "tools" }, tools),
    refused ? html("p", { class: "refused", role: "alert" }, refused) : null,
    corrections.log.length ? html("ol", { class: "corrected" }, corrections.log.map((line) => html("li", {}, line))) : null,
  ].filter(Boolean));
}
