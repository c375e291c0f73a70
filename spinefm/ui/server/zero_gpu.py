"""Runs on a ZeroGPU Space, which lends its GPU to one call at a time.

The networks are loaded on the CPU of the page's process, before the page is launched. A call that needs the GPU runs in
a worker process, forked from the page's: its arguments and answers are pickled, and an error loses its type on the way
back. So films and wishes go in, events come out, and a refusal comes as a value. A worker moves a bundle to the GPU at
its first call and keeps it for the next ones. Nothing here depends on CUDA being emulated in the page's process, so a
bundle that is loaded late, in a thread, works as one that was there at the start.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from typing import Any, TypeVar

from spinefm.core.geometry import Point
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods import Addition, CannotAdd, CannotStart, Extensible, build_method, quarters
from spinefm.methods.base.protocol import Direction
from spinefm.trace.model import Setting, Trace
from spinefm.trace.registry import Event
from spinefm.ui.server.model_service import BundleService, Facts, ServiceError
from spinefm.weights.bundle import Bundle, placed
from spinefm.weights.load import load_bundle
from spinefm.weights.manifest import BundleError

ZERO_GPU_VARIABLE = "SPACES_ZERO_GPU"
"""Set on a Space whose hardware is ZeroGPU."""

WORKER_SECONDS = 5.0
"""Seconds that a new worker needs for CUDA and for its first bundle."""
COMPACT_SECONDS, SAM_SECONDS = 0.6, 2.5
"""Seconds of a film of `FILM_PIXELS` on the GPU, by the size of its networks."""
FILM_PIXELS = 2_500_000
RESERVE = 2.0
"""Asked for beyond the estimate: a run that outlasts its duration is ended."""

REFUSALS: Mapping[str, type[Exception]] = {error.__name__: error for error in (CannotStart, CannotAdd, BundleError)}

Call = TypeVar("Call", bound=Callable[..., Any])


@dataclass(frozen=True)
class Wanted:
    """A method on a bundle, with its changed settings and clicked starting points.

    Attributes:
        checksums: those of the bundle's files, by network: a worker may have been forked before the bundle changed.
        notes: what the trace says about the bundle.
        large: whether the bundle has SAM's size.
    """

    name: str
    settings: Mapping[str, Setting]
    starting_points: tuple[Point, ...] | None
    bundle: str
    checksums: Mapping[str, str]
    notes: tuple[str, ...]
    large: bool


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


def on_zero_gpu() -> bool:
    """Whether this is a Space whose GPU is lent per call."""
    return os.environ.get(ZERO_GPU_VARIABLE, "").lower() in ("1", "t", "true")


def import_spaces() -> None:
    """Import `spaces` where it is installed: it replaces parts of torch, so call this before torch is imported."""
    if find_spec("spaces") is not None:
        import_module("spaces")


def seconds_needed(wanted: Wanted, film: Radiograph, *_: object) -> int:
    """Seconds of GPU to ask for: near what the film needs, because a visitor's quota must cover them."""
    share = max(0.5, film.pixels.size / FILM_PIXELS)
    return round(WORKER_SECONDS + RESERVE + share * (SAM_SECONDS if wanted.large else COMPACT_SECONDS))


def on_gpu(call: Call) -> Call:
    """`call(wanted, film, …)`, made so that it runs in a worker that has the GPU; unchanged outside ZeroGPU."""
    if not on_zero_gpu():
        return call
    lent: Call = import_module("spaces").GPU(duration=seconds_needed)(call)
    return lent


