"""How long the player takes for one step in Chromium: `python -m bench.player_latency [--trace FILE --film FILE]`.

Steps through a finished run with the arrow key and waits for the layout after each; prints median, 95 % and maximum.
Without arguments it takes the first example with a finished trace.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from playwright.sync_api import sync_playwright

from spinefm.ui.server.examples import Example, find_examples
from spinefm.ui.server.player import standalone_page, trace_payload

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
STEP = """() => {
  const times = [];
  const count = document.querySelectorAll(".tick").length;
  const press = (key) => document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  press("Home");
  for (let i = 0; i < count - 1; i++) {
    const start = performance.now();
    press("ArrowRight");
    document.querySelector(".player").getBoundingClientRect();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b);
}"""


def measure(example: Example) -> list[float]:
    """Milliseconds of every step, in growing order."""
    trace = example.finished()
    if trace is None:
        raise SystemExit(f"{example.trace} is not there: run `python -m bench.make_examples` first.")
    page_text = standalone_page(trace_payload(trace, example.read(), "latency"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        page.set_content(page_text)
        times: list[float] = page.evaluate(STEP)
        browser.close()
    return times


def main() -> None:
    """Print the latency of a step."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--film", type=Path)
    parser.add_argument("--trace", type=Path)
    arguments = parser.parse_args()
    if arguments.film and arguments.trace:
        example = Example(arguments.film.stem, arguments.film, arguments.trace, small=Path())
    else:
        example = next(found for found in find_examples(EXAMPLES).values() if found.trace.is_file())
    times = measure(example)
    median, high = times[len(times) // 2], times[int(0.95 * len(times))]
    print(f"{len(times)} steps of {example.name}: median {median:.1f} ms, 95 % {high:.1f} ms, most {times[-1]:.1f} ms")


if __name__ == "__main__":
    main()
