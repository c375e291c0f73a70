"""The package in one class: load the weights once, then segment film after film."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from spinefm.core.geometry import Point
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods.base.config import Preset
from spinefm.methods.base.protocol import run_to_trace
from spinefm.methods.registry import build_method, method_spec
from spinefm.trace.model import Setting, Trace
from spinefm.trace.registry import Event
from spinefm.weights.load import load_bundle


class SpineFM:
    """A method with its weights on a device, ready for films.

    Example:
        >>> model = SpineFM("compact", preset="published")  # doctest: +SKIP
        >>> trace = model.segment(spinefm.read("film.png"))  # doctest: +SKIP
    """

    def __init__(
        self, bundle: str = "compact", device: str = "auto", method: str = "spinefm", preset: Preset | None = None
    ) -> None:
        """Load the weights.

        Args:
            bundle: a set of weights: "compact", "paper" or another of the manifest.
            device: "auto", "cpu", "cuda" or "cuda:N".
            method: "spinefm", "vertxnet" or "spineps".
            preset: "published" (the paper's rules) or "tuned" (this project's); by default "published" for the authors'
                converted weights and "tuned" for all others.

        Raises:
            ValueError: an unknown method or preset.
            spinefm.weights.load.BundleError: the weights are missing or damaged.
            spinefm.core.machine.DeviceError: there is no such device.
        """
        spec = method_spec(method)
        self.bundle = load_bundle(bundle, device)
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
            film: a radiograph of a spine from the side.
            settings: changes of the preset, by name; `trace.settings` of an earlier run gives that run again.
            starting_points: three or more (x, y) film pixels in neighbouring vertebrae, in place of detections.
            on_event: called with each event as it happens.

        Returns:
            The trace of the run.

        Raises:
            CannotStart: no run can start on this film.
            ValueError: a setting that the method does not have, or a value outside its range.
        """
        starts = [Point(x, y) for x, y in starting_points] if starting_points is not None else None
        method = build_method(self.method, self.bundle, settings, starts, self.preset)
        return run_to_trace(method, film, on_event)
