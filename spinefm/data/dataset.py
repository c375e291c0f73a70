"""A data set: the names of its films and a way to read one, so that a broken film never stops the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from spinefm.data.case import Case, DamagedCase, DatasetError, Skipped

__all__ = ["Dataset", "DatasetError", "Skipped", "cases", "read_or_skip"]


@dataclass(frozen=True, eq=False)
class Dataset:
    """Films with truth, read one by one.

    kind: the layout, as `KINDS` names it. read: the case of a name; raises DamagedCase.
    skipped: what was left out when the names were listed. splits: names per split; a film may be in none.
    """

    kind: str
    names: tuple[str, ...]
    read: Callable[[str], Case]
    skipped: tuple[Skipped, ...] = ()
    splits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def part(self, split: str) -> Dataset:
        """The films of one split. Raises DatasetError where there is no such split."""
        if split not in self.splits:
            known = ", ".join(self.splits) or "none"
            raise DatasetError(f"There is no split {split!r} in this data set; it has: {known}.")
        return replace(self, names=self.splits[split])


def cases(dataset: Dataset) -> Iterator[Case | Skipped]:
    """Every film in order, as a case or as skipped."""
    yield from dataset.skipped
    for name in dataset.names:
        yield read_or_skip(dataset, name)


def read_or_skip(dataset: Dataset, name: str) -> Case | Skipped:
    """The case of `name`, or why it has none."""
    shown = name.encode("utf-8", "backslashreplace").decode()
    if shown != name:
        return Skipped(shown, "Its file name is not UTF-8; rename the file.")
    try:
        return dataset.read(name)
    except DamagedCase as error:
        return Skipped(name, str(error))
