"""Disc heights and indices of discs whose heights are known."""

from __future__ import annotations

import pytest

from spinefm.core.levels import Level
from tests.measure.spines import body, measured, moved, turned, value


def pair(shift: float = 0.0, gap: float = 10.0, lower: Level = Level.L5):
    """L4 above a body, endplates parallel, `gap` apart, the upper one `shift` px forward."""
    return [body(Level.L4, (-shift, 0.0), (30, 26, 30)), body(lower, (0.0, 30 + gap), (30, 28, 30))]


def test_heights_between_parallel_endplates() -> None:
    bodies = pair()
    assert value(bodies, "disc_height_anterior", "L4", "L5", spacing=0.5) == pytest.approx(5.0)
    assert value(bodies, "disc_height_posterior", "L4", "L5", spacing=0.5) == pytest.approx(5.0)
    assert value(bodies, "disc_height_middle", "L4", "L5", spacing=0.5) == pytest.approx(6.5)  # both are hollow


def test_a_slip_changes_no_disc_height() -> None:
    for place in ("anterior", "middle", "posterior"):
        key = f"disc_height_{place}"
        assert value(pair(12.0), key, "L4", "L5") == pytest.approx(value(pair(), key, "L4", "L5"))


def test_a_wedge_is_higher_in_front() -> None:
    bodies = [body(Level.L4), body(Level.L5, (0, 42), tilt=-10)]
    heights = [value(bodies, f"disc_height_{place}", "L4", "L5") for place in ("anterior", "middle", "posterior")]
    assert heights == sorted(heights, reverse=True) and heights[0] - heights[2] > 6


def test_the_index_is_the_mean_height_over_that_of_both_bodies() -> None:
    mean_disc, mean_bodies = (10 + 13 + 10) / 3, ((30 + 26 + 30) / 3 + (30 + 28 + 30) / 3) / 2
    assert value(pair(), "disc_height_index", "L4", "L5") == pytest.approx(mean_disc / mean_bodies)


def test_beside_s1_the_body_above_alone_gives_the_scale() -> None:
    bodies = [body(Level.L5, (0, 0), (30, 30, 30)), body(Level.S1, (0, 40), (30, 30, 30))]
    one = measured(bodies)["disc_height_index", ("L5", "S1")]
    assert one.value == pytest.approx(10 / 30) and one.method.endswith("height of L5")


def test_bodies_that_are_no_neighbours_have_no_disc() -> None:
    keys = {key for key, _ in measured([body(Level.L1), body(Level.L3, (0, 80))])}
    assert not {"disc_height_index", "slip", "segmental_angle"} & keys


@pytest.mark.parametrize("names", [("L4", "S1"), ("L6", "S1"), ("L5", "L6")])
def test_spines_with_four_or_six_lumbar_bodies_have_their_discs(names) -> None:
    upper, lower = (Level[name] for name in names)
    assert ("slip", names) in measured([body(upper), body(lower, (0, 40))])


def test_heights_do_not_depend_on_how_the_film_is_turned() -> None:
    bodies = [body(Level.L4), body(Level.L5, (-3, 41), tilt=-12)]
    for degrees in (17.0, 90.0, 200.0):
        aside = moved(bodies, lambda points, degrees=degrees: turned(points, degrees))
        for key in ("disc_height_anterior", "disc_height_middle", "disc_height_index"):
            assert value(aside, key, "L4", "L5") == pytest.approx(value(bodies, key, "L4", "L5"))
