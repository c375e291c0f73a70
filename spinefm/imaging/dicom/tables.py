"""Look-up tables of a DICOM file, from stored values to modality's values and from these to brightness.

pydicom's own functions wrap where a table of 8 bits has more than 256 entries or starts below zero, and take neither
12 bits nor a table with a pad byte; so tables are applied here, and the palettes of `palette` too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from spinefm.imaging.decoded import UnreadableFilm

MOST_ENTRIES = 1 << 16
BAD_TABLE = "The DICOM file's look-up table is damaged: export the film again."


@dataclass(frozen=True, eq=False)
class Table:
    """Outputs (N,) of the values from `first` on; `bits`: those that the descriptor states for an output."""

    outputs: NDArray[np.uint16]
    first: int
    bits: int

    def __call__(self, values: NDArray[Any]) -> NDArray[np.uint16]:
        """Values of any shape through the table; those outside it take its first or last output."""
        whole = values if values.dtype.kind in "iu" else np.rint(values)
        places = np.clip(whole.astype(np.int64) - self.first, 0, len(self.outputs) - 1)
        return self.outputs[places]

    @property
    def white(self) -> int:
        """The output that means white: the largest of so many bits, or the largest that there is.

        Some writers state 16 bits and use 12; a table that leaves out more than half of its range is one of those.
        """
        stated, largest = (1 << self.bits) - 1, int(self.outputs.max())
        return stated if stated // 2 <= largest <= stated else max(largest, 1)


def read_table(item: Dataset, signed: bool, little_endian: bool) -> Table:
    """The table of a sequence's item (PS3.3, C.11.1.1); `signed`: whether its inputs are.

    Raises:
        UnreadableFilm: descriptor and data do not fit each other.
    """
    return table_of(item.LUTDescriptor, item["LUTData"].value, signed, little_endian)


def table_of(descriptor: Any, data: Any, signed: bool, little_endian: bool) -> Table:
    """The table that a descriptor, of number of entries, first input and bits, and its data describe.

    Raises:
        UnreadableFilm: they do not fit each other.
    """
    try:
        count, first, bits = (int(value) for value in descriptor)
    except (TypeError, ValueError) as error:
        raise UnreadableFilm(BAD_TABLE) from error
    count = count or MOST_ENTRIES
    outputs = _outputs(data, count, little_endian)
    if len(outputs) < count or not 1 <= bits <= 16:
        raise UnreadableFilm(BAD_TABLE)
    if signed and first >= MOST_ENTRIES // 2:  # written as an unsigned number
        first -= MOST_ENTRIES
    return Table(outputs[:count], first, bits)


def _outputs(data: Any, count: int, little_endian: bool) -> NDArray[np.uint16]:
    """The table's data as numbers: a list, or bytes with one or two of them for an entry."""
    if not isinstance(data, bytes):
        return np.atleast_1d(np.asarray(data)).astype(np.uint16)
    packed = len(data) in (count, count + 1)
    kind = "u1" if packed else "<u2" if little_endian else ">u2"
    whole = len(data) - (0 if packed else len(data) % 2)
    return np.frombuffer(data[:whole], kind).astype(np.uint16)
