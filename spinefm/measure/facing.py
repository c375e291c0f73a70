"""To which side does the patient look? From the view network's answer and from how the endplates slope."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from spinefm.core.geometry import Point
from spinefm.core.levels import Level
from spinefm.measure.config import MeasureConfig
from spinefm.measure.model import FacingGuess

USUAL_SLOPES: Mapping[Level, float] = {
    Level.C6: 17.0,
    Level.C7: 20.0,
    Level.T1: 25.0,
    Level.T2: 26.0,
    Level.T3: 24.0,
    Level.T11: -13.0,
    Level.T12: -16.0,
    Level.L1: -18.0,
    Level.L2: -14.0,
    Level.L5: 20.0,
    Level.S1: 40.0,
}
"""By how many degrees the superior endplate slopes down to anterior in standing adults, where it is clearly oblique.

C7, T1 and S1 as published (see `references`); the others follow from the curvatures between them."""


def guess(
    network: tuple[str, float] | None, tops: Sequence[tuple[Level | None, Point, Point]], config: MeasureConfig
) -> FacingGuess:
    """The facing by both kinds of evidence, whose log odds add up; no side where they are not sure enough.

    network: the side and its probability, None where no network was asked. tops: per body its level and the left and
    right end of its superior endplate.
    """
    shape = _slope_odds(tops, config)
    odds = (_log_odds(network) if network else 0.0) + shape
    probability = 1 / (1 + math.exp(-abs(odds)))
    words = [*(["view network"] if network else []), *(["slopes of endplates"] if shape else [])]
    if probability < config.facing_probability:
        return FacingGuess(None, probability, " and ".join(words) or "nothing says")
    return FacingGuess("left" if odds > 0 else "right", probability, " and ".join(words))


def _log_odds(network: tuple[str, float]) -> float:
    """For left against right, at most about 7 either way."""
    side, probability = network
    share = min(max(probability, 0.001), 0.999)
    return math.log(share / (1 - share)) * (1 if side == "left" else -1)


def _slope_odds(tops: Sequence[tuple[Level | None, Point, Point]], config: MeasureConfig) -> float:
    """Log odds for left against right from the slopes; bodies of one spine lean together, so they count as one."""
    terms = [
        2 * USUAL_SLOPES[level] * math.degrees(math.atan2(left.y - right.y, right.x - left.x)) / config.slope_spread**2
        for level, left, right in tops
        if level is not None and level in USUAL_SLOPES
    ]
    return min(max(sum(terms) / math.sqrt(len(terms)), -6.0), 6.0) if terms else 0.0
