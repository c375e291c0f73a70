"""One page with a method that needs no weights, and one browser, for all tests of the page."""

from __future__ import annotations

import gzip
import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from spinefm.imaging.radiograph import read
from spinefm.methods import film_record
from spinefm.trace.model import Trace
from spinefm.ui.server.examples import Choice
from spinefm.ui.server.model_service import ModelService
from spinefm.ui.server.page import build_page, launch
from spinefm.ui.server.running import run_steps
from spinefm.ui.server.sessions import SessionState
from tests.ui.server.shown import remembered
from tests.ui.server.stand_in import SIZE, StandInService, all_events, write_film

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FAREWELLS = ("AbortError: signal is aborted", "Connection errored out")
UPLOAD = "#film-upload input[type=file]"
NECK = ".stage .pane-name:has-text('neck.png')"
DROP = """([name, bytes, kind, more = []]) => {
  const held = new DataTransfer();
  for (const one of [name, ...more]) held.items.add(new File([Uint8Array.from(bytes)], one, { type: "image/png" }));
  const target = document.querySelector(".stage .pane-area");
  if (kind === "paste") {
    const event = new ClipboardEvent("paste", { clipboardData: held, bubbles: true, cancelable: true });
    document.body.dispatchEvent(event);
    return;
  }
  for (const step of ["dragenter", "dragover", "drop"]) {
    target.dispatchEvent(new DragEvent(step, { dataTransfer: held, bubbles: true, cancelable: true }));
  }
}"""
"""Drops or pastes a file of these bytes onto the film on show, with more of the same."""
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests in a browser are thorough, but for those marked `smoke`."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()) and not item.get_closest_marker("smoke"):
            item.add_marker(pytest.mark.thorough)


def write_examples(folder: Path) -> Path:
    """Two examples, of which the first has a finished trace."""
    first = write_film(folder / "films" / "a-finished.png")
    write_film(folder / "films" / "b-film-only.png", bright=0.9)
    trace = Trace.from_events(film_record(read(first)), "spinefm", {"overlap_limit": 0.1}, all_events())
    (folder / "traces").mkdir()
    (folder / "traces" / "a-finished.json.gz").write_bytes(gzip.compress(trace.to_json().encode()))
    return folder


