"""Events of SpineFM's induction, step by step.

A number never comes without the limit that decided on it. Points are (x, y) film pixels; boxes are half open.
Vertebrae are numbered in the order in which a run accepted them. `kind` names an event in a trace's JSON; it and the
fields' names are the layout on disk, so "seeded" and the direction "seed" stay there: the starting points.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from spinefm.core.geometry import Axis, Box, Point
from spinefm.methods.base.protocol import Direction
from spinefm.trace.codec import StoredMask

Verdict = Literal["accepted", "spine end", "stopped"]
Reason = Literal[
    "vertebra",
    "detected",
    "C2",
    "S1",
    "clicked",
    "by hand",
    "overlap",
    "background",
    "empty mask",
    "outside the film",
    "point outside",
    "step limit",
    "revisited",
    "misplaced end",
    "too faint",
    "outlined",
]
OVERRULABLE: tuple[Reason, ...] = ("background", "overlap", "outside the film", "too faint")
"""Stops that a reader may go on past: they leave a mask of their own, at the others there is none to take."""
SPINE_ENDS: Mapping[str, Direction] = {"C2": "up", "S1": "down"}
"""The direction that each end of the spine stops."""
FILM_ENDS: frozenset[Reason] = frozenset(("point outside", "outside the film"))
"""Stops at the edge of the film, beyond which no vertebra is in view."""


@dataclass(frozen=True)
class Seeded:
    """The centroids from which the induction starts, from the top; what was accepted before is dropped.

    `order` and `triple` index the detections: all kept ones along the axis, and the three chosen (none for clicks).
    """

    source: Literal["detected", "clicked"]
    axis: Axis
    order: tuple[int, ...]
    triple: tuple[int, ...]
    points: tuple[Point, ...]
    spacing: float
    mean_score: float | None
    kind: Literal["seeded"] = "seeded"


@dataclass(frozen=True)
class Proposed:
    """The next point of a step and the patch round it; `known` are the three centroids behind it, if any.

    A second one in the same step is an off-axis retry, `turned` by degrees about the last centroid: the likeliest kind
    of vertebra had the probability `unsure` at the first point, below `unsure_limit`. It replaces the first.
    """

    direction: Direction
    step: int
    known: tuple[Point, ...]
    point: Point
    patch: Box
    turned: float = 0.0
    unsure: float | None = None
    unsure_limit: float | None = None
    kind: Literal["proposed"] = "proposed"


@dataclass(frozen=True)
class Segmented:
    """The mask at the proposed point; `shift` in pixels from the point to the refined centroid.

    `patch` is the patch the mask was taken from: the proposed one, or one centred on a first mask (`recentred`).
    What of it lies outside the film was black. `outside_share` is that of a square of one spacing round the centroid.
    `contrast` is the standard deviation of the grey values in and round the mask, as a share of `grey_range`: that of
    the spine found so far, or 1 for the whole film's.
    """

    direction: Direction
    step: int
    mask: StoredMask
    centroid: Point | None
    shift: float | None
    patch: Box
    outside_share: float
    outside_limit: float
    recentred: bool = False
    contrast: float | None = None
    contrast_limit: float | None = None
    grey_range: float = 1.0
    kind: Literal["segmented"] = "segmented"


@dataclass(frozen=True)
class Checked:
    """The overlap of the new mask with an accepted one: intersection over union against its limit.

    `rule`: against the previous vertebra (the paper's rule) or against any other accepted one (ours).
    """

    direction: Direction
    step: int
    rule: Literal["previous", "any"]
    value: float
    limit: float
    against: int
    kind: Literal["checked"] = "checked"


@dataclass(frozen=True)
class Classified:
    """The classifier's four probabilities at the refined centroid, and the limits that decide."""

    direction: Direction
    step: int
    background: float
    vertebra: float
    s1: float
    c2: float
    patch: Box
    background_limit: float
    end_limit: float
    kind: Literal["classified"] = "classified"


@dataclass(frozen=True)
class Decided:
    """How a step ended. `vertebra` is the accepted one's number; `value` was compared with `limit` where there is one.

    `overruled` is the reason that would have ended the direction where the reader went on "by hand".
    """

    direction: Direction
    step: int
    verdict: Verdict
    reason: Reason
    value: float | None
    limit: float | None
    vertebra: int | None
    overruled: Reason | None = None
    kind: Literal["decided"] = "decided"


@dataclass(frozen=True)
class SetAside:
    """A spine of `bodies` vertebrae whose outlines are mostly doubtful: other starting points are tried.

    probability: the median of its outlines', below `limit`. What follows begins again.
    """

    bodies: int
    probability: float
    limit: float
    kind: Literal["set_aside"] = "set_aside"


StepEvent = Proposed | Segmented | Checked | Classified | Decided
"""What one step of the induction consists of, in this order."""
