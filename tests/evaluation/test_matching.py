"""The paper's rule and what it hides, on drawn masks with answers counted by hand."""

import numpy as np
import pytest

from spinefm.core.geometry import Box
from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.data import Truth
from spinefm.evaluation import score_film
from spinefm.trace.model import Vertebra


def block(x0: int, width: int = 10) -> Mask:
    return Mask(np.ones((10, width), bool), (x0, 0))


def vertebra(mask: Mask, level: Level | None) -> Vertebra:
    return Vertebra(0, level.name if level else "V1", level, 1, mask, mask.centroid, (), 0.9)


TRUTH = Truth({Level.C3: block(0), Level.C4: block(20)}, {Level.C5: block(40)}, complete=True)

CASES = [
    ([], [0, 0], 0, 0, 0),
    ([vertebra(block(0), Level.C3), vertebra(block(20), Level.C4)], [1, 1], 2, 0, 0),
    ([vertebra(block(5), Level.C3)], [0.5, 0], 1, 0, 0),
    ([vertebra(block(0), Level.C4)], [1, 0], 0, 0, 0),
    ([vertebra(block(60), Level.C4)], [0, 0], 0, 1, 0),
    ([vertebra(block(40), None)], [0, 0], 0, 0, 0),
    ([vertebra(block(40, 22), None)], [0, 0], 0, 0, 0),
    ([vertebra(block(40, 45), None)], [0, 0], 0, 1, 0),
    ([vertebra(block(0), Level.C3), vertebra(block(1), Level.C4)], [1, 0], 1, 0, 1),
]


@pytest.mark.parametrize(("found", "dice", "named", "false", "doubled"), CASES)
def test_scores_counted_by_hand(found, dice, named, false, doubled):
    score = score_film("film", "cervical", "full", TRUTH, found)
    assert [level.dice for level in score.levels] == pytest.approx(dice)
    assert sum(one.identified and one.name is one.level for one in score.levels) == named
    assert (score.false_masks, score.doubled_masks) == (false, doubled)


@pytest.mark.parametrize(
    ("found", "merged", "wrong"),
    [
        ([vertebra(block(0, 30), None)], 1, 0),
        ([vertebra(block(0), Level.C3), vertebra(block(20, 30), Level.C4)], 1, 0),
        ([vertebra(block(0, 24), Level.C3)], 0, 0),
        ([vertebra(block(0), Level.C4), vertebra(block(40), Level.C6), vertebra(block(60), Level.C7)], 0, 3),
        ([vertebra(block(40), Level.C5)], 0, 0),
    ],
)
def test_merged_masks_and_wrong_names_counted_by_hand(found, merged, wrong):
    score = score_film("film", "cervical", "full", TRUTH, found)
    assert (score.merged_masks, score.wrong_names) == (merged, wrong)


@pytest.mark.parametrize(
    ("found", "false", "doubled", "wrong"),
    [
        ([vertebra(block(60), Level.T1)], 0, 0, 0),
        ([vertebra(block(60), Level.C7)], 0, 0, 1),
        ([vertebra(block(60), None), vertebra(block(61), None)], 0, 1, 0),
        ([vertebra(block(66, 40), Level.T1)], 1, 0, 1),
        ([vertebra(block(0), Level.C3)], 0, 0, 0),
    ],
)
def test_a_mask_in_a_loose_box_lies_on_a_body(found, false, doubled, wrong):
    truth = Truth(TRUTH.bodies, {}, complete=True, boxes={Level.T1: Box(58, 0, 72, 12)})
    score = score_film("film", "cervical", "", truth, found)
    assert (score.false_masks, score.doubled_masks, score.wrong_names) == (false, doubled, wrong)


def test_false_masks_are_not_counted_where_the_truth_is_not_complete():
    truth = Truth(TRUTH.bodies, {}, complete=False)
    assert score_film("film", "cervical", "", truth, [vertebra(block(60), None)]).false_masks == 0


@pytest.mark.parametrize(
    ("whole", "partial", "anchor"),
    [
        ([Level.C2, Level.C3], [], "whole"),
        ([Level.S1], [Level.L3], "whole"),
        ([Level.C3], [Level.C2], "partial"),
        ([Level.L5], [Level.S1], "partial"),
        ([Level.C3], [Level.T1], "absent"),
    ],
)
def test_which_films_show_an_anchor(whole, partial, anchor):
    bodies, cut = ({level: block(20 * i) for i, level in enumerate(levels)} for levels in (whole, partial))
    assert score_film("film", "", "", Truth(bodies, cut, True), []).anchor == anchor
    boxes = {level: Box(20 * i, 0, 20 * i + 10, 10) for i, level in enumerate(whole)}
    assert score_film("film", "", "", Truth({}, cut, True, boxes), []).anchor == anchor
