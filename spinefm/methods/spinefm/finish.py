"""Names from the spine's ends, final masks, and the result (SpineFM, section 2.2, post-processing)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import cv2
import numpy as np

from spinefm.core.geometry import Point, principal_axis
from spinefm.core.levels import Level, counted_from
from spinefm.core.masks import Mask
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods.base.result import along, vertebra
from spinefm.methods.spinefm.config import SpineFMConfig
from spinefm.methods.spinefm.events import Viewed
from spinefm.methods.spinefm.evidence import against, is_believed, withheld
from spinefm.methods.spinefm.induction import Accepted
from spinefm.methods.spinefm.segment import component
from spinefm.trace.model import Anchor, Named, Vertebra


def named(spine: Sequence[Accepted], config: SpineFMConfig, seen: Viewed | None = None) -> Named:
    """Names counted from the spine end the classifier is surest of; relative names without one to believe.

    An end counts only where the spine can end, C2 on top and S1 at the bottom. Where no step was sure enough of one,
    the outermost bodies are asked as the paper does: an end that is the most probable class counts. An end against
    which too much speaks gives no name (`evidence`). seen: what kind of film it is, where that is known.
    """
    anchors, doubts = _believed(_ends(spine, config), spine, config, seen)
    numbers = tuple(accepted.number for accepted in spine)
    if not anchors:
        notes = [*(doubts or [_unanchored(spine)]), *_gaps(spine, (None,) * len(spine), config.gap_limit)]
        return Named(numbers, (None,) * len(spine), None, " ".join(notes))
    best = max(anchors, key=lambda anchor: anchor.probability or 0.0)
    levels = counted_from(best.level, anchors[best], len(spine))
    notes = [] if any(body.end for body in spine) else [_unsure(best)]
    if any(levels[index] is not anchor.level for anchor, index in anchors.items()):
        notes += [f"Counting from C2 and from S1 disagrees; the names rest on {best.level.name}, the surer of the two."]
    return Named(numbers, levels, best, " ".join([*notes, *_gaps(spine, levels, config.gap_limit)]))


def _ends(spine: Sequence[Accepted], config: SpineFMConfig) -> dict[Anchor, int]:
    """The ends of the spine that were seen where it can end, with their place; else the likely ones."""
    if not any(body.end for body in spine):
        return _likely_ends(spine, config.likely_end_limit)
    places = {Level.C2: 0, Level.S1: len(spine) - 1}
    return {anchor_of(body): index for index, body in enumerate(spine) if body.end and places[body.end] == index}


def _believed(
    anchors: Mapping[Anchor, int], spine: Sequence[Accepted], config: SpineFMConfig, seen: Viewed | None
) -> tuple[dict[Anchor, int], list[str]]:
    """The ends against which not too much speaks, and a sentence for each of the others."""
    sizes = [math.sqrt(accepted.shape.mask.area) for accepted in spine]
    reasons = {anchor: against(anchor.level, sizes, seen, config) for anchor in anchors}
    believed = {anchor: index for anchor, index in anchors.items() if is_believed(anchor, reasons[anchor], config)}
    return believed, [withheld(anchor, reasons[anchor]) for anchor in anchors if anchor not in believed]


def _likely_ends(spine: Sequence[Accepted], least: float) -> dict[Anchor, int]:
    """The outermost bodies that are C2 or S1 more probably than anything else, with their place in the spine."""
    found = {}
    for level, index in ((Level.C2, 0), (Level.S1, len(spine) - 1)):
        seen = spine[index].classified
        shares = {Level.C2: seen.c2, Level.S1: seen.s1}
        if shares.pop(level) > max(least, seen.background, seen.vertebra, *shares.values()):
            found[anchor_of(replace(spine[index], end=level))] = index
    return found


def _unsure(anchor: Anchor) -> str:
    """That the names rest on an answer below its limit."""
    share = anchor.probability or 0.0
    return f"{anchor.level.name} is likeliest there, but with {share:.2f} below the limit: check the names."


def _unanchored(spine: Sequence[Accepted]) -> str:
    """Why the names are relative."""
    misplaced = [accepted.end.name for accepted in spine if accepted.end]
    if misplaced:
        end, place = misplaced[0], "lowest" if misplaced[0] == "C2" else "topmost"
        return (
            f"{end} was seen as the {place} vertebra, where it cannot be, so the names are relative: V1 is the topmost "
            "vertebra. The film may be upside down."
        )
    return "Neither C2 nor S1 was seen, so the names are relative: V1 is the topmost vertebra."


def _gaps(spine: Sequence[Accepted], levels: Sequence[Level | None], limit: float) -> list[str]:
    """A sentence for each gap in which a vertebra may be missing; C2 lies far from C3 because of its dens."""
    median = _spacing(spine)
    names = [level.name if level else f"V{index + 1}" for index, level in enumerate(levels)]
    sentences = []
    for index, (above, below) in enumerate(zip(spine, spine[1:], strict=False)):
        share = above.centroid.distance(below.centroid) / median
        if share > limit and levels[index] is not Level.C2:
            sentences.append(
                f"{names[index]} and {names[index + 1]} lie {share:.2f} > {limit:.2f} median spacings apart: a "
                "vertebra between them may be missing, and the names beyond it wrong."
            )
    return sentences


def anchor_of(accepted: Accepted) -> Anchor:
    """The anchor that a vertebra at the spine's end is."""
    assert accepted.end is not None, "only an end of the spine is an anchor"
    probability = accepted.classified.c2 if accepted.end is Level.C2 else accepted.classified.s1
    return Anchor(accepted.number, accepted.end, f"{accepted.end.name} seen by the classifier", probability)


