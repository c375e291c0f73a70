"""Training: one shared loop, one trainer per network, films simulated by this project only."""

from __future__ import annotations

from spinefm.training.errors import TrainingError
from spinefm.training.settings import Recipe, TrainSettings

__all__ = ["Recipe", "TrainSettings", "TrainingError", "train"]


def train(network: str, settings: TrainSettings) -> dict[str, float]:
    """Train `network` ("mask_rcnn", "med_sa", "classifier" or "point_predictor") and return its last scores.

    Writes `checkpoint.pt`, `weights.safetensors`, `log.jsonl` and `run.json` to `settings.out`. Raises TrainingError,
    with one sentence that says what to do, when the films or settings do not allow a fair run.
    """
    from spinefm.training.run import run

    return run(network, settings)
