"""How the player moves, in Chromium: `python -m bench.player_motion [--axe node_modules/axe-core/axe.min.js] [--run]`.

Serves the page with the bundled examples and prints: milliseconds that drawing a moment takes, frames a second while
the first example plays (median, longest frame), distinct pictures in each phase, milliseconds a step from the keyboard
takes, bytes sent until the first screen, serious findings of axe-core in light and dark at 1440, 768 and 390 px (with
--axe), and with --run the seconds to see a run over the seconds that computing it takes. `npm install` brings axe-core;
the page never loads it.

A run is seen from the moment at which the visitor asks for it until the result rests on the page. Pressing Run with
the film on show is one request; a drop also sends the file, reads it, sets it upright and shows it before the run
begins. Both are printed. The bar, 1.3 on a quiet machine and 2 with a busy core, is of the run itself. Computing is
what the result's card says, without what the page does between events; server and browser share the cores. The page's
own clock takes both times, at the visitor's event and at the change that rests: asked from outside, as often as every
half second, the page would answer late. A run begins when the files of the one before are there.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read when gradio is imported

from playwright.sync_api import Browser, Page, sync_playwright

from spinefm.ui.server.model_service import BundleService
from spinefm.ui.server.page import build_page, launch

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
RUNS = 3
"""Runs of which the median is taken, after one that warms."""
WIDTHS = ((1440, 900), (768, 1024), (390, 844))
REST = ".player[data-status='finished'].resting:not(.playing)"
FILES = "[data-panel='download'] a.download"
"""The link to a run's files, the last that the page makes of it."""
SEEN = """([asked, rest]) => {
  const player = document.querySelector(".player"), { run } = window.spinefm.view.payload;
  let from = 0;
  document.addEventListener(asked, (event) => { from ||= event.timeStamp; }, { capture: true });
  window.seen = new Promise((done) => {
    const look = () => {
      if (!from || window.spinefm.view.payload.run === run || !player.matches(rest)) return;
      watch.disconnect();
      done((performance.now() - from) / 1000);
    };
    const watch = new MutationObserver(look);
    watch.observe(player, { attributes: true });
  });
}"""
"""Puts the seconds from the next event of one kind to another run's rested result into `window.seen`."""
FRAMES = """() => new Promise((done) => {
  const times = [], player = document.querySelector(".player");
  const press = (key) => document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  press("Home"); press(" ");
  const tick = (now) => {
    times.push(now);
    return player.classList.contains("playing") ? requestAnimationFrame(tick) : done(times);
  };
  requestAnimationFrame(tick);
})"""
STEPS = """() => {
  const press = (key) => document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  const times = [], player = document.querySelector(".player");
  press("Home");
  while (!player.classList.contains("resting") && times.length < 200) {
    const start = performance.now();
    press("ArrowRight");
    player.getBoundingClientRect();
    times.push(performance.now() - start);
  }
  return times;
}"""
MOMENTS = """() => {
  const { theatre, clock } = window.spinefm, times = [];
  for (let time = 0; time < clock.end(); time += 1 / 30) {
    const start = performance.now();
    theatre.at(time);
    times.push(performance.now() - start);
  }
  return times;
}"""
PICTURES = """async ([from, to, count]) => {
  const scrub = document.querySelector("[data-scrub]");
  const panes = [...document.querySelectorAll(".pane-ink")], seen = new Set();
  for (let i = 1; i <= count; i++) {
    scrub.value = 1000 * (from + ((to - from) * i) / count);
    scrub.dispatchEvent(new Event("input"));
    const moving = [...document.querySelectorAll(".bar-fill, .player-flyer, .scores i")];
    seen.add([...panes.map((canvas) => canvas.toDataURL()), ...moving.map((node) => node.style.cssText)].join());
  }
  return seen.size;
}"""


