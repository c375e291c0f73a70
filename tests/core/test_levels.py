"""Levels, their ids and counting names."""

import pytest

from spinefm.core.levels import COUNTED, Level, Region, counted_from


@pytest.mark.parametrize(
    ("name", "verse_id", "region"),
    [
        ("C1", 1, Region.CERVICAL),
        ("C7", 7, Region.CERVICAL),
        ("T1", 8, Region.THORACIC),
        ("T12", 19, Region.THORACIC),
        ("L1", 20, Region.LUMBAR),
        ("L6", 25, Region.LUMBAR),
        ("S1", 26, Region.SACRAL),
    ],
)
def test_ids_are_verse_ids(name, verse_id, region):
    assert Level[name] == verse_id
    assert Level[name].region is region


@pytest.mark.parametrize(
    ("anchor", "index", "count", "expected"),
    [
        (Level.C2, 0, 3, ["C2", "C3", "C4"]),
        (Level.C7, 1, 3, ["C6", "C7", "T1"]),
        (Level.S1, 2, 3, ["L4", "L5", "S1"]),
        (Level.S1, 7, 8, ["T11", "T12", "L1", "L2", "L3", "L4", "L5", "S1"]),
        (Level.C1, 1, 2, [None, "C1"]),
        (Level.S1, 0, 2, ["S1", None]),
    ],
)
def test_names_are_counted_from_the_anchor(anchor, index, count, expected):
    assert [level.name if level else None for level in counted_from(anchor, index, count)] == expected


def test_an_anchor_outside_the_vertebrae_is_refused():
    with pytest.raises(ValueError, match="not one of the 3"):
        counted_from(Level.C2, 3, 3)


def test_neighbours_never_share_a_colour():
    assert all(a.colour != b.colour for a, b in zip(COUNTED, COUNTED[1:], strict=False))
