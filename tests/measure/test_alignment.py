"""Angles of spines whose tilts are known."""

from __future__ import annotations

import numpy as np
import pytest

from spinefm.core.levels import Level
from tests.measure.spines import body, lumbar, measured, neck, value


@pytest.mark.parametrize(
    ("key", "levels", "degrees"),
    [
        ("lordosis_l1_s1", ("L1", "S1"), 30.0),
        ("lordosis_l1_l5", ("L1", "L5"), 24.0),
        ("thoracolumbar_t11_l2", ("T11", "L2"), 18.0),
        ("sacral_slope", ("S1",), 30.0),
    ],
)
def test_lumbar_angles(key, levels, degrees) -> None:
    wedge = np.degrees(np.arctan2(0.5, 40))  # heights 31 and 30: each endplate turns by this
    corrections = {"lordosis_l1_s1": 0, "lordosis_l1_l5": 2, "thoracolumbar_t11_l2": 2, "sacral_slope": -1}
    assert value(lumbar(), key, *levels) == pytest.approx(degrees + corrections[key] * wedge)


def test_cervical_angles() -> None:
    wedge = np.degrees(np.arctan2(0.5, 18))  # heights 14 and 15: the posterior side is higher
    assert value(neck(), "lordosis_c2_c7", "C2", "C7") == pytest.approx(25.0)
    assert value(neck(), "c7_slope", "C7") == pytest.approx(15.0 + wedge)
    assert value(neck(), "c2_slope", "C2") == pytest.approx(-10.0 - wedge)
    assert value(neck(), "segmental_angle", "C3", "C4") == pytest.approx(5.0 - 2 * wedge)
    assert value(neck(), "segmental_angle", "C2", "C3") == pytest.approx(5.0)  # from the inferior endplate of C2


def test_kyphosis_is_negative() -> None:
    bodies = [body(Level.L1, tilt=-5), body(Level.L5, (0, 170), tilt=5)]
    assert value(bodies, "lordosis_l1_l5", "L1", "L5") == pytest.approx(-10)


def test_without_a_facing_an_angle_has_no_sign_and_a_slope_no_value() -> None:
    bodies = [body(Level.L1, tilt=-5), body(Level.L5, (0, 170), tilt=5), body(Level.S1, (0, 220), tilt=-30)]
    known = measured(bodies, facing=None)
    assert known["lordosis_l1_l5", ("L1", "L5")].value == pytest.approx(10)
    assert "without sign" in known["lordosis_l1_l5", ("L1", "L5")].method
    assert "set it" in known["sacral_slope", ("S1",)].reason


def test_the_horizontal_counts_on_an_upright_film_only() -> None:
    known = measured(lumbar(), not_upright="the film is rotated by 90°")
    assert known["sacral_slope", ("S1",)].reason == "the film is rotated by 90°"
    assert known["lordosis_l1_s1", ("L1", "S1")].value is not None


def test_what_was_not_found_is_named() -> None:
    known = measured([body(Level.L2), body(Level.L3, (0, 40))])
    assert known["lordosis_l1_s1", ("L1", "S1")].reason == "L1 and S1 were not found on the film"
    assert known["thoracolumbar_t11_l2", ("T11", "L2")].reason == "T11 was not found on the film"
    assert not [key for key, _ in known if key in ("lordosis_c2_c7", "c7_slope", "sva_c2_c7", "sacral_slope")]


def test_unnamed_bodies_have_segments_and_nothing_that_needs_a_level() -> None:
    known = measured([body(None, name="V1"), body(None, (0, 40), tilt=-7, name="V2")])
    assert known["segmental_angle", ("V1", "V2")].value == pytest.approx(7)
    assert known["lordosis_c2_c7", ("C2", "C7")].reason == "no vertebra has a level; name one"
