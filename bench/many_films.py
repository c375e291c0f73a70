"""What a GPU would be given by many films at once: `python -m bench.many_films [--n 24] [--repeat 8] [--same 6]`.

Records what the runs of phantoms ask of each network, one film at a time, and replays these requests through the
scheduler for growing numbers of films in flight: calls per film and items per call of each network. The replay computes
nothing, so its seconds are the scheduler's own. `--repeat` replays each film so often, `--batches FILE` writes a CSV.

Then it runs `--same` films for real, one at a time and together, and prints the Dice between the two, for all three
methods; on a GPU (`--device cuda`) also films a second of both.
"""

from __future__ import annotations

import argparse
import csv
import statistics
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import torch
from tqdm import tqdm

from spinefm.api import SpineFM
from spinefm.core.machine import prepare
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods import METHODS, CannotStart, build_method, run_to_trace, upright
from spinefm.methods.base import scheduler
from spinefm.methods.base.scheduler import Batch, Scheduler
from spinefm.networks.request import Answered, Request
from spinefm.phantom import simulate
from spinefm.weights.bundle import Bundle
from spinefm.weights.load import load_bundle

IN_FLIGHT = (2, 4, 8, 16, 32, 64, 128)
FIRST = 9_200_000


@dataclass(frozen=True)
class Asked:
    """One request of a run: which network, how many items, what it can share a batch with."""

    network: str
    items: int
    alike: Any


def main() -> None:
    """Record, replay, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=24, help="phantoms whose requests are recorded")
    parser.add_argument("--repeat", type=int, default=8)
    parser.add_argument("--same", type=int, default=6, help="phantoms that are run for real, alone and together")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--batches", type=Path, help="CSV of the replay's calls")
    args = parser.parse_args()
    prepare()
    films = phantoms(max(args.n, args.same))
    print_replays(recorded(films[: args.n], load_bundle("compact", args.device)) * args.repeat, args.batches)
    for method in METHODS:
        compare(films[: args.same], method, args.device)


def phantoms(count: int) -> list[Radiograph]:
    """Necks and lumbar spines by turns."""
    drawn = [simulate(FIRST + index, ("cervical", "lumbar")[index % 2]) for index in range(count)]
    return [Radiograph.from_array(one.film, name=f"phantom-{index}") for index, one in enumerate(drawn)]


def recorded(films: Sequence[Radiograph], bundle: Bundle) -> list[list[Asked]]:
    """What the run of each film asks, in order."""
    found = []
    for film in tqdm(films, unit="film"):
        asked: list[Asked] = []

        def ask(request: Request, kept: list[Asked] = asked) -> Answered:
            kept.append(Asked(request.network, request.count, request.alike))
            return bundle.ask(request)

        method = build_method("spinefm", replace(bundle, asked=ask))
        with suppress(CannotStart):
            run_to_trace(method, upright(method, film))
        found.append(asked)
    return found


def replayed(runs: Sequence[Sequence[Asked]], in_flight: int) -> tuple[list[Batch], float]:
    """The calls of networks when the recorded runs go through the scheduler, and the seconds it takes itself."""

    def work(run: Sequence[Asked], bundle: Bundle) -> None:
        for asked in run:
            bundle.ask(Request(asked.network, ([torch.empty(0)] * asked.items,), alike=asked.alike))

    def answer(_: Bundle, requests: Sequence[Request]) -> list[Answered]:
        return [Answered([None] * request.count, 0.0) for request in requests]

    batches: list[Batch] = []
    start = time.perf_counter()
    with patch.object(scheduler, "answered", answer):
        list(Scheduler(load_bundle("compact", "cpu"), work, in_flight, batches.append).map(runs))
    return batches, time.perf_counter() - start


def print_replays(runs: Sequence[Sequence[Asked]], file: Path | None) -> None:
    """Items per call and calls per film, by network and films in flight."""
    networks = sorted({asked.network for run in runs for asked in run})
    alone = {name: [asked.items for run in runs for asked in run if asked.network == name] for name in networks}
    print(f"{len(runs)} runs, {sum(map(len, runs)) / len(runs):.1f} requests each")
    print("items per call (calls per film)   " + "".join(f"{name:>22}" for name in networks))
    print(_row("one film at a time", [alone[name] for name in networks], len(runs)))
    calls: list[tuple[int, Batch]] = []
    for in_flight in IN_FLIGHT:
        batches, seconds = replayed(runs, in_flight)
        sizes = defaultdict(list)
        for batch in batches:
            sizes[batch.network].append(batch.items)
        row = _row(f"{in_flight} in flight", [sizes[name] for name in networks], len(runs))
        print(f"{row}   scheduler {1000 * seconds / len(runs):.2f} ms a film")
        calls += [(in_flight, batch) for batch in batches]
    if file is not None:
        with file.open("w", newline="") as out:
            rows = ((in_flight, batch.network, batch.requests, batch.items) for in_flight, batch in calls)
            csv.writer(out).writerows([("in_flight", "network", "requests", "items"), *rows])


def _row(name: str, sizes: Sequence[Sequence[int]], films: int) -> str:
    cells = (f"{statistics.fmean(each):.1f} ({len(each) / films:.2f})" if each else "" for each in sizes)
    return f"{name:34}" + "".join(f"{cell:>22}" for cell in cells)


def compare(films: Sequence[Radiograph], method: str, device: str) -> None:
    """The same films one at a time and together: names, Dice, films a second."""
    model = SpineFM("compact", device, method=method)
    list(model.segment_many(films[:1]))
    start = time.perf_counter()
    alone = [outcome.trace for film in films for outcome in model.segment_many([film], in_flight=1)]
    middle = time.perf_counter()
    together = [outcome.trace for outcome in model.segment_many(films, in_flight=len(films))]
    end = time.perf_counter()
    dice, names = [], 0
    for one, other in zip(alone, together, strict=True):
        mine, theirs = ([] if trace is None else trace.vertebrae for trace in (one, other))
        names += [each.name for each in mine] != [each.name for each in theirs]
        dice += [a.mask.dice(b.mask) for a, b in zip(mine, theirs, strict=False)]
    worst = f"worst Dice of {len(dice)} bodies {min(dice):.5f}" if dice else "no bodies"
    rates = (len(films) / seconds for seconds in (middle - start, end - middle))
    print(
        f"{method}: {worst}, {names} films named otherwise; films a second {next(rates):.2f} alone, {next(rates):.2f}"
    )


if __name__ == "__main__":
    main()
