"""The README's moving picture of the page: `python -m bench.page_motion [--out examples/page.webp]`.

Serves the page as `app.py` does, opens it in Chromium on an example with a finished run, moves the player's clock
through the run in equal steps, and photographs each moment.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read when gradio is imported

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from spinefm.ui.server.model_service import BundleService
from spinefm.ui.server.page import build_page, launch

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
SIZE = {"width": 1440, "height": 900}
WIDTH = 900
"""Width of the moving picture, in pixels."""
GO = """(share) => {
  const { clock, theatre } = window.spinefm;
  clock.go(share * clock.end());
  theatre.at(clock.time());
  return clock.end();
}"""
MOST_BYTES = 3_000_000


def moments(page: Page, seconds: float, rate: int) -> Iterator[Image.Image]:
    """One picture for each moment of the run, `rate` a second."""
    count = round(seconds * rate)
    page.mouse.move(2, 2)
    for index in range(count + 1):
        page.evaluate(GO, index / count)
        yield _scaled(page.screenshot(type="jpeg", quality=95, animations="disabled"))


def _scaled(content: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    return picture.resize((WIDTH, round(WIDTH * picture.height / picture.width)), Image.Resampling.LANCZOS)


def write(frames: list[Image.Image], out: Path, rate: int, rest: int) -> None:
    """An animated WebP that rests on its last picture for `rest` milliseconds. Raises ValueError above MOST_BYTES."""
    pauses = [round(1000 / rate)] * (len(frames) - 1) + [rest]
    options = {"save_all": True, "append_images": frames[1:], "duration": pauses, "loop": 0, "quality": 62, "method": 4}
    frames[0].save(out, "WEBP", **options)
    if out.stat().st_size > MOST_BYTES:
        raise ValueError(f"{out} has {out.stat().st_size} bytes, more than {MOST_BYTES}: lower --rate.")


def film(url: str, scheme: str, seconds: float, rate: int) -> list[Image.Image]:
    """All moments of the run that the page at `url` opens with."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport=SIZE, color_scheme="dark" if scheme == "dark" else "light")
        page.goto(url)
        page.wait_for_selector('.player[data-status="finished"].resting:not(.playing)', timeout=120_000)
        frames = list(moments(page, seconds, rate))
        browser.close()
    return frames


def main() -> None:
    """Serve, photograph, stop."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=EXAMPLES / "page.webp")
    parser.add_argument("--film", default="cervical", help="name of an example with a finished trace")
    parser.add_argument("--scheme", default="dark", choices=("dark", "light"))
    parser.add_argument("--seconds", type=float, default=8.0, help="length of the run in the picture")
    parser.add_argument("--rate", type=int, default=15, help="pictures a second")
    arguments = parser.parse_args()
    page = build_page(BundleService.started(), EXAMPLES)
    _, url, _ = launch(page, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1", server_port=None)
    frames = film(f"{url}?film={arguments.film}", arguments.scheme, arguments.seconds, arguments.rate)
    page.close()
    write(frames, arguments.out, arguments.rate, rest=1800)
    print(f"wrote {arguments.out}: {len(frames)} pictures, {arguments.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
