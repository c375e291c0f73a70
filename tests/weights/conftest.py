"""Folders of small weights."""

import shutil
from pathlib import Path

import pytest

from tests.weights.tiny import networks, write


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundle as it was written, for `folder` to copy."""
    path = tmp_path_factory.mktemp("written")
    write(path, networks())
    return path


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    """A folder of weights that a test may change."""
    shutil.copytree(written, tmp_path, dirs_exist_ok=True)
    return tmp_path
