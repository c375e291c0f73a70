"""Draws of landmarks, and the intervals of what is measured on them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spinefm.measure import FacingGuess, MeasureConfig, measure_landmarks
from spinefm.measure.spine import Spine, kept
from spinefm.measure.uncertainty import half_intervals, resampled
from tests.measure.spines import lumbar

LEFT = FacingGuess("left", 1.0, "given")


def spine_of(config: MeasureConfig, spread: float = 1.0) -> Spine:
    bodies = tuple(replace(body, spread=spread) for body in lumbar())
    return Spine(bodies, "left", 0.3, "", config)


def test_the_draws_repeat_and_follow_the_seed() -> None:
    config = MeasureConfig()
    first, again = (resampled(spine_of(config), config) for _ in range(2))
    other = resampled(spine_of(config), MeasureConfig(random_seed=config.random_seed + 1))
    assert np.array_equal(first, again) and not np.array_equal(first, other)
    assert first.shape[0] == config.resamples and np.isfinite(first).all()


def test_the_draws_of_a_body_do_not_depend_on_the_others() -> None:
    config = MeasureConfig()
    whole = spine_of(config)
    part = Spine(whole.bodies[:2], "left", 0.3, "", config)
    assert np.array_equal(resampled(part, config), resampled(whole, config)[:, :2])


@pytest.mark.parametrize("named", [True, False])
def test_a_body_less_leaves_the_draws_of_the_others(named: bool) -> None:
    config = MeasureConfig()
    bodies = [replace(one, number=7 - at) for at, one in enumerate(spine_of(config).bodies)]
    if not named:
        bodies = [replace(one, level=None) for one in bodies]
    whole, part = (resampled(Spine(tuple(some), "left", 0.3, "", config), config) for some in (bodies, bodies[2:]))
    assert np.array_equal(part, whole[:, 2:])
    moves = (whole - whole.mean(axis=0))[:, 3:5, 0, 0]
    assert abs(np.corrcoef(moves.T)[0, 1]) < 0.2, "each body has numbers of its own"


def test_twice_the_spread_moves_twice_as_far() -> None:
    config = MeasureConfig(resamples=50)
    once, twice = spine_of(config), spine_of(config, 2.0)
    moved = resampled(once, config) - once.points
    np.testing.assert_allclose(resampled(twice, config) - twice.points, 2 * moved, atol=1e-9)


def test_half_intervals_are_those_of_each_measure_alone() -> None:
    values = np.random.default_rng(0).normal(0, [[1.0], [3.0], [10.0]], (3, 400))
    expected = [float(np.subtract(*np.percentile(row, (97.5, 2.5)))) / 2 for row in values]
    assert half_intervals(values) == expected
    assert half_intervals(np.sort(values, axis=1)) == expected


@pytest.mark.parametrize("resamples", [20, 400])
def test_a_value_is_that_of_the_landmarks_whatever_the_draws(resamples: int) -> None:
    config = MeasureConfig(resamples=resamples)
    sure = measure_landmarks(lumbar(), LEFT, 0.3, config=config)
    drawn = measure_landmarks(spine_of(config, 0.4).bodies, LEFT, 0.3, config=config)
    values = {(one.key, one.levels): one.value for one in sure}
    known = [one for one in drawn if one.value is not None]
    assert [one.value for one in known] == [values[one.key, one.levels] for one in known]
    assert all(one.uncertainty == 0 for one in sure if one.value is not None)
    assert all(one.uncertainty for one in known)


def test_a_kept_formula_is_computed_once_per_array() -> None:
    computed: list[np.ndarray] = []

    def summed(points: np.ndarray) -> np.ndarray:
        computed.append(points)
        return np.asarray(points.sum(axis=-1))

    formula = kept(summed)
    first, second = np.ones((4, 2)), np.zeros((4, 2))
    assert formula(first) is formula(first) and len(computed) == 1
    assert formula(second).tolist() == [0] * 4 and formula(first).tolist() == [2] * 4
    assert len(computed) == 3
