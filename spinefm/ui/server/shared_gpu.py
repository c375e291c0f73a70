"""A GPU that is lent for one call at a time, as ZeroGPU Spaces lend theirs.

There the function that needs the GPU runs in a process of its own: what it is given and what it answers is pickled, and
errors lose their type on the way. So wishes and films go in, events come out, and a refusal comes as a value.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeVar

from spinefm.core.geometry import Point
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods import Addition, CannotAdd, CannotStart, Extensible
from spinefm.methods.base.protocol import Direction
from spinefm.trace.model import Setting, Trace
from spinefm.trace.registry import Event
from spinefm.ui.server.workbench import Facts, Workbench
from spinefm.weights.load import BundleError

LENT = "SPACES_ZERO_GPU"
"""The variable that a Space sets where the GPU is lent."""

RUN_SECONDS = 20
"""Seconds that a call may take: an allowance, not a measurement. Less is granted sooner; a longer run is cut off."""

REFUSALS: Mapping[str, type[Exception]] = {error.__name__: error for error in (CannotStart, CannotAdd, BundleError)}

Call = TypeVar("Call", bound=Callable[..., Any])


@dataclass(frozen=True)
class Wanted:
    """Which method is asked for, with its changed settings and clicked seeds."""

    name: str
    settings: Mapping[str, Setting]
    seeds: tuple[Point, ...] | None


@dataclass(frozen=True)
class Refusal:
    """An error that the page has a sentence for: the name of its type, and the sentence."""

    kind: str
    sentence: str

    @classmethod
    def of(cls, error: Exception) -> Refusal:
        """The refusal that `error` is."""
        return cls(type(error).__name__, str(error))

    def error(self) -> Exception:
        """The error again."""
        return REFUSALS[self.kind](self.sentence)


def gpu_is_lent() -> bool:
    """Whether this is a Space whose GPU is lent per call."""
    return os.environ.get(LENT, "").lower() in ("1", "t", "true")


def prepare() -> None:
    """Import `spaces` where the GPU is lent: it must come before torch."""
    if gpu_is_lent():
        import_module("spaces")


def borrowing(call: Call, seconds: int = RUN_SECONDS) -> Call:
    """`call`, made so that it has the GPU for at most `seconds`; as it is where no GPU is lent."""
    if not gpu_is_lent():
        return call
    lent: Call = import_module("spaces").GPU(duration=seconds)(call)
    return lent


class LentGpu:
    """A workbench whose methods run on a lent GPU; what it wraps loads the networks once."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._run = borrowing(self._run_here)
        self._extend = borrowing(self._extend_here)

    def facts(self) -> Facts:
        """Those of the wrapped workbench."""
        return self._bench.facts()

    def method(
        self, settings: Mapping[str, Setting], seeds: Sequence[Point] | None, name: str = "spinefm"
    ) -> Extensible:
        """The method called `name`, whose networks run where the GPU is."""
        wanted = Wanted(name, dict(settings), None if seeds is None else tuple(seeds))
        return Lent(wanted, self._bench.method(settings, seeds, name), self._run, self._extend)

    def _run_here(self, wanted: Wanted, film: Radiograph) -> Iterator[Event | Refusal]:
        """The events of a run, a refusal last; runs beside the GPU."""
        try:
            yield from self._bench.method(wanted.settings, wanted.seeds, wanted.name).run(film)
        except tuple(REFUSALS.values()) as error:
            yield Refusal.of(error)

    def _extend_here(self, wanted: Wanted, film: Radiograph, trace: Trace, by: Direction | Point) -> Addition | Refusal:
        """What going on, or a click, adds to a finished run; runs beside the GPU."""
        method = self._bench.method(wanted.settings, wanted.seeds, wanted.name)
        try:
            return method.add(film, trace, by) if isinstance(by, Point) else method.go_on(film, trace, by)
        except tuple(REFUSALS.values()) as error:
            return Refusal.of(error)


@dataclass(frozen=True)
class Lent:
    """A method of which only name and settings are here; its runs happen where the GPU is."""

    wanted: Wanted
    here: Extensible
    run_there: Callable[..., Iterator[Event | Refusal]]
    extend_there: Callable[..., Addition | Refusal]

    @property
    def name(self) -> str:
        """The method's name on the command line."""
        return self.here.name

    @property
    def settings(self) -> Mapping[str, Setting]:
        """The run's settings by name."""
        return self.here.settings

    def run(self, film: Radiograph) -> Iterator[Event]:
        """The events of one run, each as soon as it is known. Raises CannotStart, BundleError."""
        for event in self.run_there(self.wanted, film):
            if isinstance(event, Refusal):
                raise event.error()
            yield event

    def go_on(self, film: Radiograph, trace: Trace, direction: Direction) -> Addition:
        """Take the step at which `direction` ended, and walk on from there. Raises CannotAdd."""
        return _granted(self.extend_there(self.wanted, film, trace, direction))

    def add(self, film: Radiograph, trace: Trace, point: Point) -> Addition:
        """The vertebra at `point` (film pixels). Raises CannotAdd."""
        return _granted(self.extend_there(self.wanted, film, trace, point))


def _granted(answer: Addition | Refusal) -> Addition:
    if isinstance(answer, Refusal):
        raise answer.error()
    return answer
