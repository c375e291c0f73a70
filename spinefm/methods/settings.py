"""Changing settings by name, as a command line or a page asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, TypeVar

from spinefm.trace.model import Setting

Settings = TypeVar("Settings")


def with_changes(settings: Settings, changes: Mapping[str, Setting], method: str) -> Settings:
    """The frozen dataclass `settings` of `method` with `changes` by name; numbers may arrive as text.

    Raises ValueError for an unknown name or a value of the wrong kind.
    """
    known = {field.name: getattr(settings, field.name) for field in fields(settings)}  # type: ignore[arg-type]
    for name in changes:
        if name not in known:
            raise ValueError(f"{method} has no setting named {name!r}; it has: {', '.join(known)}.")
    values = {name: _converted(name, value, known[name]) for name, value in changes.items()}
    return replace(settings, **values)  # type: ignore[type-var]


def _converted(name: str, value: Setting, known: Any) -> Setting:
    """`value` of the kind that the `known` one has."""
    if isinstance(known, bool):
        if str(value).lower() not in ("true", "false", "1", "0"):
            raise ValueError(f"The setting {name} is true or false, not {value!r}.")
        return str(value).lower() in ("true", "1")
    if isinstance(known, str):
        return str(value)
    try:
        number = float("nan" if value is None or isinstance(value, bool) else value)
    except ValueError as error:
        raise ValueError(f"The setting {name} is a number, not {value!r}.") from error
    if not 0 <= number < float("inf"):
        raise ValueError(f"The setting {name} must be a number from 0 up, not {value!r}.")
    if isinstance(known, int) and not number.is_integer():
        raise ValueError(f"The setting {name} must be a whole number, not {value!r}.")
    return type(known)(number)
