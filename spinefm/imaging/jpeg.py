"""JPEG files that Pillow does not open: more than eight bits, lossless ones of 16 bits, and JPEG-LS."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinefm.imaging.decoded import Decoded, UnreadableFilm, check_size, scaled, to_luminance

MARK = b"\xff\xd8\xff"
END = b"\xff\xd9"
"""The marker after the picture, whose bytes occur in no compressed values; decoders fill what is cut off with grey."""
NAMES = {"jpeg": "JPEG", "jpeg-ls": "JPEG-LS"}


def size_of(data: bytes) -> tuple[int, int] | None:
    """(width, height) of a JPEG or JPEG-LS file; None where its header cannot be read. Raises struct.error."""
    from spinefm.imaging.dicom.stream import stream_header  # takes time to import

    head = stream_header(data)
    return None if head is None else (head.width, head.height)


def decode(data: bytes) -> Decoded | None:
    """Decode a JPEG or JPEG-LS file in a child process; None where its header cannot be read.

    Raises:
        UnreadableFilm: the film is too large, damaged, or in colours that are not supported.
    """
    from spinefm.imaging.dicom.decoder import Coded, decoders  # takes time to import
    from spinefm.imaging.dicom.stream import stream_header

    head = stream_header(data)
    if head is None or (head.codec == "jpeg" and head.precision <= 8):  # Pillow opens these if anything does
        return None
    check_size(head.width, head.height)
    if head.components != 1 and (head.codec, head.components) != ("jpeg-ls", 3):
        raise UnreadableFilm(
            f"The {NAMES[head.codec]} has {head.components} samples of {head.precision} bits a pixel, "
            "which is not supported: save the film in grey values."
        )
    if END not in data:
        raise UnreadableFilm("The file is truncated or damaged: copy or export the film again.")
    size = 1 if head.precision <= 8 else 2
    values = decoders().decode(Coded(head.codec, head.height, head.width, head.components, size), data)
    pixels, notes = _shown(values, float((1 << head.precision) - 1))
    return Decoded(pixels, NAMES[head.codec], head.precision, notes=notes)


def _shown(values: NDArray[Any], white: float) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    """Brightness of grey values (H, W) or colours (H, W, 3) from 0 to `white`, and notes."""
    if values.ndim == 2:
        return scaled(values, (0.0, white))
    grey, notes = to_luminance(values, white)
    pixels, stretched = scaled(grey, (0.0, 1.0))
    return pixels, notes + stretched
