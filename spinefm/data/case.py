"""A film with its truth, whatever data set it comes from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from spinefm.core.foreign import InputError
from spinefm.core.geometry import Box, Point
from spinefm.core.levels import Level
from spinefm.core.masks import Mask


@dataclass(frozen=True, eq=False)
class Truth:
    """What is known about a film.

    bodies: the mask of every annotated vertebral body that is (almost) whole on the film.
    partial: those cut off by the film's edge; a prediction there is neither asked for nor false.
    complete: whether every visible vertebra is in one of the two.
    boxes: loose boxes round bodies of which no outline is known; they tell whether a body was found, not how well.
    """

    bodies: Mapping[Level, Mask]
    partial: Mapping[Level, Mask]
    complete: bool
    boxes: Mapping[Level, Box] = field(default_factory=dict)

    def rotated(self, quarters: int, size: tuple[int, int]) -> Truth:
        """The truth after its film of `size` (width, height) was rotated clockwise by so many quarters."""
        bodies = {level: mask.rotated(quarters, size) for level, mask in self.bodies.items()}
        partial = {level: mask.rotated(quarters, size) for level, mask in self.partial.items()}
        boxes = {level: box.rotated(quarters, size) for level, box in self.boxes.items()}
        return Truth(bodies, partial, self.complete, boxes)


class DatasetError(InputError):
    """A whole data set cannot be opened; the text says why and what to do."""


class DamagedCase(InputError):
    """A film's label cannot be used; the text says why."""


@dataclass(frozen=True)
class Skipped:
    """What was left out, and why: the film called `name`, or with `label` that one label of it."""

    name: str
    why: str
    label: str = ""


@dataclass(frozen=True, eq=False)
class Case:
    """One film of a data set: where it lies, its region and group (for tables), and its truth.

    name: what may be shown; where file names tell about patients it is a running number.
    subject: films of one person share it. spacing_mm: mm per pixel that the data set states, beside the film's own.
    size: (width, height) of the film as the truth was drawn on it; None where the film alone knows.
    left_out: labels of this film that are not in the truth. content: the film's bytes where its label holds them.
    corners: the corners of bodies where the label states them, x and y of each: superior anterior, superior posterior,
    inferior posterior, inferior anterior. faces: "left" or "right" where the label says to which side the patient
    looks on the upright film, else "".
    """

    name: str
    film: Path
    region: str
    group: str
    truth: Truth
    subject: str = ""
    spacing_mm: float | None = None
    size: tuple[int, int] | None = None
    left_out: tuple[Skipped, ...] = ()
    content: bytes | None = field(default=None, repr=False)
    corners: Mapping[Level, tuple[Point, ...]] = field(default_factory=dict)
    faces: str = ""

    @property
    def source(self) -> Path | bytes:
        """What the film is read from."""
        return self.film if self.content is None else self.content

    def rotated(self, quarters: int, size: tuple[int, int]) -> Case:
        """The case after its film of `size` (width, height) was rotated clockwise by so many quarters.

        What the film is read from is not rotated.
        """
        corners = {
            level: tuple(point.rotated(quarters, size) for point in points) for level, points in self.corners.items()
        }
        drawn = self.size if self.size is None or quarters % 2 == 0 else self.size[::-1]
        return replace(self, truth=self.truth.rotated(quarters, size), corners=corners, size=drawn)


def region_of(levels: Iterable[Level]) -> str:
    """The region a film shows, told by the middle one of its annotated levels; "unknown" without any."""
    ordered = sorted(levels)
    if not ordered:
        return "unknown"
    middle = ordered[len(ordered) // 2]
    if middle <= Level.T3:
        return "cervical"
    return "lumbar" if middle >= Level.T10 else "thoracic"
