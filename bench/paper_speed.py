"""The paper's sizes on one film of eight vertebrae: the published loop, done directly, against this program's.

    python -m bench.paper_speed [--threads 1] [--device cpu --device cuda] [--films 16 --processes 1 --processes 4]

Both run the same networks with the same random weights over the same eight vertebrae: three to start, then up and down.
Every network answers, and its answer is timed and kept, but the decisions are forced, because random weights know no
vertebrae. The straight loop takes one patch at a time in float32 with segment_anything's own attention and keeps
film-sized logits, as published; ours is the program itself (`spinefm.methods`), in bfloat16 where the device computes
in it. Prints seconds (of the clock and of the processor), peak memory, the share outside the networks, and the Dice
between the two at every vertebra. Then comes the program with Med-SA's patches as small as our recipe trains it for:
another network, whose masks are not compared; and, with `--films`, the program over so many films at once, per film, in
one process or in several that share the device, as `spinefm batch` does it.
On a GPU each runs three times and the last one counts: the first ones choose kernels and take memory.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

from bench.forced_run import Forced, forced_settings, our_induction
from bench.paper_bundle import SIZE, Clock, column, noise_film, prepared, random_bundle, with_own_attention
from bench.straight_loop import straight_loop

RUNS = 3
"""Runs on a GPU."""
KINDS = ("wall", "processor")


@dataclass(frozen=True)
class Measured:
    """One of the two: masks (H, W) by vertebra, its clock, peak memory in GB, the share outside the networks."""

    name: str
    masks: dict[int, Any]
    clock: Clock
    peak: float
    outside: float | None = None


def main() -> int:
    """Run both, each in a process of its own, so that neither has the other's memory; print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", action="append", help="cpu or cuda; may be named twice (default: cpu)")
    parser.add_argument("--films", type=int, default=0, help="also run so many films at once, in each process")
    parser.add_argument("--processes", type=int, action="append", help="may be named several times (default: 1)")
    args = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = str(args.threads)
    for device in args.device or ["cpu"]:
        print(f"{args.threads} thread(s), {device}, film {SIZE[0]} x {SIZE[1]}, {len(column())} vertebrae")
        compare(device, args.threads, args.films, args.processes or [1])
    return 0


def compare(device: str, threads: int, films: int, processes: Sequence[int]) -> None:
    """The straight loop, the program, and the program with small patches, on one device."""
    before, same, smaller = (alone(each, device, threads) for each in (straight, ours, ours_with_small_patches))
    compare_masks(before, same)
    compare_times(before, same)
    compare_times(before, smaller)
    for count in processes if films else []:
        compare_times(before, alone(ours_together, device, threads, films, count))


def alone(measured: Callable[..., Measured], *arguments: Any) -> Measured:
    """One of them in a process of its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        found = pool.submit(measured, *arguments).result()
    report(found)
    return found


def straight(device: str, threads: int) -> Measured:
    """The published loop in this process."""
    bundle = random_bundle(device, threads, 1024)
    with_own_attention(bundle.med_sa)
    for clock in clocks(device):
        with clock.measure("total"):
            masks = straight_loop(bundle, noise_film(), column(), clock)
    return Measured("straight loop, float32", masks, clock, peak_memory())


def clocks(device: str) -> list[Clock]:
    """A clock for every run; the last one counts."""
    return [Clock(device) for _ in range(1 if device == "cpu" else RUNS)]


def ours(device: str, threads: int) -> Measured:
    """This program in this process."""
    return _ours("ours", device, threads, 1024)


def ours_with_small_patches(device: str, threads: int) -> Measured:
    """This program in this process, Med-SA as our recipe trains it."""
    from spinefm.training.scale import OUR_PATCH

    return _ours(f"ours, Med-SA at {OUR_PATCH} px", device, threads, OUR_PATCH)


def _ours(name: str, device: str, threads: int, patch: int) -> Measured:
    from spinefm.core.machine import prepare

    prepare()
    bundle = prepared(device, threads, patch)
    for clock in clocks(device):
        masks, seconds = our_induction(bundle, noise_film(), column(), clock)
    share = seconds["outside_networks"] / seconds["total"]
    return Measured(f"{name}, {bundle.precision}", masks, clock, peak_memory(), share)


def ours_together(device: str, threads: int, films: int, processes: int) -> Measured:
    """This program over many films at once; its clock is per film, from the first process's start to the last's end."""
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, ProcessPoolExecutor(processes, context) as pool:
        barrier = manager.Barrier(processes)
        tasks = [pool.submit(_together, device, threads, films, barrier) for _ in range(processes)]
        runs = [task.result() for task in tasks]
    starts, ends, busy = zip(*((run.start, run.end, run.processor) for run in runs), strict=True)
    count = films * processes
    clock = Clock(device, {"total": (max(ends) - min(starts)) / count}, {"total": sum(busy) / count})
    name = f"ours, {processes} process(es), {films} films at once in each, per film, {runs[0].precision}"
    return Measured(name, {}, clock, sum(run.peak for run in runs))


@dataclass(frozen=True)
class Together:
    """When a process's films began and ended by the machine's clock, its processor seconds and memory in GB."""

    start: float
    end: float
    processor: float
    peak: float
    precision: str


def _together(device: str, threads: int, films: int, barrier: Any) -> Together:
    """Many films at once in this process; the last run begins with those of the other processes."""
    from spinefm.core.machine import prepare
    from spinefm.methods import run_to_trace
    from spinefm.methods.base.scheduler import Scheduler
    from spinefm.methods.spinefm import SpineFMMethod

    prepare()
    bundle = prepared(device, threads)

    def work(film: Any, collecting: Any) -> Any:
        def stages(watch: Any) -> Forced:
            return Forced(collecting, watch, column())

        return run_to_trace(SpineFMMethod(collecting, forced_settings(bundle), stages=stages), film)

    for clock in clocks(device):
        barrier.wait()
        start = time.perf_counter()
        with clock.measure("total"):
            list(Scheduler(bundle, work, films).map([noise_film()] * films))
    return Together(start, time.perf_counter(), clock.processor["total"], peak_memory(), bundle.precision)


def peak_memory() -> float:
    """The most memory that this process has held, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9


def report(measured: Measured) -> None:
    """Seconds of each stage, and the peak memory."""
    print(measured.name)
    for stage, wall in measured.clock.wall.items():
        print(f"  {wall:8.3f} s, {measured.clock.processor[stage]:8.3f} s of processor  {stage}")
    print(f"  {measured.peak:8.2f} GB peak memory", flush=True)
    if measured.outside is not None:
        print(f"  outside the networks: {measured.outside:.1%} of the run")


def compare_masks(straight: Measured, ours: Measured) -> None:
    """Dice at each vertebra."""
    import numpy as np

    dice = []
    for index, truth in straight.masks.items():
        mask = ours.masks[index]
        dice.append(2 * np.logical_and(truth, mask).sum() / max(1, truth.sum() + mask.sum()))
        print(f"  vertebra {index}: {truth.sum()} px, Dice {dice[-1]:.4f}")
    print(f"Dice between the two: median {statistics.median(dice):.4f}, worst {min(dice):.4f}")


def compare_times(straight: Measured, other: Measured) -> None:
    """How many times faster than the straight loop."""
    wall, processor = (getattr(straight.clock, k)["total"] / getattr(other.clock, k)["total"] for k in KINDS)
    print(f"{other.name}: {wall:.2f} times faster by the clock, {processor:.2f} times by the processor's seconds")


if __name__ == "__main__":
    sys.exit(main())
