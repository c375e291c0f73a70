// Ties the player to the page's component: whenever its value changes, show it. The events it reports to the page are
// "correct", "turn", "anyway", "export", "rest" and "again"; a cancel presses the page's own button.
const player = new Player(element, (name, data) => (name === "cancel" ? press("#cancel") : trigger(name, data)));

window.spinefm = player; // for the console, tests and benches

function press(selector) {
  const button = document.querySelector(selector);
  if (button && button.offsetParent) button.click();
}

function show(value) {
  player.show(withLoss(withNotice(value)));
  if (value && value.replay) window.scrollTo(0, 0); // Explore was scrolled to its film
  const run = document.querySelector("#run");
  if (run) Object.assign(run, { disabled: Boolean(player.view.payload.replay), title: player.view.payload.replay ? "A replay of an evaluation: choose a film to run" : "" });
  if (!value || (value.example === undefined && value.status !== "failed" && !value.replay) || value.status === "waiting") return;
  for (const button of document.querySelectorAll("[data-example]")) {
    button.setAttribute("aria-pressed", String(button.dataset.example === value.example));
  }
}

// Where the server no longer has the reader's film, the page opens with an example after a reload, and says so.
const OWN = "spinefm-film";
let opening = true;
function withLoss(value) {
  if (!value || value.run === "same") return value;
  const lost = opening && value.example && !new URLSearchParams(location.search).has("film") && memory((kept) => kept.getItem(OWN));
  opening = false;
  if (value.status === "empty") memory((kept) => kept.removeItem(OWN));
  if (value.film?.name && !value.example && !value.replay) memory((kept) => kept.setItem(OWN, value.film.name));
  if (!lost) return value;
  memory((kept) => kept.removeItem(OWN));
  return { ...value, notices: [...value.notices, `${lost} is no longer here: the server has restarted, or the film was not used for long. Drop it again.`] };
}

// What this browser's tab keeps, where it keeps anything.
function memory(use) {
  try {
    return use(sessionStorage);
  } catch {
    return null;
  }
}

// A message comes as one string, or as an object where it holds a file.
const read = (value) => (typeof value === "string" ? (value ? JSON.parse(value) : null) : value);
watch("value", () => show(read(props.value)));
show(read(props.value));

function refuse(file) {
  const error = {
    what: `${file.name} is ${Math.ceil(file.size / 2 ** 20)} MB, more than the ${MOST_BYTES / 2 ** 20} MB allowed.`,
    remedy: "Reduce the film's size and try again.",
  };
  const { status, example, film } = player.view.payload;
  if (status === "finished" && film && !example) return player.show({ run: "same", error }); // the reader's own result stays
  player.show({ run: `refused ${Date.now()}`, status: "failed", film: null, entries: [], rows: [], ends: [], notices: [], remarks: [], colours: {}, error });
}

// A film that is too large is refused before it is sent, where the film would be; of any other it is said that it comes.
function guard(event) {
  const files = event.target.files;
  if (!event.target.closest || !event.target.closest("#film-upload") || !files || !files.length) return;
  if (files[0].size <= MOST_BYTES) return player.modes.say(`${files[0].name} is being sent and read …`);
  event.preventDefault();
  event.stopImmediatePropagation();
  refuse(files[0]);
}
document.addEventListener("change", guard, true);

// The page runs one film at a time: of several only the first is taken, and its notices say so.
let alone = { name: "", notice: "" };
function takeFirst(files) {
  const notice = files.length > 1 ? `Of the ${files.length} files only ${files[0].name} was taken: the page runs one film at a time, the command line whole folders.` : "";
  alone = { name: files[0].name, notice };
  take(files[0]);
}

function withNotice(value) {
  if (!value || !alone.notice || !value.notices || !value.film) return value;
  const film = value.film === "same" ? player.view.payload.film : value.film;
  if (!film || film.name !== alone.name) return value;
  return { ...value, notices: [...value.notices, alone.notice] };
}

// The whole window takes a film, dropped or pasted, at any time; while one is being sent, the last of those that follow waits.
let taken = 0;
function take(file) {
  if (file.size > MOST_BYTES) return refuse(file);
  taken += 1;
  return put(file, taken);
}

