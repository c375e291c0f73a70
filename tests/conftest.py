"""What all tests share: one thread for the networks, and the condition of the tests that need trained weights."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")

WEIGHTS = Path(__file__).parents[1] / "weights" / "manifest.json"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out the tests marked `weights` only while no weights are in the repository."""
    if WEIGHTS.exists():
        return
    for item in items:
        if item.get_closest_marker("weights"):
            item.add_marker(pytest.mark.skip(reason="no trained weights yet: weights/manifest.json is missing"))
