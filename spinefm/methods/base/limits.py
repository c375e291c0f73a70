"""The limits of a method that a visitor may change before a run."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limit:
    """One setting of a method as a slider: its name, the words beside it, range, step and default, and what it does."""

    name: str
    label: str
    low: float
    high: float
    step: float
    default: float
    help: str = ""
