"""Reading PNG, JPEG and TIFF files: 1 to 32 bits, palettes, transparency, colour; one frame only."""

from __future__ import annotations

import io
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from spinefm.imaging.decoded import (
    DAMAGE,
    Decoded,
    UnreadableFilm,
    check_size,
    check_values,
    scaled,
    to_luminance,
)

FORMATS = ("PNG", "JPEG", "TIFF")
PHOTOMETRIC_TAG = 262
WHITE_IS_ZERO = 0
"""The TIFF tag that says what a grey value means, and its value where 0 is white (TIFF 6.0, section 8)."""
DEEP_MODES = {"I;16": 16, "I;16L": 16, "I;16B": 16, "I;16N": 16, "I": 32, "F": 32}
"""Pillow's modes of more than eight bits, and their bits."""


def decode(data: bytes) -> Decoded:
    """Decode a PNG, JPEG or TIFF file. Raises UnreadableFilm and nothing else."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's remarks on damaged metadata and on large pictures
        try:
            return _decode(_open(data))
        except UnreadableFilm:
            raise
        except MemoryError as error:
            raise UnreadableFilm("The file needs too much memory to decode: reduce its size and try again.") from error
        except DAMAGE as error:
            raise UnreadableFilm("The file is truncated or damaged: copy or export the film again.") from error


def _decode(image: Image.Image) -> Decoded:
    """The pixels of an opened file, turned upright as its orientation tag says."""
    kind = image.format or "picture"
    white_is_zero = getattr(image, "tag_v2", {}).get(PHOTOMETRIC_TAG) == WHITE_IS_ZERO
    image = ImageOps.exif_transpose(_load(image))
    if image.mode in DEEP_MODES:
        return _decode_deep(image, kind, white_is_zero)
    return _decode_shallow(image, kind)


def _open(data: bytes) -> Image.Image:
    """Read the header only; refuse what has several frames."""
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise UnreadableFilm(
            "The film has more than the 25 million pixels allowed: reduce its size and try again."
        ) from error
    except UnidentifiedImageError as error:
        raise UnreadableFilm("The file's header is damaged, so it cannot be opened: export the film again.") from error
    check_size(*image.size)
    if image.format == "MPO":
        raise UnreadableFilm(
            "The JPEG holds several pictures, as phones save them (MPO): save the film as a plain JPEG or PNG."
        )
    if int(getattr(image, "n_frames", 1)) > 1:
        raise UnreadableFilm(
            "The file is animated or has several frames or pages: save the one film to be read as its own file."
        )
    return image


def _load(image: Image.Image) -> Image.Image:
    image.load()
    return image


def _decode_deep(image: Image.Image, kind: str, white_is_zero: bool) -> Decoded:
    """Grey values of 16 or 32 bits; Pillow leaves those of TIFF files with white at zero as they are stored."""
    values = np.asarray(image)  # (H, W) uint16, int32 or float32
    check_values(values)
    bits = DEEP_MODES[image.mode]
    pixels, notes = scaled(values, _full_range(values, bits))
    if white_is_zero:
        pixels, notes = 1 - pixels, (*notes, "The file stores white as zero; its values were inverted.")
    return Decoded(pixels, kind, bits, notes=notes)


def _full_range(values: NDArray[Any], bits: int) -> tuple[float, float] | None:
    """The number format's range, where it means something: 16 bits, or floats that stay within [0, 1]."""
    if bits == 16:
        return (0.0, 65535.0)
    if values.dtype.kind == "f" and values.min() >= 0 and values.max() <= 1:
        return (0.0, 1.0)
    return None


def _decode_shallow(image: Image.Image, kind: str) -> Decoded:
    """Grey or colour values of up to eight bits a channel; transparent parts are composited on black."""
    bits = 1 if image.mode == "1" else 8
    if image.mode in ("1", "L") and "transparency" not in image.info:
        values = np.asarray(image.convert("L"))  # (H, W) uint8
        pixels, notes = scaled(values, (0.0, 255.0))
        return Decoded(pixels, kind, bits, notes=notes)
    grey, notes = to_luminance(np.asarray(_on_black(image)), 255.0)
    pixels, stretched = scaled(grey, (0.0, 1.0))
    return Decoded(pixels, kind, bits, notes=notes + stretched)


def _on_black(image: Image.Image) -> Image.Image:
    """The picture as red, green and blue; in eight bits throughout, since floats would take four times the memory."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    colours = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", colours.size, (0, 0, 0, 255)), colours).convert("RGB")
