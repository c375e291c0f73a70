"""Run lengths: pycocotools reads and writes the same, edges of the film included, and damaged ones are refused."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from pycocotools import mask as coco

from spinefm.core.masks import Mask
from spinefm.core.rle import column_runs, counts_of, from_column_runs, mask_of, packed, unpacked

SHAPE = (37, 23)


def blot(seed: int) -> NDArray[np.bool_]:
    """Random pixels of a random part of a film of `SHAPE`: some blots touch its edges, some fill whole columns."""
    random = np.random.default_rng(seed)
    film = np.zeros(SHAPE, bool)
    y0, x0 = random.integers(0, SHAPE[0] - 1), random.integers(0, SHAPE[1] - 1)
    part = film[y0 : random.integers(y0 + 1, SHAPE[0] + 1), x0 : random.integers(x0 + 1, SHAPE[1] + 1)]
    part[:] = random.random(part.shape) < random.choice([0.1, 0.5, 0.95, 1.0])
    return film


EDGES = {
    "empty": np.zeros(SHAPE, bool),
    "full": np.ones(SHAPE, bool),
    "two whole columns": np.pad(np.ones((SHAPE[0], 2), bool), ((0, 0), (4, SHAPE[1] - 6))),
    "first pixel": np.pad(np.ones((1, 1), bool), ((0, SHAPE[0] - 1), (0, SHAPE[1] - 1))),
    "last pixel": np.pad(np.ones((1, 1), bool), ((SHAPE[0] - 1, 0), (SHAPE[1] - 1, 0))),
}


@pytest.mark.parametrize("film", [*EDGES.values(), *(blot(seed) for seed in range(40))])
def test_the_text_is_that_of_pycocotools_and_reads_back(film: NDArray[np.bool_]) -> None:
    counts = counts_of(Mask.from_array(film), SHAPE)
    assert counts.encode() == coco.encode(np.asfortranarray(film.astype(np.uint8)))["counts"]
    assert np.array_equal(mask_of(counts, SHAPE).on_film(SHAPE), film)


def test_what_lies_outside_the_film_is_cut_off() -> None:
    mask = Mask(np.ones((6, 6), bool), (-3, -2))
    assert np.array_equal(mask_of(counts_of(mask, SHAPE), SHAPE).on_film(SHAPE), mask.on_film(SHAPE))
    assert column_runs(Mask(np.ones((2, 2), bool), (100, 100)), SHAPE) == [SHAPE[0] * SHAPE[1]]


@pytest.mark.parametrize("runs", [[], [0], [1, 2, 3], [31, 32, 33, 10_000_000, 0, 7, 1], [5, 4, 3, 2, 1, 0, 90_000]])
def test_packing_is_lossless(runs: list[int]) -> None:
    assert unpacked(packed(runs)) == runs


@pytest.mark.parametrize(("text", "why"), [("P", "cut off"), ("\x10", "cannot have"), ("ż", "cannot have")])
def test_a_damaged_text_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        unpacked(text)


@pytest.mark.parametrize("text", ["o" * 40 + "0", "p" * 100])
def test_a_number_without_end_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="run lengths"):
        unpacked(text)


@pytest.mark.parametrize("runs", [[SHAPE[0] * SHAPE[1] - 1], [SHAPE[0] * SHAPE[1], 1], [-1, SHAPE[0] * SHAPE[1] + 1]])
def test_runs_that_do_not_fill_the_film_are_refused(runs: list[int]) -> None:
    with pytest.raises(ValueError, match="do not fill"):
        from_column_runs(runs, SHAPE)
    with pytest.raises(ValueError, match="do not fill"):
        from_column_runs([10**12], (10**6, 10**6))
