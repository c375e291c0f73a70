"""A film of six turned bodies and a run on it that found exactly them: the bodies are the bright pixels of the film."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from spinefm.core.geometry import Point
from spinefm.core.levels import Level
from spinefm.core.masks import Mask, four_corners
from spinefm.export.subject import Subject
from spinefm.trace.model import Finished, Trace, Vertebra
from tests.export.handmade import handmade_trace

SIZE = (260, 420)
"""Width and height of the film."""
LEVELS = (Level.C3, Level.C4, Level.C5, Level.C6, Level.C7, Level.T1)
NOTE = "This film does not look like a lateral spine radiograph (frontal): judge its result with care."
SURE, UNSURE = 0.97, 0.41
"""Probability of the bodies, and of the one that is doubtful."""
DOUBTFUL = Level.C5
BRIGHT, DARK = 0.9, 0.1


def body(index: int) -> Mask:
    """One body: a quadrilateral with rounded corners, turned a little more than the one above it."""
    centre = np.array([110 + 12 * np.sin(index), 50 + 62 * index])
    angle = 0.12 * (index - 2)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    corners = np.array([[-34, -22], [32, -20], [34, 21], [-33, 23]]) @ turn.T + centre
    canvas = Mask.from_polygon(corners, SIZE).on_film(SIZE[::-1]).astype(np.float32)
    return Mask.from_array(cv2.GaussianBlur(canvas, (0, 0), 3) > 0.5)


def vertebrae() -> tuple[Vertebra, ...]:
    """C3 to T1, of which C5 is doubtful."""
    return tuple(_vertebra(index, level) for index, level in enumerate(LEVELS))


def six_lumbar() -> Trace:
    """The run with the names of a spine with six lumbar vertebrae, L2 to S1."""
    names = [level for level in Level if level >= Level.L2]
    return trace([_vertebra(index, level) for index, level in enumerate(names)])


def _vertebra(index: int, level: Level) -> Vertebra:
    mask = body(index)
    corners = four_corners(mask, Point(0, 1))
    sure = UNSURE if level is DOUBTFUL else SURE
    return Vertebra(index, level.name, level, int(level), mask, mask.centroid, corners, sure)


def pixels() -> NDArray[np.float32]:
    """The film: bright where a body is, dark elsewhere, (H, W) in [0, 1]."""
    film = np.full(SIZE[::-1], DARK, np.float32)
    for index in range(len(LEVELS)):
        film[body(index).on_film(SIZE[::-1])] = BRIGHT
    return film


def bright(values: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Where a film of these grey values shows a body, however it is scaled."""
    grey = np.asarray(values, float)
    return grey > (grey.max() + grey.min()) / 2


def trace(found: Sequence[Vertebra] | None = None, spacing: float | None = 0.5, name: str = "neck.png") -> Trace:
    """The run; a note says that the film is not lateral."""
    made = handmade_trace(tuple(vertebrae() if found is None else found), spacing, name)
    events = tuple(replace(e, notes=(NOTE,)) if isinstance(e, Finished) else e for e in made.events)
    return replace(made, film=replace(made.film, size=SIZE), events=events)


def turned(quarters: int) -> Trace:
    """The run on the film turned clockwise before it: every mask is the turned film's, and the notes say so."""
    from spinefm.imaging.radiograph import Radiograph

    film = Radiograph.from_array(pixels()).rotated(quarters)
    shape = SIZE[::-1]
    masks = [Mask.from_array(np.rot90(v.mask.on_film(shape), -quarters)) for v in vertebrae()]
    found = [replace(v, mask=m, centroid=m.centroid) for v, m in zip(vertebrae(), masks, strict=True)]
    made = trace(found)
    return replace(made, film=replace(made.film, size=film.size, notes=film.provenance.notes))


def png(values: NDArray[np.float32]) -> bytes:
    """A film as PNG."""
    return cv2.imencode(".png", np.round(values * 255).astype(np.uint8))[1].tobytes()


def subject(made: Trace | None = None, name: str = "neck") -> Subject:
    """The run with its film."""
    return Subject(name, made or trace(), png(pixels()))
