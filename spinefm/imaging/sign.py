"""Patterns of bits as whole numbers with a sign or without, and telling by a picture which they are."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

CLOSE = 0.1
"""Share of the values' range by which neighbours in a picture differ at most, as a rule."""
NAMES = ("unsigned", "signed")
"""What values without and with a sign are called in notes."""


def sign_seen(patterns: NDArray[Any], bits: int, agreeing: float = 0.5) -> bool | None:
    """Whether the first of `bits` bits is a sign, by neighbours that differ in it: None where they do not tell.

    agreeing: the share of these neighbours that must say the same.

    Where a picture crosses the sign bit, its unsigned values are close to each other if it is none, and a whole range
    apart if it is one. A frame of one value, such as padding, tells nothing, and values of eight bits have no sign.
    """
    rows = patterns[::4]
    high = rows >= 1 << (bits - 1)
    crossing = high[:, 1:] != high[:, :-1]
    pairs = np.stack([rows[:, 1:][crossing], rows[:, :-1][crossing]]).astype(np.int64)  # (2, crossings)
    if not pairs.size or _is_one_value(pairs.max(0)):
        return None
    far, close = np.quantile(np.ptp(pairs, axis=0), (1 - agreeing, agreeing)) / (1 << bits)
    if close < CLOSE:
        return False
    return True if far > 1 - CLOSE and bits > 8 else None


def _is_one_value(values: NDArray[Any]) -> bool:
    return bool(np.ptp(np.percentile(values, (5, 95))) == 0)


def lowest(raw: NDArray[Any], bits: int) -> NDArray[Any]:
    """The lowest `bits` bits of unsigned patterns."""
    return raw if bits == 8 * raw.dtype.itemsize else raw & raw.dtype.type((1 << bits) - 1)


def with_sign(raw: NDArray[Any], bits: int, signed: bool) -> NDArray[Any]:
    """The lowest `bits` bits of unsigned patterns, as two's complement where they are signed."""
    values = lowest(raw, bits)
    if not signed:
        return values
    wide: NDArray[Any] = values.astype(np.int32 if bits < 32 else np.int64)
    sign = 1 << (bits - 1)
    return (wide ^ sign) - sign
