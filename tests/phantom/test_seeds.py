"""Ranges of seeds: apart from each other, and the card says the same as the code."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from spinefm.phantom.seeds import (
    MEASURE_SEEDS,
    RELEASE_SEEDS,
    TEST_SEEDS,
    TRAIN_SEEDS,
    TUNING_SEEDS,
    share_a_seed,
)

CARD = Path(__file__).parents[2] / "weights" / "README.md"
RELEASE_SEEDS_FROZEN = "2026-11-26"
"""The day on which `RELEASE_SEEDS` were set aside, before anything was run on them."""


@pytest.mark.parametrize(
    ("first", "second"), combinations((TRAIN_SEEDS, RELEASE_SEEDS, MEASURE_SEEDS, TUNING_SEEDS[1]), 2)
)
def test_what_is_for_one_thing_is_for_no_other(first, second):
    assert not share_a_seed(first, second)


def test_the_test_range_lies_among_the_seeds_that_nothing_is_trained_on():
    assert RELEASE_SEEDS[0] in TEST_SEEDS and RELEASE_SEEDS[-1] in TEST_SEEDS


def test_the_card_names_the_test_range_its_date_and_how_often_it_was_run():
    card = " ".join(CARD.read_text(encoding="utf-8").split())
    assert f"seeds {RELEASE_SEEDS[0]} to {RELEASE_SEEDS[-1]}, set aside on {RELEASE_SEEDS_FROZEN}" in card
    assert "Runs so far:" in card
