"""Damages data sets and evaluations at random and opens them: `python -m bench.fuzz_readers --n 2000`.

Every reader gets `--n` mutations of a small set, drawn from a seed, in child processes with limits of memory and time.
A mutation may end as a case or as a sentence (DatasetError, DamagedCase, RunError); anything else, a death, more than
`SECONDS` or more than `MEMORY` counts as a failure and is printed with its seed. Exit code 1 where there is one.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spinefm.core.foreign import InputError
from spinefm.data import Case, cases, open_dataset
from spinefm.data.archive import ZipLimits, unpack
from spinefm.phantom import simulate
from tests.data import layouts
from tests.data.test_readers import WRITERS

SECONDS = 10
MEMORY = 1536 << 20
"""Bytes of memory that a child may have beyond what its libraries map at the start."""
BATCH = 250
"""Mutations per child."""
NUMBERS = (b"-1", b"0", b"1e999", b"NaN", b"99999999999", b"30000000", b"null", b'"x"', b"[]", b"{}")
"""What takes the place of numbers in texts."""
MOST_ADDED = 2 << 20
"""Bytes that repeating a passage adds to a text."""
TEXTS = (".json", ".xml", ".txt", ".csv", ".yaml")
Opened = Callable[[Path], None]


@dataclass(frozen=True)
class Target:
    """A clean set and how it is opened."""

    clean: Path
    open: Opened


@dataclass(frozen=True)
class Failure:
    """A mutation that ended otherwise than it may."""

    target: str
    seed: int
    what: str


def main() -> int:
    """Fuzz every reader, print a table, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=2000, help="mutations of each reader (default: 2000)")
    parser.add_argument("--seed", type=int, default=0, help="first random seed (default: 0)")
    parser.add_argument("--only", nargs="*", default=[], help="these readers only")
    args = parser.parse_args()
    failures: list[Failure] = []
    with tempfile.TemporaryDirectory(prefix="spinefm-fuzz-") as name:
        for title, target in targets(Path(name)).items():
            if args.only and title not in args.only:
                continue
            start = time.monotonic()
            found = list(fuzz(title, target, range(args.seed, args.seed + args.n)))
            print(
                f"{title:12s} {args.n:6d} mutations {len(found):3d} failures {time.monotonic() - start:6.1f} s",
                flush=True,
            )
            failures += found
    for one in failures:
        print(f"{one.target} --seed {one.seed} --n 1: {one.what}")
    return 1 if failures else 0


def targets(root: Path) -> dict[str, Target]:
    """A clean set for each reader, and the other doors by which foreign files come in."""
    phantom = simulate(9_000_001, "cervical", size=(120, 160), layout="full")
    lumbar = simulate(9_000_001, "lumbar", size=(120, 160))
    found = {}
    for kind, write in {**WRITERS, "buu": layouts.write_buu}.items():
        (root / kind).mkdir()
        write(lumbar if kind == "buu" else phantom, root / kind, ["one"])
        found[kind] = Target(root / kind, _reader(kind))
    (root / "zip").mkdir()
    shutil.make_archive(str(root / "zip" / "set"), "zip", root / "labelme")
    found["zip"] = Target(root / "zip", _open_zip)
    found["evaluation"] = Target(_evaluation(root / "evaluation", root / "phantom"), _open_evaluation)
    return found


def _reader(kind: str) -> Opened:
    def read(root: Path) -> None:
        for case in cases(open_dataset(kind, root)):
            assert not isinstance(case, Case) or case.truth is not None

    return read


def _open_zip(root: Path) -> None:
    limits = ZipLimits(files=100, bytes=64 << 20)
    _reader("labelme")(unpack(root / "set.zip", root / "out", limits))


def _evaluation(folder: Path, films: Path) -> Path:
    from spinefm.evaluation import RunFolder, evaluate
    from spinefm.evaluation.report import finish
    from tests.evaluation.stand_in_set import plan
    from tests.ui.server.stand_in import StandIn

    dataset = open_dataset("phantom", films)
    list(evaluate(dataset, StandIn(), RunFolder(folder), plan()))
    finish(RunFolder(folder), dataset, [])
    return folder


def _open_evaluation(root: Path) -> None:
    from spinefm.evaluation import RunFolder
    from spinefm.ui.server.explorer.case import looked_at, steps_payload
    from spinefm.ui.server.explorer.columns import run_columns
    from spinefm.ui.server.explorer.measures import measure_columns

    columns = run_columns("own", RunFolder(root))
    for kind in columns["measures"] or []:
        measure_columns(RunFolder(root), kind["key"])
    RunFolder(root).measures("one")
    looked_at(RunFolder(root), "one")
    steps_payload(RunFolder(root), "one", None)


def fuzz(title: str, target: Target, seeds: range) -> Iterator[Failure]:
    """The failures among the mutations of `seeds`; a child that dies is replaced after the mutation that killed it."""
    waiting = list(seeds)
    while waiting:
        batch, waiting = waiting[:BATCH], waiting[BATCH:]
        done = yield from _child(title, target, batch)
        waiting = batch[done:] + waiting


