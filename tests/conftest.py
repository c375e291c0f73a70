"""What all tests share: one thread for the networks, and the condition of the tests that need trained weights."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")

WEIGHTS = Path(__file__).parents[1] / "weights" / "manifest.json"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail a test marked `weights` where there are none: skipped, it would hide that nothing works."""
    if item.get_closest_marker("weights") and not WEIGHTS.exists():
        pytest.fail("weights/manifest.json is missing; check out weights/, which is part of the repository.", False)
