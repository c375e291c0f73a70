"""The paper's sizes and recipes in training, on phantoms and with tiny networks."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from http.client import IncompleteRead
from pathlib import Path
from typing import Literal
from unittest.mock import patch

import numpy as np
import pytest
import torch
from torch import nn
from torchvision.models import ResNet50_Weights, resnet50
from torchvision.models.detection import MaskRCNN_ResNet50_FPN_Weights, maskrcnn_resnet50_fpn

from spinefm.networks.level_classifier import (
    LITE,
    PAIR,
    LevelClassifier,
    LevelClassifierConfig,
    PairClassifier,
    build_classifier,
)
from spinefm.networks.mask_rcnn import MaskRCNNConfig, build_mask_rcnn
from spinefm.phantom import simulate
from spinefm.training import TrainingError, TrainSettings
from spinefm.training import run as runs
from spinefm.training.export import card, export_runs, trained_on
from spinefm.training.films import FilmSet
from spinefm.training.loop import Loop, rate_factor
from spinefm.training.ranks import Ranks, placed
from spinefm.training.run import TRAINERS, read_films
from spinefm.training.scale import (
    PAPER,
    PUBLISHED,
    load_but_heads,
    optimizer_of,
    sizes_and_recipe,
    start_pretrained,
    with_published_sides,
)
from spinefm.training.settings import Recipe
from spinefm.training.train_mask_rcnn import FilmBatch
from spinefm.weights.load import load_bundle
from spinefm.weights.manifest import Manifest
from tests.data.layouts import CERVICAL, write_csxa, write_spinefm
from tests.networks.test_mask_rcnn import TINY
from tests.networks.test_med_sa import VIT

SMALL = {
    "mask_rcnn": TINY,
    "med_sa": replace(VIT, patch=48, mask_tokens=1),
    "classifier": replace(PAPER["classifier"][0], depth="resnet10", patch=32),
    "point_predictor": PUBLISHED["point_predictor"][0],
}


def trainer(network: str, films: FilmSet, table=PUBLISHED):
    _, recipe = table[network]
    return TRAINERS[network](films, films, config=SMALL[network], recipe=replace(recipe, batch=2))


@pytest.mark.parametrize("network", list(SMALL))
def test_each_network_takes_steps_as_published(network: str, films: FilmSet, tmp_path: Path) -> None:
    settings = TrainSettings(data=(), out=tmp_path, steps=2, bundle="paper", recipe="paper", pretrained=False)
    loop = Loop(trainer(network, films), settings)
    before = {name: value.clone() for name, value in loop.model.state_dict().items()}
    assert loop.run()
    moved = {name for name, value in loop.model.state_dict().items() if not torch.equal(before[name], value)}
    frozen = {name for name, p in loop.model.named_parameters() if not p.requires_grad}
    assert moved and not moved & frozen
    assert bool(frozen) == (network == "med_sa")
    for name, value in loop.model.named_parameters():
        assert torch.equal(value, loop.average.model.get_parameter(name)), "as published, nothing is averaged"


def test_the_published_settings() -> None:
    rates = {network: (recipe.optimizer, recipe.learning_rate) for network, (_, recipe) in PUBLISHED.items()}
    assert rates == {
        "mask_rcnn": ("sgd", 5e-3), "med_sa": ("adam", 1e-4), "classifier": ("adam", 1e-3),
        "point_predictor": ("adam", 1e-3),
    }  # fmt: skip
    sgd = optimizer_of([{"params": [nn.Parameter(torch.ones(2, 2))]}], PUBLISHED["mask_rcnn"][1])
    assert isinstance(sgd, torch.optim.SGD) and sgd.defaults["momentum"] == 0.9
    assert [round(rate_factor(share, 0.0, "steps"), 6) for share in (0, 0.29, 0.3, 0.65, 0.95)] == [
        1, 1, 0.1, 0.01, 0.001,
    ]  # fmt: skip
    assert rate_factor(0.9, 0.1, "constant") == 1


def test_published_patches_have_the_sides_of_their_films(folder: Path, tmp_path: Path) -> None:
    phantom = simulate(9_000_001, "cervical", size=(240, 320), layout="full")
    nhanes, csxa = tmp_path / "nhanes", tmp_path / "csxa"
    write_spinefm(phantom, nhanes, ["C00001", "C00002"])
    write_csxa(phantom, csxa, ["1", "2"])
    fixed = [([nhanes], 600, 512), ([csxa], 300, 256)]
    free = [([folder], 0, 0), ([csxa, folder], 0, 0), ([tmp_path / "none"], 0, 0)]
    for folders, of_mask, of_class in (*fixed, *free):
        assert with_published_sides(PUBLISHED["med_sa"][0], folders).side_px == of_mask
        assert with_published_sides(PUBLISHED["classifier"][0], folders).side_px == of_class
        assert with_published_sides(PUBLISHED["mask_rcnn"][0], folders) == PUBLISHED["mask_rcnn"][0]
    assert (PUBLISHED["med_sa"][0].compat, PAPER["med_sa"][0].compat) == ("medsa", "sam")


def test_published_samples_are_films_as_they_are(films: FilmSet) -> None:
    """Two draws of one film's patch differ in place only: no grey value is changed."""
    patches = trainer("classifier", films).draw(np.random.default_rng(0), 4).patches
    assert patches.shape[1:] == (1, 32, 32)
    batch = trainer("point_predictor", films).draw(np.random.default_rng(0), 1)
    assert len(batch.known) == len(trainer("point_predictor", films).windows)
    assert float(batch.known.min()) > 0 and float(batch.following.max()) < 1
    whole = trainer("mask_rcnn", films).draw(np.random.default_rng(0), 2)
    assert {tuple(film.shape[1:]) for film in whole.films} == {film.shape for film in films.films}


