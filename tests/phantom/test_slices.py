"""Slices: every kind gives a finite picture of its size with something on it."""

from __future__ import annotations

import numpy as np
import pytest

from spinefm.phantom import slices
from spinefm.phantom.easel import SIZES


@pytest.mark.parametrize("kind", ["_sagittal", "_axial", "_head", "_joint", "_fan"])
@pytest.mark.parametrize("seed", [1, 2])
def test_every_kind_shows_something(kind: str, seed: int) -> None:
    picture = getattr(slices, kind)(np.zeros((160, 120), np.float32), np.random.default_rng(seed))
    assert picture.shape == (160, 120) and picture.dtype == np.float32
    assert np.isfinite(picture).all() and picture.std() > 0.02


def test_slices_differ_from_seed_to_seed() -> None:
    pictures = [slices.slice_of(np.random.default_rng(seed)) for seed in range(6)]
    assert all(picture.shape[::-1] in SIZES for picture in pictures)
    assert len({float(picture.mean()) for picture in pictures}) == 6
