"""The limits that a visitor may change before a run, and what a change of them means."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from spinefm.methods import TITLES
from spinefm.methods.base.limits import Limit
from spinefm.methods.registry import method_spec
from spinefm.trace.model import Setting, Trace

LIMITS = method_spec("spinefm").limits
"""Those whose effect can be seen on one film."""


def label_of(name: str) -> str:
    """What a setting is called beside its slider, without the sign; one without a slider by its own name, in words."""
    label = next((limit.label for limit in LIMITS if limit.name == name), name.replace("_", " "))
    return label.rstrip(" ≤≥")


def described(limit: Limit) -> str:
    """What a limit does, and its range: a number beyond it is set to its end."""
    return f"{limit.help} From {limit.low:g} to {limit.high:g}."


def changed(values: Sequence[float]) -> Mapping[str, Setting]:
    """The settings that `values`, in the order of `LIMITS`, change from their defaults."""
    pairs = zip(LIMITS, values, strict=True)
    return {one.name: float(value) for one, value in pairs if not _is_same(value, one.default)}


def _is_same(value: float, default: float) -> bool:
    """Whether a slider, whose steps add up to 0.30000000000000004, is where it was."""
    return math.isclose(value, default, abs_tol=1e-9)


def made(trace: Trace) -> dict[str, object]:
    """How a run was made, for a link to it: the method, and the limits of `LIMITS` that were changed."""
    known = trace.settings if trace.method == "spinefm" else {}
    differ = {one.name: known[one.name] for one in LIMITS if one.name in known and known[one.name] != one.default}
    return {"method": trace.method, "limits": differ}


def linked(method: str, limits: str) -> tuple[str, list[float]] | None:
    """Method and slider values that a link asks for, or None for the defaults.

    method, limits: as in the address, `limits` as `name:value,name:value`. What is unknown or out of range is left at
    its default.
    """
    asked = dict(part.partition(":")[::2] for part in limits.split(","))
    values = [_asked(one, asked.get(one.name, "")) for one in LIMITS]
    known = method if method in TITLES.values() else "spinefm"
    return None if known == "spinefm" and not changed(values) else (known, values)


def _asked(limit: Limit, text: str) -> float:
    """A slider's value from an address."""
    try:
        value = float(text)
    except ValueError:
        return limit.default
    return value if math.isfinite(value) and limit.low <= value <= limit.high else limit.default
