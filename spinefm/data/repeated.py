"""Films that two files list with the same labels, as the files of a whole set and of its parts do: they count once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from spinefm.data.case import Skipped

Label = TypeVar("Label")


def once(
    labels: Sequence[Label], file: Callable[[Label], Path], content: Callable[[Label], str]
) -> tuple[list[Label], list[Skipped]]:
    """The labels without those that say what an earlier one says, and how many of each file these are.

    file, content: the file of a label, and what it says of which film. Files in two folders say it of two films.
    """
    first: dict[tuple[Path, str], Label] = {}
    repeated: Counter[tuple[str, str]] = Counter()
    for label in labels:
        other = first.setdefault((file(label).parent, content(label)), label)
        if other is not label:
            repeated[file(label).name, file(other).name] += 1
    return list(first.values()), [
        Skipped(name, f"Films that are in {other} with the same labels: {count}; they count once.", "films")
        for (name, other), count in repeated.items()
    ]
