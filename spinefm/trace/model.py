"""The record of a run: its events, to JSON and back without loss, and the result that they lead to.

Here are the events that every run ends with, whatever its method: `Named`, `Finished` and `Corrected`. A method's own
events lie in its package and are entered in `spinefm.trace.registry`. Points are (x, y) film pixels. Vertebrae are
numbered in the order in which a run accepted them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Annotated, Any, Literal, TypeVar

from pydantic import TypeAdapter, ValidationError

from spinefm.core.foreign import json_of, reason_of
from spinefm.core.geometry import Point
from spinefm.core.levels import UNNAMED_ID, Level, order_with
from spinefm.core.numbers import percent
from spinefm.trace.codec import StoredLevel, StoredMask
from spinefm.trace.registry import EVENTS, Event, StoredEvents

SCHEMA = 1
"""Version of the trace's layout on disk; it grows when an old reader would misread a new trace."""

MOST_TRACE_BYTES = 64 << 20
"""Bytes of the largest trace that is read, packed or not."""

Action = Literal["name", "shift", "delete", "add", "go on", "lock", "unlock", "keep", "reshape", "reading"]
"""What a correction does; "reading" takes a naming that the run offered, "keep" carries the locked
vertebrae of an earlier run into a new one.

"reshape" puts another outline in the place of a vertebra's: `added` then holds it under the same number."""
GIVE_NAMES = ("name", "reading", "keep")
"""The actions that say how many lumbar vertebrae there are."""
Setting = bool | int | float | str | None
"""What a setting's value can be."""


@dataclass(frozen=True)
class FilmRecord:
    """What a trace keeps of the film itself.

    size: (width, height) in pixels. spacing_mm: mm per pixel, or None when unknown. polarity_turned: whether the
    film was inverted, by its name on disk.
    """

    name: str
    size: tuple[int, int]
    spacing_mm: float | None = None
    spacing_source: str | None = None
    polarity_turned: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Anchor:
    """The vertebra whose level is known, from which the others are counted."""

    vertebra: int
    level: StoredLevel
    source: str
    probability: float | None = None


@dataclass(frozen=True)
class Reading:
    """One naming of the bodies, from the top, with its probability; `variant` where it counts other vertebrae."""

    levels: tuple[StoredLevel | None, ...]
    probability: float
    variant: str = ""

    @property
    def span(self) -> str:
        """The first and last name, as "T12 to S1"; T13 has no id, and outlines above C2 or below S1 have no name."""
        named = [level.name for level in self.levels if level is not None] or ["T13"]
        first = "T13" if self.levels[0] is None and named[0] == "L1" else named[0]
        last = "T13" if self.levels[-1] is None and named[-1] == "T12" else named[-1]
        return f"{first} to {last}"

    @property
    def words(self) -> str:
        """The span with its variant and probability, as "T12 to S1 (83 %)"."""
        variant = f"{self.variant}, " if self.variant else ""
        return f"{self.span} ({variant}{percent(self.probability)})"


@dataclass(frozen=True)
class Named:
    """The names of the vertebrae, both from the top; without an anchor all levels are None.

    best, second: the likeliest namings where they were weighed, given or not; names need a probability of `limit`.
    trunk: the probability of each vertebra to be thoracic or lumbar, over all namings; () where none were weighed.
    """

    vertebrae: tuple[int, ...]
    levels: tuple[StoredLevel | None, ...]
    anchor: Anchor | None
    note: str = ""
    best: Reading | None = None
    second: Reading | None = None
    limit: float | None = None
    trunk: tuple[float, ...] = ()
    kind: Literal["named"] = "named"


