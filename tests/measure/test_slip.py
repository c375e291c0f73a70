"""Slips of a known share of the endplate."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from spinefm.core.levels import Level
from spinefm.measure import FacingGuess, MeasureConfig, measure_landmarks
from spinefm.measure.slip import graded, meyerding_grade
from tests.measure.spines import body, lumbar, measured, moved, number, turned, value


@pytest.mark.parametrize(("pixels", "percent"), [(0, 0), (4, 10), (-3, -7.5), (12, 30), (44, 110)])
def test_a_slip_is_a_share_of_the_lower_endplate(pixels: float, percent: float) -> None:
    bodies = [body(Level.L4, (-pixels, 0)), body(Level.L5, (0, 40))]
    assert value(bodies, "slip", "L4", "L5") == pytest.approx(percent)


def test_it_runs_along_the_endplate_however_the_film_is_turned() -> None:
    bodies = [body(Level.L4, (-8, 0)), body(Level.L5, (0, 40))]
    for degrees in (-30.0, 45.0, 120.0):
        aside = moved(bodies, lambda points, degrees=degrees: turned(points, degrees))
        assert value(aside, "slip", "L4", "L5") == pytest.approx(20)


def test_grades_have_a_direction() -> None:
    sizes = np.array([0, 4.9, 5, -25, 25.1, 50, 75, 100, 101])
    assert meyerding_grade(sizes, 5).tolist() == [0, 0, 1, 1, 2, 2, 3, 4, 5]
    assert [graded(percent, 5) for percent in (3, 30, -12)] == [
        "Meyerding 0", "Meyerding II, anterior", "Meyerding I, posterior",
    ]  # fmt: skip


@pytest.mark.parametrize("levels", [("L4", "L5"), ("C5", "C6")])
@pytest.mark.parametrize(
    ("pixels", "spread", "grade"),
    [
        (12.0, 0.0, "Meyerding II, anterior"),
        (6.0, 0.1, "Meyerding I, anterior"),
        (-6.0, 0.1, "Meyerding I, posterior"),
        (-4.9, 1.9, "Meyerding 0 to II?, uncertain"),
        (0.0, 0.1, "Meyerding 0"),
        (8.0, 1.0, r"Meyerding I, anterior, (86|77) % sure"),
        (0.0, 0.7, r"Meyerding 0(, 85 % sure)?"),
    ],
)
def test_a_grade_says_what_its_interval_says(levels, pixels, spread, grade) -> None:
    places = ((-pixels, 0.0), (0.0, 40.0))
    bodies = [replace(body(Level[name], at), spread=spread) for name, at in zip(levels, places, strict=True)]
    config = MeasureConfig(most_uncertainty={})
    found = {one.key: one for one in measure_landmarks(bodies, FacingGuess("left", 1.0, "given"), None, config=config)}
    slip = found["slip"]
    assert slip.value is not None and slip.uncertainty is not None
    assert (abs(slip.value) <= slip.uncertainty) == ("uncertain" in grade or pixels == 0)
    assert re.fullmatch(grade, slip.grade)


@pytest.mark.parametrize(
    ("levels", "grade"),
    [(("C7", "T1"), "Meyerding 0"), (("C2", "C3"), "Meyerding 0"), (("T1", "T2"), "Meyerding I, posterior")],
)
def test_in_the_neck_ten_per_cent_are_no_slip(levels: tuple[str, str], grade: str) -> None:
    bodies = [body(Level[name], at) for name, at in zip(levels, ((4.0, 0.0), (0.0, 40.0)), strict=True)]
    found = measured(bodies)["slip", levels]
    assert found.value == pytest.approx(-10) and found.grade == grade
    assert found.reference is not None and (found.reference.low == -12.0) == (levels[0] != "T1")


def test_a_slip_changes_the_discs_above_and_below_it_alone() -> None:
    known, straight = measured(lumbar(slip=10.0)), measured(lumbar())
    slips = [levels for key, levels in known if key == "slip"]
    moved_by = {levels: number(known["slip", levels]) - number(straight["slip", levels]) for levels in slips}
    assert [levels for levels in slips if abs(moved_by[levels]) > 1e-9] == [("L3", "L4"), ("L4", "L5")]
    assert moved_by["L4", "L5"] == pytest.approx(25 * np.cos(np.radians(24)), abs=0.3)


def test_without_a_facing_there_is_no_slip() -> None:
    assert "set it" in measured(lumbar(), facing=None)["slip", ("L4", "L5")].reason
