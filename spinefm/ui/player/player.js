// The player: which frame is on show, and what keys, buttons and new events do about it.

const PACE = 650;
const SPEEDS = [0.5, 1, 2, 4];
const SLIDER_KEYS = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"]);
const MESSAGES = {
  empty: ["No film yet.", "Drop one on the left, or pick an example."],
  waiting: ["Starting …", "The film is about to be read."],
};

// `report(name, data)` tells the page what the reader did to the run; without it the player only replays.
function spinePlayer(root, report = null) {
  const part = (name) => root.querySelector(`.player-${name}`);
  const shell = root.querySelector(".player");
  const view = { payload: null, frames: [], names: new Map(), accepted: new Map(), film: null, patch: null, counter: "", chosen: null, earlier: null };
  const picture = spinePicture(root.querySelector(".player-film.now"), hover, chooseOnFilm);
  const before = spinePicture(root.querySelector(".player-film.before"), () => {}, () => {});
  const seeds = spineSeeds(root, picture, report !== null);
  const adding = spineAdding(root, picture, correct);
  const act = { go, hover, choose, correct: report ? correct : null, add: adding.toggle };
  const replaced = new Set(); // runs that gave way to another: what still arrives of them is late
  const compared = new Set(); // runs that were shown beside the one before
  let now = 0;
  let opened = false;
  let following = true;
  let speed = 1;
  let timer = null;

  // A button that is drawn anew while it is pressed gets no click, so drawing waits until it is released.
  const drawing = whileNotPressed(root, (payload) => keepingFocus(root, () => draw(payload)));

  function show(payload) {
    if (!payload || replaced.has(payload.run)) return;
    if (isPacked(payload)) return showDownload(payload);
    drawing(payload);
  }

  // The result comes once more when its download is packed; nothing else is new, and nothing else is drawn.
  function isPacked({ run, status }) {
    return status === "finished" && view.payload !== null && view.payload.run === run && view.payload.status === status;
  }

  function showDownload(payload) {
    view.payload = payload;
    drawDownload(root.querySelector('[data-panel="download"]'), view);
  }

  function draw(payload) {
    const fresh = !view.payload || view.payload.run !== payload.run;
    if (fresh && view.payload) replaced.add(view.payload.run);
    if (fresh) stop();
    view.payload = payload;
    view.frames = framesOf(payload.events);
    view.names = payload.status === "finished" ? finalNames(view.frames) : new Map();
    view.accepted = acceptances(view.frames);
    view.earlier = earlierRun(payload);
    if (payload.film && (!view.film || view.film.url !== payload.film.url)) {
      view.patch = patchFrame(payload.film);
      resetGrey(); // the next film is seen as it is
    }
    view.film = payload.film;
    if (fresh) following = true;
    shell.dataset.status = payload.status;
    root.querySelector("[data-turn]").hidden = !canTurn();
    delete shell.dataset.busy;
    picture.setFilm(payload.film);
    if (payload.status !== "waiting") seeds.onFilm(payload);
    adding.onShow(payload);
    drawMessage(payload);
    drawProgress(part("progress"), payload);
    part("notices").replaceChildren(...payload.notices.map((line) => html("li", {}, line)),
      ...(payload.remarks || []).map((line) => html("li", { class: "remark" }, line)));
    drawParts();
    compareTab(payload);
    const first = !opened;
    if (following || fresh) now = startFrame(payload, fresh);
    if (payload.status !== "running") following = false;
    paint();
    if (fresh && !first) writeAddress();
  }

  // A run with another limit opens beside the one before, once; without an earlier run there is nothing to compare.
  function compareTab({ comparison, run }) {
    const open = () => root.querySelector('[data-tab="compare"][aria-selected="true"]') !== null;
    if (comparison && (comparison.settings.length || comparison.methods) && !compared.has(run)) chooseTab("compare");
    else if (!comparison && open()) chooseTab("vertebrae");
    else setComparing(open());
    if (comparison) compared.add(run);
  }

  function setComparing(on) {
    const comparison = on && view.earlier ? view.payload.comparison : null;
    shell.classList.toggle("comparing", comparison !== null);
    before.setFilm(comparison ? view.film : null);
    picture.pair(comparison ? before : null);
    before.pair(comparison ? picture : null);
    const words = comparison ? captionsOf(comparison) : [[], []];
    [".player-film.before", ".player-film.now"].forEach((film, side) => root.querySelector(`${film} .film-words`).replaceChildren(...words[side]));
    before.setMark(comparison ? divergenceMark(view.earlier.frames, comparison.divergence) : null);
    picture.setMark(comparison ? divergenceMark(view.frames, comparison.divergence) : null);
  }

  function comparing() {
    return shell.classList.contains("comparing");
  }

  // The earlier run is stepped along with the new one.
  function drawBefore(state) {
    if (!comparing()) return;
    const { frames } = view.earlier;
    const index = state.event ? twinFrame(view.earlier, state.event) : -1;
    before.draw(pictureAt(frames, index < 0 ? frames.length - 1 : index), view.payload.colours);
  }

  let unlocking = null;
  function correct(change) {
    if (shell.dataset.busy) return;
    shell.dataset.busy = "true";
    clearTimeout(unlocking);  // an answer that never comes must not lock the player
    unlocking = setTimeout(() => delete shell.dataset.busy, ["go on", "add"].includes(change.action) ? 60000 : 3000);
    report("correct", change);
  }

  // A run under way shows the event that came last; a finished one its end, or the step the address names.
  function startFrame(payload, fresh) {
    if (!view.frames.length) return 0;
    const asked = fresh && !opened ? stepInAddress(payload) : null;
    opened = true;
    if (asked !== null) return clamp(asked, 0, view.frames.length - 1);
    if (fresh && Number.isInteger(payload.at)) return frameOfEvent(view.frames, payload.at);
    if (payload.status !== "running") return view.frames.length - 1;
    return frameOfEvent(view.frames, payload.events.length - 1);
  }

  function messageOf(payload) {
    if (payload.error) return [payload.error.what, payload.error.remedy];
    if (payload.status === "waiting" && payload.ahead) {
      return [`Waiting: ${payload.ahead} ${payload.ahead === 1 ? "film is" : "films are"} before yours.`, "One is segmented at a time."];
    }
    if (payload.film && payload.status !== "waiting") return ["", ""];
    return MESSAGES[payload.status] || MESSAGES.empty;
  }

  function drawMessage(payload) {
    const [what, remedy] = messageOf(payload);
    const node = part("message");
    node.hidden = !what;
    node.replaceChildren(...(what ? [html("strong", {}, what), html("span", {}, remedy)] : []));
  }

  function drawParts() {
    const some = view.frames.length > 0;
    part("transport").hidden = !some;
    part("rail").hidden = !some;
    shell.classList.toggle("with-run", some);
    drawLanes(part("lanes"), view, go);
    drawVertebrae(part("table"), view, act);
    markChosen(view.chosen);
    drawComparison(root.querySelector('[data-panel="compare"]'), root.querySelector('[data-tab="compare"]'), view, act);
    drawLog(root.querySelector('[data-panel="log"]'), view, act);
    drawDownload(root.querySelector('[data-panel="download"]'), view);
  }

  function paint() {
    const frame = view.frames[now];
    const state = pictureAt(view.frames, now);
    view.counter = view.frames.length ? `${now + 1} of ${view.frames.length}` : "";
    picture.draw(state, view.payload.colours);
    drawBefore(state);
    drawCard(part("card"), view, state);
    part("caption").textContent = frame ? frame.event.caption : idleCaption();
    part("count").textContent = view.counter;
    shell.dataset.frame = frame ? now : "";
    shell.dataset.kind = frame ? frame.event.kind : "";
    markTick(part("lanes"), now);
    markRows(root, now);
  }

  function idleCaption() {
    const film = view.payload.film;
    if (!film) return "";
    const scale = film.spacing ? `${film.spacing.mm} mm per pixel (${film.spacing.source})` : "no scale known";
    return `${film.name} · ${film.width} × ${film.height} px · ${scale}`;
  }

  function go(index, keepPlaying = false) {
    if (!view.frames.length || index === undefined || index < 0) return;
    if (!keepPlaying) stop();
    now = clamp(index, 0, view.frames.length - 1);
    following = view.payload.status === "running" && now === view.frames.length - 1;
    paint();
    writeAddress();
  }

  function choose(row, frame) {
    markChosen(row.number);
    go(frame);
  }

  // A click on a vertebra of the film chooses its row, unless starting points are being clicked.
  function chooseOnFilm(number) {
    if (seeds.active() || adding.active() || comparing() || !view.payload.rows.length) return;
    chooseTab("vertebrae");
    markChosen(number);
  }

  function markChosen(number) {
    view.chosen = number;
    drawCorrections(part("corrections"), view, act);
    for (const row of part("table").querySelectorAll("tr[data-number]")) {
      row.classList.toggle("chosen", Number(row.dataset.number) === number);
    }
  }

  function goGroup(offset) {
    const here = view.frames[now].group;
    const starts = view.frames.map((frame, index) => (index === 0 || view.frames[index - 1].group !== frame.group ? index : -1))
      .filter((index) => index >= 0);
    const own = starts.findIndex((index) => view.frames[index].group === here);
    const back = offset < 0 && starts[own] < now ? 0 : offset;
    go(starts[clamp(own + back, 0, starts.length - 1)]);
  }

  function play() {
    if (!view.frames.length) return;
    if (timer) return pause();
    if (now >= view.frames.length - 1) go(0, true);
    setPlaying(true);
    timer = setTimeout(beat, PACE / speed);
  }

  function beat() {
    if (now >= view.frames.length - 1) return pause();
    go(now + 1, true);
    timer = setTimeout(beat, PACE / speed);
  }

  function stop() {
    clearTimeout(timer);
    timer = null;
    setPlaying(false);
  }

  function pause() {
    stop();
    writeAddress();
  }

  function setPlaying(on) {
    shell.classList.toggle("playing", on);
    const button = root.querySelector('[data-go="play"]');
    button.setAttribute("aria-label", on ? "Pause" : "Play");
    root.querySelector(".play-word").textContent = on ? "pause" : "play";
    part("caption").setAttribute("aria-live", on ? "off" : "polite");
  }

  function setSpeed(next) {
    speed = next;
    for (const button of root.querySelectorAll("[data-speed]")) {
      button.setAttribute("aria-pressed", String(Number(button.dataset.speed) === speed));
    }
  }

  function hover(number) {
    picture.highlight(number);
    lightRows(root, number);
  }

  function toggle(name) {
    picture.options[name] = !picture.options[name];
    root.querySelector(`[data-toggle="${name}"]`).setAttribute("aria-pressed", String(picture.options[name]));
    before.options[name] = picture.options[name];
    picture.redraw();
    before.redraw();
  }

  function resetGrey() {
    for (const slider of root.querySelectorAll("[data-grey]")) slider.value = slider.defaultValue;
    setGrey();
  }

  function setGrey() {
    const sliders = [...root.querySelectorAll("[data-grey]")];
    const value = (name) => Number(sliders.find((slider) => slider.dataset.grey === name).value);
    root.querySelector(".player-grey").classList.toggle("changed", sliders.some((slider) => slider.value !== slider.defaultValue));
    for (const film of [picture, before]) {
      film.setGrey(value("level"), value("window"));
      film.layer.style.opacity = value("opacity") / 100;
    }
  }

  function chooseTab(name) {
    for (const tab of root.querySelectorAll("[data-tab]")) tab.setAttribute("aria-selected", String(tab.dataset.tab === name));
    for (const panel of root.querySelectorAll("[data-panel]")) panel.hidden = panel.dataset.panel !== name;
    setComparing(name === "compare");
    drawBefore(pictureAt(view.frames, now));
    markRows(root, now);
  }

  function toggleKeys() {
    const keys = part("keys");
    keys.hidden = !keys.hidden;
    root.querySelector('[data-go="keys"]').setAttribute("aria-expanded", String(!keys.hidden));
  }

  // The address names the example and the step, so that a link leads to what is on show.
  function writeAddress() {
    if (timer || !window.history.replaceState || !location.protocol.startsWith("http")) return;
    const address = new URL(location.href);
    if (view.frames.length) address.searchParams.set("step", now + 1);
    else address.searchParams.delete("step");
    if (view.payload.example) address.searchParams.set("film", view.payload.example);
    else address.searchParams.delete("film");
    history.replaceState(history.state, "", address);
  }

  function stepInAddress(payload) {
    if (!location.protocol.startsWith("http")) return null;
    const asked = new URL(location.href).searchParams;
    const named = asked.get("film");
    if (!asked.get("step") || payload.status !== "finished" || named !== (payload.example || null)) return null;
    const step = Number(asked.get("step"));
    return Number.isInteger(step) ? step - 1 : null;
  }

  const KEYS = {
    " ": play, ArrowLeft: () => go(now - 1), ArrowRight: () => go(now + 1),
    Home: () => go(0), End: () => go(view.frames.length - 1),
    "[": () => setSpeed(SPEEDS[Math.max(0, SPEEDS.indexOf(speed) - 1)]),
    "]": () => setSpeed(SPEEDS[Math.min(SPEEDS.length - 1, SPEEDS.indexOf(speed) + 1)]),
    "+": () => picture.zoom(1.5), "-": () => picture.zoom(1 / 1.5), 0: () => picture.fit(),
    o: () => toggle("fills"), n: () => toggle("names"), s: seeds.toggle, "?": toggleKeys, Escape: adding.end,
    a: () => canCorrect() && adding.toggle(), t: turn,
  };
  const WITH_CONTROL = { z: "undo", y: "redo" };

  // A film on its side or upside down: the page reads it anew, turned, and a run begins from there.
  function canTurn() {
    return report !== null && Boolean(view.payload && view.payload.film) && !view.payload.replay;
  }

  function turn() {
    if (canTurn() && view.payload.status !== "waiting") report("turn", {});
  }

  function canCorrect() {
    return report !== null && view.payload.status === "finished" && Boolean(view.payload.corrections);
  }

  // Undo and redo, where there is something: elsewhere the keys stay the browser's.
  function onControlKey(event) {
    const action = event.shiftKey && event.key.toLowerCase() === "z" ? "redo" : WITH_CONTROL[event.key.toLowerCase()];
    if (!action || !canCorrect() || !view.payload.corrections[action] || !root.offsetParent) return;
    event.preventDefault();
    correct({ action });
  }

  function onKey(event) {
    if (isTyping(event.target) || event.altKey) return;
    if (event.ctrlKey || event.metaKey) return onControlKey(event);
    const onButton = event.key === " " && event.target.closest("button, summary, a");
    const onSlider = event.target.matches("input[type=range]") && SLIDER_KEYS.has(event.key);
    if (onButton || onSlider || !view.film || !root.offsetParent) return;
    const shifted = { ArrowLeft: () => goGroup(-1), ArrowRight: () => goGroup(1) };
    const action = (event.shiftKey && shifted[event.key]) || KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  function isTyping(target) {
    return Boolean(target.closest && target.closest("input:not([type=range]), textarea, select, [contenteditable=true]"));
  }

  const BUTTONS = { back: KEYS.ArrowLeft, forward: KEYS.ArrowRight, play, keys: toggleKeys };
  const VIEWS = { in: KEYS["+"], out: KEYS["-"], fit: KEYS[0] };
  for (const button of root.querySelectorAll("[data-go]")) button.addEventListener("click", BUTTONS[button.dataset.go]);
  for (const button of root.querySelectorAll("[data-view]")) button.addEventListener("click", VIEWS[button.dataset.view]);
  for (const button of root.querySelectorAll("[data-toggle]")) button.addEventListener("click", () => toggle(button.dataset.toggle));
  for (const button of root.querySelectorAll("[data-speed]")) button.addEventListener("click", () => setSpeed(Number(button.dataset.speed)));
  root.querySelector("[data-turn]").addEventListener("click", turn);
  root.querySelector("[data-reset]").addEventListener("click", resetGrey);
  for (const slider of root.querySelectorAll("[data-grey]")) slider.addEventListener("input", setGrey);
  for (const tab of root.querySelectorAll("[data-tab]")) tab.addEventListener("click", () => chooseTab(tab.dataset.tab));
  document.addEventListener("keydown", onKey);
  scrubbing(part("lanes"), go);
  return { show };
}
