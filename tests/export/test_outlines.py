"""Outlines along pixel edges: the mask comes back, whatever its shape, from few points."""

from __future__ import annotations

import numpy as np
import pytest

from spinefm.core.masks import Mask
from spinefm.export.outlines import outlines
from tests.export.curved import LEVELS, SIZE, body


@pytest.mark.parametrize("index", range(len(LEVELS)))
def test_a_body_comes_back_from_few_points(index: int) -> None:
    [outline] = outlines(body(index))
    assert Mask.from_polygon(outline, SIZE).iou(body(index)) >= 0.98
    assert len(outline) <= 70


def test_a_square_is_outlined_at_its_pixels_edges() -> None:
    [outline] = outlines(Mask(np.ones((10, 20), bool), (30, 40)))
    assert outline.min(axis=0).tolist() == [29.5, 39.5] and outline.max(axis=0).tolist() == [49.5, 49.5]


def test_parts_come_apart_the_largest_first_and_nothing_from_nothing() -> None:
    canvas = np.zeros((40, 60), bool)
    canvas[2:6, 2:6], canvas[10:30, 20:50] = True, True
    large, small = outlines(Mask.from_array(canvas))
    assert large[:, 0].min() == 19.5 and small[:, 0].max() == 5.5
    assert outlines(Mask.empty()) == []


@pytest.mark.parametrize("size", [20, 80, 320])
def test_large_bodies_need_hardly_more_points(size: int) -> None:
    rows, columns = np.mgrid[: 2 * size, : 2 * size]
    disc = Mask.from_array((rows - size) ** 2 + (columns - size) ** 2 < (size / 2) ** 2)
    [outline] = outlines(disc)
    assert Mask.from_polygon(outline, (2 * size, 2 * size)).iou(disc) >= 0.98 and len(outline) <= 64
