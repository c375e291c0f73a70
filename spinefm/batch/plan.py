"""The plan of a batch: all that decides its results, fixed before the first film, and how it is cut into shards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from spinefm import __version__
from spinefm.batch.errors import BatchError
from spinefm.batch.tables import LAYOUT
from spinefm.imaging.radiograph import Polarity, current_polarity
from spinefm.measure import Facing
from spinefm.methods.base.config import Preset
from spinefm.trace.model import Setting

DeviceKind = Literal["cpu", "cuda"]
SHARD_SIZE = 256
"""Films of the largest shards: what a kill costs at most, and few enough files for a million films."""
TOGETHER: Mapping[DeviceKind, int] = {"cpu": 1, "cuda": 64}
"""Films that advance at once in one process; a CPU gains nothing from many."""
PIECES = 32
"""A small batch is cut into so many groups, so that every process has some."""
SMALL_GROUPS, SMALL_SHARE = 32, 8
"""Where many films advance at once, the first groups hold an eighth of them, so that first results are there sooner.
Their number is fixed, because the films of a group decide the last bits of its results."""


class RunRules(BaseModel):
    """What decides the results of a film, besides the film.

    checksums: network -> sha256 of its weights. facing, spacing_mm: as given for all films, None where each film's own
    count.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    spinefm: str = __version__
    method: str
    bundle: str
    checksums: Mapping[str, str]
    preset: Preset
    settings: Mapping[str, Setting]
    device: DeviceKind
    precision: str
    polarity: Annotated[Polarity, BeforeValidator(current_polarity)] = "auto"
    facing: Facing | None = None
    spacing_mm: float | None = None


@dataclass(frozen=True)
class Shard:
    """The films of a manifest from place `start` up to `stop`: what is computed, and lost, as one."""

    index: int
    start: int
    stop: int

    @property
    def films(self) -> int:
        """How many there are."""
        return self.stop - self.start

    @property
    def name(self) -> str:
        """The name of its folder."""
        return f"{self.index:06d}"


class BatchPlan(BaseModel):
    """A batch as it was begun.

    manifest: checksum of the films. together: films that advance at once, which decides the last bits of what the
    networks answer; a shard holds whole groups of them. small: films of each of the first groups, which are shards of
    their own; 0 where they are like the others. shard_size, spread: how the films are cut into shards, which decides
    nothing else. weights: folder of the manifest of weights, where it is not the program's own.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    layout: int = LAYOUT
    rules: RunRules
    films: int = Field(ge=0)
    manifest: str
    together: int = Field(ge=1)
    small: int = Field(default=0, ge=0)
    shard_size: int = Field(default=SHARD_SIZE, ge=1)
    spread: int = Field(default=1, ge=1)
    weights: str | None = None

    def shards(self) -> Iterator[Shard]:
        """The shards in order.

        They begin with one group of films, so that first results are there soon, and grow to `shard_size`; towards the
        end they shrink again, so that all of `spread` processes end together.
        """
        start = index = 0
        while start < self.films:
            stop = min(self.films, start + self._films_of(index, start))
            yield Shard(index, start, stop)
            start, index = stop, index + 1

    def _films_of(self, index: int, start: int) -> int:
        """Films of the shard `index`, which begins at film `start`, if there are as many."""
        before = SMALL_GROUPS if self.small else 0
        return self.small if index < before else self._groups(index - before, start) * self.together

    def _groups(self, index: int, start: int) -> int:
        """Groups of films in a shard that begins at film `start`, with `index` before it that are no small group."""
        grown = 2 ** min(index // self.spread, 30)
        left = (self.films - start) // (2 * self.spread * self.together)
        return max(1, min(grown, left, self.shard_size // self.together))

    def to_json(self) -> bytes:
        """The plan as `plan.json` holds it."""
        return (self.model_dump_json(indent=2) + "\n").encode()

    @classmethod
    def from_json(cls, content: bytes) -> BatchPlan:
        """What `to_json` wrote. Raises BatchError."""
        try:
            return cls.model_validate_json(content)
        except ValidationError as error:
            fault = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(map(str, fault["loc"]))
            raise BatchError(
                f"plan.json is not a plan of this version ({place}: {fault['msg']}); plan again."
            ) from error

    def refuse_other(self, other: BatchPlan) -> None:
        """Raises BatchError where the results of `other` would not be those of this plan."""
        for name in RunRules.model_fields:
            begun, asked = getattr(self.rules, name), getattr(other.rules, name)
            if begun != asked:
                raise BatchError(_refusal(name, begun, asked))
        if self.manifest != other.manifest:
            raise BatchError(
                f"The batch was begun with other films ({self.films}, now {other.films}); choose another --out."
            )
        if (self.layout, self.together) != (other.layout, other.together):
            raise BatchError(
                f"The batch was begun with {self.together} films at once, not {other.together}; use --together "
                f"{self.together}, or choose another --out."
            )


def group_size(films: int, device: DeviceKind) -> int:
    """Films that advance at once in a batch of so many: fewer where there are too few for every process to have some.

    >>> group_size(5, "cuda"), group_size(640, "cuda"), group_size(100_000, "cuda")
    (1, 20, 64)
    """
    return max(1, min(TOGETHER[device], films // PIECES))


def small_group_size(together: int) -> int:
    """Films of each of the first groups where `together` advance at once; 0 where those are few.

    >>> small_group_size(1), small_group_size(15), small_group_size(64)
    (0, 0, 8)
    """
    return together // SMALL_SHARE if together >= 2 * SMALL_SHARE else 0


def _refusal(name: str, begun: object, asked: object) -> str:
    """Why a batch begun with one value cannot go on with another."""
    if isinstance(begun, Mapping) and isinstance(asked, Mapping):
        key = next(key for key in [*begun, *asked] if begun.get(key) != asked.get(key))
        if name == "checksums":
            return f"The batch was begun with other weights of {key}; restore those, or choose another --out."
        name, begun, asked = f"setting {key}", begun.get(key), asked.get(key)
    return (
        f"The batch was begun with {_WORDS.get(name, name)} {_shown(begun)}, not {_shown(asked)}; use that again, or "
        "choose another --out."
    )


_WORDS = {"spinefm": "SpineFM", "spacing_mm": "the spacing"}


def _shown(value: object) -> str:
    return "none" if value is None else str(value)
