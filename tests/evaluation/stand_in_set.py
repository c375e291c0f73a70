"""A small data set of drawn films and a method that knows its run on them by heart, so that figures are known."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from spinefm.core.levels import Level
from spinefm.data import Dataset, open_dataset
from spinefm.evaluation import Plan
from tests.ui.server.stand_in import SIZE, body, write_film

LEVELS = (Level.C2, Level.C3, Level.C4, Level.C5, Level.C6, Level.C7, Level.T1)
"""The seven bodies of a film; the run finds all but the last."""


def write_set(root: Path, names: list[str], moved: float = 0.0) -> Path:
    """Films of seven bodies; the truth of C5 lies `moved` pixels lower than what is found."""
    for name in names:
        write_film(root / "films" / f"{name}.png")
        polygons = {
            level.name: outline(index, moved if level is Level.C5 else 0.0) for index, level in enumerate(LEVELS)
        }
        label = {"size": SIZE, "region": "cervical", "complete": True, "spacing_mm": 0.5, "layout": "full"}
        (root / "labels").mkdir(exist_ok=True)
        (root / "labels" / f"{name}.json").write_text(json.dumps({**label, "polygons": polygons}))
    return root


def outline(index: int, shift: float) -> list[list[float]]:
    """The corners of a body, half a pixel out, so that its polygon fills it."""
    mask = body(index, shift)
    return np.round(mask.contour(), 1).tolist()


def plan(**changes: object) -> Plan:
    """What the tests run."""
    known = {"dataset": "phantom", "root": "set", "split": "", "method": "stand-in", "bundle": "none", "checksums": {}}
    return Plan(**{**known, "settings": {"overlap_limit": 0.1}, "polarity": "auto", "complete": False, **changes})


def open_set(root: Path) -> Dataset:
    """The set as a data set."""
    return open_dataset("phantom", root)
