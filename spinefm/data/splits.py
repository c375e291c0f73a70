"""Splits: those that were published, and splits in which no subject is on both sides."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

PARTS = ("train", "val", "test")
SHARES = {"train": 60, "val": 20, "test": 20}
"""Per cent of the subjects in each part where nothing was published."""


def subject_disjoint(splits: Mapping[str, Sequence[str]], subjects: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Published `splits` without leaks: the test part is kept whole, and its subjects leave the other parts.

    Those of the validation part leave the training part. subjects: the subject of every film by its name.
    """
    taken: set[str] = set()
    kept: dict[str, tuple[str, ...]] = {}
    for part in reversed(PARTS):
        names = splits.get(part, ())
        kept[f"disjoint-{part}"] = tuple(name for name in names if subjects[name] not in taken)
        taken |= {subjects[name] for name in names}
    return {f"disjoint-{part}": kept[f"disjoint-{part}"] for part in PARTS}


def by_subject(subjects: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """A split of films by a checksum of their subject: the same on every machine, whatever else is in the data set."""
    parts: dict[str, list[str]] = {part: [] for part in PARTS}
    for name, subject in subjects.items():
        parts[_part_of(subject)].append(name)
    return {f"disjoint-{part}": tuple(names) for part, names in parts.items()}


def _part_of(subject: str) -> str:
    draw = int.from_bytes(hashlib.sha256(subject.encode("utf-8", "surrogateescape")).digest()[:4]) % 100
    if draw < SHARES["train"]:
        return "train"
    return "val" if draw < SHARES["train"] + SHARES["val"] else "test"
