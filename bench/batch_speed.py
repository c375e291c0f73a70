"""Films a second of `spinefm batch` against `spinefm segment`, on phantoms of the sizes that films have.

    python -m bench.batch_speed [--films 200] [--segment 200] [--folder DIR] [--workers N] [--growth] [--device cpu]

Writes the phantoms once, as PNG. Then both verbs run each half of them, in the order segment, batch, batch, segment, as
processes of their own with their usual command line, start and weights included. Prints films a second of both, their
ratio, films a second of `batch` from the first film to the last shard, the peak memory of each process tree (PSS: pages
that processes share count once) and the seconds until the first result is on disk. `--segment` gives `segment` fewer
films, where many are needed to fill a GPU; the start then weighs more in its films a second. `--growth` runs `batch` on
50, 100 and 200 films, and on films of short and long spines, and prints seconds per film and per vertebra.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from spinefm.core.machine import use_one_thread

SEED = 9_200_000
HEIGHTS = (None, 1024, None, 1755, 1024, 2500, 1755)
"""Heights of the films in turn: as simulated (about 640 x 480), of a scanned cephalogram, as NHANES II and as today's
detectors have them."""
GRAIN = 1.5
"""Standard deviation of the grain of enlarged films, in grey levels: without it they would be smooth."""
QUIET = tuple((os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_WRONLY, 0) for stream in (1, 2))
"""What is written goes nowhere."""
SHORT, LONG = "spot", "whole"
"""Groups of phantoms that show few vertebrae, and the whole spine."""


@dataclass(frozen=True)
class Timed:
    """A run of a verb: wall seconds, processor seconds, seconds to the first result, peak memory in bytes."""

    films: int
    seconds: float
    processor: float
    first: float
    peak: int


@dataclass(frozen=True)
class Found:
    """What a batch found: vertebrae, and films a second from its first film to its last shard."""

    vertebrae: int
    speed: float


def main() -> int:
    """Write the films, run both verbs, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--films", type=int, default=200)
    parser.add_argument("--segment", type=int, help="films that `segment` gets (default: all)")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "spinefm-batch-films")
    parser.add_argument("--workers", type=int)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--write", action="store_true", help="write the films and stop")
    args = parser.parse_args()
    options = ["--device", args.device]
    batch = [*options, *(["--workers", str(args.workers)] if args.workers else [])]
    films = write_films(args.folder / "mixed", args.films)
    spines = {group: write_films(args.folder / group, 20, group) for group in (SHORT, LONG)} if args.growth else {}
    if not args.write:
        print_growth(films, spines, batch) if args.growth else print_both(
            films, args.segment or args.films, options, batch
        )
    return 0


def write_films(folder: Path, count: int, group: str | None = None) -> list[Path]:
    """The first `count` films of a folder; those that are not there are simulated, on all cores."""
    folder.mkdir(parents=True, exist_ok=True)
    films = [folder / f"{index:04d}.png" for index in range(count)]
    missing = [index for index, film in enumerate(films) if not film.exists()]
    with ProcessPoolExecutor(initializer=use_one_thread) as pool:
        list(pool.map(write_film, [films[index] for index in missing], missing, [group] * len(missing)))
    return films


def write_film(path: Path, index: int, group: str | None) -> None:
    """One phantom, of the group or of the mixture without negatives, at its height."""
    import cv2
    import numpy as np

    from spinefm.phantom import simulate
    from spinefm.phantom.mix import drawn_group

    seed = SEED + index
    film = simulate(seed, group=group or drawn_group(seed, 0.0)).film
    height = HEIGHTS[index % len(HEIGHTS)]
    if height is not None:
        factor = height / film.shape[0]
        large = cv2.resize(film, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC)
        film = (large + np.random.default_rng(seed).normal(0, GRAIN / 255, large.shape)).astype(np.float32)
    part = path.with_suffix(".part.png")
    cv2.imwrite(str(part), np.clip(np.round(film * 255), 0, 255).astype(np.uint8))
    part.rename(path)


