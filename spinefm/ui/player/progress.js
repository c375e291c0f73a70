// How far a run under way has come: its five parts, the one at work marked, and the step it takes.

const PARTS = [["located", "detect"], ["seeded", "start"], ["walk", "walk"], ["named", "name"], ["finished", "finish"]];

function partOf(event) {
  return event.direction ? "walk" : SAME_PART[event.kind] || event.kind;
}

function drawProgress(node, payload) {
  node.hidden = payload.status !== "running";
  if (node.hidden) return;
  const last = payload.events.at(-1);
  const parts = partsOf(payload.events);
  const reached = last ? parts.findIndex(([part]) => part === partOf(last)) : -1;
  const atWork = last && partOf(last) === "walk" ? reached : reached + 1;
  const steps = new Set(payload.events.filter((event) => event.direction).map((event) => `${event.direction} ${event.step}`)).size;
  node.replaceChildren(...parts.map(([part, word], index) => {
    const state = index < atWork ? "done" : index === atWork ? "now" : "";
    return html("li", { class: state, "aria-current": state === "now" ? "step" : null }, part === "walk" && steps ? `${word} · ${steps}` : word);
  }));
}
