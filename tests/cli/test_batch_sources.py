"""`spinefm batch` with zips, tables and stores, and the sentences for what it cannot take."""

from __future__ import annotations

from pathlib import Path

import pytest

from spinefm.batch import ray_runner
from spinefm.batch.tables import read_table
from tests.batch.fake import many_names, tables, write_films
from tests.batch.sources.films import write_zip
from tests.cli.test_batch import batch, loaded

__all__ = ["loaded"]


def test_films_of_a_folder_a_zip_and_a_table_become_one_batch(
    tmp_path: Path, loaded: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    paths = write_films(tmp_path / "films", many_names(6))
    archive = write_zip(tmp_path / "more.zip", {f"in/{path.name}": path.read_bytes() for path in paths[:3]})
    table = tmp_path / "films.csv"
    table.write_text("path,id\nfilms/film-000.png,the-first\nfilms/gone.png,gone\n")
    assert batch(table, tmp_path / "films", archive, "--out", tmp_path / "out", "--workers", 1) == 1
    assert "films done, " in capsys.readouterr().out
    rows = read_table(tmp_path / "out", "films").to_pylist()
    assert len(rows) == 6 + 3 + 1, "the film that the table and the folder name is one row"
    by_id = {row["id"]: row for row in rows}
    assert by_id["the-first"]["name"] == "film-000.png" and "no such file" in by_id["gone"]["sentence"]
    assert sum(row["uri"].startswith("zip://in/") for row in rows) == 3


def test_the_same_sources_again_go_on_with_the_batch(tmp_path: Path, loaded: list[object]) -> None:
    write_films(tmp_path / "films", ["a.png", "b.png"])
    words = (tmp_path / "films", "--out", tmp_path / "out", "--workers", 1)
    assert batch(*words) == 0
    before = tables(tmp_path / "out")
    assert batch(*words) == 0 and tables(tmp_path / "out") == before


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("hf:necks", "write hf:owner/name"),
        ("nothing://a.png", "no way to read nothing://"),
        ("gone/*.png", "nothing that fits"),
        ("{folder}", "contains no films"),
        ("{folder}/bad.zip", "cannot be listed as a zip"),
        ("{folder}/bad.csv", "no column uri or path"),
    ],
)
def test_a_source_that_cannot_be_listed_is_a_wrong_call(
    source: str, words: str, tmp_path: Path, loaded: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "bad.zip").write_bytes(b"no zip")
    (tmp_path / "in" / "bad.csv").write_text("film\na.png\n")
    assert batch(source.format(folder=tmp_path / "in"), "--out", tmp_path / "out") == 2
    assert words in capsys.readouterr().err and not (tmp_path / "out").exists() and not loaded


def test_without_ray_the_batch_says_how_to_get_it_and_goes_on_without(
    tmp_path: Path, loaded: list[object], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_films(tmp_path / "films", ["a.png", "b.png"])
    monkeypatch.setattr(ray_runner, "find_spec", lambda name: None)
    assert batch(tmp_path / "films", "--out", tmp_path / "out", "--runner", "ray") == 1
    assert "pip install 'spinefm[ray]'" in capsys.readouterr().err
    assert batch("resume", tmp_path / "out", "--workers", 1) == 0