def serve(service: ModelService, examples: Path, **more: int) -> Iterator[str]:
    """The page's address while it is served; `more` goes to `build_page`."""
    page = build_page(service, examples, **more)
    _, url, _ = launch(page, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1", server_port=None)
    yield url
    page.close()


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of examples."""
    return write_examples(tmp_path_factory.mktemp("examples"))


@pytest.fixture(scope="session")
def service() -> StandInService:
    """The model service of the page with examples; a test may close its gate."""
    return StandInService()


@pytest.fixture
def gate(service: StandInService) -> Iterator[threading.Semaphore]:
    """Events of a run come only as the test lets them; afterwards all that is left may pass."""
    service.gate = threading.Semaphore(0)
    yield service.gate
    service.gate.release(1000)
    service.gate = None


@pytest.fixture(scope="session")
def address(service: StandInService, examples: Path) -> Iterator[str]:
    """The page with examples."""
    yield from serve(service, examples)


@pytest.fixture(scope="session")
def bare_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page without examples."""
    yield from serve(StandInService(), tmp_path_factory.mktemp("none"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def choice(tmp_path_factory: pytest.TempPathFactory) -> Choice:
    """A film that tests read only."""
    path = write_film(tmp_path_factory.mktemp("film") / "neck.png")
    return Choice(path, path.name)


@pytest.fixture
def no_weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine on which no weights lie."""
    monkeypatch.setattr("spinefm.weights.manifest.WEIGHTS_FOLDER", tmp_path)


@pytest.fixture(scope="module")
def kept(choice: Choice) -> SessionState:
    """A finished run as the page remembers it; nothing in it can be changed."""
    return remembered(run_steps(StandInService(), choice))


@dataclass
class Visitor:
    """A visitor's page, what its console said, and the hosts it asked."""

    page: Page
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def open(self, url: str, status: str) -> None:
        """Go to the page and wait until the player has that status."""
        self.page.goto(url)
        self.wait(status)

    def reload(self, url: str) -> None:
        """Reload the page; the stream that gradio closes while it leaves, and logs as an error, is none of ours."""
        self.page.goto(url)
        self.errors = [text for text in self.errors if not any(word in text for word in FAREWELLS)]

    def leave(self) -> None:
        """Close the page; nothing went wrong on it."""
        self.page.close()
        assert self.errors == []
        assert self.foreign == []

    def wait(self, status: str) -> None:
        """Wait until the player has that status."""
        self.page.wait_for_selector(f'.player[data-status="{status}"]', timeout=30_000)

    def open_limits(self) -> None:
        """Open the fold with the limits. Gradio writes every field in it once more in the frame after it appears."""
        self.page.click("#limits button")
        self.page.locator('#limits input[type="number"]').last.wait_for()
        self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


@pytest.fixture(scope="session")
def context(browser: Browser) -> BrowserContext:
    """What all visitors share: a cache of the page's files."""
    return browser.new_context()


def visit(context: BrowserContext, width: int = 1440, height: int = 1000, scheme: str = "light") -> Visitor:
    """A fresh visitor whose console and requests are watched."""
    visitor = Visitor(context.new_page())
    visitor.page.set_viewport_size({"width": width, "height": height})
    visitor.page.emulate_media(color_scheme=scheme)
    visitor.page.on("console", lambda line: visitor.errors.append(line.text) if line.type == "error" else None)
    visitor.page.on("pageerror", lambda error: visitor.errors.append(str(error)))
    visitor.page.on("request", lambda request: _note_host(visitor, request.url))
    return visitor


def _note_host(visitor: Visitor, url: str) -> None:
    local = ("http://127.0.0.1", "http://localhost", "data:", "blob:", "file:", "about:")
    if not url.startswith(local):
        visitor.foreign.append(url)


@pytest.fixture
def visitor(context: BrowserContext) -> Iterator[Visitor]:
    """One visitor; afterwards no console error and no request to another host is left."""
    one = visit(context)
    yield one
    one.leave()


@pytest.fixture
def run(visitor: Visitor, address: str, tmp_path: Path) -> Visitor:
    """A visitor who uploaded a film, which is run at once."""
    visitor.open(address, "finished")
    visitor.page.set_input_files(UPLOAD, str(write_film(tmp_path / "neck.png", bright=0.85)))
    visitor.page.wait_for_selector(NECK)
    visitor.page.wait_for_selector('.player:not([data-status="ready"]):not([data-status="waiting"])')
    return visitor


def set_overlap_limit(visitor: Visitor, value: str) -> None:
    """Open the limits and type this one, which the slider beside the field then shows."""
    visitor.open_limits()
    visitor.page.fill('#limits input[type="number"] >> nth=1', value)
    visitor.page.keyboard.press("Tab")
    expect(visitor.page.locator("#limits input[type=range]").nth(1)).to_have_value(value)


def on_screen(visitor: Visitor, x: float, y: float) -> tuple[float, float]:
    """Where the film's pixel is now; the page may have been scrolled since the last click."""
    box = visitor.page.locator(".stage .pane-area").bounding_box()
    assert box is not None
    scale = min(box["width"] / SIZE[0], box["height"] / SIZE[1])
    left, top = box["x"] + (box["width"] - scale * SIZE[0]) / 2, box["y"] + (box["height"] - scale * SIZE[1]) / 2
    return left + x * scale, top + y * scale


def click_film(visitor: Visitor, x: float, y: float) -> None:
    """Click the film's pixel."""
    visitor.page.mouse.click(*on_screen(visitor, x, y))


def corrected(visitor: Visitor, count: int) -> list[str]:
    """The corrections listed, once there are so many."""
    visitor.page.wait_for_function(f"document.querySelectorAll('.player ol.corrected li').length === {count}")
    return visitor.page.locator(".player ol.corrected li").all_text_contents()


@pytest.fixture(scope="module")
def opened(context: BrowserContext, address: str) -> Iterator[Visitor]:
    """One visitor on the finished example, for all tests of a file."""
    one = visit(context)
    one.open(address, "finished")
    yield one
    one.leave()


@pytest.fixture
def player(opened: Visitor) -> Visitor:
    """The same visitor, at the end of the run and on the first tab."""
    opened.page.keyboard.press("End")
    opened.page.click('[data-tab="vertebrae"]')
    opened.page.locator(".stage .pane-area").focus()
    return opened


def on_film(visitor: Visitor, x: float, y: float, pane: str = "stage") -> tuple[float, float]:
    """Where a point of the film (300 x 420) lies on the page."""
    box = visitor.page.locator(f".{pane} .pane-area").bounding_box()
    assert box is not None
    scale = min(box["width"] / 300, box["height"] / 420)
    left = box["x"] + (box["width"] - 300 * scale) / 2
    return left + (x + 0.5) * scale, box["y"] + (box["height"] - 420 * scale) / 2 + (y + 0.5) * scale
