"""The limits of SpineFM whose effect can be seen on one film."""

from __future__ import annotations

from functools import partial

from spinefm.methods.base.limits import Limit
from spinefm.methods.spinefm.config import SpineFMConfig

_limit = partial(Limit.of, SpineFMConfig)

LIMITS = (
    _limit("score_limit", "Detector ≥", (0.3, 0.95), 0.05, "Lower values detect more candidates."),
    _limit(
        "overlap_limit", "Overlap ≤", (0.0, 0.5), 0.01, "Masks that overlap an accepted vertebra by more are rejected."
    ),
    _limit("patch_factor", "Patch side", (1.5, 5.0), 0.1, "Side of the crop, in distances between bodies."),
    _limit(
        "background_limit",
        "Background ≤",
        (0.05, 0.95),
        0.05,
        "A higher probability of background stops a direction.",
    ),
    _limit(
        "final_limit",
        "Final mask ≥",
        (0.1, 0.95),
        0.05,
        "Pixels of at least this probability belong to the final outline.",
    ),
)
