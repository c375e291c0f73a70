"""YOLO's segmentation set, as Ultralytics documents it: per film a line per body, its class and outline in shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from spinefm.core.levels import Level
from spinefm.export.outlines import EDGE, outlines
from spinefm.export.subject import IMAGES, Part, Subject, remarks_of
from spinefm.imaging.radiograph import printable

FILE = "data.yaml"
FILMS = IMAGES.rstrip("/")
CLASSES = tuple(level.name for level in Level)
"""Class k is the k-th level from the head, C1 is 0."""


def part(subject: Subject) -> Part:
    """`images/<name>.png` and `labels/<name>.txt`; the file of all keeps the notes.

    A class is a level, so vertebrae without one are left out; of a body in several parts the largest counts.
    """
    named = [vertebra for vertebra in subject.trace.vertebrae if vertebra.level is not None and vertebra.mask.area]
    lines = [_line(CLASSES.index(v.name), outlines(v.mask)[0], subject.trace.film.size) for v in named]
    files = {**subject.film_files(), f"labels/{subject.name}.txt": "".join(lines).encode()}
    without = [f"{v.name} has no level and is left out." for v in subject.trace.vertebrae if v.level is None]
    return Part(files, [f"{subject.name}: {remark}" for remark in [*remarks_of(subject.trace), *without]])


def whole(entries: Sequence[Sequence[str]]) -> Mapping[str, bytes]:
    """The names of the classes, and the notes as comments."""
    notes = [f"# {' '.join(printable(note).split())}" for remarks in entries for note in remarks]
    names = [f"  {number}: {name}" for number, name in enumerate(CLASSES)]
    lines = ["# Vertebral bodies outlined by SpineFM. Research only, not a medical device.", *notes]
    return {FILE: "\n".join([*lines, f"train: {FILMS}", f"val: {FILMS}", "names:", *names, ""]).encode()}


def _line(number: int, outline: NDArray[np.float64], size: tuple[int, int]) -> str:
    shares = np.clip((outline + EDGE) / np.array(size), 0, 1)
    return " ".join([str(number), *(f"{share:.6f}" for share in shares.ravel())]) + "\n"
