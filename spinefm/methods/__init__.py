"""The methods behind one protocol, by name. Each is a package here; `base` holds what they share."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from spinefm.methods.base.protocol import (
    Addition,
    CannotAdd,
    CannotStart,
    Extensible,
    FilmOutcome,
    Method,
    film_record,
    quarters,
    run_to_trace,
    upright,
)

if TYPE_CHECKING:
    from spinefm.methods.registry import build_method

    METHODS: tuple[str, ...]
    TITLES: dict[str, str]

__all__ = [
    "METHODS",
    "TITLES",
    "Addition",
    "CannotAdd",
    "CannotStart",
    "Extensible",
    "FilmOutcome",
    "Method",
    "build_method",
    "film_record",
    "quarters",
    "run_to_trace",
    "upright",
]


def __getattr__(name: str) -> Any:
    """`build_method`, `METHODS` (names) and `TITLES` (what the page calls them -> names), from the registry."""
    if name not in ("build_method", "METHODS", "TITLES"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    registry: Any = import_module(f"{__name__}.registry")
    if name == "build_method":
        return registry.build_method
    specs = registry.specs()
    return tuple(specs) if name == "METHODS" else {spec.title: spec.name for spec in specs.values()}
