"""The one training loop that every network shares."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn
from tqdm import tqdm

from spinefm.core.machine import computes_bfloat16
from spinefm.training.average import WeightAverage
from spinefm.training.errors import RunFailed, TrainingError
from spinefm.training.feed import DeviceFeed, StepPace, feed, generator_of
from spinefm.training.ranks import Ranks, lower_frozen, precise
from spinefm.training.record import TrainingFolder
from spinefm.training.scale import optimizer_of, start_pretrained
from spinefm.training.settings import Recipe, TrainSettings
from spinefm.training.start import start_from_bundle

LOG_EVERY = 20
"""Steps between two lines of the log."""

MOST_SKIPPED = 20
"""Steps with an overflowing gradient after which a run is given up: one now and then is bf16, more is divergence."""


class Trainer(Protocol):
    """What a network brings to the loop."""

    @property
    def network(self) -> str:
        """The network's name on the command line."""
        ...

    @property
    def recipe(self) -> Recipe:
        """How it is optimised."""
        ...

    @property
    def config(self) -> Any:
        """The network's configuration, a dataclass."""
        ...

    def build(self) -> nn.Module:
        """The untrained network."""
        ...

    def draw(self, rng: np.random.Generator, count: int) -> Any:
        """One batch of `count` samples, as the loss wants it."""
        ...

    def losses(self, model: nn.Module, batch: Any) -> dict[str, Tensor]:
        """The parts of the loss, each a scalar; their sum is minimised."""
        ...

    def validate(self, model: nn.Module, thorough: bool) -> dict[str, float]:
        """Scores on unseen films, more of them when `thorough`; `model` is in evaluation mode."""
        ...

    def facts(self) -> dict[str, object]:
        """What the network is trained on, for its card."""
        ...


class Losses(nn.Module):
    """A network with its trainer's loss as one module: what several GPUs average the gradients of."""

    def __init__(self, trainer: Trainer, model: nn.Module) -> None:
        super().__init__()
        self.trainer, self.model = trainer, model

    def forward(self, batch: Any) -> dict[str, Tensor]:
        """The parts of the loss, each a scalar."""
        return self.trainer.losses(self.model, batch)


def rate_factor(share: float, warm_up: float, schedule: str = "cosine") -> float:
    """The share of the full learning rate once `share` of the budget is used: linear up, then a cosine to 0.

    The published schedules: "constant", and "steps", a tenth after every 30 % of the budget.
    """
    if schedule == "constant":
        return 1.0
    if schedule == "steps":
        return 0.1 ** int(share / 0.3 + 1e-9)
    if share < warm_up:
        return share / warm_up
    return 0.5 * (1.0 + math.cos(math.pi * (share - warm_up) / (1.0 - warm_up)))


