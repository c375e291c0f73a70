"""One film's predictions against its truth, by the paper's rule and by what that rule hides.

The paper's rule (SpineFM, section 3): a level is identified if some predicted mask has a Dice above 0.4 with it.
It ignores names and extra masks, so both are reported beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.data import Truth
from spinefm.evaluation.boxes import box_of
from spinefm.trace.model import Vertebra

IDENTIFIED_ABOVE = 0.4
"""Dice above which a level counts as identified (SpineFM's evaluation)."""
COVERED_ABOVE = 0.5
"""A body of which a larger share lies under a mask is covered by it; a mask that covers two has merged them."""
ON_PARTIAL_ABOVE = 0.5
"""A mask of which a larger share lies on bodies cut off by the film's edge, or that identifies one, is not false."""


@dataclass(frozen=True)
class LevelScore:
    """One annotated level: the best Dice of any predicted mask, and the name that mask carries."""

    level: Level
    dice: float
    name: Level | None

    @property
    def identified(self) -> bool:
        """Whether the level counts as identified."""
        return self.dice > IDENTIFIED_ABOVE


@dataclass(frozen=True)
class FilmScore:
    """One film: its annotated levels, its extra masks, and its names.

    false_masks lie on no vertebra; doubled_masks are second masks of one vertebra; merged_masks cover several.
    anchor: whether C2 or S1 is whole on the film, only partly in view, or absent. wrong_names: names given to a mask
    on a body, whole or cut off, of another level, or on no body.
    """

    film: str
    region: str
    group: str
    levels: tuple[LevelScore, ...]
    false_masks: int
    doubled_masks: int
    merged_masks: int
    anchor: Literal["whole", "partial", "absent"]
    names_given: int
    wrong_names: int


def score_film(film: str, region: str, group: str, truth: Truth, vertebrae: Sequence[Vertebra]) -> FilmScore:
    """Score the `vertebrae` predicted on a film. False masks are counted if the truth is complete, else 0."""
    levels = tuple(_score_level(level, mask, vertebrae) for level, mask in sorted(truth.bodies.items()))
    matched = [identified_by(vertebra.mask, truth) for vertebra in vertebrae]
    false = [
        vertebra
        for vertebra, match in zip(vertebrae, matched, strict=True)
        if match is None and not lies_on(vertebra.mask, truth.partial)
    ]
    hits = [match for match in matched if match is not None]
    return FilmScore(
        film=film,
        region=region,
        group=group,
        levels=levels,
        false_masks=len(false) if truth.complete else 0,
        doubled_masks=len(hits) - len(set(hits)),
        merged_masks=sum(_is_merged(vertebra.mask, truth) for vertebra in vertebrae),
        anchor=_anchor(truth),
        names_given=sum(vertebra.level is not None for vertebra in vertebrae),
        wrong_names=sum(_is_named_wrong(vertebra, truth) for vertebra in vertebrae),
    )


def _anchor(truth: Truth) -> Literal["whole", "partial", "absent"]:
    """How much of C2 or S1, from which names are counted, the film shows."""
    ends = {Level.C2, Level.S1}
    if ends & {*truth.bodies, *truth.boxes}:
        return "whole"
    return "partial" if ends & set(truth.partial) else "absent"


def _is_merged(mask: Mask, truth: Truth) -> bool:
    """Whether `mask` covers more than half of each of two bodies."""
    bodies = (*truth.bodies.values(), *truth.partial.values())
    return sum(mask.intersection_area(body) > COVERED_ABOVE * body.area for body in bodies) > 1


def _is_named_wrong(vertebra: Vertebra, truth: Truth) -> bool:
    """Whether a name is not that of the body on which most of its mask lies, or of the box that the mask lies in.

    Unknown where the truth lacks the body.
    """
    if vertebra.level is None:
        return False
    shares = {
        level: vertebra.mask.intersection_area(body) for level, body in (*truth.bodies.items(), *truth.partial.items())
    }
    below = max(shares, key=lambda level: shares[level], default=None)
    if below is None or shares[below] == 0:
        below = box_of(truth.boxes, vertebra.mask)
    return truth.complete if below is None else below is not vertebra.level


def _score_level(level: Level, mask: Mask, vertebrae: Sequence[Vertebra]) -> LevelScore:
    best = max(vertebrae, key=lambda vertebra: vertebra.mask.dice(mask), default=None)
    if best is None:
        return LevelScore(level, 0.0, None)
    return LevelScore(level, best.mask.dice(mask), best.level)


def identified_by(mask: Mask, truth: Truth) -> Level | None:
    """The level that `mask` identifies: that of an outline, else that of a box; None where it is neither."""
    best = _best(mask, truth.bodies)
    return box_of(truth.boxes, mask) if best is None else best


def _best(mask: Mask, bodies: Mapping[Level, Mask]) -> Level | None:
    """The level that `mask` identifies, if any."""
    dice = {level: mask.dice(body) for level, body in bodies.items()}
    best = max(dice, key=lambda level: dice[level], default=None)
    return best if best is not None and dice[best] > IDENTIFIED_ABOVE else None


def lies_on(mask: Mask, bodies: Mapping[Level, Mask]) -> bool:
    """Whether `mask` identifies one of `bodies`, which do not overlap, or lies mostly on them."""
    share = sum(mask.intersection_area(body) for body in bodies.values()) / max(mask.area, 1)
    return share > ON_PARTIAL_ABOVE or _best(mask, bodies) is not None
