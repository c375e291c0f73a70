"""What may not change a measure: the film's origin, the size of its pixels, the side to which the patient looks."""

from __future__ import annotations

import numpy as np
import pytest

from spinefm.measure.model import Measure
from tests.measure.spines import lumbar, measured, moved, neck, number, turned


@pytest.fixture(params=["lumbar", "neck"])
def bodies(request):
    return lumbar(slip=6.0) if request.param == "lumbar" else neck()


def assert_same(known: dict[object, Measure], other: dict[object, Measure], but: tuple[str, ...] = ()) -> None:
    """Both hold the same measures and values."""
    assert known.keys() == other.keys()
    assert sum(one.value is not None for one in known.values()) > 20
    for key, one in known.items():
        if one.key not in but:
            assert one.value == (None if other[key].value is None else pytest.approx(other[key].value)), key
            assert (one.grade, one.reason) == (other[key].grade, other[key].reason)


def test_a_mirrored_film_of_a_patient_who_faces_the_other_way(bodies) -> None:
    mirrored = moved(bodies, lambda points: points * [-1, 1] + [500, 0])
    assert_same(measured(bodies), measured(mirrored, facing="right"))


def test_a_film_of_larger_pixels(bodies) -> None:
    assert_same(measured(bodies, spacing=0.6), measured(moved(bodies, lambda points: points / 3), spacing=1.8))


def test_a_shifted_film(bodies) -> None:
    assert_same(measured(bodies), measured(moved(bodies, lambda points: points + [31.5, -7.25])))


def test_a_turned_film_but_for_what_is_measured_against_the_horizontal(bodies) -> None:
    aside = moved(bodies, lambda points: turned(points, 40))
    horizontal = ("sacral_slope", "c2_slope", "c7_slope", "sva_c2_c7")
    assert_same(measured(bodies), measured(aside), but=horizontal)


def test_a_turned_film_turns_the_slopes(bodies) -> None:
    known, aside = measured(bodies), measured(moved(bodies, lambda points: turned(points, 10)))
    slopes = [key for key in known if key[0].endswith("slope")]
    assert slopes
    for key in slopes:
        assert aside[key].value == pytest.approx(number(known[key]) - 10)


def test_lines_are_drawn_over_the_bodies_they_measure(bodies) -> None:
    points = {point for one in bodies for point in one.points}
    for one in measured(bodies).values():
        assert bool(one.lines) == (one.value is not None)
        assert all(len(path) >= 2 and np.isfinite(path).all() for path in one.lines)
        assert not one.lines or set(one.lines[0]) & points


def test_lines_of_a_mirrored_film_are_mirrored(bodies) -> None:
    mirrored = measured(moved(bodies, lambda points: points * [-1, 1]), facing="right")
    for key, one in measured(bodies).items():
        for path, other in zip(one.lines, mirrored[key].lines, strict=True):
            assert np.array(other) * [-1, 1] == pytest.approx(np.array(path))
