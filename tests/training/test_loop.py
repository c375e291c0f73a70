"""The shared loop: budgets, learning rate, average, checkpoints and resuming."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from spinefm.training.average import WeightAverage
from spinefm.training.errors import TrainingError
from spinefm.training.loop import Loop, rate_factor
from spinefm.training.record import TrainingFolder
from spinefm.training.settings import Recipe, TrainSettings


@dataclass(frozen=True)
class LineConfig:
    """The stand-in network's configuration."""

    width: int = 3


class Line:
    """A trainer of one linear layer with BatchNorm and dropout; `stop_at` breaks it off before that step."""

    network = "line"
    recipe = Recipe(batch=8, learning_rate=0.05, channels_last=False)
    config = LineConfig()

    def __init__(self, stop_at: int | None = None) -> None:
        self.stop_at, self.drawn = stop_at, 0

    def build(self) -> nn.Module:
        return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.2), nn.Linear(4, 1))

    def draw(self, rng: np.random.Generator, count: int) -> Tensor:
        if self.drawn == self.stop_at:
            raise KeyboardInterrupt
        self.drawn += 1
        return torch.from_numpy(rng.standard_normal((count, 3), dtype=np.float32))

    def losses(self, model: nn.Module, batch: Tensor) -> dict[str, Tensor]:
        return {"squared_error": (model(batch)[:, 0] - batch.sum(dim=1)).square().mean()}

    def validate(self, model: nn.Module, thorough: bool) -> dict[str, float]:
        assert not model.training
        batch = torch.from_numpy(np.random.default_rng(1).standard_normal((64, 3), dtype=np.float32))
        return {"error": self.losses(model, batch)["squared_error"].item()}

    def facts(self) -> dict[str, object]:
        return {"films": 0}


def settings_for(out: Path, **changes: object) -> TrainSettings:
    """Ten steps."""
    return dataclasses.replace(TrainSettings(data=(), out=out, steps=10), **changes)


def test_an_interrupted_run_goes_on_as_if_nothing_had_happened(tmp_path: Path) -> None:
    whole = Loop(Line(), settings_for(tmp_path / "whole"))
    whole.run()
    first = Loop(Line(stop_at=6), settings_for(tmp_path / "parts", checkpoint_minutes=0.0))
    with pytest.raises(KeyboardInterrupt):
        first.run()
    second = Loop(Line(), settings_for(tmp_path / "parts", resume=True))
    assert second.step == 6
    second.run()
    for kept, new in ((whole.model, second.model), (whole.average.model, second.average.model)):
        for name, value in kept.state_dict().items():
            assert torch.equal(value, new.state_dict()[name]), name


def test_the_seed_changes_the_run_and_the_same_seed_does_not(tmp_path: Path) -> None:
    scores = [
        Loop(Line(), settings_for(tmp_path / str(number), seed=seed)).run() for number, seed in enumerate((0, 0, 1))
    ]
    assert scores[0] == scores[1] != scores[2]


def test_the_loss_goes_down(tmp_path: Path) -> None:
    untrained = Loop(Line(), settings_for(tmp_path / "one", steps=1)).run()
    trained = Loop(Line(), settings_for(tmp_path / "many", steps=150)).run()
    assert trained["error"] < 0.3 * untrained["error"]


def test_the_learning_rate_rises_then_falls_to_zero() -> None:
    factors = [rate_factor(share, 0.1) for share in np.linspace(0, 1, 101)]
    assert factors[0] == 0 and factors[-1] == pytest.approx(0, abs=1e-12)
    assert max(factors) == pytest.approx(1) and factors.index(max(factors)) == 10
    assert all(a <= b for a, b in zip(factors[:10], factors[1:11], strict=True))
    assert all(a >= b for a, b in zip(factors[10:-1], factors[11:], strict=True))


def test_a_budget_of_minutes_ends_annealed_and_in_time(tmp_path: Path) -> None:
    ticks = iter(range(10_000))
    trainer = Line()
    loop = Loop(trainer, settings_for(tmp_path, steps=None, minutes=1.0), clock=lambda: float(next(ticks)))
    loop.run()
    assert 50 <= trainer.drawn <= 60
    assert loop.optimizer.param_groups[0]["lr"] < 0.01 * trainer.recipe.learning_rate


def test_a_given_learning_rate_stands_in_for_the_recipes_and_is_on_the_card(tmp_path: Path) -> None:
    loop = Loop(Line(), settings_for(tmp_path, steps=41, learning_rate=0.002))
    loop.run()
    rates = [json.loads(line)["rate"] for line in loop.folder.lines.read_text().splitlines() if "rate" in line]
    assert max(rates) <= 0.002
    assert json.loads((tmp_path / "run.json").read_text())["recipe"]["learning_rate"] == 0.002
    with pytest.raises(TrainingError, match="between 0 and 1"):
        settings_for(tmp_path, learning_rate=-1.0)