// The box has no field while it sends a film. One that holds a film is emptied; what is on show stays until the next is read.
function put(file, turn) {
  if (turn !== taken) return;
  const field = document.querySelector("#film-upload input[type=file]");
  if (field) return give(field, file);
  const clear = document.querySelector('#film-upload button[aria-label*="lear"], #film-upload button[aria-label*="emove"]');
  if (clear) {
    player.replaces = true;
    clear.click();
  }
  setTimeout(put, 60, file, turn);
}

function give(input, file) {
  const held = new DataTransfer();
  held.items.add(file);
  input.files = held.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

// Explore takes a zip; anything else is a film, for which the page goes to its first tab.
function takeAnywhere(files) {
  const zips = document.querySelector(".explorer")?.offsetParent && document.querySelector('input[type=file][accept=".zip"]');
  if (zips && /\.zip$/i.test(files[0].name)) return give(zips, files[0]);
  if (!onSegment()) document.querySelector('[role="tab"][data-tab-id="segment"]')?.click();
  return takeFirst(files);
}

// With a film on show the box has no field of its own: a click on it chooses another film.
document.addEventListener("click", (event) => {
  const box = event.target.closest && event.target.closest("#film-upload");
  if (!box || box.querySelector("input[type=file]") || event.target.closest("button, a")) return;
  const chooser = Object.assign(document.createElement("input"), { type: "file", onchange: () => chooser.files.length && takeFirst(chooser.files) });
  chooser.click();
});

const onSegment = () => element.offsetParent !== null;
const holdsFile = (event) => Boolean(event.dataTransfer) && [...event.dataTransfer.types].includes("Files");
const veil = element.querySelector(".player-drop");
let inside = 0;

document.addEventListener("dragenter", (event) => { if (holdsFile(event) && onSegment()) { inside += 1; veil.hidden = false; } }, true);
document.addEventListener("dragleave", (event) => { if (holdsFile(event)) { inside -= 1; veil.hidden = inside <= 0; } }, true);
document.addEventListener("dragover", (event) => { if (holdsFile(event)) event.preventDefault(); }, true);
document.addEventListener("drop", (event) => {
  inside = 0;
  veil.hidden = true;
  if (!holdsFile(event)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (event.dataTransfer.files.length) takeAnywhere(event.dataTransfer.files);
}, true);
document.addEventListener("paste", (event) => {
  const file = event.clipboardData && event.clipboardData.files[0];
  if (!file) return;
  event.preventDefault();
  takeAnywhere([file]);
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest && event.target.closest("input:not([type=range]), textarea, select, [contenteditable=true]");
  if (event.key.toLowerCase() !== "r" || event.ctrlKey || event.metaKey || event.altKey || typing) return;
  press("#run:not(:disabled)");
});

// The limits lie over the page while they are open; a press anywhere else closes them, and so does Escape, which then ends nothing else.
const openLimits = () => (document.querySelector("#limits input[type=range]")?.offsetParent ? document.querySelector("#limits") : null);
document.addEventListener("pointerdown", (event) => {
  const fold = openLimits();
  if (fold && !fold.contains(event.target)) fold.querySelector("button").click();
}, true);
document.addEventListener("keydown", (event) => {
  const fold = event.key === "Escape" && openLimits();
  if (!fold) return;
  event.stopImmediatePropagation();
  fold.querySelector("button").click();
  fold.querySelector("button").focus();
}, true);

// A small picture of a vertebra for the tab, without a request.
const ICON = "%3Csvg xmlns='http:%2F%2Fwww.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='7' fill='%231b62d6'/%3E%3Cpath d='M9 6h14l-1 5H10zM9 13.5h14l-1 5H10zM9 21h14l-1 5H10z' fill='white'/%3E%3C/svg%3E";
if (!document.querySelector("link[data-spinefm]")) {
  for (const old of document.querySelectorAll("link[rel~='icon']")) old.remove();
  const link = document.createElement("link");
  Object.assign(link, { rel: "icon", href: `data:image/svg+xml,${ICON}` });
  link.dataset.spinefm = "";
  document.head.append(link);
}
