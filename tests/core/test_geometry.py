"""Points, boxes, axes, canonical frames and patches."""

import math

import numpy as np
import pytest

from spinefm.core.geometry import (
    Box,
    CanonicalFrame,
    Point,
    crop_labels,
    crop_patch,
    paste_patch,
    principal_axis,
    to_patch,
)


@pytest.mark.parametrize(
    ("points", "direction"),
    [
        ([(5, 0), (5, 10), (5, 20)], (0, 1)),
        ([(0, 3), (10, 3)], (1, 0)),
        ([(0, 0), (10, 10), (20, 20)], (math.sqrt(0.5), math.sqrt(0.5))),
        ([(20, 0), (10, 10), (0, 20)], (-math.sqrt(0.5), math.sqrt(0.5))),
    ],
)
def test_the_axis_points_down_the_film(points, direction):
    assert principal_axis([Point(*point) for point in points]).direction == pytest.approx(direction)


def test_a_bowed_spine_keeps_its_order():
    points = [Point(200 * math.sin(t), 600 * t) for t in np.linspace(0, math.pi, 9)]
    axis = principal_axis(points)
    positions = [axis.position(point) for point in points]
    assert positions == sorted(positions)


@pytest.mark.parametrize("points", [[], [Point(1, 1)], [Point(1, 1), Point(1, 1)], [Point(0.1, 0.7)] * 3])
def test_no_axis_without_two_distinct_points(points):
    with pytest.raises(ValueError, match="two distinct points"):
        principal_axis(points)


def _moved(points, angle, scale, shift, mirror):
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    flip = np.diag([-1.0, 1.0]) if mirror else np.eye(2)
    return [Point(*row) for row in (np.asarray(points) @ (scale * turn @ flip).T + shift).tolist()]


@pytest.mark.parametrize("angle", [0.0, 0.7, -2.5])
@pytest.mark.parametrize("scale", [0.3, 4.0])
@pytest.mark.parametrize("mirror", [False, True])
def test_the_canonical_frame_knows_no_translation_scale_rotation_or_mirror(angle, scale, mirror):
    known = [Point(3, 0), Point(1, 10), Point(0, 21)]
    moved = _moved(known, angle, scale, (50, -20), mirror)
    there = CanonicalFrame.of(*moved).into(moved)
    np.testing.assert_allclose(there, CanonicalFrame.of(*known).into(known), atol=1e-9)
    np.testing.assert_allclose(there[1:], [[0, -1], [0, 0]], atol=1e-9)
    assert there[0, 0] >= 0


def test_into_and_out_of_the_frame_are_inverse():
    frame = CanonicalFrame.of(Point(3, 0), Point(1, 10), Point(0, 21))
    np.testing.assert_allclose(frame.out_of(frame.into([Point(7, 5)])), [(7, 5)])


def test_coinciding_centroids_have_no_frame():
    with pytest.raises(ValueError, match="coincide"):
        CanonicalFrame.of(Point(0, 0), Point(1, 1), Point(1, 1))


@pytest.mark.parametrize("side", [1, 2, 7, 96])
def test_a_square_is_centred_to_half_a_pixel(side):
    box = Box.square(Point(10.2, -3.7), side)
    middle = Point((box.x0 + box.x1 - 1) / 2, (box.y0 + box.y1 - 1) / 2)
    assert box.width == box.height == side
    assert max(abs(middle.x - 10.2), abs(middle.y + 3.7)) <= 0.5


@pytest.mark.parametrize(
    ("box", "share"),
    [(Box(0, 0, 10, 10), 0.0), (Box(-5, 0, 5, 10), 0.5), (Box(-5, -5, 5, 5), 0.75), (Box(20, 20, 30, 30), 1.0)],
)
def test_the_share_outside_a_film(box, share):
    assert box.outside_share((20, 20)) == pytest.approx(share)


def test_a_patch_of_its_own_size_is_the_film_and_black_outside():
    film = np.random.default_rng(0).random((20, 30)).astype(np.float32)
    np.testing.assert_array_equal(crop_patch(film, Box(4, 2, 12, 10), 8), film[2:10, 4:12])
    edge = crop_patch(film, Box(-4, -4, 4, 4), 8)
    np.testing.assert_array_equal(edge[4:, 4:], film[:4, :4])
    assert not edge[:4].any()
    assert not crop_patch(film, Box(100, 100, 108, 108), 8).any()


@pytest.mark.parametrize(("side", "size"), [(64, 16), (16, 64), (50, 32)])
def test_cutting_and_pasting_keep_every_place(side, size):
    """A blob's centroid survives the patch, and `to_patch` says where it lies in it."""
    ys, xs = np.mgrid[0:120, 0:120]
    film = np.exp(-((xs - 57) ** 2 + (ys - 63) ** 2) / (2 * 8.0**2)).astype(np.float32)
    box = Box.square(Point(57, 63), side)
    patch = crop_patch(film, box, size)
    place = to_patch(Point(57, 63), box, size)
    assert np.unravel_index(patch.argmax(), patch.shape) == pytest.approx((place.y, place.x), abs=1.0)
    back = paste_patch(patch, box)
    top = np.unravel_index(back.argmax(), back.shape)
    assert (top[1] + box.x0, top[0] + box.y0) == pytest.approx((57, 63), abs=max(1.0, side / size))


@pytest.mark.parametrize("side", [40, 97, 256, 750])
def test_a_map_of_classes_keeps_its_place_in_a_cutout(side):
    """A square in the middle of a cutout is pasted back where it was, however coarse the cutout's cells are."""
    film = np.zeros((900, 900), np.uint8)
    half = side // 5
    film[450 - half : 450 + half, 430 - half : 430 + half] = 1
    box = Box.square(Point(429.5, 449.5), side)
    back = paste_patch(crop_labels(film, box, (152, 88)).astype(np.float32), box) > 0.5
    rows, columns = np.nonzero(back)
    place = (columns.mean() + box.x0, rows.mean() + box.y0)
    assert place == pytest.approx((429.5, 449.5), abs=0.5)
