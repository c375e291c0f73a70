// Ties the explorer to the page's component: its value tells of runs that are made, and which one to open then.
const looked = new Map();

function look(wanted) {
  const key = JSON.stringify(wanted);
  if (!looked.has(key)) looked.set(key, server.look(wanted));
  return looked.get(key);
}

const explorer = spineExplorer(element, {
  runs: () => server.runs((props.value && props.value.own) || []),
  open: (run) => server.open_run(run),
  look,
  steps: (wanted) => trigger("steps", wanted),
  own: (what) => document.querySelector(what === "zip" ? "#explore-zip" : "#explore-phantoms").click(),
});

function follow() {
  const news = props.value || {};
  explorer.say(news.text || "");
  if (news.open) explorer.start(news.open);
}

watch("value", follow);
explorer.start(props.value && props.value.open);
