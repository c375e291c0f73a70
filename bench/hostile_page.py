"""Hostile films and zips on the running page and the command line, while a visitor beside them is served.

    python -m bench.hostile_page FOLDER

Starts `app.py`, sends every DICOM film and every zip in FOLDER through Chromium as a visitor would, and has another
visitor run an example film again and again through `/segment`. Then gives the same files to `segment` and `evaluate`.
Prints the sentence, seconds and peak memory of each. Exits with 0 if each file got a sentence within 10 s and 1.5 GB
more than the page takes at rest, and the visitor beside always got a result.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from gradio_client import Client, handle_file
from playwright.sync_api import Browser, Page, sync_playwright

from bench.page_start import APP, answers, free_port

EXAMPLE = APP.parent / "examples" / "films" / "lumbar.png"
CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
MOST_SECONDS = 10.0
MOST_MEGABYTES = 1536.0
FAILED = ".player[data-status=failed] .player-message:visible"
SAID = "document.querySelector('.ex-state').textContent"
ENDED = f"(was) => {{ const now = {SAID}; return now && now !== was && !now.endsWith('…') && !now.endsWith(' left'); }}"


@dataclass(frozen=True)
class Answer:
    """What came of one file."""

    name: str
    where: str
    sentence: str
    seconds: float
    megabytes: float

    @property
    def holds(self) -> bool:
        """Whether it is one sentence in time, within the memory."""
        said = bool(self.sentence) and "Traceback" not in self.sentence
        return said and self.seconds <= MOST_SECONDS and self.megabytes <= MOST_MEGABYTES


@dataclass
class Neighbour:
    """A visitor who runs an example again and again; `seconds` of each run, and what went wrong."""

    address: str
    seconds: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Until `stop` is set."""
        client = Client(self.address, verbose=False)
        while not self.stop.is_set():
            start = time.monotonic()
            try:
                client.predict(handle_file(str(EXAMPLE)), api_name="/segment")
                self.seconds.append(time.monotonic() - start)
            except Exception as error:  # noqa: BLE001 - whatever goes wrong is what is counted here
                self.faults.append(f"{type(error).__name__}: {error}")


class Peak:
    """The highest memory of a process and its children, in MB, beyond what it has at the start."""

    def __init__(self, process: int) -> None:
        self.process, self.stop = process, threading.Event()
        self.rest = self.highest = resident(process)
        self.watcher = threading.Thread(target=self._watch)

    def _watch(self) -> None:
        while not self.stop.wait(0.1):
            self.highest = max(self.highest, resident(self.process))

    def __enter__(self) -> Peak:
        self.watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self.watcher.join()

    @property
    def more(self) -> float:
        """Megabytes beyond those at the start."""
        return self.highest - self.rest


def resident(root: int) -> float:
    """Megabytes of a process and all that descend from it; one that has just ended counts nothing."""
    parents = {int(path.parent.name): _field(path, "PPid") for path in Path("/proc").glob("[0-9]*/status")}
    family = {root}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(_field(Path(f"/proc/{one}/status"), "VmRSS") for one in family) / 1024


def _field(path: Path, name: str) -> int:
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{name}:")), 0)


@contextmanager
def page_process() -> Iterator[tuple[str, int]]:
    """`app.py`, once it answers: its address and process."""
    port, silent = free_port(), subprocess.DEVNULL
    environment = os.environ | {"GRADIO_SERVER_PORT": str(port)}
    process = subprocess.Popen([sys.executable, APP], env=environment, stdout=silent, stderr=silent)
    address = f"http://127.0.0.1:{port}/"
    try:
        while not answers(address):
            time.sleep(0.1)
        yield address, process.pid
    finally:
        process.terminate()
        process.wait(timeout=30)


def bring_film(page: Page, address: str, path: Path) -> tuple[str, float]:
    """Drop a film, and wait for the sentence."""
    page.goto(address)
    page.wait_for_selector(".player[data-status=finished]", timeout=60_000)
    start = time.monotonic()
    page.set_input_files("#film-upload input[type=file]", str(path))
    page.wait_for_selector(FAILED)
    return page.inner_text(FAILED), time.monotonic() - start


