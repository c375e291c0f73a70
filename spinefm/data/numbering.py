"""Classes that a list counts from another number than the labels do: each label would be its neighbour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from spinefm.data.names import Names

RARE = 0.05
"""A number that is used less than this share of the most used one is a slip of somebody's, not a count of its own."""


def check_counted(listed: Mapping[int, str], used: Iterable[int | None], names: Names) -> None:
    """Refuse numbers that are used one beyond an end of the list while the body at its other end is not used.

    listed: the name of each number. used: the number of each label, None where it has none, which says nothing.
    What is listed before or after all bodies, such as a background, is seldom used and says nothing either.

    Raises:
        ValueError: the numbers are shifted by one.

    >>> check_counted({0: "C2", 1: "C3", 2: "C4"}, [0, 1], Names())
    >>> check_counted({0: "C2", 1: "C3", 2: "C4"}, [1, 2, 3], Names())
    Traceback (most recent call last):
    ...
    ValueError: classes are listed from 0 to 2 and used up to 3, so one of the two counts from another number
    """
    bodies = [number for number, name in listed.items() if names.read(name).level is not None]
    counts = Counter(one for one in used if one is not None)
    found = {number for number, count in counts.items() if count >= RARE * max(counts.values())}
    if len(bodies) < 2:
        return
    first, last = min(listed), max(listed)
    beyond = {one for one in found if not first <= one <= last}
    if beyond == {last + 1} and min(bodies) not in found:
        end = f"up to {last + 1}"
    elif beyond == {first - 1} and max(bodies) not in found:
        end = f"from {first - 1}"
    else:
        return
    raise ValueError(
        f"classes are listed from {first} to {last} and used {end}, so one of the two counts from another number"
    )
