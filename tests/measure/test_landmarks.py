"""Rough corners and landmarks of outlines whose corners are known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from spinefm.core.geometry import Point
from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.measure import MeasureConfig
from spinefm.measure.bodies import landmarks_of, seen_bodies, unsure
from spinefm.measure.landmarks import outline, rough_corners
from spinefm.measure.planar import Points
from spinefm.measure.shape import (
    BENDS,
    LEAST_DOUBT,
    OWN,
    SIDE_POINTS,
    BodyFrame,
    bends,
    kind_of,
    log_doubt,
    model_of,
    own_heights,
    ring,
)
from tests.measure.outlines import SIZE, lumbar_quads, mask_of, quadrangle, vertebra

CONFIG = MeasureConfig()
DOWN = Point(0, 1)


@pytest.mark.parametrize("width", [30.0, 60.0, 180.0])
def test_the_outline_lies_between_pixels(width: float) -> None:
    """A mask of whole pixels 0 to n - 1 reaches from -0.5 to n - 0.5."""
    size = int(width)
    path = outline(Mask(np.ones((size, size), bool), (10, 20)), CONFIG)
    assert path.min(axis=0) == pytest.approx([9.5, 19.5], abs=0.1)
    assert path.max(axis=0) == pytest.approx([size + 9.5, size + 19.5], abs=0.1)


@pytest.mark.parametrize("tilt", [-40.0, -12.5, 0.0, 7.0, 31.0])
@pytest.mark.parametrize("width", [40.0, 80.0])
def test_rough_corners_are_in_order_and_near(tilt: float, width: float) -> None:
    quad = quadrangle((200, 300), width, 0.8 * width, tilt)
    along = Point(-np.sin(np.radians(tilt)), np.cos(np.radians(tilt)))
    rough = rough_corners(mask_of(quad, 0.08 * width), along, CONFIG)
    assert rough is not None
    assert np.linalg.norm(rough.quad - quad, axis=1).max() < 0.06 * width


def test_corners_move_with_the_body_by_parts_of_a_pixel() -> None:
    quad = quadrangle((200, 300), 61, 47, 9)
    places = []
    for shift in np.linspace(0, 1, 9):
        rough = rough_corners(mask_of(quad + shift), DOWN, CONFIG)
        assert rough is not None
        places.append(rough.quad.mean(axis=0) - shift)
    assert np.ptp(places, axis=0).max() < 0.35


def test_a_lip_on_one_corner_leaves_the_others_alone() -> None:
    quad = quadrangle((200, 300), 80, 60, 0)
    lip = Mask.from_polygon(quad[0] + np.array([(0, -2), (-9, 0), (0, 9), (4, 4)]), SIZE)
    plain = mask_of(quad, 4)
    worn = Mask.from_array(plain.on_film(SIZE[::-1]) | lip.on_film(SIZE[::-1]))
    before, after = (rough_corners(mask, DOWN, CONFIG) for mask in (plain, worn))
    assert before is not None and after is not None
    assert np.linalg.norm(after.quad[1:] - before.quad[1:], axis=1).max() < 1.0


@pytest.mark.parametrize("facing", ["left", "right"])
def test_landmarks_of_rounded_bodies_are_where_the_sides_meet(facing) -> None:
    quads = lumbar_quads()[:4]
    levels = (Level.L1, Level.L2, Level.L3, Level.L4)
    bodies = [vertebra(at, level, mask_of(quad, 6)) for at, (level, quad) in enumerate(zip(levels, quads, strict=True))]
    order = [0, 1, 2, 3] if facing == "left" else [1, 0, 3, 2]
    for seen, quad in zip(seen_bodies(bodies, SIZE, CONFIG), quads, strict=True):
        one = landmarks_of(seen, facing, CONFIG)
        error = np.linalg.norm(np.array(one.points)[:4] - quad[order], axis=1)
        assert error.mean() < 0.04 * 70 and (one.superior, one.inferior) == ("", "")
        assert 0 < one.spread < 0.05 * 70


@pytest.mark.parametrize(
    "speck", [[[1]], [[1, 0], [1, 1], [1, 1]], [[1] * 8] * 9, [[1] * 40]], ids=["pixel", "flat", "narrow", "line"]
)
def test_a_speck_has_no_corners_and_no_landmarks(speck: list[list[int]]) -> None:
    mask = Mask.from_array(np.array(speck, bool), (190, 280))
    assert rough_corners(mask, DOWN, CONFIG) is None
    marks = landmarks_of(seen_bodies([vertebra(0, Level.L3, mask)], SIZE, CONFIG)[0], "left", CONFIG)
    assert marks.points == () and "narrower than 12 px" in marks.superior


def test_the_ring_runs_from_corner_to_corner_whichever_way_the_outline_does() -> None:
    rough = rough_corners(mask_of(quadrangle((200, 300), 80, 60, 5)), DOWN, CONFIG)
    assert rough is not None
    for path in (rough.path, rough.path[::-1], np.roll(rough.path, 100, axis=0)):
        points = ring(path, rough.quad)
        assert points.shape == (4 * SIDE_POINTS, 2)
        assert np.linalg.norm(points[::SIDE_POINTS] - rough.quad, axis=1).max() < 1.5
        upper = points[: SIDE_POINTS + 1]
        assert (np.diff(upper[:, 0]) > 0).all()


def test_a_frame_knows_no_position_turn_or_size() -> None:
    quad = quadrangle((50, 80), 60, 40, 25)
    other = quadrangle((500, 10), 180, 120, -50)
    assert BodyFrame.of(quad).into(quad) == pytest.approx(BodyFrame.of(other).into(other))
    frame = BodyFrame.of(quad)
    assert frame.out_of(frame.into(quad)) == pytest.approx(quad)


def test_an_unlike_outline_is_less_sure_and_so_is_an_unsure_vertebra() -> None:
    shape = model_of(Level.L3)
    usual = shape.mean.reshape(-1, 2)
    odd = usual + np.random.default_rng(0).normal(0, 0.08, usual.shape)
    assert shape.spread(odd, 0.99) > 2 * shape.spread(usual, 0.99)
    assert shape.spread(odd, 0.3) > shape.spread(odd, 0.99)
    assert shape.spread(odd, None) == shape.spread(odd, 1.0)


@pytest.mark.parametrize("level", [Level.C2, Level.L3, Level.L5, Level.S1])
def test_the_expected_error_grows_with_every_step_of_doubt(level: Level) -> None:
    shape = model_of(level)
    usual = shape.mean.reshape(-1, 2)
    errors = [shape.spread(usual, probability) for probability in (0.999, 0.99, 0.95, 0.85, 0.5)]
    assert errors == sorted(errors) and errors[-1] > 1.5 * errors[0]


def test_doubt_is_bounded_for_the_surest_and_full_for_the_least_sure() -> None:
    assert log_doubt(1.0) == log_doubt(0.99999) == math.log(LEAST_DOUBT)
    assert log_doubt(0.0) == 0.0


def wedge(front: float, middle: float, back: float = 0.8) -> Points:
    """An outline in a body's frame with these heights, (4 * SIDE_POINTS, 2)."""
    outline = np.zeros((4 * SIDE_POINTS, 2))
    for upper, lower, height in ((OWN[0], OWN[3], front), (OWN[1], OWN[2], back), (OWN[4], OWN[5], middle)):
        outline[upper, 1], outline[lower, 1] = -height / 2, height / 2
    return outline


