"""The levels of the spine: their order, names, VerSe ids, regions and colours, and counting names from an anchor.

Ids follow VerSe (Sekuboyina et al., Med Image Anal 2021): C1-C7 = 1-7, T1-T12 = 8-19, L1-L6 = 20-25, S1 = 26.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum, IntEnum

UNNAMED_ID = 101
"""Id of the topmost vertebra in a label map of a film on which no level could be named; the next one is 102."""


class Region(str, Enum):
    """A region of the spine."""

    CERVICAL = "cervical"
    THORACIC = "thoracic"
    LUMBAR = "lumbar"
    SACRAL = "sacral"


class Level(IntEnum):
    """A vertebra's name; its value is the VerSe id, and ids grow from head to sacrum."""

    C1 = 1
    C2 = 2
    C3 = 3
    C4 = 4
    C5 = 5
    C6 = 6
    C7 = 7
    T1 = 8
    T2 = 9
    T3 = 10
    T4 = 11
    T5 = 12
    T6 = 13
    T7 = 14
    T8 = 15
    T9 = 16
    T10 = 17
    T11 = 18
    T12 = 19
    L1 = 20
    L2 = 21
    L3 = 22
    L4 = 23
    L5 = 24
    L6 = 25
    S1 = 26

    @property
    def region(self) -> Region:
        """The region this level belongs to."""
        if self <= Level.C7:
            return Region.CERVICAL
        if self <= Level.T12:
            return Region.THORACIC
        return Region.LUMBAR if self <= Level.L6 else Region.SACRAL

    @property
    def colour(self) -> str:
        """The level's fixed colour, `#rrggbb`: its place on one ramp along the spine."""
        return PALETTE[(self - 1) % len(PALETTE)]


WITHOUT_ENDPLATES = (Level.C1, Level.C2, Level.S1)
"""Levels whose body is no quadrangle between two endplates: they have no heights and no usual shape."""


PALETTE = (  # fmt: skip
    "#9174f9",
    "#cad1fe",
    "#5887fe",
    "#b7d7ff",
    "#0f98e1",
    "#9cdfff",
    "#129fbc",
    "#61ebf9",
    "#0da4a1",
    "#6ceed7",
    "#15a780",
    "#8fecb3",
    "#2fab35",
    "#b8e591",
    "#869b11",
    "#ddda79",
    "#a98d08",
    "#fbcd73",
    "#c47e02",
    "#ffc79e",
    "#e3630d",
    "#fec5b7",
    "#ec5259",
    "#fec2ca",
    "#e45190",
    "#febee1",
)
"""One ramp from head (violet) to sacrum (red). Dark and light take turns, so that neighbours differ by lightness too:
in Oklab by at least 0.2, also as the common colour blindnesses see them."""

COUNTED = tuple(level for level in Level if level is not Level.L6)
"""The levels in the order in which names are counted; a sixth lumbar vertebra is never assumed."""


def order_with(levels: Iterable[Level | None]) -> tuple[Level, ...]:
    """The levels in the order in which names are counted where these are among them: with L6 only where it is one."""
    return tuple(Level) if Level.L6 in levels else COUNTED


def counted_from(anchor: Level, index: int, count: int, order: Sequence[Level] = COUNTED) -> tuple[Level | None, ...]:
    """Name `count` vertebrae, ordered from the top, of which the one at `index` is `anchor`, by the levels of `order`.

    Positions beyond C1 or S1 get None: there is no such level, so nothing is invented.
    Raises ValueError when `index` is not one of the positions, or `anchor` is not in `order`.
    """
    if not 0 <= index < count:
        raise ValueError(f"The anchor's position {index} is not one of the {count} vertebrae.")
    start = order.index(anchor) - index
    return tuple(order[i] if 0 <= i < len(order) else None for i in range(start, start + count))
