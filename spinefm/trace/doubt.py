"""Which vertebrae are doubtful."""

from __future__ import annotations

from spinefm.trace.model import Vertebra

DOUBT = 0.9
"""Below this probability a vertebra is doubtful: dashed, amber, with a question mark."""


def doubtful(vertebra: Vertebra) -> bool:
    """Whether a method is less sure of a vertebra's outline than it should be."""
    return vertebra.probability is not None and vertebra.probability < DOUBT