@contextmanager
def served() -> Iterator[str]:
    """The page's address while it is served."""
    page = build_page(BundleService.started(), EXAMPLES)
    _, url, _ = launch(page, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1", server_port=None)
    yield url
    page.close()


def opened(browser: Browser, url: str, size: tuple[int, int] = WIDTHS[0], scheme: str = "light") -> Page:
    """The page in a new tab, once its first example has played to the end."""
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
    page.goto(url)
    page.wait_for_selector(REST, timeout=120_000)
    return page


def frames(page: Page) -> str:
    """Frames a second while the run plays once."""
    times: list[float] = page.evaluate(FRAMES)
    gaps = [late - early for early, late in zip(times, times[1:], strict=False)]
    return f"{1000 / statistics.median(gaps):.0f} frames a second (median), longest frame {max(gaps):.0f} ms"


def drawing(page: Page) -> str:
    """Milliseconds that drawing one moment takes the page's script: a frame at 60 a second has 16."""
    times = sorted(page.evaluate(MOMENTS))
    return f"{statistics.median(times):.1f} ms (median), {times[int(0.95 * len(times))]:.1f} ms (95 %) of {len(times)}"


def pictures(page: Page) -> str:
    """Distinct pictures inside each phase, at sixty a second."""
    phases = page.evaluate("window.spinefm.view.timeline.beats.map((b) => [b.phase, b.start, b.stop])")
    least: dict[str, int] = {}
    for phase, start, stop in phases:
        count = page.evaluate(PICTURES, [start, stop, int((stop - start) * 60)])
        least[phase] = min(count, least.get(phase, count))
    return ", ".join(f"{phase} {count}" for phase, count in least.items())


def steps(page: Page) -> str:
    """Milliseconds of a step from the keyboard, with its layout."""
    times = sorted(page.evaluate(STEPS))
    return f"{statistics.median(times):.1f} ms (median), {times[-1]:.1f} ms at most, of {len(times)}"


def weight(browser: Browser, url: str) -> str:
    """Kilobytes that a first visit fetches, all and without gradio's own files."""
    page = browser.new_page()
    sizes: list[tuple[str, int]] = []
    page.on("response", lambda answer: sizes.append((answer.url, int(answer.headers.get("content-length", 0)))))
    page.goto(url)
    page.wait_for_selector(".player[data-status='finished']", timeout=120_000)
    scripts = sum(size for where, size in sizes if "/assets/" in where)
    page.close()
    return (
        f"{sum(size for _, size in sizes) / 1000:.0f} kB with a stated length, {scripts / 1000:.0f} kB of it gradio's"
    )


def findings(browser: Browser, url: str, axe: Path) -> Iterator[str]:
    """Serious and critical findings of axe-core, by scheme and width."""
    for scheme in ("light", "dark"):
        for size in WIDTHS:
            page = opened(browser, url, size, scheme)
            page.add_script_tag(content=axe.read_text(encoding="utf-8"))
            result: Any = page.evaluate("axe.run(document.querySelector('.gradio-container'))")
            bad = [item for item in result["violations"] if item["impact"] in ("serious", "critical")]
            yield f"{scheme} {size[0]} px: {len(bad)} serious"
            for item in bad:
                yield f"  {item['id']}: {[node['html'][:110] for node in item['nodes'][:3]]}"
            page.close()


@contextmanager
def busy_core(busy: bool) -> Iterator[None]:
    """One core at work on something else, where `busy`."""
    if not busy:
        yield
        return
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as other:
        try:
            yield
        finally:
            other.kill()


def computed(page: Page) -> float:
    """Seconds that the run on show took to compute, as its card says; what the page did between events is not in it."""
    return float(page.evaluate("window.spinefm.view.payload.ran.computed"))


def example_shown(page: Page) -> None:
    """Pick the first example, which clears the field of an earlier upload, and wait until it rests."""
    before = shown(page)
    page.click("[data-example]")
    page.wait_for_function("(run) => window.spinefm.view.payload.run !== run", arg=before)
    page.wait_for_selector(REST, timeout=120_000)
    page.wait_for_selector(FILES, state="attached")


def shown(page: Page) -> str:
    """The name of the run on show."""
    return str(page.evaluate("window.spinefm.view.payload.run"))


def seen(page: Page) -> tuple[float, float]:
    """Seconds from the event that `SEEN` waits for to the rested result, and seconds of computing it."""
    seconds = float(page.evaluate("window.seen"))
    took = computed(page)
    page.wait_for_selector(FILES, state="attached")
    return seconds, took


def seen_from_the_drop(page: Page, film: Path, folder: Path, name: str) -> tuple[float, float]:
    """Seconds from bringing a film to its rested result, and seconds of computing it."""
    upload = Path(shutil.copy(film, folder / name))  # a name of its own, so that no earlier film is taken for it
    example_shown(page)
    page.evaluate(SEEN, ["change", REST])
    page.set_input_files("#film-upload input[type=file]", str(upload))
    return seen(page)


def seen_from_run(page: Page) -> tuple[float, float]:
    """Seconds from pressing Run, with the film on show, to the rested result, and seconds of computing it."""
    page.wait_for_selector("#run:not([disabled])")
    page.evaluate(SEEN, ["click", REST])
    page.click("#run")
    return seen(page)


def seen_words(what: str, runs: list[tuple[float, float]]) -> str:
    """Medians of seen and computed seconds, and of their ratio; the first run warms and does not count."""
    seen, took = (statistics.median(column) for column in zip(*runs[1:], strict=True))
    ratio = statistics.median(one / other for one, other in runs[1:])
    return f"{what}, seen after {seen:.2f} s, computed in {took:.2f} s: {ratio:.2f}"


def seen_over_computed(page: Page, film: Path) -> Iterator[str]:
    """Lines on how long a run takes to be seen, quiet and with a busy core."""
    with tempfile.TemporaryDirectory() as folder:
        for busy in (False, True):
            with busy_core(busy):
                drops = [seen_from_the_drop(page, film, Path(folder), f"{busy}-{i}.png") for i in range(RUNS + 1)]
                runs = [seen_from_run(page) for _ in range(RUNS + 1)]
            where = "with a busy core" if busy else "quiet"
            yield f"run, {where}: {seen_words('from Run', runs)}; {seen_words('from the drop', drops)}"


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--axe", type=Path)
    parser.add_argument("--run", action="store_true")
    arguments = parser.parse_args()
    with served() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = opened(browser, url)
        print(f"drawing a moment: {drawing(page)}")
        print(f"playing: {frames(page)}")
        print(f"step: {steps(page)}")
        print(f"pictures in each phase, at least: {pictures(page)}")
        print(f"first visit: {weight(browser, url)}")
        if arguments.run:
            for line in seen_over_computed(page, EXAMPLES / "films" / "cervical-low-contrast.png"):
                print(line)
        for line in findings(browser, url, arguments.axe) if arguments.axe else ():
            print(line)
        browser.close()


if __name__ == "__main__":
    main()
