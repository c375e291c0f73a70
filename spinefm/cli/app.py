"""The command line: `python -m spinefm segment | info | phantom | train | evaluate | compare | weights`.

Exit codes: 0 all done, 1 some films failed, 2 a wrong call (nothing was done). Each verb imports what it needs when it
runs, so that `info` and `--help` answer at once.
"""

from __future__ import annotations

import argparse
import io
import shutil
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spinefm import __version__

if TYPE_CHECKING:
    from spinefm.core.geometry import Point
    from spinefm.imaging.radiograph import Polarity
    from spinefm.methods import Method
    from spinefm.trace.model import Event

DONE, SOME_FAILED, WRONG_CALL, INTERRUPTED = 0, 1, 2, 130
"""Exit codes; the last is what a shell gives a command that Ctrl-C ended."""


class WrongCall(ValueError):
    """The call cannot be carried out; nothing was done."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb on `arguments` (default: those of the process); returns the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    _write_any_name()
    parser = build_parser(given[0] if given else None)
    args = parser.parse_args(given)
    try:
        return int(args.run(args))
    except WrongCall as error:
        sys.stderr.write(f"{error}\n")
        return WRONG_CALL
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped; what was finished is on disk.\n")
        return INTERRUPTED


def _write_any_name() -> None:
    """Let messages name any file: a terminal's encoding lacks some characters, and old archives have other bytes."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def build_parser(verb: str | None) -> argparse.ArgumentParser:
    """The parser of all verbs; only the given `verb` gets its arguments, because some come from heavy modules."""
    parser = argparse.ArgumentParser(
        prog="spinefm",
        description="Named vertebrae on lateral spine radiographs. Research only, not a medical device.",
        epilog="Exit codes: 0 all done, 1 some films failed, 2 wrong call.",
    )
    parser.add_argument("--version", action="version", version=f"SpineFM {__version__}")
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)
    for name, (summary, configure) in VERBS.items():
        child = verbs.add_parser(name, help=summary, description=summary)
        if name == verb:
            configure(child)
    return parser


def _configure_segment(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("films", type=Path, nargs="+", metavar="FILM", help="films of any format that is read, or folders of them")
    add("--out", type=Path, required=True, metavar="DIR", help="results go to DIR/<film's name>/")
    add("--method", default="spinefm", help="how to segment (default: spinefm)")
    add("--bundle", default="compact", help="set of weights (default: compact)")
    add("--device", default="auto", help="auto, cpu, cuda or cuda:N (default: auto)")
    add("--set", action="append", default=[], type=_assignment, metavar="NAME=VALUE", help="change one of the settings")
    add("--seeds", nargs=3, type=_point, metavar="X,Y", help="three neighbouring vertebrae in pixels, for one film")
    add("--polarity", choices=("auto", "keep", "turn"), default="auto", help="what to do about inverted films")
    parser.set_defaults(run=run_segment)


def _configure_info(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(run=lambda _: run_info())


def _configure_phantom(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--n", type=int, required=True, metavar="N", help="number of films")
    add("--out", type=Path, required=True, metavar="DIR", help="folder for films/ and labels/")
    add("--seed", type=int, required=True, metavar="S", help="first seed; below 1000000 train, from 9000000 test")
    add("--region", choices=("cervical", "lumbar"), help="draw one region only")
    parser.set_defaults(run=run_phantom)


def _configure_train(parser: argparse.ArgumentParser) -> None:
    from spinefm.training.command import add_train_arguments, run_train

    add_train_arguments(parser)
    parser.set_defaults(run=run_train)


def _configure_evaluate(parser: argparse.ArgumentParser) -> None:
    from spinefm.evaluation.command import add_evaluate_arguments, run_evaluate

    add_evaluate_arguments(parser)
    parser.set_defaults(run=run_evaluate)


def _configure_compare(parser: argparse.ArgumentParser) -> None:
    from spinefm.evaluation.command import add_compare_arguments, run_compare

    add_compare_arguments(parser)
    parser.set_defaults(run=run_compare)


def _configure_weights(parser: argparse.ArgumentParser) -> None:
    from spinefm.cli.weights import add_weights_arguments, run_weights

    add_weights_arguments(parser)
    parser.set_defaults(run=run_weights)


VERBS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None]]] = {
    "segment": ("Segment and name the vertebrae on films.", _configure_segment),
    "info": ("Show versions, device and weights.", _configure_info),
    "phantom": ("Simulate films with exact masks.", _configure_phantom),
    "train": ("Train a network on phantoms.", _configure_train),
    "weights": ("Fetch, verify, convert or publish sets of weights.", _configure_weights),
    "evaluate": ("Score a method on films with truth: the paper's tables and what they hide.", _configure_evaluate),
    "compare": ("Put two evaluations of one data set beside each other.", _configure_compare),
}
"""Name, summary and arguments of each verb."""


