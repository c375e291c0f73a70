"""Palettes of a DICOM file: from stored values to colours (PS3.3, C.7.6.3.1.5, C.7.6.3.1.6 and C.7.9.2).

pydicom's own function takes no pad byte, and expands the segments of a palette without a limit.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from spinefm.imaging.decoded import DAMAGE, UnreadableFilm
from spinefm.imaging.dicom.tables import MOST_ENTRIES, Table, table_of

CHANNELS = ("Red", "Green", "Blue")
BYTE, WORD = 255, 65535
"""The largest entries of 8 and of 16 bits."""
DISCRETE, LINEAR, INDIRECT = 0, 1, 2
"""Kinds of segments: entries as they are, a line to an entry, and segments that are to be repeated."""
BAD_PALETTE = "The DICOM file's palette is missing or damaged: export the film as MONOCHROME2 or RGB."


def through_palette(values: NDArray[Any], header: Dataset, little_endian: bool) -> tuple[NDArray[np.uint16], int]:
    """The colours (H, W, 3) that values (H, W) mean, and the number that means white.

    Raises:
        UnreadableFilm: there is no palette that has them.
    """
    try:
        tables = [_table(header, channel, values.dtype.kind == "i", little_endian) for channel in CHANNELS]
    except (UnreadableFilm, *DAMAGE) as error:
        raise UnreadableFilm(BAD_PALETTE) from error
    return np.stack([table(values) for table in tables], axis=-1), _white(tables)


def _white(tables: list[Table]) -> int:
    """The entry that means white; some writers state 16 bits and use 8, others the other way round."""
    largest, stated = max(int(table.outputs.max()) for table in tables), (1 << tables[0].bits) - 1
    return BYTE if largest <= BYTE else stated if largest <= stated else WORD


def _table(header: Dataset, channel: str, signed: bool, little_endian: bool) -> Table:
    name = f"{channel}PaletteColorLookupTable"
    descriptor, whole = header[f"{name}Descriptor"].value, header.get(f"{name}Data")
    data = whole if whole is not None else _expanded(header[f"Segmented{name}Data"].value, descriptor, little_endian)
    return table_of(descriptor, data, signed, little_endian)


def _expanded(data: bytes, descriptor: Any, little_endian: bool) -> list[int]:
    """The entries that a palette's segments describe, no more than the descriptor states."""
    kind = "u1" if descriptor[2] <= 8 else "<u2" if little_endian else ">u2"
    codes = np.frombuffer(data[: len(data) - len(data) % np.dtype(kind).itemsize], kind)
    entries: list[int] = []
    place = 0
    most = int(descriptor[0]) or MOST_ENTRIES
    while place + 1 < len(codes) and len(entries) < most:
        place = _append_segment(entries, codes, place, most)
    return entries[:most]


def _append_segment(entries: list[int], codes: NDArray[Any], place: int, most: int) -> int:
    """Append the entries of the segment at `place`; returns the place of the next one."""
    if codes[place] != INDIRECT:
        return _append_entries(entries, codes, place)
    start, end = place + 2, place + 2 + 4 // codes.itemsize
    target = int.from_bytes(codes[start:end].astype(codes.dtype.newbyteorder("<")).tobytes(), "little")
    target //= codes.itemsize  # it counts bytes
    for _ in range(int(codes[place + 1])):
        if len(entries) < most:
            target = _append_entries(entries, codes, target)
    return end


def _append_entries(entries: list[int], codes: NDArray[Any], place: int) -> int:
    """As `_append_segment`, of a segment that holds its entries. ValueError on another one, and on one without any."""
    kind, length = int(codes[place]), int(codes[place + 1])
    if kind not in (DISCRETE, LINEAR) or not length:
        raise ValueError("no segment")
    if kind == LINEAR:
        line = np.linspace(entries[-1], float(codes[place + 2]), length + 1)
        entries.extend(np.rint(line[1:]).astype(int).tolist())
        return place + 3
    entries.extend(codes[place + 2 : place + 2 + length].tolist())
    return place + 2 + length
