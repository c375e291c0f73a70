"""One film's predictions against its truth, by the paper's rule and by what that rule hides.

The paper's rule (SpineFM, section 3): a level is identified if some predicted mask has a Dice above 0.4 with it.
It ignores names and extra masks, so both are kept beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from spinefm.anatomy import Level
from spinefm.datasets import Truth
from spinefm.masks import Mask
from spinefm.trace import Vertebra

IDENTIFIED_ABOVE = 0.4
"""Dice above which a level counts as identified (SpineFM's evaluation)."""
ON_PARTIAL_ABOVE = 0.5
"""A mask of which a larger share lies on bodies cut off by the film's edge is not false."""


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

    @property
    def named_right(self) -> bool:
        """Whether it is identified under its own name."""
        return self.identified and self.name is self.level


@dataclass(frozen=True)
class FilmScore:
    """One film: its annotated levels, masks on no vertebra, second masks of one vertebra, and names given."""

    film: str
    region: str
    group: str
    levels: tuple[LevelScore, ...]
    false_masks: int
    doubled_masks: int
    shows_anchor: bool
    names_given: int


def score_film(film: str, region: str, group: str, truth: Truth, vertebrae: Sequence[Vertebra]) -> FilmScore:
    """Score the `vertebrae` predicted on a film. False masks are counted where the truth is complete, else 0."""
    levels = tuple(_score_level(level, mask, vertebrae) for level, mask in sorted(truth.bodies.items()))
    matched = [_best(vertebra.mask, truth.bodies) for vertebra in vertebrae]
    false = [
        vertebra
        for vertebra, match in zip(vertebrae, matched, strict=True)
        if match is None and _share_on(vertebra.mask, truth.partial) <= ON_PARTIAL_ABOVE
    ]
    hits = [match for match in matched if match is not None]
    return FilmScore(
        film=film,
        region=region,
        group=group,
        levels=levels,
        false_masks=len(false) if truth.complete else 0,
        doubled_masks=len(hits) - len(set(hits)),
        shows_anchor=bool({Level.C2, Level.S1} & set(truth.bodies)),
        names_given=sum(vertebra.level is not None for vertebra in vertebrae),
    )


def _score_level(level: Level, mask: Mask, vertebrae: Sequence[Vertebra]) -> LevelScore:
    best = max(vertebrae, key=lambda vertebra: vertebra.mask.dice(mask), default=None)
    if best is None:
        return LevelScore(level, 0.0, None)
    return LevelScore(level, best.mask.dice(mask), best.level)


def _best(mask: Mask, bodies: Mapping[Level, Mask]) -> Level | None:
    """The level that `mask` identifies, if any."""
    dice = {level: mask.dice(body) for level, body in bodies.items()}
    best = max(dice, key=lambda level: dice[level], default=None)
    return best if best is not None and dice[best] > IDENTIFIED_ABOVE else None


def _share_on(mask: Mask, bodies: Mapping[Level, Mask]) -> float:
    """The share of `mask` that lies on any of `bodies`, which do not overlap."""
    return sum(mask.intersection_area(body) for body in bodies.values()) / max(mask.area, 1)
