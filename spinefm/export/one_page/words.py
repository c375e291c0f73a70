"""Numbers, units and lists as a reader sees them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from spinefm.core.numbers import percent, percent_below
from spinefm.export.measures import DIGITS as STORED
from spinefm.measure import Measure
from spinefm.trace.doubt import DOUBT

DIGITS = {"°": 1, "%": 1, "mm": 1, "ratio": 2}
"""Decimals of a value by its unit: its uncertainty is seldom smaller."""
UNITS = {"°": "°", "%": " %", "mm": " mm", "ratio": ""}
"""What follows a number."""
MINUS = "\N{MINUS SIGN}"
NONE = "\N{EN DASH}"
"""In the place of a value that there is not."""
DOUBT_MARK = "?"
"""Beside what is in doubt, as on the page."""
BY_HAND = "by hand"
"""Beside a value that rests on corners which a reader moved."""
VALUE_IN_DOUBT = f"± … {DOUBT_MARK}: in doubt, because ± is over the limit of its kind of measure."
"""What the mark means beside a value."""
LONGEST = 280
"""Characters of a sentence that others wrote; the whole of it is in report.json."""


def number(value: float, unit: str) -> str:
    """A value with the decimals of its unit, rounded as the page rounds.

    >>> number(-0.04, "°"), number(26.0453, "°"), number(0.125, "ratio")
    ('0.0', '26.0', '0.13')
    """
    stored = Decimal(round(value, STORED[unit]))  # as in measures.csv: what is printed agrees with what is read there
    shown = stored.quantize(Decimal(1).scaleb(-DIGITS[unit]), ROUND_HALF_UP)
    return f"{abs(shown) if shown == 0 else shown}".replace("-", MINUS)


def value_of(one: Measure | None, with_unit: bool = True) -> str:
    """Value, ± and unit of a measure with its marks; a dash where it has no value."""
    if one is None or one.value is None:
        return NONE
    half = "" if one.uncertainty is None else f" ± {number(one.uncertainty, one.unit)}"
    return f"{number(one.value, one.unit)}{half}{UNITS[one.unit] if with_unit else ''}{marks(one.by_hand, one.doubt)}"


def marks(by_hand: bool, doubt: str) -> str:
    """What follows a value: that it was set by hand, and the page's mark of a value in doubt.

    >>> marks(False, "its uncertainty is over the limit"), marks(True, "")
    (' ?', ' by hand')
    """
    return f"{f' {BY_HAND}' if by_hand else ''}{f' {DOUBT_MARK}' if doubt else ''}"


def share(probability: float | None) -> str:
    """A probability as a whole percentage.

    >>> share(0.987), share(0.998), share(None) == NONE
    ('99 %', '> 99 %', True)
    """
    return NONE if probability is None else percent(probability)


def outline_share(probability: float | None) -> str:
    """How sure an outline is, told apart from the limit of doubt.

    >>> outline_share(0.916)
    '< 92 %'
    """
    return NONE if probability is None else percent_below(probability, DOUBT)


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