def print_both(films: Sequence[Path], alone: int, options: Sequence[str], batch: Sequence[str]) -> None:
    """Both verbs on both halves of the films, `segment` on `alone` of them."""
    halves = films[: len(films) // 2], films[len(films) // 2 :]
    runs: dict[str, list[Timed]] = {"segment": [], "batch": []}
    found: list[Found] = []
    for verb, half in (("segment", 0), ("batch", 0), ("batch", 1), ("segment", 1)):
        if verb == "batch":
            run = timed(verb, halves[half], batch, lambda out: found.append(found_in(out)))
        else:
            run = timed(verb, halves[half][: alone // 2], options)
        runs[verb].append(run)
    speeds = {verb: sum(run.films for run in each) / sum(run.seconds for run in each) for verb, each in runs.items()}
    for verb, each in runs.items():
        print_runs(verb, each)
    without_start = len(films) / sum(run.films / one.speed for run, one in zip(runs["batch"], found, strict=True))
    print(f"batch from the first film to the last shard: {without_start:.2f} films/s")
    print(f"ratio     {speeds['batch'] / speeds['segment']:6.2f}  on {len(films)} films")


def print_runs(verb: str, runs: Sequence[Timed]) -> None:
    """One line for the runs of a verb."""
    films, first, peak = sum(run.films for run in runs), max(run.first for run in runs), max(run.peak for run in runs)
    print(
        f"{verb:8}  {films / sum(run.seconds for run in runs):6.3f} films/s  "
        f"{sum(run.processor for run in runs) / films:6.3f} processor seconds a film  "
        f"first result after {first:5.1f} s  peak memory {peak / 1e9:5.2f} GB"
    )


def print_growth(films: Sequence[Path], spines: dict[str, list[Path]], batch: Sequence[str]) -> None:
    """Seconds per film as films become more, and per vertebra as spines become longer."""
    sets = {f"{count} films": films[:count] for count in (len(films) // 4, len(films) // 2, len(films))}
    for name, found in {**sets, **spines}.items():
        run, out = timed_with_vertebrae(found, batch)
        print(
            f"{name:9}  {out.vertebrae / len(found):5.2f} vertebrae a film  {run.seconds / len(found):6.3f} s a film "
            f"with the start, {1 / out.speed:6.3f} s without, "
            f"{len(found) / out.speed / out.vertebrae:6.4f} s a vertebra, "
            f"{run.processor / len(found):6.3f} processor seconds a film with the start",
            flush=True,
        )


def timed_with_vertebrae(films: Sequence[Path], batch: Sequence[str]) -> tuple[Timed, Found]:
    """A run of `batch`, and what it found."""
    seen: list[Found] = []
    run = timed("batch", films, batch, lambda out: seen.append(found_in(out)))
    return run, seen[0]


def found_in(out: Path) -> Found:
    """What the batch in a folder found."""
    from spinefm.batch.folder import BatchFolder
    from spinefm.batch.status import status_of
    from spinefm.batch.tables import read_table

    return Found(read_table(out, "vertebrae", ["id"]).num_rows, status_of(BatchFolder(out)).speed or 0.0)


def timed(
    verb: str, films: Sequence[Path], options: Sequence[str], look: Callable[[Path], None] = lambda out: None
) -> Timed:
    """Run a verb on films in a process of its own; `look` sees the folder of its results."""
    with tempfile.TemporaryDirectory() as folder:
        out, first, peak = Path(folder) / "out", 0.0, 0
        command = [sys.executable, "-m", "spinefm", verb, *map(str, films), "--out", str(out), *options]
        start = time.perf_counter()
        child = os.posix_spawn(sys.executable, command, os.environ, file_actions=QUIET)
        while not (ended := os.wait4(child, os.WNOHANG))[0]:
            peak = max(peak, sum(map(shared_memory, tree_of(child))))
            first = first or (time.perf_counter() - start if has_result(verb, out) else 0.0)
            time.sleep(0.25)
        seconds, usage = time.perf_counter() - start, ended[2]
        if os.waitstatus_to_exitcode(ended[1]) not in (0, 1):
            raise SystemExit(f"{verb} ended with exit code {os.waitstatus_to_exitcode(ended[1])}")
        look(out)
    return Timed(len(films), seconds, usage.ru_utime + usage.ru_stime, first, peak)


def has_result(verb: str, out: Path) -> bool:
    """Whether a first result is on disk."""
    place = out / "shards" if verb == "batch" else out
    return place.is_dir() and any(not path.name.startswith(".") for path in place.iterdir())


def tree_of(pid: int) -> Iterator[int]:
    """A process and those below it."""
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return  # it has ended
    for child in children:
        yield from tree_of(int(child))


def shared_memory(pid: int) -> int:
    """Bytes of a process, its share of the pages that it has in common with others."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


if __name__ == "__main__":
    sys.exit(main())
