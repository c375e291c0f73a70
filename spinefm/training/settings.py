"""The settings of a training run (`TrainSettings`) and how each network is optimised (`Recipe`)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from spinefm.training.errors import TrainingError

if TYPE_CHECKING:
    import torch


PUBLIC = ("view", "classifier")
"""The compact networks that begin with public features."""


@dataclass(frozen=True)
class TrainSettings:
    """The settings of one run; exactly one of `minutes` and `steps` is its budget.

    A budget of minutes counts everything between start and end, validation included, and the learning rate follows
    the share of it that has passed, so that a run always ends annealed. Checkpoints and validations come so many
    minutes apart: a lost machine costs three minutes, and validation takes a small share of the time.

    Attributes:
        data: folders of films to train on.
        out: the run's folder.
        validation: folders of unseen films (empty: the data set's own part, or one in twenty of `data`).
        batch: samples a step (None: the recipe's for the device; a resumed run's own).
        seed: the random seed, which decides every draw.
        bundle: the networks' sizes, "compact" or "paper".
        recipe: "default" or, for the paper's sizes, "paper" (as published).
        device: "auto", "cpu", "cuda" or "cuda:N".
        pretrained: start the paper's sizes and the encoders of the view network and the classifier from their public
            weights, else from random ones.
        start: a bundle whose weights the run begins with; its card then continues theirs. A resumed run names the same.
        keep: folders of films on which Med-SA and the classifier stay near the answers of the weights they begin with
            (`start`).
        learning_rate: replaces the recipe's; a lower one suits weights that are trained already.
        workers: processes that draw samples ahead of the loop; what they draw does not depend on their number (None:
            on a GPU one less than there are cores, else 0).
    """

    data: tuple[Path, ...]
    out: Path
    validation: tuple[Path, ...] = ()
    minutes: float | None = None
    steps: int | None = None
    batch: int | None = None
    seed: int = 0
    threads: int = 1
    resume: bool = False
    checkpoint_minutes: float = 3.0
    validate_minutes: float = 5.0
    bundle: str = "compact"
    recipe: str = "default"
    device: str = "cpu"
    pretrained: bool = True
    start: str = ""
    keep: tuple[Path, ...] = ()
    learning_rate: float | None = None
    workers: int | None = None

    def __post_init__(self) -> None:
        """Raise TrainingError for a budget that is missing, double or not positive."""
        budgets = [budget for budget in (self.minutes, self.steps) if budget is not None]
        if len(budgets) != 1:
            raise TrainingError("Give the run one budget: either minutes or steps.")
        if self.seed < 0:
            raise TrainingError("The seed is a whole number from 0 up.")
        if not 0 < budgets[0] < math.inf or (self.batch is not None and self.batch <= 0) or self.threads <= 0:
            raise TrainingError("Minutes, steps, batch and threads must be above zero.")
        if self.workers is not None and self.workers < 0:
            raise TrainingError("The number of workers is a whole number from 0 up.")
        if self.keep and not self.start:
            raise TrainingError("Films whose answers are kept need weights that gave them: give --start with --keep.")
        if self.learning_rate is not None and not 0 < self.learning_rate < 1:
            raise TrainingError("The learning rate is a number between 0 and 1, such as 0.001.")
        if self.bundle not in ("compact", "paper") or self.recipe not in ("default", "paper"):
            raise TrainingError('The bundle is "compact" or "paper", the recipe "default" or "paper".')

    def starts_public(self, network: str) -> bool:
        """Whether a run of `network` begins with public weights: new ones of the paper's sizes, and of PUBLIC."""
        return self.pretrained and not self.resume and (self.bundle == "paper" or network in PUBLIC)

    def share_done(self, step: int, seconds: float) -> float:
        """The share of the budget used after `step` steps and `seconds` seconds, 0 to 1."""
        share = step / self.steps if self.steps is not None else seconds / (60.0 * (self.minutes or 1.0))
        return min(share, 1.0)


@dataclass(frozen=True)
class Recipe:
    """How one network is optimised: by default AdamW with a linear warm-up and a cosine down to zero.

    `batch` is in samples a step, `gpu_batch` that on a GPU, which smaller ones leave idle (None: the same);
    `learning_rate` is that of a full step of `batch` samples, `warm_up` the share of the budget until it is
    reached, `gradient_clip` the largest norm of the gradient, `average_decay` that of the weights' average (0.999: a
    thousand steps), `bf16` the type of the forward pass where it was measured faster, `channels_last` the memory
    layout of convolutions. `optimizer` and `schedule` may be those of the published runs ("steps": a tenth of the rate
    after each 30 % of the budget); `published` leaves out what we add to their losses and samples.
    """

    batch: int
    learning_rate: float
    weight_decay: float = 0.02
    warm_up: float = 0.03
    gradient_clip: float = 1.0
    average_decay: float = 0.999
    bf16: bool = False
    channels_last: bool = True
    optimizer: Literal["adamw", "adam", "sgd"] = "adamw"
    schedule: Literal["cosine", "constant", "steps"] = "cosine"
    published: bool = False
    gpu_batch: int | None = None

    def on(self, device: torch.device, batch: int | None, learning_rate: float | None) -> Recipe:
        """This recipe with the batch and rate of a run on `device`; what is given counts.

        Where a GPU takes more samples a step, each step's gradient is less noisy, and Adam's rate grows by the root of
        their ratio (Malladi et al., NeurIPS 2022). With a batch that the user gives, the rate stays the recipe's.
        """
        own = (self.gpu_batch if device.type == "cuda" else None) or self.batch
        rate = self.learning_rate if batch else self.learning_rate * math.sqrt(own / self.batch)
        return replace(self, batch=batch or own, learning_rate=learning_rate or rate)
