"""Masks as crops: the same answers as on whole films."""

from itertools import combinations

import cv2
import numpy as np
import pytest

from spinefm.core.geometry import Box, Point
from spinefm.core.masks import Mask, four_corners, quadrilateral_of


def block(x0: int, y0: int, x1: int, y1: int) -> Mask:
    return Mask(np.ones((y1 - y0, x1 - x0), bool), (x0, y0))


@pytest.mark.parametrize(
    ("first", "second", "iou", "dice"),
    [
        (block(0, 0, 10, 10), block(0, 0, 10, 10), 1.0, 1.0),
        (block(0, 0, 10, 10), block(5, 0, 15, 10), 50 / 150, 0.5),
        (block(0, 0, 10, 10), block(10, 0, 20, 10), 0.0, 0.0),
        (block(0, 0, 10, 10), Mask.empty(), 0.0, 0.0),
        (Mask.empty(), Mask.empty(), 0.0, 0.0),
    ],
)
def test_overlaps(first, second, iou, dice):
    assert first.iou(second) == second.iou(first) == pytest.approx(iou)
    assert first.dice(second) == pytest.approx(dice)


def test_crops_agree_with_whole_films():
    rng = np.random.default_rng(1)
    a, b = rng.random((2, 40, 30)) > 0.7
    first, second = Mask.from_array(a), Mask.from_array(b)
    assert first.intersection_area(second) == (a & b).sum()
    np.testing.assert_array_equal(first.on_film((40, 30)), a)
    np.testing.assert_array_equal(first.within(Box(-5, 3, 20, 60))[:37, 5:], a[3:, :20])
    assert first.centroid == pytest.approx(tuple(np.argwhere(a).mean(axis=0)[::-1]))


@pytest.mark.parametrize("array", [np.zeros((4, 5)), np.ones((4, 5)), np.eye(6), np.eye(6)[::-1, :4]])
def test_runs_are_lossless(array):
    mask = Mask.from_array(array, (3, -2))
    again = Mask.from_runs(mask.runs(), mask.crop.shape, mask.origin)
    np.testing.assert_array_equal(again.crop, mask.crop)
    assert again.origin == mask.origin


@pytest.mark.parametrize("runs", [[1], [0, 5], [-1, 5], [0, 2, 3]])
def test_damaged_runs_are_refused(runs):
    with pytest.raises(ValueError, match="damaged"):
        Mask.from_runs(runs, (2, 2), (0, 0))


@pytest.mark.parametrize("size", [(10**6, 10**6), (-1, -4)])
def test_crops_larger_than_any_film_or_negative_are_refused(size):
    with pytest.raises(ValueError, match="damaged"):
        Mask.from_runs([0, size[0] * size[1]], size, (0, 0))


@pytest.mark.parametrize("centre", [(40.0, 50.0), (40.5, 50.25), (0.0, 50.0)])
def test_a_filled_polygon_has_its_own_area(centre):
    """A disc, and one of which the film's edge cuts half; pixel centres lie at integers, so the film begins at -0.5."""
    turn = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    disc = Mask.from_polygon(np.stack([20 * np.cos(turn), 20 * np.sin(turn)], axis=1) + centre, (90, 100))
    whole = np.pi * 20**2
    assert disc.area == pytest.approx(whole if centre[0] else whole / 2 + 0.5 * 40, rel=0.015)
    if centre[0]:
        assert disc.centroid == pytest.approx(centre, abs=0.1)


def test_a_polygon_beside_the_film_is_empty():
    assert Mask.from_polygon(np.array([(200, 5), (220, 5), (210, 30)]), (90, 100)).area == 0


def test_the_component_at_a_point_or_nearest_to_it():
    pixels = np.zeros((4, 16), bool)
    pixels[:, :4] = pixels[:, 10:] = True
    two = Mask.from_array(pixels)
    assert two.component_at(Point(1, 1)).box == Box(0, 0, 4, 4)
    assert two.component_at(Point(8, 2)).box == Box(10, 0, 16, 4)


