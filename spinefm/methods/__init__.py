"""The methods behind one protocol, by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from spinefm.core.geometry import Point
from spinefm.methods.protocol import (
    Addition,
    CannotAdd,
    CannotStart,
    Extensible,
    Method,
    film_record,
    run_to_trace,
)
from spinefm.trace.model import Setting

if TYPE_CHECKING:
    from spinefm.weights.load import Bundle

TITLES = {"SpineFM": "spinefm", "VertXNet": "vertxnet", "SPINEPS (made for MR)": "spineps"}
"""What the methods are called on the page, and their names."""
METHODS = tuple(TITLES.values())
"""Names that `build_method` knows."""


def build_method(
    name: str,
    bundle: Bundle,
    settings: Mapping[str, Setting] | None = None,
    seeds: Sequence[Point] | None = None,
) -> Extensible:
    """The method called `name` on the networks of `bundle`, with changed `settings` and clicked `seeds`.

    Raises ValueError for an unknown method or setting, CannotStart for seeds that cannot serve, BundleError for a
    bundle without the method's networks.
    """
    if name not in METHODS:
        raise ValueError(f"There is no method named {name!r}; choose one of: {', '.join(METHODS)}.")
    if name != "spinefm":
        return _whole_film_method(name, bundle, settings or {}, seeds)
    from spinefm.methods.spinefm import SpineFM, SpineFMSettings

    return SpineFM(bundle, SpineFMSettings.of(bundle).changed(settings or {}), seeds)


def _whole_film_method(
    name: str, bundle: Bundle, settings: Mapping[str, Setting], seeds: Sequence[Point] | None
) -> Extensible:
    """VertXNet or SPINEPS, which take no seeds."""
    if seeds is not None:
        raise CannotStart(f"The method {name} starts from no seeds; leave them out, or choose the method spinefm.")
    if name == "vertxnet":
        from spinefm.methods.vertxnet import VertXNet, VertXNetSettings

        return VertXNet(bundle, VertXNetSettings.of(bundle).changed(settings))
    from spinefm.methods.spineps import Spineps, SpinepsSettings

    return Spineps(bundle, SpinepsSettings().changed(settings))


__all__ = [
    "METHODS",
    "TITLES",
    "Addition",
    "CannotAdd",
    "CannotStart",
    "Extensible",
    "Method",
    "build_method",
    "film_record",
    "run_to_trace",
]
