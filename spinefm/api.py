"""One class for the whole package: load the weights once, then segment film after film."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from spinefm.core.geometry import Point
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods import METHODS, build_method, run_to_trace
from spinefm.trace.model import Event, Setting, Trace
from spinefm.weights.load import load_bundle


class SpineFM:
    """A method with its weights on a device, ready for films."""

    def __init__(self, bundle: str = "compact", device: str = "auto", method: str = "spinefm") -> None:
        """Load the weights.

        Args:
            bundle: "compact", or "paper" once it is fetched.
            device: "auto", "cpu", "cuda" or "cuda:N".
            method: "spinefm", "vertxnet" or "spineps".

        Raises:
            BundleError: the weights are missing or damaged.
            DeviceError: no such device.
            ValueError: no such method.
        """
        if method not in METHODS:
            raise ValueError(f"There is no method {method!r}; choose one of {', '.join(METHODS)}.")
        self.bundle = load_bundle(bundle, device)
        self.method = method

    def segment(
        self,
        film: Radiograph,
        settings: Mapping[str, Setting] | None = None,
        seeds: Sequence[tuple[float, float]] | None = None,
        on_event: Callable[[Event], None] | None = None,
    ) -> Trace:
        """Run the method on a film.

        Args:
            film: the film.
            settings: changes to the method's settings, by name.
            seeds: starting points, three (x, y) film pixels in neighbouring vertebrae, in place of detections.
            on_event: called with each event as it happens.

        Returns:
            The trace of the run.

        Raises:
            CannotStart: no run can start on this film.
            ValueError: the method has no such setting.
        """
        points = [Point(x, y) for x, y in seeds] if seeds is not None else None
        method = build_method(self.method, self.bundle, settings, points)
        return run_to_trace(method, film, on_event)
