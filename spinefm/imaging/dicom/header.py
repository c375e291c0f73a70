"""The header of a DICOM file: only the tags that decide how its picture is read, within limits of time and memory."""

from __future__ import annotations

import io
import math
import zlib
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import pydicom
from pydicom.datadict import tag_for_keyword
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.filereader import _read_file_meta_info, read_preamble
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian

from spinefm.imaging.decoded import KINDS_READ, MAX_PIXELS, UnreadableFilm, check_size

PIXEL_TAGS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
TABLE_TAGS = (
    "ModalityLUTSequence",
    "VOILUTSequence",
    *(f"{colour}PaletteColorLookupTableData" for colour in ("Red", "Green", "Blue")),
    *(f"Segmented{colour}PaletteColorLookupTableData" for colour in ("Red", "Green", "Blue")),
)
GROUP_TAGS = ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence")
GROUPS = {
    "PixelMeasuresSequence": ("PixelSpacing",),
    "FrameVOILUTSequence": ("WindowCenter", "WindowWidth", "VOILUTFunction"),
    "PixelValueTransformationSequence": ("RescaleSlope", "RescaleIntercept"),
}
"""Sequences in the functional groups of an enhanced object (PS3.3, C.7.6.16), and their tags that are read."""
SHORT_TAGS = (
    "SOPClassUID",
    "NumberOfFrames",
    "BurnedInAnnotation",
    "Rows",
    "Columns",
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "PlanarConfiguration",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "PixelPaddingValue",
    "PixelPaddingRangeLimit",
    "FloatPixelPaddingValue",
    "FloatPixelPaddingRangeLimit",
    "RescaleSlope",
    "RescaleIntercept",
    "WindowCenter",
    "WindowWidth",
    "VOILUTFunction",
    "PresentationLUTShape",
    "PaletteColorLookupTableUID",
    *(f"{colour}PaletteColorLookupTableDescriptor" for colour in ("Red", "Green", "Blue")),
    "PixelAspectRatio",
    "PixelSpacing",
    "PixelSpacingCalibrationType",
    "ImagerPixelSpacing",
    "NominalScannedPixelSpacing",
    "ConversionType",
    "EstimatedRadiographicMagnificationFactor",
    "DistanceSourceToDetector",
    "DistanceSourceToPatient",
)
MOST_SHORT_BYTES, MOST_TABLE_BYTES = 4096, 1 << 20
"""Largest value of a tag that holds numbers or names, and of one that holds look-up tables."""
MOST_READS = 100_000
"""Most pieces that a header is read in; the longest header seen, of a film with 900 private tags, takes 3 000."""
MOST_INFLATED = 6 * MAX_PIXELS + (1 << 20)
"""Largest deflated data set, in bytes: a colour picture of 16 bits, and its header."""
STORED = "1.2.840.10008.5.1.4.1.1."
NO_FILMS = {
    "4.2": "a spectrum",
    "9": "a recording of waveforms or sound",
    "11": "a presentation state",
    "66.1": "a registration",
    "66.2": "a set of points",
    "66.3": "a registration",
    "66.4": "a segmentation",
    "66.5": "a segmentation",
    "66.6": "a set of tracts",
    "66.7": "a segmentation",
    "66": "raw data",
    "67": "a mapping of values",
    "68": "a surface",
    "88": "a report",
    "104": "a document",
    "131": "a display protocol",
    "481.2": "a radiotherapy dose",
    "481.3": "a radiotherapy structure set",
    "481.4": "a radiotherapy record",
    "481.5": "a radiotherapy plan",
    "481.6": "a radiotherapy record",
    "481.7": "a radiotherapy record",
    "481.8": "a radiotherapy plan",
    "481.9": "a radiotherapy record",
}
"""SOP classes of no radiographs, without what all stored ones begin with; what they and those below them are."""
DICOMDIR = "1.2.840.10008.1.3.10"
"""SOP class of a disc's table of contents."""
PHOTOMETRIC = (
    *("MONOCHROME1", "MONOCHROME2", "RGB", "PALETTE COLOR"),
    *("YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT", "YBR_PARTIAL_422"),
)
"""Kinds of pixel that are read (PS3.3, C.7.6.3.1.2)."""
PLAIN_META = b"\x02\x00\x10\x00UI\x14\x00" + ExplicitVRLittleEndian.encode().ljust(20, b"\0")

DAMAGED = "The DICOM file is truncated, damaged or compressed in an unsupported way: export the film again."
MISFIT = "The DICOM file's pixel data do not fit the size in its header: export the film again."
SEVERAL = "The DICOM file has several frames: export the one film to be read."


class _Counted(io.BytesIO):
    """A stream whose reader may ask a limited number of times: millions of tiny tags would take minutes."""

    reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self.reads += 1
        if self.reads > MOST_READS:
            raise UnreadableFilm("The DICOM file's header has too many entries for one film: export the film again.")
        return super().read(size)


