"""The limits that a visitor may change before a run, and what a change of them means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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


LIMITS = (
    Limit("score_limit", "Detector ≥", 0.3, 0.95, 0.05, 0.6, "Lower finds more places that may be vertebrae."),
    Limit("overlap_limit", "Overlap ≤", 0.0, 0.5, 0.01, 0.1, "Bodies that share more of their area are not kept."),
    Limit("patch_factor", "Patch side", 1.5, 5.0, 0.1, 3.0, "Side of the crop, in distances between bodies."),
    Limit(
        "background_limit",
        "Background ≤",
        0.05,
        0.95,
        0.05,
        0.8,
        "Above this, the classifier's background stops a direction.",
    ),
    Limit(
        "final_limit", "Final mask ≥", 0.1, 0.95, 0.05, 0.5, "Pixels at least this sure belong to the final outline."
    ),
)
"""Those whose effect can be seen on one film. The defaults are those of SpineFM's settings."""


def described(limit: Limit) -> str:
    """What a limit does, and its range: a number beyond it is set to its end."""
    return f"{limit.help} From {limit.low:g} to {limit.high:g}."


def changed(values: Sequence[float]) -> Mapping[str, Setting]:
    """The settings that `values`, in the order of `LIMITS`, change from their defaults."""
    pairs = zip(LIMITS, values, strict=True)
    return {limit.name: float(value) for limit, value in pairs if abs(value - limit.default) > limit.step / 2}
