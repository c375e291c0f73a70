"""How sure a body's outline is: calibrated probability that its Dice with the true one is above `PROMISED_DICE`.

The network's own mask tells: where it is unsure of an edge, its probability falls slowly across it. A logistic
regression on phantoms made a probability of that; the classifier's answer adds little.
"""

from __future__ import annotations

import math

from spinefm.core.geometry import Box
from spinefm.methods.spinefm.config import SpineFMConfig
from spinefm.methods.spinefm.induction import Accepted
from spinefm.methods.spinefm.segment import BodyShape

ROOM = 3
"""Pixels round a mask in which its edge is looked for."""

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


def sharpness(shape: BodyShape, config: SpineFMConfig) -> float:
    """The area that is surely the body as a share of that which may be it; 1 for an edge without doubt."""
    box, patch = shape.mask.box, shape.patch
    near = Box(box.x0 - ROOM, box.y0 - ROOM, box.x1 + ROOM, box.y1 + ROOM).intersection(patch)
    rows = slice(near.y0 - patch.y0, near.y1 - patch.y0)
    values = shape.probability[rows, near.x0 - patch.x0 : near.x1 - patch.x0]
    return float((values > config.sharp_high).sum() / max(1, (values > config.sharp_low).sum()))


def _log_odds(share: float) -> float:
    share = min(max(share, LEAST), MOST)
    return math.log(share / (1 - share))
