"""Palettes as the standard and writers have them: any number of entries, in bytes or words, in segments."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom.dataset import FileDataset

from spinefm.imaging.radiograph import UnreadableFilm, read
from tests.bad_films import dicom_bytes, dicom_film, ramp


def with_palette(stored: NDArray[np.generic], first: int, bits: int, *channels: NDArray[np.generic]) -> FileDataset:
    """A film of indices; `channels`: the entries for red, green and blue, or once for all three."""
    film = dicom_film(stored, PhotometricInterpretation="PALETTE COLOR")
    for number, name in enumerate(("Red", "Green", "Blue")):
        entries = channels[number % len(channels)]
        data = entries.tobytes()
        film.add_new(f"{name}PaletteColorLookupTableDescriptor", "US", [len(entries), first % 65536, bits])
        film.add_new(f"{name}PaletteColorLookupTableData", "OW", data + b"\0" * (len(data) % 2))
    return film


def rising(count: int, white: int, kind: str = "u1") -> NDArray[np.generic]:
    """Entries from black to `white`."""
    return np.round(np.linspace(0, white, count)).astype(kind)


CASES: dict[str, tuple[int, int, int, NDArray[np.generic]]] = {
    "256 bytes": (256, 0, 8, rising(256, 255)),
    "255 bytes and a pad byte": (255, 0, 8, rising(255, 255)),
    "191 bytes and a pad byte": (191, 0, 8, rising(191, 255)),
    "190 bytes": (190, 0, 8, rising(190, 255)),
    "from a later input on": (200, 40, 8, rising(200, 255)),
    "255 words": (255, 0, 16, rising(255, 65535, "<u2")),
    "bytes in words": (255, 0, 8, rising(255, 255, "<u2")),
    "bytes in words, said to have 16 bits": (256, 0, 16, rising(256, 255, "<u2")),
    "words, said to have 12 bits": (256, 0, 12, rising(256, 4095, "<u2")),
    "words, said to have 8 bits": (256, 0, 8, rising(256, 65535, "<u2")),
}


@pytest.mark.parametrize("case", CASES)
def test_a_palette_gives_its_colours(case: str) -> None:
    count, first, bits, entries = CASES[case]
    stored = np.round(ramp() * (count - 1)).astype(np.uint8) + np.uint8(first)
    film = read(dicom_bytes(with_palette(stored, first, bits, entries)), polarity="keep")
    np.testing.assert_allclose(film.pixels, ramp(), atol=1 / 180)
    assert film.provenance.notes == ()


def test_each_channel_has_its_own_table() -> None:
    stored = np.round(ramp() * 255).astype(np.uint8)
    black = np.zeros(256, np.uint8)
    film = read(dicom_bytes(with_palette(stored, 0, 8, black, rising(256, 255), black)), polarity="keep")
    np.testing.assert_allclose(film.pixels, 0.587 * ramp(), atol=1 / 180)
    assert film.provenance.notes == ("The image is in colour; its luminance was used.",)


def test_signed_inputs_below_zero_have_colours_too() -> None:
    stored = (np.round(ramp() * 4095) - 2048).astype(np.int16)
    film = read(dicom_bytes(with_palette(stored, -2048, 16, rising(4096, 65535, "<u2"))), polarity="keep")
    np.testing.assert_allclose(film.pixels, ramp(), atol=1 / 2000)


def with_segments(bits: int, segments: bytes, entries: int = 256) -> FileDataset:
    """A film of indices with a palette in segments."""
    film = dicom_film(np.round(ramp() * 255).astype(np.uint8), PhotometricInterpretation="PALETTE COLOR")
    for name in ("Red", "Green", "Blue"):
        film.add_new(f"{name}PaletteColorLookupTableDescriptor", "US", [entries, 0, bits])
        film.add_new(f"Segmented{name}PaletteColorLookupTableData", "OW", segments)
    return film


def words(*values: int) -> bytes:
    return np.array(values, "<u2").tobytes()


SEGMENTS: dict[str, tuple[int, bytes]] = {
    "a line of bytes": (8, bytes([0, 1, 0, 1, 255, 255])),
    "a line of words": (16, words(0, 1, 0, 1, 255, 65535)),
    "an entry, a pair, lines": (8, bytes([0, 1, 0, 0, 2, 1, 2, 1, 100, 102, 1, 153, 255, 0])),
}


@pytest.mark.parametrize("case", SEGMENTS)
def test_a_palette_in_segments_is_read(case: str) -> None:
    film = read(dicom_bytes(with_segments(*SEGMENTS[case])), polarity="keep")
    np.testing.assert_allclose(film.pixels, ramp(), atol=1 / 180)


@pytest.mark.parametrize(
    ("bits", "segments"),
    [
        (8, bytes([0, 1, 0, 1, 127, 254, 2, 2, 0, 0, 0, 0])),
        (16, words(0, 1, 0, 1, 127, 65278, 2, 2, 0, 0)),
    ],
)
def test_segments_that_repeat_others_are_followed(bits: int, segments: bytes) -> None:
    film = read(dicom_bytes(with_segments(bits, segments)), polarity="keep")
    places = np.round(ramp() * 255) % 128  # both halves of the palette are the line from black to nearly white
    np.testing.assert_allclose(film.pixels, places * 2 / 255, atol=1 / 180)


@pytest.mark.parametrize(
    "segments",
    [
        words(1, 256, 65535),
        words(7, 1, 0, 1, 255, 65535),
        words(0, 1, 0, 1, 0, 65535),
        words(0, 1, 0, 2, 9, 12, 0),
        words(0, 1, 0, 1, 99, 65535),
    ],
    ids=["a line from nowhere", "no segment", "an empty segment", "itself", "too few"],
)
def test_segments_that_are_none_are_damage(segments: bytes) -> None:
    with pytest.raises(UnreadableFilm, match="palette is missing or damaged"):
        read(dicom_bytes(with_segments(16, segments)))


def test_segments_give_no_more_entries_than_stated() -> None:
    """Of these, which state billions of entries, the first 256 count; the others would take minutes and gigabytes."""
    bomb = words(0, 1, 0, 1, 255, 65535, *[1, 65535, 5] * 80_000)
    np.testing.assert_allclose(read(dicom_bytes(with_segments(16, bomb)), polarity="keep").pixels, ramp(), atol=1 / 180)


@pytest.mark.parametrize("missing", ["RedPaletteColorLookupTableDescriptor", "BluePaletteColorLookupTableData"])
def test_half_a_palette_is_damaged(missing: str) -> None:
    film = with_palette(np.round(ramp() * 255).astype(np.uint8), 0, 8, rising(256, 255))
    del film[missing]
    with pytest.raises(UnreadableFilm, match="palette is missing or damaged"):
        read(dicom_bytes(film))


def test_a_palette_of_fewer_entries_than_stated_is_damaged() -> None:
    film = with_palette(np.round(ramp() * 255).astype(np.uint8), 0, 8, rising(256, 255))
    film.GreenPaletteColorLookupTableData = bytes(100)
    with pytest.raises(UnreadableFilm, match="palette is missing or damaged"):
        read(dicom_bytes(film))
