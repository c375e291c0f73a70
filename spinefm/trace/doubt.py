"""Which vertebrae are doubtful."""

from __future__ import annotations

from spinefm.trace.model import Vertebra

DOUBT = 0.92
"""Below this probability a vertebra is doubtful: dashed, amber, with a question mark.

On 160 tuning phantoms of ten hard groups no mask from this limit on misses every body (from 0.9 on one does), and
99.7 % of these masks have a Dice above 0.8.
"""


def doubtful(vertebra: Vertebra) -> bool:
    """Whether a method is less sure of a vertebra's outline than it should be."""
    return vertebra.probability is not None and vertebra.probability < DOUBT
