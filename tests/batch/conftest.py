"""A folder of small films, and the tables of an uninterrupted batch of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from spinefm.batch.merge import merge
from spinefm.batch.shard import compute_shard
from tests.batch.fake import FakeSegmenter, job_of, many_names, tables, write_films

FILMS = 24


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of `FILMS` films of every kind."""
    folder = tmp_path_factory.mktemp("films")
    write_films(folder, many_names(FILMS))
    return folder


@pytest.fixture(scope="session")
def whole(films: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A batch of `films` that ran without a stop, shard after shard in this process."""
    job = job_of(films, tmp_path_factory.mktemp("whole") / "out")
    for shard in job.plan.shards():
        compute_shard(job.folder, job.plan, shard, FakeSegmenter())
    merge(job.folder)
    return job.folder.path


@pytest.fixture(scope="session")
def expected(whole: Path) -> dict[str, bytes]:
    """The files of its merged tables."""
    return tables(whole)
