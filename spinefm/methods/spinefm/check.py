"""The checks a mask must pass before it is classified (SpineFM, section 2.2, step 4, and our further stop reasons)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from spinefm.core.geometry import Point
from spinefm.core.masks import Mask
from spinefm.methods.spinefm.propose import Front, Prompt
from spinefm.methods.spinefm.segment import Shape
from spinefm.methods.spinefm.settings import SpineFMSettings
from spinefm.trace.model import Checked, Decided, Reason, Segmented


def stopped(prompt: Prompt | Front, reason: Reason, value: float | None = None, limit: float | None = None) -> Decided:
    """The decision that ends a direction."""
    return Decided(prompt.direction, prompt.step, "stopped", reason, value, limit, None)


def stop_before_proposing(front: Front, settings: SpineFMSettings) -> Decided | None:
    """The step limit."""
    if front.step > settings.step_limit:
        return stopped(front, "step limit", front.step, settings.step_limit)
    return None


def stop_before_segmenting(prompt: Prompt, shape: tuple[int, int]) -> Decided | None:
    """A point outside the film of `shape` (H, W); the value is how far outside, in pixels."""
    if prompt.point.inside(shape):
        return None
    x, y = prompt.point
    outside = max(-x, x - (shape[1] - 1), -y, y - (shape[0] - 1))
    return stopped(prompt, "point outside", outside, 0.0)


def stop_after_segmenting(
    prompt: Prompt, shape: Shape, segmented: Segmented, settings: SpineFMSettings
) -> Decided | None:
    """A place too far outside the film, a mask that is empty or a sliver (areas in pixels), or a body beyond sight."""
    if segmented.outside_share > segmented.outside_limit:
        return stopped(prompt, "outside the film", segmented.outside_share, segmented.outside_limit)
    least = max(1.0, settings.least_area * prompt.spacing**2)
    if shape.mask.area < least:
        return stopped(prompt, "empty mask", shape.mask.area, least)
    faint = segmented.contrast is not None and segmented.contrast < settings.faint_limit
    if faint and prompt.direction != "seed":
        return stopped(prompt, "too faint", segmented.contrast, settings.faint_limit)
    return None


def stop_for_misplaced_end(prompt: Prompt, decision: Decided, last: int) -> Decided | None:
    """A seed that is called C2 below the first seed, or S1 above the `last` one; the value is its probability."""
    place = {"C2": 0, "S1": last}.get(decision.reason) if decision.verdict == "spine end" else None
    if place is None or prompt.step == place:
        return None
    return stopped(prompt, "misplaced end", decision.value, decision.limit)


def overlaps(prompt: Prompt, mask: Mask, accepted: Mapping[int, Mask], settings: SpineFMSettings) -> list[Checked]:
    """The overlap with the previous vertebra (the paper's rule), then the largest with any other accepted one."""
    checks = []
    others = {number: mask.iou(other) for number, other in accepted.items()}
    if prompt.previous is not None:
        value = others.pop(prompt.previous)
        checks.append(_checked(prompt, "previous", value, prompt.previous, settings))
    if others:
        against = max(others, key=lambda number: others[number])
        checks.append(_checked(prompt, "any", others[against], against, settings))
    return checks


def _checked(
    prompt: Prompt, rule: Literal["previous", "any"], value: float, against: int, settings: SpineFMSettings
) -> Checked:
    return Checked(prompt.direction, prompt.step, rule, value, settings.overlap_limit, against)


def stop_for_overlap(prompt: Prompt, checks: list[Checked]) -> Decided | None:
    """The first check over its limit."""
    for check in checks:
        if check.value > check.limit:
            return stopped(prompt, "overlap", check.value, check.limit)
    return None


def stop_for_revisit(
    prompt: Prompt, centroid: Point, visited: list[Point], settings: SpineFMSettings
) -> Decided | None:
    """A centroid that was visited before; value and limit are distances in pixels."""
    limit = settings.revisit_limit * prompt.spacing
    nearest = min((centroid.distance(point) for point in visited), default=limit)
    return stopped(prompt, "revisited", nearest, limit) if nearest < limit else None


def by_hand(stop: Decided, number: int | None) -> Decided:
    """The decision that takes vertebra `number` where `stop` would have ended the walk."""
    return replace(stop, verdict="accepted", reason="by hand", vertebra=number, overruled=stop.reason)
