// A vertebra that was missed, added by a click on the film; the page asks the network there.

function spineAdding(root, picture, report) {
  const film = root.querySelector(".player-film.now");
  const hint = root.querySelector(".player-hint");
  let active = false;
  let size = null;

  function say(words) {
    hint.textContent = words;
    hint.hidden = !words;
  }

  function setActive(on) {
    active = on && size !== null;
    film.classList.toggle("adding", active);
    for (const button of root.querySelectorAll('[data-add="toggle"]')) button.setAttribute("aria-pressed", String(active));
    say(active ? "Click the middle of the vertebra that was missed; Escape ends this." : "");
  }

  function onShow(payload) {
    size = payload.status === "finished" ? payload.film : null;
    if (active) setActive(false);
    picture.setPending(null);
  }

  film.addEventListener("click", (event) => {
    if (!active || !event.target.closest(".player-picture")) return;
    const point = picture.filmPoint(event);
    const inside = point.x >= -0.5 && point.y >= -0.5 && point.x < size.width - 0.5 && point.y < size.height - 0.5;
    if (!inside) return say("That click lies outside the film; click on a vertebra.");
    picture.setPending(point);
    say("Looking at what was clicked …");
    report({ action: "add", point: [point.x, point.y] });
  });
  return { onShow, active: () => active, toggle: () => setActive(!active), end: () => active && setActive(false) };
}
