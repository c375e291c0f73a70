"""The explorer's speed with many films: `python -m bench.explorer_speed [--films 10000]`.

Writes the tables of a made-up evaluation, serves the page, and measures in Chromium: from choosing it to the
first view, with the server's part in it, and from a click on a filter, a move of the limit and a sort to the new view.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from pathlib import Path

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read when gradio is imported

import numpy as np
from playwright.sync_api import Page, sync_playwright

from spinefm.core.levels import Level
from spinefm.evaluation import FilmResult, FilmRow, Plan, RunFolder, VertebraRow
from spinefm.evaluation.frames import write_tables
from spinefm.evaluation.results import CaseOutlines
from spinefm.ui.server import page as ui
from spinefm.ui.server.explorer import plan_of
from spinefm.ui.server.explorer.shelf import Shelf
from spinefm.ui.server.model_service import BundleService

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
LEVELS = [Level[name] for name in ("C2", "C3", "C4", "C5", "C6", "C7", "T1")]
ACTS = {
    "level filter": "document.querySelector('[data-level=C7]').click()",
    "missed only": "document.querySelector('[data-show=missed]').click()",
    "clear": "document.querySelector('[data-clear]').click()",
    "limit 0.70": """(() => { const s = document.querySelector('[data-limit]'); s.value = 0.7;
        s.dispatchEvent(new Event('input')); })()""",
    "sort": """(() => { const s = document.querySelector('[data-pick=sort]'); s.value = 'mean';
        s.dispatchEvent(new Event('change')); })()""",
}
MEASURE = """(act) => { const start = performance.now(); eval(act);
    document.querySelector('.explorer').getBoundingClientRect(); return performance.now() - start; }"""


def write_run(folder: Path, count: int) -> None:
    """A finished evaluation of `count` made-up films, tables only."""
    rng = np.random.default_rng(0)
    plan = Plan("phantom", "", "", "made up", "none", {}, {}, "auto", False)
    RunFolder(folder).begin(plan)
    write_tables(folder, [made_up(f"film-{number:05d}", rng) for number in range(count)], [])


def made_up(film: str, rng: np.random.Generator) -> FilmResult:
    """A film of seven levels with random figures, one in fifty missed."""
    dice = np.where(rng.random(len(LEVELS)) < 0.02, 0.0, 1 - rng.gamma(2.0, 0.03, len(LEVELS))).round(6).tolist()
    stop = "background" if rng.random() < 0.5 else "point outside"
    rows = [
        VertebraRow(film, "body", level.name, place, value, None, level.name, "", 20 + place, value, 0, 9 * (1 - value))
        for place, (level, value) in enumerate(zip(LEVELS, dice, strict=True))
    ]
    counts = {"false_masks": 0, "doubled_masks": 0, "merged_masks": 0, "names_given": 7, "wrong_names": 0}
    row = FilmRow(
        **{"film": film, "region": "cervical", "group": "full", "subject": film, "width": 640, "height": 640},
        **{"spacing_mm": 0.3, "complete": True, "failure": "", "annotated": 7, "predicted": 7, **counts},
        **{"anchor": "whole", "level_shift": 0, "pq_iou_sum": 6.0, "pq_matched": 7, "pq_false": 0, "pq_missed": 0},
        **{"stop_up": "C2", "stop_down": stop, "mask_dice": tuple(dice), "mask_probability": (0.99,) * len(dice)},
        **{"mask_named": (True,) * len(dice), "film_sha256": "", "truth_sha256": ""},
    )
    return FilmResult(row, tuple(rows), CaseOutlines({}, {}, {}, []))


def measure(page: Page, url: str) -> None:
    """Open the page on the small evaluation, then choose the large one and use it."""
    page.set_default_timeout(180_000)
    page.goto(f"{url}?tab=explore&x-run=few")
    page.wait_for_selector('.explorer[data-state="open"]')
    start = time.perf_counter()
    page.select_option('[data-pick="run"]', "many")
    page.wait_for_selector('.explorer[data-state="open"][data-cases]:has(option[value="many"]:checked)')
    page.wait_for_function("document.querySelectorAll('.ex-group').length > 10")
    print(f"first view {time.perf_counter() - start:.2f} s")
    for name, act in ACTS.items():
        print(f"{name} {page.evaluate(MEASURE, act) / 1000:.3f} s")


def main() -> None:
    """Write, serve, measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--films", type=int, default=10_000)
    count = parser.parse_args().films
    with tempfile.TemporaryDirectory(prefix="spinefm-speed-") as name, sync_playwright() as playwright:
        root = Path(name)
        write_run(root / "few", 5)
        write_run(root / "many", count)
        start = time.perf_counter()
        Shelf(root).columns("many")
        print(f"{count} films; the server makes the columns in {time.perf_counter() - start:.2f} s, the first time")
        ui.TABS = (plan_of(root),)
        blocks = ui.build_page(BundleService.started(), root)
        _, url, _ = ui.launch(blocks, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        measure(browser.new_page(viewport={"width": 1440, "height": 1000}), url)
        browser.close()
        blocks.close()


if __name__ == "__main__":
    main()
