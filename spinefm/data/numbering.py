"""Classes that a list counts from another number than the labels do: each label would be its neighbour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from spinefm.data.names import Names

RARE = 0.05
"""A number that is used less than this share of the most used one is a slip of somebody's, not a count of its own."""


OFTEN = 0.5
"""What is used at least this share as often as a usual body is drawn on films as bodies are."""


def check_counted(listed: Mapping[int, str], used: Iterable[int | None], names: Names) -> None:
    """Refuse numbers that are used one beyond an end of the bodies while the body at their other end is not used.

    listed: the name of each number. used: the number of each label, None where it has none, which says nothing.
    Beyond the bodies is the list's end, or a name of something else that is drawn as often as they are: a background
    is seldom used.

    Raises:
        ValueError: the numbers are shifted by one.

    >>> check_counted({0: "C2", 1: "C3", 2: "C4"}, [0, 1], Names())
    >>> check_counted({0: "C2", 1: "C3", 2: "C4"}, [1, 2, 3], Names())
    Traceback (most recent call last):
    ...
    ValueError: classes are listed from 0 to 2 and used up to 3, so one of the two counts from another number
    """
    bodies, counts = _bodies(listed, names), Counter(one for one in used if one is not None)
    check_ends(listed, counts, names)
    if len(bodies) > 1:
        _check_neighbour(listed, counts, bodies, bodies[0] - 1)
        _check_neighbour(listed, counts, bodies[::-1], bodies[-1] + 1)


def _bodies(listed: Mapping[int, str], names: Names) -> list[int]:
    return sorted(number for number, name in listed.items() if names.read(name).level is not None)


def check_ends(listed: Mapping[int, str], counts: Mapping[int, int], names: Names) -> None:
    """Refuse numbers one beyond an end of the list, given how often each is used, on one film or on many.

    Raises:
        ValueError: the numbers are shifted by one.
    """
    bodies = _bodies(listed, names)
    if len(bodies) < 2:
        return
    found = {number for number, count in counts.items() if count >= RARE * max(counts.values())}
    first, last = min(listed), max(listed)
    beyond = {one for one in found if not first <= one <= last}
    if beyond == {last + 1} and bodies[0] not in found:
        end = f"up to {last + 1}"
    elif beyond == {first - 1} and bodies[-1] not in found:
        end = f"from {first - 1}"
    else:
        return
    raise ValueError(
        f"classes are listed from {first} to {last} and used {end}, so one of the two counts from another number"
    )


def _check_neighbour(listed: Mapping[int, str], counts: Mapping[int, int], bodies: Sequence[int], beside: int) -> None:
    """Refuse a name `beside` the first of the bodies that is used as they are while the last of them alone is not."""
    *others, last = (counts.get(number, 0) for number in bodies)
    usual = median([count for count in others if count] or [0])
    if beside in listed and usual and others[-1] and not last and counts.get(beside, 0) >= OFTEN * usual:
        raise ValueError(
            f"the class {beside}, {listed[beside]!r}, is used as often as the bodies and {listed[bodies[-1]]!r} never, "
            "so list and labels count from different numbers"
        )
