"""Outlines beyond an end of the spine, such as one on the skull above C2: they must not take the end's name.

The classifier may find a piece of the skull more like C2 than C2 itself, as on a tilted or noisy film. So each doubtful
outline at an end of the chain is also weighed as one that lies beyond the spine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spinefm.core.levels import Level
from spinefm.methods.spinefm.chain import Chain, Names, log_gaps
from spinefm.methods.spinefm.config import SpineFMConfig

FEWEST = 2
"""So many bodies must be left."""
LEAST = 1e-9
"""The least probability that an outline is a stray, and that it is none: their logarithms stay finite."""


@dataclass(frozen=True, eq=False)
class Trimmed:
    """The bodies of a chain without `above` outlines over C2 and `below` under S1, and the log evidence of this."""

    chain: Chain
    above: int
    below: int
    evidence: float

    def padded(self, levels: Names) -> Names:
        """The levels of the whole chain: outlines beyond the spine have none."""
        return (None,) * self.above + levels + (None,) * self.below

    def fits(self, places: NDArray[np.int64], count: int) -> NDArray[np.bool_]:
        """Which of the stretches (C, N) of an order of `count` levels end where the spine must."""
        begins, ends = places[:, 0] == 0, places[:, -1] == count - 1
        return np.asarray((begins | (self.above == 0)) & (ends | (self.below == 0)))


def is_stray(levels: Names, index: int) -> bool:
    """Whether a body without a level lies above C2 or below S1."""
    if levels[index] is not None:
        return False
    return Level.C2 in levels[index + 1 : index + 2] or Level.S1 in levels[max(0, index - 1) : index]


def spines(chain: Chain, config: SpineFMConfig) -> Iterator[Trimmed]:
    """The whole chain, and without the outline at its top, its bottom, and both."""
    if not config.strays:
        yield Trimmed(chain, 0, 0, 0.0)
        return
    shares = np.clip(1.0 - chain.outlines[[0, -1]], LEAST, 1.0 - LEAST)
    inner, outer = np.log1p(-shares), np.log(shares) + [_stray(chain, 0, config), _stray(chain, -1, config)]
    for above, below in ((0, 0), (1, 0), (0, 1), (1, 1)):
        if chain.count - above - below >= FEWEST or not above + below:
            evidence = (inner, outer)[above][0] + (inner, outer)[below][1]
            yield Trimmed(chain.part(above, chain.count - below), above, below, float(evidence))


def _stray(chain: Chain, index: int, config: SpineFMConfig) -> float:
    """Log evidence of the outline at `index`, 0 or -1, if it is no vertebra: its class, its size and its distance."""
    if chain.count < FEWEST:
        return 0.0
    neighbour = 1 if index == 0 else -2
    gaps = log_gaps(chain)
    size = float(np.log(chain.sizes[index] / chain.sizes[neighbour]))
    gap = float(gaps[index] - np.median(gaps))
    own = float(np.log(max(chain.background[index], config.class_floor)))
    sizes = config.none_looser * config.size_spread, config.end_spread
    distances = config.none_looser * config.gap_spread, config.end_gap_spread
    return config.class_weight * own + _log_density(size, *sizes) + _log_density(gap, *distances)


def _log_density(deviation: float, *spreads: float) -> float:
    """Log density of a deviation of 0 on average, whose variances add up."""
    variance = sum(spread**2 for spread in spreads)
    return -0.5 * (deviation**2 / variance + float(np.log(2 * np.pi * variance)))
