"""Masks of bodies whose corners are known: rounded, turned, with lips, as large as films show them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.trace.model import FilmRecord, Finished, Trace, Vertebra

Points = NDArray[np.float64]
OUTLINES = {"body_probability": "outline"}
"""Settings of a run whose probabilities are those of good outlines."""
SIZE = (420, 640)
"""Width and height of the film."""


def quadrangle(centre: tuple[float, float], width: float, height: float, tilt: float) -> Points:
    """Corners (4, 2) of a body, upper left first, clockwise; tilt in degrees, clockwise."""
    half = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * (width / 2, height / 2)
    cos, sin = np.cos(np.radians(tilt)), np.sin(np.radians(tilt))
    return np.asarray(half @ np.array([[cos, sin], [-sin, cos]]) + centre)


def rounded(quad: Points, radius: float) -> Points:
    """The outline (N, 2) of a quadrangle whose corners are rounded at `radius` pixels."""
    path = []
    for before, corner, after in zip(np.roll(quad, 1, 0), quad, np.roll(quad, -1, 0), strict=True):
        into, out = (other - corner for other in (before, after))
        start, end = (corner + radius * way / np.linalg.norm(way) for way in (into, out))
        t = np.linspace(0, 1, 9)[:, None]
        path.append((1 - t) ** 2 * start + 2 * t * (1 - t) * corner + t**2 * end)
    return np.concatenate(path)


def mask_of(quad: Points, radius: float = 3.0) -> Mask:
    """The mask of a rounded quadrangle on the film."""
    return Mask.from_polygon(rounded(quad, radius), SIZE)


def vertebra(number: int, level: Level | None, mask: Mask, probability: float | None = 0.99) -> Vertebra:
    """A vertebra of a run; V1, V2 … without a level."""
    name = level.name if level else f"V{number + 1}"
    return Vertebra(number, name, level, int(level or 101 + number), mask, mask.centroid, (), probability)


def trace_of(vertebrae: Sequence[Vertebra], spacing: float | None = 0.5) -> Trace:
    """A finished run that found these, from the top."""
    end = Finished(tuple(vertebrae), 0.5, 0.0, {}, "cpu", "none", {}, {})
    return Trace(FilmRecord("film.png", SIZE, spacing, "given" if spacing else None), "spinefm", OUTLINES, (end,))


def lumbar_quads(tilts: Sequence[float] = (14, 8, 2, -4, -12, -34), width: float = 70.0) -> list[Points]:
    """L1 to S1 of a patient who faces left, from the top."""
    return [quadrangle((210 + 4 * at, 90 + 86 * at), width, 56, tilt) for at, tilt in enumerate(tilts)]


def lumbar_trace(quads: Sequence[Points] | None = None, spacing: float | None = 0.5, named: bool = True) -> Trace:
    """A run that found L1 to S1."""
    levels = [Level.L1, Level.L2, Level.L3, Level.L4, Level.L5, Level.S1]
    return trace_of(
        [
            vertebra(at, level if named else None, mask_of(quad))
            for at, (level, quad) in enumerate(zip(levels, quads or lumbar_quads(), strict=True))
        ],
        spacing,
    )
