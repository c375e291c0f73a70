"""Heights, ratios and fracture grades of bodies whose heights are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spinefm.core.levels import Level
from spinefm.measure.heights import genant_grade, graded, losses
from tests.measure.spines import body, measured, value

LIMITS = (20.0, 25.0, 40.0)


def column(heights: tuple[float, float, float]):
    """L1 to L3, of which L2 has these heights."""
    whole = (30.0, 30.0, 30.0)
    return [body(level, (0, 40 * at), heights if level is Level.L2 else whole) for at, level in enumerate(
        (Level.L1, Level.L2, Level.L3)
    )]  # fmt: skip


def test_heights_and_width_come_in_millimetres() -> None:
    bodies = column((24.0, 21.0, 28.0))
    known = {"anterior_height": 12.0, "middle_height": 10.5, "posterior_height": 14.0}
    for key, height in known.items():
        assert value(bodies, key, "L2", spacing=0.5) == pytest.approx(height)
    assert value(bodies, "width", "L1", spacing=0.5) == pytest.approx(20.0)


def test_ratios_are_of_the_posterior_height() -> None:
    bodies = column((24.0, 21.0, 28.0))
    assert value(bodies, "anterior_ratio", "L2") == pytest.approx(24 / 28)
    assert value(bodies, "middle_ratio", "L2") == pytest.approx(21 / 28)
    assert value(bodies, "neighbour_ratio", "L2") == pytest.approx(28 / 30)


@pytest.mark.parametrize(
    ("heights", "loss", "grade"),
    [
        ((30.0, 30.0, 30.0), 0.0, "Genant 0 (normal)"),
        ((24.3, 30.0, 30.0), 19.0, "Genant 0 (normal)"),
        ((23.4, 30.0, 30.0), 22.0, "Genant 1 (mild), wedge"),
        ((30.0, 21.0, 30.0), 30.0, "Genant 2 (moderate), biconcave"),
        ((17.0, 17.0, 17.0), 100 * (1 - 17 / 30), "Genant 3 (severe), crush"),
        ((33.0, 33.0, 30.0), 0.0, "Genant 0 (normal)"),
    ],
)
def test_the_largest_loss_decides_on_grade_and_kind(heights, loss, grade) -> None:
    one = measured(column(heights))["height_loss", ("L2",)]
    assert one.value == pytest.approx(loss) and one.grade == grade


def test_a_body_at_the_end_is_compared_with_no_neighbours() -> None:
    bodies = column((17.0, 17.0, 17.0))[1:]
    assert measured(bodies)["neighbour_ratio", ("L2",)].reason.startswith("the bodies above and below")
    assert value(bodies, "height_loss", "L2") == 0.0


@pytest.mark.parametrize("level", [Level.C5, Level.S1, Level.C2])
def test_only_thoracic_and_lumbar_bodies_are_graded(level: Level) -> None:
    assert ("height_loss", (level.name,)) not in measured([body(level)])


def test_a_body_without_a_level_is_not_graded_and_says_why() -> None:
    assert "level is not known" in measured([body(None)])["height_loss", ("V1",)].reason


def test_a_body_without_a_level_that_is_surely_thoracic_or_lumbar_is_graded_and_says_so() -> None:
    bodies = [replace(one, name=f"V{at + 1}", level=None, in_trunk=True) for at, one in enumerate(column((21, 24, 30)))]
    one = measured(bodies)["height_loss", ("V2",)]
    assert one.grade == "Genant 2 (moderate), wedge" and one.value == pytest.approx(30)
    assert one.method.endswith("its level is not known, but it is thoracic or lumbar")
    assert "its level" not in measured(column((21, 24, 30)))["height_loss", ("L2",)].method


def test_limits_belong_to_the_higher_grade() -> None:
    assert genant_grade(np.array([0, 19.999, 20, 24.999, 25, 39.999, 40, 90]), LIMITS).tolist() == [
        0,
        0,
        1,
        1,
        2,
        2,
        3,
        3,
    ]
    assert graded(np.array([-5.0, 44.0, 43.0]), LIMITS) == "Genant 3 (severe), biconcave"


def test_many_bodies_are_computed_at_once() -> None:
    points = np.array([one.points for one in column((24.0, 21.0, 28.0))])
    assert losses(points, points[:0]).shape == (3, 3)


def test_a_body_that_lost_no_height_is_as_uncertain_as_one_that_lost_a_little() -> None:
    for bodies in (column((33.0, 33.0, 33.0)), column((33.0, 33.0, 30.0))[1:]):
        unsure = [replace(one, spread=0.5) for one in bodies]
        none = measured(unsure)["height_loss", ("L2",)]
        little = measured([replace(one, spread=0.5) for one in column((28.5, 30.0, 30.0))])["height_loss", ("L2",)]
        assert none.value == 0.0 and none.grade == "Genant 0 (normal)"
        assert none.uncertainty is not None and little.uncertainty is not None
        assert 0.5 < none.uncertainty / little.uncertainty < 2
