// The tab "How it works": fills the skeleton, and lets the diagram follow the run that the player shows.
// The player tells of each beat by the document event "spinefm:beat": {phase, text}.

const STAGES = [
  { phase: "find", title: "Find three", by: "detector", x: 16 },
  { phase: "predict", title: "Predict", by: "point predictor", x: 182 },
  { phase: "segment", title: "Segment", by: "Med-SA", x: 348 },
  { phase: "overlap", title: "Overlap", by: "IoU check", x: 514 },
  { phase: "class", title: "Class", by: "classifier", x: 680 },
  { phase: "name", title: "Name", by: "", x: 846 },
];
const WIDTH = 134;
const SVG = "http://www.w3.org/2000/svg";

function filled(node, attributes, text) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  if (text !== undefined) node.textContent = text;
  return node;
}
const make = (tag, attributes, text) => filled(document.createElement(tag), attributes, text);
const draw = (tag, attributes, text) => filled(document.createElementNS(SVG, tag), attributes, text);

function stage({ phase, title, by, x }) {
  const width = phase === "name" ? 66 : WIDTH;
  const group = draw("g", { class: "stage", "data-phase": phase });
  group.append(draw("rect", { x, y: 56, width, height: 72 }));
  group.append(draw("text", { x: x + width / 2, y: by ? 88 : 97 }, title));
  if (by) group.append(draw("text", { x: x + width / 2, y: 110, class: "by" }, by));
  return group;
}

function millions(value) {
  if (value === null || value === undefined) return "–";
  return value < 0.1 ? `${Math.round(value * 1e6)} parameters` : `${value.toFixed(1)}\u00a0M`;
}

function card(network) {
  const article = make("article", { "data-phase": network.stage });
  article.append(make("h3", {}, network.title), make("p", {}, network.job));
  const list = make("dl", {});
  const rows = [["compact", millions(network.millions)], ["paper", `${network.paper}, ${millions(network.paper_millions)}`]];
  for (const [term, value] of rows) list.append(make("dt", {}, term), make("dd", {}, value));
  article.append(list);
  return article;
}

function row(cells, tag) {
  const line = make("tr", {});
  for (const cell of cells) line.append(make(tag, {}, cell));
  return line;
}

function table(name, rows) {
  const root = element.querySelector(`table.${name}`);
  root.querySelector("thead").replaceChildren(row(["films", "identified", "located DSC", "overall DSC"], "th"));
  const lines = rows.map((one) => row([
    one.bodies ? `${one.films}, ${one.bodies} bodies` : one.films,
    `${one.identified.toFixed(1)} %`, one.located_dsc.toFixed(3), one.overall_dsc.toFixed(3),
  ], "td"));
  root.querySelector("tbody").replaceChildren(...lines);
}

function show(facts) {
  if (!facts || !facts.networks) return;
  element.querySelector(".stages").replaceChildren(...STAGES.map(stage));
  element.querySelector(".cards").replaceChildren(...facts.networks.map(card));
  element.querySelector(".kept-for").textContent = facts.kept_for;
  element.querySelector(".trained").textContent = facts.trained_on ? `Trained on ${facts.trained_on}.` : "";
  table("ours", facts.ours ? [facts.ours] : []);
  table("published", facts.published);
}

function place(runner, phase) {
  const at = STAGES.find((one) => one.phase === phase);
  runner.setAttribute("visibility", at ? "visible" : "hidden");
  if (!at) return;
  runner.setAttribute("cx", String(at.x + (phase === "name" ? 33 : WIDTH / 2)));
  runner.setAttribute("cy", "44");
}

function follow(event) {
  const phase = event.detail.phase === "decide" ? "class" : event.detail.phase;
  for (const node of element.querySelectorAll("[data-phase]")) node.classList.toggle("on", node.dataset.phase === phase);
  place(element.querySelector(".runner"), phase);
  if (event.detail.text) element.querySelector(".now").textContent = event.detail.text;
}

document.addEventListener("spinefm:beat", follow);
watch("value", () => show(props.value));
show(props.value);
