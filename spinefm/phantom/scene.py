"""What the painters share: the canvas, the spine, the settings, and the places that fool a reader of the film."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from spinefm.core.levels import Level
from spinefm.phantom.canvas import Canvas, Look
from spinefm.phantom.column import ColumnVertebra
from spinefm.phantom.settings import Settings

Points = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Scene:
    """One phantom while it is painted; `noted` collects points (patient mm) of what is no vertebral body."""

    canvas: Canvas
    column: tuple[ColumnVertebra, ...]
    settings: Settings
    rng: np.random.Generator
    noted: dict[str, list[Points]] = field(default_factory=dict)

    def note(self, kind: str, points: Points | Sequence[tuple[float, float]]) -> None:
        """Remember points (N, 2) in patient mm as a distractor of a kind."""
        self.noted.setdefault(kind, []).append(np.atleast_2d(np.asarray(points, float)))

    def vertebra(self, level: Level) -> ColumnVertebra:
        """The vertebra of a level that this spine has."""
        return next(vertebra for vertebra in self.column if vertebra.level is level)

    def uniform(self, low: float, high: float) -> float:
        """One uniform number."""
        return float(self.rng.uniform(low, high))

    def chance(self, share: float) -> bool:
        """True in the given share of phantoms."""
        return bool(self.rng.random() < share)

    def jitter(self, points: Sequence[tuple[float, float]] | Points, mm: float) -> Points:
        """Control points (N, 2) moved at random by a deviation in mm."""
        points = np.asarray(points, float)
        return np.asarray(points + self.rng.normal(0, mm, points.shape), float)

    def look(self, marrow: float, cortex: float, **more: float) -> Look:
        """A bone's look under this patient's bone settings."""
        bone = self.settings.bone
        values = {"cortex_mm": bone.cortex_mm, "texture": bone.trabeculae} | more
        return Look(marrow=marrow * bone.marrow, cortex=cortex * bone.cortex, **values)
