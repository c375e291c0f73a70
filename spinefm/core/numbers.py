"""Numbers in words: a value beside its limit is written with as many digits as tell the two apart."""

from __future__ import annotations

from collections.abc import Callable

MOST = 12
"""Digits after the point at which values count as equal."""


def told_apart(value: float, limit: float, digits: int = 2) -> tuple[str, str]:
    """Both as text with `digits` after the point, or with as many more as it takes until they differ."""
    return _apart(value, limit, lambda number, more: f"{number:.{digits + more}f}")


def held(value: float, limit: float, digits: int = 2) -> str:
    """A value against its limit, as "0.91 > 0.50" or "0.8004 > 0.8000"."""
    shown, most = told_apart(value, limit, digits)
    return f"{shown} {'>' if value > limit else '≤'} {most}"


def below(value: float, limit: float, digits: int = 2) -> str:
    """A value against the least that it should be, as "0.41 < 0.60" or "0.599 < 0.600"."""
    shown, least = told_apart(value, limit, digits)
    return f"{shown} {'<' if value < limit else '≥'} {least}"


def percent(share: float) -> str:
    """A share in whole percent; what is neither none nor all is never written as 0 % or 100 %."""
    value = 100 * share
    if 0 < value < 0.5:
        return "< 1 %"
    return "> 99 %" if 99.5 <= value < 100 else f"{value:.0f} %"


def percent_below(share: float, limit: float) -> str:
    """A share beside a limit: below it, but the same in whole percent, it is written as below that.

    >>> percent_below(0.916, 0.92), percent_below(0.41, 0.92)
    ('< 92 %', '41 %')
    """
    words = percent(share)
    return f"< {words}" if share < limit and words == percent(limit) else words


def percents(share: float, limit: float) -> tuple[str, str]:
    """A share and its limit in percent, whole where that tells them apart."""
    return _apart(share, limit, lambda number, more: f"{100 * number:.{more}f} %" if more else percent(number))


def percent_with_limit(share: float, limit: float) -> str:
    """A share beside its limit, as "91 % (limit 50 %)"."""
    value, most = percents(share, limit)
    return f"{value} (limit {most})"


def _apart(value: float, limit: float, written: Callable[[float, int], str]) -> tuple[str, str]:
    for more in range(MOST):
        both = written(value, more), written(limit, more)
        if both[0] != both[1] or value == limit:
            return both
    return both
