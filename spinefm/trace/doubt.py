"""Which vertebrae are doubtful."""

from __future__ import annotations

from spinefm.trace.model import Vertebra

DOUBT = 0.6
"""Below this probability a vertebra is doubtful: dashed, amber, with a question mark."""


def doubtful(vertebra: Vertebra) -> bool:
    """Whether the classifier is less sure of a vertebra than it should be."""
    return vertebra.probability is not None and vertebra.probability < DOUBT
