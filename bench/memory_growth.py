"""How the memory of one process grows with bursts of visitors: mixed films, read by many threads, run one at a time.

    python -m bench.memory_growth [--visitors 20] [--runs 200]

Prints the resident memory after every ten runs. Exits with 0 when the last figure is at most 1.3 times the first.
"""

from __future__ import annotations

import argparse
import io
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from spinefm.core.machine import quiet_allocator

MOST_GROWTH = 1.3
EVERY = 10


def main() -> int:
    """Run the films and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--visitors", type=int, default=20)
    parser.add_argument("--runs", type=int, default=200)
    args = parser.parse_args()
    quiet_allocator()
    with tempfile.TemporaryDirectory() as folder:
        films = write_films(Path(folder))
        memory = measure(list(islice(cycle(films), args.runs)), args.visitors)
    print("runs  MB resident")
    for count, megabytes in memory.items():
        print(f"{count:4}  {megabytes:11.0f}")
    growth = memory[max(memory)] / memory[min(memory)]
    print(f"after {max(memory)} runs {growth:.2f} times as much as after {min(memory)} (at most {MOST_GROWTH})")
    return 0 if growth <= MOST_GROWTH else 1


def write_films(folder: Path) -> list[Path]:
    """Films of several sizes and formats, as visitors bring them."""
    import imagecodecs
    import numpy as np
    from PIL import Image

    from spinefm.phantom import TEST_SEEDS, simulate
    from tests.bad_films import dicom_bytes, dicom_film

    films = []
    for index, (size, seed) in enumerate(
        zip(((640, 640), (1463, 1755), (2400, 3000), (900, 1100)), TEST_SEEDS, strict=False)
    ):
        scale = size[1] / 640
        film = simulate(seed, "lumbar" if index % 2 else "cervical", (round(size[0] / scale), 640), "full").film
        values = np.asarray(Image.fromarray(np.round(film * 255).astype(np.uint8)).resize(size))
        for suffix in (".png", ".jpg", ".tif"):
            Image.fromarray(values).save(folder / f"{index}{suffix}")
            films.append(folder / f"{index}{suffix}")
        (folder / f"{index}.dcm").write_bytes(
            dicom_bytes(dicom_film(values.astype(np.uint16) * 16, BitsStored=12, HighBit=11))
        )
        films.append(folder / f"{index}.dcm")
    assert imagecodecs
    return films


def measure(films: list[Path], visitors: int) -> dict[int, float]:
    """Number of finished runs -> MB resident, at every tenth; each film takes its own path through one process."""
    from spinefm.methods import build_method
    from spinefm.weights.load import load_bundle

    method = build_method("spinefm", load_bundle("compact", "cpu"))
    turn, memory = threading.Lock(), {}
    counted: Iterator[int] = iter(range(1, len(films) + 1))

    def visit(film: Path) -> None:
        segment(film, method, turn)
        with turn:
            count = next(counted)
            if count % EVERY == 0:
                memory[count] = resident()

    with ThreadPoolExecutor(visitors) as pool:
        for done in [pool.submit(visit, film) for film in films]:
            done.result()
    return memory


def segment(path: Path, method: Any, turn: threading.Lock) -> None:
    """One visit: read the film, run the method when it is this film's turn, make the zip."""
    from spinefm.export import write_zip
    from spinefm.imaging.radiograph import read
    from spinefm.methods import CannotStart, run_to_trace

    film = read(path)
    with turn:
        try:
            trace = run_to_trace(method, film)
        except CannotStart:
            return
    write_zip(io.BytesIO(), trace, film)


def resident(status: Callable[[], str] = lambda: Path("/proc/self/status").read_text()) -> float:
    """MB of memory that this process holds."""
    [line] = [line for line in status().splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    sys.exit(main())
