"""What the trainers of the U-Net and of the instance network draw, and that both networks learn from it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from spinefm.core.levels import Level
from spinefm.networks.instance_net import InstanceNetConfig
from spinefm.networks.unet import UNetConfig
from spinefm.training.cutouts import draw_cutout, median_spacing, plain_cutout
from spinefm.training.errors import TrainingError
from spinefm.training.films import FilmSet
from spinefm.training.loop import Loop, Trainer
from spinefm.training.scores import dice
from spinefm.training.settings import TrainSettings
from spinefm.training.train_instance_net import InstanceNetTrainer
from spinefm.training.train_unet import GAP_WEIGHT, UNetTrainer, alone, class_dice, gap_weights, soft_dice

SMALL_UNET = UNetConfig(longest_side=128, widths=(8, 16, 16), blocks=(1, 1))
SMALL_INSTANCE = InstanceNetConfig(height=64, width=48, widths=(8, 16, 16))


def test_maps_tell_ends_from_bodies(films: FilmSet) -> None:
    trainer = UNetTrainer(films, films, SMALL_UNET)
    batches = [trainer.draw(np.random.default_rng(seed), 4) for seed in range(8)]
    classes = set(np.concatenate([batch.maps.unique().numpy() for batch in batches]).tolist())
    assert classes == {0, 1, 2, 3}
    for batch in batches:
        assert batch.films.shape[0] == 4 and batch.films.shape[2:] == batch.maps.shape[1:] == batch.weights.shape[1:]
        assert not any(side % SMALL_UNET.multiple for side in batch.films.shape[2:])


def test_only_the_gap_between_two_bodies_weighs_more() -> None:
    masks = np.zeros((2, 60, 40), np.uint8)
    masks[0, 10:28, 10:30], masks[1, 31:49, 10:30] = 1, 1
    weights = gap_weights(masks)
    assert weights[29, 20] == GAP_WEIGHT and weights[5, 20] == weights[20, 20] == weights[29, 2] == 1


def test_dice_of_known_masks() -> None:
    half = np.zeros((4, 4), bool)
    half[:2] = True
    assert dice(half, half) == 1 and dice(half, ~half) == 0 and dice(half & False, half & False) == 1
    maps = torch.from_numpy(half.astype(np.int64))[None]
    exact = torch.nn.functional.one_hot(maps, 4).movedim(-1, 1).float()
    assert class_dice(exact, maps) == 1 and class_dice(exact, 0 * maps) == 1  # no class, nothing to lose
    assert soft_dice(exact[:, 0], maps > 0) < 0.1


def test_a_body_is_alone_in_its_component_or_not() -> None:
    body = np.zeros((20, 10), bool)
    body[2:8] = True
    merged = body.copy()
    merged[8:18] = True
    assert alone(body, body) and not alone(merged, body) and not alone(~body, body)


def test_a_plain_cutout_shows_three_neighbours_and_its_middle(films: FilmSet) -> None:
    film = next(film for film in films.films if Level.C4 in film.centroids)
    cutout = plain_cutout(film, Level.C3, SMALL_INSTANCE)
    assert cutout.target[32, 24] == 2 and set(np.unique(cutout.target)) == {0, 1, 2, 3}
    rows = [np.argwhere(cutout.target == place)[:, 0].mean() for place in (1, 2, 3)]
    assert rows[0] < rows[1] < rows[2]
    assert (cutout.semantic[cutout.target == 1] == 2).all()  # C2 lies above C3
    assert median_spacing(film, Level.C3) == pytest.approx(26, abs=2)


def test_wrong_cutouts_keep_their_middle_and_name_only_bone(films: FilmSet) -> None:
    rng = np.random.default_rng(0)
    centred = []
    for _ in range(60):
        cutout = draw_cutout(*films.draw_level(rng, {}), SMALL_INSTANCE, rng)
        assert not cutout.target[cutout.semantic == 0].any()
        centred.append((cutout.target == 2).any())
    assert np.mean(centred) > 0.95


@pytest.mark.thorough
@pytest.mark.parametrize("network", ["unet", "instance_net"])
def test_the_network_learns(network: str, films: FilmSet, tmp_path: Path) -> None:
    trainers: dict[str, Trainer] = {
        "unet": UNetTrainer(films, films, SMALL_UNET, start=None),
        "instance_net": InstanceNetTrainer(films, films, SMALL_INSTANCE),
    }
    steps = 160 if network == "unet" else 500
    loop = Loop(trainers[network], TrainSettings(data=(), out=tmp_path / "run", steps=steps, batch=4))
    scores = loop.run()
    assert scores["body_dice" if network == "unet" else "centre_dice"] > 0.8


def test_other_classes_are_refused(films: FilmSet) -> None:
    with pytest.raises(TrainingError, match="knows the classes"):
        UNetTrainer(films, films, UNetConfig(classes=("background", "body")))
    with pytest.raises(TrainingError, match="knows the classes"):
        InstanceNetTrainer(films, films, InstanceNetConfig(semantic=("background", "body")))
