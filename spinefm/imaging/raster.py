"""Reading PNG, JPEG, TIFF and BMP files: 1 to 64 bits, palettes, transparency, colour; one frame only."""

from __future__ import annotations

import io
import struct
import warnings
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from spinefm.core.quantiles import percentiles
from spinefm.imaging import jpeg, tiff
from spinefm.imaging.decoded import (
    DAMAGE,
    MILLIONS,
    WINDOW_PERCENTILES,
    Decoded,
    UnreadableFilm,
    check_size,
    check_values,
    scaled,
    to_luminance,
)
from spinefm.imaging.deep import HIDDEN, full_range, on_black, shown, upright
from spinefm.imaging.sign import sign_seen, with_sign

FORMATS = ("PNG", "JPEG", "TIFF", "BMP")
PHOTOMETRIC_TAG = 262
WHITE_IS_ZERO = 0
"""The TIFF tag that says what a grey value means, and its value where 0 is white (TIFF 6.0, section 8)."""
COMPRESSION_TAG, WEBP, FAXES = 259, 50001, (2, 3, 4)
"""The TIFF tag for the compression, one that not every build of Pillow undoes, and those of faxes."""
SUBFILE_TAG, OLD_SUBFILE_TAG, REDUCED = 254, 255, 2
BITS_TAG, ORIENTATION_TAG, FORM_TAG = 258, 274, 339
UNSIGNED, SIGNED = (1,), (2,)
"""Values of the TIFF tag for the kind of number."""
NEGATIVE, LEAST_NEGATIVE = (1 << 15) - 1, 0.02
"""Values of 16 bits beyond this may be negative ones, and the share of the pixels that must be; markers are fewer."""
AGREEING = 0.9
"""Share of the neighbours on both sides of the sign bit that must show a sign: those at outlined letters seem to."""
MEETING = 0.02
"""Share of the values' range that may lie between negative and other values: those of a white frame are farther off."""
HEADER = "The file's header is damaged, so it cannot be opened: export the film again."
DEEP_MODES = {"I;16": 16, "I;16L": 16, "I;16B": 16, "I;16N": 16, "I": 32, "F": 32}
"""Pillow's modes of more than eight bits, and their bits."""


def decode(data: bytes) -> Decoded:
    """Decode a PNG, JPEG, TIFF or BMP file. Raises UnreadableFilm and nothing else."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's remarks on damaged metadata and on large pictures
        try:
            image = _open(data)
            return _decode(image, data) if image is not None else _decode_rare(data)
        except UnreadableFilm:
            raise
        except MemoryError as error:
            raise UnreadableFilm("The file needs too much memory to decode: reduce its size and try again.") from error
        except DAMAGE as error:
            raise UnreadableFilm("The file is truncated or damaged: copy or export the film again.") from error


def _decode(image: Image.Image, data: bytes) -> Decoded:
    """The pixels of an opened file, rotated upright as its orientation tag says."""
    kind = image.format or "picture"
    if _is_rare_tiff(image):
        return tiff.decode(data)
    if kind == "PNG" and data[24] == 16 and data[25] in (2, 4, 6):  # bit depth and colour type of the first chunk
        return _decode_deep_png(image, data)
    white_is_zero, unsaid = is_white_zero(image), is_unsaid(image)
    image = ImageOps.exif_transpose(_load(image))
    deep = image.mode in DEEP_MODES
    decoded = _decode_deep(image, kind, white_is_zero) if deep else _decode_shallow(image, kind, unsaid)
    return replace(decoded, notes=(*decoded.notes, tiff.UNSAID)) if unsaid else decoded


def _decode_rare(data: bytes) -> Decoded:
    """Decode a file that Pillow does not open."""
    try:
        decoded = tiff.decode(data) if data.startswith(tiff.MARKS) else jpeg.decode(data)
    except (LookupError, struct.error) as error:
        raise UnreadableFilm(HEADER) from error
    if decoded is None:
        raise UnreadableFilm(HEADER)
    return decoded


def rare_size(data: bytes) -> tuple[int, int] | None:
    """(width, height) of a picture that Pillow does not open, upright; None where its header cannot be read."""
    try:
        return tiff.size_of(data) if data.startswith(tiff.MARKS) else jpeg.size_of(data)
    except (UnreadableFilm, LookupError, struct.error):
        return None


def _open(data: bytes) -> Image.Image | None:
    """Read the header only; refuse what has several frames. None where Pillow does not open the file."""
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise UnreadableFilm(
            f"The film has more than the {MILLIONS} pixels allowed: reduce its size and try again."
        ) from error
    except UnidentifiedImageError:
        return None
    if image.format == "MPO":
        raise UnreadableFilm(
            "The JPEG contains several pictures, as phones save them (MPO): save the film as a plain JPEG or PNG."
        )
    _select_page(image)
    check_size(*image.size)
    return image


def _select_page(image: Image.Image) -> None:
    """Seek the picture that is the film. Raises UnreadableFilm where there is a second one of full size."""
    if image.format != "TIFF" and getattr(image, "is_animated", False):
        raise UnreadableFilm(tiff.SEVERAL)
    image.seek(_full_page(image) if image.format == "TIFF" else 0)


def _full_page(image: Image.Image) -> int:
    """The one page of a TIFF that is no reduced copy, the first where all are.

    No page is counted, since their chain may be endless. Raises UnreadableFilm for a second page of full size.
    """
    full: list[int] = []
    for page in range(tiff.MOST_PAGES):
        try:
            image.seek(page)
        except EOFError:
            return full[0] if full else 0
        if not _is_reduced(image):
            full.append(page)
        if len(full) > 1:
            break
    raise UnreadableFilm(tiff.SEVERAL)


def _is_reduced(image: Image.Image) -> bool:
    """Whether a TIFF page is a smaller copy of another one, or its mask (TIFF 6.0, section 8)."""
    flags, old = _tag(image, SUBFILE_TAG), _tag(image, OLD_SUBFILE_TAG)
    return bool(isinstance(flags, int) and flags & 0b101) or old == REDUCED


def is_white_zero(image: Image.Image) -> bool:
    """Whether a TIFF says that 0 is white."""
    return _tag(image, PHOTOMETRIC_TAG) == WHITE_IS_ZERO


def is_unsaid(image: Image.Image) -> bool:
    """Whether a TIFF does not say what 0 is, though it must; a fax without the tag has white there."""
    silent = image.format == "TIFF" and _tag(image, PHOTOMETRIC_TAG) is None
    return silent and _tag(image, COMPRESSION_TAG) not in FAXES


def _tag(image: Image.Image, tag: int) -> object:
    """A TIFF tag's value; None for other files and where it is absent."""
    return getattr(image, "tag_v2", {}).get(tag)


