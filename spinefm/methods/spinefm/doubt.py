"""How sure a body's outline is: calibrated probability that its Dice with the true one is above `PROMISED_DICE`.

The network's own mask tells: where it is unsure of an edge, its probability falls slowly across it. A logistic
regression on phantoms made a probability of that; the classifier's answer adds little.
"""

from __future__ import annotations

import math

from spinefm.methods.spinefm.config import SpineFMConfig
from spinefm.methods.spinefm.induction import Accepted
from spinefm.methods.spinefm.segment import sharpness

LEAST, MOST = 0.01, 0.999
"""Shares outside count as these, so that their log odds stay finite."""


def body_probability(accepted: Accepted, config: SpineFMConfig) -> float:
    """The probability of a result's vertebra: of a good outline, or of no background where that is set."""
    own = 1.0 - accepted.classified.background
    if config.body_probability == "classifier":
        return own
    sharp = min(sharpness(accepted.shape, config), config.sharpness_most)
    odds = config.outline_sharpness * _log_odds(sharp) + config.outline_class * _log_odds(own) - config.outline_offset
    return 1.0 / (1.0 + math.exp(-odds))


def _log_odds(share: float) -> float:
    share = min(max(share, LEAST), MOST)
    return math.log(share / (1 - share))
