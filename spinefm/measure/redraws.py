"""Draws of what rests on landmarks that a reader set: those stay, the others of the same body err as before.

The browser draws the same (`spinefm/ui/shared/redraws.js`), so the random numbers are of a generator that both can
write down: mulberry32, by the place of a number in its sequence.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from spinefm.measure.model import PLACES
from spinefm.measure.planar import Points, Values
from spinefm.measure.shape import model_of
from spinefm.measure.spine import Spine
from spinefm.measure.uncertainty import MOST_BODIES, moves

STEP = np.uint32(0x6D2B79F5)
COORDINATES = 2 * len(PLACES)
"""Random numbers of a body in one draw."""


def redrawn(spine: Spine, bodies: Sequence[int]) -> Points:
    """Draws (K, B, 6, 2) of the landmarks of these bodies that no reader set; all else stays where it is."""
    points, count = spine.points, spine.config.resamples
    drawn = np.broadcast_to(points, (count, *points.shape)).copy()
    for at in bodies:
        body = spine.bodies[at]
        if body.points and body.spread:
            numbers = normals(at if body.number is None else body.number, count)
            free = [place for place, name in enumerate(PLACES) if name not in body.by_hand]
            drawn[:, at, free] += body.spread * moves(points[at], model_of(body.level), numbers)[:, free]
    return drawn


@lru_cache(MOST_BODIES)
def normals(key: int, count: int) -> Values:
    """Standard normal numbers (count, 12) of a body with that number (Box and Muller)."""
    pairs = uniforms(2 * key * count * COORDINATES, 2 * count * COORDINATES).reshape(count, COORDINATES, 2)
    numbers = np.sqrt(-2 * np.log(1 - pairs[..., 0])) * np.cos(2 * np.pi * pairs[..., 1])
    numbers.setflags(write=False)
    return np.asarray(numbers)


def uniforms(first: int, count: int) -> Values:
    """The numbers of mulberry32 from the one at place `first` on (count,), at least 0 and below 1.

    >>> uniforms(0, 2).round(6).tolist()
    [0.266429, 0.00033]
    """
    places = np.arange(first + 1, first + count + 1, dtype=np.uint64).astype(np.uint32)
    mixed: NDArray[np.uint32] = places * STEP
    mixed = (mixed ^ mixed >> np.uint32(15)) * (mixed | np.uint32(1))
    mixed ^= mixed + (mixed ^ mixed >> np.uint32(7)) * (mixed | np.uint32(61))
    return np.asarray((mixed ^ mixed >> np.uint32(14)) / 2.0**32)
