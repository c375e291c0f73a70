"""Runs that begin with the weights of a bundle."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from spinefm.networks.mask_rcnn import build_mask_rcnn
from spinefm.networks.med_sa import MedSA, MedSAConfig
from spinefm.networks.point_predictor import PointPredictor, PointPredictorConfig
from spinefm.training import TrainingError, TrainSettings
from spinefm.training.films import FilmSet
from spinefm.training.loop import Loop
from spinefm.training.start import start_from_bundle
from spinefm.training.train_point_predictor import PointPredictorTrainer
from spinefm.weights.load import load_bundle


@pytest.mark.weights
def test_a_run_begins_with_the_bundles_weights_and_its_card_goes_on(films: FilmSet, tmp_path: Path) -> None:
    loop = Loop(PointPredictorTrainer(films, films), TrainSettings(data=(), out=tmp_path, steps=3, start="compact"))
    shipped = load_bundle("compact", "cpu").point_predictor.state_dict()
    for kept in (loop.model, loop.average.model):
        assert all(torch.equal(value, shipped[name]) for name, value in kept.state_dict().items())
    loop.run()
    assert any(not torch.equal(value, shipped[name]) for name, value in loop.model.state_dict().items())
    assert "films with" in loop.history[-1] and "steps (" in loop.history[-1]


@pytest.mark.weights
def test_what_only_training_needs_starts_from_random_weights() -> None:
    detector = build_mask_rcnn()
    before = {name: value.clone() for name, value in detector.state_dict().items()}
    start_from_bundle(detector, "mask_rcnn", "compact")
    same = {name for name, value in detector.state_dict().items() if torch.equal(value, before[name])}
    assert {name for name in same if name.endswith("weight")} == {
        name for name in before if name.startswith("semantic_head.") and name.endswith("weight")
    }


@pytest.mark.weights
@pytest.mark.parametrize(
    ("model", "network", "bundle", "sentence"),
    [
        (PointPredictor(), "point_predictor", "nowhere", "without --start"),
        (PointPredictor(PointPredictorConfig(hidden=7)), "point_predictor", "compact", "another size"),
        (MedSA(MedSAConfig(widths=(8, 8, 16, 16))), "med_sa", "compact", "another size"),
    ],
)
def test_weights_that_cannot_be_had_or_do_not_fit_are_refused(model, network, bundle, sentence) -> None:
    with pytest.raises(TrainingError, match=sentence):
        start_from_bundle(model, network, bundle)


@pytest.mark.weights
def test_a_network_that_the_bundle_lacks_is_refused_by_name() -> None:
    with pytest.raises(TrainingError, match="has no unknown"):
        start_from_bundle(PointPredictor(), "unknown", "compact")


@pytest.mark.weights
def test_a_resumed_run_names_its_start_and_goes_on_from_its_checkpoint(films: FilmSet, tmp_path: Path) -> None:
    trainer = PointPredictorTrainer(films, films)
    settings = TrainSettings(data=(), out=tmp_path, steps=3, start="compact")
    first = Loop(trainer, settings)
    first.run()
    with pytest.raises(TrainingError, match="began with --start compact and without --keep; resume it in"):
        Loop(trainer, replace(settings, start="", resume=True))
    again = Loop(trainer, replace(settings, steps=5, resume=True))
    assert again.step == 3
    trained = first.model.state_dict()
    assert all(torch.equal(value, trained[name]) for name, value in again.model.state_dict().items())
