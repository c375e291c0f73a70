// Ties the player to the page's component: whenever its value changes, show it.
const player = spinePlayer(element, (name, data) => trigger(name, data));
// The events it reports to the page: "correct" and "turn".
function show(value) {
  player.show(value);
  if (!value || value.status === "waiting") return;
  for (const button of document.querySelectorAll("[data-example]")) {
    button.setAttribute("aria-pressed", String(button.dataset.example === value.example));
  }
}

watch("value", () => show(props.value));
show(props.value);

function refuse(file) {
  const error = {
    what: `${file.name} has ${Math.ceil(file.size / 2 ** 20)} MB, more than the ${MOST_BYTES / 2 ** 20} MB allowed.`,
    remedy: "Reduce the film's size and try again.",
  };
  player.show({ run: `refused ${Date.now()}`, status: "failed", film: null, events: [], rows: [], ends: [], notices: [], remarks: [], colours: {}, error });
}

// A film that is too large is refused before it is sent, where the film would stand.
function guard(event) {
  const files = event.dataTransfer ? event.dataTransfer.files : event.target.files;
  if (!event.target.closest || !event.target.closest("#film-upload") || !files || !files.length) return;
  if (files[0].size <= MOST_BYTES) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  refuse(files[0]);
}

for (const kind of ["change", "drop"]) document.addEventListener(kind, guard, true);

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest && event.target.closest("input:not([type=range]), textarea, select, [contenteditable=true]");
  if (event.key.toLowerCase() !== "r" || event.ctrlKey || event.metaKey || event.altKey || typing) return;
  const run = document.querySelector("#run");
  if (run && run.offsetParent) run.click();
});
