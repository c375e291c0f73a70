"""From a finished run to the landmarks of its bodies, and what can be assumed of the film."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

import numpy as np
from numpy.typing import NDArray

from spinefm.core.geometry import Point, directions_along
from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.core.quantiles import percentile
from spinefm.measure.config import MeasureConfig
from spinefm.measure.landmarks import Rough, rough_corners
from spinefm.measure.model import Facing, Landmarks
from spinefm.measure.planar import Points, Values, facing_left
from spinefm.measure.shape import BodyFrame, model_of, ring
from spinefm.trace.model import Vertebra

NO_BODY = "it has no body"
DENS = "the dens rises from it"
FUSED = "it is fused to S2"
BORDER = "it reaches the film's border"
CUT = "it reaches the edge of the exposed field"
EDGE_SAMPLES = 24
"""Pixels looked at just outside a side."""


@dataclass(frozen=True, eq=False)
class Seen:
    """A vertebra of a run and its rough corners (None where its outline is too narrow for any).

    superior, inferior: why those of that endplate cannot be trusted, "" where they can.
    """

    vertebra: Vertebra
    rough: Rough | None
    superior: str = ""
    inferior: str = ""

    @property
    def top(self) -> tuple[Level | None, Point, Point] | None:
        """Its level and the left and right end of its superior endplate; None where they cannot be trusted."""
        if self.rough is None or self.superior:
            return None
        return self.vertebra.level, Point(*self.rough.quad[0]), Point(*self.rough.quad[1])


def seen_bodies(
    vertebrae: Sequence[Vertebra],
    size: tuple[int, int],
    config: MeasureConfig,
    pixels: NDArray[np.float32] | None = None,
) -> list[Seen]:
    """The vertebrae from the top with their rough corners.

    size: (width, height) of the film. pixels: the film (H, W), on which bodies cut by the collimator are recognised.
    """
    directions = directions_along([vertebra.centroid for vertebra in vertebrae])
    found = [
        rough_corners(vertebra.mask, direction, config)
        for vertebra, direction in zip(vertebrae, directions, strict=True)
    ]
    widths = [rough.width if rough else None for rough in found]
    bodies = [
        _seen(vertebra, rough, _fault(rough, vertebra, size, _beside(widths, index), config))
        for index, (vertebra, rough) in enumerate(zip(vertebrae, found, strict=True))
    ]
    return bodies if pixels is None or not bodies else _ends_checked(bodies, pixels, config)


def _seen(vertebra: Vertebra, rough: Rough | None, fault: str) -> Seen:
    """A vertebra with what its level and its outline rule out; S1 needs its superior endplate only."""
    level = vertebra.level
    upper = {Level.C1: NO_BODY, Level.C2: DENS}.get(level, fault) if level else fault
    lower = {Level.C1: NO_BODY, Level.S1: FUSED}.get(level, fault) if level else fault
    return Seen(vertebra, rough, upper, lower)


def _ends_checked(bodies: list[Seen], pixels: NDArray[np.float32], config: MeasureConfig) -> list[Seen]:
    """The same bodies; if nothing is exposed above the topmost or below the lowest, that endplate is not trusted."""
    first, last = bodies[0], bodies[-1]
    if first.rough and is_unexposed(pixels, first.rough, (0, 1), config):
        bodies = [replace(first, superior=first.superior or CUT), *bodies[1:]]
    if last.rough and is_unexposed(pixels, last.rough, (2, 3), config):
        bodies = [*bodies[:-1], replace(bodies[-1], inferior=last.inferior or CUT)]
    return bodies


def is_unexposed(pixels: NDArray[np.float32], rough: Rough, side: tuple[int, int], config: MeasureConfig) -> bool:
    """Whether the film (H, W) is one flat grey just outside a side of a body, between these two of its corners."""
    start, end = rough.quad[side[0]], rough.quad[side[1]]
    chord = end - start  # clockwise in the picture, so outwards is to its left
    outwards = np.array([chord[1], -chord[0]]) / np.hypot(*chord)
    line = np.linspace(start, end, EDGE_SAMPLES) + config.edge_gap * rough.width * outwards
    columns, rows = np.clip(np.round(line).astype(int), 0, np.array(pixels.shape[::-1]) - 1).T
    greys = pixels[rows, columns]
    return bool(percentile(greys, 90) - percentile(greys, 10) <= config.edge_range)


def _beside(widths: Sequence[float | None], index: int) -> list[float]:
    """The widths of the two bodies above and the two below."""
    around = range(max(0, index - 2), min(len(widths), index + 3))
    return [width for at in around if at != index and (width := widths[at]) is not None]


def _fault(
    rough: Rough | None, vertebra: Vertebra, size: tuple[int, int], beside: Sequence[float], config: MeasureConfig
) -> str:
    """Why the corners of a body cannot be trusted, "" where they can; S1 may lack its lower ones."""
    if rough is None:
        return f"its outline is narrower than {config.least_width:g} px"
    box, (columns, rows) = vertebra.mask.box, size
    if min(box.x0, box.y0, columns - box.x1) < config.border:
        return BORDER
    if rows - box.y1 < config.border:
        return "" if vertebra.level is Level.S1 else BORDER
    if Mask.from_polygon(rough.quad, size).dice(vertebra.mask) < config.least_fit:
        return "its outline is not a quadrilateral"
    if len(beside) > 1 and abs(rough.width / median(beside) - 1) > config.width_range:
        return "its width does not fit its neighbours'"
    return ""


def landmarks_of(seen: Seen, facing: Facing | None, config: MeasureConfig, assumed: float | None = None) -> Landmarks:
    """The landmarks of a body; without a facing as if the patient faced left.

    assumed: what the probability of a good outline counts as where none is known; None: the outline is sure.
    """
    vertebra, rough = seen.vertebra, seen.rough
    if rough is None:
        faults = seen.superior, seen.inferior
        return Landmarks(
            vertebra.name, vertebra.level, (), *faults, probability=vertebra.probability, number=vertebra.number
        )
    path, quad = (rough.path, rough.quad) if facing != "right" else mirrored(rough)
    frame, shape = BodyFrame.of(quad), model_of(vertebra.level)
    ring_in_frame = frame.into(ring(path, quad))
    points = frame.out_of(shape.landmarks(ring_in_frame))
    known = assumed if vertebra.probability is None else vertebra.probability
    spread = config.spread_factor * shape.spread(ring_in_frame, known)
    upper, lower = (unsure(spread * shape.relative[places], config) for places in ([0, 1, 4], [2, 3, 5]))
    return Landmarks(
        name=vertebra.name,
        level=vertebra.level,
        points=tuple(Point(float(x), float(y)) for x, y in (facing_left(points) if facing == "right" else points)),
        superior=seen.superior or upper,
        inferior=seen.inferior or lower,
        spread=spread * frame.width,
        probability=vertebra.probability,
        number=vertebra.number,
    )


def unsure(spreads: Values, config: MeasureConfig) -> str:
    """That an endplate's landmarks, with these expected errors (3,) in body widths, are too uncertain; "" if not."""
    if spreads.mean() <= config.most_spread:
        return ""
    over = f"(expected error over {100 * config.most_spread:g} % of its width)"
    return f"it is found, but its corners are too uncertain to measure {over}"


def mirrored(rough: Rough) -> tuple[Points, Points]:
    """The outline and the rough corners of a patient who faces right, mirrored to face left: still upper left first."""
    return facing_left(rough.path), facing_left(rough.quad)[[1, 0, 3, 2]]


def tilt_of(centroids: Sequence[Point]) -> float:
    """Degrees between the film's vertical and the line from the first to the last body."""
    if len(centroids) < 2:
        return 0.0
    first, last = centroids[0], centroids[-1]
    return abs(math.degrees(math.atan2(last.x - first.x, last.y - first.y)))
