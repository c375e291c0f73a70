"""The limits of VertXNet whose effect can be seen on one film."""

from __future__ import annotations

from functools import partial

from spinefm.methods.base.limits import Limit
from spinefm.methods.vertxnet.config import VertXNetConfig

_limit = partial(Limit.of, VertXNetConfig)

LIMITS = (
    _limit("score_limit", "Detector ≥", (0.3, 0.95), 0.05, "Lower values detect more candidates."),
    _limit("eta", "Same vertebra ≥", (0.1, 0.95), 0.05, "A piece of the map and a detection that overlap by more (η)."),
    _limit(
        "deviations", "Area ± λ", (0.5, 10.0), 0.5, "What is off the mean area by more standard deviations is left out."
    ),
    _limit(
        "overlap_limit", "Overlap ≤", (0.0, 0.5), 0.01, "Contours that overlap a kept vertebra by more are left out."
    ),
    _limit(
        "end_limit", "C2 or S1 ≥", (0.05, 0.95), 0.05, "A vertebra called C2 or S1 as surely gives the others names."
    ),
)