class ZeroGpuService:
    """A model service whose methods run on the lent GPU; the wrapped one holds the bundles on the CPU."""

    def __init__(self, service: BundleService) -> None:
        self._service = service
        self._resident: dict[tuple[str, ...], Bundle] = {}
        """Bundles that this process, a worker, has moved to its GPU, by their checksums; empty in the page's own."""
        self._run = on_gpu(self._run_there)
        self._extend = on_gpu(self._extend_there)

    def facts(self) -> Facts:
        """Those of the wrapped service, but for the device."""
        return replace(self._service.facts(), device="ZeroGPU")

    def method(
        self,
        settings: Mapping[str, Setting],
        starting_points: Sequence[Point] | None,
        name: str = "spinefm",
        bundle: str | None = None,
    ) -> Extensible:
        """The method called `name`, whose networks run where the GPU is."""
        from spinefm.networks.med_sa import has_adapters

        loaded = self._service.bundle(bundle)
        wanted = Wanted(
            name=name,
            settings=dict(settings),
            starting_points=None if starting_points is None else tuple(starting_points),
            bundle=loaded.name,
            checksums=dict(loaded.checksums),
            notes=loaded.notes,
            large=has_adapters(loaded.med_sa),
        )
        return RemoteMethod(wanted, build_method(name, loaded, settings, starting_points), self._run, self._extend)

    def _run_there(self, wanted: Wanted, film: Radiograph) -> Iterator[Event | Refusal]:
        """The events of a run, a refusal last; runs in the worker."""
        try:
            yield from self._method_there(wanted).run(film)
        except tuple(REFUSALS.values()) as error:
            yield Refusal.of(error)

    def _extend_there(
        self, wanted: Wanted, film: Radiograph, trace: Trace, by: Direction | Point
    ) -> Addition | Refusal:
        """What going on, or a click, adds to a finished run; runs in the worker."""
        try:
            method = self._method_there(wanted)
            return method.add(film, trace, by) if isinstance(by, Point) else method.go_on(film, trace, by)
        except tuple(REFUSALS.values()) as error:
            return Refusal.of(error)

    def _method_there(self, wanted: Wanted) -> Extensible:
        """The method on the GPU of this worker. Raises CannotStart, BundleError."""
        key = tuple(wanted.checksums.values())
        if key not in self._resident:
            self._resident[key] = placed(self._bundle_there(wanted))
        return build_method(
            wanted.name, replace(self._resident[key], notes=wanted.notes), wanted.settings, wanted.starting_points
        )

    def _bundle_there(self, wanted: Wanted) -> Bundle:
        """The bundle in the memory that came with the fork, or from disk where it was loaded after the fork."""
        try:
            bundle = self._service.bundle(wanted.bundle)
        except BundleError:
            return load_bundle(wanted.bundle, "cpu")
        return bundle if bundle.checksums == wanted.checksums else load_bundle(wanted.bundle, "cpu")


@dataclass(frozen=True)
class RemoteMethod:
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

    def quarters(self, film: Radiograph) -> int:
        """Quarter turns clockwise after which `film` is upright, by the networks here: the question is small."""
        return quarters(self.here, film)

    def run(self, film: Radiograph) -> Iterator[Event]:
        """The events of one run, each as soon as it is known. Raises CannotStart, BundleError, ServiceError."""
        try:
            with closing(self.run_there(self.wanted, film)) as events:  # type: ignore[type-var]
                for event in events:
                    if isinstance(event, Refusal):
                        raise event.error()
                    yield event
        except _gradio_error() as error:
            raise _service_error(error) from error

    def go_on(self, film: Radiograph, trace: Trace, direction: Direction) -> Addition:
        """Take the step at which `direction` ended, and go on from there. Raises CannotAdd, ServiceError."""
        return self._extended(film, trace, direction)

    def add(self, film: Radiograph, trace: Trace, point: Point) -> Addition:
        """The vertebra at `point` (film pixels). Raises CannotAdd, ServiceError."""
        return self._extended(film, trace, point)

    def _extended(self, film: Radiograph, trace: Trace, by: Direction | Point) -> Addition:
        try:
            answer = self.extend_there(self.wanted, film, trace, by)
        except _gradio_error() as error:
            raise _service_error(error) from error
        if isinstance(answer, Refusal):
            raise answer.error()
        return answer


def _gradio_error() -> type[Exception]:
    """The error as which `spaces` reports a used-up quota, a full GPU queue and a worker that failed."""
    import gradio

    return gradio.Error


def _service_error(error: Exception) -> Exception:
    """What the page can say of an error of `spaces`; an error inside the worker stays a fault of the program."""
    title, message = str(getattr(error, "title", "")), str(getattr(error, "message", error)).strip()
    if title == "ZeroGPU worker error" and message == "GPU task aborted":
        return ServiceError("The GPU was reclaimed before the run finished: run the film again.")
    if title == "ZeroGPU worker error":
        return RuntimeError(f"A GPU worker failed: {message}")
    return ServiceError(message if message.endswith(".") else f"{message}: try again in a few minutes.")
