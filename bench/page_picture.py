"""The README's picture of the page, from an example: `python -m bench.page_picture [--out examples/page.png]`.

Serves the page as `app.py` does, opens it in Chromium on an example with a finished run, and photographs the step at
which a mask is checked.
"""

from __future__ import annotations

import argparse
import os
import shutil
from pathlib import Path

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read when gradio is imported

from playwright.sync_api import sync_playwright

from spinefm.ui.server.model_service import BundleService
from spinefm.ui.server.page import build_page, launch

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
GO = """(kind) => {
  const { view, clock } = window.spinefm;
  const last = view.timeline.entries.findLastIndex((entry) => entry.kind === kind);
  clock.go(Math.max(...view.timeline.beats.filter((beat) => beat.entry <= last).map((beat) => beat.stop)));
}"""
SIZE = {"width": 1440, "height": 940}


def photograph(url: str, out: Path, step: str, scheme: str) -> None:
    """Open `url` and write what a visitor sees when the last event of the kind `step` has been shown."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport=SIZE)
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.goto(url)
        page.wait_for_selector('.player[data-status="finished"]', timeout=120_000)
        page.evaluate(GO, step)
        page.locator(".player-caption").hover()
        page.wait_for_timeout(500)
        page.screenshot(path=out)
        browser.close()


def main() -> None:
    """Serve, photograph, stop."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=EXAMPLES / "page.png")
    parser.add_argument("--examples", type=Path, default=EXAMPLES, help="folder with films and finished traces")
    parser.add_argument("--film", default="cervical", help="name of an example with a finished trace")
    parser.add_argument("--step", default="finished", help="kind of the step, such as finished, checked or classified")
    parser.add_argument("--scheme", default="dark", choices=("dark", "light"))
    arguments = parser.parse_args()
    page = build_page(BundleService.started(), arguments.examples)
    _, url, _ = launch(page, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    photograph(f"{url}?film={arguments.film}", arguments.out, arguments.step, arguments.scheme)
    page.close()
    print(f"wrote {arguments.out}")


if __name__ == "__main__":
    main()
