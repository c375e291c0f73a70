"""The limits that a visitor may change before a run, and what a change of them means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from spinefm.methods.base.config import Preset
from spinefm.methods.spinefm.config import SpineFMConfig
from spinefm.trace.model import Setting


@dataclass(frozen=True)
class Limit:
    """One setting of SpineFM as a slider: its name, the words beside it, its range, step and default."""

    name: str
    label: str
    low: float
    high: float
    step: float
    default: float


def _limit(name: str, label: str, low: float, high: float, step: float) -> Limit:
    """The slider of a setting, at its default."""
    return Limit(name, label, low, high, step, SpineFMConfig.model_fields[name].default)


LIMITS = (
    _limit("score_limit", "Detector ≥", 0.3, 0.95, 0.05),
    _limit("overlap_limit", "Overlap ≤", 0.0, 0.5, 0.01),
    _limit("patch_factor", "Patch side", 1.5, 5.0, 0.1),
    _limit("background_limit", "Background ≤", 0.05, 0.95, 0.05),
    _limit("final_limit", "Final mask ≥", 0.1, 0.95, 0.05),
)
"""Those whose effect can be seen on one film."""


def changed(values: Sequence[float], preset: Preset | None = None) -> Mapping[str, Setting]:
    """The settings that `values`, in the order of `LIMITS`, change from their defaults.

    preset: its own values come first, so that a slider left where it was does not undo them.
    """
    chosen = SpineFMConfig.PUBLISHED if preset == "published" else {}
    pairs = zip(LIMITS, values, strict=True)
    return {**chosen, **{one.name: float(value) for one, value in pairs if abs(value - one.default) > one.step / 2}}
