"""Landmarks that a reader set by hand: they replace those of the outline, whose doubts they end."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from spinefm.core.geometry import Point
from spinefm.measure.bodies import DENS, FUSED, NO_BODY
from spinefm.measure.model import PLACES, Facing, Landmarks
from spinefm.measure.spine import Draft, Formula, Spine

FIXED = (NO_BODY, DENS, FUSED)
"""Why an endplate does not exist: no landmark set by hand changes that."""
MIRRORED = (1, 0, 3, 2, 4, 5)
"""The place in `PLACES` that a landmark has when the patient faces the other way."""


@dataclass(frozen=True)
class Move:
    """A landmark set by hand.

    number: of the vertebra in the run. place: index in `PLACES`, as of a patient who faces left. point: film pixels.
    """

    number: int
    place: int
    point: Point

    @property
    def fits(self) -> bool:
        """Whether there is such a place, and the point is one."""
        return self.place in range(len(PLACES)) and all(math.isfinite(part) for part in self.point)


def refuse_strangers(numbers: Sequence[int], moves: Sequence[Move]) -> None:
    """Raises ValueError for a move of a vertebra that is not among these numbers, of another place, or to no point."""
    strangers = [move for move in moves if move.number not in numbers or not move.fits]
    if strangers:
        raise ValueError(f"{strangers[0]} moves no landmark of this run; give its vertebra's number and a place.")


def moved(
    bodies: Sequence[Landmarks], numbers: Sequence[int], moves: Sequence[Move], facing: Facing | None
) -> tuple[Landmarks, ...]:
    """The bodies, whose vertebrae have these `numbers`, with their landmarks where the moves put them, the last last.

    Raises ValueError for a move of another vertebra or place, or to no point.
    """
    refuse_strangers(numbers, moves)
    return tuple(
        _moved(body, {_place(move.place, facing): move.point for move in moves if move.number == number})
        for body, number in zip(bodies, numbers, strict=True)
    )


def _place(place: int, facing: Facing | None) -> int:
    return MIRRORED[place] if facing == "right" else place


def _moved(body: Landmarks, set_by_hand: Mapping[int, Point]) -> Landmarks:
    """A body with some of its landmarks set; one without landmarks has none to set."""
    if not set_by_hand or not body.points:
        return body
    by_hand = tuple(PLACES[place] for place in sorted(set_by_hand))
    return replace(
        body,
        points=tuple(set_by_hand.get(place, point) for place, point in enumerate(body.points)),
        superior=_fault(body.superior, "superior", by_hand),
        inferior=_fault(body.inferior, "inferior", by_hand),
        by_hand=by_hand,
    )


def _fault(why: str, end: str, by_hand: Sequence[str]) -> str:
    """Why an endplate is out: what its outline made doubtful is settled where the reader set a landmark of it."""
    return why if why in FIXED or not any(place.startswith(end) for place in by_hand) else ""


def is_by_hand(draft: Draft, before: Draft | None, spine: Spine) -> bool:
    """Whether a measure of the `spine` is computed from a landmark that a reader set, or in another way than `before`.

    An endplate set by hand can make a measure possible whose formula does not use that corner, or give a body another
    neighbour to be compared with.
    """
    if before is None or _way(draft) != _way(before):
        return True
    if draft.reason or draft.formula is None:
        return False
    return _reads(draft.formula, spine, lambda by_hand: by_hand)


def is_all_by_hand(formula: Formula, spine: Spine) -> bool:
    """Whether a reader set every landmark that a formula reads."""
    return not _reads(formula, spine, lambda by_hand: not by_hand)


def _way(draft: Draft) -> tuple[str, str, tuple[int, ...]]:
    return draft.reason, draft.method, tuple(draft.bodies)


def _reads(formula: Formula, spine: Spine, is_meant: Callable[[bool], bool]) -> bool:
    """Whether a formula reads one of the landmarks meant, by whether a reader set them: without these it gives NaN."""
    points = spine.points.copy()
    for at, body in enumerate(spine.bodies):
        points[at, [is_meant(place in body.by_hand) for place in PLACES]] = np.nan
    with np.errstate(invalid="ignore"):
        return bool(np.isnan(formula(points[None])).any())
