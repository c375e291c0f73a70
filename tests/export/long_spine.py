"""A film with as many bodies as wanted, bright rectangles on grey, and a run that found exactly them."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from spinefm.core.geometry import Point
from spinefm.core.levels import Level
from spinefm.core.masks import Mask, four_corners
from spinefm.export.subject import Subject
from spinefm.trace.model import Finished, Trace, Vertebra
from tests.export.handmade import handmade_trace

STEP = 52
"""Rows from one body to the next."""
ALL = tuple(level for level in Level if level is not Level.L6)


def long_trace(
    count: int,
    first: Level = Level.T1,
    spacing: float | None = 0.3,
    notes: tuple[str, ...] = (),
    film: str = "spine.png",
) -> Trace:
    """The run: `count` bodies from `first` down, every fourth of them in doubt."""
    size = (420, count * STEP + 60)
    start = ALL.index(first)
    found = tuple(_vertebra(index, level, size) for index, level in enumerate(ALL[start : start + count]))
    made = handmade_trace(found, spacing, film)
    events = tuple(replace(event, notes=notes) if isinstance(event, Finished) else event for event in made.events)
    return replace(made, film=replace(made.film, size=size), events=events)


def long_subject(trace: Trace, name: str = "spine") -> Subject:
    """The run with its film."""
    shape = trace.film.size[::-1]
    film = np.full(shape, 50, np.uint8)
    for vertebra in trace.vertebrae:
        film[vertebra.mask.on_film(shape)] = 210
    return Subject(name, trace, cv2.imencode(".png", film)[1].tobytes())


def _vertebra(index: int, level: Level, size: tuple[int, int]) -> Vertebra:
    centre = np.array([200 + 60 * np.sin(index / 4), 50 + STEP * index])
    angle = 0.06 * np.cos(index / 3)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    corners = np.array([[-32, -19], [31, -18], [32, 18], [-31, 19]]) @ turn.T + centre
    mask = Mask.from_polygon(corners, size)
    sure = 0.41 if index % 4 == 1 else 0.97
    return Vertebra(index, level.name, level, int(level), mask, mask.centroid, four_corners(mask, Point(0, 1)), sure)
