"""Seconds of a film of 1463 x 1755 pixels on the command line, by stage, and their growth with the vertebrae.

    python -m bench.film_speed [--threads 2] [--runs 5] [--busy]

Prints the median seconds of a film after one warm-up, the seconds of each stage, the share of wall time outside the
networks, the peak memory of a fresh process that does one film, and the seconds against the number of vertebrae. With
`--busy` it prints instead how much longer a film takes beside a neighbour that keeps one core busy.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spinefm.core.machine import share_cores

SIZE = (1463, 1755)
"""Width and height of the film, as the NHANES II films have them."""
SEED = 9_000_000
COUNTS = range(3, 10)
"""Numbers of vertebrae left in view for the growth table."""


@dataclass(frozen=True)
class Timing:
    """One film through the command line: wall seconds with reading and writing, stages of the run, vertebrae found."""

    wall: float
    stages: dict[str, float]
    vertebrae: int

    @property
    def networks(self) -> float:
        """Seconds inside the networks."""
        return sum(seconds for stage, seconds in self.stages.items() if stage.endswith("_network"))


def main() -> int:
    """Print the three tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--busy", action="store_true", help="time a film beside a neighbour that burns one core")
    args = parser.parse_args()
    limit_threads(args.threads)
    with tempfile.TemporaryDirectory() as folder:
        films = write_films(Path(folder) / "films")
        if args.busy:
            print_busy(films[max(films)], Path(folder), args.runs, args.threads)
            return 0
        print_one_film(films[max(films)], Path(folder), args.runs, args.threads)
        print_memory(films[max(films)], Path(folder))
        print_growth(films, Path(folder), args.runs)
    return 0


def limit_threads(count: int) -> None:
    """Give this process, its libraries and its children `count` threads; call before torch and OpenCV are imported."""
    os.environ["OMP_NUM_THREADS"] = str(count)
    share_cores()  # read, with the number, when torch is imported
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:count])
    import cv2

    cv2.setNumThreads(count)


def write_films(folder: Path) -> dict[int, Path]:
    """One test phantom of `SIZE`, collimated below its 3rd, 4th … vertebra: number of vertebrae left -> film."""
    import cv2
    import numpy as np

    from spinefm.phantom import simulate

    folder.mkdir()
    scale = SIZE[1] / 640
    phantom = simulate(SEED, "lumbar", (round(SIZE[0] / scale), 640), "full")
    film = cv2.resize(np.round(phantom.film * 255).astype(np.uint8), SIZE, interpolation=cv2.INTER_CUBIC)
    levels = [level for level in sorted(phantom.truth) if phantom.truth[level].visible > 0.9]
    films = {}
    for count in COUNTS:
        if count > len(levels):
            break
        view = film.copy()
        if count < len(levels):
            lowest = phantom.truth[levels[count - 1]].polygon[:, 1].max()
            view[round((lowest + 4) * scale) :] = 0
        films[count] = folder / f"{count}-vertebrae.png"
        cv2.imwrite(str(films[count]), view)
    return films


def time_films(films: list[Path], folder: Path) -> list[Timing]:
    """Run `segment` on all `films` in this process, as one call of the command; the first one is the warm-up."""
    from spinefm.cli import segment as verb
    from spinefm.cli.app import main as spinefm
    from spinefm.cli.jobs import plan_jobs

    walls: list[float] = []
    real = verb.segment_film
    verb.segment_film = _timed(real, walls)
    try:
        code = spinefm(["segment", *map(str, films), "--out", str(folder)])
    finally:
        verb.segment_film = real
    if code != 0:
        raise SystemExit("A film failed, so there is nothing to time; see the sentence above.")
    names = [job.folder for job in plan_jobs(films, folder)]
    timings = [_timing(wall, name) for wall, name in zip(walls, names, strict=True)]
    return timings[1:]


def _timed(function: Callable[..., Any], walls: list[float]) -> Callable[..., Any]:
    def run(*arguments: Any) -> Any:
        start = time.perf_counter()
        result = function(*arguments)
        walls.append(time.perf_counter() - start)
        return result

    return run


