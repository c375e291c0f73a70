// Ties the explorer to the page's component: its value tells of runs that are made, and which one to open then.
const looked = new Map();
let making = "own evaluation";

function look(wanted) {
  const key = JSON.stringify(wanted);
  if (!looked.has(key)) looked.set(key, server.look(wanted));
  return looked.get(key);
}

function once(name, wanted) {
  const key = `${name} ${JSON.stringify(wanted)}`;
  if (!looked.has(key)) looked.set(key, server[name](wanted));
  return looked.get(key);
}

function ownIds() {
  return [...new Set([...ownRuns().map((one) => one.run), ...((props.value && props.value.own) || [])])];
}

function begin(what) {
  making = "60 simulated films";
  document.querySelector(what === "zip" ? "#explore-zip" : "#explore-phantoms").click();
}

// A film's steps are a page of their own: the browser's Back leads from them to the list.
function toSteps(wanted) {
  history.pushState(history.state, "", location.href);
  trigger("steps", wanted);
}

window.addEventListener("popstate", () => {
  const wanted = new URL(location.href).searchParams.get("tab") === "explore" ? "explore" : "segment";
  const open = document.querySelector(".explorer")?.offsetParent ? "explore" : "segment";
  if (wanted !== open) document.querySelector(`[role="tab"][data-tab-id="${wanted}"]`)?.click();
});

const explorer = new Explorer(element, {
  runs: () => server.runs(ownIds()),
  open: (run) => server.open_run(run),
  look,
  steps: toSteps,
  own: begin,
  measure: (wanted) => once("measure", wanted),
  batchView: (wanted) => server.batch_view(wanted),
  batchKinds: (run) => once("batch_kinds", run),
  batchLook: (wanted) => once("batch_look", wanted),
  batchValues: (wanted) => once("batch_values", wanted),
  take: (run) => server.take(run),
  sample: () => server.sample(null),
});

// The zip's own name is what its evaluation is called.
document.addEventListener("change", (event) => {
  const zip = event.target.matches?.('input[type=file][accept=".zip"]') && event.target.files[0];
  if (zip) making = zip.name;
}, true);

function follow() {
  const news = props.value || {};
  explorer.say(news.text || "");
  if (!news.open) return;
  if ((news.own || []).includes(news.open)) keepOwn(news.open, making, Date.now());
  explorer.start(news.open);
}

watch("value", follow);
explorer.start(props.value && props.value.open);
