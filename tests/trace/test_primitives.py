"""Drawing primitives and beats as plain data."""

from __future__ import annotations

import json

import numpy as np
import pytest

from spinefm.core.geometry import Box, Point
from spinefm.core.masks import Mask
from spinefm.trace.primitives import Beat, Gauge, Points, Shape, frame, outline, plain, schema
from tests.ui.server.stand_in import SIZE, body


def test_fields_at_their_default_are_left_out_but_never_the_kind() -> None:
    beat = Beat(phase="find", seconds=1.0, words="x", draw=(Points(role="known", points=(1.25, 2.0)),))
    assert plain(beat) == {
        "phase": "find",
        "seconds": 1,
        "words": "x",
        "draw": [{"role": "known", "points": [1.25, 2], "kind": "points"}],
    }
    assert json.loads(json.dumps(plain(beat))) == plain(beat)


def test_a_value_keeps_the_digits_that_tell_it_from_its_limit() -> None:
    told = plain(Gauge(role="candidate", label="background", value=0.80000421, limit=0.8, scale=1.23456))
    assert (told["value"], told["limit"], told["scale"]) == (0.8000042, 0.8, 1.2346)


def test_an_outline_keeps_the_mask() -> None:
    points = np.array(outline(body(3))).reshape(-1, 2)
    assert len(points) < 30
    assert Mask.from_polygon(points, SIZE).dice(body(3)) > 0.97


def test_a_round_outline_is_far_smaller_than_its_contour_and_as_exact() -> None:
    ys, xs = np.mgrid[:300, :300]
    mask = Mask.from_array((xs - 150) ** 2 + (ys - 140) ** 2 < 120**2)
    points = np.array(outline(mask)).reshape(-1, 2)
    assert len(points) < len(mask.contour()) / 4
    assert Mask.from_polygon(points, (300, 300)).dice(mask) > 0.98


def test_an_empty_mask_has_an_empty_outline() -> None:
    assert outline(Mask.empty()) == ()


def test_the_frame_of_a_box_lies_on_it_and_comes_from_the_last_body() -> None:
    shape = frame(Box(10, 20, 50, 60), Point(3.0, 4.0), motion="glide")
    assert (shape.centre, shape.side, shape.start) == ((29.5, 39.5), 40.0, (3.0, 4.0))


@pytest.mark.parametrize(
    ("most", "value", "passed"), [(True, 0.1, True), (True, 0.11, False), (False, 0.1, True), (False, 0.09, False)]
)
def test_a_gauge_knows_on_which_side_of_its_limit_a_value_is(most: bool, value: float, passed: bool) -> None:
    assert Gauge(role="candidate", label="x", value=value, limit=0.1, most=most).passed is passed


def test_the_schema_names_every_primitive() -> None:
    kinds = {node["properties"]["kind"]["const"] for node in schema()["$defs"].values() if "kind" in node["properties"]}
    assert kinds == {"points", "curve", "arrow", "frame", "shape", "label", "gauge", "bars", "picture"}
    assert Shape(role="kept", outline=()).kind == "shape"
