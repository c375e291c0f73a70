"""Samples a second in training, by the number of processes that draw them, and how long the device waits for them.

    python -m bench.train_speed [--steps 60] [--runs 2] [--network med_sa] [--before FOLDER]

Trains the compact network on simulated films for a few steps, once for each number of workers, in a process of its own
each time, and prints the best of `--runs` rounds, so that a busy moment hits all alike. `--before` is a checkout of an
earlier version, which is measured in the same rounds. On a machine with a GPU it also trains Med-SA with batches of 16
and 64, and the paper's size at 512 px with batches of 16 and 32; without one it says so.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

FILMS, SEED = 24, 990_000
"""Films that are simulated, and the first one's random seed."""
WARM_UP = 20
"""Steps that do not count: memory is allocated and kernels are chosen in them."""
CHILD = """
import json, sys
from pathlib import Path
from spinefm.core.machine import prepare
prepare()
from spinefm.training.loop import Loop
from spinefm.training.run import make_trainer
from spinefm.training.settings import TrainSettings
asked = json.loads(sys.argv[1])
network = asked.pop("network")
paths = {"data": (Path(asked.pop("data")),), "out": Path(asked.pop("out"))}
settings = TrainSettings(**paths, **asked, pretrained=False)
trainer = make_trainer(network, settings)
type(trainer).validate = lambda self, model, thorough: {}
Loop(trainer, settings).run()
"""


@dataclass(frozen=True)
class TrainingCase:
    """A way to train: what `TrainSettings` takes, and the checkout that does it."""

    network: str
    workers: int
    tree: Path
    label: str
    device: str = "cpu"
    batch: int | None = None
    bundle: str = "compact"


@dataclass(frozen=True)
class TrainingSpeed:
    """Samples a second, and the share of the time in which the device waited; None where the version does not say."""

    samples: float
    waiting: float | None


def main() -> int:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--network", default="med_sa")
    parser.add_argument("--before", type=Path, metavar="FOLDER")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        films = write_films(Path(name) / "films")
        cases = cases_of(args.network, args.before)
        speeds = measured(cases, films, args.steps, args.runs)
    print_table(cases, speeds)
    return 0


def write_films(folder: Path) -> Path:
    """Simulated films of whole necks and backs."""
    words = ("phantom", "--n", FILMS, "--seed", SEED, "--out", folder)
    subprocess.run([sys.executable, "-m", "spinefm", *map(str, words)], check=True, capture_output=True)
    return folder


def cases_of(network: str, before: Path | None) -> list[TrainingCase]:
    """What is measured on this machine."""
    here = Path.cwd()
    trees = {"now": here} | ({"before": before.absolute()} if before else {})
    cases = [TrainingCase(network, workers, tree, label) for workers in (0, 1, 2) for label, tree in trees.items()]
    return cases + (gpu_cases(here) if has_gpu() else [])


def has_gpu() -> bool:
    """Whether there is a GPU; says so where there is none."""
    import torch

    if not torch.cuda.is_available():
        print("There is no GPU here: batches of 64 and the paper's size at 512 px are not measured.")
    return torch.cuda.is_available()


def gpu_cases(here: Path) -> list[TrainingCase]:
    """Med-SA on a GPU: small and large batches, drawn in the loop or ahead of it, and the paper's size at 512 px."""
    many = max(1, (os.cpu_count() or 2) - 1)
    compact = [
        TrainingCase("med_sa", workers, here, "now", "cuda", batch) for batch in (16, 64) for workers in (0, 4, many)
    ]
    paper = [TrainingCase("med_sa", many, here, "now", "cuda", batch, "paper") for batch in (16, 32)]
    return compact + paper


def measured(cases: list[TrainingCase], films: Path, steps: int, runs: int) -> list[TrainingSpeed]:
    """The best of some runs of each case, round by round."""
    rounds = [[speed_of(case, films, steps) for case in cases] for _ in range(runs)]
    return [max(of_case, key=lambda speed: speed.samples) for of_case in zip(*rounds, strict=True)]


def speed_of(case: TrainingCase, films: Path, steps: int) -> TrainingSpeed:
    """Train in a new process of the case's checkout, and read its log."""
    with tempfile.TemporaryDirectory() as name:
        out = Path(name) / "run"
        asked = {"network": case.network, "data": str(films), "out": str(out), "steps": steps, "workers": case.workers}
        asked |= {"device": case.device, "batch": case.batch, "bundle": case.bundle}
        places = [str(case.tree), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(places)}
        command = [sys.executable, "-c", CHILD, json.dumps(asked)]
        subprocess.run(command, check=True, cwd=case.tree, env=environment, capture_output=True)
        log = [json.loads(line) for line in (out / "log.jsonl").read_text().splitlines()]
        return speed_in([line for line in log if "rate" in line], json.loads((out / "run.json").read_text())["batch"])


def speed_in(log: list[dict[str, float]], batch: int) -> TrainingSpeed:
    """The speed between the first line of a log after the warm-up and its last."""
    first, *_, last = [line for line in log if line["step"] >= WARM_UP]
    shares = [line["waiting"] for line in log if line["step"] > WARM_UP and "waiting" in line]
    samples = batch * (last["step"] - first["step"]) / (last["seconds"] - first["seconds"])
    return TrainingSpeed(samples, sum(shares) / len(shares) if shares else None)


def print_table(cases: list[TrainingCase], speeds: list[TrainingSpeed]) -> None:
    """One line a case."""
    print("| version | device | network | bundle | batch | workers | samples/s | device waited |")
    print("|---|---|---|---|---|---|---|---|")
    for case, speed in zip(cases, speeds, strict=True):
        waiting = "not said" if speed.waiting is None else f"{speed.waiting:.0%}"
        facts = (case.label, case.device, case.network, case.bundle, case.batch or "own", case.workers)
        print("| " + " | ".join(map(str, facts)) + f" | {speed.samples:.1f} | {waiting} |")


if __name__ == "__main__":
    sys.exit(main())
