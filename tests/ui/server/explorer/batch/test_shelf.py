"""Batches on offer: what is listed, what the browser may ask, and one sentence for everything that goes wrong."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from bench.made_batch import write_batch
from spinefm.evaluation import RunError
from spinefm.ui.server.explorer.batch import BatchShelf, batch_answers
from spinefm.ui.server.explorer.batch.shelf import GONE
from spinefm.ui.server.explorer.making import opened_zip
from spinefm.ui.server.explorer.owner import OwnerFolders
from spinefm.ui.server.explorer.shelf import Shelf
from tests.ui.server.explorer.batch.conftest import COUNT


@pytest.fixture
def shelf(owner: OwnerFolders) -> BatchShelf:
    return BatchShelf(owner)


def asked(shelf: BatchShelf, name: str, wanted: Any) -> Any:
    answers = {one.__name__: one for one in batch_answers(shelf)}
    return answers[name](wanted)


def test_batches_and_evaluations_are_listed_side_by_side(owner: OwnerFolders, offered: Path, tmp_path: Path) -> None:
    shutil.copytree(offered / "second", tmp_path / "runs" / "mine")
    both = OwnerFolders((*owner.runs, tmp_path / "runs"))
    titles = {one["id"]: one["title"] for one in Shelf(offered, both).entries([])}
    assert set(titles) == {"first", "second", "mine", "night"}
    assert titles["night"] == f"night: batch · spinefm · made up · {COUNT} films"
    assert Shelf(offered, both).columns("mine")["films"]["name"] == Shelf(offered).columns("second")["films"]["name"]


def test_a_batch_is_no_evaluation(owner: OwnerFolders, offered: Path) -> None:
    shelf = Shelf(offered, owner)
    assert shelf.columns("night")["kind"] == "batch" and "kind" not in shelf.columns("first")
    with pytest.raises(RunError, match="no longer available"):
        shelf.folder("night")


def test_a_folder_that_is_a_run_itself_is_offered(runs: Path) -> None:
    assert list(BatchShelf(OwnerFolders((runs / "night",))).folders()) == ["night"]


def test_what_the_browser_asks_is_answered(shelf: BatchShelf, owner: OwnerFolders) -> None:
    view = asked(shelf, "batch_view", {"run": "night", "asked": {"status": "failed", "count": 5}})
    assert 0 < len(view["rows"]) <= 5 and view["total"] == view["counts"]["status"]["failed"]
    film = view["rows"][0]["id"]
    assert asked(shelf, "batch_look", {"run": "night", "film": film})["note"] == view["rows"][0]["sentence"]
    assert asked(shelf, "batch_values", {"run": "night", "film": film}) == {"measures": []}
    assert asked(shelf, "batch_kinds", "night")["measures"][0]["key"] == "lordosis_c2_c7"


@pytest.mark.parametrize("run", ["", "other", "../night", "/etc"])
def test_a_run_that_is_not_offered_is_one_sentence(shelf: BatchShelf, run: str) -> None:
    assert asked(shelf, "batch_view", {"run": run, "asked": {}}) == {"error": GONE}
    assert asked(shelf, "batch_kinds", run) == {"error": GONE} == shelf.opened(run)
    assert asked(shelf, "batch_look", {"run": run, "film": "a"}) == {"error": GONE}


@pytest.mark.parametrize("question", [{"sort": "price"}, [], None, {"span": "x"}, {"offset": -5}])
def test_a_question_that_makes_no_sense_is_one_sentence(shelf: BatchShelf, question: Any) -> None:
    error = asked(shelf, "batch_view", {"run": "night", "asked": question})["error"]
    assert error.endswith("reload the page.") and "\n" not in error


def test_damaged_tables_are_one_sentence_without_a_folder(tmp_path: Path) -> None:
    write_batch(tmp_path / "night", 30)
    shelf = BatchShelf(OwnerFolders((tmp_path,)))
    (tmp_path / "night" / "films.parquet").write_bytes(b"PAR1" + bytes(30) + b"PAR1")
    error = shelf.opened("night")["error"]
    assert "cannot be read" in error and str(tmp_path) not in error


def test_only_two_batches_stay_in_memory(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        write_batch(tmp_path / name, 3)
    shelf = BatchShelf(OwnerFolders((tmp_path,)))
    first = shelf.index("a")
    assert shelf.index("a") is first
    for name in ("b", "c"):
        shelf.index(name)
    assert [folder.name for folder, _ in shelf._open] == ["b", "c"] and shelf.index("a") is not first


def test_a_batch_that_was_merged_again_is_opened_again(tmp_path: Path) -> None:
    shelf = BatchShelf(OwnerFolders((tmp_path,)))
    for count in (3, 5):
        write_batch(tmp_path / "night", count)
        assert asked(shelf, "batch_view", {"run": "night", "asked": {}})["total"] == count


def test_a_visitors_zip_of_a_batch_is_refused(tmp_path: Path) -> None:
    write_batch(tmp_path / "night", 3, [tmp_path / "secret.png"])
    with zipfile.ZipFile(tmp_path / "night.zip", "w") as archive:
        for path in (tmp_path / "night").iterdir():
            archive.write(path, f"night/{path.name}")
    with pytest.raises(RunError, match="only the page's owner can add"):
        opened_zip(tmp_path / "night.zip", tmp_path / "own-1")
