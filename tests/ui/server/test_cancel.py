"""A run that is cancelled, again and again, or before it reached the server."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace

from spinefm.ui.server import limits
from spinefm.ui.server.model_queue import ModelQueue
from spinefm.ui.server.recent_films import RecentFilms
from spinefm.ui.server.segment_tab import SegmentTab
from tests.ui.server.conftest import Visitor
from tests.ui.server.stand_in import StandInService, write_film

CANCELLED_TWICE = "Failed to load resource: the server responded with a status of 500"
"""Gradio answers so when a run ends at the moment it is cancelled (its iterator is gone)."""
CANCELLED_EARLY = "Failed to load resource: the server responded with a status of 422"
"""Gradio answers so when a run is cancelled before it has its number; the time of the click ends it then."""
UPLOAD = "#film-upload input[type=file]"


def test_run_cancel_run_in_quick_succession_ends_with_a_result(
    gate: threading.Semaphore, visitor: Visitor, address: str, tmp_path: Path
) -> None:
    visitor.open(address, "finished")
    visitor.page.set_input_files(UPLOAD, str(write_film(tmp_path / "neck.png", bright=0.85)))  # which runs at once
    for _ in range(4):
        visitor.page.wait_for_selector("#cancel", state="visible")
        visitor.page.evaluate("document.querySelector('#cancel').click()")
        visitor.page.wait_for_selector("#run", state="visible")
        visitor.page.evaluate("document.querySelector('#run').click()")
    gate.release(1000)
    visitor.wait("finished")
    visitor.errors[:] = [error for error in visitor.errors if not error.startswith((CANCELLED_TWICE, CANCELLED_EARLY))]


def test_a_run_cancelled_before_it_reached_the_server_does_not_start(bench: StandInService, address: str) -> None:
    tab = SegmentTab.__new__(SegmentTab)
    tab.bench, tab.line, tab.films, tab._cancelled = bench, ModelQueue(), RecentFilms(), {}
    request = SimpleNamespace(session_hash="guest")
    tab._on_cancel(request, None, 2_000.0)
    values = [limit.default for limit in limits.LIMITS]
    assert list(tab._on_run(request, None, None, "[]", "", 1_999.0, "spinefm", *values)) == []
    assert list(tab._on_run(request, None, None, "[]", "", 2_001.0, "spinefm", *values)) != []
