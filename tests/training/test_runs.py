"""From the command line to shipped weights."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest
import torch

from spinefm.bundles import Manifest
from spinefm.training import TrainingError, TrainSettings, train
from spinefm.training.command import NETWORKS, add_train_arguments, run_train
from spinefm.training.export import export_runs, load_run, main
from spinefm.training.run import TRAINERS


def arguments(*words: object) -> argparse.Namespace:
    """The parsed arguments of `train`."""
    parser = argparse.ArgumentParser()
    add_train_arguments(parser)
    return parser.parse_args([str(word) for word in words])


@pytest.fixture(scope="module")
def run(folder: Path, unseen_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the smallest network."""
    out = tmp_path_factory.mktemp("runs") / "points"
    words = ("point_predictor", "--data", folder, "--validation", unseen_folder, "--out", out, "--steps", 30)
    assert run_train(arguments(*words)) == 0
    return out


def test_a_run_from_the_command_line_leaves_its_files(run: Path) -> None:
    assert {path.name for path in run.iterdir()} == {"checkpoint.pt", "weights.safetensors", "log.jsonl", "run.json"}
    facts = json.loads((run / "run.json").read_text())
    assert facts["data"]["training"]["films"] == 8 and facts["data"]["validation"]["first_seed"] == 100


def test_a_run_becomes_a_bundle_with_a_card(run: Path, tmp_path: Path) -> None:
    export_runs([run], tmp_path)
    entry = Manifest.read(tmp_path / "manifest.json").bundle("compact").networks["point_predictor"]
    assert (tmp_path / entry.file).stat().st_size == entry.bytes and entry.config["hidden"] == 50
    text = (tmp_path / "README.md").read_text()
    assert "## point_predictor" in text and "seeds 0 to 7" in text and "rms_spacings" in text and "Apache-2.0" in text
    export_runs([run], tmp_path)
    assert text == (tmp_path / "README.md").read_text()


def test_the_exported_network_is_the_averaged_one(run: Path) -> None:
    name, model, _ = load_run(run)
    checkpoint = torch.load(run / "checkpoint.pt", weights_only=True)
    assert name == "point_predictor" and torch.equal(
        model.state_dict()["fc1.weight"], checkpoint["average"]["fc1.weight"]
    )


def test_exporting_nothing_is_refused_with_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path / "none"), "--out", str(tmp_path)]) == 1
    assert "holds no validated run" in capsys.readouterr().err


def test_every_network_of_the_command_line_has_a_trainer() -> None:
    assert set(NETWORKS) == set(TRAINERS)


def test_phantoms_in_both_sets_are_refused(folder: Path, tmp_path: Path) -> None:
    settings = TrainSettings(data=(folder,), validation=(folder,), out=tmp_path / "run", steps=1)
    with pytest.raises(TrainingError, match="both training and validation"):
        train("point_predictor", settings)


def test_an_unknown_network_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no network oracle"):
        train("oracle", TrainSettings(data=(folder,), out=tmp_path / "run", steps=1))


def test_a_refused_run_exits_with_1_and_a_sentence(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("med_sa", "--data", tmp_path / "nowhere", "--out", tmp_path / "run", "--steps", 1)
    assert run_train(arguments(*words)) == 1
    assert "no labelled films" in capsys.readouterr().err
