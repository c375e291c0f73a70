"""The film of the report: its pixels, and over them outlines, names and the lines of measures as shapes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from spinefm.export.labels import colour_of
from spinefm.export.one_page.content import of_whole_spine
from spinefm.export.one_page.levels import short_grade
from spinefm.export.outlines import EDGE, outlines
from spinefm.export.overlay import AMBER
from spinefm.imaging.radiograph import Radiograph
from spinefm.measure import Measure, Measures
from spinefm.measure.doubt import doubtful
from spinefm.measure.model import Line
from spinefm.trace.model import Trace, Vertebra

Colour = tuple[int, int, int]
Role = Literal["outline", "doubtful", "line"]

LONGEST = 1400
"""Pixels of the picture's longer side: sharp in print at the size of a page."""
QUALITY = 88
"""Of the JPEG: grain stays, blocks are not seen."""
BEYOND = 0.3
"""How far the lines of angles reach beyond their endplates, as a share of their length."""
LINE = (255, 255, 255)
"""Colour of the lines of measures."""
NAME_GAP = 0.16
"""Distance of a name from its body, in body heights."""
LETTER = 0.58
"""Width of a letter as a share of its height, about: whether a name fits beside its body."""
NAME_HEIGHT, LEAST_NAME = 0.36, 0.014
"""Height of names as a share of the bodies' median height, and the least as a share of the film's longer side."""


@dataclass(frozen=True, eq=False)
class DrawnPath:
    """A path of points (N, 2), (x, y) from the corner of the film's first pixel."""

    points: NDArray[np.float64]
    colour: Colour
    role: Role


@dataclass(frozen=True)
class Name:
    """A name, its middle at `y`; to the right of x, or to the left where `ends` is set."""

    x: float
    y: float
    text: str
    colour: Colour
    ends: bool


@dataclass(frozen=True, eq=False)
class DrawnFilm:
    """The film and what lies on it.

    size: (width, height) of the film in pixels, which the shapes count in. jpeg: its pixels, empty where neither film
    nor overlay is at hand. letters: height of the names in film pixels.
    """

    size: tuple[int, int]
    jpeg: bytes
    shapes: tuple[DrawnPath, ...]
    names: tuple[Name, ...]
    letters: float


def picture_of(trace: Trace, measures: Measures, film: Radiograph | None, overlay: bytes | None = None) -> DrawnFilm:
    """The picture of a run; without its film on the overlay of its result, which has outlines and names already."""
    drawn = film is None and overlay is not None
    letters, unsure = _letters(trace), doubtful(trace)
    bodies = [] if drawn else [shape for one in trace.vertebrae for shape in _outline(one, one.number in unsure)]
    width = trace.film.size[0]
    return DrawnFilm(
        size=trace.film.size,
        jpeg=_grey(film) if film is not None else _colour(overlay),
        shapes=(*bodies, *_lines(measures)),
        names=() if drawn else tuple(_name(one, letters, width, one.number in unsure) for one in trace.vertebrae),
        letters=letters,
    )


def _letters(trace: Trace) -> float:
    heights = [vertebra.mask.box.height for vertebra in trace.vertebrae]
    return max(NAME_HEIGHT * float(np.median(heights)) if heights else 0.0, LEAST_NAME * max(trace.film.size))


def _outline(vertebra: Vertebra, unsure: bool) -> Iterator[DrawnPath]:
    for points in outlines(vertebra.mask):
        closed = np.concatenate([points, points[:1]]) + EDGE
        yield DrawnPath(closed, AMBER if unsure else colour_of(vertebra), "doubtful" if unsure else "outline")


def _name(vertebra: Vertebra, letters: float, width: int, unsure: bool) -> Name:
    """The name beside its body: to the right, or to the left where the film ends there."""
    box = vertebra.mask.box
    text = f"{vertebra.name} ?" if unsure else vertebra.name
    gap = NAME_GAP * box.height
    ends = box.x1 + gap + LETTER * letters * len(text) > width
    colour = AMBER if unsure else colour_of(vertebra)
    return Name(box.x0 - gap if ends else box.x1 + gap, vertebra.centroid.y + EDGE, text, colour, ends)


def _lines(measures: Measures) -> list[DrawnPath]:
    """The lines of what has a row of its own, and of bodies and discs with a grade; each once."""
    drawn = [(line, of_whole_spine(one)) for one in measures.measured if _is_drawn(one) for line in one.lines]
    return [DrawnPath(_points(line, longer) + EDGE, LINE, "line") for line, longer in dict.fromkeys(drawn)]


def _points(line: Line, longer: bool) -> NDArray[np.float64]:
    """The points (N, 2) of a line; a straight one that is to be seen beside the body is longer at both ends."""
    points = np.array(line, float)
    if not longer or len(points) != 2:
        return points
    reach = BEYOND * (points[1] - points[0])
    return points + np.stack([-reach, reach])


def _is_drawn(one: Measure) -> bool:
    return of_whole_spine(one) or bool(short_grade(one.grade))


def _grey(film: Radiograph) -> bytes:
    return _jpeg(np.round(np.clip(film.pixels, 0, 1) * 255).astype(np.uint8))


def _colour(overlay: bytes | None) -> bytes:
    """The overlay; nothing where there is none or it is no picture."""
    if overlay is None:
        return b""
    found = cv2.imdecode(np.frombuffer(overlay, np.uint8), cv2.IMREAD_COLOR)
    return b"" if found is None else _jpeg(np.asarray(found, np.uint8))


def _jpeg(pixels: NDArray[np.uint8]) -> bytes:
    """Pixels (H, W) or (H, W, 3) as JPEG, smaller where they are many."""
    return cv2.imencode(".jpg", fitted(pixels, LONGEST), (cv2.IMWRITE_JPEG_QUALITY, QUALITY))[1].tobytes()


def fitted(pixels: NDArray[np.uint8], longest: int) -> NDArray[np.uint8]:
    """Pixels (H, W) or (H, W, 3) with at most so many on the longer side."""
    height, width = pixels.shape[:2]
    scale = longest / max(height, width)
    if scale >= 1:
        return pixels
    size: Sequence[int] = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