def _timing(wall: float, folder: Path) -> Timing:
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return Timing(wall, report["seconds"], len(report["vertebrae"]))


def print_one_film(film: Path, folder: Path, runs: int, threads: int) -> None:
    """Median seconds of a film, by stage, and the share outside the networks."""
    timings = time_films([film] * (runs + 1), folder / "one")
    wall = statistics.median(timing.wall for timing in timings)
    print(f"film {SIZE[0]} x {SIZE[1]}, {timings[0].vertebrae} vertebrae, {threads} threads, median of {runs} runs")
    print(f"  {wall:7.3f} s  from file to five files on disk")
    for stage in timings[0].stages:
        print(f"  {statistics.median(timing.stages[stage] for timing in timings):7.3f} s  {stage}")
    files = statistics.median(timing.wall - timing.stages["total"] for timing in timings)
    print(f"  {files:7.3f} s  reading the film and writing the result")
    run = statistics.median(1 - timing.networks / timing.stages["total"] for timing in timings)
    whole = statistics.median(1 - timing.networks / timing.wall for timing in timings)
    print(f"  {run:7.1%}    of the run is outside the networks, {whole:.1%} with reading and writing")


def print_busy(film: Path, folder: Path, runs: int, threads: int) -> None:
    """Median seconds of a film alone and beside a neighbour on the same cores, and their ratio."""
    alone = [timing.wall for timing in time_films([film] * (runs + 1), folder / "before")]
    with busy_neighbour():
        beside = [timing.wall for timing in time_films([film] * (runs + 1), folder / "beside")]
    alone += [timing.wall for timing in time_films([film] * (runs + 1), folder / "after")]
    quiet, busy = statistics.median(alone), statistics.median(beside)
    load = f"load of the machine {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "load unknown"
    print(f"film {SIZE[0]} x {SIZE[1]}, {threads} threads, median of {runs} runs, {load}")
    print(f"  {quiet:7.3f} s  alone (before and after)")
    print(f"  {busy:7.3f} s  beside a neighbour that burns one core")
    print(f"  {busy / quiet:7.2f}    times as long")


@contextmanager
def busy_neighbour() -> Iterator[None]:
    """A process that computes without end, on the cores of this one."""
    neighbour = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        neighbour.kill()
        neighbour.wait()


def print_memory(film: Path, folder: Path) -> None:
    """Wall seconds and peak resident memory of a fresh process that segments one film."""
    arguments = [sys.executable, "-m", "spinefm", "segment", str(film), "--out", str(folder / "fresh")]
    start = time.perf_counter()
    _, status, usage = os.wait4(os.posix_spawn(sys.executable, arguments, os.environ), 0)
    seconds = time.perf_counter() - start
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e9
    code = os.waitstatus_to_exitcode(status)
    print(f"fresh process, one film: {seconds:.2f} s with start and weights, exit code {code}")
    print(f"  {peak:7.2f} GB peak memory")


def print_growth(films: dict[int, Path], folder: Path, runs: int) -> None:
    """Seconds of the run against the number of vertebrae found, and the line of best fit."""
    import numpy as np

    paths = [film for film in films.values() for _ in range(runs)]
    timings = time_films([paths[0], *paths], folder / "growth")
    by_count: dict[int, list[float]] = {}
    for timing in timings:
        by_count.setdefault(timing.vertebrae, []).append(timing.wall)
    print("vertebrae  seconds  seconds/vertebra")
    for count, walls in sorted(by_count.items()):
        print(f"{count:9}  {statistics.median(walls):7.3f}  {statistics.median(walls) / max(count, 1):16.3f}")
    counts, walls = np.array([(t.vertebrae, t.wall) for t in timings]).T
    if len(by_count) > 1:
        slope, start = np.polyfit(counts, walls, 1)
        print(f"line of best fit: {start:.3f} s + {slope:.4f} s per vertebra")
    if len(by_count) > 2:
        print(f"quadratic term of a parabola: {np.polyfit(counts, walls, 2)[0]:+.5f} s per vertebra squared")


if __name__ == "__main__":
    sys.exit(main())