def finished_vertebrae(
    spine: Sequence[Accepted], names: Named, film: Radiograph, config: SpineFMConfig
) -> tuple[Vertebra, ...]:
    """The result's vertebrae from the top, with smoothed masks."""
    spacing = _spacing(spine)
    masks = [final_mask(accepted, film, config, spacing) for accepted in spine]
    directions = along([mask.centroid for mask in masks])
    return tuple(
        _vertebra(accepted, level, mask, directions[index], index)
        for index, (accepted, level, mask) in enumerate(zip(spine, names.levels, masks, strict=True))
    )


def outlined_by_the_induction(
    spine: Sequence[Accepted], vertebrae: Sequence[Vertebra], config: SpineFMConfig
) -> list[str]:
    """A sentence for each vertebra without a pixel above the final limit, which keeps the induction's own mask."""
    own = {id(accepted.shape.mask) for accepted in spine}
    return [
        f"Nothing of {vertebra.name} is above the final limit of {config.final_limit:.2f}: its outline is that of "
        f"the induction, at {config.mask_limit:.2f}."
        for vertebra in vertebrae
        if id(vertebra.mask) in own
    ]


def added_vertebrae(
    new: Sequence[Accepted], present: Sequence[Point], film: Radiograph, config: SpineFMConfig
) -> tuple[Vertebra, ...]:
    """The `new` vertebrae, without levels, in their places among those `present` (centroids); from the top."""
    axis = principal_axis([*present, *(accepted.centroid for accepted in new)])
    spine = sorted([*present, *(accepted.centroid for accepted in new)], key=axis.position)
    spacing = float(np.median([a.distance(b) for a, b in zip(spine, spine[1:], strict=False)]))
    directions = dict(zip(spine, along(spine), strict=True))
    ordered = sorted(new, key=lambda accepted: axis.position(accepted.centroid))
    return tuple(
        _vertebra(accepted, None, final_mask(accepted, film, config, spacing), directions[accepted.centroid], index)
        for index, accepted in enumerate(ordered)
    )


def _vertebra(accepted: Accepted, level: Level | None, mask: Mask, direction: Point, index: int) -> Vertebra:
    return vertebra(accepted.number, index, level, mask, direction, 1.0 - accepted.classified.background)


def final_mask(accepted: Accepted, film: Radiograph, config: SpineFMConfig, spacing: float) -> Mask:
    """The probability above the final limit, smoothed as a 0/1 picture; the induction's mask where there is none."""
    shape = accepted.shape
    mask = component(shape.probability, shape.patch, film, config.final_limit, accepted.centroid)
    smooth = smoothed(mask, config.smoothing * spacing, config.smoothing_limit)
    return smooth if smooth.area else shape.mask


def smoothed(mask: Mask, sigma: float, limit: float = 0.5) -> Mask:
    """`mask` blurred by a Gaussian of `sigma` pixels and cut at `limit`; its piece at its centroid."""
    if sigma <= 0 or mask.area == 0:
        return mask
    margin = math.ceil(3 * sigma)
    padded = np.pad(mask.crop.astype(np.float32), margin)
    blurred = cv2.GaussianBlur(padded, (0, 0), sigma)
    inner = (blurred > limit)[margin:-margin, margin:-margin]  # never grows past the film
    smooth = Mask.from_array(inner, mask.origin)
    return smooth.component_at(mask.centroid)


def _spacing(spine: Sequence[Accepted]) -> float:
    """Median distance in pixels between neighbouring centroids."""
    steps = [a.centroid.distance(b.centroid) for a, b in zip(spine, spine[1:], strict=False)]
    return float(np.median(steps))
