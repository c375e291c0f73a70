"""The limits that a visitor may change before a run, and what a change of them means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from spinefm.methods.base.config import Preset
from spinefm.methods.spinefm.config import SpineFMConfig
from spinefm.trace.model import Setting


@dataclass(frozen=True)
class Limit:
    """One setting of SpineFM as a slider: its name, the words beside it, range, step and default, and what it does."""

    name: str
    label: str
    low: float
    high: float
    step: float
    default: float
    help: str = ""


def _limit(name: str, label: str, low: float, high: float, step: float, help: str) -> Limit:
    """The slider of a setting, at its default."""
    return Limit(name, label, low, high, step, SpineFMConfig.model_fields[name].default, help)


LIMITS = (
    _limit("score_limit", "Detector ≥", 0.3, 0.95, 0.05, "Lower finds more places that may be vertebrae."),
    _limit("overlap_limit", "Overlap ≤", 0.0, 0.5, 0.01, "Bodies that share more of their area are not kept."),
    _limit("patch_factor", "Patch side", 1.5, 5.0, 0.1, "Side of the crop, in distances between bodies."),
    _limit(
        "background_limit",
        "Background ≤",
        0.05,
        0.95,
        0.05,
        "Above this, the classifier's background stops a direction.",
    ),
    _limit("final_limit", "Final mask ≥", 0.1, 0.95, 0.05, "Pixels at least this sure belong to the final outline."),
)
"""Those whose effect can be seen on one film."""


def described(limit: Limit) -> str:
    """What a limit does, and its range: a number beyond it is set to its end."""
    return f"{limit.help} From {limit.low:g} to {limit.high:g}."


def changed(values: Sequence[float], preset: Preset | None = None) -> Mapping[str, Setting]:
    """The settings that `values`, in the order of `LIMITS`, change from their defaults.

    preset: its own values come first, so that a slider left where it was does not undo them.
    """
    chosen = SpineFMConfig.PUBLISHED if preset == "published" else {}
    pairs = zip(LIMITS, values, strict=True)
    return {**chosen, **{one.name: float(value) for one, value in pairs if abs(value - one.default) > one.step / 2}}
