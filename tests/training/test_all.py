"""All networks from one command: each in a folder of its own, on the same films, resumable."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from spinefm.training import run
from spinefm.training.settings import TrainSettings


def test_all_networks_are_trained_in_turn_and_again_from_their_checkpoints(
    folder: Path, unseen_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "BUDGETS", {"point_predictor": 0.5, "instance_net": 0.5})
    settings = TrainSettings(data=(folder,), validation=(unseen_folder,), out=tmp_path, steps=1, batch=2)
    scores = run.run_all(settings)
    assert list(scores) == ["point_predictor", "instance_net"] and all(scores.values())
    assert all((tmp_path / name / "weights.safetensors").exists() for name in scores)
    again = run.run_all(replace(settings, steps=2, resume=True))
    assert set(again) == set(scores)


def test_every_network_has_a_share_of_the_budget_and_all_is_one() -> None:
    assert set(run.BUDGETS) == set(run.TRAINERS)
    assert sum(run.BUDGETS.values()) == pytest.approx(1.0)
