"""`spinefm batch` and its words: exit codes, sentences, tables; with the fake segmenter, and with the real weights."""

from __future__ import annotations

import csv
import json
import shutil
import threading
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from spinefm.batch.plan import RunRules
from spinefm.batch.segmenter import WeightsLoader
from spinefm.batch.tables import mask_of, read_table
from spinefm.cli.app import main
from spinefm.cli.progress import progress_bar
from spinefm.phantom import simulate
from spinefm.weights.manifest import BundleError
from tests.batch.fake import RULES, FakeSegmenter, many_names, tables, write_films


def batch(*words: object) -> int:
    """Run `spinefm batch` in this process."""
    return main(["batch", *map(str, words)])


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[WeightsLoader]:
    """Put the fake in the place of the networks; returns the loaders that were asked."""
    asked: list[WeightsLoader] = []

    def load(
        loader: WeightsLoader, device: object, polarity: str, facing: object, spacing: object, computes: bool
    ) -> object:
        assert not computes
        asked.append(loader)
        given = {"overlap_limit": 0.1, **(loader.settings or {})}
        update = {"settings": given, "polarity": polarity, "facing": facing, "spacing_mm": spacing}
        return FakeSegmenter(), RULES.model_copy(update={"method": loader.method, **update})

    monkeypatch.setattr(WeightsLoader, "load_with_rules", load)
    return asked


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of twelve films, of which three fail."""
    write_films(tmp_path / "films", many_names(12))
    return tmp_path / "films"


def test_films_become_tables(
    folder: Path, tmp_path: Path, loaded: list[WeightsLoader], capsys: pytest.CaptureFixture[str]
) -> None:
    assert batch(folder, "--out", tmp_path / "out", "--workers", 2) == 1
    assert f"9 of 12 films done, 3 failed; tables in {tmp_path / 'out' / 'merged'}\n" == capsys.readouterr().out
    assert sorted(tables(tmp_path / "out")) == ["films.parquet", "measures.parquet", "run.json", "vertebrae.parquet"]
    assert sorted(read_table(tmp_path / "out", "films")["name"].to_pylist()) == sorted(many_names(12))


def test_without_failures_the_code_is_zero(tmp_path: Path, loaded: list[WeightsLoader]) -> None:
    films = write_films(tmp_path / "films", ["film-1.png", "film-2.png"])
    assert batch(*films, "--out", tmp_path / "out") == 0


def test_the_same_command_again_goes_on(folder: Path, tmp_path: Path, loaded: list[WeightsLoader]) -> None:
    command = [folder, "--out", tmp_path / "out", "--together", 2, "--shard-size", 2]
    batch(*command)
    before = tables(tmp_path / "out")
    shutil.rmtree(tmp_path / "out" / "merged")
    shutil.rmtree(tmp_path / "out" / "shards" / "000002")
    kept = (tmp_path / "out" / "shards" / "000001").stat().st_mtime_ns
    assert batch(*command) == 1
    assert tables(tmp_path / "out") == before
    assert (tmp_path / "out" / "shards" / "000001").stat().st_mtime_ns == kept


def test_resume_goes_on_with_the_settings_of_the_plan(
    folder: Path, tmp_path: Path, loaded: list[WeightsLoader]
) -> None:
    out = tmp_path / "out"
    batch(
        folder, "--out", out, "--set", "overlap_limit=0.3", "--facing", "left", "--spacing", "0.2", "--polarity", "keep"
    )
    before = tables(out)
    shutil.rmtree(out / "merged")
    shutil.rmtree(out / "shards" / "000000")
    assert batch("resume", out, "--workers", 1) == 1
    assert tables(out) == before
    assert loaded[-1].settings == {"overlap_limit": "0.3"} and loaded[-1].preset == "tuned"
    assert json.loads(before["run.json"])["facing"] == "left"


def test_resume_of_a_finished_batch_loads_nothing(folder: Path, tmp_path: Path, loaded: list[WeightsLoader]) -> None:
    batch(folder, "--out", tmp_path / "out")
    loaded.clear()
    assert batch("resume", tmp_path / "out") == 1
    assert not loaded


OTHER_SETTINGS = {
    "with setting overlap_limit 0.1, not 0.2; use that again": ["--set", "overlap_limit=0.2"],
    "with method spinefm, not vertxnet": ["--method", "vertxnet"],
    "with facing none, not right": ["--facing", "right"],
    "not 5": ["--together", "5"],
}
"""Words of the refusal, and the options that are refused."""


def test_other_settings_are_refused(
    folder: Path, tmp_path: Path, loaded: list[WeightsLoader], capsys: pytest.CaptureFixture[str]
) -> None:
    batch(folder, "--out", tmp_path / "out")
    before = tables(tmp_path / "out")
    for words, options in OTHER_SETTINGS.items():
        capsys.readouterr()
        assert batch(folder, "--out", tmp_path / "out", *options) == 2, words
        printed = capsys.readouterr().err
        assert words in printed and printed.count("\n") == 1
        assert tables(tmp_path / "out") == before


def test_other_weights_are_refused_when_it_is_resumed(
    folder: Path, tmp_path: Path, loaded: list[WeightsLoader], monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    out = tmp_path / "out"
    batch(folder, "--out", out)
    shutil.rmtree(out / "shards" / "000000")
    other = RULES.model_copy(update={"checksums": {"med_sa": "cd" * 32}})
    monkeypatch.setattr(WeightsLoader, "load_with_rules", lambda *_, **__: (FakeSegmenter(), other))
    capsys.readouterr()
    assert batch("resume", out) == 2
    assert "The batch was begun with other weights of med_sa; restore those" in capsys.readouterr().err


def test_parts_of_an_array_and_their_merge(
    folder: Path, tmp_path: Path, loaded: list[WeightsLoader], capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    options = ["--out", out, "--together", 2, "--workers", 1]
    batch(folder, "--out", tmp_path / "whole", "--together", 2)
    capsys.readouterr()
    assert batch(folder, *options, "--shard", "2/2") in (0, 1)
    assert (
        f"Part 2 of 2 is done; the batch has 3 of 6 shards. When all parts are done, run `spinefm batch merge {out}`"
        in (capsys.readouterr().out)
    )
    assert batch("merge", out) == 2
    assert "3 of 6 shards are not done" in capsys.readouterr().err
    batch("resume", out, "--shard", "1/2")
    assert not (out / "merged").exists()
    assert batch("merge", out) == 1
    assert tables(out) == tables(tmp_path / "whole")


def test_the_exit_code_of_a_part_is_that_of_its_own_films(tmp_path: Path, loaded: list[WeightsLoader]) -> None:
    """Whichever part ends first: a job of an array whose films are all done is no failed job."""
    films = write_films(tmp_path / "films", ["film-1.png", "hopeless-2.png"])
    codes = {}
    for order in (("1/2", "2/2"), ("2/2", "1/2")):
        out = tmp_path / order[0][0]
        codes[order] = {part: batch(*films, "--out", out, "--shard-size", 1, "--shard", part) for part in order}
    first, second = codes.values()
    assert first == second and sorted(first.values()) == [0, 1]


@pytest.mark.parametrize("part", ["0/8", "9/8", "3", "a/b", "1/0", "-1/4"])
def test_a_part_that_is_none_is_refused(part: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert batch(tmp_path, "--out", tmp_path / "out", "--shard", part) == 2
    assert "is not I/N: give 1/8 to 8/8" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_status_says_how_far_it_is(
    folder: Path, tmp_path: Path, loaded: list[WeightsLoader], capsys: pytest.CaptureFixture[str]
) -> None:
    batch(folder, "--out", tmp_path / "out")
    capsys.readouterr()
    assert batch("status", tmp_path / "out") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "films: 9 done, 3 failed, 12 in all" and lines[-1] == "tables: merged"


@pytest.mark.parametrize("word", ["status", "resume", "merge"])
def test_a_folder_that_is_no_batch_is_one_sentence(
    word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert batch(word, tmp_path) == 2
    assert (
        capsys.readouterr().err
        == f"The folder {tmp_path} is not a batch: it has no plan.json; give the --out of one.\n"
    )


def test_films_may_be_called_as_the_words(
    tmp_path: Path, loaded: list[WeightsLoader], monkeypatch: pytest.MonkeyPatch
) -> None:
    (film,) = write_films(tmp_path, ["film.png"])
    monkeypatch.chdir(tmp_path)
    film.rename(tmp_path / "status")
    assert batch("./status", "--out", "out") == 0
    assert batch("--out", "second", "./status") == 0


def test_a_full_disk_is_one_sentence_and_exit_code_one(
    folder: Path, tmp_path: Path, loaded: list[WeightsLoader], monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    def full(*_: object) -> None:
        raise OSError(28, "full")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert batch(folder, "--out", tmp_path / "out") == 1
    assert "(No space left on device): make room there, then `spinefm batch resume`." in capsys.readouterr().err
    assert list((tmp_path / "out" / "shards").iterdir()) == []


@pytest.mark.parametrize("error", [BundleError("There is no bundle."), ValueError("There is no setting.")])
def test_what_cannot_be_loaded_leaves_nothing(
    error: Exception, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(WeightsLoader, "load_with_rules", fail)
    assert batch(folder, "--out", tmp_path / "out") == 2
    assert capsys.readouterr().err == f"{error}\n" and not (tmp_path / "out").exists()


def test_a_process_that_does_not_compute_keeps_the_weights_off_the_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "spinefm.core.machine.pick_device", lambda name: torch.device("cuda" if name == "auto" else name)
    )
    segmenter, rules = WeightsLoader("spinefm", "compact").load_with_rules(computes=False)
    assert (rules.device, rules.precision) == ("cuda", "float32")
    assert segmenter.model.bundle.device == torch.device("cpu")


def test_a_bar_leaves_the_process_without_threads_before_it_forks() -> None:
    before = threading.active_count()
    with progress_bar(10, "film", 3) as bar:
        assert threading.active_count() == before and bar.n == 3
        bar.update(2)
        bar.update(-1)
        assert bar.n == 4


def test_help_names_all_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert batch("--help") == 0
    assert {"merge", "resume", "run", "status"} <= set(capsys.readouterr().out.split())


@pytest.mark.weights
@pytest.mark.thorough
def test_the_tables_say_what_the_verb_for_single_films_says(tmp_path: Path) -> None:
    (tmp_path / "films").mkdir()
    for seed, size in ((9_200_001, (480, 640)), (9_200_002, (640, 512))):
        film = np.round(simulate(seed, size=size).film * 255).astype(np.uint8)
        cv2.imwrite(str(tmp_path / "films" / f"{seed}.png"), film)
    assert batch(tmp_path / "films", "--out", tmp_path / "batch", "--device", "cpu") == 0
    assert main(["segment", str(tmp_path / "films"), "--out", str(tmp_path / "single"), "--device", "cpu"]) == 0
    films = read_table(tmp_path / "batch", "films").to_pylist()
    assert len(films) == 2
    for film in films:
        folder = tmp_path / "single" / Path(film["name"]).stem
        report = json.loads((folder / "report.json").read_text())
        vertebrae = read_table(tmp_path / "batch", "vertebrae", ids=[film["id"]]).to_pylist()
        assert [row["name"] for row in vertebrae] == report["vertebrae"] and film["vertebrae"] == len(vertebrae)
        labels = np.asarray(Image.open(folder / "labels.png"))
        assert labels.shape == (film["height"], film["width"])
        for row in csv.DictReader((folder / "measures.csv").open()):
            found = read_table(tmp_path / "batch", "measures", ids=[film["id"]]).to_pylist()
            same = [one for one in found if (one["measure"], one["place"]) == (row["measure"], row["levels"])]
            assert len(same) == 1 and (same[0]["value"] is None) == (row["value"] == "")
        bodies = [mask_of(row).on_film(labels.shape) for row in vertebrae]
        assert np.array_equal(np.any(bodies, axis=0), labels > 0)


@pytest.mark.weights
def test_the_rules_of_a_batch_are_those_of_its_weights(compact_rules: RunRules) -> None:
    again = WeightsLoader("spinefm", "compact", "cpu", compact_rules.preset, compact_rules.settings)
    assert again.load_with_rules()[1] == compact_rules


@pytest.fixture(scope="module")
def compact_rules() -> RunRules:
    """The rules that the compact weights come with."""
    return WeightsLoader("spinefm", "compact", "cpu").load_with_rules()[1]


@pytest.mark.weights
def test_rules_name_all_that_decides(compact_rules: RunRules) -> None:
    assert (compact_rules.device, compact_rules.precision, compact_rules.preset) == ("cpu", "float32", "tuned")
    assert "med_sa" in compact_rules.checksums and len(compact_rules.settings) > 20
    with pytest.raises(ValueError, match="no setting named"):
        WeightsLoader("spinefm", "compact", "cpu", settings={"nonsense": 1}).load_with_rules()
    with pytest.raises(BundleError):
        WeightsLoader("spinefm", "nonsense", "cpu").load()
