"""Names: over all bodies first, then by what the films show of C2 or S1."""

import pytest

from spinefm.evaluation.names import name_figures, names_text
from tests.evaluation.tables import made_films, made_vertebrae

FILMS = made_films({"a": "whole", "b": "absent"})
BODIES = made_vertebrae(
    ("a", "C3", 0.9, "C3", 0.9),
    ("a", "C4", 0.9, "C5", 0.9),
    ("a", "C5", 0.9, "V3", 0.1),
    ("a", "C6", 0.0, "", 0.1),
    ("b", "C3", 0.9, "V1", 0.9),
    ("b", "C4", 0.3, "C4", None),
)


def shares(anchor, is_outlinable=False):
    (one,) = (row for row in name_figures(BODIES, FILMS) if (row.anchor, row.is_outlinable) == (anchor, is_outlinable))
    return one.count, one.shares.right, one.shares.wrong, one.shares.unnamed


def test_right_wrong_and_unnamed_counted_by_hand():
    assert shares("") == pytest.approx((6, 100 / 6, 100 / 6, 400 / 6))
    assert shares("whole") == pytest.approx((4, 25, 25, 50))
    assert shares("absent") == pytest.approx((2, 0, 0, 100))  # a right name on a mask that identifies nothing is none
    assert shares("", True) == pytest.approx((3, 100 / 3, 100 / 3, 100 / 3))


def test_all_bodies_come_before_those_where_names_are_easy():
    lines = names_text(name_figures(BODIES, FILMS)).splitlines()
    assert [line[:20].strip() for line in lines[1:]] == [
        "all bodies", "outlinable", "given C2 or S1 in vi", "outlinable", "given neither in vie", "outlinable",
    ]  # fmt: skip