@dataclass(frozen=True)
class Vertebra:
    """A vertebra of the result; `probability` is how sure its method is of it, None where a reader drew its outline.

    That of SpineFM is the probability that its outline has a Dice above 0.8 (`published`: that it is no background).

    `name` is its level, or V1, V2 … from the top when nothing anchors the names.

    `level_id` is its id in a label map (VerSe, or 101 … without a level). `corners` are the four corners of its body,
    clockwise in the picture from the upper left; empty where the mask is too small to have any.
    """

    number: int
    name: str
    level: StoredLevel | None
    level_id: int
    mask: StoredMask
    centroid: Point
    corners: tuple[Point, ...]
    probability: float | None


@dataclass(frozen=True)
class Finished:
    """The end of a run: final masks from the top, seconds per stage, and what it ran on."""

    vertebrae: tuple[Vertebra, ...]
    mask_limit: float
    smoothing: float
    seconds: Mapping[str, float]
    device: str
    bundle: str
    checksums: Mapping[str, str]
    versions: Mapping[str, str]
    notes: tuple[str, ...] = ()
    kind: Literal["finished"] = "finished"


@dataclass(frozen=True)
class Corrected:
    """What the reader changed in a finished run, in words, and the whole result from then on.

    `vertebrae` (numbers from the top), `levels` and `anchor` are as in `Named`. `added` are vertebrae that came with
    this correction; their `level` does not count. `locked` are numbers of those that may not change, `edited` of those
    that came from another run with an outline that a reader had edited. `settings` are those of SpineFM where it
    outlined a click on the result of another method, whose own are in the trace.
    """

    action: Action
    text: str
    vertebrae: tuple[int, ...]
    levels: tuple[StoredLevel | None, ...]
    anchor: Anchor | None
    locked: tuple[int, ...] = ()
    added: tuple[Vertebra, ...] = ()
    settings: Mapping[str, Setting] = field(default_factory=dict)
    edited: tuple[int, ...] = ()
    kind: Literal["corrected"] = "corrected"


E_co = TypeVar("E_co")


@dataclass(frozen=True)
class Trace:
    """Everything known about one run of one method on one film."""

    film: FilmRecord
    method: str
    settings: Mapping[str, Setting]
    events: tuple[Annotated[Event, StoredEvents()], ...]
    schema_version: int = field(default=SCHEMA)

    @classmethod
    def from_events(
        cls, film: FilmRecord, method: str, settings: Mapping[str, Setting], events: Iterable[Event]
    ) -> Trace:
        """Run `events` to their end and keep them."""
        return cls(film, method, dict(settings), tuple(events))

    def of(self, kind: type[E_co]) -> Iterator[E_co]:
        """The events of one kind, in order."""
        return (event for event in self.events if isinstance(event, kind))

    @property
    def finished(self) -> Finished | None:
        """The end of a run that came to it; corrections may follow."""
        return next(self.of(Finished), None)

    @property
    def vertebrae(self) -> tuple[Vertebra, ...]:
        """The vertebrae found, from the top, as corrected since; none for a run that did not finish."""
        return result(self.events)

    @property
    def anchor(self) -> Anchor | None:
        """What the names rest on, as corrected since."""
        return next((event.anchor for event in reversed(self.events) if isinstance(event, (Named, Corrected))), None)

    @property
    def corrections(self) -> tuple[Corrected, ...]:
        """What the reader changed, in order."""
        return tuple(self.of(Corrected))

    @property
    def locked(self) -> tuple[int, ...]:
        """Numbers of the vertebrae that may not change."""
        return self.corrections[-1].locked if self.corrections else ()

    def to_json(self) -> str:
        """The trace as JSON."""
        return _adapter(EVENTS.types()).dump_json(self).decode()

    @staticmethod
    def json_schema() -> dict[str, Any]:
        """The JSON schema of what `to_json` writes, with the events of every method that is installed."""
        return _adapter(EVENTS.types()).json_schema(mode="serialization")

    @classmethod
    def from_json(cls, text: str | bytes) -> Trace:
        """The trace that `to_json` wrote, in this version or an earlier one; settings get their names of today.

        Raises ValueError, in one sentence, for what is no trace, one of another layout, and a damaged one.
        """
        try:
            raw = json_of(text)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"The text is not a trace: {reason_of(error)}; give the trace.json of a run.") from error
        if not isinstance(raw, dict) or not {"film", "events", "schema_version"} <= raw.keys():
            raise ValueError("The text is not a trace: it has no film, events or layout; give the trace.json of a run.")
        if raw["schema_version"] != SCHEMA:
            raise ValueError(
                f"The trace has layout {raw['schema_version']}, this version reads {SCHEMA}; install the matching one."
            )
        try:
            trace = _adapter(EVENTS.types()).validate_json(text)
            result(trace.events)  # a correction may name no vertebra that is not there
        except (ValueError, LookupError, TypeError, OverflowError) as error:
            raise ValueError(f"The trace is damaged ({_first_fault(error)}); run the film again.") from error
        return replace(trace, settings=EVENTS.current_names(trace.method, trace.settings))