def test_the_compact_bundle_keeps_its_own_recipes() -> None:
    assert sizes_and_recipe("med_sa", "compact", "default") is None
    with pytest.raises(TrainingError, match="add --bundle paper"):
        sizes_and_recipe("med_sa", "compact", "paper")
    with pytest.raises(TrainingError, match="has no unet"):
        sizes_and_recipe("unet", "paper", "default")
    assert sizes_and_recipe("med_sa", "paper", "default") == PAPER["med_sa"]


def test_public_weights_fit_but_for_the_heads() -> None:
    model = nn.ModuleDict({"body": nn.Linear(2, 2), "fc": nn.Linear(2, 4)})
    public = {"body.weight": torch.full((2, 2), 3.0), "body.bias": torch.ones(2), "fc.weight": torch.ones(9, 2)}
    load_but_heads(model, public, ("fc.",))
    assert torch.equal(model["body"].weight, public["body.weight"]) and model["fc"].weight.shape == (4, 2)
    with pytest.raises(TrainingError, match="such as body.bias"):
        load_but_heads(model, {name: v for name, v in public.items() if name != "body.bias"}, ("fc.",))


OLD_NAMES = (
    (r"(inner|layer)_blocks\.(\d)\.0\.", r"\1_blocks.\2."),
    (r"rpn\.head\.conv\.0\.0\.", "rpn.head.conv."),
    (r"mask_head\.(\d)\.0\.", lambda found: f"mask_head.mask_fcn{int(found[1]) + 1}."),
)
"""What the released Mask R-CNN's file still calls its tensors."""


def old_name(name: str) -> str:
    """The name of a tensor in the released file."""
    for pattern, replacement in OLD_NAMES:
        name = re.sub(pattern, replacement, name)
    return name


def test_the_detector_starts_from_torchvisions_release(monkeypatch: pytest.MonkeyPatch) -> None:
    public = maskrcnn_resnet50_fpn(weights=None, weights_backbone=None).state_dict()
    released = {old_name(name): value for name, value in public.items()}
    assert len(released.keys() - public.keys()) == 26
    monkeypatch.setattr(MaskRCNN_ResNet50_FPN_Weights, "get_state_dict", lambda *_, **__: released)
    model = build_mask_rcnn(MaskRCNNConfig.paper())
    start_pretrained(model)
    own = model.state_dict()
    assert not [name for name in own.keys() - public.keys() if "predictor" not in name]
    shared = {name: value for name, value in public.items() if name in own and "predictor" not in name}
    assert all(torch.equal(own[name], value) for name, value in shared.items())


