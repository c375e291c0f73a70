"""Levels, their ids and counting names."""

import numpy as np
import pytest

from spinefm.core.levels import COUNTED, PALETTE, Level, Region, counted_from, order_with


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


def test_a_sixth_lumbar_vertebra_is_counted_only_where_there_is_one():
    names = [level.name for level in counted_from(Level.L6, 2, 4, order_with([Level.L6]))]
    assert names == ["L4", "L5", "L6", "S1"]
    assert order_with([Level.L5, None, Level.S1]) == COUNTED
    with pytest.raises(ValueError, match="not in"):
        counted_from(Level.L6, 0, 1)


def test_an_anchor_outside_the_vertebrae_is_refused():
    with pytest.raises(ValueError, match="not one of the 3"):
        counted_from(Level.C2, 3, 3)


def test_neighbours_never_share_a_colour():
    assert all(a.colour != b.colour for a, b in zip(COUNTED, COUNTED[1:], strict=False))


SEEN_AS = {
    "all": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}
"""Linear RGB as it is seen (Machado, Oliveira and Fernandes, IEEE TVCG 2009, severity 1)."""
TO_LMS = [[0.412221, 0.536333, 0.051446], [0.211903, 0.6807, 0.107397], [0.088302, 0.281719, 0.629979]]
TO_OKLAB = [[0.210454, 0.793618, -0.004072], [1.977998, -2.428592, 0.450594], [0.025904, 0.782772, -0.808676]]


def oklab(colour, seen):
    """A colour `#rrggbb` in Oklab as it is seen."""
    value = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return np.array(TO_OKLAB) @ np.cbrt(np.clip(np.array(TO_LMS) @ (np.array(seen) @ linear), 0, None))


@pytest.mark.parametrize("eye", SEEN_AS)
def test_neighbours_differ_in_colour_for_every_eye(eye):
    seen = [oklab(level.colour, SEEN_AS[eye]) for level in Level]
    assert min(np.linalg.norm(a - b) for a, b in zip(seen, seen[1:], strict=False)) > 0.2


def test_no_colour_comes_twice():
    assert len(set(PALETTE)) == len(PALETTE) == len(Level)
