"""Ids of vertebrae in label maps: VerSe's, and those of other programs on request.

Maps do not say whose ids they hold, and the same number means different levels. So a map is read as VerSe's only
where the levels found form one stretch of a spine and no id is unknown; else the user says which ids they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from spinefm.core.levels import UNNAMED_ID, Level
from spinefm.core.masks import Mask
from spinefm.data.cleaning import Left

THORACIC_AND_DOWN = tuple(level for level in Level if Level.T1 <= level <= Level.T12)
VERSE: Mapping[int, Level] = MappingProxyType({int(level): level for level in Level})
TOTALSPINESEG: Mapping[int, Level] = MappingProxyType(
    {10 + int(level): level for level in Level if level <= Level.C7}
    | {21 + index: level for index, level in enumerate(THORACIC_AND_DOWN)}
    | {41 + index: Level[f"L{index + 1}"] for index in range(6)}
    | {50: Level.S1}
)
"""TotalSpineSeg's second step: C1-C7 11-17, T1-T12 21-32, L1-L6 41-46, sacrum 50."""
TOTALSEGMENTATOR: Mapping[int, Level] = MappingProxyType(
    {26: Level.S1}
    | {27 + index: level for index, level in enumerate(reversed([one for one in Level if one < Level.L6]))}
)
"""TotalSegmentator 2: S1 26, then upwards from L5 27 to C1 50."""
SCHEMES: Mapping[str, Mapping[int, Level]] = MappingProxyType(
    {"verse": VERSE, "totalspineseg": TOTALSPINESEG, "totalsegmentator": TOTALSEGMENTATOR}
)
"""The schemes by the names that `--ids` takes."""
NO_BODIES = MappingProxyType(
    {
        "verse": (27, *range(29, 34), *range(100, 400)),
        "totalspineseg": (1, 2, *range(60, 101)),
        "totalsegmentator": (*range(1, 26), *range(51, 118)),
    }
)
"""Ids of each scheme that are no vertebral body: parts of the sacrum, discs, endplates, canal, other organs."""
HINT = f"state their numbering with --ids {'|'.join(SCHEMES)}"
T13 = 28
"""VerSe's id of a thirteenth thoracic vertebra, which is no `Level`; it follows T12."""


def levels_of_map(labels: NDArray[np.int32], scheme: str = "") -> tuple[dict[Level, Mask], Left]:
    """The mask of every level in a map (H, W), and the ids left out. scheme: one of `SCHEMES`, or "" for unknown.

    Raises:
        ValueError: an empty map, ids that no scheme has, or levels that form no stretch of a spine.
    """
    ids = [int(value) for value in np.unique(labels) if value]
    if not ids:
        raise ValueError("the label map is empty")
    table, others = SCHEMES[scheme or "verse"], NO_BODIES[scheme or "verse"]
    known = {*table, *others} | ({T13} if Level.T12 in ids else set())
    unknown = [value for value in ids if value not in known]
    if unknown and not scheme:
        raise ValueError(f"the label map contains the id {unknown[0]}, which is none of VerSe's ids; {HINT}")
    found = [table[value] for value in ids if value in table]
    if not found:
        raise ValueError(
            f"none of the ids {_few(ids)} in the label map is a vertebra of a known level; {_way_out(ids)}"
        )
    if not scheme:
        _check_stretch(sorted(found))
        _check_numbering(ids, sorted(found))
    masks = {table[value]: Mask.from_array(labels == value) for value in ids if value in table}
    return masks, tuple((f"id {value}", _why(value, others)) for value in ids if value not in table)


def _why(value: int, others: Sequence[int]) -> str:
    return "it is not a vertebral body" if value in others else "no level has this id"


def _check_stretch(levels: Sequence[Level]) -> None:
    """Refuse levels with a gap: read with another program's table they would be other ones."""
    for above, below in zip(levels, levels[1:], strict=False):
        skips_l6 = above is Level.L5 and below is Level.S1
        if below - above > 1 and not skips_l6:
            raise ValueError(
                f"with VerSe's ids {above.name} would be followed by {below.name}, which is not a spine; {HINT}"
            )


def _check_numbering(ids: Sequence[int], levels: Sequence[Level]) -> None:
    """Refuse ids that other numberings use too: counted from 1, masks of all bodies, and TotalSpineSeg's neck."""
    if Level.C1 in levels:
        raise ValueError(
            f"the label map contains the id 1, VerSe's C1, which has no body; maps of all bodies or counted from 1 "
            f"contain it too, so {HINT}"
        )
    shared = {value for value, level in TOTALSPINESEG.items() if level <= Level.C7}
    if set(ids) <= shared:
        other = [TOTALSPINESEG[value].name for value in (min(ids), max(ids))]
        raise ValueError(
            f"its ids {_few(ids)} are {levels[0].name} to {levels[-1].name} in VerSe's numbering and {other[0]} to "
            f"{other[1]} in TotalSpineSeg's; {HINT}"
        )


def _way_out(ids: Sequence[int]) -> str:
    """What to do about ids without a level: state their numbering where another one has levels for them."""
    if any(value in table for table in SCHEMES.values() for value in ids):
        return HINT
    return f"give the vertebrae ids of levels (in a map of this program, ids from {UNNAMED_ID} have no level)"


def _few(ids: Sequence[int]) -> str:
    return ", ".join(map(str, ids[:5])) + (" …" if len(ids) > 5 else "")
