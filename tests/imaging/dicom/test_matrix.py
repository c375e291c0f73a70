"""DICOM as archives send it: every combination is right within one grey level of 255, or refused by a true sentence."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom import Dataset, dcmread, dcmwrite
from pydicom.data import get_testdata_file
from pydicom.encaps import encapsulate
from pydicom.uid import (
    UID,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from spinefm.imaging.dicom.header import parse, pixel_format
from spinefm.imaging.dicom.shown import _as_rgb
from spinefm.imaging.dicom.stored import stored_values
from spinefm.imaging.radiograph import UnreadableFilm, read
from tests.bad_films import dicom_bytes, dicom_film, ramp

Image = NDArray[Any]
LEVEL = 1 / 255 + 1e-6
"""One grey level of 255."""


@dataclass(frozen=True)
class Bits:
    """How a value is stored."""

    allocated: int
    stored: int
    signed: bool

    @property
    def least(self) -> int:
        """The smallest value."""
        return -(1 << (self.stored - 1)) if self.signed else 0

    @property
    def most(self) -> int:
        """The largest value."""
        return self.least + (1 << self.stored) - 1

    @property
    def dtype(self) -> str:
        """The number type that holds a value."""
        return f"{'i' if self.signed else 'u'}{self.allocated // 8}"


def _jpeg(values: Image) -> bytes:
    return bytes(imagecodecs.jpeg8_encode(values, lossless=True, bitspersample=8 * values.dtype.itemsize))


SYNTAXES: dict[UID, Callable[[Image], bytes] | None] = {
    ImplicitVRLittleEndian: None,
    ExplicitVRLittleEndian: None,
    ExplicitVRBigEndian: None,
    JPEGLosslessSV1: _jpeg,
    JPEGLSLossless: lambda values: bytes(imagecodecs.jpegls_encode(values)),
    JPEG2000Lossless: lambda values: bytes(imagecodecs.jpeg2k_encode(values, codecformat="j2k", reversible=True)),
    RLELossless: None,
}
BITS = [
    Bits(8, 8, False),
    Bits(16, 10, False),
    Bits(16, 12, False),
    Bits(16, 16, False),
    Bits(16, 12, True),
    Bits(16, 16, True),
]
PHOTOMETRIC = ("MONOCHROME1", "MONOCHROME2")
LUTS = ("none", "slope", "table")
WINDOWS = ("none", "one", "list", "exact", "sigmoid", "table")
PADDING = (False, True)


@dataclass(frozen=True)
class Film:
    """A DICOM film and the brightness that it is to have."""

    data: bytes
    expected: Image


def film_of(syntax: UID, bits: Bits, photometric: str, lut: str, window: str, padded: bool) -> Film:
    """A film of these properties; its reference is computed here from the values, as the standard says."""
    stored = np.round(bits.least + ramp() * (bits.most - bits.least)).astype(bits.dtype)
    if padded:
        stored[:30] = bits.most
        stored[30:][stored[30:] == bits.most] = bits.most - 1
    film = dicom_film(stored, BitsStored=bits.stored, HighBit=bits.stored - 1, PhotometricInterpretation=photometric)
    values = _add_modality(film, stored, lut, bits)
    shown = _add_window(film, values, stored != bits.most if padded else np.ones(stored.shape, bool), window)
    shown = 1 - shown if photometric == "MONOCHROME1" else shown
    if padded:
        film.add_new(0x00280120, "SS" if bits.signed else "US", bits.most)
        shown = np.where(stored == bits.most, 0, shown)
    return Film(_coded(film, stored, syntax), shown)


def _add_modality(film: Dataset, stored: Image, lut: str, bits: Bits) -> Image:
    """Values that the modality's table or slope gives, and the tags for it."""
    if lut == "slope":
        film.RescaleSlope, film.RescaleIntercept = "0.5", "-100"
        return stored * 0.5 - 100
    if lut == "table":
        outputs = np.linspace(0, 4095, 1 << min(bits.stored, 12)).astype(np.uint16)[::-1].copy()
        film.ModalityLUTSequence = [_table(outputs, bits.least, 12, bits.signed)]
        film.ModalityLUTSequence[0].ModalityLUTType = "US"
        return outputs[np.clip(stored.astype(int) - bits.least, 0, len(outputs) - 1)].astype(float)
    return stored.astype(float)


