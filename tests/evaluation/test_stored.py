"""Evaluations that others made: bombs in them are refused before they are unpacked."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

import pandas
import pytest

from spinefm.evaluation import RunError, RunFolder, evaluate, stored
from spinefm.evaluation.frames import read_tables
from spinefm.evaluation.report import finish
from tests.evaluation.stand_in_set import open_set, plan, write_set
from tests.ui.server.stand_in import StandIn


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished evaluation of one film, which no test changes."""
    root = tmp_path_factory.mktemp("evaluated")
    dataset, one = open_set(write_set(root / "set", ["a"])), RunFolder(root / "run")
    list(evaluate(dataset, StandIn(), one, plan()))
    finish(one, dataset, [])
    return one.path


@pytest.fixture
def folder(evaluated: Path, tmp_path: Path) -> RunFolder:
    """A copy of that evaluation."""
    return RunFolder(Path(shutil.copytree(evaluated, tmp_path / "run")))


def rewrite_trace(folder: RunFolder, **mask: object) -> None:
    """Change the first mask of the trace."""
    path = folder.path / "traces" / "a.json.gz"
    raw = json.loads(gzip.decompress(path.read_bytes()))
    raw["events"][0]["detections"][0]["mask"] |= mask
    path.write_bytes(gzip.compress(json.dumps(raw).encode()))


def test_tables_and_traces_of_a_whole_evaluation_are_read(folder: RunFolder) -> None:
    films, vertebrae = read_tables(folder.path)
    assert films.dtypes["film"] == pandas.read_parquet(folder.path / "films.parquet").dtypes["film"]
    pandas.testing.assert_frame_equal(vertebrae, pandas.read_parquet(folder.path / "vertebrae.parquet"))
    assert folder.trace("a").events


def test_a_mask_larger_than_its_film_is_refused(folder: RunFolder) -> None:
    rewrite_trace(folder, size=[5000, 5000], runs=[25_000_000])
    with pytest.raises(RunError, match="5000 x 5000 pixels, more than its film"):
        folder.trace("a")


def test_masks_are_refused_that_are_too_many_together(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "MOST_MASK_PIXELS", 1000)
    with pytest.raises(RunError, match="its masks have more than"):
        folder.trace("a")


def test_a_gzip_bomb_is_refused(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spinefm.evaluation.runs.MOST_TRACE_BYTES", 1 << 20)
    (folder.path / "traces" / "a.json.gz").write_bytes(gzip.compress(bytes(2 << 20)))
    with pytest.raises(RunError, match="unpacks to more than 1 MB"):
        folder.trace("a")


@pytest.mark.parametrize(
    "content",
    [b"", b"no gzip", gzip.compress(b"[" * 200_000), gzip.compress(b'{"film": NaN}')],
    ids=["empty", "plain", "nested", "cut"],
)
def test_a_damaged_trace_is_one_sentence(folder: RunFolder, content: bytes) -> None:
    (folder.path / "traces" / "a.json.gz").write_bytes(content)
    with pytest.raises(RunError, match=r"^The trace of a cannot be shown \(.+\); evaluate the film again\.$"):
        folder.trace("a")


@pytest.mark.parametrize(
    ("limit", "value", "words"),
    [("MOST_ROWS", 3, "rows, more than 3"), ("MOST_TABLE_BYTES", 100, "unpacks to more than")],
)
def test_a_table_beyond_its_limits_is_refused(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch, limit: str, value: int, words: str
) -> None:
    monkeypatch.setattr(stored, limit, value)
    with pytest.raises(RunError, match=words):
        read_tables(folder.path)


def test_a_word_repeated_in_every_row_is_refused(folder: RunFolder) -> None:
    path = folder.path / "vertebrae.parquet"
    table = pandas.read_parquet(path)
    table["reason"] = "x" * (stored.MOST_TEXT + 1)
    table.to_parquet(path, index=False)
    with pytest.raises(RunError, match="a cell in its column reason has more than"):
        read_tables(folder.path)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + bytes(64) + b"PAR1"])
def test_a_damaged_table_is_one_sentence(folder: RunFolder, content: bytes) -> None:
    (folder.path / "films.parquet").write_bytes(content)
    with pytest.raises(RunError, match="are damaged"):
        read_tables(folder.path)


@pytest.mark.parametrize("content", [b"[" * 200_000, b"[]", b'{"dataset": 5}', b"\xff", b'{"a": NaN}'])
def test_a_damaged_plan_is_one_sentence(folder: RunFolder, content: bytes) -> None:
    (folder.path / "run.json").write_bytes(content)
    with pytest.raises(RunError, match="is damaged"):
        folder.plan()


def test_a_plan_of_an_older_version_has_the_names_of_today(folder: RunFolder) -> None:
    path = folder.path / "run.json"
    older = json.loads(path.read_text()) | {"method": "spinefm", "polarity": "turn", "settings": {"turn_film": False}}
    path.write_text(json.dumps(older))
    assert (folder.plan().polarity, folder.plan().settings) == ("invert", {"rotate_film": False})


def test_a_damaged_result_is_no_result(folder: RunFolder) -> None:
    assert folder.done("a") is not None
    for content in (b"[" * 200_000, b"\xff", b"{}", b'{"schema": 1, "row": NaN}'):
        (folder.path / "results" / "a.json").write_bytes(content)
        assert folder.done("a") is None
