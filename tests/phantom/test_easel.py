"""The easel: millimetres about the middle of the film, bones brighter than flesh, the same picture for a seed."""

from __future__ import annotations

import numpy as np
import pytest

from spinefm.phantom.canvas import Canvas, CanvasView
from spinefm.phantom.easel import SIZES, Easel, radiograph, size_of
from spinefm.phantom.outlines import ellipse


@pytest.fixture
def easel() -> Easel:
    rng = np.random.default_rng(1)
    view = CanvasView(1.0, 0.0, False, np.zeros(2), np.array([100.0, 100.0]))
    return Easel(Canvas(view, (200, 200), rng), rng, bone=0.5, soft=2.0)


def test_a_mass_is_thickest_in_its_middle_and_nothing_outside(easel: Easel) -> None:
    easel.mass(ellipse((0, 0), (60, 60), 0, 60), 2.0, 60)
    depth = easel.canvas.depth
    assert depth[100, 100] > depth[100, 145] > 0 and depth[10, 10] == 0


def test_a_plate_lies_where_it_is_put(easel: Easel) -> None:
    before = easel.canvas.depth.copy()
    easel.plate(ellipse((40, -30), (10, 10)), 0.8, 0.8)
    rows, columns = np.nonzero(easel.canvas.depth - before > 0.05)
    assert abs(rows.mean() - 70) < 2 and abs(columns.mean() - 140) < 2


def test_both_sides_mirror_each_other_but_for_chance(easel: Easel) -> None:
    right, left = easel.both([(30, 10), (50, 20)], 0.0)
    assert np.array_equal(right * (-1, 1), left)


@pytest.mark.parametrize("seed", range(4))
def test_a_radiograph_has_a_size_of_the_list_and_the_same_picture_for_a_seed(seed: int) -> None:
    draw = radiograph(lambda easel: easel.plate(ellipse((0, 0), (80, 120)), 0.8, 0.8), (0.9, 1.1))
    one, two = (draw(np.random.default_rng(seed)) for _ in range(2))
    assert one.shape[::-1] in SIZES and np.array_equal(one, two)
    assert size_of(np.random.default_rng(seed)) in SIZES
