"""What a method draws of its run: shapes with a role and a motion, gathered into beats of time.

The player, its standalone file and an exported animation know these types only, and no method. A `Beat` is one phase of
one lane of time; lanes run side by side. Points and outlines are flat tuples x, y, x, y … in film pixels.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import Any, Literal

import cv2
import numpy as np
from pydantic import TypeAdapter

from spinefm.core.geometry import Box, Point
from spinefm.core.masks import Mask

Phase = Literal["find", "predict", "segment", "overlap", "class", "decide", "name", "correct"]
"""What happens in a beat, in the order in which a body passes through it."""
Role = Literal[
    "axis",
    "candidate",
    "chosen",
    "detected",
    "dropped",
    "final",
    "frame",
    "kept",
    "known",
    "name",
    "predicted",
    "previous",
    "refined",
    "rejected",
    "shift",
]
"""What a shape means; the player gives each role its look."""
Motion = Literal[
    "hold", "pulse", "draw", "fly", "glide", "flood", "slide", "flash", "run", "grow", "drop", "shiver", "fade", "light"
]
"""How a shape enters: see the table of motions in the player."""
Until = Literal["beat", "step", "run"]
"""How long a shape stays: to the end of its beat, of its step, or for good."""
Verdict = Literal["none", "passed", "failed", "kept", "end", "rejected", "by hand"]
Clears = Literal["nothing", "bodies", "all"]
"""What a beat takes from the film of what earlier ones left there."""

MEASURED = ("value", "limit")
"""Fields of which a last digit may decide."""
TOLERANCE = 0.004
"""How far a simplified outline may leave the mask's, as a share of the mask's longer side."""

Coordinates = tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Primitive:
    """What all shapes have. `begin` and `end` are the part of the beat, 0 to 1, in which the shape moves."""

    role: Role
    motion: Motion = "hold"
    until: Until = "beat"
    begin: float = 0.0
    end: float = 1.0
    body: int | None = None


@dataclass(frozen=True, kw_only=True)
class Points(Primitive):
    """Points on the film."""

    points: Coordinates
    kind: Literal["points"] = "points"


@dataclass(frozen=True, kw_only=True)
class Curve(Primitive):
    """A smooth curve through its points; `head` are the points at the end that are predicted, not known."""

    points: Coordinates
    head: int = 0
    kind: Literal["curve"] = "curve"


@dataclass(frozen=True, kw_only=True)
class Arrow(Primitive):
    """An arrow from the first point to the second."""

    points: Coordinates
    kind: Literal["arrow"] = "arrow"


@dataclass(frozen=True, kw_only=True)
class Frame(Primitive):
    """A crop's square frame: its centre, side and turn in degrees; with "glide" it comes from the centre `start`."""

    centre: Coordinates
    side: float
    turn: float = 0.0
    start: Coordinates = ()
    kind: Literal["frame"] = "frame"


@dataclass(frozen=True, kw_only=True)
class Shape(Primitive):
    """A closed outline, filled or not; with "flood" it fills from the point `start`."""

    outline: Coordinates
    filled: bool = True
    start: Coordinates = ()
    kind: Literal["shape"] = "shape"


@dataclass(frozen=True, kw_only=True)
class Label(Primitive):
    """A few letters at a point."""

    point: Coordinates
    text: str
    kind: Literal["label"] = "label"


@dataclass(frozen=True, kw_only=True)
class Gauge(Primitive):
    """A value on a bar against its limit. `most`: the value must stay at or below the limit, else reach it."""

    label: str
    value: float
    limit: float
    most: bool = True
    scale: float = 1.0
    kind: Literal["gauge"] = "gauge"

    @property
    def passed(self) -> bool:
        """Whether the value is on the right side of its limit."""
        return self.value <= self.limit if self.most else self.value >= self.limit


@dataclass(frozen=True)
class Bar:
    """One of several probabilities, with the limit that decides about it."""

    label: str
    value: float
    limit: float | None = None


@dataclass(frozen=True, kw_only=True)
class Bars(Primitive):
    """Probabilities side by side; the `winner` is an index, marked when they have grown."""

    bars: tuple[Bar, ...]
    winner: int | None = None
    kind: Literal["bars"] = "bars"


@dataclass(frozen=True, kw_only=True)
class Picture(Primitive):
    """The part of the film that a network was given, by its box x0, y0, x1, y1."""

    box: Coordinates
    kind: Literal["picture"] = "picture"


AnyPrimitive = Points | Curve | Arrow | Frame | Shape | Label | Gauge | Bars | Picture


@dataclass(frozen=True, kw_only=True)
class Beat:
    """One phase of one lane of time.

    Beats of one lane follow each other. A beat whose lane is "" belongs to the whole film: it waits for all lanes, and
    all wait for it, as they do where `section`
    changes. `seconds` is its length at normal speed. `words` say what happens, `text` the same with its
    numbers, `short` in two or three words. `body` is the number of the vertebra that the step led to, if any.
    """

    phase: Phase
    seconds: float
    words: str
    lane: str = ""
    section: str = ""
    step: int = 0
    text: str = ""
    short: str = ""
    body: int | None = None
    value: float | None = None
    limit: float | None = None
    verdict: Verdict = "none"
    reason: str = ""
    clears: Clears = "nothing"
    draw: tuple[AnyPrimitive, ...] = ()


def outline(mask: Mask) -> Coordinates:
    """The mask's contour, simplified by Douglas and Peucker, as x, y, x, y …; empty for an empty mask."""
    contour = mask.contour()
    if len(contour) == 0:
        return ()
    tolerance = max(0.6, TOLERANCE * max(mask.crop.shape))
    simple = cv2.approxPolyDP(contour.astype(np.float32).reshape(-1, 1, 2), tolerance, closed=True)
    return tuple(round(float(value), 1) for value in simple.ravel())


def flat(points: Sequence[Point]) -> Coordinates:
    """Points as x, y, x, y …, rounded to tenths."""
    return tuple(round(float(coordinate), 1) for point in points for coordinate in point)


def corners(box: Box) -> Coordinates:
    """A box as x0, y0, x1, y1."""
    return (float(box.x0), float(box.y0), float(box.x1), float(box.y1))


def frame(box: Box, start: Point | None = None, **more: Any) -> Frame:
    """The frame of a crop, which glides there from `start`."""
    centre = Point((box.x0 + box.x1 - 1) / 2, (box.y0 + box.y1 - 1) / 2)
    return Frame(
        role="frame", centre=flat([centre]), side=float(box.width), start=flat([start] if start else []), **more
    )


def plain(value: Any) -> Any:
    """A beat or primitive as JSON knows it; fields with their default value are left out, except `kind`."""
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _measured(item) if name in MEASURED else plain(item) for name, item in _told(value)}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return _rounded(value) if isinstance(value, float) else value


def _measured(value: float | None) -> float | None:
    """A value or limit, with the digits that tell one from the other."""
    return None if value is None else _rounded(float(value), 7)


def _rounded(value: float, digits: int = 4) -> float:
    """Four digits are enough to draw; a whole number is written without its point."""
    short = round(value, digits)
    return int(short) if short.is_integer() else short


def _told(value: Any) -> Iterator[tuple[str, Any]]:
    """The fields that differ from their defaults, and the kind."""
    for part in fields(value):
        item = getattr(value, part.name)
        if part.name == "kind" or part.default is MISSING or item != part.default:
            yield part.name, item


def schema() -> Mapping[str, Any]:
    """The JSON schema of a beat and all primitives: the contract with the player."""
    return TypeAdapter(Beat).json_schema()