def result(events: Sequence[Event]) -> tuple[Vertebra, ...]:
    """The vertebrae that a run ends with, from the top, after its corrections; none for one that did not finish.

    Raises KeyError or ValueError for a correction of vertebrae that are not there.
    """
    known: dict[int, Vertebra] = {}
    found: tuple[Vertebra, ...] = ()
    for event in events:
        if isinstance(event, Finished):
            found = event.vertebrae
            known = {vertebra.number: vertebra for vertebra in found}
        elif isinstance(event, Corrected):
            known |= {vertebra.number: vertebra for vertebra in event.added}
            pairs = enumerate(zip(event.vertebrae, event.levels, strict=True))
            found = tuple(_at_level(known[number], level, index) for index, (number, level) in pairs)
    return found


def redrawn(events: Sequence[Event]) -> frozenset[int]:
    """The numbers of the vertebrae whose outline a reader edited, by hand or by another click."""
    corrections = [event for event in events if isinstance(event, Corrected)]
    drawn = (vertebra.number for event in corrections if event.action == "reshape" for vertebra in event.added)
    return frozenset((*drawn, *(number for event in corrections for number in event.edited)))


def names_replaced(events: Sequence[Event]) -> bool:
    """Whether other names than the run's hold: those that a reader gave, or those of an anchor found later.

    What the run noted of its names says nothing of them. To lock, reshape, add or delete alone gives no names.
    """
    named = next((event for event in events if isinstance(event, Named)), None)
    anchored = [event for event in events if isinstance(event, Corrected) and event.anchor is not None]
    was_relative = named is not None and named.anchor is None
    return any(was_relative or event.action in (*GIVE_NAMES, "shift") for event in anchored)


def counting_order(events: Sequence[Event]) -> tuple[Level, ...]:
    """The levels in the order in which a run's names are counted: with L6 where the names last given have one.

    The run gives names, and so does a reader who names one vertebra or takes a reading; to shift, delete and add keeps
    the order.
    """
    given = (e for e in events if isinstance(e, Named) or (isinstance(e, Corrected) and e.action in GIVE_NAMES))
    *_, last = (None, *given)
    return order_with((*(last.levels if last else ()), *(vertebra.level for vertebra in result(events))))


def _at_level(vertebra: Vertebra, level: Level | None, index: int) -> Vertebra:
    """The vertebra named `level`, or by its place from the top."""
    if level is None:
        return replace(vertebra, level=None, name=f"V{index + 1}", level_id=UNNAMED_ID + index)
    return replace(vertebra, level=level, name=level.name, level_id=int(level))


def _first_fault(error: Exception) -> str:
    """What is wrong in a few words, on one line."""
    if isinstance(error, ValidationError):
        fault = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}".replace("\n", " ")
    return f"{type(error).__name__}: {error}".replace("\n", " ")


@cache
def _adapter(types: tuple[type, ...]) -> TypeAdapter[Trace]:  # noqa: ARG001 (what the adapter depends on)
    """The reader and writer of traces while `types` are the events registered."""
    return TypeAdapter(Trace)
