"""Intervals and tests with answers that are known."""

import numpy as np
import pytest

from spinefm.evaluation.statistics import interval_over_films, paired


def test_films_that_agree_have_no_spread():
    sums = np.array([[0.9, 1.0]] * 12)
    ((low, high),) = interval_over_films(np.repeat(["a", "b", "c"], 4), sums, ((0, 1),))
    assert (low, high) == pytest.approx((0.9, 0.9))


def test_the_interval_is_that_of_films_and_not_of_vertebrae():
    values = np.repeat(np.arange(20) % 2, 50).astype(float)
    sums = np.stack([values, np.ones(1000)], axis=1)
    ((low, high),) = interval_over_films(np.repeat(np.arange(20), 50), sums, ((0, 1),))
    spread = np.sqrt(0.25 / 20)  # of the mean of twenty coins
    assert (high - low) / 2 == pytest.approx(1.96 * spread, rel=0.15)


def test_the_same_data_give_the_same_interval():
    sums = np.random.default_rng(0).random((30, 2))
    films = np.arange(30)
    assert interval_over_films(films, sums, ((0, 1),)) == interval_over_films(films, sums, ((0, 1),))


def test_one_film_has_no_interval():
    assert np.isnan(interval_over_films(np.array(["a", "a"]), np.ones((2, 2)), ((0, 1),))[0]).all()


def test_wilcoxon_of_six_films_that_all_gain():
    result = paired(np.zeros(6), np.arange(1, 7) / 10)
    assert result.p == pytest.approx(2 / 64)  # both signs of one out of 2**6 equally likely ones
    assert result.difference == pytest.approx(0.35)
    assert result.count == 6


def test_methods_that_do_the_same_have_no_p():
    assert paired(np.ones(5), np.ones(5)).p is None
    assert paired(np.zeros(0), np.zeros(0)).p is None
