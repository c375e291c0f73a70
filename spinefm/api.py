"""The package in one class: load the weights once, then segment film after film."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from spinefm.core.geometry import Point
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods import METHODS, build_method, run_to_trace
from spinefm.trace.model import Setting, Trace
from spinefm.trace.registry import Event
from spinefm.weights.load import load_bundle


class SpineFM:
    """A method with its weights on a device, ready for films."""

    def __init__(self, bundle: str = "compact", device: str = "auto", method: str = "spinefm") -> None:
        """Load `bundle` ("compact" or "paper") onto `device` ("auto", "cpu", "cuda").

        Raises BundleError when the weights are missing or damaged, DeviceError without that device, and ValueError
        for a method that does not exist.
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
        """Run the method on `film` and return its trace; `on_event` sees each event as it happens.

        seeds: three (x, y) film pixels in neighbouring vertebrae, in place of detections.
        Raises CannotStart when no run can start on this film, and ValueError for settings the method does not have.
        """
        points = [Point(x, y) for x, y in seeds] if seeds is not None else None
        method = build_method(self.method, self.bundle, settings, points)
        return run_to_trace(method, film, on_event)
