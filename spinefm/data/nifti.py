"""NIfTI-1 label maps of one slice: the header's few fields that such a file needs, read by hand."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spinefm.core.masks import MOST_PIXELS

HEADER = 348
"""Bytes of a NIfTI-1 header."""
TYPES = {2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4"}
"""Codes of the number types that label maps use."""
MOST_BYTES = MOST_PIXELS * 8 + 1024


def read_nifti(path: Path) -> NDArray[np.int32]:
    """The one slice of a file as (H, W): its first axis is x to the right, its second y down.

    Raises ValueError for what is no NIfTI-1 file, has several slices, or holds other values than ids.
    """
    opener = gzip.open if path.name.endswith(".gz") else open
    with opener(path, "rb") as stream:
        data = stream.read(MOST_BYTES + 1)
    order = next((sign for sign in "<>" if data[:4] == struct.pack(f"{sign}i", HEADER)), None)
    if order is None or data[344:347] not in (b"n+1", b"ni1") or len(data) > MOST_BYTES:
        raise ValueError("it is no NIfTI-1 file of a film's size")
    count, *sides = struct.unpack_from(f"{order}8h", data, 40)
    code, offset = struct.unpack_from(f"{order}h", data, 70)[0], int(struct.unpack_from(f"{order}f", data, 108)[0])
    shape = [side for side in sides[:count] if side > 1]
    if len(shape) != 2 or code not in TYPES:
        raise ValueError(f"it has {len(shape)} axes of type {code}, and a film's label map has two of whole numbers")
    values = np.frombuffer(data, f"{order}{TYPES[code]}", shape[0] * shape[1], offset)
    if not np.array_equal(values, np.round(values)):
        raise ValueError("it holds other values than ids")
    return values.reshape(shape, order="F").T.astype(np.int32)
