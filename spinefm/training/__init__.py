"""Training: one shared loop, one trainer per network."""

from __future__ import annotations

from spinefm.training.errors import TrainingError
from spinefm.training.settings import Recipe, TrainSettings

__all__ = ["Recipe", "TrainSettings", "TrainingError", "train"]


def train(network: str, settings: TrainSettings) -> dict[str, float]:
    """Train a network; writes `checkpoint.pt`, `weights.safetensors`, `log.jsonl` and `run.json` to `settings.out`.

    Args:
        network: "mask_rcnn", "med_sa", "classifier", "point_predictor", "unet" or "instance_net".
        settings: films, budget and output folder.

    Returns:
        The scores of the last validation, by name.

    Raises:
        TrainingError: the films or settings do not allow a fair run; the message says what to do.
        RunFailed: the run had started and cannot continue.
    """
    from spinefm.training.run import run

    return run(network, settings)
