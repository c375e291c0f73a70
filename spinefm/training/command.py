"""The `train` verb: its arguments and what it does with them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from spinefm.training.errors import RunFailed, TrainingError
from spinefm.training.settings import TrainSettings

NETWORKS = ("mask_rcnn", "med_sa", "classifier", "unet", "point_predictor", "instance_net", "view")
ALL = "all"


def add_train_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `python -m spinefm train` to `parser`."""
    parser.add_argument("network", choices=(*NETWORKS, ALL), help="the network to train, or all of them in turn")
    parser.add_argument(
        "--data", type=Path, nargs="+", required=True, metavar="FOLDER", help="folders of phantoms or data sets"
    )
    parser.add_argument(
        "--validation",
        type=Path,
        nargs="+",
        default=(),
        metavar="FOLDER",
        help="unseen films (default: the data set's own part, or one in twenty of --data is held out)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="the run's folder; for all, the folder of one for each network",
    )
    budget = parser.add_mutually_exclusive_group(required=True)
    budget.add_argument(
        "--minutes", type=float, help="budget in minutes, validation included; of all networks together"
    )
    budget.add_argument("--steps", type=int, help="budget in optimiser steps")
    parser.add_argument("--batch", type=int, help="samples a step (default: the network's own)")
    parser.add_argument("--learning-rate", type=float, help="at its highest (default: the network's own)")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--workers", type=int, default=0, help="processes that draw samples beside the loop")
    parser.add_argument("--bundle", choices=("compact", "paper"), default="compact", help="the networks' sizes")
    parser.add_argument("--recipe", choices=("default", "paper"), default="default", help="paper: as published")
    parser.add_argument("--device", default="cpu", help="auto, cpu, cuda or cuda:N (several GPUs: start with torchrun)")
    parser.add_argument("--from-scratch", action="store_true", help="the paper's sizes without their public weights")
    parser.add_argument("--start", default="", metavar="BUNDLE", help="begin with the weights of a bundle (compact)")
    parser.add_argument("--resume", action="store_true", help="go on from the run's checkpoint")


def settings_from(args: argparse.Namespace) -> TrainSettings:
    """The settings that the arguments ask for. Raises TrainingError where they make no sense."""
    return TrainSettings(
        data=tuple(args.data),
        validation=tuple(args.validation),
        out=args.out,
        minutes=args.minutes,
        steps=args.steps,
        batch=args.batch,
        seed=args.seed,
        threads=args.threads,
        workers=args.workers,
        resume=args.resume,
        bundle=args.bundle,
        recipe=args.recipe,
        device=args.device,
        pretrained=not args.from_scratch,
        start=args.start,
        learning_rate=args.learning_rate,
    )


def run_train(args: argparse.Namespace) -> int:
    """Train as the arguments say; returns the exit code: 0 done, 1 a run that failed, 2 refused before it began.

    What went wrong is one sentence on standard error.
    """
    from spinefm.training import train

    try:
        if args.network == ALL:
            from spinefm.training.run import run_all

            trained = run_all(settings_from(args))
            scores = {f"{network} {name}": value for network, own in trained.items() for name, value in own.items()}
        else:
            scores = train(args.network, settings_from(args))
    except TrainingError as error:
        sys.stderr.write(f"{error}\n")
        return 1 if isinstance(error, RunFailed) else 2
    sys.stdout.write("".join(f"{name} {value}\n" for name, value in scores.items()))
    return 0