def test_the_classifier_starts_from_torchvisions_release(monkeypatch: pytest.MonkeyPatch) -> None:
    public = resnet50(weights=None).state_dict()
    released = {name: value for name, value in public.items() if "num_batches" not in name}
    monkeypatch.setattr(ResNet50_Weights, "get_state_dict", lambda *_, **__: released)
    model = LevelClassifier(replace(PAPER["classifier"][0], depth="resnet50"))
    start_pretrained(model)
    assert torch.equal(model.state_dict()["layer4.2.conv3.weight"], public["layer4.2.conv3.weight"])


@pytest.mark.weights
@pytest.mark.parametrize("depth", [LITE, PAIR])
def test_the_compact_classifier_starts_from_the_public_features_of_the_bundle(
    depth: Literal["lite0", "resnet10+lite0"],
) -> None:
    model = build_classifier(LevelClassifierConfig(depth=depth))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    start_pretrained(model)
    shipped = load_bundle("compact", "cpu").view
    assert shipped is not None and not isinstance(model, LevelClassifier)
    encoder = model.lite.encoder if isinstance(model, PairClassifier) else model.encoder
    public = shipped.encoder.state_dict()
    assert all(torch.equal(encoder.state_dict()[name], value) for name, value in public.items())
    changed = {name for name, value in model.state_dict().items() if not torch.equal(value, before[name])}
    assert all(name.split("encoder.")[-1] in public for name in changed) and len(changed) > 100


@pytest.mark.parametrize("error", [OSError("no route"), RuntimeError("invalid hash value"), IncompleteRead(b"")])
def test_public_weights_that_cannot_be_had_are_one_sentence(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(ResNet50_Weights, "get_state_dict", fail)
    with pytest.raises(TrainingError, match="public weights to start from cannot be fetched .*--from-scratch"):
        start_pretrained(LevelClassifier(replace(PAPER["classifier"][0], depth="resnet50")))


def test_a_device_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="use auto"):
        Ranks.join("cuda:99")
    with pytest.raises(TrainingError, match='The bundle is "compact" or "paper"'):
        TrainSettings(data=(), out=tmp_path, steps=1, bundle="huge")


def test_batches_move_whole() -> None:
    batch = FilmBatch([torch.ones(1)], [{"boxes": torch.ones(2)}])
    moved = placed(batch, torch.device("meta"))
    assert moved.films[0].device.type == moved.targets[0]["boxes"].device.type == "meta"


