"""Centres in drawn maps: one per body, however the bodies hang together."""

from __future__ import annotations

import numpy as np
import pytest

from spinefm.core.masks import Mask
from spinefm.methods.spineps.centres import find_centres
from spinefm.methods.spineps.config import SpinepsConfig
from tests.methods.drawn import SHAPE, body

RULE = SpinepsConfig()
PAPER = SpinepsConfig().changed(SpinepsConfig.PUBLISHED)
SPINE = [body(index) for index in range(6)]


def drawn(masks: list[Mask]) -> np.ndarray:
    """The masks on a film."""
    return np.any([mask.on_film(SHAPE) for mask in masks], axis=0)


def bridge(index: int, width: int) -> Mask:
    """A bar of `width` pixels over the gap below body `index`."""
    return body(index, left=120 - width // 2, width=width, height=60)


PAIRS = [bridge(0, 12), bridge(2, 12), bridge(4, 12)]


@pytest.mark.parametrize(
    "bridges",
    [[], [bridge(1, 4)], [bridge(1, 22)], [bridge(1, 22), bridge(2, 22)], PAIRS, [bridge(i, 22) for i in range(5)]],
    ids=["none", "thin", "wide", "three in one", "all in pairs", "all in one"],
)
def test_every_body_has_its_centre(bridges: list[Mask]) -> None:
    centred = find_centres(drawn([*SPINE, *bridges]), RULE)
    assert centred is not None and len(centred.centres) == 6
    for centre, mask in zip(centred.centres, SPINE, strict=True):
        assert centre.point.distance(mask.centroid) < 8
    assert centred.spacing == pytest.approx(40, abs=3)


def test_a_split_piece_says_so() -> None:
    centred = find_centres(drawn([*SPINE, bridge(1, 22)]), RULE)
    assert centred is not None and [centre.parts for centre in centred.centres] == [1, 2, 2, 1, 1, 1]


def test_two_bodies_without_a_waist_are_cut_across() -> None:
    centred = find_centres(drawn([SPINE[0], body(1, height=68), *SPINE[3:]]), RULE)
    assert centred is not None and [centre.parts for centre in centred.centres] == [1, 2, 2, 1, 1, 1]
    for centre, mask in zip(centred.centres, SPINE, strict=True):
        assert centre.point.distance(mask.centroid) < 8


def test_a_large_piece_across_the_spine_stays_one() -> None:
    centred = find_centres(drawn([*SPINE[:2], body(2, left=60, width=130), *SPINE[3:]]), RULE)
    assert centred is not None and len(centred.centres) == 6


def test_a_missing_body_does_not_widen_the_cutouts() -> None:
    centred = find_centres(drawn([SPINE[0], SPINE[2], SPINE[4]]), RULE)
    assert centred is not None and centred.spacing == pytest.approx(60, abs=1)  # 1.5 of 40 px, not 80


def test_specks_have_no_centre_and_an_empty_map_has_none() -> None:
    centred = find_centres(drawn([*SPINE, body(2, left=20, width=14, height=14)]), RULE)
    assert centred is not None and len(centred.centres) == 6
    assert find_centres(np.zeros(SHAPE, bool), RULE) is None


def test_a_lone_body_has_a_spacing_of_its_size() -> None:
    centred = find_centres(drawn([SPINE[2]]), RULE)
    assert centred is not None and len(centred.centres) == 1 and 30 < centred.spacing < 50


@pytest.mark.parametrize(
    ("masks", "spacing"),
    [
        ([*SPINE, *PAIRS], 80),  # no neighbour shows how large a body is
        ([SPINE[0], body(1, height=68), *SPINE[3:]], 40),  # without a waist
        ([SPINE[0], SPINE[2], SPINE[4]], 80),  # a body between was missed
    ],
    ids=["all in pairs", "no waist", "missing"],
)
def test_the_papers_centres_are_one_for_each_piece_that_erosion_leaves(masks: list[Mask], spacing: float) -> None:
    ours, paper = (find_centres(drawn(masks), rule) for rule in (RULE, PAPER))
    assert ours is not None and paper is not None
    assert len(paper.centres) == {80: 3, 40: 5}[spacing] and paper.spacing == pytest.approx(spacing, abs=11)
    assert (len(paper.centres), paper.spacing) != (len(ours.centres), ours.spacing)


def test_in_the_paper_what_erosion_removes_has_no_centre_and_nothing_else_is_a_speck() -> None:
    dot, speck = body(2, left=20, width=3, height=3), body(2, left=20, width=14, height=14)
    counts = {True: 7, False: 6}
    for kept, count in counts.items():
        centred = find_centres(drawn([*SPINE, dot]), PAPER.changed({"eroded_away": kept}))
        assert centred is not None and len(centred.centres) == count
    centred = find_centres(drawn([*SPINE, speck]), PAPER)
    assert centred is not None and len(centred.centres) == 7


def test_a_map_of_which_erosion_leaves_nothing_has_no_centre() -> None:
    assert find_centres(drawn([body(0, width=2)]), PAPER) is None
