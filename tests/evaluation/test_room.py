"""Full disks, labels left out, and the pace of an evaluation beside others."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from spinefm.data import open_dataset
from spinefm.evaluation import Pace, RunError, RunFolder, evaluate
from spinefm.evaluation.report import finish
from tests.evaluation.stand_in_set import open_set, plan, write_set
from tests.ui.server.stand_in import StandIn


@contextmanager
def full_disk(monkeypatch: pytest.MonkeyPatch, after: int) -> Iterator[None]:
    """No more than `after` files can be written."""
    opened, left = Path.open, [after]

    def limited(path: Path, mode: str = "r", *more: Any, **named: Any) -> Any:
        if "w" in mode or "x" in mode:
            left[0] -= 1
            if left[0] < 0:
                raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return opened(path, mode, *more, **named)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", limited)
        yield


QUICK = (0, 3, 8, 13)
"""A file of each kind: the plan, what is kept of a film, a table, and the last one; the others are thorough."""


@pytest.mark.parametrize(
    "after", [pytest.param(n, marks=() if n in QUICK else pytest.mark.thorough) for n in range(14)]
)
def test_a_full_disk_ends_in_one_sentence_and_the_run_continues_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    dataset, folder = open_set(write_set(tmp_path / "set", ["a", "b"])), RunFolder(tmp_path / "run")

    def whole_run() -> str:
        list(evaluate(dataset, StandIn(), folder, plan()))
        return finish(folder, dataset, [])

    with (
        full_disk(monkeypatch, after),
        pytest.raises(RunError, match=r"cannot be written \(No space left on device\): free space"),
    ):
        whole_run()
    assert not list(folder.path.rglob("*.part"))
    assert "2 films" in whole_run()


def test_labels_left_out_are_in_the_list_also_after_a_run_that_broke_off(tmp_path: Path) -> None:
    root = write_set(tmp_path / "set", ["a", "b"])
    labels = tmp_path / "maps"
    for name in ("a", "b"):
        ids = np.asarray(Image.open(root / "films" / f"{name}.png").convert("L")) * 0
        ids[40:70, 130:170], ids[5:9, 5:9] = 2, 100
        (labels / "labels").mkdir(parents=True, exist_ok=True)
        (labels / "images").mkdir(exist_ok=True)
        Image.fromarray(ids).save(labels / "labels" / f"{name}.png")
        (labels / "images" / f"{name}.png").write_bytes((root / "films" / f"{name}.png").read_bytes())
    dataset, folder = open_dataset("maps", labels), RunFolder(tmp_path / "run")
    next(evaluate(dataset, StandIn(), folder, plan()))
    list(evaluate(dataset, StandIn(), folder, plan()))
    text = finish(folder, dataset, [])
    assert "0 skipped" in text
    listed = json.loads((folder.path / "skipped.json").read_text())
    assert [(one["name"], one["label"]) for one in listed] == [("a", "id 100"), ("b", "id 100")]


def test_the_networks_are_held_while_they_work_and_only_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset, folder = open_set(write_set(tmp_path / "set", ["a", "b"])), RunFolder(tmp_path / "run")
    held: list[str] = []

    @contextmanager
    def turn() -> Iterator[None]:
        held.append("in")
        yield
        held.append("out")

    keep = RunFolder.keep

    def noting(what: str, act: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*given: Any) -> Any:
            held.append(what)
            return act(*given)

        return noted

    monkeypatch.setattr(RunFolder, "keep", noting("keep", keep))
    noted = replace(dataset, read=noting("read", dataset.read))
    list(evaluate(noted, StandIn(), folder, plan(), Pace(turn)))
    asked = ["in", "out"]  # how the film lies, then the run
    assert held == ["read", *asked, *asked, "keep"] * 2


def test_an_evaluation_ends_at_the_next_event(tmp_path: Path) -> None:
    dataset, folder = open_set(write_set(tmp_path / "set", ["a"])), RunFolder(tmp_path / "run")
    left = [5]

    def check() -> None:
        left[0] -= 1
        if left[0] < 0:
            raise RunError("The evaluation was cancelled.")

    with pytest.raises(RunError, match="cancelled"):
        list(evaluate(dataset, StandIn(), folder, plan(), Pace(check=check)))
    assert folder.done("a") is None
