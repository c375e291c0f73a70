"""The limits that a visitor may change before a run, and what a change of them means."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from spinefm.methods import TITLES
from spinefm.methods.base.limits import Limit
from spinefm.methods.registry import specs
from spinefm.trace.model import Setting, Trace

USUAL = "spinefm"
"""The method of a visitor who chooses none."""
LIMITS: Mapping[str, tuple[Limit, ...]] = MappingProxyType({name: spec.limits for name, spec in specs().items()})
"""Those of each method whose effect can be seen on one film. The page's values come in this order."""


def label_of(method: str, name: str) -> str:
    """What a setting is called beside its slider, without the sign; one without a slider by its own name, in words."""
    label = next((limit.label for limit in LIMITS.get(method, ()) if limit.name == name), name.replace("_", " "))
    return label.rstrip(" ≤≥")


def described(limit: Limit) -> str:
    """What a limit does, and its range: a number beyond it is set to its end."""
    return f"{limit.help} From {limit.low:g} to {limit.high:g}."


def changed(method: str, values: Sequence[float]) -> Mapping[str, Setting]:
    """The settings of `method` that `values`, one for each slider of every method, change from their defaults."""
    places = [(name, limit) for name, limits in LIMITS.items() for limit in limits]
    own = [(limit, value) for (name, limit), value in zip(places, values, strict=True) if name == method]
    return {limit.name: float(value) for limit, value in own if not _is_same(value, limit.default)}


def _is_same(value: float, default: float) -> bool:
    """Whether a slider, whose steps add up to 0.30000000000000004, is where it was."""
    return math.isclose(value, default, abs_tol=1e-9)


def made(trace: Trace) -> dict[str, object]:
    """How a run was made, for a link to it: the method, and those of its limits that were changed."""
    known, limits = trace.settings, LIMITS.get(trace.method, ())
    differ = {one.name: known[one.name] for one in limits if one.name in known and known[one.name] != one.default}
    return {"method": trace.method, "limits": differ}


def linked(method: str, limits: str) -> tuple[str, list[float]] | None:
    """Method and slider values that a link asks for, or None for the defaults.

    method, limits: as in the address, `limits` as `name:value,name:value`, those of the method. What is unknown or out
    of range is left at its default, as are the other methods' limits.
    """
    asked = dict(part.partition(":")[::2] for part in limits.split(","))
    chosen = method if method in TITLES.values() else USUAL
    values = [
        _asked(limit, asked.get(limit.name, "") if name == chosen else "")
        for name, own in LIMITS.items()
        for limit in own
    ]
    return None if chosen == USUAL and not changed(chosen, values) else (chosen, values)


def _asked(limit: Limit, text: str) -> float:
    """A slider's value from an address."""
    try:
        value = float(text)
    except ValueError:
        return limit.default
    return value if math.isfinite(value) and limit.low <= value <= limit.high else limit.default
