"""Cells of the tables."""

from __future__ import annotations

Cell = str | int | float | None
"""What a cell holds; None is an empty one."""


def rounded(value: float | None, digits: int = 2) -> float | None:
    """A number for a cell.

    >>> rounded(1.005, 1), rounded(None)
    (1.0, None)
    """
    return None if value is None else round(value, digits)
