"""The explorer's speed with many films: `python -m bench.explorer_speed [--films 10000] [--batch 100000]`.

Writes the tables of a made-up evaluation, serves the page, and measures in Chromium: from choosing it to the
first view, with the server's part in it, and from a click on a filter, a move of the limit and a sort to the new view.

With --batch the same of a made-up batch of so many films, whose tables stay on the server: from choosing it to the
first view, until its measures are there, from a filter, order or page to the new list, and the server's most memory.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read when gradio is imported

import numpy as np
from playwright.sync_api import Page, sync_playwright

from bench.made_batch import write_batch
from spinefm.core.levels import Level
from spinefm.evaluation import FilmResult, FilmRow, Plan, RunFolder, VertebraRow
from spinefm.evaluation.frames import write_tables
from spinefm.evaluation.results import CaseOutlines
from spinefm.ui.server import page as ui
from spinefm.ui.server.explorer import plan_of
from spinefm.ui.server.explorer.evaluation_store import EvaluationStore
from spinefm.ui.server.explorer.owner import OwnerFolders
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
TYPED = "(field, text) => { field.value = text; field.dispatchEvent(new Event('change')); }"
BATCH_ACTS: dict[str, Callable[[Page], object]] = {
    "status failed": lambda page: page.select_option('[data-b="status"]', "failed"),
    "clear": lambda page: page.click("[data-b-clear]"),
    "view": lambda page: page.select_option('[data-b="view"]', "lumbar lateral"),
    "level L4 seen": lambda page: page.click('.ex-batch [data-level="L4"]'),
    "doubtful": lambda page: page.select_option('[data-b="doubtful"]', "some"),
    "reason of an end": lambda page: page.click('[data-b-bars="stop"] button >> nth=0'),
    "measure slip": lambda page: page.select_option('[data-b="measure"]', "slip"),
    "range of slip": lambda page: page.locator('[data-b-span="low"]').evaluate(TYPED, "9"),
    "highest value first": lambda page: page.select_option('[data-b="sort"]', "high"),
    "next page": lambda page: page.click('[data-b-page="1"]'),
    "text in the name": lambda page: page.fill("[data-b-search]", "007"),
    "table": lambda page: page.click('[data-b-mode="table"]'),
    "clear all": lambda page: page.click("[data-b-clear]"),
}
SHOWN = "document.querySelector('.ex-batch').dataset.shown"
"""Which question of the batch's view is answered on the page."""
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


def measure_batch(page: Page, url: str) -> None:
    """Open the page on the small evaluation, then choose the batch and use it."""
    page.set_default_timeout(180_000)
    page.goto(f"{url}?tab=explore&x-run=few")
    page.wait_for_selector('.explorer[data-state="open"]')
    start = time.perf_counter()
    page.select_option('[data-pick="run"]', "batch")
    page.wait_for_selector(".ex-batch[data-shown] .ex-tile")
    print(f"first view {time.perf_counter() - start:.2f} s")
    page.wait_for_selector('select[data-b="measure"]:not(:disabled)')
    print(f"its measures {time.perf_counter() - start:.2f} s")
    page.wait_for_function(f"document.querySelectorAll('.ex-thumb path').length > 20 && {SHOWN} > 1")
    for name, act in BATCH_ACTS.items():
        before, start = page.evaluate(SHOWN), time.perf_counter()
        act(page)
        page.wait_for_function(f"{SHOWN} !== {before!r}")
        print(f"{name} {time.perf_counter() - start:.3f} s, {page.get_attribute('.ex-batch', 'data-total')} films")
    print(f"most memory of the server {most_memory() / 1e9:.2f} GB")


def most_memory() -> int:
    """Most bytes that this process held."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    return 1024 * int(line.split()[1])


def main() -> None:
    """Write, serve, measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--films", type=int, default=10_000)
    parser.add_argument("--batch", type=int, metavar="FILMS", help="measure a batch of so many films")
    parser.add_argument("--made", type=Path, metavar="FOLDER", help="where that batch is kept (default: made again)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="spinefm-speed-") as name:
        root = Path(name)
        write_run(root / "few", 5)
        if arguments.batch:
            served(root, made(arguments.made or root / "batches", arguments.batch), measure_batch)
        else:
            write_run(root / "many", arguments.films)
            start = time.perf_counter()
            EvaluationStore(root).columns("many")
            seconds = time.perf_counter() - start
            print(f"{arguments.films} films; the server makes the columns in {seconds:.2f} s, the first time")
            served(root, OwnerFolders(), measure)


def made(folder: Path, count: int) -> OwnerFolders:
    """A made-up batch, written by another process, so that the memory it takes is not the server's."""
    if not (folder / "batch").is_dir():
        writer = get_context("spawn").Process(target=write_batch, args=(folder / "batch", count))
        writer.start()
        writer.join()
    size = sum(path.stat().st_size for path in (folder / "batch").iterdir())
    print(f"a batch of {count} films, {size / 1e6:.0f} MB")
    return OwnerFolders((folder,))


def served(root: Path, owner: OwnerFolders, measured: Callable[[Page, str], None]) -> None:
    """Serve the page with these runs, and measure it."""
    with sync_playwright() as playwright:
        ui.TABS = (plan_of(root, owner),)
        blocks = ui.build_page(BundleService.started(), root)
        _, url, _ = ui.launch(blocks, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        measured(browser.new_page(viewport={"width": 1440, "height": 1000}), url)
        browser.close()
        blocks.close()


if __name__ == "__main__":
    main()
