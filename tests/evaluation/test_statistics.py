"""Intervals and tests with answers that are known."""

import numpy as np
import pytest
from scipy.stats import binomtest

from spinefm.evaluation.statistics import holm, interval_over_films, paired, rate_interval, share_interval, wilson


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


@pytest.mark.parametrize(("hits", "count"), [(0, 10), (7, 10), (10, 10), (1, 400)])
def test_wilsons_interval_is_scipys(hits, count):
    known = binomtest(hits, count).proportion_ci(method="wilson")
    assert wilson(hits / count, count) == pytest.approx((known.low, known.high), abs=1e-6)


def test_nothing_has_no_interval():
    assert np.isnan(wilson(float("nan"), 0)).all()
    assert np.isnan(share_interval(np.array([], str), np.array([], bool))).all()
    assert np.isnan([rate_interval(np.array(counts)) for counts in ([], [3.0])]).all()


def test_a_share_of_all_is_not_sure_and_counts_each_film_once():
    films = np.repeat(np.arange(30), 5)
    low, high = share_interval(films, np.ones(150, bool))
    assert (low, high) == pytest.approx(wilson(1.0, 30))
    assert 0.85 < low < 0.9


def test_few_films_take_wilsons_interval_and_many_the_bootstrap():
    hit = np.arange(19) % 2 == 0
    assert share_interval(np.arange(19), hit) == wilson(float(hit.mean()), 19)
    films, hit = np.arange(40), np.arange(40) % 2 == 0
    sums = np.stack([hit.astype(float), np.ones(40)], axis=1)
    assert share_interval(films, hit) == interval_over_films(films, sums, ((0, 1),))[0]


@pytest.mark.parametrize(("films", "high"), [(100, 0.03689), (1, 3.689)])
def test_no_false_mask_on_n_films_is_less_than_about_four_in_n(films, high):
    assert rate_interval(np.zeros(films)) == pytest.approx((0, high), rel=1e-4)


@pytest.mark.parametrize(
    ("given", "corrected"),
    [
        ([], []),
        ([0.04], [0.04]),
        ([0.01, 0.04, 0.03], [0.03, 0.06, 0.06]),
        ([0.03, None, 0.01], [0.03, None, 0.02]),
        ([0.9, 0.8], [1.0, 1.0]),
    ],
)
def test_holms_correction_by_hand(given, corrected):
    assert holm(given) == pytest.approx(corrected)
