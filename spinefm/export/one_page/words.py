"""Numbers, units and lists as a reader sees them."""

from __future__ import annotations

from collections.abc import Iterable

from spinefm.export.measures import DIGITS as STORED
from spinefm.measure import Measure

DIGITS = {"°": 1, "%": 1, "mm": 1, "ratio": 2}
"""Decimals of a value by its unit: its uncertainty is seldom smaller."""
UNITS = {"°": "°", "%": " %", "mm": " mm", "ratio": ""}
"""What follows a number."""
MINUS = "\N{MINUS SIGN}"
NONE = "\N{EN DASH}"
"""In the place of a value that there is not."""
BY_HAND = "by hand"
"""Beside a value that rests on corners which a reader moved."""
LONGEST = 280
"""Characters of a sentence that others wrote; the whole of it is in report.json."""


def number(value: float, unit: str) -> str:
    """A value with the decimals of its unit.

    >>> number(-0.04, "°"), number(12.345, "ratio")
    ('0.0', '12.35')
    """
    digits = DIGITS[unit]
    stored = round(value, STORED[unit])  # as in measures.csv: all that is printed agrees with what is read from there
    text = f"{round(stored, digits) + 0.0:.{digits}f}"  # adding zero turns -0.0 into 0.0
    return text.replace("-", MINUS)


def value_of(one: Measure | None, with_unit: bool = True) -> str:
    """Value, ± and unit of a measure, and whether it was set by hand; a dash where it has no value."""
    if one is None or one.value is None:
        return NONE
    half = "" if one.uncertainty is None else f" ± {number(one.uncertainty, one.unit)}"
    by_hand = f" {BY_HAND}" if one.by_hand else ""
    return f"{number(one.value, one.unit)}{half}{UNITS[one.unit] if with_unit else ''}{by_hand}"


def share(probability: float | None) -> str:
    """A probability as a whole percentage.

    >>> share(0.987), share(None) == NONE
    ('99 %', True)
    """
    return NONE if probability is None else f"{100 * probability:.0f} %"


def shortened(text: str, most: int = LONGEST) -> str:
    """At most so many characters, the middle left out, on one line.

    >>> shortened("abcdefghij", 7)
    'abc…hij'
    """
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    head = (most - 1) // 2
    return f"{line[:head]}…{line[len(line) - (most - 1 - head) :]}"


def sentence(text: str) -> str:
    """A text with a capital at its beginning and a stop at its end.

    >>> sentence("its outline is not a quadrilateral")
    'Its outline is not a quadrilateral.'
    """
    line = text.strip()
    return line[:1].upper() + line[1:] + ("" if line.endswith((".", "!", "?")) else ".") if line else ""


def limited(lines: Iterable[str], most: int) -> tuple[str, ...]:
    """At most so many lines, the last of which says how many more there are.

    >>> limited(["a", "b", "c"], 2)
    ('a', 'and 2 more.')
    """
    known = tuple(lines)
    return known if len(known) <= most else (*known[: most - 1], f"and {len(known) - most + 1} more.")