def parse(data: bytes, pixels: bool = True) -> Dataset:
    """The tags of a DICOM file that decide how its picture is read.

    Files without the DICM mark are taken for DICOM only when they hold a picture.
    pixels: whether the tags of the pixels and those behind them are wanted.

    Raises:
        UnreadableFilm: the file is no DICOM file, or its header is larger than any film's.
        DAMAGE: what pydicom raises on a damaged header.
    """
    marked = data[128:132] == b"DICM"
    stream = _Counted(_inflated(data))
    header = pydicom.dcmread(stream, force=True, stop_before_pixels=not pixels, specific_tags=[*TAGS.values()])
    if not marked and not ("Rows" in header and "Columns" in header):
        raise UnreadableFilm(f"The file is not an image: give a {KINDS_READ} file.")
    _refuse_long_values(header)
    _lift_groups(header)
    return header


def refuse(header: Dataset) -> None:
    """Refuse, before anything is decoded, what is too large, has several frames, no picture or burnt-in text."""
    classes = (text(header, "SOPClassUID"), str(header.file_meta.get("MediaStorageSOPClassUID", "")))
    if DICOMDIR in classes:
        raise UnreadableFilm("The file is a DICOMDIR, a disc's table of contents: give the disc's folder.")
    if kind := _other_kind(classes[0] or classes[1]):
        raise UnreadableFilm(f"The DICOM file is {kind}, not a radiograph: give the radiograph itself.")
    if not any(tag in header for tag in PIXEL_TAGS):
        raise UnreadableFilm("The DICOM file contains no image or was cut off before it: give the radiograph itself.")
    if text(header, "BurnedInAnnotation").upper() == "YES":
        raise UnreadableFilm(
            "The DICOM file says that it has burnt-in annotations, which may name the patient: export it without them."
        )
    if whole(header, "NumberOfFrames", 1) > 1:
        raise UnreadableFilm(SEVERAL)
    check_size(whole(header, "Columns"), whole(header, "Rows"))


def _other_kind(uid: str) -> str | None:
    """What an object of a SOP class is that is no radiograph; None where it may be one."""
    place = uid.removeprefix(STORED).split(".") if uid.startswith(STORED) else []
    classes = (".".join(place[:length]) for length in range(len(place), 0, -1))
    return next((NO_FILMS[name] for name in classes if name in NO_FILMS), None)


def _lift_groups(header: Dataset) -> None:
    """Give the header what the functional groups of its one frame say, where it says nothing itself."""
    groups = [group for keyword in GROUP_TAGS for group in (header.get(keyword) or [])[:1]]
    for name, keywords in GROUPS.items():
        for item in (item for group in groups for item in (group.get(name) or [])[:1]):
            for keyword in keywords:
                if keyword in item and header.get(keyword) is None:
                    header[keyword] = item[keyword]


@dataclass(frozen=True)
class PixelFormat:
    """How pixel values are stored; absent tags have the values that the standard implies."""

    rows: int
    columns: int
    samples: int
    photometric: str
    allocated: int
    stored: int
    high_bit: int
    signed: bool

    @property
    def shape(self) -> tuple[int, ...]:
        """(H, W) of grey values and (H, W, samples) of colours."""
        return (self.rows, self.columns, self.samples)[: 2 if self.samples == 1 else 3]


def pixel_format(header: Dataset) -> PixelFormat:
    """The format of the stored values.

    Raises:
        UnreadableFilm: a tag that nothing can replace is absent, two contradict each other, or the pixels' kind is
            not read.
    """
    named = _photometric(header)
    samples = whole(header, "SamplesPerPixel", 3 if named.startswith(("RGB", "YBR")) else 1)
    allocated = whole(header, "BitsAllocated")
    stored = whole(header, "BitsStored", allocated)
    high_bit = whole(header, "HighBit", stored - 1)
    if samples not in (1, 3):
        raise UnreadableFilm(f"The DICOM file has {samples} samples a pixel: export it in grey values or RGB.")
    if allocated not in (1, 8, 16, 32, 64) or not 0 < stored <= allocated:
        raise UnreadableFilm(
            f"The DICOM file stores {stored} of {allocated} bits a pixel, which is not supported: export 8 or 16."
        )
    if not stored - 1 <= high_bit < allocated:
        high_bit = stored - 1  # contradicts the other two tags, and nothing else uses it
    return PixelFormat(
        rows=whole(header, "Rows"),
        columns=whole(header, "Columns"),
        samples=samples,
        photometric=named or ("RGB" if samples == 3 else "MONOCHROME2"),
        allocated=allocated,
        stored=stored,
        high_bit=high_bit,
        signed=whole(header, "PixelRepresentation", 0) == 1,
    )


