// What the reader can correct in a finished run; the page applies it and sends the corrected run back.

const COUNTED = [..."1234567"].map((n) => `C${n}`)
  .concat([...Array(12).keys()].map((n) => `T${n + 1}`), [..."12345"].map((n) => `L${n}`), ["S1"]);
const LOCK_MEANS = "Locked: keeps its name and outline whatever is renamed, deleted or run again";

function sentence(words) {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function toolButton(words, title, onclick, more = {}) {
  return html("button", { type: "button", class: "small", title, onclick, ...more }, words);
}

function nameChooser(view, row, act) {
  const options = COUNTED.map((level) => html("option", { value: level, selected: level === row.name }, level));
  const blank = COUNTED.includes(row.name) ? [] : [html("option", { value: "", selected: true }, "choose")];
  const choose = html("select", { class: "level", "aria-label": `Level of ${row.name}`, title: "The others are counted from it", disabled: row.locked,
    onchange: (event) => event.target.value && act.correct({ action: "name", number: row.number, level: event.target.value }) },
    blank, options);
  return html("label", {}, `${row.name} is `, choose);
}

function vertebraTools(view, row, act) {
  const lock = row.locked ? "unlock" : "lock";
  return html("div", { class: "tools" }, nameChooser(view, row, act),
    toolButton(lock, row.locked ? "It may be renamed, deleted and found anew" : LOCK_MEANS, () => act.correct({ action: lock, number: row.number })),
    toolButton("delete", `${row.name} is no vertebra`, () => act.correct({ action: "delete", number: row.number }), { disabled: row.locked }));
}

function runTools(view, act) {
  const { undo, redo } = view.payload.corrections;
  return html("div", { class: "tools" },
    toolButton("add by click", "Click a vertebra that was missed (A)", () => act.add(), { "aria-pressed": "false", "data-add": "toggle" }),
    html("span", { class: "group" },
      toolButton("names ↑", "All names one level up", () => act.correct({ action: "shift", offset: -1 })),
      toolButton("names ↓", "All names one level down", () => act.correct({ action: "shift", offset: 1 }))),
    html("span", { class: "group last" },
      toolButton("undo", undo ? `Take back: ${undo} (Ctrl+Z)` : "Nothing to undo (Ctrl+Z)", () => act.correct({ action: "undo" }), { disabled: !undo }),
      toolButton("redo", redo ? `Do again: ${redo} (Ctrl+Y)` : "Nothing to do again (Ctrl+Y)", () => act.correct({ action: "redo" }), { disabled: !redo })));
}

function correctionLog(view, act) {
  const done = view.frames.map(({ event }, index) => ({ event, index })).filter(({ event }) => event.kind === "corrected");
  return done.length ? html("ol", { class: "corrected" }, done.map(({ event, index }) =>
    html("li", {}, html("button", { type: "button", "data-frame": index, onclick: () => act.go(index) }, sentence(event.text))))) : null;
}

function drawCorrections(node, view, act) {
  const { corrections, refused, rows } = view.payload;
  if (!act.correct || !corrections || !rows.length) return node.replaceChildren(...[correctionLog(view, act)].filter(Boolean));
  const row = rows.find((item) => item.found && item.number === view.chosen);
  return node.replaceChildren(...[
    refused ? html("p", { class: "refused", role: "alert" }, refused) : null,
    row ? vertebraTools(view, row, act) : html("p", { class: "tools note" }, "Choose a vertebra to name, lock or delete it."),
    runTools(view, act),
    correctionLog(view, act),
  ].filter(Boolean));
}
