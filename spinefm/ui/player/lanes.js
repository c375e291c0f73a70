// One scrubber with two lanes: a group per vertebra, a dot per sub-step, and a last mark that says how the lane ended.

const MARKS = { kept: "●", passed: "●", end: "■", stopped: "✕", hand: "◆" };

function tick(frame, index, go) {
  const verdict = verdictOf(frame.event);
  return html("button", { type: "button", class: `tick ${verdict} ${frame.event.kind}`, "data-frame": index, tabindex: -1,
    title: frame.event.caption, "aria-label": frame.event.caption, onclick: () => go(index) }, MARKS[verdict]);
}

function tickGroups(frames, wanted, go) {
  const groups = new Map();
  frames.forEach((frame, index) => {
    if (!wanted(frame.event)) return;
    if (!groups.has(frame.group)) groups.set(frame.group, []);
    groups.get(frame.group).push(tick(frame, index, go));
  });
  return [...groups.values()].map((ticks) => html("span", { class: "tick-group" }, ticks));
}

function lane(label, groups, end) {
  return html("div", { class: "lane" }, html("span", { class: "lane-name" }, label),
    html("span", { class: "lane-ticks" }, groups), end ? html("span", { class: "lane-end" }, end.text) : null);
}

function drawLanes(node, view, go) {
  const { frames, payload } = view;
  const of = (wanted) => tickGroups(frames, wanted, go);
  const end = (direction) => payload.ends.find((item) => item.direction === direction);
  const walked = (direction) => end(direction) || frames.some(({ event }) => event.direction === direction);
  const rows = [
    lane("start", of((event) => !event.direction && ["located", "seeded"].includes(event.kind) || event.direction === "seed")),
    lane("stages", of((event) => WHOLE_FILM.includes(event.kind))),
    ...["up", "down"].filter(walked).map((direction) => lane(direction, of((event) => event.direction === direction), end(direction))),
    lane("end", of((event) => ["named", "finished"].includes(event.kind))),
    lane("reader", of((event) => event.kind === "corrected" || event.direction === "added")),
  ];
  node.replaceChildren(...rows.filter((row) => row.querySelector(".tick, .lane-end")));
}

function markTick(node, index) {
  for (const mark of node.querySelectorAll(".tick")) {
    const at = Number(mark.dataset.frame);
    mark.classList.toggle("now", at === index);
    mark.classList.toggle("past", at < index);
    if (at === index) mark.setAttribute("aria-current", "step");
    else mark.removeAttribute("aria-current");
  }
}

// Dragging along the lanes scrubs: the tick under the pointer is shown.
function scrubbing(node, go) {
  let held = false;
  const show = (event) => {
    const under = document.elementFromPoint(event.clientX, event.clientY);
    const mark = under && under.closest(".tick");
    if (mark && node.contains(mark)) go(Number(mark.dataset.frame));
  };
  node.addEventListener("pointerdown", (event) => { held = event.button === 0; });
  node.addEventListener("pointermove", (event) => { if (held && event.buttons) show(event); });
  for (const end of ["pointerup", "pointerleave", "pointercancel"]) node.addEventListener(end, () => { held = false; });
}
