"""The loop closes: results, corrected in labelme, are a data set that trains the networks for films like those."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.loop import correct, sketched, write_films
from spinefm.cli.app import main as spinefm
from spinefm.cli.options import RunOptions, load_method
from spinefm.core.masks import Mask
from spinefm.data import Case, cases, open_dataset
from spinefm.export import write_result
from spinefm.imaging.radiograph import read
from spinefm.methods import film_record
from spinefm.trace.model import Trace, Vertebra
from spinefm.training import train_med_sa
from spinefm.training.cases import films_of
from spinefm.training.errors import TrainingError
from spinefm.training.export import export_runs
from spinefm.training.films import FilmSet
from spinefm.training.run import read_films
from spinefm.training.settings import TrainSettings
from spinefm.training.train_med_sa import MedSATrainer
from spinefm.weights.load import load_bundle
from spinefm.weights.manifest import WEIGHTS_FOLDER
from tests.export.handmade import handmade_trace

SIZE = (300, 400)
CORRECTED, WATCHED = (840_001, 840_003, 840_005, 840_006), (841_001, 841_003)
WRONG = 9
"""Pixels by which the results lie too low."""


def cases_of(folder: Path) -> list[Case]:
    found = list(cases(open_dataset("auto", folder)))
    assert all(isinstance(case, Case) for case in found)
    return [case for case in found if isinstance(case, Case)]


def wrong_result(case: Case, folder: Path) -> None:
    """The result of a run whose outlines all lie too low."""
    film = read(case.film)
    bodies = [(level, mask) for level, mask in sorted(case.truth.bodies.items()) if mask.area]
    lower = [(level, Mask(mask.crop, (mask.origin[0], mask.origin[1] + WRONG))) for level, mask in bodies]
    found = tuple(
        Vertebra(index, level.name, level, int(level), mask, mask.centroid, (), 0.9)
        for index, (level, mask) in enumerate(lower)
    )
    made: Trace = replace(handmade_trace(found), film=film_record(film))
    write_result(folder / case.name, made, film)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Films of another style; `results` of a run that was wrong on them; `labels`, exported and corrected."""
    root = tmp_path_factory.mktemp("loop")
    for name, seeds in (("corrected", CORRECTED), ("watched", WATCHED)):
        write_films(root / name, seeds, sketched, SIZE)
    for case in cases_of(root / "corrected" / "truth"):
        wrong_result(case, root / "results")
    words = ["--to", "labelme", "--out", str(root / "labels"), "--source", str(root / "corrected" / "films")]
    assert spinefm(["export", str(root / "results"), *words]) == 0
    assert correct(root / "labels", root / "corrected" / "truth") == len(CORRECTED)
    return root


def test_the_corrections_are_what_is_read_back(place: Path) -> None:
    found = {case.name: case for case in cases_of(place / "labels")}
    assert set(found) == {str(seed) for seed in CORRECTED}
    for true in cases_of(place / "corrected" / "truth"):
        corrected = found[true.name].truth.bodies
        assert set(corrected) == set(true.truth.bodies)
        assert min(mask.iou(true.truth.bodies[level]) for level, mask in corrected.items()) > 0.95
        assert json.loads((place / "labels" / f"{true.name}.json").read_text())["notes"]  # what the run said stays


def test_a_folder_of_ones_own_is_taken_whole_beside_another_that_watches(place: Path, tmp_path: Path) -> None:
    apart = TrainSettings((place / "labels",), tmp_path, (place / "watched" / "truth",), steps=1)
    films, unseen = read_films(apart)
    assert {film.name for film in films.films} == {str(seed) for seed in CORRECTED}
    assert {film.name for film in unseen.films} == {str(seed) for seed in WATCHED}
    parts = [{film.name for film in films_of(place / "labels", part)} for part in ("train", "val")]
    assert parts[0] and not parts[0] & parts[1] and parts[0] | parts[1] < {film.name for film in films.films}


def test_one_folder_for_both_is_parted(place: Path, tmp_path: Path) -> None:
    both = TrainSettings((place / "corrected" / "truth",), tmp_path, (place / "corrected" / "truth",), steps=1)
    with pytest.raises(TrainingError, match="for val"):  # none of so few films is drawn for it, and none serves twice
        read_films(both)


@pytest.mark.thorough
@pytest.mark.weights
def test_training_on_corrections_gives_better_masks_on_such_films(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(train_med_sa, "VALIDATED", (48, 48))
    unseen = FilmSet(tuple(films_of(place / "watched" / "truth", "val", whole=True)))
    shipped = load_bundle("compact", "cpu")
    before = MedSATrainer(unseen, unseen).validate(shipped.med_sa, thorough=False)["dice"]

    data = ["--data", str(place / "labels"), "--validation", str(place / "watched" / "truth")]
    budget = ["--steps", "40", "--batch", "6", "--learning-rate", "0.0015"]
    run = tmp_path / "med_sa"
    assert spinefm(["train", "med_sa", *data, "--start", "compact", *budget, "--out", str(run)]) == 0
    after = json.loads((run / "run.json").read_text())["scores"]["dice"]
    assert after > before + 0.015

    weights = tmp_path / "weights"
    shutil.copytree(WEIGHTS_FOLDER, weights)
    export_runs([run], weights)
    _, own = load_method(RunOptions("spinefm", "compact", "cpu", None, {}, "auto", weights))
    assert own.checksums["med_sa"] != shipped.checksums["med_sa"]
    assert {name: sum_ for name, sum_ in own.checksums.items() if name != "med_sa"} == {
        name: sum_ for name, sum_ in shipped.checksums.items() if name != "med_sa"
    }
    assert "films of a data set (med_sa)" in (weights / "README.md").read_text()


def test_the_style_is_another_one_and_its_films_repeat(place: Path, tmp_path: Path) -> None:
    write_films(tmp_path, CORRECTED[:1], sketched, SIZE)
    write_films(tmp_path / "usual", CORRECTED[:1], None, SIZE)
    film = f"films/{CORRECTED[0]}.png"
    assert (tmp_path / film).read_bytes() == (place / "corrected" / film).read_bytes()
    styled, usual = (read(folder / film).pixels for folder in (tmp_path, tmp_path / "usual"))
    assert np.abs(styled - usual).mean() > 0.1
