"""The uncertainty of a figure: bootstrap over films, Wilson's interval for small groups, tests between two methods.

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
Z = 1.959964
"""Standard deviations of a normal distribution that hold 95 %."""
SMALL_GROUP = 20
"""With fewer films than this a share's interval is Wilson's: so few films hold too little of what could happen."""


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


def wilson(share: float, count: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share seen `count` times (Wilson, 1927); NaN of nothing.

    Unlike a bootstrap it has a width where all or none were hit.

    >>> tuple(round(end, 3) for end in wilson(1.0, 10))
    (0.722, 1.0)
    """
    if not count:
        return float("nan"), float("nan")
    scale = 1 + Z**2 / count
    middle = (share + Z**2 / (2 * count)) / scale
    reach = Z / scale * float(np.sqrt(share * (1 - share) / count + Z**2 / (4 * count**2)))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def share_interval(films: NDArray[Any], hit: NDArray[np.bool_]) -> tuple[float, float]:
    """95 % of the share of vertebrae that were hit, both (rows,): a bootstrap over films, or Wilson's in its place.

    It is Wilson's with fewer than SMALL_GROUP films and where all or none were hit. That counts each film
    once: what goes wrong on a film goes wrong for its vertebrae together.
    """
    count = len(np.unique(films.astype(str)))
    share = float(hit.mean()) if len(hit) else float("nan")
    if count < SMALL_GROUP or share in (0.0, 1.0):
        return wilson(share, count)
    sums = np.stack([hit.astype(float), np.ones(len(hit))], axis=1)
    return interval_over_films(films, sums, ((0, 1),))[0]


def rate_interval(counts: Floats) -> tuple[float, float]:
    """95 % of the mean of `counts`, one per film: a bootstrap over films, or the exact one where there are none.

    Without a single event the upper end is Poisson's, 3.69 over the number of films (Garwood, 1936).
    """
    if len(counts) and not counts.any():
        return 0.0, float(-np.log(0.025) / len(counts))
    if len(counts) < 2:
        return float("nan"), float("nan")
    sums = np.stack([counts, np.ones(len(counts))], axis=1)
    return interval_over_films(np.arange(len(counts)), sums, ((0, 1),))[0]


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """p-values of one family of comparisons, corrected for their number (Holm, 1979); None stays None.

    >>> holm([0.01, None, 0.04, 0.03])
    [0.03, None, 0.06, 0.06]
    """
    known = sorted((p, index) for index, p in enumerate(p_values) if p is not None)
    corrected: list[float | None] = [None] * len(p_values)
    highest = 0.0
    for rank, (p, index) in enumerate(known):
        highest = max(highest, min(1.0, p * (len(known) - rank)))
        corrected[index] = highest
    return corrected


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
