"""From a finished run to the landmarks of its bodies, and what can be assumed of the film."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

import numpy as np

from spinefm.core.geometry import Point
from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.measure.config import MeasureConfig
from spinefm.measure.landmarks import six_points
from spinefm.measure.model import Facing, Landmarks
from spinefm.measure.planar import Points
from spinefm.measure.spread import spread_of
from spinefm.trace.model import Vertebra

MIRRORED = [1, 0, 3, 2, 4, 5]
"""The order of six points, upper left first, when the patient faces right."""
NO_BODY = "it has no body"
DENS = "the dens rises from it"
FUSED = "it is fused to S2"


def six_of_all(
    vertebrae: Sequence[Vertebra], size: tuple[int, int], config: MeasureConfig
) -> list[tuple[Points | None, str]]:
    """Per vertebra from the top its six points (upper left first), and why they cannot be trusted, "" where they can.

    size: (width, height) of the film.
    """
    directions = along([vertebra.centroid for vertebra in vertebrae])
    found = [
        (six_points(vertebra.mask, direction, config), vertebra)
        for vertebra, direction in zip(vertebrae, directions, strict=True)
    ]
    widths = [None if six is None else width_of(six) for six, _ in found]
    return [
        (six, _fault(six, vertebra.mask, size, _beside(widths, index), config))
        for index, (six, vertebra) in enumerate(found)
    ]


def along(centroids: Sequence[Point]) -> list[Point]:
    """For each centroid from the top the direction of the spine there, towards the sacrum."""
    last = len(centroids) - 1
    if last < 1:
        return [Point(0.0, 1.0)] * len(centroids)
    pairs = [(centroids[max(0, i - 1)], centroids[min(last, i + 1)]) for i in range(last + 1)]
    return [Point(below.x - above.x, below.y - above.y) for above, below in pairs]


def width_of(six: Points) -> float:
    """The mean length of both endplates in pixels."""
    return float(np.linalg.norm(six[1] - six[0]) + np.linalg.norm(six[2] - six[3])) / 2


def _beside(widths: Sequence[float | None], index: int) -> list[float]:
    """The widths of the two bodies above and the two below."""
    around = range(max(0, index - 2), min(len(widths), index + 3))
    return [width for at in around if at != index and (width := widths[at]) is not None]


def _fault(
    six: Points | None, mask: Mask, size: tuple[int, int], beside: Sequence[float], config: MeasureConfig
) -> str:
    """Why the landmarks of a body cannot be trusted, "" where they can."""
    if six is None or width_of(six) < config.least_width:
        return f"its outline is narrower than {config.least_width:g} px"
    box, (columns, rows) = mask.box, size
    if min(box.x0, box.y0, columns - box.x1, rows - box.y1) < config.border:
        return "it reaches the film's border"
    if Mask.from_polygon(six[:4], size).dice(mask) < config.least_fit:
        return "its outline is no quadrangle"
    if len(beside) > 1 and abs(width_of(six) / median(beside) - 1) > config.width_range:
        return "its width does not fit its neighbours'"
    return ""


def landmarks_of(
    vertebra: Vertebra, six: Points | None, fault: str, facing: Facing | None, config: MeasureConfig
) -> Landmarks:
    """The landmarks of a body whose six points are known; without a facing as if the patient faced left."""
    if six is None:
        return Landmarks(vertebra.name, vertebra.level, (), fault, fault, probability=vertebra.probability)
    ordered = six[MIRRORED] if facing == "right" else six
    return Landmarks(
        name=vertebra.name,
        level=vertebra.level,
        points=tuple(Point(float(x), float(y)) for x, y in ordered),
        superior=superior_fault(vertebra.level, fault),
        inferior=inferior_fault(vertebra.level, fault),
        spread=spread_of(vertebra, width_of(six), config),
        probability=vertebra.probability,
    )


def superior_fault(level: Level | None, fault: str) -> str:
    """Why the superior endplate of a body of this level cannot be measured."""
    return {Level.C1: NO_BODY, Level.C2: DENS}.get(level, fault) if level else fault


def inferior_fault(level: Level | None, fault: str) -> str:
    """Why the inferior endplate of a body of this level cannot be measured."""
    return {Level.C1: NO_BODY, Level.S1: FUSED}.get(level, fault) if level else fault


def tilt_of(centroids: Sequence[Point]) -> float:
    """Degrees between the film's vertical and the line from the first to the last body."""
    if len(centroids) < 2:
        return 0.0
    first, last = centroids[0], centroids[-1]
    return abs(math.degrees(math.atan2(last.x - first.x, last.y - first.y)))
