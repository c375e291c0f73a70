"""The limits of a method that a visitor may change before a run."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel


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

    @classmethod
    def of(
        cls, config: type[BaseModel], name: str, label: str, span: tuple[float, float], step: float, help: str
    ) -> Limit:
        """The slider of a setting of `config`, from `span[0]` to `span[1]`, at its default."""
        return cls(name, label, *span, step, config.model_fields[name].default, help)
