"""Distances, panoptic quality, assignment and boxes on drawn masks, with answers counted by hand."""

import numpy as np
import pytest

from spinefm.core.geometry import Box
from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.data import Truth
from spinefm.evaluation.assignment import one_to_one, shift_of
from spinefm.evaluation.boxes import box_iou, found_in, in_boxes
from spinefm.evaluation.panoptic import PanopticCounts, count_panoptic
from spinefm.evaluation.surfaces import surface_score


def block(x0, width=10, y0=0, height=10):
    return Mask(np.ones((height, width), bool), (x0, y0))


def scored(body, mask, spacing):
    """The distances, which are there."""
    score = surface_score(body, mask, spacing)
    assert score is not None
    return score


def test_a_mask_that_fits_has_no_distance():
    score = scored(block(0), block(0), 0.2)
    assert (score.assd_px, score.nsd_px, score.assd_mm, score.nsd_mm) == (0, 1, 0, 1)


def test_a_long_strip_moved_by_four_pixels_is_four_pixels_away():
    score = scored(block(0, 2000), block(0, 2000, y0=4), 0.2)
    assert score.assd_px == pytest.approx(4, rel=0.01)
    assert score.assd_mm == pytest.approx(0.8, rel=0.01)
    assert score.nsd_px < 0.01  # 4 px is more than 2 px
    assert score.nsd_mm == pytest.approx(1, abs=0.01)  # and 0.8 mm less than 1 mm


def test_without_a_scale_there_are_no_millimetres():
    score = scored(block(0), block(1), None)
    assert (score.assd_mm, score.nsd_mm) == (None, None)
    assert score.assd_px > 0


@pytest.mark.parametrize(("body", "mask"), [(block(0), Mask.empty()), (Mask.empty(), block(0))])
def test_distances_to_nothing_are_undefined(body, mask):
    assert surface_score(body, mask, 0.2) is None


TRUTH = Truth({Level.C3: block(0), Level.C4: block(20)}, {Level.C5: block(40)}, complete=True)

PANOPTIC = [
    ([], PanopticCounts(0, 0, 0, 2)),
    ([block(0), block(20)], PanopticCounts(2, 2, 0, 0)),
    ([block(0, 8)], PanopticCounts(0.8, 1, 0, 1)),
    ([block(0, 5)], PanopticCounts(0, 0, 1, 2)),  # IoU is 0.5, not above
    ([block(0), block(60)], PanopticCounts(1, 1, 1, 1)),
    ([block(0), block(42)], PanopticCounts(1, 1, 0, 1)),  # mostly on the body that is cut off
    ([block(0, 10), block(0, 10)], PanopticCounts(1, 1, 0, 1)),  # the first claims every pixel
]


@pytest.mark.parametrize(("masks", "counts"), PANOPTIC)
def test_panoptic_counts_by_hand(masks, counts):
    found = count_panoptic(TRUTH, masks, [mask.centroid for mask in masks])
    assert (found.matched, found.false, found.missed) == (counts.matched, counts.false, counts.missed)
    assert found.iou_sum == pytest.approx(counts.iou_sum)


def test_panoptic_quality_is_the_product_of_its_parts():
    counts = PanopticCounts(0.8, 1, 0, 1) + PanopticCounts(1.0, 1, 1, 0)
    assert (counts.sq, counts.rq) == pytest.approx((0.9, 2 / 3))
    assert counts.pq == pytest.approx(counts.sq * counts.rq)
    assert PanopticCounts(0, 0, 1, 2).pq == 0
    assert np.isnan(PanopticCounts().pq)


def test_where_nothing_is_and_nothing_was_found_nothing_is_counted():
    assert count_panoptic(Truth({}, {}, True), [], []) == PanopticCounts()


def test_a_body_gives_its_best_mask_away_when_both_gain():
    bodies = {Level.C3: block(0, 20), Level.C4: block(20, 20)}
    over_both, on_first = block(5, 28), block(0, 8)  # Dice 0.625 and 0.54; 0.57 and 0
    assert one_to_one(bodies, [over_both, on_first]) == {Level.C3: 1, Level.C4: 0}
    assert one_to_one(bodies, [over_both]) == {Level.C3: 0}


@pytest.mark.parametrize(
    ("bodies", "masks"), [({}, [block(0)]), ({Level.C3: block(0)}, []), ({Level.C3: block(0)}, [block(7)])]
)
def test_pairs_that_identify_nothing_are_none(bodies, masks):
    assert one_to_one(bodies, masks) == {}


@pytest.mark.parametrize(
    ("level", "name", "shift"),
    [("C5", "C5", 0), ("C5", "C6", 1), ("C5", "C3", -2), ("L5", "S1", 1), ("T12", "L1", 1), ("L6", "L5", None)],
)
def test_shifts_are_counted_along_the_spine(level, name, shift):
    assert shift_of(Level[level], Level[name]) == shift


def test_a_body_without_a_name_has_no_shift():
    assert shift_of(Level.C5, None) is None


@pytest.mark.parametrize(
    ("mask", "iou", "found"),
    [
        (block(0, 20, 0, 20), 1.0, True),
        (block(5, 10, 5, 10), 0.25, False),
        (block(4, 12, 4, 12), 0.36, True),
        (block(15, 20, 0, 20), 1 / 7, False),
        (Mask.empty(), 0.0, False),
    ],
)
def test_a_box_is_found_by_a_mask_that_lies_in_it_and_fills_it(mask, iou, found):
    box = Box(0, 0, 20, 20)
    assert box_iou(box, mask.box) == pytest.approx(iou)
    assert found_in(box, mask) is found


def test_the_mask_that_fills_a_box_best_finds_it():
    boxes = {Level.L2: Box(0, 0, 60, 60), Level.L3: Box(0, 30, 60, 90)}
    small, good, low = block(5, 34, 5, 34), block(3, 54, 3, 54), block(3, 54, 33, 54)
    assert in_boxes(boxes, [small, good, low]) == {Level.L2: 1, Level.L3: 2}
    assert in_boxes(boxes, [low, good]) == {Level.L2: 1, Level.L3: 0}


def test_a_mask_serves_one_box_only():
    boxes = {Level.C3: Box(0, 0, 20, 20), Level.C4: Box(2, 2, 22, 22)}
    assert in_boxes(boxes, [block(1, 18, 1, 18)]) == {Level.C3: 0}
    assert in_boxes(boxes, [block(1, 18, 1, 18)], taken=[0]) == {}
