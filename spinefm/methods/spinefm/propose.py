"""The next point and the patch round it (SpineFM, section 2.2, step 1)."""

from __future__ import annotations

from dataclasses import dataclass

from spinefm.core.geometry import Box, Point
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods.base.protocol import Direction
from spinefm.methods.base.stages import Stages
from spinefm.methods.spinefm.config import SpineFMConfig
from spinefm.methods.spinefm.events import Proposed
from spinefm.methods.spinefm.state import DirectionState


@dataclass(frozen=True)
class Prompt:
    """A point to segment: where, in which step, at which spacing, and which vertebra came before it.

    forced: the reader asks for what lies there, whatever the checks and the classifier say.
    turned, unsure: an off-axis retry, turned by degrees about the last centroid, because the likeliest answer at the
        predicted point had this probability only. close: closer to the last centroid too, to meet S1 alone.
    """

    direction: Direction
    step: int
    known: tuple[Point, ...]
    point: Point
    spacing: float
    previous: int | None
    forced: bool = False
    turned: float = 0.0
    close: bool = False
    unsure: float | None = None

    def patch(self, config: SpineFMConfig) -> Box:
        """The segmentation patch round the point."""
        return Box.square(
            self.point, config.patch_side_px or max(config.least_patch_px, round(config.patch_factor * self.spacing))
        )

    def event(self, config: SpineFMConfig) -> Proposed:
        """The proposal as the trace keeps it."""
        limit = None if self.unsure is None else config.retry_limit
        seen = (self.turned, self.unsure, limit)
        return Proposed(self.direction, self.step, self.known, self.point, self.patch(config), *seen)


def propose(film: Radiograph, here: DirectionState, stages: Stages) -> Prompt:
    """The prompt of the next step in a direction."""
    point = stages.next_point(film, here.known)
    return Prompt(here.direction, here.step, here.known, point, here.spacing, here.last)
