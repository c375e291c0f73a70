"""The checks a mask must pass before it is classified (SpineFM, section 2.2, step 4, and our further stop reasons)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from spinefm.core.geometry import Point
from spinefm.core.masks import Mask
from spinefm.methods.spinefm.config import SpineFMConfig
from spinefm.methods.spinefm.events import Checked, Decided, Reason, Segmented
from spinefm.methods.spinefm.propose import Prompt
from spinefm.methods.spinefm.segment import BodyShape
from spinefm.methods.spinefm.state import DirectionState, Found

LEAST_SPACING_PX = 1.0
"""Two centroids closer than this are those of one body; starting points that nothing checks may be."""


def stopped(
    prompt: Prompt | DirectionState, reason: Reason, value: float | None = None, limit: float | None = None
) -> Decided:
    """The decision that ends a direction."""
    return Decided(prompt.direction, prompt.step, "stopped", reason, value, limit, None)


def stop_before_proposing(here: DirectionState, config: SpineFMConfig) -> Decided | None:
    """The step limit, or two last centroids that coincide: no direction leads on from them."""
    if here.step > config.step_limit:
        return stopped(here, "step limit", here.step, config.step_limit)
    if here.spacing < LEAST_SPACING_PX:
        return stopped(here, "revisited", here.spacing, LEAST_SPACING_PX)
    return None


def stop_before_segmenting(prompt: Prompt, shape: tuple[int, int]) -> Decided | None:
    """A point outside the film of `shape` (H, W); the value is how far outside, in pixels."""
    if prompt.point.inside(shape):
        return None
    x, y = prompt.point
    outside = max(-x, x - (shape[1] - 1), -y, y - (shape[0] - 1))
    return stopped(prompt, "point outside", outside, 0.0)


def stop_after_segmenting(
    prompt: Prompt, shape: BodyShape, segmented: Segmented, config: SpineFMConfig
) -> Decided | None:
    """A place too far outside the film, a mask that is empty or a sliver (areas in pixels), or an invisible body."""
    if segmented.outside_share > segmented.outside_limit:
        return stopped(prompt, "outside the film", segmented.outside_share, segmented.outside_limit)
    least = max(1.0, config.least_area * prompt.spacing**2)
    if shape.mask.area < least:
        return stopped(prompt, "empty mask", shape.mask.area, least)
    value, limit = segmented.contrast, segmented.contrast_limit
    if value is not None and limit is not None and value < limit:
        return stopped(prompt, "too faint", value, limit)
    return None


def contrast_limit(sureness: float, sharpness: float, config: SpineFMConfig) -> float:
    """The least contrast of a body, which `sureness` is the probability of, by that and by how sharp its outline is."""
    counts = sureness >= config.faint_sure or sharpness > config.faint_sharp
    return config.minimum_contrast if counts else max(config.minimum_contrast, config.clear_contrast)


def stop_for_misplaced_end(prompt: Prompt, decision: Decided, last: int) -> Decided | None:
    """A starting point that is called C2 below the first, or S1 above the `last` one; the value is its probability."""
    place = {"C2": 0, "S1": last}.get(decision.reason) if decision.verdict == "spine end" else None
    if place is None or prompt.step == place:
        return None
    return stopped(prompt, "misplaced end", decision.value, decision.limit)


def overlaps(prompt: Prompt, mask: Mask, spine: Mapping[int, Found], config: SpineFMConfig) -> list[Checked]:
    """The overlap with the previous vertebra (the paper's rule), then the largest with any other accepted one."""
    checks = []
    others = {number: mask.iou(spine[number].mask) for number in sorted(spine)}
    if prompt.previous is not None:
        value = others.pop(prompt.previous)
        checks.append(_checked(prompt, "previous", value, prompt.previous, config))
    if others and config.overlap_any:
        against = max(others, key=lambda number: others[number])
        checks.append(_checked(prompt, "any", others[against], against, config))
    return checks


def _checked(
    prompt: Prompt, rule: Literal["previous", "any"], value: float, against: int, config: SpineFMConfig
) -> Checked:
    return Checked(prompt.direction, prompt.step, rule, value, config.overlap_limit, against)


def stop_for_overlap(prompt: Prompt, checks: list[Checked]) -> Decided | None:
    """The first check over its limit."""
    for check in checks:
        if check.value > check.limit:
            return stopped(prompt, "overlap", check.value, check.limit)
    return None


def stop_for_revisit(
    prompt: Prompt, centroid: Point, spine: Mapping[int, Found], config: SpineFMConfig
) -> Decided | None:
    """A centroid that was visited before; value and limit are distances in pixels."""
    limit = config.revisit_limit * prompt.spacing
    nearest = min((centroid.distance(found.centroid) for found in spine.values()), default=limit)
    return stopped(prompt, "revisited", nearest, limit) if nearest < limit else None


def is_unchecked(prompt: Prompt, config: SpineFMConfig) -> bool:
    """Whether a prompt is a starting point that is taken as it was detected."""
    return prompt.direction == "seed" and not config.check_starts


def as_detected(decision: Decided, number: int) -> Decided:
    """The decision on an unchecked starting point: an end of the spine is one, all else is taken without a check."""
    if decision.verdict == "spine end":
        return decision
    return replace(decision, verdict="accepted", reason="detected", value=None, limit=None, vertebra=number)


def by_hand(stop: Decided, number: int | None) -> Decided:
    """The decision that takes vertebra `number` where `stop` would have ended the direction."""
    return replace(stop, verdict="accepted", reason="by hand", vertebra=number, overruled=stop.reason)


def background(by_class: Decided, sharpness: float, number: int, config: SpineFMConfig) -> Decided:
    """The stop at the class background, or the decision that takes vertebra `number` for its sharp outline.

    A rib's outline is sharp too, so a starting point gains nothing by it: an induction from there would follow nothing.
    """
    if sharpness <= config.sharp_limit or by_class.direction == "seed":
        return by_class
    against = replace(by_class, verdict="accepted", reason="outlined", vertebra=number, overruled=by_class.reason)
    return replace(against, value=sharpness, limit=config.sharp_limit)
