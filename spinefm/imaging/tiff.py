"""TIFF files that Pillow does not open or would wrap: floats of any width, 32 and 64 bits, deep colours, BigTIFF.

The page's tags are read here, within limits; its values are decoded by libtiff in a child process.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinefm.core.words import counted
from spinefm.imaging.decoded import Decoded, UnreadableFilm, check_size
from spinefm.imaging.deep import SIDEWAYS, shown, upright

MARKS = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
MOST_PAGES = 16
"""Pages that are looked at: a film and its reduced copies, each half the size of the one before."""
MOST_TAGS, MOST_VALUES = 1000, 16
"""Entries of a page, and numbers of an entry, that are looked at."""
NUMBERS = {1: "B", 3: "H", 4: "L", 16: "Q"}
"""Types of an entry that hold whole numbers (TIFF 6.0, section 2), and how `struct` names them."""
TAGS = {
    **{254: "subfile", 255: "old_subfile", 256: "width", 257: "height", 258: "bits", 259: "compression"},
    **{262: "photometric", 274: "orientation", 277: "samples", 338: "extra", 339: "form"},
}
DEFAULTS = {"bits": (1,), "compression": (1,), "samples": (1,), "form": (1,), "photometric": (1,), "orientation": (1,)}
"""Values of entries that a page lacks."""
REDUCED = 2
WHITE_IS_ZERO, BLACK_IS_ZERO, RGB = 0, 1, 2
"""What a grey value means, or that there are three (TIFF 6.0, section 8)."""
KINDS = {0: "grey values", 1: "grey values", 2: "RGB", 3: "a palette", 5: "CMYK", 6: "YCbCr", 8: "CIELAB"}
FORMS = (1, 2, 3, 4)
"""Kinds of number: unsigned, signed, floating, and unknown, which is taken for unsigned."""
READ = frozenset({1, 2, 3, 4, 5, 7, 8, 32773, 32946, 34887, 34925, 50000, 50001})
"""Compressions that libtiff undoes."""
NAMED = {33003: "JPEG 2000", 33005: "JPEG 2000", 34712: "JPEG 2000", 34933: "PNG", 50002: "JPEG XL", 52546: "JPEG XL"}
ASSOCIATED, OPACITY = 1, 2
"""Kinds of a further sample that are opacity; colours beside the first are multiplied by it already."""
_NOT = "which is not supported"
SEVERAL = "The file is animated or has several frames or pages: save the one film to be read as its own file."
INVERTED = "The file stores white as zero; its values were inverted."
UNSAID = "The file does not say whether zero is black or white, and was read with zero as black."


@dataclass(frozen=True)
class Page:
    """A page's place among all, and the numbers of its tags by the names in `TAGS`."""

    index: int
    tags: dict[str, tuple[int, ...]]

    def one(self, name: str) -> int:
        """The first number of a tag; KeyError where it has none."""
        return (self.tags.get(name) or DEFAULTS[name])[0]

    @property
    def reduced(self) -> bool:
        """Whether the page is a smaller copy of another one, or its mask."""
        flags, old = self.tags.get("subfile", (0,)), self.tags.get("old_subfile", (0,))
        return bool(flags[0] & 0b101) or old[0] == REDUCED


def decode(data: bytes) -> Decoded:
    """Decode a TIFF file's one film.

    Raises:
        UnreadableFilm: the film is too large, or stored in a way that is not supported.
        DAMAGE: the file is damaged.
    """
    page = _film(data)
    colours, opacity = _parted(_checked(data, page), page)
    pixels, notes = shown(colours, opacity)
    if page.one("photometric") == WHITE_IS_ZERO:
        pixels, notes = 1 - pixels, (*notes, INVERTED)
    if "photometric" not in page.tags:
        notes = (*notes, UNSAID)
    return Decoded(upright(pixels, page.one("orientation")), "TIFF", page.one("bits"), notes=notes)


def stored(data: bytes) -> NDArray[Any]:
    """The values of a TIFF file's one film, (H, W) or (H, W, samples), as they are stored and upright.

    Raises:
        UnreadableFilm: the film is too large, or stored in a way that is not supported.
        DAMAGE: the file is damaged.
    """
    page = _film(data)
    return upright(_checked(data, page), page.one("orientation"))


def size_of(data: bytes) -> tuple[int, int]:
    """(width, height) of a TIFF file's one film, upright. Raises UnreadableFilm, LookupError, struct.error."""
    page = _film(data)
    width, height = page.one("width"), page.one("height")
    return (height, width) if page.one("orientation") in SIDEWAYS else (width, height)


