"""Configurations of networks are frozen dataclasses of plain fields; this reads one back from JSON."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

Config = TypeVar("Config")

SECOND = "classifier_lite"
"""The second half of a pair of classifiers in a bundle, a file of its own: hosts of repositories keep only files below
10 MB as they are."""


def config_from_dict(kind: type[Config], values: Mapping[str, Any]) -> Config:
    """Build the configuration `kind` from `dataclasses.asdict` output that went through JSON.

    Raises:
        ValueError: a field is unknown, or a value is refused by the configuration itself.
    """
    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    unknown = sorted(set(values) - known)
    if unknown:
        raise ValueError(f"{kind.__name__} has no field {', '.join(unknown)}; it knows {', '.join(sorted(known))}.")
    return kind(**{name: _tuples(value) for name, value in values.items()})


def _tuples(value: Any) -> Any:
    """JSON knows lists only; the configurations are hashable and hold tuples."""
    return tuple(_tuples(item) for item in value) if isinstance(value, list | tuple) else value
