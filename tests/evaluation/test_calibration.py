"""Calibration on masks counted by hand."""

import numpy as np
import pytest

from spinefm.evaluation.calibration import EDGES, calibration, calibration_csv, calibration_text, promised_dice
from spinefm.evaluation.figure import calibration_picture
from spinefm.methods.registry import specs
from spinefm.methods.spinefm.config import PROMISED_DICE, SpineFMConfig
from spinefm.trace.doubt import DOUBT
from tests.evaluation.tables import made_films, made_masks

MASKS = [(0.96, 0.9, True)] * 3 + [(0.96, 0.1, False), (1.0, 0.8, None), (0.5, 0.0, None), (None, 0.9, True)]
FILMS = made_films({"a": "whole"}, **made_masks(*MASKS))


def test_a_bin_says_how_many_of_its_masks_are_right():
    figures = calibration(FILMS)
    held = {(one.low, one.high): one for one in figures.bins if one.count}
    assert list(held) == [(0.0, 0.5), (0.95, 0.98), (0.99, 1.0)]
    sure = held[0.95, 0.98]
    assert (sure.count, sure.right, sure.named, sure.misnamed) == (4, 75, 75, 25)
    assert sure.probability == pytest.approx(0.96)
    assert (figures.count, figures.unsure_count) == (6, 1)


def test_the_calibration_error_is_the_mean_distance_from_the_diagonal():
    assert calibration(FILMS).ece == pytest.approx((4 * 21 + 1 * 0 + 1 * 50) / 6)
    right = made_films({"a": ""}, **made_masks(*[(1.0, 0.9, None)] * 5))
    assert calibration(right).ece == 0


def test_the_bins_hold_every_probability_once():
    values = np.linspace(0, 1, 101).tolist()
    films = made_films({"a": ""}, **made_masks(*[(value, 0.9, None) for value in values]))
    bins = calibration(films).bins
    assert sum(one.count for one in bins) == 101
    assert [one.low for one in bins] == list(EDGES[:-1])
    assert all(one.low <= one.probability <= one.high for one in bins if one.count)


def test_a_stricter_limit_makes_masks_wrong():
    assert calibration(FILMS, limit=0.95).bins[6].right == 0


def test_without_masks_there_is_a_sentence_and_no_error():
    none = calibration(made_films({"a": ""}, mask_dice="[]", mask_probability="[]", mask_named="[]"))
    assert "no mask can be scored" in calibration_text(none)
    assert calibration_picture(none).startswith(b"\x89PNG")
    assert calibration_csv(none).count("\n") == len(EDGES)


def test_the_table_has_a_line_per_bin_that_holds_masks():
    text = calibration_text(calibration(FILMS))
    assert len(text.splitlines()) == 1 + 3 + 2
    assert "1 mask without a probability" in text


def test_the_table_names_the_dice_that_makes_a_mask_right():
    head = calibration_text(calibration(FILMS, limit=0.8)).splitlines()[0]
    assert "Dice > 0.8 %" in head
    assert {row.split(",")[-1] for row in calibration_csv(calibration(FILMS, limit=0.8)).splitlines()[1:]} == {"0.8"}


def test_sure_masks_are_those_that_are_not_doubtful():
    masks = [(DOUBT, 0.9, None), (0.99, 0.7, None), (0.95, 0.85, None), (1.0, 0.95, None), (DOUBT - 0.01, 0.1, None)]
    sure = calibration(made_films({"a": ""}, **made_masks(*masks)), limit=0.8).sure
    assert (sure.count, sure.right) == (4, 75)
    assert sure.right_interval[0] < 75 < sure.right_interval[1]


def test_the_sentence_about_sure_masks_counts_them():
    text = calibration_text(calibration(FILMS, limit=0.8))
    assert "among 5 masks called sure (probability from 0.92), Dice above 0.8 in 60.0 %" in text
    none = calibration(made_films({"a": ""}, **made_masks((0.5, 0.9, None))))
    assert "no mask is called sure" in calibration_text(none)


def test_a_probability_is_judged_by_what_its_method_promises():
    tuned = SpineFMConfig().as_settings()
    assert promised_dice("spinefm", tuned) == PROMISED_DICE
    assert promised_dice("spinefm", {**tuned, **SpineFMConfig.PUBLISHED}) == 0.4
    assert promised_dice("spinefm", {}) == 0.4  # a run of before the probability of outlines
    assert [promised_dice(name, {}) for name in specs() if name != "spinefm"] == [0.4, 0.4]
    assert promised_dice("somebody's own", {}) == 0.4


def test_one_run_is_calibrated_for_one_promise_and_not_for_another():
    half_good = made_films({"a": ""}, **made_masks(*[(0.5, 0.9, None), (0.5, 0.6, None)] * 10))
    assert calibration(half_good, limit=0.8).ece == pytest.approx(0)
    assert calibration(half_good, limit=0.4).ece == pytest.approx(50)
