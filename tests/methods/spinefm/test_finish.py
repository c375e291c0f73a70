"""Names, final masks and smoothing."""

import numpy as np
import pytest

from spinefm.geometry import Box
from spinefm.masks import Mask
from spinefm.methods.spinefm.finish import smoothed
from spinefm.methods.spinefm.settings import SpineFMSettings


@pytest.mark.parametrize("sigma", [0.5, 2.0])
def test_smoothing_keeps_a_large_body_and_rounds_its_corners(sigma):
    body = Mask(np.ones((40, 60), bool), (7, 9))
    smooth = smoothed(body, sigma)
    assert smooth.dice(body) > 0.98
    assert smooth.area <= body.area
    assert bool(smooth.within(Box(7, 9, 8, 10))) == (sigma < 1)
    assert smooth.centroid == pytest.approx(body.centroid, abs=0.01)


def test_smoothing_drops_a_lone_speck():
    pixels = np.zeros((40, 80), bool)
    pixels[5:35, 5:35] = True
    pixels[20, 70] = True
    assert smoothed(Mask.from_array(pixels), 2.0).box.x1 < 40


def test_no_smoothing_changes_nothing():
    body = Mask(np.ones((5, 5), bool), (0, 0))
    assert smoothed(body, 0.0) is body


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"patch": 3}, "no setting named 'patch'"),
        ({"overlap_limit": "much"}, "is a number"),
        ({"overlap_limit": -0.1}, "from 0 up"),
        ({"overlap_limit": float("nan")}, "from 0 up"),
        ({"recentre": "maybe"}, "true or false"),
        ({"score_step": 0}, "above 0"),
        ({"score_step": "0.0"}, "above 0"),
        ({"step_limit": float("inf")}, "from 0 up"),
        ({"step_limit": "inf"}, "from 0 up"),
        ({"step_limit": 2.5}, "whole number"),
        ({"step_limit": True}, "from 0 up"),
        ({"overlap_limit": None}, "from 0 up"),
    ],
)
def test_settings_that_make_no_sense_are_refused(changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        SpineFMSettings().changed(changes)


def test_settings_arrive_as_text_from_a_command_line():
    changed = SpineFMSettings().changed({"overlap_limit": "0.2", "step_limit": "7", "recentre": "false"})
    assert (changed.overlap_limit, changed.step_limit, changed.recentre) == (0.2, 7, False)
