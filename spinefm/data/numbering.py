"""Classes that a list counts from another number than the labels do: each label would be its neighbour."""

from __future__ import annotations

from collections.abc import Iterable


def check_counted(listed: Iterable[int | None], used: Iterable[int | None]) -> None:
    """Refuse numbers that are used one beyond an end of the list while the other end is not used.

    None is a class without a number, which says nothing.

    Raises:
        ValueError: the numbers are shifted by one.

    >>> check_counted([0, 1, 2], [0, 1])
    >>> check_counted([0, 1, 2], [1, 2, 3])
    Traceback (most recent call last):
    ...
    ValueError: classes are listed from 0 to 2 and used up to 3, so one of the two counts from another number
    """
    names, found = {one for one in listed if one is not None}, {one for one in used if one is not None}
    if len(names) < 2 or not found:
        return
    first, last = min(names), max(names)
    beyond = {one for one in found if not first <= one <= last}
    if beyond == {last + 1} and first not in found:
        end = f"up to {last + 1}"
    elif beyond == {first - 1} and last not in found:
        end = f"from {first - 1}"
    else:
        return
    raise ValueError(
        f"classes are listed from {first} to {last} and used {end}, so one of the two counts from another number"
    )
