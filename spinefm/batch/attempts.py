"""What to try next where a process was killed: the shard again, then its films alone, then without the guilty one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from spinefm.batch.errors import BatchError
from spinefm.batch.manifest import FilmEntry
from spinefm.batch.plan import Shard

DEATHS_OF_GROUP = 2
"""Deaths of processes on one group of films after which each of them is tried alone."""
DEATHS_OF_FILM = 2
"""Deaths on a film that was tried alone after which it is left out."""
VAIN_TRIALS = 3
"""Trials of a group that find no film guilty before the batch stops."""
KILLS = (
    "The process of this film ended each time, as when the memory of the machine or of the GPU runs out or nothing "
    "happens for many minutes; run it alone with `spinefm segment` to see why."
)
"""The sentence of a film that is left out. It says nothing of how often or how, which differs from run to run."""


@dataclass(frozen=True)
class ShardTask:
    """A shard to compute, without the films `left_out`: id -> why."""

    shard: Shard
    left_out: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TrialTask:
    """Films to run one by one, only to see whether the process survives."""

    shard: Shard
    films: Sequence[FilmEntry]


@dataclass
class Attempts:
    """What is known of a shard whose process was killed, and what follows.

    deaths: group -> processes that died on it; those that died before their first group the desk counts. suspects:
    films that are to be tried alone. strikes: id -> processes that died while it was tried. tried: the group of the
    last suspects, -1 before any. vain: group -> trials of its films that found none guilty.
    """

    shard: Shard
    deaths: Counter[int] = field(default_factory=Counter)
    vain: Counter[int] = field(default_factory=Counter)
    suspects: list[FilmEntry] = field(default_factory=list)
    strikes: Counter[str] = field(default_factory=Counter)
    left_out: dict[str, str] = field(default_factory=dict)
    tried: int = -1

    def next_task(self) -> ShardTask | TrialTask:
        """What a process is to do now."""
        return (
            TrialTask(self.shard, tuple(self.suspects)) if self.suspects else ShardTask(self.shard, dict(self.left_out))
        )

    def died_on_group(self, number: int, films: Collection[FilmEntry]) -> None:
        """A process died on a group of the shard, which has these films."""
        self.deaths[number] += 1
        if self.deaths[number] % DEATHS_OF_GROUP == 0:
            self.suspects = [film for film in films if film.id not in self.left_out]
            self.tried = number

    def died_on_film(self, film_id: str) -> None:
        """A process died while it tried a film alone; those before it are cleared."""
        self.strikes[film_id] += 1
        self.cleared(film_id)
        if self.strikes[film_id] >= DEATHS_OF_FILM:
            self.left_out[film_id] = KILLS
            self.suspects = self.suspects[1:]
            self.vain[self.tried] = -1

    def cleared(self, until: str) -> None:
        """The trial came to the film `until`; those before it do no harm."""
        ids = [film.id for film in self.suspects]
        self.suspects = self.suspects[ids.index(until) :]

    def passed(self) -> None:
        """The trial came to its end. Raises BatchError where trials find nothing and processes die nonetheless."""
        self.suspects = []
        self.vain[self.tried] += 1
        if self.vain[self.tried] >= VAIN_TRIALS:
            raise BatchError(
                f"Processes were killed again and again in shard {self.shard.name}, as when memory runs out, and no "
                "single film is the cause; run `spinefm batch resume` with fewer --workers."
            )