def _assignment(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not (name and sign):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def _point(text: str) -> tuple[float, float]:
    try:
        x, y = (float(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not X,Y in pixels") from None
    return x, y


# segment


@dataclass(frozen=True)
class Job:
    """One film to segment and the folder of its result."""

    film: Path
    folder: Path


def run_segment(args: argparse.Namespace) -> int:
    """Segment every film; each leaves a result or an `error.json`. Raises WrongCall before anything is done."""
    jobs = plan_jobs(list_films(args.films), args.out)
    if args.seeds and len(jobs) != 1:
        raise WrongCall(f"--seeds are places on one film, and there are {len(jobs)}; give one film at a time.")
    method = _build_method(args)
    _make_folder(args.out)
    failed = 0
    with _progress(len(jobs), "film") as bar:
        for job in jobs:
            sentence = segment_film(job, method, args.polarity, _show(bar, job.film.name))
            if sentence:
                failed += 1
                bar.write(f"{job.film}: {sentence}", file=sys.stderr)
            bar.update()
    sys.stdout.write(f"{len(jobs) - failed} of {len(jobs)} films done, {failed} failed; results in {args.out}\n")
    return SOME_FAILED if failed else DONE


def list_films(paths: Iterable[Path]) -> list[Path]:
    """The films named by `paths`: a folder stands for the films in and below it, a DICOMDIR for those it names.

    What holds no film stands for itself, so that reading it says so. Raises WrongCall for a folder that may not be
    listed.
    """
    from spinefm.imaging.listing import ListingError, films_of

    films: list[Path] = []
    for path in paths:
        try:
            films += films_of(path) or [path]
        except ListingError as error:
            raise WrongCall(str(error)) from error
        except ValueError:  # a NUL in the name: reading it says what is wrong
            films.append(path)
    return films


def plan_jobs(films: Sequence[Path], out: Path) -> list[Job]:
    """Each film's result folder, `out/<stem>`; where a stem is taken, `<stem>-2`, `<stem>-3` …"""
    from spinefm.export import result_name

    taken: set[str] = set()
    jobs = []
    for film in films:
        stem = result_name(film.name)
        names = (stem if count == 1 else f"{stem}-{count}" for count in range(1, len(films) + 1))
        name = next(name for name in names if name not in taken)
        taken.add(name)
        jobs.append(Job(film, out / name))
    return jobs


def segment_film(job: Job, method: Method, polarity: Polarity, on_event: Callable[[Event], None]) -> str | None:
    """Read, segment and write one film; returns None, or the sentence that also stands in its `error.json`.

    Not even a bug that one film brings out stops the others: its traceback goes into the file.
    """
    from spinefm.export import ExportError, write_result
    from spinefm.imaging.radiograph import UnreadableFilm, read
    from spinefm.methods import CannotStart, run_to_trace

    try:
        film = read(job.film, polarity=polarity)
        write_result(job.folder, run_to_trace(method, film, on_event), film)
    except (UnreadableFilm, CannotStart) as error:
        return _record_failure(job, str(error), None)
    except ExportError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 (recorded in full, and reported)
        sentence = f"The program failed on this film ({type(error).__name__}: {error}); report it with error.json."
        return _record_failure(job, sentence, traceback.format_exc())
    return None


def _record_failure(job: Job, sentence: str, detail: str | None) -> str:
    from spinefm.export import ExportError, write_error

    try:
        write_error(job.folder, job.film.name, sentence, detail)
    except ExportError as error:
        return f"{sentence} Its error.json is missing: {error}"
    return sentence


def _build_method(args: argparse.Namespace) -> Method:
    from spinefm.core.machine import DeviceError, quiet_allocator

    quiet_allocator()
    from spinefm.methods import METHODS, build_method
    from spinefm.weights.load import BundleError, load_bundle

    if args.method not in METHODS:
        raise WrongCall(f"There is no method {args.method!r}; choose one of: {', '.join(METHODS)}.")
    try:
        bundle = load_bundle(args.bundle, args.device)
        return build_method(args.method, bundle, dict(args.set), _points(args.seeds))
    except (BundleError, DeviceError, ValueError) as error:
        raise WrongCall(str(error)) from error


def _points(seeds: Sequence[tuple[float, float]] | None) -> list[Point] | None:
    from spinefm.core.geometry import Point

    return [Point(x, y) for x, y in seeds] if seeds else None


def _show(bar: Any, name: str) -> Callable[[Event], None]:
    """A listener that tells the bar which film is running and how many vertebrae it has so far."""
    from spinefm.trace.model import Decided

    found = 0
    bar.set_postfix_str(name)

    def listen(event: Event) -> None:
        nonlocal found
        if isinstance(event, Decided) and event.vertebra is not None:
            found += 1
            bar.set_postfix_str(f"{name}: {found} vertebrae")

    return listen


# info


def run_info() -> int:
    """Print versions, device and bundles without loading any library that takes time."""
    from spinefm.core.machine import library_versions

    lines = [f"SpineFM {__version__}", *(f"  {name} {version}" for name, version in library_versions().items())]
    lines += [f"device: {_likely_device()}", *_bundle_lines()]
    sys.stdout.write("\n".join(lines) + "\n")
    return DONE


def _likely_device() -> str:
    """What `--device auto` will most likely pick; torch itself would take seconds to say so."""
    driver = Path("/proc/driver/nvidia/version").exists() or shutil.which("nvidia-smi") is not None
    return "cuda (an NVIDIA driver is installed)" if driver else "cpu (no NVIDIA driver is installed)"


def _bundle_lines() -> list[str]:
    from spinefm.weights.load import BundleError, Manifest, on_disk

    try:
        manifest = Manifest.read()
    except BundleError as error:
        return [f"weights: none. {error}"]
    lines = [f"weights: {manifest.folder}"]
    for name, entry in manifest.bundles.items():
        size = sum(file.bytes for file in entry.networks.values()) / 1e6
        place = "on disk" if on_disk(name, manifest) else "not on disk"
        lines.append(f"  {name}: {place}, {len(entry.networks)} networks, {size:.1f} MB, {entry.licence}")
    return lines


# phantom


def run_phantom(args: argparse.Namespace) -> int:
    """Write `--n` phantoms from `--seed` on. Raises WrongCall for seeds that are neither train nor test seeds."""
    from spinefm.phantom import TEST_SEEDS, TRAIN_SEEDS, write_set

    seeds = range(args.seed, args.seed + args.n)
    if args.n < 1:
        raise WrongCall(f"--n is the number of films, at least 1, not {args.n}.")
    if not any(seeds[0] in allowed and seeds[-1] in allowed for allowed in (TRAIN_SEEDS, TEST_SEEDS)):
        raise WrongCall(
            f"The seeds {seeds[0]} to {seeds[-1]} are neither all for training (0 to {TRAIN_SEEDS[-1]}) nor all for "
            f"tests ({TEST_SEEDS[0]} to {TEST_SEEDS[-1]}); choose another --seed."
        )
    _make_folder(args.out)
    with _progress(len(seeds), "phantom") as bar:
        write_set(args.out, seeds, args.region, progress=lambda done, total: bar.update())
    sys.stdout.write(f"{len(seeds)} phantoms in {args.out}\n")
    return DONE


# shared by the verbs


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WrongCall(f"The folder {folder} cannot be made ({error.strerror}); choose another --out.") from error


@contextmanager
def _progress(total: int, unit: str) -> Iterator[Any]:
    """A progress bar on standard error."""
    from tqdm import tqdm

    with tqdm(total=total, unit=unit, file=sys.stderr) as bar:
        yield bar