def _child(title: str, target: Target, seeds: list[int]) -> Generator[Failure, None, int]:
    """Run mutations in one child; returns how many of them are done, the one that ended it among them."""
    receiver, sender = multiprocessing.get_context("fork").Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=_work, args=(target, seeds, sender))
    process.start()
    sender.close()
    for done, seed in enumerate(seeds):
        try:
            answered = receiver.poll(3 * SECONDS)
            what = receiver.recv() if answered else "it never ended"
        except EOFError:
            process.join()
            yield Failure(title, seed, f"the process died with code {process.exitcode}")
            return done + 1
        if what:
            yield Failure(title, seed, str(what))
        if not answered:
            process.kill()
            return done + 1
    process.join()
    return len(seeds)


def _work(target: Target, seeds: list[int], sender: object) -> None:
    """Open one mutation after the other; sends a line for each, empty where all went as it may."""
    _open_clean(target)  # the time of imports is not the reader's
    mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + MEMORY, mapped + MEMORY))
    signal.signal(signal.SIGALRM, _too_long)
    for seed in seeds:
        with tempfile.TemporaryDirectory(prefix="spinefm-fuzz-") as name:
            root = Path(name) / "set"
            shutil.copytree(target.clean, root)
            mutate(root, random.Random(seed))
            sender.send(_outcome(target.open, root))  # type: ignore[attr-defined]


def _open_clean(target: Target) -> None:
    with tempfile.TemporaryDirectory(prefix="spinefm-fuzz-") as name:
        root = Path(name) / "set"
        shutil.copytree(target.clean, root)
        target.open(root)


def _too_long(*_: object) -> None:
    raise TimeoutError(f"more than {SECONDS} s")


def _outcome(opened: Opened, root: Path) -> str:
    signal.alarm(SECONDS)
    try:
        opened(root)
    except InputError:
        return ""
    except BaseException as error:  # noqa: BLE001 (reported)
        return f"{type(error).__name__}: {str(error)[:200]}"
    finally:
        signal.alarm(0)
    return ""


def mutate(root: Path, rng: random.Random) -> None:
    """Damage one file of a set, or the set itself."""
    files = sorted(path for path in root.rglob("*") if path.is_file())
    labels = [path for path in files if path.suffix.lower() not in (".jpg", ".jpeg")]
    path = rng.choice(labels or files)
    action = rng.randrange(10)
    if action == 0:
        path.unlink()
    elif action == 1:
        path.rename(path.with_name(rng.choice(("x", "one.json", "a\nb.png", "one_C99.npy", "é" * 60)) + path.suffix))
    elif path.suffix == ".zip" and action < 5:
        _mutate_member(path, rng)
    else:
        data = path.read_bytes()
        path.write_bytes(_text(data, rng) if path.suffix in TEXTS and rng.random() < 0.6 else _bytes(data, rng))


def _mutate_member(path: Path, rng: random.Random) -> None:
    """Rename a file of a zip, or say that it is larger than it is."""
    data = bytearray(path.read_bytes())
    for name in [member.filename.encode() for member in zipfile.ZipFile(path).infolist()]:
        at = data.find(name)
        while at >= 0 and rng.random() < 0.5:
            data[at : at + 3] = rng.choice((b"../", b"\0\0\0", b"\xff\xfe\xfd", b"C:\\"))
            at = data.find(name, at + 1)
    path.write_bytes(bytes(data))


def _bytes(data: bytes, rng: random.Random) -> bytes:
    """Flip, cut, double or overwrite bytes."""
    content = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8, 64))):
        if not content:
            break
        at = rng.randrange(len(content))
        match rng.randrange(5):
            case 0:
                content[at] ^= 1 << rng.randrange(8)
            case 1:
                content[at] = rng.randrange(256)
            case 2:
                del content[at : at + rng.choice((1, 4, 64, len(content)))]
            case 3:
                content[at:at] = content[at : at + rng.choice((1, 4, 64))]
            case _:
                content[at : at + 4] = rng.choice((b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", bytes(4)))
    return bytes(content)


def _text(data: bytes, rng: random.Random) -> bytes:
    """Put odd values in the place of numbers, quoted words or brackets."""
    words = data.split(b",")
    for _ in range(rng.choice((1, 1, 2, 5))):
        at = rng.randrange(len(words))
        match rng.randrange(4):
            case 0:
                words[at] = rng.choice(NUMBERS)
            case 1:
                words[at] = words[at].replace(b'"', rng.choice((b"", b"'", b"[")))
            case 2:
                words[at] = words[at] + b"[" * rng.choice((1, 100, 100_000))
            case _:
                room = MOST_ADDED // (len(words[at]) + 1)
                words[at:at] = [words[at]] * min(rng.choice((1, 1000, 100_000)), room)
    return b",".join(words)


if __name__ == "__main__":
    np.seterr(all="ignore")
    sys.exit(main())
