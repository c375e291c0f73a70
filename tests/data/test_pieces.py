"""Parts of one body, copies, and two bodies of one name."""

from __future__ import annotations

import numpy as np
import pytest

from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.data.pieces import LabelPiece, covering, parts_of, settled

SIZE = (200, 400)
Rect = tuple[int, int, int, int]
"""x, y, width, height."""
NEIGHBOURS = {Level.C3: (80, 20, 40, 30), Level.C4: (80, 60, 40, 30), Level.C7: (80, 180, 40, 30)}


def region(*rects: Rect) -> Mask:
    film = np.zeros((SIZE[1], SIZE[0]), bool)
    for x, y, width, height in rects:
        film[y : y + height, x : x + width] = True
    return Mask.from_array(film)


WHOLE, BELOW = (80, 100, 40, 30), (80, 136, 40, 30)
LUMBAR = (Level.L1, Level.L2, Level.L3, Level.L4)
TWICE = "two outlines of it overlap but differ, so neither is used; keep one"
APART = "it appears in two places, so neither is used"


@pytest.mark.parametrize(
    ("rects", "area", "why"),
    [
        ((WHOLE,), 1200, ()),
        ((WHOLE, BELOW), None, (APART,)),
        ((WHOLE, (80, 131, 40, 30)), None, (APART,)),
        ((WHOLE, (85, 106, 40, 30)), None, (TWICE,)),
        ((WHOLE, WHOLE), 1200, ("the same outline appears twice; it counts once",)),
        (((80, 100, 40, 13), (80, 117, 40, 13)), 1040, ()),
        (((80, 100, 18, 30), (102, 100, 18, 30)), 1080, ()),
        (((80, 100, 40, 22), (80, 124, 40, 6)), 1120, ()),
        ((WHOLE, (125, 110, 30, 10)), 1500, ()),
        ((WHOLE, (10, 10, 40, 30)), None, (APART,)),
        ((WHOLE, (10, 350, 3, 3)), 1200, ("a fragment of 9 pixels far from the body is not used",)),
    ],
    ids=[
        *("one", "neighbour", "neighbour that nearly touches", "second reader", "copy", "divided across"),
        *("divided along", "corner", "process behind", "far away", "slip"),
    ],
)
def test_what_pieces_of_c5_come_to_beside_other_bodies(
    rects: tuple[Rect, ...], area: int | None, why: tuple[str, ...]
) -> None:
    pieces = {level: [LabelPiece(region(rect))] for level, rect in NEIGHBOURS.items()}
    found = settled({**pieces, Level.C5: [LabelPiece(region(rect)) for rect in rects]}, SIZE)
    mask = found[Level.C5].mask
    assert (mask and mask.area, found[Level.C5].left) == (area, why)
    assert all(found[level].mask for level in NEIGHBOURS)


@pytest.mark.parametrize(
    ("rects", "is_one"),
    [
        ((WHOLE, BELOW), False),
        ((WHOLE, (80, 132, 40, 30)), True),
        (((80, 100, 40, 13), (80, 117, 40, 13)), True),
        (((80, 100, 18, 30), (102, 100, 18, 30)), True),
    ],
    ids=["a disc between", "a crack between", "divided across", "divided along"],
)
def test_on_a_film_without_other_bodies_the_gap_and_the_height_tell(rects: tuple[Rect, ...], is_one: bool) -> None:
    (found,) = settled({Level.C5: [LabelPiece(region(rect)) for rect in rects]}, SIZE).values()
    assert (found.mask is not None) == is_one


def test_c2_in_two_parts_is_one_body() -> None:
    pieces = {level: [LabelPiece(region(rect))] for level, rect in NEIGHBOURS.items() if level > Level.C3}
    dens, body = LabelPiece(region((90, 0, 20, 28))), LabelPiece(region((80, 30, 40, 28)))
    found = settled({**pieces, Level.C2: [dens, body]}, SIZE)[Level.C2]
    assert found.mask is not None and found.mask.area == dens.mask.area + body.mask.area


def test_l5_named_s1_is_another_body_though_the_sacrum_turns_away() -> None:
    pieces = {level: [LabelPiece(region((80, 20 + 40 * place, 40, 30)))] for place, level in enumerate(LUMBAR)}
    l5, s1 = LabelPiece(region((80, 180, 40, 30))), LabelPiece(region((124, 205, 40, 30)))
    assert settled({**pieces, Level.S1: [l5, s1]}, SIZE)[Level.S1].mask is None


def test_parts_of_a_group_are_one_body() -> None:
    pieces = {level: [LabelPiece(region(rect))] for level, rect in NEIGHBOURS.items()}
    pieces[Level.C5] = [LabelPiece(region(rect), 7) for rect in (WHOLE, BELOW)]
    assert settled(pieces, SIZE)[Level.C5].mask


@pytest.mark.parametrize(
    ("rects", "areas", "dropped"),
    [
        ((WHOLE,), [1200], 0),
        ((WHOLE, BELOW), [1200, 1200], 0),
        ((WHOLE, (125, 100, 2, 2)), [1204], 0),
        ((WHOLE, (10, 350, 2, 2), (10, 10, 3, 3)), [1200], 13),
    ],
)
def test_a_mask_falls_into_its_regions(rects: tuple[Rect, ...], areas: list[int], dropped: int) -> None:
    pieces, pixels = parts_of(region(*rects))
    assert ([piece.mask.area for piece in pieces], pixels) == (areas, dropped)


def test_an_outline_round_other_bodies_is_found() -> None:
    masks = {level: region(rect) for level, rect in NEIGHBOURS.items()}
    assert covering(masks) == {}
    assert covering({**masks, Level.C5: region((70, 50, 60, 60))}) == {Level.C5: Level.C4}
    assert covering({Level.C5: region(WHOLE), Level.C6: region(WHOLE)}) == {Level.C5: Level.C6, Level.C6: Level.C5}
