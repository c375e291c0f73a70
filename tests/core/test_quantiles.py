"""Percentiles and medians: numpy's own, bit for bit, whatever the values."""

import numpy as np
import pytest

from spinefm.core.quantiles import SMALL, median, percentile, percentiles

SHARES = (0, 0.1, 2.5, 25, 49.99, 50, 60, 85, 97, 99.9, 100)
SIZES = (1, 2, 3, 400, SMALL, SMALL + 1, 50_000, 50_001)


def _arrays(size: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(size)
    spread = rng.standard_normal(size).astype(np.float32)
    return {
        "spread": spread,
        "doubles": rng.standard_normal(size),
        "sorted": np.sort(spread),
        "falling": np.sort(spread)[::-1],
        "steep": np.abs(spread) ** 9,
        "few": rng.integers(0, 4, size).astype(np.float32),
        "equal": np.full(size, 0.3, np.float32),
        "one apart": np.where(np.arange(size) == size // 2, 7, 0).astype(np.float32),
        "waves": np.sin(np.arange(size) * (2 * np.pi / max(1, size // 2048))).astype(np.float32),
        "bytes": rng.integers(0, 256, size).astype(np.uint8),
        "few bytes": rng.integers(0, 2, size).astype(np.uint8) * 200,
    }


@pytest.mark.parametrize("size", SIZES)
def test_percentiles_are_those_of_numpy(size):
    for name, values in _arrays(size).items():
        assert percentiles(values, SHARES) == tuple(np.percentile(values, SHARES)), name


@pytest.mark.parametrize("size", SIZES)
def test_one_percentile_is_that_of_numpy_and_of_its_type(size):
    for name, values in _arrays(size).items():
        for share in SHARES:
            found, expected = percentile(values, share), np.percentile(values, share)
            assert found == expected and found.dtype == expected.dtype, (name, share)


@pytest.mark.parametrize("size", SIZES)
def test_the_median_is_that_of_numpy(size):
    for name, values in _arrays(size).items():
        if values.dtype.kind == "f":
            found, expected = median(values), np.median(values)
            assert found == expected and found.dtype == expected.dtype, name


def test_shape_and_stride_do_not_matter():
    values = np.random.default_rng(1).random((300, 400)).astype(np.float32)
    part = values[::2, 5:-7]
    assert percentiles(part, (3, 90)) == tuple(np.percentile(part, (3, 90)))
    assert median(part) == np.median(part)
    assert percentile(values.T, 85) == np.percentile(values, 85)


def test_the_values_stay_as_they_are():
    values = np.random.default_rng(2).random(20_000)
    before = values.copy()
    median(values), percentile(values, 30), percentiles(values, (1, 2))
    assert np.array_equal(values, before)


def test_a_sample_that_misleads_changes_nothing():
    values = np.zeros(40_000, np.float32)  # the sample sees zeros alone
    values[1::2] = np.random.default_rng(3).random(20_000).astype(np.float32)
    assert np.all(values[:: values.size // 2048 + 1][::2] >= 0)
    assert percentiles(values, SHARES) == tuple(np.percentile(values, SHARES))
    assert median(values) == np.median(values)