def _load(image: Image.Image) -> Image.Image:
    image.load()
    return image


def _decode_deep(image: Image.Image, kind: str, white_is_zero: bool) -> Decoded:
    """Grey values of 16 or 32 bits; Pillow leaves those of TIFF files with white at zero as they are stored."""
    values, signed = _signed(np.asarray(image))  # (H, W) uint16, int32 or float32
    check_values(values)
    bits = DEEP_MODES[image.mode]
    pixels, notes = scaled(values, (0.0, 65535.0) if bits == 16 and not signed else full_range(values))
    notes = (*signed, *notes)
    if white_is_zero:
        pixels, notes = 1 - pixels, (*notes, tiff.INVERTED)
    return Decoded(pixels, kind, bits, notes=notes)


def _signed(values: NDArray[Any]) -> tuple[NDArray[Any], tuple[str, ...]]:
    """Grey values of 16 bits with the sign that a picture shows, and a note on it: formats of pictures have none."""
    if values.dtype != np.uint16 or (values > NEGATIVE).mean() < LEAST_NEGATIVE:
        return values, ()
    if sign_seen(values, 16, AGREEING) is not True:
        return values, ()
    read = with_sign(values, 16, True)
    if not _meet(read[read < 0], read[read >= 0]):
        return values, ()
    return read, ("The grey values are signed and were read so, though the file says unsigned.",)


def _meet(below: NDArray[Any], above: NDArray[Any]) -> bool:
    """Whether the values `below` zero and those `above` it are one range, but for few of them."""
    (darkest, top), (bottom, brightest) = percentiles(below, WINDOW_PERCENTILES), percentiles(above, WINDOW_PERCENTILES)
    return bottom - top <= MEETING * (brightest - darkest)


def _is_rare_tiff(image: Image.Image) -> bool:
    """Whether a TIFF has colours of 16 bits, of which Pillow keeps eight, numbers whose sign it gets wrong, or WebP."""
    if _tag(image, COMPRESSION_TAG) == WEBP:
        return True
    bits, form = _tag(image, BITS_TAG), _tag(image, FORM_TAG) or UNSIGNED
    if not isinstance(bits, tuple):
        return False
    deep = len(bits) in (3, 4) and set(bits) == {16}
    return deep or (bits, form) in (((32,), UNSIGNED), ((8,), SIGNED))


def _decode_deep_png(image: Image.Image, data: bytes) -> Decoded:
    """Colours of 16 bits a channel, composited on black where there is transparency."""
    import imagecodecs

    colours = imagecodecs.png_decode(data)  # (H, W, channels), of which the last is opacity where there are two or four
    if colours.dtype != np.uint16 or sorted(colours.shape[:2]) != sorted(image.size) or colours.ndim != 3:
        raise UnreadableFilm("The file's colours of 16 bits cannot be read: save the film with 8 bits or in grey.")
    opacity = colours[..., -1] if colours.shape[2] in (2, 4) else None
    pixels, notes = shown(colours[..., :3] if colours.shape[2] > 2 else colours[..., 0], opacity)
    return Decoded(upright(pixels, image.getexif().get(ORIENTATION_TAG)), "PNG", 16, notes=notes)


def _decode_shallow(image: Image.Image, kind: str, inverted: bool) -> Decoded:
    """Grey or colour values of up to eight bits a channel; transparent parts are composited on black.

    inverted: whether Pillow has taken 0 for white where the file does not say so.
    """
    bits = 1 if image.mode == "1" else 8
    if image.mode in ("1", "L") and "transparency" not in image.info:
        values = np.asarray(image if image.mode == "L" else image.convert("L"))  # (H, W) uint8
        values = ~values if inverted else values
        pixels, notes = scaled(values, (0.0, 255.0))
        return Decoded(pixels, kind, bits, notes=notes)
    opaque, hidden = _on_black(image)
    grey, notes = to_luminance(np.asarray(opaque), 255.0)
    pixels, stretched = scaled(grey, (0.0, 1.0))
    return Decoded(pixels, kind, bits, notes=hidden + notes + stretched)


def _on_black(image: Image.Image) -> tuple[Image.Image, tuple[str, ...]]:
    """The picture as red, green and blue, in eight bits: floats would take four times the memory; and notes."""
    if not image.has_transparency_data:
        return image.convert("RGB"), ()
    colours = image.convert("RGBA")
    if colours.getchannel("A").getextrema() == (0, 0):
        return colours.convert("RGB"), (HIDDEN,)
    share = 1 - colours.getchannel("A").histogram()[255] / (colours.width * colours.height)
    black = Image.new("RGBA", colours.size, (0, 0, 0, 255))
    return Image.alpha_composite(black, colours).convert("RGB"), on_black(share)
