"""What kind of file it is, by its content: the kinds that are read, and others by their names."""

from __future__ import annotations

PICTURE_MARKS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
"""First bytes of PNG, JPEG, TIFF and BigTIFF files."""
NAMED_MARKS = (
    (b"GIF8", "a GIF"),
    (b"%PDF", "a PDF"),
    (b"%!PS", "a PostScript file"),
    (b"<svg", "an SVG drawing"),
    (b"<?xml", "an XML or SVG file"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL"),
    (b"\xff\x0a", "a JPEG XL"),
    (b"II\xbc\x01", "a JPEG XR"),
    (b"8BPS", "a Photoshop file"),
    (b"v/1\x01", "an OpenEXR file"),
    (b"\x00\x00\x01\x00", "a Windows icon"),
    (b"DDS ", "a DDS texture"),
    (b"SIMPLE  =", "a FITS file"),
    (b"NRRD0", "an NRRD file"),
    (b"ObjectType", "a MetaImage file"),
    (b"NDims", "a MetaImage file"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file"),
    (b"MATLAB 5.0", "a MATLAB file"),
    (b"\x93NUMPY", "a NumPy array"),
    (b"#inr", "an Inrimage file"),
    (b"\x5c\x01\x00\x00", "an Analyze header, whose values are in a second file"),
    (b"qoif", "a QOI"),
    (b"\x1aE\xdf\xa3", "a video"),
)
"""First bytes of files that are given by mistake, and what they are."""
BRANDS = (
    ((b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"), "a HEIC picture, as iPhones save them"),
    ((b"avif", b"avis"), "an AVIF picture"),
)
"""Brands in the first box of an ISO media file (ISO/IEC 14496-12); all others are videos."""
ANYMAPS = {b"1": "PBM", b"2": "PGM", b"3": "PPM", b"4": "PBM", b"5": "PGM", b"6": "PPM", b"7": "PAM"}
"""The digit after "P" at the start of a Netpbm file, and the kind."""

HEAD = 132
"""Bytes at the start of a file in which DICOM has its mark."""
FIRST_ELEMENTS = frozenset({0x00, 0x01, 0x02, 0x05, 0x06, 0x08, 0x12, 0x13, 0x14, 0x16, 0x18})
"""Elements of the groups 2 and 8 that a data set may begin with: its length, character set, image type, UIDs."""
FIRST_REPRESENTATIONS = (b"UL", b"OB", b"UI", b"CS", b"DA", b"TM", b"SQ")
MOST_FIRST_BYTES = 256
"""Largest first value of a data set in which representations are implicit."""


def is_dicom(data: bytes) -> bool:
    """Whether a file has DICOM's mark."""
    return data[128:132] == b"DICM"


def may_be_dicom(head: bytes) -> bool:
    """Whether a file's first `HEAD` bytes have DICOM's mark, or begin as a data set without the preamble does.

    Such a data set begins with a tag of group 2 or 8 that comes first in it, then its representation or short length.
    """
    group, element = head[:2], int.from_bytes(head[2:4], "little")
    if is_dicom(head) or group not in (b"\x02\x00", b"\x08\x00") or element not in FIRST_ELEMENTS or len(head) < 8:
        return is_dicom(head)
    return head[4:6] in FIRST_REPRESENTATIONS or int.from_bytes(head[4:8], "little") <= MOST_FIRST_BYTES


def is_picture(data: bytes) -> bool:
    """Whether a file has the mark of a PNG, JPEG, TIFF or BMP."""
    return data.startswith(PICTURE_MARKS) or (data[:2] == b"BM" and data[6:10] == bytes(4))


def is_nifti(data: bytes) -> bool:
    """Whether a file has the mark of NIfTI-1 or NIfTI-2, in one file or as the header of two."""
    return data[344:348] in (b"n+1\0", b"ni1\0") or data[4:7] in (b"n+2", b"ni2")


def is_gzip(data: bytes) -> bool:
    """Whether a file has the mark of gzip."""
    return data[:2] == b"\x1f\x8b"


def named_kind(data: bytes) -> str | None:
    """What a file that is not read is, with its article: "a GIF"; None where nothing says so.

    Example:
        >>> named_kind(b"P5 640 480 255 ...")
        'a PGM picture'
    """
    start = data[:64].lstrip()
    for mark, kind in NAMED_MARKS:
        if start[: len(mark)] == mark or start[: len(mark)].lower() == mark:
            return kind
    return _riff(data) or _boxes(data) or _anymap(data)


def _riff(data: bytes) -> str | None:
    if data[:4] != b"RIFF":
        return None
    return "a WebP" if data[8:12] == b"WEBP" else "a video or sound file"


def _boxes(data: bytes) -> str | None:
    if data[4:8] != b"ftyp":
        return None
    return next((kind for brands, kind in BRANDS if data[8:12] in brands), "a video")


def _anymap(data: bytes) -> str | None:
    blank = data[2:3] in (b" ", b"\n", b"\r", b"\t")
    kind = ANYMAPS.get(data[1:2]) if data[:1] == b"P" and blank else None
    return f"a {kind} picture" if kind else None
