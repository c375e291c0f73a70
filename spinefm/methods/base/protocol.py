"""What every method is: a generator of events over one film, and nothing known about a run anywhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from spinefm.core.geometry import Point
from spinefm.imaging.radiograph import Radiograph
from spinefm.trace.model import Anchor, FilmRecord, Setting, Trace, Vertebra
from spinefm.trace.registry import Event

Direction = Literal["seed", "up", "down", "added"]
"""Where a step belongs: to the starting points, to the induction up or down, or to a vertebra that was clicked."""

CLICK_INSTEAD = "click the vertebra itself to add it."
"""What a reader can do where no induction can go on."""
NO_POSITION = "A starting point is not a position on a film; give two numbers, x and y, for each."


class CannotStart(ValueError):
    """No run can start on this film; the text says why and what the reader can do."""


class Method(Protocol):
    """A way from a film to named vertebrae."""

    @property
    def name(self) -> str:
        """The method's name on the command line."""
        ...

    @property
    def settings(self) -> Mapping[str, Setting]:
        """The run's settings by name."""

    def run(self, film: Radiograph) -> Iterator[Event]:
        """The events of one run, each as soon as it is known. Raises CannotStart."""


class CannotAdd(ValueError):
    """Nothing can be added to a run where the reader asked for it; the text says why and what the reader can do."""


@dataclass(frozen=True)
class Addition:
    """What came to a finished run: the events that led there, the new vertebrae from the top, and an anchor if seen.

    The vertebrae have no levels yet. passed: in words, what the run went on past, such as "the induction upwards went
    on past background 91 % (limit 80 %)". refuted: number of a vertebra that was taken for an end of the spine and is
    none.
    settings: those of another method that found them, by name; empty where the run's own settings decided.
    """

    events: tuple[Event, ...]
    vertebrae: tuple[Vertebra, ...]
    anchor: Anchor | None = None
    passed: str = ""
    refuted: int | None = None
    settings: Mapping[str, Setting] = field(default_factory=dict)


class Extensible(Method, Protocol):
    """A method whose finished runs can be taken further by the reader."""

    def go_on(self, film: Radiograph, trace: Trace, direction: Direction) -> Addition:
        """Take the step at which `direction` ended, and continue from there. Raises CannotAdd."""

    def add(self, film: Radiograph, trace: Trace, point: Point) -> Addition:
        """The vertebra at `point` (film pixels). Raises CannotAdd."""


@dataclass(frozen=True, eq=False)
class FilmOutcome:
    """What became of a film among many: the film, rotated upright where it lay, and its trace or why there is none."""

    film: Radiograph
    trace: Trace | None
    error: Exception | None = None


def film_record(film: Radiograph) -> FilmRecord:
    """What a trace keeps of `film`."""
    provenance, spacing = film.provenance, film.spacing
    return FilmRecord(
        name=provenance.name,
        size=film.size,
        spacing_mm=spacing.mm if spacing else None,
        spacing_source=spacing.source if spacing else None,
        polarity_turned=provenance.inverted,
        notes=tuple(provenance.notes),
    )


def quarters(method: Method, film: Radiograph) -> int:
    """Quarter turns clockwise after which `film` is surely upright; 0 where it is, or where `method` cannot tell."""
    ask: Callable[[Radiograph], int] | None = getattr(method, "quarters", None)
    return ask(film) if ask is not None else 0


def upright(method: Method, film: Radiograph) -> Radiograph:
    """`film`, rotated upright by itself where `method` is sure how it lies; the film's notes say so.

    Every coordinate of a run on it is then the rotated film's, so keep the film that this returns beside the trace.
    """
    turns = quarters(method, film)
    return film.rotated(turns) if turns else film


def run_to_trace(method: Method, film: Radiograph, on_event: Callable[[Event], None] | None = None) -> Trace:
    """Run `method` on `film` to its end; `on_event` sees each event as it comes. Raises CannotStart."""
    return Trace.from_events(film_record(film), method.name, method.settings, _watched(method.run(film), on_event))


def _watched(events: Iterator[Event], on_event: Callable[[Event], None] | None) -> Iterator[Event]:
    for event in events:
        if on_event is not None:
            on_event(event)
        yield event
