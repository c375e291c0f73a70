"""Measures of the spine from the outlines of its vertebrae: heights, discs, alignment, slips, and what they rest on.

`measure(trace)` gives all of them, typed; each has a value with its uncertainty, or the reason why there is none.
"""

from spinefm.measure.assemble import measure, measure_landmarks
from spinefm.measure.by_hand import Move
from spinefm.measure.config import MeasureConfig
from spinefm.measure.guarded import attempt
from spinefm.measure.model import Facing, FacingGuess, Landmarks, Measure, Measures, Reference

__all__ = [
    "Facing",
    "FacingGuess",
    "Landmarks",
    "Measure",
    "MeasureConfig",
    "Measures",
    "Move",
    "Reference",
    "attempt",
    "measure",
    "measure_landmarks",
]
