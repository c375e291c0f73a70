"""What all tests share: one thread for the networks, and the condition of the tests that need trained weights."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.hub_client import point_client_at
from tests.hub_server import HubServer

os.environ.setdefault("OMP_NUM_THREADS", "1")

WEIGHTS = Path(__file__).parents[1] / "weights" / "manifest.json"


SLOW_SECONDS = 1800
"""So long a test marked `slow` may take; all others have the time of pyproject.toml."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the slow tests more time."""
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.timeout(SLOW_SECONDS))


def pytest_collection() -> None:
    """Collect no garbage while everything is imported, since nothing of that goes away."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Leave what was imported out of each later garbage collection, which else takes a twentieth of the time."""
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail a test marked `weights` where there are none: skipped, it would hide that nothing works."""
    if item.get_closest_marker("weights") and not WEIGHTS.exists():
        pytest.fail("weights/manifest.json is missing; check out weights/, which is part of the repository.", False)


@pytest.fixture
def serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[HubServer], HubServer]]:
    """Start a local Hub and point the real client, in this process, at it."""
    from huggingface_hub import close_session

    running = []

    def start(server: HubServer) -> HubServer:
        running.append(server.__enter__())
        point_client_at(server.endpoint, tmp_path / "home", monkeypatch)
        return server

    yield start
    close_session()
    for server in running:
        server.__exit__(None, None, None)
