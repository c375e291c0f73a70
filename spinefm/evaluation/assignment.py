"""One mask for one body: the assignment of predicted masks to bodies that makes the sum of their Dice largest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np

from spinefm.core.levels import COUNTED, Level
from spinefm.core.masks import Mask
from spinefm.evaluation.matching import IDENTIFIED_ABOVE

Place = TypeVar("Place", bound=int)
"""What bodies are known by: a level, or a number where they have none."""


def one_to_one(bodies: Mapping[Place, Mask], masks: Sequence[Mask]) -> dict[Place, int]:
    """For each body that gets a mask, the mask's index; only pairs whose Dice identifies the body count."""
    from scipy.optimize import linear_sum_assignment

    levels = sorted(bodies)
    dice = np.array([[bodies[level].dice(mask) for mask in masks] for level in levels])  # (bodies, masks)
    if not dice.size:
        return {}
    dice[dice <= IDENTIFIED_ABOVE] = 0.0
    rows, columns = linear_sum_assignment(dice, maximize=True)
    pairs = zip(rows.tolist(), columns.tolist(), strict=True)
    return {levels[row]: column for row, column in pairs if dice[row, column] > 0}


def shift_of(level: Level, name: Level | None) -> int | None:
    """How many levels too low a body is named (negative: too high); None without a name or for a sixth lumbar."""
    if name not in COUNTED or level not in COUNTED:
        return None
    return COUNTED.index(name) - COUNTED.index(level)
