"""Grey values: bytes as all others, refusals of what is no film, and the ends of the range."""

from __future__ import annotations

import numpy as np
import pytest

from spinefm.imaging.decoded import UnreadableFilm, check_values, scaled, windowed


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
