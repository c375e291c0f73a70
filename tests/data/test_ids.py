"""Whose ids a label map holds."""

from __future__ import annotations

import numpy as np
import pytest

from spinefm.core.levels import Level
from spinefm.data.ids import SCHEMES, levels_of_map


def a_map(*ids: int) -> np.ndarray:
    """A map (H, W) with a square of each id, one below the other."""
    labels = np.zeros((10 * len(ids) + 10, 20), np.int32)
    for index, value in enumerate(ids):
        labels[10 * index + 2 : 10 * index + 8, 5:15] = value
    return labels


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_scheme_has_each_level_from_c1_to_l5_and_s1(scheme: str) -> None:
    levels = list(SCHEMES[scheme].values())
    assert len(set(levels)) == len(levels)
    assert set(Level) - {Level.L6} <= set(levels)


@pytest.mark.parametrize(
    ("scheme", "ids", "levels"),
    [
        ("", (2, 3, 4), "C2 C3 C4"),
        ("", (23, 24, 26), "L4 L5 S1"),
        ("", (24, 25, 26, 100, 124, 27), "L5 L6 S1"),
        ("totalspineseg", (17, 21, 22, 63), "C7 T1 T2"),
        ("totalspineseg", (45, 50, 1, 2, 95), "L5 S1"),
        ("totalsegmentator", (26, 27, 28), "L4 L5 S1"),
        ("totalsegmentator", (32, 31, 5, 90), "T12 L1"),
        ("verse", (17, 21), "T10 L2"),
        ("verse", (1, 2, 3), "C1 C2 C3"),
        ("verse", (14, 15, 16), "T7 T8 T9"),
        ("", (16, 17, 18), "T9 T10 T11"),
    ],
)
def test_ids_are_read_as_their_scheme_has_them(scheme: str, ids: tuple[int, ...], levels: str) -> None:
    masks, left = levels_of_map(a_map(*ids), scheme)
    assert " ".join(level.name for level in sorted(masks)) == levels
    assert len(masks) + len(left) == len(ids)
    assert all(why for _, why in left)


@pytest.mark.parametrize(
    ("ids", "words"),
    [
        ((), "empty"),
        ((12, 13, 14, 15, 16, 17, 21, 22, 23), "T10 would be followed by L2"),
        ((41, 42, 43), "the id 41"),
        ((26, 27, 28, 29, 30, 31), "the id 28"),
        ((50,), "the id 50"),
        ((2, 60), "the id 60"),
        ((1,), "the id 1"),
        ((1, 2, 3, 4), "the id 1"),
        ((12, 13, 14), "T5 to T7 in VerSe's numbering and C2 to C4 in TotalSpineSeg's"),
    ],
)
def test_ids_of_another_scheme_are_refused_with_what_to_do(ids: tuple[int, ...], words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        levels_of_map(a_map(*ids))
    assert not ids or "--ids verse|totalspineseg|totalsegmentator" in str(caught.value)


@pytest.mark.parametrize("scheme", ["", *SCHEMES])
@pytest.mark.parametrize("ids", [(101, 102, 103), (105,), (100, 101)])
def test_a_map_without_a_level_asks_for_levels_and_not_for_a_numbering(scheme: str, ids: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="is a vertebra of a known level; give the vertebrae ids of levels") as caught:
        levels_of_map(a_map(*ids), scheme)
    assert "--ids" not in str(caught.value)
