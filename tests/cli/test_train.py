"""`spinefm train`: its options; what a run leaves is in tests/training/test_runs.py."""

from __future__ import annotations

from pathlib import Path

import pytest

import spinefm.training
from spinefm.cli.app import main
from spinefm.cli.train import NETWORKS
from spinefm.networks import registry
from spinefm.training import TrainSettings


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[TrainSettings]:
    """The settings that training is called with; nothing is trained."""
    calls: list[TrainSettings] = []

    def train(network: str, settings: TrainSettings) -> dict[str, float]:
        calls.append(settings)
        return {"dice": 0.5}

    monkeypatch.setattr(spinefm.training, "train", train)
    return calls


@pytest.mark.parametrize(
    "words", ["--data a b --validation c", "--data a --data b --validation c", "--data=a --data b --validation=c"]
)
def test_folders_are_given_at_once_or_one_by_one(asked: list[TrainSettings], words: str) -> None:
    assert main(["train", "unet", *words.split(), "--out", "run", "--steps", "1"]) == 0
    assert (asked[0].data, asked[0].validation, asked[0].out) == ((Path("a"), Path("b")), (Path("c"),), Path("run"))


def test_options_left_out_are_the_settings_defaults(asked: list[TrainSettings]) -> None:
    assert main(["train", "unet", "--data", "a", "--out", "run", "--minutes", "3"]) == 0
    assert asked == [TrainSettings(data=(Path("a"),), out=Path("run"), minutes=3.0)]


def test_every_option_reaches_the_settings(asked: list[TrainSettings]) -> None:
    words = "--steps 5 --batch 2 --learning-rate 0.01 --seed 3 --threads 2 --bundle paper --recipe paper --device cuda"
    assert main(f"train med_sa --data a --out run {words} --from-scratch --start compact".split()) == 0
    assert asked == [
        TrainSettings(
            data=(Path("a"),), out=Path("run"), steps=5, batch=2, learning_rate=0.01, seed=3, threads=2,
            bundle="paper", recipe="paper", device="cuda", pretrained=False, start="compact",
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("oracle --data a --out run --steps 1", "oracle"),
        ("unet --data a --out run", "either minutes or steps"),
        ("unet --data a --out run --steps 1 --minutes 1", "either minutes or steps"),
        ("unet --out run --steps 1", "--data"),
    ],
)
def test_wrong_calls_are_refused(
    asked: list[TrainSettings], capsys: pytest.CaptureFixture[str], words: str, sentence: str
) -> None:
    assert main(["train", *words.split()]) == 2
    assert sentence in capsys.readouterr().err
    assert not asked


def test_every_network_can_be_trained() -> None:
    assert set(NETWORKS) == set(registry.NETWORKS)
