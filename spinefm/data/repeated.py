"""Labels of one film in several entries or files: the same counts once, and of different ones none is the truth."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from spinefm.data.case import Skipped
from spinefm.data.cases_apart import cases_in
from spinefm.data.films import Films, by_film_name, film_stem

Label = TypeVar("Label")


@dataclass(frozen=True)
class Claim(Generic[Label]):
    """An entry of a file that is the label of a film.

    film: where it lies, None where that is not known. stated: where the entry says. drawn: what it says of bodies, ""
    for nothing. why: why it does not count, "" where it does.
    """

    label: Label
    file: Path
    film: Path | None
    stated: Path
    drawn: str
    why: str = ""

    def counted(self) -> Label:
        """The label. Raises ValueError where it does not count."""
        if self.why:
            raise ValueError(self.why)
        return self.label

    def place(self, root: Path) -> Path:
        """Where the film lies below `root`; where that is not known, or it is another's, where it is stated."""
        is_its = self.film is not None and self.film.is_relative_to(root)
        return self.film.relative_to(root) if is_its and self.film is not None else self.stated


def settled(claims: Sequence[Claim[Label]], root: Path) -> tuple[dict[str, Claim[Label]], list[Skipped]]:
    """The claims by the name of their film, and how many of each file repeat what another one says.

    Two claims share a film where they state the same path for it; else it is that of the one that states its folder.
    Of claims that differ none counts, and reading the film says so. Files in two folders mean two films where these
    are not known.
    """
    groups: dict[Hashable, list[Claim[Label]]] = defaultdict(list)
    for claim in claims:
        groups[claim.film or (claim.file.parent, claim.stated)].append(claim)
    repeated: Counter[tuple[str, str, bool]] = Counter()
    kept = [one for same in groups.values() for one in _settle(_once(same, repeated), root)]
    skipped = [
        Skipped(name, f"Films that are in {other} {'with' if is_same else 'and have'} {what}: {count}; {how}.", "films")
        for (name, other, is_same), count in repeated.items()
        for what, how in [("the same labels", "they count once") if is_same else ("labels there alone", "these count")]
    ]
    return by_film_name([(claim.place(root), claim) for claim in kept]), skipped


def bare(claims: Iterable[Claim[Label]], films: Films) -> tuple[Skipped, ...]:
    """The films that no claim means; of those that one may mean without saying which, none is."""
    claimed = [*claims]
    return films.bare((claim.film for claim in claimed), [film_stem(one.stated) for one in claimed if one.film is None])


def _once(same: Sequence[Claim[Label]], repeated: Counter[tuple[str, str, bool]]) -> list[Claim[Label]]:
    """The claims of one film without those that say nothing or what an earlier one says, which are counted."""
    first: dict[str, Claim[Label]] = {}
    for claim in sorted(same, key=lambda claim: not claim.drawn):  # those that say nothing last
        other = first.setdefault(claim.drawn, claim) if claim.drawn or not first else next(iter(first.values()))
        if other is not claim:
            repeated[claim.file.name, other.file.name, bool(claim.drawn)] += 1
    return [*first.values()]


def _settle(same: Sequence[Claim[Label]], root: Path) -> list[Claim[Label]]:
    """The claims of one film, of which the one counts that alone states its folder; those that differ are one."""
    film = same[0].film
    if film is None or len(same) == 1:
        return [same[0]] if len(same) == 1 else [_differing(same, root)]
    own = cases_in(film.relative_to(root)) if film.is_relative_to(root) else []
    exact = [claim for claim in same if cases_in(claim.stated) == own]
    others = [claim for claim in same if claim not in exact]
    if not exact and len({tuple(cases_in(claim.stated)) for claim in others}) == 1:
        exact, others = others, []
    kept = [exact[0]] if len(exact) == 1 else [_differing(exact, root)] if exact else []
    return [*kept, *(_without_film(claim) for claim in others)]


def _differing(same: Sequence[Claim[Label]], root: Path) -> Claim[Label]:
    """One claim for several that differ, which does not count."""
    files = dict.fromkeys(claim.file.relative_to(root).as_posix() for claim in same)
    by = " and ".join([*files][:3]) if len(files) > 1 else f"several entries of {next(iter(files))}"
    why = f"{by} label it differently, so it is not clear which is true; keep one of them"
    first = same[0]
    return Claim(first.label, first.file, first.film, first.stated, first.drawn, why)


def _without_film(claim: Claim[Label]) -> Claim[Label]:
    """A claim to a film that another claim states the folder of."""
    why = f"its film {claim.stated} is missing; a film of its name is that of another label"
    return Claim(claim.label, claim.file, None, claim.stated, claim.drawn, why)


def rivals(labels: Iterable[tuple[str, Path, Path | None, str]]) -> dict[str, str]:
    """Why labels of a file each do not count, by their names: of one film that several have, or that differ.

    labels: the name of each, its file, its film (None where that is not known), and what it says.
    """
    groups: dict[Path, list[tuple[str, Path, int]]] = defaultdict(list)
    for name, file, film, drawn in labels:
        if film is not None:
            groups[film].append((name, file, hash(drawn)))
    why: dict[str, str] = {}
    for same in groups.values():
        is_named = len({file.name for _, file, _ in same}) == len(same)
        places = [file.name if is_named else f"{file.parent.name}/{file.name}" for _, file, _ in same]
        if len({drawn for *_, drawn in same}) > 1:
            files = " and ".join(places[:3])
            reason = f"{files} label one film differently, so it is not clear which is true; keep one of them"
            why |= {name: reason for name, *_ in same}
        else:
            why |= {name: f"{places[0]} says the same of its film, which counts once" for name, *_ in same[1:]}
    return why
