"""Grey values: bytes as all others, refusals of what is no film, and the ends of the range."""

from __future__ import annotations

import numpy as np
import pytest

from spinefm.imaging.decoded import UnreadableFilm, check_values, ends, scaled, windowed


@pytest.mark.parametrize(("low", "high"), [(0.0, 255.0), (17.0, 201.5), (-3.0, 90.0)])
def test_bytes_are_windowed_as_the_same_values_of_another_type(low: float, high: float) -> None:
    values = np.random.default_rng(0).integers(0, 256, (70, 90)).astype(np.uint8)
    shown = windowed(values[::2, 1:], low, high)
    assert shown.dtype == np.float32 and shown.shape == (35, 89)
    assert np.array_equal(shown, windowed(values[::2, 1:].astype(np.uint16), low, high))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", [(0, 0), (33, 51), (-1, -1)])
def test_one_value_that_is_no_number_is_enough_to_refuse(bad: float, place: tuple[int, int]) -> None:
    values: np.ndarray = np.random.default_rng(1).random((80, 80)).astype(np.float32)
    values[place] = bad
    with pytest.raises(UnreadableFilm, match="NaN or infinite"):
        check_values(values)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.int32, np.float32])
def test_one_grey_value_everywhere_is_refused_and_two_are_not(kind: type[np.generic]) -> None:
    values: np.ndarray = np.ones((64, 64), kind)
    with pytest.raises(UnreadableFilm, match="same grey value"):
        check_values(values)
    values[3, 4] = 0
    check_values(values)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_a_narrow_film_is_stretched_at_its_own_percentiles(kind: type[np.unsignedinteger]) -> None:
    most = int(np.iinfo(kind).max)
    values = np.random.default_rng(2).integers(most // 10, most // 5, (300, 400)).astype(kind)
    pixels, notes = scaled(values, (0.0, float(most)))
    low, high = np.percentile(values[::2, ::2], (0.1, 99.9))
    assert notes == (f"The grey values from {low:g} to {high:g} were stretched to the full range.",)
    expected = np.clip((values.astype(np.float32) - np.float32(low)) / np.float32(high - low), 0, 1)
    assert np.array_equal(pixels, expected)


@pytest.mark.parametrize(("kind", "offset"), [(np.uint32, 1 << 31), (np.int32, -(1 << 30)), (np.float64, 1e9)])
def test_greys_far_from_zero_stay_apart(kind: type[np.generic], offset: float) -> None:
    """A film of 12 bits on an offset has the greys of the same film without it."""
    plain = (np.add.outer(np.arange(300), np.arange(200)) / 500 * 4095).astype(np.int64)
    near, far = (scaled((plain + int(by)).astype(kind), None)[0] for by in (0, offset))
    assert len(np.unique(far)) == len(np.unique(near)) > 450
    assert far.dtype == np.float32 and np.abs(near - far).max() < 1e-6


def mixed(**shares: tuple[float, float, float]) -> np.ndarray:
    """(200, 500): values spread evenly from the first to the second number, on a share of the pixels."""
    parts = [np.linspace(low, high, round(share * 100_000)) for low, high, share in shares.values()]
    values = np.concatenate(parts)
    return np.random.default_rng(3).permutation(values).astype(np.uint16).reshape(200, 500)


ENDS: dict[str, tuple[np.ndarray, tuple[float, float]]] = {
    "one group": (mixed(film=(1000, 5000, 1)), (1000, 5000)),
    "a bright marker": (mixed(film=(1000, 5000, 0.97), marker=(65535, 65535, 0.03)), (1000, 5000)),
    "a marker with soft edges": (
        mixed(film=(1000, 5000, 0.9695), edge=(5000, 65535, 0.0005), marker=(63000, 65535, 0.03)),
        (1000, 5000),
    ),
    "soft letters that were compressed with loss": (
        mixed(film=(1000, 5000, 0.96), edge=(5000, 65535, 0.02), letters=(65100, 65535, 0.02)),
        (1000, 5000),
    ),
    "a small field on a black film": (
        mixed(noise=(0, 20, 0.94), field=(600, 3200, 0.06)),
        (0, 3150),
    ),
    "a tiny field on a black film": (
        mixed(noise=(0, 20, 0.96), field=(0, 3200, 0.04)),
        (0, 3119),
    ),
    "letters that are mostly soft edges": (
        mixed(film=(1000, 5000, 0.96), edge=(5000, 65535, 0.02), letters=(65535, 65535, 0.02)),
        (1000, 5000),
    ),
    "a white frame": (mixed(film=(1000, 5000, 0.78), frame=(65535, 65535, 0.22)), (1000, 5000)),
    "a black frame": (mixed(film=(20000, 24000, 0.78), frame=(0, 0, 0.22)), (20000, 24000)),
    "a large white frame": (mixed(film=(1000, 5000, 0.4), frame=(65535, 65535, 0.6)), (1000, 5000)),
    "a small picture in a black frame": (mixed(film=(40000, 60000, 0.3), frame=(0, 0, 0.7)), (40000, 60000)),
    "a few marks on black": (mixed(marks=(40000, 60000, 0.1), frame=(0, 0, 0.9)), (0, 60000)),
    "two parts of a picture": (mixed(film=(1000, 5000, 0.6), air=(63000, 65535, 0.4)), (1000, 65535)),
    "a small gap": (mixed(film=(0, 40000, 0.9), bone=(55000, 65000, 0.1)), (0, 65000)),
}


@pytest.mark.parametrize("case", ENDS)
def test_few_values_beyond_a_large_gap_do_not_count(case: str) -> None:
    values, expected = ENDS[case]
    assert ends(values) == pytest.approx(expected, abs=0.01 * (expected[1] - expected[0]))


def test_two_grey_values_both_count() -> None:
    assert ends(mixed(black=(0, 0, 0.9), white=(255, 255, 0.1))) == (0, 255)
