"""Training that stays near the answers of before on films that are given for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from spinefm.cli.app import main
from spinefm.cli.exits import WRONG_CALL
from spinefm.core.levels import Level
from spinefm.networks.level_classifier import CLASSES, LevelClassifier
from spinefm.networks.med_sa import MedSA
from spinefm.training import TrainingError, TrainSettings
from spinefm.training.films import FilmSet, TrainingFilm
from spinefm.training.kept import KEPT_SHARE, KEPT_WEIGHT, KeptFilms
from spinefm.training.record import TrainingFolder, training_text
from spinefm.training.run import make_trainer
from spinefm.training.train_classifier import ClassifierTrainer
from spinefm.training.train_med_sa import MedSATrainer
from tests.training.stand_in import write_stand_ins
from tests.training.test_samples import SMALL_CLASSIFIER, SMALL_SA


@pytest.fixture(scope="module")
def other_films(tmp_path_factory: pytest.TempPathFactory) -> FilmSet:
    """Films of other seeds, 50 to 53."""
    return FilmSet.read([write_stand_ins(tmp_path_factory.mktemp("kept"), range(50, 54))])


def keeping(films: FilmSet, kept: FilmSet) -> MedSATrainer:
    torch.manual_seed(3)
    return MedSATrainer(films, films, SMALL_SA, kept=KeptFilms(kept, MedSA(SMALL_SA)))


def classifier_keeping(films: FilmSet, kept: FilmSet) -> ClassifierTrainer:
    torch.manual_seed(3)
    return ClassifierTrainer(films, films, SMALL_CLASSIFIER, kept=KeptFilms(kept, LevelClassifier(SMALL_CLASSIFIER)))


def without_ends(film: TrainingFilm) -> dict[Level, NDArray[np.float64]]:
    return {level: point for level, point in film.centroids.items() if level not in (Level.C2, Level.S1)}


MAKERS = [keeping, classifier_keeping]


@pytest.mark.parametrize("make", MAKERS)
def test_some_samples_come_from_the_kept_films(
    make: Callable[[FilmSet, FilmSet], MedSATrainer | ClassifierTrainer], films: FilmSet, other_films: FilmSet
) -> None:
    batch = make(films, other_films).draw(np.random.default_rng(0), 300)
    assert batch.kept.float().mean() == pytest.approx(KEPT_SHARE, abs=0.08)


def test_without_kept_films_no_sample_is_kept(films: FilmSet) -> None:
    assert not MedSATrainer(films, films, SMALL_SA).draw(np.random.default_rng(0), 20).kept.any()
    assert not ClassifierTrainer(films, films, SMALL_CLASSIFIER).draw(np.random.default_rng(0), 20).kept.any()


def test_kept_samples_are_of_kept_films_and_others_of_the_others(films: FilmSet, other_films: FilmSet) -> None:
    endless = FilmSet(tuple(replace(film, centroids=without_ends(film)) for film in other_films.films))
    batch = classifier_keeping(films, endless).draw(np.random.default_rng(1), 80)
    ends = torch.tensor([CLASSES.index("C2"), CLASSES.index("S1")])
    is_end = torch.isin(batch.classes, ends)
    assert is_end.any() and not is_end[batch.kept].any()


def test_their_mask_is_mostly_that_of_before_and_that_of_others_is_the_truth(
    films: FilmSet, other_films: FilmSet
) -> None:
    trainer = keeping(films, other_films)
    batch = trainer.draw(np.random.default_rng(1), 12)
    assert trainer.kept is not None and 0 < batch.kept.sum() < 12
    before = torch.sigmoid(trainer.kept.before.eval()(batch.patches, batch.clicks))
    masks = trainer.targets(batch)
    mixed = KEPT_WEIGHT * before + (1 - KEPT_WEIGHT) * batch.masks
    torch.testing.assert_close(masks[batch.kept], mixed[batch.kept])
    assert torch.equal(masks[~batch.kept], batch.masks[~batch.kept])


def test_their_class_is_mostly_that_of_before_and_that_of_others_is_the_truth(
    films: FilmSet, other_films: FilmSet
) -> None:
    trainer = classifier_keeping(films, other_films)
    batch = trainer.draw(np.random.default_rng(1), 12)
    assert trainer.kept is not None and 0 < batch.kept.sum() < 12
    before = torch.softmax(trainer.kept.before.eval()(batch.patches), dim=1)
    truth = torch.eye(len(CLASSES))[batch.classes]
    wanted = torch.where(batch.kept[:, None], KEPT_WEIGHT * before + (1 - KEPT_WEIGHT) * truth, truth)
    torch.testing.assert_close(trainer.targets(batch), wanted)


@pytest.mark.parametrize("make", MAKERS)
def test_the_network_of_before_does_not_learn(
    make: Callable[[FilmSet, FilmSet], MedSATrainer | ClassifierTrainer], films: FilmSet, other_films: FilmSet
) -> None:
    trainer: Any = make(films, other_films)
    model = trainer.build()
    losses = trainer.losses(model, trainer.draw(np.random.default_rng(2), 8))
    torch.stack(list(losses.values())).sum().backward()
    assert all(one.grad is None for one in trainer.kept.before.parameters())
    assert any(one.grad is not None for one in model.parameters())


@pytest.mark.weights
def test_the_command_keeps_films_and_the_card_names_them(folder: Path, unseen_folder: Path, tmp_path: Path) -> None:
    kept = write_stand_ins(tmp_path / "kept", range(60, 63))
    out = tmp_path / "run"
    given = ["--data", str(folder), "--validation", str(unseen_folder), "--keep", str(kept), "--start", "compact"]
    assert main(["train", "med_sa", *given, "--steps", "2", "--batch", "2", "--out", str(out)]) == 0
    facts = json.loads(TrainingFolder(out).facts.read_text())
    assert facts["data"]["kept"] == {"films": 3, "bodies": 14, "seeds": "60-62"}
    assert training_text(facts["data"]).endswith("near its answers of before on 3 films with 14 bodies, seeds 60-62")


@pytest.mark.thorough
@pytest.mark.weights
def test_a_run_that_keeps_films_goes_on_towards_the_same_goal(
    folder: Path, unseen_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept, out = write_stand_ins(tmp_path / "kept", range(60, 63)), tmp_path / "run"
    given = ["train", "med_sa", "--data", str(folder), "--validation", str(unseen_folder), "--batch", "2"]
    given += ["--out", str(out)]
    keeping = ["--keep", str(kept), "--start", "compact"]
    assert main([*given, *keeping, "--steps", "2"]) == 0
    assert main([*given, "--steps", "4", "--resume"]) == WRONG_CALL
    assert "began with --start compact and with --keep; resume it in the same way" in capsys.readouterr().err
    assert main([*given, "--start", "compact", "--steps", "4", "--resume"]) == WRONG_CALL
    assert main([*given, *keeping, "--steps", "4", "--resume"]) == 0
    facts = json.loads(TrainingFolder(out).facts.read_text())
    assert facts["steps"] == 4 and facts["data"]["kept"]["seeds"] == "60-62"
    assert facts["history"][-1].endswith("near its answers of before on 3 films with 14 bodies, seeds 60-62")


def test_what_cannot_be_kept_is_refused(
    folder: Path, unseen_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(TrainingError, match="give --start with --keep"):
        TrainSettings(data=(folder,), out=tmp_path, steps=1, keep=(folder,))
    settings = TrainSettings(data=(folder,), out=tmp_path, steps=1, keep=(folder,), start="compact")
    with pytest.raises(TrainingError, match="train unet without --keep"):
        make_trainer("unet", settings)
    given = ["--data", str(folder), "--validation", str(unseen_folder), "--steps", "1", "--out", str(tmp_path / "run")]
    shared = ["--keep", str(unseen_folder), "--start", "compact"]
    assert main(["train", "med_sa", *given, *shared]) == WRONG_CALL
    assert "both training and validation" in capsys.readouterr().err
