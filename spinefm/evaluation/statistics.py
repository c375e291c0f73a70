"""The uncertainty of a figure: bootstrap over films, and Wilcoxon's signed-rank test between two methods.

Vertebrae of one film are not independent, so films are resampled and compared, never vertebrae.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
RESAMPLES = 1000
BATCH = 50
"""Resamples that are drawn at once."""
SEED = 20250411
PERCENTILES = (2.5, 97.5)


def interval_over_films(
    films: NDArray[Any], sums: Floats, ratios: Sequence[tuple[int, int]]
) -> list[tuple[float, float]]:
    """95 % intervals of ratios of sums, films drawn with replacement (percentile bootstrap, always the same draws).

    films: (rows,) the film of each row. sums: (rows, k) what is summed. ratios: for each interval, the columns of
    `sums` for numerator and denominator. NaN without two films.
    """
    _, inverse = np.unique(films.astype(str), return_inverse=True)
    count = int(inverse.max()) + 1 if len(inverse) else 0
    if count < 2:
        return [(float("nan"), float("nan"))] * len(ratios)
    per_film = np.zeros((count, sums.shape[1]))
    np.add.at(per_film, inverse, sums)
    totals = _resampled(per_film)  # (resamples, k)
    intervals = []
    for above, below in ratios:
        drawn = totals[totals[:, below] > 0]
        low, high = np.percentile(drawn[:, above] / drawn[:, below], PERCENTILES) if len(drawn) else (np.nan, np.nan)
        intervals.append((float(low), float(high)))
    return intervals


def _resampled(per_film: Floats) -> Floats:
    """The column sums of each resample, (RESAMPLES, k); drawn in batches, because films can be many."""
    rng = np.random.default_rng(SEED)
    count = len(per_film)
    share = np.full(count, 1 / count)
    batches = [rng.multinomial(count, share, size=BATCH) @ per_film for _ in range(RESAMPLES // BATCH)]
    return np.concatenate(batches)


@dataclass(frozen=True)
class Paired:
    """Two methods on the same `count` films: mean difference (second less first), its 95 % interval, Wilcoxon's p.

    p is None where no film differs, or there is none.
    """

    count: int
    difference: float
    interval: tuple[float, float]
    p: float | None


def paired(first: Floats, second: Floats) -> Paired:
    """Compare two methods by one figure per film, (films,) each in the same order."""
    difference = second - first
    if not len(difference):
        return Paired(0, float("nan"), (float("nan"), float("nan")), None)
    ones = np.ones(len(difference))
    sums = np.stack([difference, ones], axis=1)
    interval = interval_over_films(np.arange(len(difference)), sums, ((0, 1),))[0]
    return Paired(len(difference), float(difference.mean()), interval, _wilcoxon(difference))


def _wilcoxon(difference: Floats) -> float | None:
    if not difference.any():
        return None
    from scipy.stats import wilcoxon

    return float(wilcoxon(difference).pvalue)
