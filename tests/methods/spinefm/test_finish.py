"""Names, final masks and smoothing."""

import numpy as np
import pytest

from spinefm.core.geometry import Box
from spinefm.core.masks import Mask
from spinefm.methods.spinefm.finish import smoothed
from spinefm.methods.spinefm.settings import SpineFMSettings
from tests.columns import Oracle, straight
from tests.methods.spinefm.test_walk import run


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


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [("final_limit", 1.5, "is 1 at most"), ("patch_side_px", 10**5, "is 8192 at most"), ("smoothing", "100", "most")],
)
def test_values_beyond_sense_are_refused(name, value, words):
    with pytest.raises(ValueError, match=f"The setting {name} .*{words}"):
        SpineFMSettings().changed({name: value})


def test_a_side_in_spacings_takes_the_place_of_a_fixed_one():
    published = SpineFMSettings(patch_side_px=300, classifier_side_px=256)
    changed = published.changed({"patch_factor": 4.0})
    assert (changed.patch_factor, changed.patch_side_px, changed.classifier_side_px) == (4.0, 0, 256)
    assert published.changed({"patch_factor": 4.0, "patch_side_px": 500}).patch_side_px == 500


def test_an_outline_below_the_final_limit_is_the_walks_and_says_so():
    column = straight(5)
    trace = run(Oracle(column), SpineFMSettings(final_limit=1.0))
    assert trace.finished is not None and len(trace.finished.notes) == 5
    assert trace.finished.notes[0].startswith("Nothing of C2 is above the final limit of 1.00")
    usual = run(Oracle(column)).finished
    assert usual is not None and usual.notes == ()