def bring_zip(page: Page, address: str, path: Path) -> tuple[str, float]:
    """Bring a zip to the explorer, open its first steps if it is an evaluation, and wait for the sentence."""
    page.goto(f"{address}?tab=explore&x-mode=table")
    page.wait_for_selector('.explorer[data-state="open"] .ex-group', timeout=60_000)
    was, start = page.evaluate(SAID), time.monotonic()
    page.set_input_files('input[type=file][accept=".zip"]', str(path))
    opened = "document.querySelector('[data-pick=run]').value.startsWith('own-')"
    page.wait_for_function(f"(was) => ({ENDED})(was) || ({opened} && document.querySelector('.ex-group'))", arg=was)
    if page.evaluate(opened):
        page.click("[data-steps]")
        page.wait_for_function(f"() => {SAID} || document.querySelector('.player[data-status=finished]')")
    return page.evaluate(SAID) or "opened, and its steps are shown", time.monotonic() - start


def on_the_page(files: list[Path]) -> tuple[list[Answer], Neighbour]:
    """Every file through Chromium, with the neighbour beside."""
    with page_process() as (address, process), sync_playwright() as playwright:
        neighbour = Neighbour(address)
        thread = threading.Thread(target=neighbour.run)
        thread.start()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        found = [measured(process, "page", path, partial(bring, browser, address, path)) for path in files]
        neighbour.stop.set()
        thread.join()
        browser.close()
    return found, neighbour


def bring(browser: Browser, address: str, path: Path) -> tuple[str, float]:
    """The sentence that a new visitor gets, and seconds from the upload to it."""
    page = browser.new_context().new_page()
    page.set_default_timeout(60_000)
    try:
        return bring_zip(page, address, path) if path.suffix == ".zip" else bring_film(page, address, path)
    finally:
        page.context.close()


def measured(process: int, where: str, path: Path, act: Callable[[], tuple[str, float]]) -> Answer:
    """What `act` says, with its time and the memory it took; a time that ran out is no sentence."""
    with Peak(process) as peak:
        try:
            text, seconds = act()
        except Exception as error:  # noqa: BLE001 - a page that never answers is a result of this measurement
            text, seconds = f"Traceback: {type(error).__name__}", float("inf")
    return Answer(path.name, where, " ".join(text.split()), seconds, peak.more)


def on_the_command_line(path: Path, folder: Path) -> Answer:
    """`segment` for a film, `evaluate` for a zip."""
    own = os.getpid()
    return measured(own, "command line", path, lambda: _call(path, folder))


def _call(path: Path, folder: Path) -> tuple[str, float]:
    out = folder / f"out-{path.stem}"
    command = [sys.executable, "-m", "spinefm"]
    if path.suffix == ".zip":
        command += ["evaluate", "auto", "--root", str(path), "--out", str(out)]
    else:
        command += ["segment", str(path), "--out", str(out)]
    start = time.monotonic()
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    said = [line for line in ended.stderr.splitlines() if line.strip() and "film/s" not in line]
    return "\n".join(said) or ended.stdout, time.monotonic() - start


def main() -> int:
    """Print a line for each file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    files = sorted(path for path in parser.parse_args().folder.iterdir() if path.suffix in (".dcm", ".zip"))
    found, neighbour = on_the_page(files)
    with tempfile.TemporaryDirectory() as folder:
        found += [on_the_command_line(path, Path(folder)) for path in files]
    for one in found:
        print(
            f"{'' if one.holds else 'FAILS '}{one.where:12} {one.name:22} {one.seconds:5.1f} s {one.megabytes:6.0f} MB"
        )
        print(f"    {one.sentence[:300]}")
    slowest = max(neighbour.seconds, default=float("inf"))
    print(f"beside: {len(neighbour.seconds)} runs, slowest {slowest:.1f} s, {len(neighbour.faults)} faults")
    return 0 if all(one.holds for one in found) and not neighbour.faults else 1


if __name__ == "__main__":
    sys.exit(main())
