"""What a measure is: a number with its unit, reference and uncertainty, or the reason why there is none.

Points are (x, y) film pixels.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from spinefm.core.geometry import Point
from spinefm.trace.codec import StoredLevel

Facing = Literal["left", "right"]
Group = Literal["body", "disc", "alignment", "slip", "offset", "pelvis"]
Unit = Literal["°", "%", "mm", "ratio"]
Line = tuple[Point, ...]
"""A path of two or more points that is drawn for a measure."""

PLACES = (
    "superior_anterior",
    "superior_posterior",
    "inferior_posterior",
    "inferior_anterior",
    "superior_middle",
    "inferior_middle",
)
"""The landmarks of a body in the order in which they are kept."""


@dataclass(frozen=True)
class FacingGuess:
    """The side that the patient faces, how sure that is (0 to 1), and what says so; None where nothing does."""

    side: Facing | None
    probability: float
    source: str


@dataclass(frozen=True)
class Landmarks:
    """The landmarks of one body, as `PLACES` lists them; anterior is where the patient faces.

    name: its level, or V1, V2 … `points`: six (x, y) film pixels, none where they cannot be had. superior, inferior:
    why that endplate cannot be measured, "" where it can. spread: expected error of a landmark's coordinate in pixels
    (standard deviation), 0 for landmarks that are known. probability: that of a good outline, None where the method
    says none. in_trunk: whether a body without a level is surely a thoracic or lumbar one. number: in its run, None for
    one of no run. by_hand: the `PLACES` that a reader set. redrawn: whether a reader edited the outline.
    """

    name: str
    level: StoredLevel | None
    points: tuple[Point, ...]
    superior: str = ""
    inferior: str = ""
    spread: float = 0.0
    probability: float | None = None
    in_trunk: bool = False
    number: int | None = None
    by_hand: tuple[str, ...] = ()
    redrawn: bool = False

    def at(self, place: str) -> Point:
        """The landmark of that name. Raises ValueError for a body without landmarks and for an unknown name."""
        if not self.points:
            raise ValueError(f"{self.name} has no landmarks: {self.superior or self.inferior}.")
        return self.points[PLACES.index(place)]


@dataclass(frozen=True)
class Reference:
    """What is usual: a range of values (None where open) in words, and where that was published."""

    low: float | None
    high: float | None
    text: str
    source: str


@dataclass(frozen=True)
class Measure:
    """One measure.

    key: which ("disc_height_index"); levels: of which bodies, from the top; name: both in words. value is None where
    `reason` says why it is not measurable. uncertainty: half the width of the 95 % interval, in the measure's unit.
    confidence: 0 to 1, the least probability of what the value rests on. method: how it is computed. grade: a class
    that follows from the value, such as "Genant 1 (mild), wedge", with ", 81 % sure" where the interval reaches into
    another grade, or "Genant 0 to 1, uncertain". lines: what to draw on the film. doubt: why the value is to be taken
    with care, "" where it is sure. by_hand: whether it rests on a landmark that a reader set: its confidence is not
    known then, and its uncertainty is that of the other landmarks, None where there are none. redrawn: whether it rests
    on a body whose outline a reader edited.
    """

    key: str
    group: Group
    levels: tuple[str, ...]
    name: str
    unit: Unit
    value: float | None
    method: str
    reason: str = ""
    doubt: str = ""
    grade: str = ""
    uncertainty: float | None = None
    confidence: float | None = None
    reference: Reference | None = None
    lines: tuple[Line, ...] = ()
    by_hand: bool = False
    redrawn: bool = False


@dataclass(frozen=True)
class Measures:
    """All measures of one film, with the landmarks and assumptions that they rest on.

    not_upright: why nothing can be measured against the horizontal, "" where it can. spacing_mm: mm per pixel, None
    when unknown. failure: why nothing could be measured at all, "" where it could.
    """

    film: str
    facing: FacingGuess
    spacing_mm: float | None
    spacing_source: str | None
    not_upright: str
    landmarks: tuple[Landmarks, ...]
    values: tuple[Measure, ...]
    failure: str = ""

    def __iter__(self) -> Iterator[Measure]:
        """The measures in order."""
        return iter(self.values)

    def of(self, key: str, *levels: str) -> tuple[Measure, ...]:
        """The measures of that key, of these levels where any are given."""
        return tuple(one for one in self.values if one.key == key and (not levels or one.levels == levels))

    def to_json(self) -> str:
        """The measures as JSON; levels by name."""
        return _adapter().dump_json(self).decode()

    @classmethod
    def from_json(cls, text: str | bytes) -> Measures:
        """What `to_json` wrote. Raises ValueError for anything else."""
        try:
            return _adapter().validate_json(text)
        except ValidationError as error:
            fault = error.errors(include_url=False, include_input=False)[0]["msg"]
            raise ValueError(f"The text holds no measures ({fault}); give what Measures.to_json wrote.") from error

    @property
    def warnings(self) -> tuple[str, ...]:
        """A sentence where nothing could be measured."""
        return (f"There are no measures: {self.failure}.",) if self.failure else ()

    @property
    def measured(self) -> tuple[Measure, ...]:
        """Those that have a value."""
        return tuple(one for one in self.values if one.value is not None)


@cache
def _adapter() -> TypeAdapter[Measures]:
    """The reader and writer of measures."""
    return TypeAdapter(Measures)
