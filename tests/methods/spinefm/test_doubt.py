"""How sure an outline is: a mask that ends sharply is, one that fades is not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from spinefm.core.geometry import Box
from spinefm.core.masks import Mask
from spinefm.methods.spinefm import SpineFMConfig
from spinefm.methods.spinefm.doubt import body_probability
from spinefm.methods.spinefm.events import Classified
from spinefm.methods.spinefm.induction import Accepted
from spinefm.methods.spinefm.segment import BodyShape, sharpness
from spinefm.trace.doubt import DOUBT

CONFIG = SpineFMConfig()
PATCH = Box(20, 30, 120, 130)


def body(blur: float, background: float = 0.02) -> Accepted:
    """A square of 40 px in its patch, whose edge fades over about `blur` px."""
    values = np.zeros((100, 100), np.float32)
    values[30:70, 30:70] = 1.0
    if blur:
        values = np.asarray(cv2.GaussianBlur(values, (0, 0), blur), np.float32)
    mask = Mask.from_array(values > 0.5, (PATCH.x0, PATCH.y0))
    answer = Classified("up", 1, background, 1 - background, 0.0, 0.0, PATCH, 0.8, 0.5)
    return Accepted(0, BodyShape(mask, values, PATCH), mask.centroid, answer, None)


def test_the_sharper_an_outline_the_surer_it_is() -> None:
    sharp = [sharpness(body(blur).shape, CONFIG) for blur in (0, 1.5, 4, 8)]
    sure = [body_probability(body(blur), CONFIG) for blur in (0, 1.5, 4, 8)]
    assert sharp[0] == 1.0 and sharp == sorted(sharp, reverse=True)
    assert sure == sorted(sure, reverse=True) and sure[0] > 0.99 and sure[-1] < DOUBT


def test_the_classifier_counts_a_little_and_alone_where_that_is_set() -> None:
    assert body_probability(body(4, 0.6), CONFIG) < body_probability(body(4, 0.02), CONFIG)
    paper = CONFIG.changed({"body_probability": "classifier"})
    assert body_probability(body(8, 0.3), paper) == pytest.approx(0.7)


def test_a_mask_at_the_edge_of_its_patch_has_a_sharpness() -> None:
    values = np.ones((100, 100), np.float32)
    shape = BodyShape(Mask.from_array(values > 0.5, (PATCH.x0, PATCH.y0)), values, PATCH)
    assert sharpness(shape, CONFIG) == 1.0


def test_how_far_from_a_mask_its_edge_is_looked_for_is_a_setting() -> None:
    near, far = (sharpness(body(8).shape, CONFIG.changed({"sharp_room_px": room})) for room in (0, 20))
    assert far < sharpness(body(8).shape, CONFIG) < near
