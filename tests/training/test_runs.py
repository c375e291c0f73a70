"""From the command line to shipped weights."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from spinefm.cli.app import main as spinefm
from spinefm.cli.train import NETWORKS
from spinefm.training import TrainingError, TrainSettings, train
from spinefm.training.errors import RunFailed
from spinefm.training.export import HALFWAY, card, export_runs, history, load_run, read_facts, write_card
from spinefm.training.films import FilmSet
from spinefm.training.run import TRAINERS
from spinefm.weights.load import load_bundle
from spinefm.weights.manifest import Manifest


def run_train(*words: object) -> int:
    """Run `spinefm train` in this process."""
    return spinefm(["train", *map(str, words)])


@pytest.fixture(scope="module")
def run(folder: Path, unseen_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the smallest network."""
    out = tmp_path_factory.mktemp("runs") / "points"
    words = ("point_predictor", "--data", folder, "--validation", unseen_folder, "--out", out, "--steps", 30)
    assert run_train(*words) == 0
    return out


def test_a_run_from_the_command_line_leaves_its_files(run: Path) -> None:
    assert {path.name for path in run.iterdir()} == {"checkpoint.pt", "weights.safetensors", "log.jsonl", "run.json"}
    facts = json.loads((run / "run.json").read_text())
    assert facts["data"]["training"]["films"] == 8 and facts["data"]["validation"]["seeds"] == "100-103"


def test_a_run_becomes_a_bundle_with_a_card(run: Path, tmp_path: Path) -> None:
    export_runs([run], tmp_path)
    entry = Manifest.read(tmp_path / "manifest.json").bundle("compact").networks["point_predictor"]
    assert (tmp_path / entry.file).stat().st_size == entry.bytes and entry.config["hidden"] == 50
    text = (tmp_path / "README.md").read_text()
    assert text.startswith("---\nlicense: apache-2.0\n")
    assert "**point_predictor**: 8 films with " in text and "seeds 0-7; 30 steps" in text and "rms_spacings" in text
    export_runs([run], tmp_path)
    assert text == (tmp_path / "README.md").read_text()


def test_the_exported_network_is_the_averaged_one(run: Path) -> None:
    name, model, _ = load_run(run)
    checkpoint = torch.load(run / "checkpoint.pt", weights_only=True)
    assert name == "point_predictor" and torch.equal(
        model.state_dict()["fc1.weight"], checkpoint["average"]["fc1.weight"]
    )


def export(*words: object) -> int:
    """Run `spinefm weights export` in this process."""
    return spinefm(["weights", "export", *map(str, words)])


