"""Where the result of each film goes: a folder of its own, so that no film replaces the result of another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, count
from pathlib import Path

from spinefm.core.result_names import ERROR, LABELS, REPORT

MOST_NAMED = 5
"""Films that a line names."""


@dataclass(frozen=True)
class FilmJob:
    """One film to segment and the folder of its result."""

    film: Path
    folder: Path


@dataclass(frozen=True)
class ResultOwner:
    """The film of a result that is there: its file's checksum, or of one that failed its name."""

    sha256: str | None = None
    failed: str | None = None


Owners = Mapping[str, ResultOwner | None]
"""Folders by name, each with the film whose result it holds; None where it holds none."""


def plan_jobs(films: Sequence[Path], out: Path) -> list[FilmJob]:
    """Each film's result folder, `out/<stem>`; where another film has taken a stem, `<stem>-2`, `<stem>-3` …

    A film has its own folder again that holds its result from an earlier call. The folder of a film that failed goes to
    any film of its name.
    """
    from spinefm.export import result_name
    from spinefm.export.sheet import SHEET

    there, taken, jobs = _names_in(out), {SHEET}, []
    numbers = _numbers_of(there)
    earlier = cache(lambda stem: {name: owner_of(out / name) for name in _family(stem, numbers[stem]) if name in there})
    for film in films:
        stem = result_name(film.name)
        name = _earlier_name(film, stem, {one: of for one, of in earlier(stem).items() if one not in taken})
        name = name or next(one for one in _family(stem, count(2)) if one not in taken and one not in there)
        taken.add(name)
        jobs.append(FilmJob(film, out / name))
    return jobs


def _names_in(folder: Path) -> frozenset[str]:
    try:
        return frozenset(path.name for path in folder.iterdir())
    except OSError:  # making the folder says what is wrong with it
        return frozenset()


def _numbers_of(names: Iterable[str]) -> defaultdict[str, list[int]]:
    """For each stem the numbers that names have after it, in order."""
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    for stem, _, number in (name.rpartition("-") for name in names):
        if number.isascii() and number.isdigit() and number[0] != "0":
            numbers[stem].append(int(number))
    for found in numbers.values():
        found.sort()
    return numbers


def _family(stem: str, numbers: Iterable[int]) -> Iterator[str]:
    """The name of a stem, and its names with these numbers."""
    yield stem
    yield from (f"{stem}-{number}" for number in numbers)


def _earlier_name(film: Path, stem: str, owners: Owners) -> str | None:
    """Which of the folders of a stem may be written again for `film`: its own, else one without another's result."""
    from spinefm.imaging.radiograph import printable

    sha256 = _checksum(film) if owners else None
    mine = (name for name, owner in owners.items() if is_result_of(owner, sha256))
    failed = (name for name, owner in owners.items() if owner and owner.failed == printable(film.name))
    no_result = (name for name in owners if name == stem and owners[name] is None)
    return next(chain(mine, failed, no_result), None)


def is_result_of(owner: ResultOwner | None, sha256: str | None) -> bool:
    """Whether a result is of the film with that checksum; without one nobody can tell."""
    return owner is not None and sha256 is not None and owner.sha256 == sha256


def owner_of(folder: Path) -> ResultOwner | None:
    """The film whose result is in `folder`; None where there is no result, or a damaged one."""
    from spinefm.core.foreign import read_json

    try:
        if (folder / ERROR).is_file():
            return ResultOwner(failed=str(read_json(folder / ERROR)["film"]))
        return ResultOwner(read_json(folder / REPORT)["film"].get("sha256"))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def refuse_taken_since(job: FilmJob, sha256: str | None) -> None:
    """Raise ExportError where another call has written another film's result to a job's folder since it was planned."""
    from spinefm.export import ExportError

    owner = owner_of(job.folder)
    if owner is not None and owner.failed is None and owner.sha256 != sha256:
        raise ExportError(
            f'Meanwhile "{job.folder}" got the result of another film: run this film again, for a folder of its own.'
        )


def is_done(job: FilmJob) -> bool:
    """Whether the folder of a job holds the whole result of this very film: another one may have the same name."""
    whole = (job.folder / LABELS).is_file()
    return whole and is_result_of(owner_of(job.folder), _checksum(job.film))


def _checksum(film: Path) -> str | None:
    """The sha256 of a film's file; None for what cannot be read, and for a pipe, which could go on for ever."""
    from spinefm.core.checksum import sha256_of

    try:
        return sha256_of(film) if film.is_file() else None
    except (OSError, ValueError):  # ValueError: a NUL in the name
        return None


def numbered_text(jobs: Sequence[FilmJob]) -> str:
    """A line on the films whose folders have a number, since their name is taken; "" without."""
    from spinefm.export import result_name

    moved = [job for job in jobs if job.folder.name != result_name(job.film.name)]
    if not moved:
        return ""
    shown = ", ".join(f"{job.film} in {job.folder}" for job in moved[:MOST_NAMED])
    more = f" and {len(moved) - MOST_NAMED} more" if len(moved) > MOST_NAMED else ""
    return f"A name that is taken gets a number: {shown}{more}.\n"
