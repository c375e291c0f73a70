"""Pictures of the world: every kind shows something; leaves have the edges of photographs, text its lines."""

from __future__ import annotations

import numpy as np
import pytest

from spinefm.phantom import pictures


@pytest.mark.parametrize("kind", ["_leaves", "_blobs", "_object", "_texture"])
@pytest.mark.parametrize("seed", [1, 2])
def test_every_photograph_shows_something(kind: str, seed: int) -> None:
    picture = getattr(pictures, kind)(np.random.default_rng(seed), (160, 120))
    assert picture.shape == (160, 120) and picture.dtype == np.float32
    assert np.isfinite(picture).all() and picture.std() > 0.02


@pytest.mark.parametrize("kind", ["_lines", "_diagram", "_chart", "_screen", "_text"])
@pytest.mark.parametrize("ink", [0.0, 255.0])
def test_every_drawing_leaves_marks(kind: str, ink: float) -> None:
    page = np.full((240, 200), round(255 - ink), np.uint8)
    getattr(pictures, kind)(page, np.random.default_rng(3), ink)
    assert (page != 255 - ink).mean() > 0.002


def test_leaves_occlude_each_other_with_sharp_edges() -> None:
    picture = pictures._leaves(np.random.default_rng(0), (200, 200))
    steps = np.abs(np.diff(picture, axis=1))
    assert np.quantile(steps, 0.999) > 10 * np.median(steps)  # heavy tails, as in photographs; noise has 4 or 5


def test_a_leaf_beyond_the_edge_changes_nothing() -> None:
    picture = np.zeros((50, 50), np.float32)
    pictures._leaf(picture, np.random.default_rng(0), np.array([200.0, 200.0]), 10.0)
    assert not picture.any()
