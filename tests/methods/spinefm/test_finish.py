"""Names, final masks and smoothing."""

import numpy as np
import pytest

from spinefm.core.geometry import Box
from spinefm.core.masks import Mask
from spinefm.methods.spinefm.config import SpineFMConfig
from spinefm.methods.spinefm.finish import smoothed
from tests.columns import Oracle, straight
from tests.methods.spinefm.test_induction import run


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


def test_an_outline_below_the_final_limit_is_the_inductions_and_says_so():
    column = straight(5)
    trace = run(Oracle(column), SpineFMConfig(final_limit=1.0))
    assert trace.finished is not None and len(trace.finished.notes) == 5
    assert trace.finished.notes[0].startswith("Nothing of C2 is above the final limit of 1.00")
    usual = run(Oracle(column)).finished
    assert usual is not None and usual.notes == ()
