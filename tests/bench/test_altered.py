"""Altered films: bodies move with the film, and what became of them is counted."""

from __future__ import annotations

import numpy as np
import pytest

from bench.altered import STATES, Count, compared, moved
from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.trace.model import Vertebra

SHAPE = (80, 60)


def square(x: int, y: int, side: int = 12) -> Mask:
    return Mask(np.ones((side, side), bool), (x, y))


def vertebra(mask: Mask, level: Level | None, probability: float = 0.99) -> Vertebra:
    name, number = (level.name, int(level)) if level else ("V1", 101)
    return Vertebra(0, name, level, number, mask, mask.centroid, (), probability=probability)


@pytest.mark.parametrize("name", STATES)
def test_a_bright_body_lies_under_its_moved_mask_in_every_state(name: str) -> None:
    film = np.full(SHAPE, 0.1, np.float32)
    body = square(24, 34)
    film[body.on_film(SHAPE)] = 0.6
    pixels, into = STATES[name](film, np.random.default_rng(0))
    assert pixels.dtype == np.float32 and pixels.min() >= 0 and pixels.max() <= 1
    ((mask, level),) = moved([vertebra(body, Level.C3)], into, SHAPE, pixels.shape[:2])
    inside = mask.on_film(pixels.shape[:2])
    around = Mask.from_array(inside).box
    near = pixels[max(0, around.y0 - 6) : around.y1 + 6, max(0, around.x0 - 6) : around.x1 + 6]
    assert pixels[inside].mean() > near.mean() and level is Level.C3


def test_a_body_that_leaves_the_frame_is_not_looked_for() -> None:
    corner, middle = vertebra(square(0, 0), None), vertebra(square(24, 34), None)
    _, into = STATES["tilt +35°"](np.zeros(SHAPE, np.float32), np.random.default_rng(0))
    assert len(moved([corner, middle], into, SHAPE, SHAPE)) == 1


def test_names_stay_change_or_are_withheld_and_sure_outlines_elsewhere_count() -> None:
    places = [square(10, 5 + 18 * index) for index in range(4)]
    expected = list(zip(places, (Level.C2, Level.C3, Level.C4, None), strict=True))
    found = [
        vertebra(places[0], Level.C2),
        vertebra(places[1], Level.C4),
        vertebra(places[2], None),
        vertebra(square(40, 5), None),
        vertebra(square(40, 40), None, probability=0.3),
    ]
    assert compared(expected, found) == Count(4, 3, 3.0, stayed=1, changed=1, withheld=1, other=1)


def test_counts_add_up_and_become_a_row() -> None:
    total = Count(4, 3, 2.7, 1, 1, 1, 1) + Count(2, without_run=1)
    assert list(total.cells()) == [6, "50.0", "0.900", 1, 1, 1, 1, 1]
