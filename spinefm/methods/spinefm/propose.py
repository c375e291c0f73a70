"""The next point and the patch round it (SpineFM, section 2.2, step 1)."""

from __future__ import annotations

from dataclasses import dataclass

from spinefm.core.geometry import Box, Point
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods.spinefm.settings import SpineFMSettings
from spinefm.methods.spinefm.stages import Stages
from spinefm.trace.model import Direction, Proposed


@dataclass(frozen=True)
class Front:
    """Where the walk in one direction stands: its last three centroids, the last vertebra's number, steps taken."""

    direction: Direction
    known: tuple[Point, Point, Point]
    last: int
    step: int = 0

    @property
    def spacing(self) -> float:
        """Distance in pixels between the last two centroids."""
        return self.known[1].distance(self.known[2])

    def moved(self, centroid: Point, number: int, step: int) -> Front:
        """The front after `step` accepted vertebra `number` at `centroid`."""
        return Front(self.direction, (self.known[1], self.known[2], centroid), number, step)


@dataclass(frozen=True)
class Prompt:
    """A point to be looked at: where, in which step, at which spacing, and which vertebra came before it.

    forced: the reader asks for what lies there, whatever the checks and the classifier say.
    turned, unsure: a second look beside the predicted point, turned by degrees about the last centroid, because the
        likeliest answer there had this probability only. nearer: closer to the last centroid too, to meet S1 alone.
    """

    direction: Direction
    step: int
    known: tuple[Point, ...]
    point: Point
    spacing: float
    previous: int | None
    forced: bool = False
    turned: float = 0.0
    nearer: bool = False
    unsure: float | None = None

    def patch(self, settings: SpineFMSettings) -> Box:
        """The segmentation patch round the point."""
        return Box.square(self.point, settings.patch_side_px or max(8, round(settings.patch_factor * self.spacing)))

    def event(self, settings: SpineFMSettings) -> Proposed:
        """The proposal as the trace keeps it."""
        limit = None if self.unsure is None else settings.retry_limit
        seen = (self.turned, self.unsure, limit)
        return Proposed(self.direction, self.step, self.known, self.point, self.patch(settings), *seen)


def propose(film: Radiograph, front: Front, stages: Stages) -> Prompt:
    """The prompt of the step that `front` is about to take."""
    point = stages.next_point(film, front.known)
    return Prompt(front.direction, front.step, front.known, point, front.spacing, front.last)
