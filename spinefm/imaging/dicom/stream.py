"""What a compressed stream says of itself, read before a decoder sees it: size, components, precision."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from spinefm.imaging.decoded import UnreadableFilm
from spinefm.imaging.dicom.decoder import Codec
from spinefm.imaging.dicom.header import DAMAGED, SEVERAL

ITEM = b"\xfe\xff\x00\xe0"
MOST_FRAGMENTS = 10_000
"""Most pieces of one frame; writers that cut at all cut at some kilobytes."""
JPEG_2000_MARK = b"\xff\x4f\xff\x51"
JP2_SIGNATURE = b"\x00\x00\x00\x0cjP  \r\n\x87\n"
"""First bytes of a bare JPEG 2000 code stream, and of one in the boxes of a JP2 file."""
FRAME_HEADERS = frozenset({*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC})
"""Second bytes of the JPEG and JPEG-LS markers that the picture's size follows."""
JPEG_LS_FRAME = 0xF7
ADOBE, JFIF = 0xEE, 0xE0
"""Second bytes of the application markers that say how colours are coded."""


@dataclass(frozen=True)
class StreamHeader:
    """Size, components and bits of a compressed picture.

    converted: whether a marker says YBR, None without one. signed: whether the stream says that its values are.
    """

    codec: Codec
    width: int
    height: int
    components: int
    precision: int
    converted: bool | None = None
    signed: bool = False


def first_frame(pixel_data: bytes) -> bytes:
    """The one frame of encapsulated pixel data, its fragments joined (PS3.5, A.4).

    Raises:
        UnreadableFilm: there are several frames, or more fragments than any film has.
        struct.error: the data end within an item's header.
    """
    fragments: list[bytes] = []
    position = 0
    while pixel_data[position : position + 4] == ITEM:
        (length,) = struct.unpack_from("<L", pixel_data, position + 4)
        fragments.append(pixel_data[position + 8 : position + 8 + length])
        position += 8 + length
        if len(fragments) > MOST_FRAGMENTS:
            raise UnreadableFilm(DAMAGED)
    if not fragments:
        raise UnreadableFilm(DAMAGED)
    offsets, *frame = fragments
    if len(offsets) > 4:
        raise UnreadableFilm(SEVERAL)
    return b"".join(frame)


def stream_header(frame: bytes) -> StreamHeader | None:
    """What a JPEG, JPEG-LS or JPEG 2000 stream says of itself; None for another kind of stream."""
    code = _code_stream(frame)
    return _jpeg_2000(code) if code.startswith(JPEG_2000_MARK) else _jpeg(frame)


def _code_stream(frame: bytes) -> bytes:
    """The JPEG 2000 code stream in a frame that has the boxes of a JP2 file (ISO/IEC 15444-1, I.4), else the frame."""
    position = 0
    while frame.startswith(JP2_SIGNATURE) and position + 8 <= len(frame):
        length, kind = struct.unpack(">I4s", frame[position : position + 8])
        if kind == b"jp2c":
            return frame[position + 8 :]
        position += max(length, 8)
    return frame


def _jpeg_2000(stream: bytes) -> StreamHeader:
    """From the SIZ segment, first in every code stream (ISO/IEC 15444-1, A.5.1)."""
    right, lower, left, upper = struct.unpack(">4I", stream[8:24])
    components, depth = struct.unpack(">HB", stream[40:43])
    precision, signed = (depth & 0x7F) + 1, bool(depth & 0x80)
    return StreamHeader("jpeg-2000", right - left, lower - upper, components, precision, signed=signed)


def _jpeg(stream: bytes) -> StreamHeader | None:
    """From the first frame header of a JPEG or JPEG-LS stream (ITU-T T.81, B.2.2)."""
    position, converted = 2, None
    while stream.startswith(b"\xff\xd8") and position + 10 <= len(stream) and stream[position] == 0xFF:
        marker = stream[position + 1]
        if marker in FRAME_HEADERS:
            precision, height, width, components = struct.unpack(">BHHB", stream[position + 4 : position + 10])
            codec: Codec = "jpeg-ls" if marker == JPEG_LS_FRAME else "jpeg"
            return StreamHeader(codec, width, height, components, precision, converted)
        if marker == ADOBE and stream[position + 4 : position + 9] == b"Adobe":
            converted = stream[position + 15 : position + 16] == b"\x01"
        elif marker == JFIF and stream[position + 4 : position + 8] == b"JFIF" and converted is None:
            converted = True
        fill = marker == 0xFF  # any number of these may come before a marker (ITU-T T.81, B.1.1.2)
        position += 1 if fill else 2 + int.from_bytes(stream[position + 2 : position + 4], "big")
    return None