def _table(outputs: Image, first: int, bits: int, signed: bool) -> Dataset:
    item = Dataset()
    item.add_new(0x00283002, "SS" if signed else "US", [len(outputs) % 65536, first, bits])
    if signed and len(outputs) > 32767:
        item.add_new(0x00283002, "US", [len(outputs) % 65536, first % 65536, bits])
    item.add_new(0x00283006, "OW", outputs.tobytes())
    return item


def _add_window(film: Dataset, values: Image, inside: Image, window: str) -> Image:
    """Brightness that the window gives, and the tags for it."""
    low, high = float(values[inside].min()), float(values[inside].max())
    centre, width = round((low + high) / 2), round((high - low) * 0.6)
    if window == "none":
        ends = np.percentile(values[inside] if not inside.all() else values[::2, ::2], (0.1, 99.9))
        return np.clip((values - ends[0]) / (ends[1] - ends[0]), 0, 1)
    if window == "table":
        outputs = np.round(4095 * np.linspace(0, 1, round(high) - round(low) + 1) ** 0.5).astype(np.uint16)
        film.VOILUTSequence = [_table(outputs, round(low), 12, low < 0)]
        return outputs[np.clip(np.rint(values).astype(int) - round(low), 0, len(outputs) - 1)] / 4095
    film.WindowCenter, film.WindowWidth = ([centre, 1], [width, 2]) if window == "list" else (centre, width)
    if window == "exact":
        film.VOILUTFunction = "LINEAR_EXACT"
        return np.clip((values - centre) / width + 0.5, 0, 1)
    if window == "sigmoid":
        film.VOILUTFunction = "SIGMOID"
        return 1 / (1 + np.exp(-4 * (values - centre) / width))
    return np.clip((values - (centre - 0.5)) / (width - 1) + 0.5, 0, 1)


def _coded(film: Any, stored: Image, syntax: UID) -> bytes:
    encode = SYNTAXES[syntax]
    film.file_meta.TransferSyntaxUID = syntax
    if syntax == RLELossless:
        film.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        return dicom_bytes(film, RLELossless)
    if encode is not None:
        film.PixelData = encapsulate([encode(stored.view(f"u{stored.itemsize}"))])
        film["PixelData"].is_undefined_length = True
    elif syntax == ExplicitVRBigEndian:
        film.PixelData = stored.byteswap().tobytes()
        film["PixelData"].VR = "OW" if stored.itemsize > 1 else "OB"
        for item in [*film.get("ModalityLUTSequence", []), *film.get("VOILUTSequence", [])]:
            item.LUTData = np.frombuffer(item.LUTData, "<u2").byteswap().tobytes()
    stream = io.BytesIO()
    explicit = syntax != ImplicitVRLittleEndian
    dcmwrite(stream, film, implicit_vr=not explicit, little_endian=syntax != ExplicitVRBigEndian, force_encoding=True)
    return stream.getvalue()


def combinations() -> Iterator[tuple[UID, Bits, str, str, str, bool]]:
    """All of them: every value beside every other."""
    yield from itertools.product(SYNTAXES, BITS, PHOTOMETRIC, LUTS, WINDOWS, PADDING)


def wrong_among(cases: Iterable[tuple[UID, Bits, str, str, str, bool]]) -> list[tuple[object, ...]]:
    """The cases whose film is not read as its reference, with the largest difference."""
    wrong: list[tuple[object, ...]] = []
    for case in cases:
        film = film_of(*case)
        difference = float(np.abs(read(film.data, polarity="keep").pixels - film.expected).max())
        if not difference <= LEVEL:
            wrong.append((case[0].name, *case[1:], difference))
    return wrong


