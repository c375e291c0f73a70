"""Masks of Label Studio's brush: the four channels of a picture as a stream of bits, runs among them.

The stream is that of the package rle-pack: 32 bits with the number of values, 5 with the bits of a value, four times
4 with the bits of a length, each number less one; then blocks of one bit (1: one value repeated, 0: each value), two
bits that choose the size of a length, the length less one, and its values.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from spinefm.core.masks import MOST_PIXELS, Mask

CHANNELS = 4
"""Red, green, blue and opacity, which is the mask."""
BYTE = 8
MOST_NUMBERS = 2_000_000
"""Bytes of one stream."""


def brush_mask(numbers: Sequence[int], size: tuple[int, int]) -> Mask:
    """The mask on a film of `size` (width, height) that a stream of bytes holds.

    A pixel belongs to it where its opacity is more than half of the largest one.

    Raises ValueError for a stream of another film, or one that is cut off or too long.
    """
    if len(numbers) > MOST_NUMBERS:
        raise ValueError(f"it has more than {MOST_NUMBERS} numbers")
    width, height = size
    if width * height > MOST_PIXELS:
        raise ValueError("its film has more pixels than any film")
    opacity = unpacked_bytes(bytes(numbers), CHANNELS * width * height).reshape(height, width, CHANNELS)[..., -1]
    return Mask.from_array(opacity > opacity.max() / 2)


def unpacked_bytes(data: bytes, count: int) -> NDArray[np.uint8]:
    """The `count` values of a stream, (count,). Raises ValueError where it has another number or is cut off."""
    bits = _Bits(data)
    stated, wide = bits.take(32), bits.take(5) + 1
    if stated != count or wide != BYTE:
        raise ValueError(f"its mask has {stated} values of {wide} bits, and those of the film are {count} of {BYTE}")
    sizes = [bits.take(4) + 1 for _ in range(4)]
    values, place = np.empty(count, np.uint8), 0
    while place < count:
        is_run = bits.take(1)
        end = place + bits.take(sizes[bits.take(2)]) + 1
        if end > count:
            raise ValueError("the runs of its mask do not fill the film")
        values[place:end] = bits.take(BYTE) if is_run else _each(bits, end - place)
        place = end
    return values


def _each(bits: _Bits, count: int) -> NDArray[np.uint8]:
    return np.frombuffer(bits.take(BYTE * count).to_bytes(count, "big"), np.uint8)


class _Bits:
    """The bits of `data` from the first on, the high ones of a byte first."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def take(self, count: int) -> int:
        """The number that the next `count` bits are. Raises ValueError where they are fewer."""
        start, end = self._place, self._place + count
        if end > BYTE * len(self._data):
            raise ValueError("its mask is cut off")
        self._place = end
        part = int.from_bytes(self._data[start // BYTE : -(-end // BYTE)], "big")
        return (part >> (-end % BYTE)) & ((1 << count) - 1)
