"""The package in one class: load the weights once, then segment film after film."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from spinefm.core.geometry import Point
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods.base.config import Preset
from spinefm.methods.base.protocol import NO_POSITION, CannotStart, FilmOutcome, run_to_trace, upright
from spinefm.methods.base.scheduler import Batch, Scheduler
from spinefm.methods.registry import build_method, method_spec
from spinefm.trace.model import Setting, Trace
from spinefm.trace.registry import Event
from spinefm.weights.bundle import Bundle
from spinefm.weights.load import load_bundle


class SpineFM:
    """A method with its weights on a device, ready for films.

    Example:
        >>> model = SpineFM("compact", preset="published")  # doctest: +SKIP
        >>> trace = model.segment(spinefm.read("film.png"))  # doctest: +SKIP
    """

    def __init__(
        self,
        bundle: str | Bundle = "compact",
        device: str = "auto",
        method: str = "spinefm",
        preset: Preset | None = None,
    ) -> None:
        """Load the weights.

        Args:
            bundle: a set of weights: "compact", "paper" or another of the manifest; or one that is loaded.
            device: "auto", "cpu", "cuda" or "cuda:N"; a loaded bundle stays where it is.
            method: "spinefm", "vertxnet" or "spineps".
            preset: "published" (the paper's rules) or "tuned" (this project's); by default "published" for the authors'
                converted weights and "tuned" for all others.

        Raises:
            ValueError: an unknown method or preset.
            spinefm.weights.manifest.BundleError: the weights are missing or damaged.
            spinefm.core.machine.DeviceError: there is no such device.
        """
        spec = method_spec(method)
        self.bundle = bundle if isinstance(bundle, Bundle) else load_bundle(bundle, device)
        self.method = method
        self.preset = preset
        self.config = spec.config.of(self.bundle, preset)

    def segment(
        self,
        film: Radiograph,
        settings: Mapping[str, Setting] | None = None,
        starting_points: Sequence[tuple[float, float]] | None = None,
        on_event: Callable[[Event], None] | None = None,
    ) -> Trace:
        """Run the method on `film`.

        Args:
            film: a radiograph of a spine from the side, upright: one on its side or upside down is run as it is, so
                that the trace's coordinates are its own, and has only the measures that are the same whichever way is
                up. `upright` turns it.
            settings: changes of the preset, by name; `trace.settings` of an earlier run gives that run again.
            starting_points: three or more (x, y) film pixels in neighbouring vertebrae, in place of detections.
            on_event: called with each event as it happens.

        Returns:
            The trace of the run.

        Raises:
            spinefm.methods.CannotStart: no run can start on this film.
            TypeError: `film` is none, such as a path.
            ValueError: a setting that the method does not have, or a value outside its range.
        """
        _refuse_other_types(film)
        starts = [_point_of(place) for place in starting_points] if starting_points is not None else None
        method = build_method(self.method, self.bundle, settings, starts, self.preset)
        return run_to_trace(method, film, on_event)

    def upright(self, film: Radiograph) -> Radiograph:
        """`film`, rotated upright where the method is sure that it lies on its side or upside down; its notes say so.

        Raises TypeError for what is no film, such as a path.

        Example:
            >>> film = model.upright(spinefm.read("film.png"))  # doctest: +SKIP
            >>> trace = model.segment(film)  # doctest: +SKIP
        """
        _refuse_other_types(film)
        return upright(build_method(self.method, self.bundle, preset=self.preset), film)

    def segment_many(
        self,
        films: Iterable[Radiograph],
        settings: Mapping[str, Setting] | None = None,
        in_flight: int | None = None,
        on_batch: Callable[[Batch], None] | None = None,
    ) -> Iterator[FilmOutcome]:
        """Run the method on many films, each rotated `upright` first; a film that fails stops no other.

        Args:
            films: radiographs, taken one by one as they are needed.
            settings: changes of the preset, by name, for all films.
            in_flight: films that run at once, whose networks are asked together. By default one on a CPU, where the
                results are bit for bit those of `segment` on the outcome's film, and 32 on a GPU.
            on_batch: called with every call of a network.

        Returns:
            One outcome per film, in their order, with the film as it was run. `error` is CannotStart, or a fault of the
            program or the device, as where a GPU's memory is full (`spinefm.core.machine.is_device_fault`).

        Raises:
            ValueError: a setting that the method does not have, or a value outside its range.
        """
        build_method(self.method, self.bundle, settings, preset=self.preset)  # raises before the first film is taken

        def work(film: Radiograph, bundle: Bundle) -> FilmOutcome:
            return self._outcome(film, bundle, settings)

        return Scheduler(self.bundle, work, in_flight, on_batch).map(films)

    def _outcome(self, film: Radiograph, bundle: Bundle, settings: Mapping[str, Setting] | None) -> FilmOutcome:
        method = build_method(self.method, bundle, settings, preset=self.preset)
        try:
            _refuse_other_types(film)
            film = upright(method, film)
            return FilmOutcome(film, run_to_trace(method, film))
        except Exception as error:  # noqa: BLE001 (the outcome of this film, and of no other)
            return FilmOutcome(film, None, error)


def _refuse_other_types(film: object) -> None:
    """Raise TypeError for what is no film, such as a path or an array, with the way to one."""
    if not isinstance(film, Radiograph):
        raise TypeError(
            f"A film is a Radiograph, not {type(film).__name__}: read the file with spinefm.read, or make a film of an "
            "array with spinefm.Radiograph.from_array."
        )


def _point_of(place: Sequence[float]) -> Point:
    """A starting point from x and y. Raises CannotStart for what is none."""
    try:
        x, y = map(float, place)
    except (TypeError, ValueError) as error:
        raise CannotStart(NO_POSITION) from error
    return Point(x, y)
