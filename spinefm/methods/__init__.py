"""The methods behind one protocol, by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from spinefm.geometry import Point
from spinefm.methods.protocol import (
    Addition,
    CannotAdd,
    CannotStart,
    Extensible,
    Method,
    film_record,
    run_to_trace,
)
from spinefm.trace import Setting

if TYPE_CHECKING:
    from spinefm.bundles import Bundle

METHODS = ("spinefm",)
"""Names that `build_method` knows."""


def build_method(
    name: str,
    bundle: Bundle,
    settings: Mapping[str, Setting] | None = None,
    seeds: Sequence[Point] | None = None,
) -> Extensible:
    """The method called `name` on the networks of `bundle`, with changed `settings` and clicked `seeds`.

    Raises ValueError for an unknown method or setting, CannotStart for seeds that cannot serve.
    """
    if name not in METHODS:
        raise ValueError(f"There is no method named {name!r}; choose one of: {', '.join(METHODS)}.")
    from spinefm.methods.spinefm import SpineFM, SpineFMSettings

    return SpineFM(bundle, SpineFMSettings.of(bundle).changed(settings or {}), seeds)


__all__ = [
    "METHODS",
    "Addition",
    "CannotAdd",
    "CannotStart",
    "Extensible",
    "Method",
    "build_method",
    "film_record",
    "run_to_trace",
]
