"""Batches on offer: what is listed, what the browser may ask, and one sentence for everything that goes wrong."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from bench.made_batch import write_batch
from spinefm.evaluation import RunError
from spinefm.ui.server.explorer.batch import BatchStore, batch_answers
from spinefm.ui.server.explorer.batch.store import GONE
from spinefm.ui.server.explorer.evaluation_store import EvaluationStore
from spinefm.ui.server.explorer.making import opened_zip
from spinefm.ui.server.explorer.owner import OwnerFolders
from tests.ui.server.explorer.batch.conftest import COUNT


@pytest.fixture
def store(owner: OwnerFolders) -> BatchStore:
    return BatchStore(owner)


def asked(store: BatchStore, name: str, wanted: Any) -> Any:
    answers = {one.__name__: one for one in batch_answers(store)}
    return answers[name](wanted)


def test_batches_and_evaluations_are_listed_side_by_side(owner: OwnerFolders, offered: Path, tmp_path: Path) -> None:
    shutil.copytree(offered / "second", tmp_path / "runs" / "mine")
    both = OwnerFolders((*owner.runs, tmp_path / "runs"))
    titles = {one["id"]: one["title"] for one in EvaluationStore(offered, both).entries([])}
    assert set(titles) == {"first", "second", "mine", "night"}
    assert titles["night"] == f"night: batch · spinefm · made up · {COUNT} films"
    assert (
        EvaluationStore(offered, both).columns("mine")["films"]["name"]
        == EvaluationStore(offered).columns("second")["films"]["name"]
    )


def test_a_batch_is_no_evaluation(owner: OwnerFolders, offered: Path) -> None:
    store = EvaluationStore(offered, owner)
    assert store.columns("night")["kind"] == "batch" and "kind" not in store.columns("first")
    with pytest.raises(RunError, match="no longer available"):
        store.folder("night")


def test_a_folder_that_is_a_run_itself_is_offered(runs: Path) -> None:
    assert list(BatchStore(OwnerFolders((runs / "night",))).folders()) == ["night"]


def test_a_batch_whose_tables_lie_in_a_folder_of_it_is_offered_once(tmp_path: Path) -> None:
    folder = write_batch(tmp_path / "night", 3)
    for name in ("films", "vertebrae", "measures"):
        (folder / f"{name}.parquet").rename(made(folder / "merged") / f"{name}.parquet")
    (folder / "run.json").rename(folder / "merged" / "run.json")
    assert list(BatchStore(OwnerFolders((folder,))).folders()) == ["night"]
    assert list(BatchStore(OwnerFolders((folder / "merged",))).folders()) == ["merged"]


def made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


def test_what_the_browser_asks_is_answered(store: BatchStore, owner: OwnerFolders) -> None:
    view = asked(store, "batch_view", {"run": "night", "asked": {"status": "failed", "count": 5}})
    assert 0 < len(view["rows"]) <= 5 and view["total"] == view["counts"]["status"]["failed"]
    film = view["rows"][0]["id"]
    assert asked(store, "batch_look", {"run": "night", "film": film})["note"] == view["rows"][0]["sentence"]
    assert asked(store, "batch_values", {"run": "night", "film": film}) == {"measures": []}
    assert asked(store, "batch_kinds", "night")["measures"][0]["key"] == "lordosis_c2_c7"


@pytest.mark.parametrize("run", ["", "other", "../night", "/etc"])
def test_a_run_that_is_not_offered_is_one_sentence(store: BatchStore, run: str) -> None:
    assert asked(store, "batch_view", {"run": run, "asked": {}}) == {"error": GONE}
    assert asked(store, "batch_kinds", run) == {"error": GONE} == store.opened(run)
    assert asked(store, "batch_look", {"run": run, "film": "a"}) == {"error": GONE}


@pytest.mark.parametrize("question", [{"sort": "price"}, [], None, {"span": "x"}, {"offset": -5}])
def test_a_question_that_makes_no_sense_is_one_sentence(store: BatchStore, question: Any) -> None:
    error = asked(store, "batch_view", {"run": "night", "asked": question})["error"]
    assert error.endswith("reload the page.") and "\n" not in error


def test_damaged_tables_are_one_sentence_without_a_folder(tmp_path: Path) -> None:
    write_batch(tmp_path / "night", 30)
    store = BatchStore(OwnerFolders((tmp_path,)))
    (tmp_path / "night" / "films.parquet").write_bytes(b"PAR1" + bytes(30) + b"PAR1")
    error = store.opened("night")["error"]
    assert "cannot be read" in error and str(tmp_path) not in error


def test_only_two_batches_stay_in_memory(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        write_batch(tmp_path / name, 3)
    store = BatchStore(OwnerFolders((tmp_path,)))
    first = store.index("a")
    assert store.index("a") is first
    for name in ("b", "c"):
        store.index(name)
    assert [folder.name for folder, _ in store._open] == ["b", "c"] and store.index("a") is not first


def test_a_batch_that_was_merged_again_is_opened_again(tmp_path: Path) -> None:
    store = BatchStore(OwnerFolders((tmp_path,)))
    for count in (3, 5):
        write_batch(tmp_path / "night", count)
        assert asked(store, "batch_view", {"run": "night", "asked": {}})["total"] == count


def test_a_visitors_zip_of_a_batch_is_refused(tmp_path: Path) -> None:
    write_batch(tmp_path / "night", 3, [tmp_path / "secret.png"])
    with zipfile.ZipFile(tmp_path / "night.zip", "w") as archive:
        for path in (tmp_path / "night").iterdir():
            archive.write(path, f"night/{path.name}")
    with pytest.raises(RunError, match="only the page's owner can add"):
        opened_zip(tmp_path / "night.zip", tmp_path / "own-1")
