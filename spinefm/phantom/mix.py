"""The mixture of phantoms that networks are trained on: half of the usual kind, the rest from every group."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

MIXED, NEGATIVE = "mixed", "negative"
"""Names in place of a group: the mixture, and pictures that are no lateral spine film."""

SHARES: Mapping[str, float] = {
    "": 0.5,
    "chest": 0.06,
    "thoracic": 0.045,
    "whole": 0.05,
    "child": 0.04,
    "fracture": 0.05,
    "slip": 0.015,
    "turned": 0.025,
    "implant": 0.045,
    "veiled": 0.05,
    "coarse": 0.015,
    "shut": 0.02,
    "spot": 0.035,
    "third": 0.02,
    "tilted": 0.02,
    "count": 0.02,
    "young": 0.03,
}
"""Share of each group; half stay of the usual kind, so that what is learnt there is not lost."""


def drawn_group(seed: int, negatives: float = 0.1) -> str | None:
    """The group of a seed in the mixture, None for the usual kind; `negatives` is the share of no lateral films."""
    rng = np.random.default_rng(np.random.SeedSequence((seed, 5)))
    if rng.random() < negatives:
        return NEGATIVE
    names, shares = list(SHARES), np.array(list(SHARES.values()))
    return str(rng.choice(names, p=shares / shares.sum())) or None
