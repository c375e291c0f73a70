"""A visitor's label maps with the ids of another program: the page says where to choose them, and reads them so."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from spinefm.data import SCHEMES, Skipped
from spinefm.data.ids import HINT
from spinefm.evaluation import Pace, RunFolder
from spinefm.evaluation.frames import read_tables
from spinefm.evaluation.report import NothingEvaluated
from spinefm.ui.server.explorer.assets import markup
from spinefm.ui.server.explorer.evaluation_store import EvaluationStore
from spinefm.ui.server.explorer.making import evaluated_zip, opened_zip
from spinefm.ui.server.explorer.words import CHOOSE_IDS, IDS
from tests.evaluation.stand_in_set import LEVELS
from tests.ui.server.stand_in import StandIn


def evaluated(store: EvaluationStore, archive: Path, ids: str) -> RunFolder:
    """The evaluation of a zip whose label maps are said to have some ids."""
    run, folder = store.new()
    assert not opened_zip(archive, folder)
    list(evaluated_zip(folder, StandIn(), "none", {}, Pace(), ids))
    return store.folder(run)


def test_the_page_offers_what_the_command_line_takes() -> None:
    assert list(IDS) == ["", *SCHEMES]
    assert all(f'<option value="{value}">' in markup() for value in IDS)


def test_ids_of_another_program_are_refused_with_the_place_to_choose_them(offered: Path, foreign_ids: Path) -> None:
    store = EvaluationStore(offered)
    with pytest.raises(NothingEvaluated) as caught:
        evaluated(store, foreign_ids, "")
    words = store.words(str(caught.value))
    assert CHOOSE_IDS in words and "--ids" not in words


def test_chosen_ids_name_the_levels_and_are_part_of_the_plan(offered: Path, foreign_ids: Path) -> None:
    run = evaluated(EvaluationStore(offered), foreign_ids, "totalspineseg")
    assert set(read_tables(run.path)[1]["level"]) == {level.name for level in LEVELS}
    assert run.plan().labels == "ids totalspineseg"


def test_what_speaks_against_the_labels_is_told_of_above_the_figures(
    offered: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    films, vertebrae = read_tables(offered / "first")
    assert EvaluationStore(offered).columns("first")["remarks"] == []
    far = vertebrae.assign(dice=vertebrae["dice"].where(vertebrae["kind"] != "body", 0.0), found=False)
    tables = films.assign(predicted=9, level_shift=7), far
    monkeypatch.setattr("spinefm.ui.server.explorer.columns.read_tables", lambda _: tables)
    place, numbering = EvaluationStore(offered).columns("first")["remarks"]
    assert "most outlines lie on no true vertebra" in place
    assert "7 levels too low" in numbering and "--ids" not in numbering and "ids in label maps" in numbering


@pytest.mark.parametrize("root", ["", "films"])
def test_what_was_left_out_here_is_told_in_the_words_of_the_page(offered: Path, tmp_path: Path, root: str) -> None:
    folder = shutil.copytree(offered / "first", tmp_path / "runs" / "own")
    plan = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps(plan | {"root": root}))
    skipped = Skipped("neck.png", f"its ids are in doubt; {HINT}")
    (folder / "skipped.json").write_text(json.dumps([vars(skipped)]))
    [line] = EvaluationStore(tmp_path / "runs").columns("own")["skipped"]
    assert line["why"] == f"its ids are in doubt; {HINT if root else CHOOSE_IDS}"
