"""Programs in which a region has attributes of the user's own: what they hold tells which of them is the level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from spinefm.data.names import Names


def level_attribute(regions: Sequence[Mapping[str, str]], names: Names) -> str:
    """The attribute whose text names the level of each region, given the text of all attributes of each.

    Of several that name levels it is the one that says what any of the others says, so that none could say otherwise.
    Where no text surely names one, those count that name one beside a word that is not known.

    Raises:
        ValueError: no attribute names levels, or two do that contradict or complete each other.

    >>> level_attribute([{"class": "vertebra", "name": "C5"}, {"class": "disc", "name": "C5/C6"}], Names())
    'name'
    """
    known = {text: names.read(text) for text in {text for attributes in regions for text in attributes.values()}}
    read = [{key: known[text] for key, text in attributes.items()} for attributes in regions]
    named = [{key: one.level for key, one in texts.items() if one.level} for texts in read]
    if not any(named):
        named = [{key: one.doubted for key, one in texts.items() if one.doubted} for texts in read]
    keys = list(dict.fromkeys(key for levels in named for key in levels))
    if not keys:
        raise ValueError(_no_level(regions, names))
    whole = [key for key in keys if all({levels.get(key)} == set(levels.values()) for levels in named if levels)]
    if not whole:
        raise ValueError(
            f"its attributes {' and '.join(map(repr, keys[:3]))} could both be the level, and they differ; remove the "
            "one that is not"
        )
    return whole[0]


def _no_level(regions: Sequence[Mapping[str, str]], names: Names) -> str:
    """What is wrong with regions of which no attribute names a level."""
    if not regions:
        return "it contains no regions"
    texts = dict.fromkeys(text for attributes in regions for text in attributes.values())
    shown = "; ".join(f"{text[:30]!r}: {names.read(text).why}" for text in list(texts)[:3])
    return "no attribute of its regions names a level such as C5" + (f" ({shown})" if shown else "")
