"""Which phantoms may be scored when, and what the rule of truth changes."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from bench.phantoms import fault_of, purpose, truth_before
from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.data import Truth
from spinefm.phantom.seeds import RELEASE_SEEDS


@pytest.mark.parametrize(
    ("seeds", "is_release", "fault"),
    [
        (range(9_850_000, 9_850_100), False, ""),
        (range(900_000, 900_100), False, ""),
        (range(999_950, 1_000_050), False, "all be for tests"),
        (range(0, 100), False, "all be for tests"),
        (RELEASE_SEEDS, False, "for releases"),
        (range(9_099_990, 9_100_001), False, "for releases"),
        (RELEASE_SEEDS, True, ""),
        (RELEASE_SEEDS[:100], True, "whole test range"),
        (range(9_850_000, 9_850_100), True, "whole test range"),
    ],
)
def test_the_test_range_is_kept_for_releases(seeds, is_release, fault):
    found = fault_of(seeds, is_release)
    assert fault in found and bool(fault) == bool(found)


@pytest.mark.parametrize(
    ("first", "word"),
    [(9_000_000, "tuning"), (950_000, "tuning"), (9_100_000, "test range"), (9_850_000, "no seeds")],
)
def test_what_figures_are_worth_is_printed(first, word):
    assert word in purpose(first)


def test_the_rule_of_before_left_faint_bodies_out():
    pixels = np.full((100, 100), 0.5, np.float32)
    pixels[10:30, 10:30] = 0.9
    bodies = {Level.C3: Mask(np.ones((20, 20), bool), (10, 10)), Level.C4: Mask(np.ones((20, 20), bool), (60, 60))}
    before = truth_before(Truth(bodies, {}, True), SimpleNamespace(pixels=pixels))
    assert (list(before.bodies), list(before.partial)) == ([Level.C3], [Level.C4])
