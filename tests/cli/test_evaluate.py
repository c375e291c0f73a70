"""The verbs `evaluate` and `compare`, with a method that needs no weights."""

import json
import shutil
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from spinefm.cli import evaluate
from spinefm.cli.app import main
from spinefm.cli.exits import DONE, SOME_FAILED, WRONG_CALL
from spinefm.core.levels import Level
from spinefm.evaluation import RunError
from tests.evaluation.stand_in_set import write_set
from tests.ui.server.stand_in import SIZE, StandIn, body, write_film


def write_map(path, labels):
    """A label map as PNG."""
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(labels).save(path)


@pytest.fixture
def call(monkeypatch, capsys):
    bundle = SimpleNamespace(checksums={"network": "0" * 64})
    monkeypatch.setattr(evaluate, "load_method", lambda run: (StandIn(), bundle))

    def run(*arguments):
        code = main([str(argument) for argument in arguments])
        return code, capsys.readouterr()

    return run


@pytest.fixture
def films(tmp_path):
    return write_set(tmp_path / "set", ["a", "b"])


def test_evaluate_prints_the_table_and_no_figures_of_other_films(call, films, tmp_path):
    code, said = call("evaluate", "phantom", "--root", films, "--out", tmp_path / "run")
    assert code == DONE
    assert "NHANES" not in said.out
    assert said.out == (tmp_path / "run" / "table.txt").read_text()
    assert (tmp_path / "run" / "levels.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(("first", "is_far"), [(Level.T3, True), (Level.C4, False)])
def test_label_maps_that_count_otherwise_are_doubted_at_the_top(call, tmp_path, first, is_far):
    """The stand-in names bodies from C2 on; the maps number them from `first` on."""
    for name in ("a", "b"):
        write_film(tmp_path / "set" / "images" / f"{name}.png")
        labels = np.zeros((SIZE[1], SIZE[0]), np.uint8)
        for index in range(6):
            labels[body(index).on_film(labels.shape)] = first + index
        write_map(tmp_path / "set" / "labels" / f"{name}.png", labels)
    code, said = call("evaluate", "maps", "--root", tmp_path / "set", "--out", tmp_path / "run")
    assert code == DONE
    remark = "On 2 of 2 films with names these lie 8 levels too high: check the numbering of the labels (--ids)"
    assert (remark in said.out[: said.out.index("identified")]) == is_far == ("check the numbering" in said.out)


def test_a_skipped_film_is_named_and_changes_the_exit_code(call, films, tmp_path):
    (films / "labels" / "b.json").write_text("{")
    code, said = call("evaluate", "auto", "--root", films, "--out", tmp_path / "run")
    assert code == SOME_FAILED
    assert "skipped b: The label b.json cannot be read" in said.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("phantom", "--root", "nowhere"), "does not exist"),
        (("coco", "--root", "SET"), "no COCO file"),
        (("phantom", "--root", "SET", "--split", "test"), "no split 'test'"),
        (("auto", "--root", "hf:nothing"), "write hf:owner/name"),
    ],
)
def test_a_wrong_call_is_one_sentence_and_does_nothing(call, films, tmp_path, arguments, sentence):
    given = [str(films) if argument == "SET" else argument for argument in arguments]
    code, said = call("evaluate", *given, "--out", tmp_path / "run")
    assert code == WRONG_CALL
    assert sentence in said.err
    assert not (tmp_path / "run").exists()


def test_a_full_disk_is_a_sentence_and_no_wrong_call(call, films, tmp_path, monkeypatch):
    def full(*_, **__):
        raise RunError("films.parquet cannot be written (No space left on device): free space and evaluate again.")

    monkeypatch.setattr(evaluate, "finish", full)
    code, said = call("evaluate", "phantom", "--root", films, "--out", tmp_path / "run")
    assert code == SOME_FAILED
    assert said.err.endswith("free space and evaluate again.\n")


def test_an_error_of_the_program_is_no_wrong_call(call, films, tmp_path, monkeypatch):
    def broken(*_, **__):
        raise ValueError("could not broadcast")

    monkeypatch.setattr(evaluate, "finish", broken)
    with pytest.raises(ValueError, match="could not broadcast"):
        call("evaluate", "phantom", "--root", films, "--out", tmp_path / "run")


def test_compare_puts_two_runs_beside_each_other(call, films, tmp_path):
    call("evaluate", "phantom", "--root", films, "--out", tmp_path / "one")
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    code, said = call("compare", tmp_path / "one", tmp_path / "two")
    assert code == DONE
    assert "A: one: phantom · spinefm · compact · tuned\n" in said.out
    assert "Both are of the same method, weights and settings." in said.out
    assert "no change" in said.out


def test_compare_says_what_the_runs_differ_in(call, films, tmp_path):
    call("evaluate", "phantom", "--root", films, "--out", tmp_path / "one")
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    plan = json.loads((tmp_path / "two" / "run.json").read_text())
    plan["settings"]["overlap_limit"] = 0.25
    (tmp_path / "two" / "run.json").write_text(json.dumps(plan))
    said = call("compare", tmp_path / "one", tmp_path / "two")[1]
    assert "They differ in (A / B): overlap_limit 0.1 / 0.25.\n" in said.out


def test_compare_refuses_what_is_no_run(call, tmp_path):
    code, said = call("compare", tmp_path, tmp_path)
    assert code == WRONG_CALL
    assert "contains no finished evaluation" in said.err