def test_bends_count_wedge_and_concavity_from_each_depth_on() -> None:
    assert not bends(wedge(0.8, 0.8)).any() and not bends(wedge(0.9, 0.85)).any()
    slight, deep = bends(wedge(0.8 * 0.94, 0.8)), bends(wedge(0.8 * 0.7, 0.8 * 0.9))
    assert slight == pytest.approx([0.02, 0, 0, 0, 0, 0])
    assert deep == pytest.approx([0.04, 0.04, 0.08, 0.02, 0.14, 0])
    assert bends(wedge(0.1, 0.1)) == pytest.approx(np.repeat([most for _, most in BENDS], 2))


def test_a_deeper_wedge_is_drawn_deeper_than_its_outline() -> None:
    """Networks round deformities off: a wedge of 30 % on the outline is a larger one on the bone."""
    quad = quadrangle((200, 300), 80, 60, 0)
    quad[0, 1] += 0.15 * 60
    quad[3, 1] -= 0.15 * 60
    rough = rough_corners(mask_of(quad), DOWN, CONFIG)
    assert rough is not None
    frame = BodyFrame.of(rough.quad)
    outline = frame.into(ring(rough.path, rough.quad))
    front, _, back = own_heights(outline)
    points = model_of(Level.L1).landmarks(outline)
    high = [float(np.hypot(*(points[upper] - points[lower]))) for upper, lower in ((0, 3), (1, 2))]
    assert 1 - high[0] / high[1] > 1 - front / back


def test_kinds_of_bodies() -> None:
    kinds = {level: kind_of(level) for level in (None, Level.C2, Level.C3, Level.T5, Level.L5, Level.L6, Level.S1)}
    assert list(kinds.values()) == ["body", "C2", "body", "body", "L5", "L5", "S1"]


def test_corners_too_uncertain_to_measure_say_nothing_against_the_outline() -> None:
    config = MeasureConfig()
    words = unsure(np.full(3, 1.01 * config.most_spread), config)
    assert words.startswith("it is found, but its corners are too uncertain to measure")
    assert words.endswith("(expected error over 9.6 % of its width)")
    assert unsure(np.full(3, 0.99 * config.most_spread), config) == ""
