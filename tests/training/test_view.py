"""Training of the view network: what its samples say of turns and facings; a run that scores and fits a distance."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from spinefm.networks.view import FACINGS, VIEWS, ViewConfig, ViewNet
from spinefm.training.errors import TrainingError
from spinefm.training.films import FilmSet
from spinefm.training.loop import Loop
from spinefm.training.settings import TrainSettings
from spinefm.training.train_view import IGNORED, ViewTrainer
from spinefm.weights.load import load_bundle

SMALL = ViewConfig(side=64, width=16, embedding=8, places=4)


@pytest.fixture(scope="module")
def mixed(films: FilmSet) -> FilmSet:
    """Stand-ins of which some face left, some right, and some are no lateral film."""
    kinds = ("cervical", "lumbar", "frontal", "picture")
    changed = [
        replace(film, view=kinds[number % 4], faces="left" if number % 4 < 2 else "")
        for number, film in enumerate(films.films)
    ]
    return FilmSet(tuple(changed))


def test_facing_is_asked_of_upright_lateral_films_only(mixed: FilmSet) -> None:
    batch = ViewTrainer(mixed, mixed, config=SMALL).draw(np.random.default_rng(0), 200)
    assert batch.films.shape == (200, 1, 64, 64)
    turned, lateral = batch.turns > 0, batch.views < VIEWS.index("frontal")
    assert (batch.facings[turned] == IGNORED).all() and (batch.facings[~lateral] == IGNORED).all()
    asked = batch.facings[lateral & ~turned]
    assert set(asked.tolist()) == set(range(len(FACINGS)))  # mirrored half of the time
    assert (batch.turns[batch.views == VIEWS.index("picture")] == IGNORED).all()


@pytest.mark.thorough
def test_a_run_fits_the_distance_and_scores_every_head(mixed: FilmSet, tmp_path: Path) -> None:
    settings = TrainSettings(data=(tmp_path,), out=tmp_path / "run", steps=3, batch=8)
    loop = Loop(ViewTrainer(mixed, mixed, config=SMALL), settings)
    scores = loop.run()
    assert {"view_accuracy", "turn_accuracy", "facing_accuracy", "lateral_refused", "others_refused"} <= set(scores)
    assert not torch.equal(loop.average.model.whitening, torch.eye(8))


@pytest.mark.thorough
def test_the_encoder_keeps_its_public_weights(mixed: FilmSet, tmp_path: Path) -> None:
    settings = TrainSettings(data=(tmp_path,), out=tmp_path / "run", steps=2, batch=8)
    loop = Loop(ViewTrainer(mixed, mixed, config=SMALL), settings)
    model, shipped = loop.model, load_bundle("compact", "cpu").view
    assert isinstance(model, ViewNet) and shipped is not None
    before = model.embed.weight.clone()
    loop.run()
    for name, value in shipped.encoder.state_dict().items():
        assert torch.equal(model.encoder.state_dict()[name], value), name
    assert not torch.equal(model.embed.weight, before)


@pytest.mark.parametrize(
    ("network", "bundle", "pretrained", "resume", "public"),
    [
        ("view", "compact", True, False, True),
        ("classifier", "compact", True, False, True),
        ("med_sa", "compact", True, False, False),
        ("med_sa", "paper", True, False, True),
        ("view", "compact", False, False, False),
        ("view", "compact", True, True, False),
    ],
)
def test_public_weights_begin_new_runs_only(
    network: str, bundle: str, pretrained: bool, resume: bool, public: bool, tmp_path: Path
) -> None:
    settings = TrainSettings((tmp_path,), tmp_path, steps=1, bundle=bundle, pretrained=pretrained, resume=resume)
    assert settings.starts_public(network) is public


def test_films_of_unknown_view_are_refused(films: FilmSet) -> None:
    unknown = FilmSet(tuple(replace(film, view="") for film in films.films))
    with pytest.raises(TrainingError, match="mixed"):
        ViewTrainer(unknown, unknown)
