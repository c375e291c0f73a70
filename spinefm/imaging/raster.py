"""Reading PNG, JPEG, TIFF and BMP files: 1 to 32 bits, palettes, transparency, colour; one frame only."""

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

FORMATS = ("PNG", "JPEG", "TIFF", "BMP")
PHOTOMETRIC_TAG = 262
WHITE_IS_ZERO = 0
"""The TIFF tag that says what a grey value means, and its value where 0 is white (TIFF 6.0, section 8)."""
SUBFILE_TAG, OLD_SUBFILE_TAG, REDUCED = 254, 255, 2
BITS_TAG, ORIENTATION_TAG = 258, 274
MOST_PAGES = 16
"""TIFF pages that are looked at: a film and its reduced copies, each half the size of the one before."""
TURNS: dict[int | None, tuple[bool, int, bool]] = {
    2: (False, 0, True),
    3: (False, 2, False),
    4: (False, 2, True),
    5: (True, 0, False),
    6: (False, -1, False),
    7: (True, 2, False),
    8: (False, 1, False),
}
"""What undoes an EXIF orientation: whether to transpose, quarters to turn, whether to mirror, in this order."""
DEEP_MODES = {"I;16": 16, "I;16L": 16, "I;16B": 16, "I;16N": 16, "I": 32, "F": 32}
"""Pillow's modes of more than eight bits, and their bits."""


def decode(data: bytes) -> Decoded:
    """Decode a PNG, JPEG, TIFF or BMP file. Raises UnreadableFilm and nothing else."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's remarks on damaged metadata and on large pictures
        try:
            return _decode(_open(data), data)
        except UnreadableFilm:
            raise
        except MemoryError as error:
            raise UnreadableFilm("The file needs too much memory to decode: reduce its size and try again.") from error
        except DAMAGE as error:
            raise UnreadableFilm("The file is truncated or damaged: copy or export the film again.") from error


def _decode(image: Image.Image, data: bytes) -> Decoded:
    """The pixels of an opened file, turned upright as its orientation tag says."""
    kind = image.format or "picture"
    if _has_deep_colours(image, data):
        return _decode_deep_colours(image, data, kind)
    white_is_zero = _tag(image, PHOTOMETRIC_TAG) == WHITE_IS_ZERO
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
    if image.format == "MPO":
        raise UnreadableFilm(
            "The JPEG contains several pictures, as phones save them (MPO): save the film as a plain JPEG or PNG."
        )
    _select_page(image)
    check_size(*image.size)
    return image


def _select_page(image: Image.Image) -> None:
    """Seek the one page of a TIFF that is no reduced copy; no page is counted, since their chain may be endless.

    Raises:
        UnreadableFilm: there is a second frame or page of full size.
    """
    full = [] if image.format == "TIFF" else [0]
    if image.format != "TIFF" and getattr(image, "is_animated", False):
        full.append(1)
    for page in range(MOST_PAGES if image.format == "TIFF" else 0):
        try:
            image.seek(page)
        except EOFError:
            break
        if not _is_reduced(image):
            full.append(page)
        if len(full) > 1:
            break
    else:
        full = full if image.format != "TIFF" else [0, 1]
    if len(full) > 1:
        raise UnreadableFilm(
            "The file is animated or has several frames or pages: save the one film to be read as its own file."
        )
    image.seek(full[0] if full else 0)


def _is_reduced(image: Image.Image) -> bool:
    """Whether a TIFF page is a smaller copy of another one, or its mask (TIFF 6.0, section 8)."""
    flags, old = _tag(image, SUBFILE_TAG), _tag(image, OLD_SUBFILE_TAG)
    return bool(isinstance(flags, int) and flags & 0b101) or old == REDUCED


def _tag(image: Image.Image, tag: int) -> object:
    """A TIFF tag's value; None for other files and where it is absent."""
    return getattr(image, "tag_v2", {}).get(tag)


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


def _has_deep_colours(image: Image.Image, data: bytes) -> bool:
    """Whether colours have 16 bits a channel, of which Pillow would keep eight."""
    if image.format == "PNG":
        return data[24] == 16 and data[25] in (2, 4, 6)  # bit depth and colour type of the first chunk
    bits = _tag(image, BITS_TAG)
    return isinstance(bits, tuple) and len(bits) in (3, 4) and set(bits) == {16} and image.tell() == 0


def _decode_deep_colours(image: Image.Image, data: bytes, kind: str) -> Decoded:
    """Colours of 16 bits a channel, composited on black where there is transparency."""
    import imagecodecs

    decode = imagecodecs.png_decode if kind == "PNG" else imagecodecs.tiff_decode
    colours = decode(data)  # (H, W, channels), of which the last is opacity where there are two or four
    if colours.dtype != np.uint16 or sorted(colours.shape[:2]) != sorted(image.size) or colours.ndim != 3:
        raise UnreadableFilm("The file's colours of 16 bits cannot be read: save the film with 8 bits or in grey.")
    shown = colours[..., :3] if colours.shape[2] > 2 else np.broadcast_to(colours[..., :1], (*colours.shape[:2], 3))
    grey, notes = to_luminance(shown, 65535.0)
    if colours.shape[2] in (2, 4):
        grey *= colours[..., -1] * np.float32(1 / 65535)
    pixels, stretched = scaled(_upright(grey, image.getexif().get(ORIENTATION_TAG)), (0.0, 1.0))
    return Decoded(pixels, kind, 16, notes=notes + stretched)


def _upright(pixels: NDArray[np.float32], orientation: int | None) -> NDArray[np.float32]:
    """Pixels (H, W) turned as an EXIF orientation says."""
    transpose, quarters, mirror = TURNS.get(orientation, (False, 0, False))
    turned = np.rot90(pixels.T if transpose else pixels, quarters)
    return turned[:, ::-1] if mirror else turned


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
        values = np.asarray(image if image.mode == "L" else image.convert("L"))  # (H, W) uint8
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