def _film(data: bytes) -> Page:
    """The one page that is no reduced copy."""
    pages = list(_pages(data))
    full = [page for page in pages if not page.reduced] or pages[:1]
    if len(full) > 1 or len(pages) > MOST_PAGES:
        raise UnreadableFilm(SEVERAL)
    return full[0]


def _pages(data: bytes) -> Iterator[Page]:
    """The pages, and one more where there are too many: their chain may be endless."""
    order, big = "<" if data[:2] == b"II" else ">", data[2:4] in (b"+\0", b"\0+")
    start, link = (8, "Q") if big else (4, "L")
    for index in range(MOST_PAGES + 1):
        (place,) = struct.unpack_from(order + link, data, start)
        if not place:
            return
        (count,) = struct.unpack_from(order + ("Q" if big else "H"), data, place)
        first, size = place + (8 if big else 2), 20 if big else 12
        if count > MOST_TAGS:
            raise struct.error("more entries than any page has")
        entries = (_entry(data, first + size * entry, order, big) for entry in range(count))
        yield Page(index, {TAGS[tag]: numbers for tag, numbers in entries if tag in TAGS and numbers})
        start = first + size * count


def _entry(data: bytes, place: int, order: str, big: bool) -> tuple[int, tuple[int, ...]]:
    """An entry's tag and numbers; none where it holds something else, or too many."""
    tag, kind, count = struct.unpack_from(order + ("HHQ" if big else "HHL"), data, place)
    if tag not in TAGS or kind not in NUMBERS or count > MOST_VALUES:
        return tag, ()
    layout, field, room = f"{order}{count}{NUMBERS[kind]}", place + (12 if big else 8), 8 if big else 4
    if struct.calcsize(layout) > room:
        (field,) = struct.unpack_from(order + ("Q" if big else "L"), data, field)
    return tag, struct.unpack_from(layout, data, field)


def _refuse(page: Page, samples: int) -> None:
    """Refuse what libtiff, or nothing here, can make a picture of; the sentence says what it is."""
    code, bits = page.one("compression"), set(page.tags.get("bits", DEFAULTS["bits"]))
    if code not in READ:
        name = NAMED.get(code, f"in a way with the number {code}")
        raise UnreadableFilm(f"The TIFF is compressed {'as ' * (code in NAMED)}{name}, {_NOT}: save it uncompressed.")
    kind, grey = page.one("photometric"), page.one("photometric") in (WHITE_IS_ZERO, BLACK_IS_ZERO)
    if not (grey and samples in (1, 2)) and not (kind == RGB and samples in (3, 4)):
        name = KINDS.get(kind, f"photometric interpretation {kind}")
        raise UnreadableFilm(
            f"The TIFF stores {name}, {counted(samples, 'number')} of {max(bits)} bits a pixel, {_NOT}: "
            "save grey values or RGB."
        )
    if page.one("form") not in FORMS or not bits <= {8, 16, 32, 64} or len(bits) > 1:
        raise UnreadableFilm(
            f"The TIFF's numbers have {'/'.join(map(str, sorted(bits)))} bits and format {page.one('form')}, {_NOT}: "
            "save it with 8 or 16 bits."
        )


def _checked(data: bytes, page: Page) -> NDArray[Any]:
    """The values of a page that can be read, (H, W) or (H, W, samples)."""
    height, width, samples = page.one("height"), page.one("width"), page.one("samples")
    check_size(width, height)
    _refuse(page, samples)
    return _values(data, page, height, width, samples)


def _values(data: bytes, page: Page, height: int, width: int, samples: int) -> NDArray[Any]:
    """The values, (H, W) or (H, W, samples)."""
    from spinefm.imaging.dicom.decoder import Coded, decoders  # takes time to import

    values = decoders().decode(Coded("tiff", height, width, samples, page.one("bits") // 8, page.index), data)
    return values.astype(np.float32) if values.dtype == np.float16 else values


def _parted(values: NDArray[Any], page: Page) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """Grey values (H, W) or colours (H, W, 3), and their opacity where they are still to be multiplied by it."""
    if values.ndim == 2 or values.shape[2] == 3:
        return values, None
    colours = values[..., 0] if values.shape[2] == 2 else values[..., :3]
    kind = page.tags.get("extra", (OPACITY,))[0]
    hides = kind == ASSOCIATED and not values[..., -1].any()
    return colours, values[..., -1] if kind == OPACITY or hides else None
