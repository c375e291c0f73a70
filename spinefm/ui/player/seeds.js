// Starting points clicked by the reader, in place of the detector's: three neighbouring vertebrae or more.

const HIT = 9;

function spineSeeds(root, picture, offered) {
  const shell = root.querySelector(".player");
  const button = root.querySelector('[data-seeds="toggle"]');
  const hint = root.querySelector(".player-hint");
  const film = root.querySelector(".player-film.now");
  let points = [];
  let active = false;
  let size = null;
  button.hidden = !offered;

  function say(words) {
    hint.textContent = words;
    hint.hidden = !words;
  }

  function count() {
    if (points.length === 0) return "Click the centres of three neighbouring vertebrae; a second click on a point removes it.";
    if (points.length < 3) return `${points.length} of at least three starting points; click the next vertebra.`;
    return `${points.length} starting points: Run starts from them.`;
  }

  function setActive(on) {
    active = on && size !== null;
    button.setAttribute("aria-pressed", String(active));
    film.classList.toggle("seeding", active);
    say(active || points.length ? count() : "");
    picture.setSeeds(points);
  }

  // A run reads them from here.
  function keep() {
    shell.dataset.seeds = JSON.stringify(points.map((point) => [point.x, point.y]));
  }

  function changed() {
    picture.setSeeds(points);
    say(count());
    keep();
  }

  function place(point) {
    const inside = point.x >= -0.5 && point.y >= -0.5 && point.x < size.width - 0.5 && point.y < size.height - 0.5;
    if (!inside) return say("That click lies outside the film; click on a vertebra.");
    const near = (other) => Math.hypot(other.x - point.x, other.y - point.y) < HIT * picture.scale();
    const left = points.filter((other) => !near(other));
    points = left.length < points.length ? left : [...points, point];
    changed();
  }

  function onFilm(payload) {
    const next = payload.film && payload.film.url;
    if (!size || size.url !== next) {
      size = payload.film;
      points = [];
      keep();
      setActive(false);
    }
    if (offered && payload.error && payload.error.click) setActive(true); // clicking is what helps now
  }

  film.addEventListener("click", (event) => {
    if (active && event.target.closest(".player-picture")) place(picture.filmPoint(event));
  });
  button.addEventListener("click", () => setActive(!active));
  return { onFilm, active: () => active, toggle: () => offered && setActive(!active) };
}
