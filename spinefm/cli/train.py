"""`spinefm train`: train one network, or all of them in turn."""

from __future__ import annotations

import sys
from typing import Any

import click

from spinefm.cli.exits import DONE, SOME_FAILED, WrongCall
from spinefm.cli.options import GivenPath, ListCommand, out_option
from spinefm.training.errors import RunFailed, TrainingError
from spinefm.training.settings import TrainSettings

NETWORKS = ("mask_rcnn", "med_sa", "classifier", "unet", "point_predictor", "instance_net", "view")
ALL = "all"


@click.command(name="train", cls=ListCommand)
@click.argument("network", type=click.Choice((*NETWORKS, ALL)))
@click.option(
    "--data", type=GivenPath(), multiple=True, required=True, metavar="DIR…", help="Folders of phantoms or data sets."
)
@click.option(
    "--validation",
    type=GivenPath(),
    multiple=True,
    metavar="DIR…",
    help="Unseen films (default: one in twenty phantoms; of a data set its published validation part, or else a fifth "
    "drawn by checksum, with another fifth kept for tests and not read).",
)
@out_option("The run's folder; for all, the folder that holds one for each network.")
@click.option("--minutes", type=float, help="Budget in minutes, validation included, of all networks together.")
@click.option("--steps", type=int, help="Budget in optimiser steps.")
@click.option("--batch", type=int, help="Samples per step (default: the network's own, larger on a GPU).")
@click.option("--learning-rate", type=float, help="The highest learning rate (default: the network's own).")
@click.option("--seed", type=int, default=0, show_default=True, help="Random seed.")
@click.option("--threads", type=int, default=1, show_default=True, help="Processor threads.")
@click.option(
    "--bundle", type=click.Choice(["compact", "paper"]), default="compact", show_default=True, help="Network sizes."
)
@click.option(
    "--recipe",
    type=click.Choice(["default", "paper"]),
    default="default",
    show_default=True,
    help="paper: as published.",
)
@click.option(
    "--workers",
    type=int,
    help="Processes that draw samples beside the loop (default: on a GPU one less than there are cores, else 0).",
)
@click.option(
    "--device", default="cpu", show_default=True, help="auto, cpu, cuda or cuda:N (several GPUs: start with torchrun)."
)
@click.option(
    "--from-scratch",
    is_flag=True,
    help="The paper's sizes, and the encoders of view and classifier, without their public weights.",
)
@click.option("--start", default="", metavar="BUNDLE", help="Begin with the weights of a bundle (compact).")
@click.option(
    "--keep",
    type=GivenPath(),
    multiple=True,
    metavar="DIR…",
    help="Films on which Med-SA and the classifier stay near the answers of --start.",
)
@click.option(
    "--resume", is_flag=True, help="Continue from the run's checkpoint; give --start and --keep as the run had them."
)
def command(network: str, from_scratch: bool, **settings: Any) -> int:
    """Train a network on phantoms or other films with truth.

    Exit codes: 0 done, 1 the run failed after it had started, 2 wrong call.
    """
    try:
        scores = _trained(network, TrainSettings(pretrained=not from_scratch, **settings))
    except RunFailed as error:
        sys.stderr.write(f"{error}\n")
        return SOME_FAILED
    except TrainingError as error:
        raise WrongCall(str(error)) from error
    sys.stdout.write("".join(f"{name} {value}\n" for name, value in scores.items()))
    return DONE


def _trained(network: str, settings: TrainSettings) -> dict[str, float]:
    from spinefm.training import train
    from spinefm.training.run import run_all

    if network != ALL:
        return train(network, settings)
    scores = run_all(settings)
    return {f"{name} {score}": value for name, own in scores.items() for score, value in own.items()}
