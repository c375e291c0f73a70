"""Names: over all bodies first, then by what the films show of C2 or S1."""

import pytest

from spinefm.evaluation.names import name_figures, names_text, numbering_text
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


@pytest.mark.parametrize(
    ("shifts", "said"),
    [
        ([-17, -17, 0], "On 2 of 3 films with names these lie 17 levels too high: check the numbering"),
        ([5, 5, 5, None, None], "On 3 of 3 films with names these lie 5 levels too low"),
        ([-17], "On 1 of 1 film with names these lie 17 levels too high"),
        ([-17, -16, 0], None),
        ([-17, -17, 0, 0], None),
        ([4, 4, 4], None),
        ([0, 0], None),
        ([None], None),
        ([], None),
    ],
)
def test_one_large_shift_on_most_films_puts_the_labels_in_doubt(shifts, said):
    films = made_films({str(index): "" for index in range(len(shifts))}).assign(level_shift=shifts)
    remarks = numbering_text(films.astype({"level_shift": "Int64"}))
    assert [said in remark for remark in remarks] == [True] * (said is not None)
