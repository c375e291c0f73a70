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
from spinefm.training.feed import generator_of
from spinefm.training.loop import Loop, rate_factor
from spinefm.training.ranks import Ranks
from spinefm.training.record import TrainingFolder
from spinefm.training.run import TRAINERS
from spinefm.training.scale import PAPER, PUBLISHED
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


def test_the_average_leaves_what_is_frozen_in_its_own_precision() -> None:
    frozen, trained = nn.Linear(2, 2).requires_grad_(False), nn.Linear(2, 2)
    model = nn.Sequential(frozen, trained)
    average = WeightAverage(model, decay=0.9)
    before = {name: value.clone() for name, value in average.model.state_dict().items()}
    frozen.to(torch.bfloat16)
    trained.weight.data += 1
    average.update(model)
    after = average.model.state_dict()
    assert torch.equal(after["0.weight"], before["0.weight"]) and after["0.weight"].dtype == torch.float32
    assert torch.allclose(after["1.weight"], before["1.weight"] + 0.9)


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


def test_a_run_takes_the_steps_that_are_written_out_here(tmp_path: Path) -> None:
    trainer, loop = Line(), Loop(Line(), settings_for(tmp_path, steps=6))
    plain = Loop(Line(), settings_for(tmp_path / "plain", steps=6))
    plain.model.load_state_dict(loop.model.state_dict())
    loop.run()
    for step in range(6):
        batch = trainer.draw(generator_of(0, step), 8)
        torch.manual_seed(step)
        plain.optimizer.param_groups[0]["lr"] = plain.optimizer.param_groups[1]["lr"] = 0.05 * rate_factor(
            step / 6, 0.03
        )
        plain.model.train()
        trainer.losses(plain.model, batch)["squared_error"].backward()
        nn.utils.clip_grad_norm_(plain.model.parameters(), 1.0)
        plain.optimizer.step()
        plain.optimizer.zero_grad()
    for name, value in plain.model.state_dict().items():
        assert torch.equal(value, loop.model.state_dict()[name]), name


def test_the_log_says_the_pace_and_how_long_the_device_waited(tmp_path: Path) -> None:
    loop = Loop(Line(), settings_for(tmp_path, steps=40, batch=4))
    loop.run()
    lines = [json.loads(line) for line in loop.folder.lines.read_text().splitlines() if '"rate"' in line]
    assert [line["step"] for line in lines] == [20, 40]
    for line in lines:
        assert line["samples_per_second"] == pytest.approx(4 * line["steps_per_second"], rel=1e-3)
        assert line["steps_per_second"] > 0 and 0 <= line["waiting"] <= 1


def test_the_bar_says_the_pace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Loop(Line(), settings_for(tmp_path, steps=20)).run()
    shown = capsys.readouterr().err
    assert all(word in shown for word in ("steps/s=", "samples/s=", "waiting="))


def test_losses_are_read_only_for_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    really = torch.Tensor.__float__

    def noted(self: Tensor) -> float:
        read.append(1)
        return really(self)

    monkeypatch.setattr(torch.Tensor, "__float__", noted)
    monkeypatch.setattr("spinefm.training.loop.LOG_EVERY", 5)
    Loop(Line(), settings_for(tmp_path, steps=10)).run()
    assert len(read) == 2 * len(("loss", "squared_error"))


def test_a_resumed_run_keeps_its_batch_and_rate(tmp_path: Path) -> None:
    Loop(Line(), settings_for(tmp_path, batch=3, learning_rate=0.001)).run()
    again = Loop(Line(), settings_for(tmp_path, steps=20, resume=True))
    assert (again.recipe.batch, again.recipe.learning_rate) == (3, 0.001)
    other = Loop(Line(), settings_for(tmp_path, steps=20, resume=True, batch=5, learning_rate=0.002))
    assert (other.recipe.batch, other.recipe.learning_rate) == (5, 0.002)


def test_a_checkpoint_of_an_earlier_version_has_the_recipes_batch(tmp_path: Path) -> None:
    Loop(Line(), settings_for(tmp_path)).run()
    state = torch.load(tmp_path / "checkpoint.pt", weights_only=True)
    torch.save({key: value for key, value in state.items() if key not in ("batch", "learning_rate")}, tmp_path / "c")
    (tmp_path / "c").rename(tmp_path / "checkpoint.pt")
    again = Loop(Line(), settings_for(tmp_path, steps=20, resume=True))
    assert again.recipe == Line.recipe


CPU, GPU = torch.device("cpu"), torch.device("cuda")


def test_a_processor_takes_the_recipe_as_it_is() -> None:
    recipe = Recipe(batch=16, learning_rate=1e-3, gpu_batch=64)
    assert recipe.on(CPU, None, None) == recipe
    assert Recipe(batch=16, learning_rate=1e-3).on(GPU, None, None) == Recipe(batch=16, learning_rate=1e-3)


def test_a_gpu_takes_more_samples_a_step_and_the_rate_grows_by_the_root() -> None:
    recipe = Recipe(batch=16, learning_rate=1e-3, gpu_batch=64).on(GPU, None, None)
    assert recipe.batch == 64 and recipe.learning_rate == pytest.approx(2e-3)


@pytest.mark.parametrize("device", [CPU, GPU])
def test_a_batch_and_a_rate_that_are_given_count_as_they_are(device: torch.device) -> None:
    recipe = Recipe(batch=16, learning_rate=1e-3, gpu_batch=64)
    given = recipe.on(device, 32, None)
    assert (given.batch, given.learning_rate) == (32, 1e-3)
    assert recipe.on(device, None, 5e-4).learning_rate == 5e-4


@pytest.mark.parametrize(
    ("device", "cores", "count", "asked", "workers"),
    [
        (CPU, 16, 1, None, 0), (GPU, 16, 1, None, 15), (GPU, 16, 4, None, 3), (GPU, 1, 1, None, 1),
        (CPU, 2, 1, 2, 2), (GPU, 16, 1, 0, 0),
    ],
)  # fmt: skip
def test_a_gpu_has_as_many_workers_as_the_machine_can_give(
    device: torch.device, cores: int, count: int, asked: int | None, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spinefm.training.ranks.allowed_cores", lambda: cores)
    assert Ranks(0, count, device).workers(asked) == workers


@pytest.mark.parametrize("network", list(TRAINERS))
def test_published_runs_keep_their_batch_on_a_gpu(network: str) -> None:
    for table in (PUBLISHED, PAPER):
        if network in table:
            recipe = table[network][1]
            assert not (recipe.published and recipe.gpu_batch)
