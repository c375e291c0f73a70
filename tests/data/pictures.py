"""Small films, label maps and masks for tests of readers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from spinefm.core.levels import Level
from spinefm.data import Case, Conventions, Skipped, cases, open_dataset

SIZE = (120, 200)
"""(width, height) of the films."""
SIDE = 20
"""Height of a body; the next one begins ten pixels below."""


def film(path: Path, size: tuple[int, int] = SIZE) -> Path:
    """A grey film with some texture."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(0).integers(0, 255, (size[1], size[0]), np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def column(*ids: int, at: int = 40, size: tuple[int, int] = SIZE) -> np.ndarray:
    """A map (H, W) with a body of each id, one below the other."""
    labels = np.zeros((size[1], size[0]), np.int32)
    for index, value in enumerate(ids):
        labels[10 + 30 * index : 10 + SIDE + 30 * index, at : at + 30] = value
    return labels


def save_map(labels: np.ndarray, path: Path, kind: type = np.uint8) -> Path:
    """A map as a picture."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(labels.astype(kind)).save(path)
    return path


def rows(level: Level) -> list[list[float]]:
    """The outline (4, 2) of a body of the column that begins with C2."""
    top = 10 + 30 * (level - Level.C2)
    return [[40, top], [70, top], [70, top + SIDE], [40, top + SIDE]]


def read_set(root: Path, kind: str = "auto", ids: str = "") -> tuple[dict[str, Case], list[Skipped]]:
    """The cases of a data set by name, and what it skips."""
    found = list(cases(open_dataset(kind, root, conventions=Conventions(ids=ids))))
    by_name = {one.name: one for one in found if isinstance(one, Case)}
    assert len(by_name) == sum(isinstance(one, Case) for one in found), "names are not unique"
    return by_name, [one for one in found if isinstance(one, Skipped)]


def why_skipped(root: Path, kind: str = "auto", ids: str = "") -> str:
    """Why the one film of a set is skipped."""
    found, (skipped,) = read_set(root, kind, ids)
    assert not found, found
    return skipped.why