def test_the_average_forgets_its_start_and_copies_running_statistics() -> None:
    model = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    average = WeightAverage(model, decay=0.9)
    for parameter in model.parameters():
        parameter.data.fill_(5.0)
    model(torch.randn(16, 2))
    average.update(model)
    expected = 0.9 * 5.0 + 0.1 * 1.0  # first decay is 1 / 10; a BatchNorm weight starts at 1
    assert torch.allclose(average.model.state_dict()["1.weight"], torch.full((2,), expected))
    for _ in range(300):
        average.update(model)
    for kept, new in zip(average.model.state_dict().values(), model.state_dict().values(), strict=True):
        assert torch.allclose(kept.float(), new.float(), atol=1e-4)


def test_a_run_writes_weights_and_facts(tmp_path: Path) -> None:
    Loop(Line(), settings_for(tmp_path)).run()
    facts = json.loads((tmp_path / "run.json").read_text())
    assert (facts["network"], facts["steps"], facts["config"]) == ("line", 10, {"width": 3})
    assert (tmp_path / "weights.safetensors").exists() and "error" in facts["scores"]


def test_an_earlier_run_is_not_overwritten(tmp_path: Path) -> None:
    Loop(Line(), settings_for(tmp_path)).run()
    with pytest.raises(TrainingError, match="already contains a run"):
        Loop(Line(), settings_for(tmp_path))


def test_resuming_asks_for_the_same_seed(tmp_path: Path) -> None:
    Loop(Line(), settings_for(tmp_path)).run()
    with pytest.raises(TrainingError, match="seed 0"):
        Loop(Line(), settings_for(tmp_path, seed=3, resume=True))


def test_a_new_run_starts_a_new_log(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text('{"step": 999}\n')
    Loop(Line(), settings_for(tmp_path)).run()
    assert "999" not in (tmp_path / "log.jsonl").read_text()


def test_weights_without_a_checkpoint_are_not_overwritten(tmp_path: Path) -> None:
    Loop(Line(), settings_for(tmp_path)).run()
    (tmp_path / "checkpoint.pt").unlink()
    before = (tmp_path / "log.jsonl").read_text()
    with pytest.raises(TrainingError, match="contains weights but no checkpoint"):
        Loop(Line(), settings_for(tmp_path))
    assert (tmp_path / "log.jsonl").read_text() == before


def test_nothing_to_resume_is_said(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no checkpoint"):
        Loop(Line(), settings_for(tmp_path, resume=True))


class Overflowing(Line):
    """A loss that is never finite."""

    def losses(self, model: nn.Module, batch: Tensor) -> dict[str, Tensor]:
        return {"loss": super().losses(model, batch)["squared_error"] * float("inf")}


def test_overflow_leaves_the_weights_alone_and_then_ends_the_run(tmp_path: Path) -> None:
    loop = Loop(Overflowing(), settings_for(tmp_path, steps=100))
    before = loop.model.state_dict()["0.weight"].clone()
    with pytest.raises(TrainingError, match="lower the learning rate"):
        loop.run()
    assert torch.equal(before, loop.model.state_dict()["0.weight"])


@pytest.mark.parametrize("changes", [{"steps": None}, {"minutes": 1.0}, {"steps": 0}, {"batch": 0}])
def test_a_senseless_budget_is_refused(tmp_path: Path, changes: dict[str, object]) -> None:
    with pytest.raises(TrainingError):
        settings_for(tmp_path, **changes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"steps": None, "minutes": float("nan")}, "above zero"),
        ({"steps": None, "minutes": float("inf")}, "above zero"),
        ({"seed": -1}, "from 0 up"),
    ],
)
def test_numbers_with_which_there_is_no_run_are_refused(tmp_path: Path, changes: dict[str, object], words: str) -> None:
    with pytest.raises(TrainingError, match=words):
        settings_for(tmp_path, **changes)


def test_a_damaged_checkpoint_and_a_folder_that_cannot_be_made_are_sentences(tmp_path: Path) -> None:
    (tmp_path / "checkpoint.pt").write_bytes(b"no checkpoint")
    with pytest.raises(TrainingError, match="is damaged; remove it"):
        TrainingFolder.open(tmp_path, resume=True).load_checkpoint()
    (tmp_path / "file").write_text("")
    with pytest.raises(TrainingError, match="cannot be created"):
        TrainingFolder.open(tmp_path / "file" / "run", resume=False)