def test_the_command_exports_and_says_the_scores(run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert export(run, "--weights", tmp_path) == 0
    assert capsys.readouterr().out.startswith('point_predictor {"rms_spacings"')
    assert "point_predictor" in Manifest.read(tmp_path / "manifest.json").bundle("compact").networks


def test_the_command_refuses_what_it_cannot_export_with_a_sentence(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export(tmp_path / "none", "--weights", tmp_path) == 1
    assert "contains no validated run" in capsys.readouterr().err
    assert export(run, "--weights", tmp_path, "--halfway", "med_sa", "point_predictor") == 1
    assert "without --halfway" in capsys.readouterr().err


def test_the_card_tells_of_earlier_parts_and_of_older_runs() -> None:
    old = {"films": 1500, "bodies": 9000, "first_seed": 0, "last_seed": 1499}
    facts = {
        "data": {"training": {"films": 8, "bodies": 36, "seeds": "0-7"}, "validation": old},
        "history": ["resumed after 700 steps (0.5 h) on films of an earlier simulator", "resumed a second time"],
        "steps": 1, "batch": 1, "hours": 1, "threads": 1, "seed": 0, "scores": {},
        "recipe": {"learning_rate": 1, "weight_decay": 0, "average_decay": 0.9},
    }  # fmt: skip
    text, earlier = card({"med_sa": facts}), history({"med_sa": facts})
    assert "**med_sa**: 8 films with 36 bodies, seeds 0-7; 1 steps" in text
    assert "| 1500 films with 9000 bodies, seeds between 0 and 1499 |" in text
    assert earlier.count("\n- resumed") == 2 and "an earlier simulator\n" in earlier
    assert "## med_sa" not in history({"med_sa": {**facts, "history": []}})


def test_the_repositorys_card_is_the_one_that_export_writes(tmp_path: Path) -> None:
    weights = Path(__file__).parents[2] / "weights"
    shutil.copytree(weights / "compact", tmp_path / "compact", ignore=shutil.ignore_patterns("*.safetensors"))
    write_card(read_facts(weights), tmp_path)
    for name in ("README.md", "compact/history.md"):
        assert (tmp_path / name).read_text() == (weights / name).read_text(), f"write {name} with write_card"


def test_a_resumed_run_tells_what_came_before(folder: Path, unseen_folder: Path, tmp_path: Path) -> None:
    words = ("point_predictor", "--data", unseen_folder, "--validation", folder, "--out", tmp_path, "--steps")
    assert run_train(*words, 4) == 0
    other = ("point_predictor", "--data", folder, "--validation", unseen_folder, "--out", tmp_path, "--steps")
    for steps in (6, 8):
        assert run_train(*other, steps, "--resume") == 0
    facts = json.loads((tmp_path / "run.json").read_text())
    assert facts["steps"] == 8 and facts["data"]["training"]["seeds"] == "0-7"
    assert [part.split(" (")[0] for part in facts["history"]] == ["resumed after 4 steps", "resumed after 6 steps"]
    assert facts["history"][0].endswith("seeds 100-103") and facts["history"][1].endswith("seeds 0-7")


def test_a_run_that_fails_on_the_way_exits_with_1(
    folder: Path,
    unseen_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("spinefm.training.train_med_sa.LEAST_VISIBLE", 1.1)
    words = ("med_sa", "--data", folder, "--validation", unseen_folder, "--out", tmp_path / "run", "--steps", 1)
    assert run_train(*words) == 1
    assert "hardly in view; add films" in capsys.readouterr().err


@pytest.mark.parametrize("network", ["med_sa", "classifier"])
def test_films_that_give_no_sample_end_a_run_and_do_not_hang_it(
    network: str, films: FilmSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("train_med_sa", "train_classifier"):
        monkeypatch.setattr(f"spinefm.training.{module}.LEAST_VISIBLE", 1.1)
    monkeypatch.setattr("spinefm.training.train_classifier.draw_background", lambda *_: None)
    with pytest.raises(RunFailed, match="1000 .* in a row"):
        TRAINERS[network](films, films).draw(np.random.default_rng(0), 1)


def test_every_network_of_the_command_line_has_a_trainer() -> None:
    assert set(NETWORKS) == set(TRAINERS)


def test_phantoms_in_both_sets_are_refused(folder: Path, tmp_path: Path) -> None:
    settings = TrainSettings(data=(folder,), validation=(folder,), out=tmp_path / "run", steps=1)
    with pytest.raises(TrainingError, match="both training and validation"):
        train("point_predictor", settings)


def test_an_unknown_network_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no network oracle"):
        train("oracle", TrainSettings(data=(folder,), out=tmp_path / "run", steps=1))


def test_a_refused_run_exits_with_2_and_a_sentence(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("med_sa", "--data", tmp_path / "nowhere", "--out", tmp_path / "run", "--steps", 1)
    assert run_train(*words) == 2
    assert "no labelled films" in capsys.readouterr().err


@pytest.mark.weights
def test_halfway_is_the_mean_of_the_run_and_the_bundle(run: Path, tmp_path: Path) -> None:
    weights = tmp_path / "weights"
    shutil.copytree(Path(__file__).parents[2] / "weights", weights)
    before = load_bundle("compact", "cpu").point_predictor.state_dict()
    facts = export_runs([run], weights, ["point_predictor"])
    written = Manifest.read(weights / "manifest.json")
    after = load_bundle("compact", "cpu", manifest=written).point_predictor.state_dict()
    trained = load_run(run)[1].state_dict()
    for name, value in after.items():
        assert torch.allclose(value, (before[name] + trained[name]) / 2, atol=2e-3), name
    assert (
        HALFWAY in (weights / "compact" / "history.md").read_text()
        and facts["point_predictor"]["history"][-1] == HALFWAY
    )


def test_halfway_needs_the_network_in_both(run: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="without --halfway"):
        export_runs([run], tmp_path, ["point_predictor"])