class Loop:
    """One run: steps, average, checkpoints, validation. All chance in a step follows from the seed and its number."""

    def __init__(self, trainer: Trainer, settings: TrainSettings, clock: Callable[[], float] = time.monotonic) -> None:
        """Build the network, or restore it where `settings.resume` asks for that."""
        torch.set_num_threads(settings.threads)
        torch.manual_seed(settings.seed)
        self.trainer, self.settings = trainer, settings
        self.ranks = Ranks.join(settings.device)
        self.recipe = trainer.recipe.on(self.ranks.device, settings.batch, settings.learning_rate)
        self.folder = (
            TrainingFolder.open(settings.out, settings.resume) if self.ranks.first else TrainingFolder(settings.out)
        )
        self.model = trainer.build().to(self.ranks.device)
        if settings.starts_public(trainer.network):
            start_pretrained(self.model)
        begins = bool(settings.start) and not settings.resume
        self.history = start_from_bundle(self.model, trainer.network, settings.start) if begins else ()
        if self.recipe.channels_last:
            self.model = self.model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.average = WeightAverage(self.model, self.recipe.average_decay)
        if self.recipe.bf16 and self.ranks.device.type == "cuda":
            lower_frozen(self.model)  # the average, which is what is exported, keeps all digits
        self.optimizer = optimizer_of(_groups(self.model, self.recipe), self.recipe)
        self.step, self.skipped, self.seconds = 0, 0, 0.0
        self.scores: dict[str, float] = {}
        if settings.resume:
            self._restore()
        self.losses = self.ranks.together(Losses(trainer, self.model))
        self._clock, self._started = clock, clock() - self.seconds

    def run(self) -> dict[str, float]:
        """Train until the budget is used; returns the scores of the last validation."""
        saved = validated = self._tick()
        workers = self.ranks.workers(self.settings.workers)
        batches = feed(self._draw, self.step, workers, pinned=self.ranks.device.type == "cuda")
        fed, pace = DeviceFeed(batches, self.ranks.device), StepPace(self.recipe.batch * self.ranks.count)
        with tqdm(total=100, unit="%", desc=self.trainer.network, bar_format=_BAR) as bar:
            while self.ranks.agreed(self._share()) < 1.0:
                with pace.step(fed):
                    parts = self._one_step(fed)
                now = self._tick()
                self._show(bar, parts, pace)
                if now - saved > 60 * self.settings.checkpoint_minutes:
                    saved = now
                    self.save()
                if now - validated > 60 * self.settings.validate_minutes:
                    self.validate(thorough=False)
                    validated = self._tick()
        self.validate(thorough=True)
        self.save()
        return self.scores

    def validate(self, thorough: bool) -> None:
        """Score the averaged weights, log the scores, and write weights and facts; the first process alone."""
        if not self.ranks.first:
            return
        with torch.no_grad():
            self.scores = self.trainer.validate(self.average.model, thorough)
        self.folder.log(step=self.step, seconds=round(self._tick(), 1), **self.scores)
        self.folder.save_weights(self.average.model, self._facts())

    def save(self) -> None:
        """Write the checkpoint; the first process alone."""
        if not self.ranks.first:
            return
        self.folder.save_checkpoint(
            {
                "model": self.model.state_dict(),
                "average": self.average.state(),
                "optimizer": self.optimizer.state_dict(),
                "step": self.step,
                "seconds": self._tick(),
                "seed": self.settings.seed,
                "network": self.trainer.network,
                "batch": self.recipe.batch,
                "learning_rate": self.recipe.learning_rate,
                "start": self.settings.start,
                "keeps": bool(self.settings.keep),
            }
        )

    def _draw(self, step: int) -> Any:
        """The batch of a step, on the CPU."""
        rng = generator_of(*self.ranks.seed(self.settings.seed, step))
        return self.trainer.draw(rng, self.recipe.batch)

    def _one_step(self, fed: DeviceFeed) -> dict[str, Tensor | float]:
        """Take one optimiser step on the next batch; returns the loss and its parts, still on the device, and the rate.

        The check of the gradient is the one place where the processor waits for a GPU; by then the next batch is on its
        way.
        """
        batch = fed.take()
        torch.manual_seed(self.settings.seed * 1_000_003 + self.step)  # a prime: runs of other seeds share no step
        rate = self.recipe.learning_rate * rate_factor(self._share(), self.recipe.warm_up, self.recipe.schedule)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.model.train()
        with precise(self.model, self.recipe.bf16):
            parts = self.losses(batch)
        total = torch.stack([part.float() for part in parts.values()]).sum()  # ()
        self.optimizer.zero_grad(set_to_none=True)
        total.backward()  # type: ignore[no-untyped-call]
        norm = nn.utils.clip_grad_norm_(self.model.parameters(), self.recipe.gradient_clip)
        fed.prepare()
        if bool(torch.isfinite(norm)):
            self.optimizer.step()
            self.average.update(self.model)
        else:
            self._skip()
        self.step += 1
        return {"loss": total.detach(), **{key: part.detach() for key, part in parts.items()}, "rate": rate}

    def _skip(self) -> None:
        """Leave out a step whose gradient overflowed. Raises RunFailed once that is no exception any more."""
        self.skipped += 1
        if self.ranks.first:
            self.folder.log(step=self.step, seconds=round(self.seconds, 1), skipped=self.skipped)
        if self.skipped > MOST_SKIPPED:
            raise RunFailed(f"The gradient overflowed {self.skipped} times; lower the learning rate.")

    def _restore(self) -> None:
        """Continue from the checkpoint. Raises TrainingError for one of another network, seed, start or goal."""
        state = self.folder.load_checkpoint()
        if (state["network"], state["seed"]) != (self.trainer.network, self.settings.seed):
            raise TrainingError(
                f"The checkpoint in {self.folder.path} is of {state['network']} with seed {state['seed']};"
                " resume it as that."
            )
        self._refuse_other_goal(state)
        self.model.load_state_dict(state["model"])
        self.average.restore(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.seconds = state["step"], state["seconds"]
        self.recipe = self._recipe_of(state)
        self.history = self.folder.earlier(self.step, self.seconds)

    def _refuse_other_goal(self, state: Mapping[str, Any]) -> None:
        """Raise TrainingError where the checkpoint's run began with another start, or only one of both keeps films.

        Checkpoints of 0.12 and earlier do not say.
        """
        start, keeps = state.get("start", self.settings.start), state.get("keeps", bool(self.settings.keep))
        if (start, keeps) != (self.settings.start, bool(self.settings.keep)):
            began = f"with --start {start}" if start else "without --start"
            raise TrainingError(
                f"The run in {self.folder.path} began {began} and {'with' if keeps else 'without'} --keep;"
                " resume it in the same way."
            )

    def _recipe_of(self, state: Mapping[str, Any]) -> Recipe:
        """The recipe with the batch and rate of a checkpoint, which may be of another device; what is given counts."""
        recipe, settings = self.trainer.recipe, self.settings
        batch, rate = state.get("batch", recipe.batch), state.get("learning_rate", recipe.learning_rate)
        return replace(recipe, batch=settings.batch or batch, learning_rate=settings.learning_rate or rate)

    def _tick(self) -> float:
        """Seconds of this run so far, those before an interruption included."""
        self.seconds = self._clock() - self._started
        return self.seconds

    def _share(self) -> float:
        """The share of the budget that is used."""
        return self.settings.share_done(self.step, self.seconds)

    def _show(self, bar: Any, parts: Mapping[str, Tensor | float], pace: StepPace) -> None:
        """Move the progress bar, and write a line of the log now and then: reading a loss waits for the device."""
        bar.n = round(100 * self._share(), 1)
        if self.step % LOG_EVERY == 0 and self.ranks.first:
            values = {key: float(value) for key, value in parts.items()} | pace.again()
            bar.set_postfix(_postfix(self.step, values), refresh=False)
            rounded = {key: float(f"{value:.5g}") for key, value in values.items()}
            self.folder.log(step=self.step, seconds=round(self.seconds, 1), **rounded)
        bar.update(0)

    def _facts(self) -> dict[str, Any]:
        """What the card says about these weights."""
        return {
            "network": self.trainer.network,
            "config": asdict(self.trainer.config),
            "steps": self.step,
            "batch": self.recipe.batch,
            "hours": round(self.seconds / 3600, 3),
            "seed": self.settings.seed,
            "threads": self.settings.threads,
            "recipe": asdict(self.recipe),
            "bundle": self.settings.bundle,
            "device": str(self.ranks.device),
            "bf16": self.recipe.bf16 and computes_bfloat16(self.ranks.device),
            "processes": self.ranks.count,
            "pretrained": replace(self.settings, resume=False).starts_public(self.trainer.network),
            "data": self.trainer.facts(),
            "history": list(self.history),
            "scores": self.scores,
        }


_BAR = "{desc} {percentage:5.1f}% |{bar}| {elapsed} {postfix}"


def _postfix(step: int, values: Mapping[str, float]) -> dict[str, object]:
    """What the progress bar says."""
    return {
        "step": step,
        "loss": f"{values['loss']:.3f}",
        "steps/s": f"{values['steps_per_second']:.2f}",
        "samples/s": f"{values['samples_per_second']:.0f}",
        "waiting": f"{values['waiting']:.0%}",
    }


def _groups(model: nn.Module, recipe: Recipe) -> list[dict[str, Any]]:
    """Parameters with weight decay (matrices and kernels) and without (biases, norms, single embeddings)."""
    trained = [p for p in model.parameters() if p.requires_grad]
    return [
        {"params": [p for p in trained if p.ndim > 1], "weight_decay": recipe.weight_decay},
        {"params": [p for p in trained if p.ndim <= 1], "weight_decay": 0.0},
    ]