def _photometric(header: Dataset) -> str:
    """The stated kind of pixel, also where blanks and underscores are none of the standard's; empty where absent.

    Raises:
        UnreadableFilm: it is not read; pydicom would refuse it too, but calls the file damaged.
    """
    named = text(header, "PhotometricInterpretation").upper()
    known = {_letters(name): name for name in ("", *PHOTOMETRIC)}
    if _letters(named) not in known:
        raise UnreadableFilm(f'The DICOM file is "{named}", which is not supported: export it as MONOCHROME2 or RGB.')
    return known[_letters(named)]


def _letters(name: str) -> str:
    return name.replace(" ", "").replace("_", "")


def whole(header: Dataset, keyword: str, default: int | None = None) -> int:
    """A tag's whole number, or `default` where the tag is absent or empty.

    Raises:
        UnreadableFilm: the value is no whole number, or absent without a default; the sentence names the tag.
    """
    value = header.get(keyword)
    if value is None or value == "":
        if default is None:
            raise UnreadableFilm(f"The DICOM file does not state its {_named(keyword)}: export the film again.")
        return default
    if isinstance(value, (MultiValue, bytes)) or value != value or int(value) != value:
        raise UnreadableFilm(f"The DICOM file's {_named(keyword)} is not one whole number: export the film again.")
    return int(value)


def numbers(header: Dataset, keyword: str) -> list[float] | None:
    """A tag's finite numbers: none where the tag is absent or empty, None where they are not all finite numbers."""
    try:
        value = header.get(keyword)
        if value is None or value == "":
            return []
        values = [float(v) for v in (value if isinstance(value, (MultiValue, list)) else [value])]
    except (TypeError, ValueError):
        return None
    return values if all(math.isfinite(v) for v in values) else None


def windows(header: Dataset) -> list[tuple[float, float] | None]:
    """Centre and width of each window that the file states; None for one that is half stated or no finite numbers."""
    values = zip_longest(_values(header, "WindowCenter"), _values(header, "WindowWidth"), fillvalue="")
    return [_pair(*pair) for pair in values if pair != ("", "")]


def _values(header: Dataset, keyword: str) -> list[str]:
    """A tag's values as text, also where one of them is no number, so that pydicom gives none."""
    try:
        value = header.get(keyword)
    except (TypeError, ValueError):
        value = bytes(header.get_item(TAGS[keyword]).value or b"").decode("latin-1").split("\\")
    values = value if isinstance(value, (MultiValue, list)) else [] if value is None else [value]
    return [str(value).strip(" \0") for value in values]


def _pair(centre: str, width: str) -> tuple[float, float] | None:
    try:
        pair = float(centre), float(width)
    except ValueError:
        return None
    return pair if all(map(math.isfinite, pair)) else None


def text(header: Dataset, keyword: str) -> str:
    """A tag's text without blanks around it, several values as the file divides them; empty where the tag is absent."""
    value = header.get(keyword)
    values = value if isinstance(value, MultiValue) else [] if value is None else [value]
    return "\\".join(map(str, values)).strip(" \0")


def tables(header: Dataset, keyword: str) -> list[Dataset]:
    """The items of a sequence of look-up tables that hold one; an item without a value is absent."""
    items: Sequence | list[Any] = header.get(keyword) or []
    return [item for item in items if item.get("LUTDescriptor") and item.get("LUTData") is not None]


def _named(keyword: str) -> str:
    tag = f"{TAGS[keyword]:08X}"
    return f"{keyword} ({tag[:4]},{tag[4:]})"


def _inflated(data: bytes) -> bytes:
    """The file with its data set inflated, within a limit; pydicom itself would inflate without one."""
    stream = io.BytesIO(data)
    if DeflatedExplicitVRLittleEndian.encode() not in data:
        return data
    preamble = read_preamble(stream, force=True)
    if _read_file_meta_info(stream).get("TransferSyntaxUID") != DeflatedExplicitVRLittleEndian:
        return data
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    plain = inflater.decompress(stream.read(), MOST_INFLATED)
    if inflater.unconsumed_tail:
        raise UnreadableFilm("The DICOM file inflates to more than any film: export it uncompressed.")
    return (preamble or bytes(128)) + b"DICM" + PLAIN_META + plain


def _refuse_long_values(header: Dataset) -> None:
    """Refuse values that no film has: pydicom makes objects of them when they are asked for, one for each number."""
    for keyword, tag in TAGS.items():
        if keyword in PIXEL_TAGS or tag not in header:
            continue
        element: object = header.get_item(tag)
        limit = MOST_TABLE_BYTES if keyword in (*TABLE_TAGS, *GROUP_TAGS) else MOST_SHORT_BYTES
        if isinstance(element, RawDataElement) and element.value is not None and len(element.value) > limit:
            raise UnreadableFilm(f"The DICOM file's {_named(keyword)} is longer than any film's: export it again.")


TAGS = {keyword: int(tag_for_keyword(keyword) or 0) for keyword in (*PIXEL_TAGS, *TABLE_TAGS, *GROUP_TAGS, *SHORT_TAGS)}
"""Keyword and number of every tag that is read."""
