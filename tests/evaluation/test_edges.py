"""Which bodies could be outlined: drawn films of known contrast and noise."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from spinefm.core.masks import Mask
from spinefm.evaluation.edges import OUTLINABLE, edge_share, windowed

ROOT = Path(__file__).parents[2]
BODY = Mask(np.ones((40, 50), bool), (40, 30))


def drawn(step=0.0, line=0.0, slope=0.0, noise=0.0):
    """A film (120, 140): a body that is brighter by `step`, or has a bright rim, on a slope, under noise."""
    film = np.tile(np.linspace(0.3, 0.3 + slope, 140, dtype=np.float32), (120, 1))
    inside = BODY.on_film(film.shape)
    rim = inside & ~cv2.erode(inside.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)
    film = np.asarray(
        cv2.GaussianBlur(film + np.float32(step) * inside + np.float32(line) * rim, (0, 0), 1.0), np.float32
    )
    return (film + np.random.default_rng(0).normal(0, noise, film.shape)).astype(np.float32)


@pytest.mark.parametrize(
    ("film", "seen"),
    [
        ({"step": 0.1}, True),
        ({"step": -0.1}, True),
        ({"line": 0.1}, True),  # an endplate between a body and a disc of its own grey
        ({}, False),
        ({"step": 0.005}, False),  # a grey level
        ({"slope": 0.5}, False),  # shading is no edge
        ({"step": 0.03, "noise": 0.1}, False),
        ({"step": 0.1, "noise": 0.02}, True),
    ],
)
def test_what_shows_on_a_film(film, seen):
    assert (edge_share(drawn(**film), BODY) >= OUTLINABLE) is seen


def test_a_body_that_is_burnt_out_on_one_side_shows_by_the_share_of_its_other_sides():
    film = drawn(step=0.1)
    film[:, :80] = 0.4  # all but the right fifth of the body
    assert 0.2 < edge_share(film, BODY) < OUTLINABLE


def test_outline_along_the_films_border_is_left_out():
    film = drawn(step=0.1)[:70]  # the body's lower edge is the film's
    body = Mask(np.ones((40, 50), bool), (40, 30))
    assert edge_share(film, body) == 1.0


@pytest.mark.parametrize("body", [Mask.empty(), Mask(np.ones((1, 1), bool), (5, 5))])
def test_nothing_has_no_edge(body):
    assert edge_share(drawn(step=0.2), body) == 0.0


def test_a_dark_film_is_looked_at_through_its_own_window():
    film = drawn(step=0.3, noise=0.001)
    assert edge_share(film * 0.02, BODY) < OUTLINABLE <= edge_share(windowed(film * 0.02), BODY)
    blank = np.full((9, 9), 0.5, np.float32)
    assert np.array_equal(windowed(blank), blank)


def test_truth_and_its_split_share_nothing_with_what_a_method_stops_at():
    """What decides which truth counts in an evaluation has its own code and its own statistic."""
    for package in ("evaluation", "data", "phantom"):
        for path in (ROOT / "spinefm" / package).rglob("*.py"):
            assert "import VISIBLE" not in path.read_text() and "core.visibility import" not in path.read_text(), path
