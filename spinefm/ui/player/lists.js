// The table of vertebrae, the log and the download beside the film; each row leads to its frame.

function swatch(colour, found) {
  return html("i", { class: `swatch${found ? "" : " missing"}`, style: colour ? `--level: ${colour}` : null });
}

function rowFrame(view, row) {
  if (row.found) return view.accepted.get(row.number);
  return view.frames.findIndex(({ event }) =>
    event.kind === "decided" && event.direction === row.direction && event.step === row.step);
}

function vertebraRow(view, row, act) {
  const frame = rowFrame(view, row);
  return html("tr", { class: row.found ? "" : "missing", "data-number": row.number, "data-frame": frame,
    onclick: () => act.choose(row, frame), onpointerenter: () => act.hover(row.number), onpointerleave: () => act.hover(null) },
    html("th", { scope: "row" }, html("button", { type: "button", class: "row-name", title: "Show the step that decided this" },
      swatch(view.payload.colours[row.name], row.found), row.name)),
    html("td", {}, row.anchor ? html("span", { class: "mark", title: "The names are counted from here" }, "anchor") : null,
      row.locked ? html("span", { class: "mark", title: LOCK_MEANS }, "locked") : null),
    html("td", { class: "number" }, row.found ? two(row.probability) : html("em", {}, "not found")),
    html("td", { class: "stop" }, html("div", {},
      html("span", {}, row.stop), goOnButton(row, act))));
}

const GO_ON = { true: "This is no end of the spine: walk on from here", false: "Take the rejected vertebra all the same, and walk on from there" };

// Only an end at which there is something to take, or that the classifier called one, can be passed.
function goOnButton(row, act) {
  if (!row.open || !act.correct) return null;
  return html("button", { type: "button", class: "small", title: GO_ON[row.found], onclick: (event) => {
    event.stopPropagation();
    act.correct({ action: "go on", direction: row.direction });
  } }, "go on");
}

function drawVertebrae(node, view, act) {
  if (!view.payload.rows.length) {
    const words = view.payload.status === "running" ? "The table stands here when the run is finished." : "No vertebra was found, so there is no table.";
    node.replaceChildren(html("p", { class: "note" }, words));
    return;
  }
  const head = ["name", "", "probability", "why it ended"].map((word) => html("th", { scope: "col" }, word));
  node.replaceChildren(html("table", { class: "vertebrae" }, html("thead", {}, html("tr", {}, head)),
    html("tbody", {}, view.payload.rows.map((row) => vertebraRow(view, row, act)))));
}

function drawLog(node, view, act) {
  node.replaceChildren(html("ol", { class: "log" }, view.frames.map((frame, index) =>
    html("li", {}, html("button", { type: "button", "data-frame": index, class: verdictOf(frame.event),
      onclick: () => act.go(index) }, frame.event.caption)))));
}

function drawDownload(node, view) {
  const file = view.payload.download;
  const words = "label map, overlay, trace, table, report, this player as one html file, and the run as a moving picture";
  node.replaceChildren(file
    ? html("p", {}, html("a", { class: "download", href: file.url, download: file.orig_name }, "Download the zip"),
      html("span", { class: "note" }, ` ${words}`))
    : html("p", { class: "note" }, downloadNote(view.payload, words)));
}

function downloadNote({ status, corrections, replay }, words) {
  if (status === "failed") return "The run failed: there is nothing to download.";
  if (status !== "finished") return `One zip stands here when the run is finished: ${words}.`;
  if (corrections) return `The zip is being packed: ${words}.`;
  return replay ? "These steps are a replay of an evaluation, whose files lie in its own folder." : "The files of this run lie beside this page.";
}

// Marks the rows of the frame on show, and keeps the log's one in sight without moving the page.
function markRows(root, index) {
  const log = root.querySelector('[data-panel="log"]');
  for (const row of root.querySelectorAll(".player-panel [data-frame]")) {
    const now = Number(row.dataset.frame) === index;
    row.classList.toggle("now", now);
    if (row.tagName === "BUTTON") row.setAttribute("aria-current", now ? "step" : "false");
    if (now && log.contains(row)) log.scrollTop = row.offsetTop - log.clientHeight / 2;
  }
}

function lightRows(root, number) {
  for (const row of root.querySelectorAll("tr[data-number]")) {
    row.classList.toggle("lit", number !== null && Number(row.dataset.number) === number);
  }
}
