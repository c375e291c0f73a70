"""Programs in which a region has attributes of the user's own: what they hold tells which of them is the level."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from spinefm.core.levels import Level
from spinefm.data.names import Names


def level_attribute(regions: Iterable[Mapping[str, str]], names: Names) -> str:
    """The attribute whose text names the level of each region, given the text of all attributes of each.

    Of several that name levels it is the one that says what any of the others says, so that none could say otherwise.

    Raises:
        ValueError: no attribute names levels, or two do that contradict or complete each other.

    >>> level_attribute([{"class": "vertebra", "name": "C5"}, {"class": "disc", "name": "C5/C6"}], Names())
    'name'
    """
    named = [_levels(attributes, names) for attributes in regions]
    keys = list(dict.fromkeys(key for levels in named for key in levels))
    if not keys:
        raise ValueError("no attribute of its regions names a level such as C5")
    whole = [key for key in keys if all({levels.get(key)} == set(levels.values()) for levels in named if levels)]
    if not whole:
        raise ValueError(
            f"its attributes {' and '.join(map(repr, keys[:3]))} could both be the level, and they differ; remove the "
            "one that is not"
        )
    return whole[0]


def _levels(attributes: Mapping[str, str], names: Names) -> dict[str, Level]:
    """The level that each attribute of a region names, without those that name none."""
    read = {key: names.read(text).level for key, text in attributes.items()}
    return {key: level for key, level in read.items() if level is not None}
