"""Mutated files through every reader: each must be read or refused by one sentence, within limits of time and memory.

    python -m bench.fuzz [--target NAME …] [--count 2000] [--seed 0] [--seconds 600]

Each reader runs in children of its own, so that a death is counted and the next file goes on. A reader is added to
`TARGETS`: valid samples, a function that reads one, and the error that is its refusal. Exits with 0 without faults.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.fuzz_samples import (
    coded_dicom_samples,
    dicom_samples,
    dicomdir_samples,
    nifti_samples,
    picture_samples,
)
from spinefm.imaging.listing import films_of
from spinefm.imaging.radiograph import UnreadableFilm, read

SECONDS_EACH = 60
"""Time after which a file hangs, on a machine however busy; the readers' own limits are of processor time."""
BYTES_EACH = 3 << 29
"""Memory that one file may take beyond what the process has: 1.5 GB."""
INTERESTING = (0, 1, 0x7F, 0x80, 0xFE, 0xFF)


@dataclass(frozen=True)
class Target:
    """A reader: valid `samples` to mutate, how to `read` one, and the error that is its refusal."""

    samples: Callable[[], Sequence[bytes]]
    read: Callable[[bytes], object]
    refusal: type[Exception]


@dataclass
class Tally:
    """What became of a target's files: how many were read and refused, and each fault with its number."""

    read: int = 0
    refused: int = 0
    faults: list[tuple[int, str]] = field(default_factory=list)

    @property
    def done(self) -> int:
        """Number of files tried."""
        return self.read + self.refused + len(self.faults)


def _film(data: bytes) -> object:
    return read(data)


def _index(data: bytes) -> object:
    """A disc's table of contents, in a folder of its own."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        (Path(folder) / "DICOMDIR").write_bytes(data)
        return films_of(Path(folder) / "DICOMDIR")


TARGETS: dict[str, Target] = {
    **{name: Target(samples, _film, UnreadableFilm) for name, samples in picture_samples().items()},
    **{name: Target(samples, _film, UnreadableFilm) for name, samples in nifti_samples().items()},
    **{name: Target(samples, _film, UnreadableFilm) for name, samples in dicom_samples().items()},
    **{name: Target(samples, _film, UnreadableFilm) for name, samples in coded_dicom_samples().items()},
    "dicomdir": Target(dicomdir_samples, _index, UnreadableFilm),
}
"""Every reader that is fuzzed, by name."""


def main() -> int:
    """Fuzz the chosen targets and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--target", action="append", choices=TARGETS, help="one reader (default: all)")
    parser.add_argument("--count", type=int, default=2000, help="mutated files for each reader")
    parser.add_argument("--seed", type=int, default=0, help="number of the first file")
    parser.add_argument("--seconds", type=float, default=600, help="time for each reader")
    args = parser.parse_args()
    faults = 0
    for name in args.target or TARGETS:
        start = time.monotonic()
        tally = fuzz(TARGETS[name], args.count, args.seed, args.seconds)
        faults += len(tally.faults)
        print(
            f"{name:22} {tally.done:6} files  {tally.read:6} read  {tally.refused:6} refused  "
            f"{len(tally.faults):4} faults  {time.monotonic() - start:6.1f} s",
            flush=True,
        )
        for number, what in tally.faults[:10]:
            print(f"    file {number}: {what}", flush=True)
    return 1 if faults else 0


def fuzz(target: Target, count: int, seed: int = 0, seconds: float = 600) -> Tally:
    """Read `count` mutated files from number `seed` on, or as many as `seconds` allow."""
    samples, tally, end = target.samples(), Tally(), time.monotonic() + seconds
    while tally.done < count and time.monotonic() < end:
        numbers = range(seed + tally.done, seed + count)
        for number, what in _child(target, samples, numbers, end):
            if what == "read":
                tally.read += 1
            elif what == "refused":
                tally.refused += 1
            else:
                tally.faults.append((number, what))
    return tally


def mutated(samples: Sequence[bytes], number: int) -> bytes:
    """The mutated file of a number: a few bytes changed, moved, lost or added, most of them near the start."""
    chance = random.Random(number)
    data = bytearray(chance.choice(samples))
    for _ in range(chance.choice((1, 1, 2, 4, 8))):
        reach = min(len(data), chance.choice((64, 512, 4096, len(data))))
        place = chance.randrange(max(reach, 1))
        _change(data, place, chance)
    if chance.random() < 0.1:
        del data[chance.randrange(len(data) + 1) :]
    return bytes(data)


def _change(data: bytearray, place: int, chance: random.Random) -> None:
    kind = chance.randrange(7)
    if kind == 0:
        data[place : place + 1] = bytes([chance.randrange(256)])
    elif kind == 1:
        data[place : place + 1] = bytes([chance.choice(INTERESTING)])
    elif kind == 2 and data:
        data[place % len(data)] ^= 1 << chance.randrange(8)
    elif kind == 3:
        data[place : place + 4] = chance.choice((0, 1, 2**16, 2**31 - 1, 2**32 - 1)).to_bytes(4, "little")
    elif kind == 4:
        del data[place : place + chance.randint(1, 16)]
    elif kind == 5:
        data[place:place] = chance.randbytes(chance.randint(1, 16))
    else:
        data[place:place] = data[place : place + chance.randint(1, 64)] * chance.choice((1, 2, 50))


def _child(target: Target, samples: Sequence[bytes], numbers: range, end: float) -> Iterator[tuple[int, str]]:
    """What became of the files of `numbers` in one child: up to the first that ends it, which is counted."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reader)
            _read_all(target, samples, numbers, end, writer)
        finally:
            os._exit(0)
    os.close(writer)
    last = numbers.start - 1
    with open(reader, encoding="utf-8") as answers:
        for line in answers:
            last, what = json.loads(line)
            yield last, what
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        ended = os.WTERMSIG(status)
        yield last + 1, f"more than {SECONDS_EACH} s" if ended == signal.SIGALRM else f"died of signal {ended}"


def _read_all(target: Target, samples: Sequence[bytes], numbers: range, end: float, writer: int) -> None:
    """In a child: read the files of `numbers` and answer a line for each."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 2)
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + BYTES_EACH, resource.RLIM_INFINITY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for number in numbers:
        if time.monotonic() > end:
            break
        signal.alarm(SECONDS_EACH)
        what = _outcome(target, mutated(samples, number))
        signal.alarm(0)
        os.write(writer, (json.dumps([number, what]) + "\n").encode())


def _outcome(target: Target, data: bytes) -> str:
    """Whether the file was "read" or "refused", or what is wrong with how it was refused."""
    try:
        target.read(data)
    except target.refusal as refusal:
        sentence = str(refusal)
        right = sentence[:1].isupper() and sentence.endswith(".") and "\n" not in sentence
        return "refused" if right else f"no sentence: {sentence[:200]!r}"
    except Exception as error:  # noqa: BLE001 (that is what is looked for)
        return f"{type(error).__name__}: {str(error)[:200]}"
    return "read"


if __name__ == "__main__":
    sys.exit(main())
