"""A case turned as its film is: what is known of it stays where it was on the picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from spinefm.core.geometry import Box, Point
from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.data import Case, Truth

SIZE = (40, 30)
BODY = Mask(np.tri(5, 7, dtype=bool), (20, 4))
CUT = Mask(np.ones((3, 9), bool), (31, 27))
CORNERS = tuple(Point(x, y) for x, y in ((20, 4), (26, 4), (26, 8), (20, 8)))
CASE = Case(
    "a",
    Path("a.png"),
    "cervical",
    "",
    Truth({Level.C3: BODY}, {Level.C4: CUT}, True, {Level.C5: Box(2, 20, 9, 25)}),
    size=SIZE,
    corners={Level.C3: CORNERS},
    faces="left",
)


def painted(case, size):
    """All that is known of a case on its film (H, W)."""
    film = np.zeros(size[::-1], int)
    film += case.truth.bodies[Level.C3].on_film(size[::-1])
    film += 2 * case.truth.partial[Level.C4].on_film(size[::-1])
    box = case.truth.boxes[Level.C5]
    film[box.rows, box.columns] += 4
    for index, (x, y) in enumerate(case.corners[Level.C3]):
        film[round(y), round(x)] += 8 + index
    return film


@pytest.mark.parametrize("quarters", [0, 1, 2, 3, 5, -1])
def test_truth_turns_with_its_film(quarters):
    turned = CASE.rotated(quarters, SIZE)
    size = SIZE[:: -1 if quarters % 2 else 1]
    assert (painted(turned, size) == np.rot90(painted(CASE, SIZE), -quarters)).all()
    assert (turned.size, turned.truth.complete, turned.faces) == (size, True, "left")