@pytest.mark.parametrize("start", range(2))
def test_grey_films_are_within_one_level_of_the_reference(start: int) -> None:
    """Every eleventh combination, which puts every value of a property beside every value of each other."""
    assert not wrong_among(itertools.islice(combinations(), 11 * start, None, 22))


@pytest.mark.slow
def test_all_grey_films_are_within_one_level_of_the_reference() -> None:
    assert not wrong_among(combinations())


def test_the_sample_puts_every_two_values_beside_each_other() -> None:
    every, sample = list(combinations()), [*combinations()][::11]
    for first, second in itertools.combinations(range(6), 2):
        assert {(case[first], case[second]) for case in sample} == {(case[first], case[second]) for case in every}


COLOURS = np.dstack([ramp(), ramp()[::-1], 0.5 + 0 * ramp()])
COLOUR_BITS = (8, 16)


@pytest.mark.parametrize("planar", [0, 1])
@pytest.mark.parametrize("bits", COLOUR_BITS)
@pytest.mark.parametrize("syntax", [*SYNTAXES], ids=lambda syntax: syntax.name)
def test_colours_are_within_one_level_of_their_luminance(syntax: UID, bits: int, planar: int) -> None:
    stored = np.round(COLOURS * ((1 << bits) - 1)).astype(f"u{bits // 8}")
    film = dicom_film(stored)
    if planar and SYNTAXES[syntax] is None and syntax != RLELossless:
        film.PlanarConfiguration = 1
        stored = np.moveaxis(stored, -1, 0)
        film.PixelData = stored.tobytes()
    shown = read(_coded(film, stored, syntax), polarity="keep").pixels
    assert np.abs(shown - COLOURS @ [0.299, 0.587, 0.114]).max() <= LEVEL


FOLDER = Path(get_testdata_file("CT_small.dcm") or "").parent
"""The test files that pydicom ships."""
FILES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file())
RAW = ("SC_jpeg_no_color_transform", "SC_rgb_jpeg.dcm", "SC_rgb_jpeg_app14_dcmd", "SC_rgb_jpeg_dcmd")
"""JPEGs of red, green and blue, which the reference decoder takes for luminance and chroma."""


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", FILES)
def test_files_of_pydicom_are_decoded_as_by_pydicom_or_refused(name: str) -> None:
    content = (FOLDER / name).read_bytes()
    try:
        film = read(content, polarity="keep")
    except UnreadableFilm as refusal:
        assert (
            str(refusal).endswith(".") and "truncated" not in str(refusal) or name in ("MR_truncated.dcm", "badVR.dcm")
        )
        if "pixels, and each side" not in str(refusal):
            return
    else:
        assert film.pixels.min() >= 0 and film.pixels.max() <= 1
    _agrees_with_pydicom(content, name)


def _agrees_with_pydicom(content: bytes, name: str) -> None:
    header = parse(content)
    form = pixel_format(header)
    stored = stored_values(header, form)
    ours = _as_rgb(stored) if form.samples == 3 else stored.values
    try:
        theirs = dcmread(io.BytesIO(content), force=True).pixel_array
    except RuntimeError:
        return  # 12-bit JPEG, for which no other decoder is at hand
    if not name.startswith(RAW):
        assert np.abs(ours.astype(float) - theirs).max() <= 1


def test_jpeg_of_red_green_and_blue_is_not_taken_for_chroma() -> None:
    """A slide of white glass; taken for luminance and chroma it is magenta."""
    header = parse((FOLDER / "SC_jpeg_no_color_transform.dcm").read_bytes())
    colours = _as_rgb(stored_values(header, pixel_format(header)))
    assert np.ptp(colours.reshape(-1, 3).mean(0)) < 2
