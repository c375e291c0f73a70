"""The rows of a film: every mask that identifies no body, or one that another mask fits better, has its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from spinefm.core.geometry import Box
from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.data import Case, Truth
from spinefm.evaluation.judge import Judged, judge
from spinefm.trace.model import FilmRecord, Finished, Trace, Vertebra

SIZE = (200, 200)


def block(y: int, height: int = 40) -> Mask:
    return Mask(np.ones((height, 40), bool), (50, y))


def run(*masks: Mask) -> Trace:
    found = tuple(
        Vertebra(at, f"V{at + 1}", None, 101 + at, one, one.centroid, (), 0.9) for at, one in enumerate(masks)
    )
    return Trace(FilmRecord("a.png", SIZE), "spinefm", {}, (Finished(found, 0.5, 0.0, {}, "cpu", "none", {}, {}),))


@pytest.mark.parametrize("missed", [{}, {Level.L5: block(150)}], ids=["all found", "one missed"])
def test_a_second_mask_has_its_row_whatever_else_was_missed(tmp_path: Path, missed: dict[Level, Mask]) -> None:
    film = tmp_path / "a.png"
    film.write_bytes(b"")
    truth = Truth({Level.L3: block(50), **missed}, {}, complete=True)
    case = Case(name="a", film=film, region="lumbar", group="g", truth=truth)
    result = judge(Judged(case, run(block(50, 30), block(50, 38)), None))
    extra = [(row.number, row.reason) for row in result.vertebrae if row.kind == "extra"]
    assert result.row.doubled_masks == 1 and extra == [(0, "a second mask of a body")]


def test_the_better_of_two_masks_in_a_box_finds_it(tmp_path: Path) -> None:
    film = tmp_path / "a.png"
    film.write_bytes(b"")
    truth = Truth({}, {}, complete=True, boxes={Level.L3: Box(50, 50, 90, 90)})
    case = Case(name="a", film=film, region="lumbar", group="g", truth=truth)
    rows = judge(Judged(case, run(block(52, 20), block(51, 38)), None)).vertebrae
    assert [row.number for row in rows if row.kind == "box"] == [1]
