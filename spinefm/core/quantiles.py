"""Percentiles and medians of large arrays, equal to numpy's bit for bit, in a fraction of its time.

A sample brackets the value that is sought; only what lies in the bracket is sorted. Bytes are counted instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

SAMPLE = 2048
"""Values of the sample that brackets a percentile."""
REACH = 100
"""Places of the sorted sample to both sides of the percentile: about five standard deviations at the median."""
SMALL = 4 * SAMPLE
"""Arrays of fewer values are sorted as they are."""


def percentile(values: NDArray[Any], share: float) -> Any:
    """`np.percentile(values, share)` of values without NaN (any shape, at least one), 0 to 100, in their own type."""
    return _between(values.ravel(), share / 100, float)


def percentiles(values: NDArray[Any], shares: Sequence[float]) -> tuple[float, ...]:
    """`np.percentile(values, shares)` of values without NaN (any shape, at least one), each 0 to 100."""
    flat = values.ravel()
    known = _Histogram(flat) if flat.dtype == np.uint8 and flat.size >= SMALL else flat
    return tuple(float(_between(known, share / 100, np.float64)) for share in shares)


def median(values: NDArray[Any]) -> Any:
    """`np.median(values)` of floats without NaN (any shape, at least one), in their own type."""
    flat, half = values.ravel(), values.size // 2
    if values.size % 2:
        return _ranked(flat, half)[0]
    lower, upper = _ranked(flat, half - 1)
    return (lower + upper) / 2


class _Histogram:
    """Bytes as the number of each: the sorted values without sorting."""

    def __init__(self, values: NDArray[np.uint8]) -> None:
        self.size = values.size
        self._last = np.cumsum(np.bincount(values, minlength=256))

    def at(self, rank: int) -> np.uint8:
        """The value at that place of the sorted ones."""
        return np.uint8(np.searchsorted(self._last, rank, side="right"))


def _between(values: NDArray[Any] | _Histogram, share: float, kind: type[float]) -> Any:
    """The value at `share` (0 to 1) of the sorted ones, between two of them as numpy interpolates."""
    place = (values.size - 1) * share
    rank = int(place)
    lower, upper = _ranked(values, rank)
    weight, step = kind(place - rank), upper - lower
    return lower + step * weight if weight < 0.5 else upper - step * (1 - weight)


def _ranked(values: NDArray[Any] | _Histogram, rank: int) -> tuple[Any, Any]:
    """The value at place `rank` of the sorted ones, and the next one; the last is followed by itself."""
    if isinstance(values, _Histogram):
        return values.at(rank), values.at(min(rank + 1, values.size - 1))
    if values.size > SMALL:
        values, rank = _bracketed(values, rank)
    parted = np.partition(values, rank)
    return parted[rank], parted[rank + 1 :].min() if rank + 1 < values.size else parted[rank]


def _bracketed(values: NDArray[Any], rank: int) -> tuple[NDArray[Any], int]:
    """Fewer values that hold the two sought, and the place of the first among them; all where the sample misleads."""
    sample = np.sort(values[:: values.size // SAMPLE])
    middle = rank * sample.size // values.size
    low, high = sample[max(0, middle - REACH)], sample[min(sample.size - 1, middle + REACH)]
    below = int(np.count_nonzero(values < low))
    inside = values[(values >= low) & (values <= high)]
    if below <= rank and rank + 1 < below + inside.size:
        return inside, rank - below
    return values, rank
