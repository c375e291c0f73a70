"""A small batch made up for the tests, with four films of it on this machine."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
import pytest

from bench.made_batch import SIZE, write_batch
from spinefm.batch.tables import read_table
from spinefm.ui.server.explorer.batch import BatchIndex
from spinefm.ui.server.explorer.owner import OwnerFolders

COUNT = 600


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of four films of the size that all films of the batch have."""
    folder = tmp_path_factory.mktemp("films")
    ramp = np.tile(np.linspace(20, 200, SIZE[0]), (SIZE[1], 1))
    for number in range(4):
        assert cv2.imwrite(str(folder / f"neck {number}.png"), (ramp + 5 * number).astype(np.uint8))
    return folder


@pytest.fixture(scope="session")
def runs(films: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The owner's folder of runs, with one batch."""
    folder = tmp_path_factory.mktemp("runs")
    write_batch(folder / "night", COUNT, sorted(films.iterdir()))
    return folder


@pytest.fixture(scope="session")
def owner(runs: Path, films: Path) -> OwnerFolders:
    return OwnerFolders((runs,), (films.resolve(),))


@pytest.fixture(scope="session")
def index(runs: Path) -> BatchIndex:
    return BatchIndex(runs / "night")


@pytest.fixture(scope="session")
def tables(runs: Path) -> dict[str, pa.Table]:
    """The three tables, whole."""
    return {name: read_table(runs / "night", name) for name in ("films", "vertebrae", "measures")}