@pytest.mark.parametrize(("device", "may_still_run"), [("cpu", False), ("meta", True)])
def test_the_host_waits_for_what_it_reads(device: str, may_still_run: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []

    def copied(tensor: torch.Tensor, *_: object, non_blocking: bool = False) -> torch.Tensor:
        asked.append(non_blocking)
        return tensor

    monkeypatch.setattr(torch.Tensor, "to", copied)
    placed([torch.ones(1)], torch.device(device))
    assert asked == [may_still_run]


def test_a_data_sets_parts_are_trained_and_validated_on(tmp_path: Path) -> None:
    phantom = simulate(9_000_001, "cervical", size=(240, 320), layout="full")
    write_spinefm(phantom, tmp_path, ["0000001", "0000002", "0000003"])
    (tmp_path / "data_split" / "val.txt").write_text("0000002")
    films, unseen = read_films(TrainSettings(data=(tmp_path,), out=tmp_path / "run", steps=1))
    assert (len(films), len(unseen)) == (2, 1)
    assert films.facts()["seeds"] == "none for 2 films of a data set"
    film = films.films[0]
    assert film.film.dtype == np.uint8 and list(film.centroids) == list(CERVICAL)
    for level in CERVICAL:
        assert np.array_equal(film.labels == level, phantom.labels == level)
    assert "Trained on films of a data set (point_predictor)" in card(
        {"point_predictor": about(films.facts())}, "paper"
    )


def test_phantoms_beside_a_data_set_are_held_out_too_and_the_card_names_both(folder: Path, tmp_path: Path) -> None:
    write_spinefm(simulate(9_000_001, "cervical", size=(240, 320), layout="full"), tmp_path, ["0000001", "0000002"])
    (tmp_path / "data_split" / "val.txt").write_text("0000002")
    phantoms = FilmSet.read([folder])
    with patch.object(runs, "HELD_OUT", 2):
        films, unseen = read_films(TrainSettings(data=(folder, tmp_path), out=tmp_path / "run", steps=1))
    assert films.seeds and unseen.seeds and not films.seeds & unseen.seeds
    assert films.seeds | unseen.seeds == phantoms.seeds
    assert [sum(film.seed < 0 for film in part.films) for part in (films, unseen)] == [1, 1]
    mixed = {"point_predictor": about(films.facts())}
    assert "1 films of a data set" in str(films.facts()["seeds"]) and "no patient" not in trained_on(mixed)
    later = about(phantoms.facts()) | {"history": ["resumed after 3 steps (0.1 h) on 2 films of a data set"]}
    assert "no patient" not in trained_on({"point_predictor": later})


def about(data: dict[str, object]) -> dict[str, object]:
    """Facts of a run on `data`."""
    recipe = {"learning_rate": 1, "weight_decay": 0, "average_decay": 0.9}
    return {
        "data": {"training": data, "validation": data}, "recipe": recipe, "steps": 1, "batch": 1, "hours": 1,
        "threads": 1, "seed": 0, "scores": {},
    }  # fmt: skip


def test_a_run_of_the_paper_bundle_is_exported_as_such(folder: Path, unseen_folder: Path, tmp_path: Path) -> None:
    settings = TrainSettings(
        data=(folder,), validation=(unseen_folder,), out=tmp_path / "run", steps=2, bundle="paper", recipe="paper"
    )
    assert runs.run("point_predictor", settings)
    facts = json.loads((tmp_path / "run" / "run.json").read_text())
    assert (facts["bundle"], facts["recipe"]["optimizer"], facts["device"]) == ("paper", "adam", "cpu")
    (tmp_path / "weights" / "paper").mkdir(parents=True)
    (tmp_path / "weights" / "paper" / "notes.md").write_text("## Scores\n\nA Dice of 0.9 with the weights before.")
    export_runs([tmp_path / "run"], tmp_path / "weights")
    entry = Manifest.read(tmp_path / "weights" / "manifest.json").bundle("paper").networks["point_predictor"]
    assert entry.config["frame"] == "absolute"
    text = (tmp_path / "weights" / "paper" / "README.md").read_text()
    assert "# Weights of SpineFM, paper bundle" in text
    assert "have not been scored yet" in text and "0.9 with" not in text


@pytest.mark.slow
def test_two_processes_train_one_network(folder: Path, unseen_folder: Path, tmp_path: Path) -> None:
    """Started with torchrun: one folder of files, and weights that both processes' films have moved."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2", "-m", "spinefm"]
    words = ["train", "point_predictor", "--data", folder, "--validation", unseen_folder, "--steps", "6"]
    subprocess.run([*command, *map(str, words), "--out", str(tmp_path / "two")], check=True, capture_output=True)
    facts = json.loads((tmp_path / "two" / "run.json").read_text())
    assert (facts["processes"], facts["steps"]) == (2, 6)
    resumed = [*map(str, words[:-1]), "9", "--resume", "--out", str(tmp_path / "two")]
    subprocess.run([*command, *resumed], check=True, capture_output=True)
    assert json.loads((tmp_path / "two" / "run.json").read_text())["steps"] == 9


def test_a_recipe_is_one_of_those_that_are_known() -> None:
    assert isinstance(optimizer_of([{"params": [nn.Parameter(torch.ones(1))]}], Recipe(1, 0.1)), torch.optim.AdamW)
