"""A film with its truth, whatever data set it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from spinefm.anatomy import Level
from spinefm.masks import Mask


@dataclass(frozen=True, eq=False)
class Truth:
    """What is known about a film.

    bodies: the mask of every annotated vertebral body that is (almost) whole on the film.
    partial: those cut off by the film's edge; a prediction there is neither asked for nor false.
    complete: whether every visible vertebra is in one of the two.
    """

    bodies: Mapping[Level, Mask]
    partial: Mapping[Level, Mask]
    complete: bool


@dataclass(frozen=True, eq=False)
class Case:
    """One film of a data set: where it lies, its region and group (for tables), and its truth."""

    name: str
    film: Path
    region: str
    group: str
    truth: Truth
