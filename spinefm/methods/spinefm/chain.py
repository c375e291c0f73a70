"""What the bodies of a spine say about their names, from the top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spinefm.core.levels import Level

Floats = NDArray[np.float64]
Names = tuple[Level | None, ...]
"""Levels from the top; None where a body has none."""


@dataclass(frozen=True, eq=False)
class Chain:
    """The bodies found, from the top.

    vertebra, c2, s1: (N,) probabilities of each body's class. sizes: (N,) roots of their areas in px. distances:
    (N - 1,) px between neighbours' centroids. views: probability of each view of the film, None where it is unknown.
    outlines: (N,) probability of each body's outline to be good.
    """

    vertebra: Floats
    c2: Floats
    s1: Floats
    sizes: Floats
    distances: Floats
    views: Mapping[str, float] | None
    outlines: Floats

    @property
    def count(self) -> int:
        """How many bodies there are."""
        return len(self.sizes)

    @property
    def background(self) -> Floats:
        """(N,) probability of each body to be no vertebra."""
        return np.asarray(1.0 - self.vertebra - self.c2 - self.s1)

    def part(self, first: int, end: int) -> Chain:
        """The bodies from `first` to before `end`."""
        bodies = slice(first, end)
        return Chain(
            self.vertebra[bodies],
            self.c2[bodies],
            self.s1[bodies],
            self.sizes[bodies],
            self.distances[first : end - 1],
            self.views,
            self.outlines[bodies],
        )


def log_gaps(chain: Chain) -> Floats:
    """(N - 1,) log distances of neighbours in the mean size of both bodies."""
    return np.asarray(np.log(chain.distances / ((chain.sizes[1:] + chain.sizes[:-1]) / 2)))


def chain_of(
    classes: Sequence[tuple[float, float, float]],
    sizes: Sequence[float],
    distances: Sequence[float],
    views: Mapping[str, float] | None,
    outlines: Sequence[float] | None = None,
) -> Chain:
    """The chain of bodies with these classes (vertebra, C2, S1), sizes and distances to the next (px).

    outlines: how likely each has a good outline; by default all are sure.
    """
    vertebra, c2, s1 = np.array(classes, float).reshape(-1, 3).T
    good = np.ones(len(vertebra)) if outlines is None else np.array(outlines, float)
    return Chain(vertebra, c2, s1, np.array(sizes, float), np.array(distances, float), views, good)
