"""Stand-in films, written once for all tests of training."""

from __future__ import annotations

from pathlib import Path

import pytest

from spinefm.training.films import FilmSet
from tests.training.stand_in import write_stand_ins


@pytest.fixture(autouse=True)
def few_are_validated(monkeypatch: pytest.MonkeyPatch) -> None:
    """A validation looks at as many samples as the drawn films are worth, not at the hundreds that a real run takes."""
    for network in ("classifier", "instance_net", "mask_rcnn", "med_sa", "unet"):
        monkeypatch.setattr(f"spinefm.training.train_{network}.VALIDATED", (20, 20))


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of eight stand-in films, seeds 0 to 7."""
    return write_stand_ins(tmp_path_factory.mktemp("stand-ins"), range(8))


@pytest.fixture(scope="session")
def unseen_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four more films, seeds 100 to 103."""
    return write_stand_ins(tmp_path_factory.mktemp("unseen"), range(100, 104))


@pytest.fixture(scope="session")
def films(folder: Path) -> FilmSet:
    """The eight films in memory."""
    return FilmSet.read([folder])
