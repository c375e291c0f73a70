"""What is known of a spine before a film is seen: the orders its levels come in, how they grow, where films end.

The figures are estimated from training phantoms by `python -m bench.fit_anatomy`, and lie in `anatomy.json`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from spinefm.core.levels import Level

Variant = Literal["usual", "six lumbar", "four lumbar", "thirteen thoracic"]
"""How many vertebrae a spine has: five lumbar ones, or one more or less, or one more with ribs."""


@dataclass(frozen=True)
class Anatomy:
    """Means over training phantoms.

    size: log of a body's size (root of its area) per level, T12 is 0. gap: log of the distance of two neighbours'
    centroids in their mean size, per pair such as "L5-S1". top, bottom: per view, how often a chain of bodies on a film
    begins and ends at each level.
    """

    size: Mapping[str, float]
    gap: Mapping[str, float]
    top: Mapping[str, Mapping[str, float]]
    bottom: Mapping[str, Mapping[str, float]]

    @property
    def views(self) -> tuple[str, ...]:
        """The views of lateral films that `top` and `bottom` know."""
        return tuple(self.top)


@dataclass(frozen=True, eq=False)
class Order:
    """The levels of one variant from C2 to S1; None is a thirteenth thoracic vertebra, which has no id.

    size: (K,) log size of each, gap: (K - 1,) log distance to the next, as in `Anatomy`.
    top, bottom: (views, K) log probability that a chain begins, and ends, there.
    """

    variant: Variant
    levels: tuple[Level | None, ...]
    size: NDArray[np.float64]
    gap: NDArray[np.float64]
    top: NDArray[np.float64]
    bottom: NDArray[np.float64]


@cache
def anatomy() -> Anatomy:
    """The table beside this module."""
    known = json.loads(files(__package__).joinpath("anatomy.json").read_text(encoding="utf-8"))
    return Anatomy(known["size"], known["gap"], known["top"], known["bottom"])


@cache
def orders(rare_end: float) -> tuple[Order, ...]:
    """Every variant's order; `rare_end` is the share added to each level at which a film may begin or end."""
    return tuple(_order(variant, levels, rare_end) for variant, levels in _levels().items())


def _levels() -> Mapping[Variant, tuple[Level | None, ...]]:
    usual = tuple(level for level in Level if level >= Level.C2 and level is not Level.L6)
    last = usual.index(Level.L5)
    lumbar = usual.index(Level.L1)
    return {
        "usual": usual,
        "six lumbar": (*usual[: last + 1], Level.L6, Level.S1),
        "four lumbar": (*usual[:last], Level.S1),
        "thirteen thoracic": (*usual[:lumbar], None, *usual[lumbar:]),
    }


def _order(variant: Variant, levels: tuple[Level | None, ...], rare_end: float) -> Order:
    """A thirteenth thoracic vertebra is taken to be between T12 and L1 in size, and as likely an end as T12."""
    known = anatomy()
    names = ["T12" if level is None else level.name for level in levels]
    size = np.array([known.size[name] for name in names])
    if None in levels:
        extra = levels.index(None)
        size[extra] = (size[extra - 1] + size[extra + 1]) / 2
    pairs = zip(names, names[1:], strict=False)
    gap = np.array([known.gap.get(f"{above}-{below}", known.gap["T12-L1"]) for above, below in pairs])
    top, bottom = (_log_ends(table, names, rare_end) for table in (known.top, known.bottom))
    return Order(variant, levels, size, gap, top, bottom)


def _log_ends(table: Mapping[str, Mapping[str, float]], names: list[str], rare_end: float) -> NDArray[np.float64]:
    shares = np.array([[own.get(name, 0.0) for name in names] for own in table.values()]) + rare_end
    return np.asarray(np.log(shares / shares.sum(axis=1, keepdims=True)))
