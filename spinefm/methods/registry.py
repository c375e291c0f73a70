"""The methods by name: every package in `spinefm.methods` whose module `spec` declares a `SPEC` is one."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from spinefm.core.geometry import Point
from spinefm.methods.base.captions import CAPTIONS
from spinefm.methods.base.config import Preset
from spinefm.methods.base.protocol import CannotStart, Extensible
from spinefm.methods.base.spec import MethodSpec
from spinefm.trace.model import Setting
from spinefm.trace.registry import EVENTS

if TYPE_CHECKING:
    from spinefm.weights.bundle import Bundle

PACKAGE = "spinefm.methods"
SHARED = "base"
"""The package here that is no method."""


@cache
def specs() -> Mapping[str, MethodSpec]:
    """Every method by name, in alphabetical order."""
    places = import_module(PACKAGE).__path__
    packages = sorted(found.name for found in pkgutil.iter_modules(places) if found.ispkg)
    return {name: import_module(f"{PACKAGE}.{name}.spec").SPEC for name in packages if name != SHARED}


def register_events() -> None:
    """Enter the events of every method, and those they share, in the registry of the trace."""
    EVENTS.register(CAPTIONS)
    for spec in specs().values():
        EVENTS.register(spec.captions)
        EVENTS.rename(spec.name, spec.config.RENAMED)


def method_spec(name: str) -> MethodSpec:
    """The method called `name`. Raises ValueError, with the names there are."""
    if name not in specs():
        raise ValueError(f"There is no method named {name!r}; choose one of: {', '.join(specs())}.")
    return specs()[name]


def build_method(
    name: str,
    bundle: Bundle,
    settings: Mapping[str, Setting] | None = None,
    starts: Sequence[Point] | None = None,
    preset: Preset | None = None,
) -> Extensible:
    """The method called `name` on the networks of `bundle`.

    Args:
        name: one of `specs()`.
        bundle: loaded weights.
        settings: changes of the preset, by name; a trace's settings give its run again.
        starts: clicked centroids (x, y) in film pixels of three or more neighbours, for methods that take them.
        preset: "published" or "tuned"; by default the one that fits the bundle.

    Raises:
        ValueError: an unknown method, preset or setting, or a value outside its range.
        CannotStart: starting points that cannot serve.
        spinefm.weights.manifest.BundleError: the bundle lacks a network of the method.
    """
    spec = method_spec(name)
    if starts is not None and not spec.takes_starts:
        raise CannotStart(f"The method {name} takes no starting points; leave them out, or choose the method spinefm.")
    return spec.build(bundle, spec.config.of(bundle, preset).changed(settings or {}), starts)
