"""A second spine in the picture gets a note; bodies of the outlined one and single false detections get none."""

from __future__ import annotations

import numpy as np
import pytest

from spinefm.core.geometry import Box, Point
from spinefm.core.masks import Mask
from spinefm.methods import run_to_trace
from spinefm.methods.base.stages import Candidate
from spinefm.methods.spinefm.config import SpineFMConfig
from spinefm.methods.spinefm.method import SpineFMMethod
from spinefm.trace.model import Finished
from tests.columns import Oracle, empty_bundle, straight


def at(x: float, y: float, score: float = 0.7) -> Candidate:
    """A detected body of the column's size."""
    box = Box.square(Point(x, y), 24)
    mask = Mask(np.ones((box.height, box.width), bool), (box.x0, box.y0))
    return Candidate(score, mask.box, mask, mask.centroid)


def notes(extra: list[Candidate], starts: list[Point] | None = None, config: SpineFMConfig | None = None) -> str:
    oracle = Oracle(straight(7), extra=extra)
    method = SpineFMMethod(empty_bundle(), config or SpineFMConfig(), starts, stages=lambda watch: oracle)
    trace = run_to_trace(method, oracle.column.film)
    assert len(trace.vertebrae) == 7
    return " ".join(next(trace.of(Finished)).notes)


BESIDE = [at(200, 92), at(200, 124), at(200, 156)]


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        (BESIDE, "3 more vertebrae were detected beside this spine"),
        ([], ""),
        (BESIDE[:2], ""),
        ([at(200, 92), at(200, 124), at(200, 250)], ""),
        ([at(120, 284), at(122, 316), at(124, 348)], ""),
        ([at(200, 92), at(200, 124), at(200, 156, score=0.4)], ""),
    ],
    ids=["a second spine", "none", "two", "no neighbours", "its continuation", "below the score limit"],
)
def test_three_neighbours_beside_the_spine_are_another(extra: list[Candidate], expected: str) -> None:
    told = notes(extra)
    assert told.startswith(expected) and ("beside" in told) is bool(expected)


def test_starting_points_of_the_reader_need_no_word() -> None:
    assert "beside" not in notes(BESIDE, [Point(120, 92), Point(120, 124), Point(120, 156)])


def test_three_that_are_no_neighbours_are_no_spine_where_any_three_may_start() -> None:
    scattered = [at(200, 92), at(40, 124), at(200, 250)]
    assert "beside" not in notes(scattered, config=SpineFMConfig().changed({"plausible_starts": False}))


def test_how_far_is_beside_is_a_setting() -> None:
    assert "beside" not in notes(BESIDE, config=SpineFMConfig(beside_limit=5))