def test_holes_are_filled():
    ring = np.ones((7, 7), bool)
    ring[3, 3] = False
    assert Mask.from_array(ring).filled().area == 49


def test_an_empty_mask_has_no_centroid_and_no_contour():
    with pytest.raises(ValueError, match="no centroid"):
        _ = Mask.empty().centroid
    assert Mask.empty().contour().shape == (0, 2)
    assert four_corners(Mask.empty(), Point(0, 1)) == ()


@pytest.mark.parametrize(
    ("along", "expected"),
    [
        (Point(0, 1), [(10, 20), (29, 20), (29, 34), (10, 34)]),
        (Point(1, 0), [(10, 34), (10, 20), (29, 20), (29, 34)]),
    ],
)
def test_corners_start_at_the_upper_left_as_the_spine_runs(along, expected):
    assert [tuple(corner) for corner in four_corners(block(10, 20, 30, 35), along)] == expected


def test_corners_of_a_round_body_stay_four():
    ys, xs = np.mgrid[0:80, 0:80]
    disc = Mask.from_array((xs - 40) ** 2 + (ys - 40) ** 2 < 30**2)
    assert len(four_corners(disc, Point(0, 1))) == 4


@pytest.mark.parametrize("seed", range(12))
def test_the_quadrilateral_is_the_largest_of_all(seed):
    random = np.random.default_rng(seed)
    outline = np.round(random.normal(0, 20, (14, 2)))
    hull = cv2.convexHull(outline.astype(np.float32))[:, 0].astype(float)
    areas = [cv2.contourArea(hull[list(four)].astype(np.float32)) for four in combinations(range(len(hull)), 4)]
    found = quadrilateral_of(outline)
    assert cv2.contourArea(found.astype(np.float32)) == max(areas)
    assert {tuple(corner) for corner in found} <= {tuple(corner) for corner in hull}


def test_a_hull_of_many_corners_loses_those_that_matter_least():
    angles = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    outline = np.stack([40 * np.cos(angles), 25 * np.sin(angles)], axis=1)
    found = quadrilateral_of(outline)
    largest = 2 * 40 * 25  # the largest quadrilateral in an ellipse
    assert 0.97 * largest < cv2.contourArea(found.astype(np.float32)) <= largest


@pytest.mark.parametrize("outline", [np.zeros((0, 2)), np.ones((3, 2)), np.array([(0, 0), (9, 0), (4, 0), (2, 0.0)])])
def test_an_outline_without_area_has_no_quadrilateral(outline):
    assert quadrilateral_of(outline).shape == (0, 2)


def test_a_mask_finds_its_quadrilateral_once_and_turns_it_to_any_direction():
    mask = Mask.from_array(np.ones((20, 30), bool), (5, 7))
    assert mask.quadrilateral is mask.quadrilateral
    down, right = four_corners(mask, Point(0, 1)), four_corners(mask, Point(1, 0))
    assert down[0] == Point(5, 7)
    assert set(down) == set(right) and down != right


@pytest.mark.parametrize("seed", range(8))
def test_a_mask_of_a_part_of_an_array_has_its_bounding_box(seed):
    random = np.random.default_rng(seed)
    array = (random.random((40, 50)) < 0.01)[::2, 3:-4].T
    rows, columns = np.nonzero(array)
    mask = Mask.from_array(array, (100, 200))
    assert mask.box == (100 + columns.min(), 200 + rows.min(), 101 + columns.max(), 201 + rows.max())
    assert mask.area == rows.size
    assert mask.crop.flags["C_CONTIGUOUS"]


@pytest.mark.parametrize("shape", [(0, 0), (0, 5), (4, 0), (3, 3)])
def test_an_array_without_a_pixel_is_the_empty_mask(shape):
    assert Mask.from_array(np.zeros(shape)).area == 0
