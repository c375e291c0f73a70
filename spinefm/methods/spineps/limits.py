"""The limits of SPINEPS whose effect can be seen on one film."""

from __future__ import annotations

from functools import partial

from spinefm.methods.base.limits import Limit
from spinefm.methods.spineps.config import SpinepsConfig

_limit = partial(Limit.of, SpinepsConfig)

LIMITS = (
    _limit("map_limit", "Map ≥", (0.05, 0.95), 0.05, "Pixels of at least this probability belong to vertebrae."),
    _limit(
        "partner_limit", "Partners ≥", (0.05, 0.95), 0.05, "Dice from which predictions of neighbours are one body."
    ),
    _limit(
        "strict_agreement",
        "Two votes ≥",
        (0.05, 0.95),
        0.05,
        "Mean Dice of three from which a pixel needs two of them.",
    ),
    _limit(
        "claimed_limit", "Claimed ≤", (0.0, 0.95), 0.05, "A body of which others have taken a larger share is left out."
    ),
    _limit("anchor_limit", "C2 or S1 ≥", (0.05, 0.95), 0.05, "Share of C2 or S1 in a body on which names may rest."),
)
