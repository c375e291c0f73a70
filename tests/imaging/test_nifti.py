"""NIfTI films of one slice."""

from __future__ import annotations

import gzip

import nibabel
import numpy as np
import pytest

from spinefm.imaging.radiograph import Spacing, UnreadableFilm, read
from tests.bad_films import ramp

TRUTH = ramp()
WORDS = np.round(TRUTH * 4000).astype(np.int16)


def nifti(values: np.ndarray, affine: np.ndarray, kind: type = nibabel.Nifti1Image) -> bytes:
    """A file of values (first axis, second axis, …)."""
    return kind(values, affine).to_bytes()


AS_SEEN = {
    "an array without a scale": (WORDS.T, np.eye(4)),
    "x to the left, y to the back": (WORDS.T, np.diag([-0.2, -0.2, 1, 1])),
    "x to the right, y to the front": (WORDS.T[::-1, ::-1], np.diag([0.2, 0.2, 1, 1])),
    "one slice of three axes": (WORDS.T[..., None], np.diag([-0.2, -0.2, 1, 1])),
    "sagittal, the first axis to the back, the second up": (
        WORDS.T[None, :, ::-1],
        np.array([[1, 0, 0, 0], [0, -0.2, 0, 0], [0, 0, 0.2, 0], [0, 0, 0, 1]]),
    ),
    "sagittal, the first axis down": (
        WORDS[None],
        np.array([[1, 0, 0, 0], [0, 0, -0.2, 0], [0, -0.2, 0, 0], [0, 0, 0, 1]]),
    ),
}


@pytest.mark.parametrize("case", AS_SEEN)
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_films_are_shown_as_they_are_looked_at(case: str, pack) -> None:
    film = read(pack(nifti(*AS_SEEN[case])), polarity="keep")
    np.testing.assert_allclose(film.pixels, TRUTH, atol=0.02)
    expected = None if "without" in case else Spacing(pytest.approx(0.2), "NIfTI pixdim")
    assert film.spacing == expected and film.provenance.format == "NIfTI"


def test_the_second_version_is_read() -> None:
    film = read(nifti(WORDS.T, np.eye(4), nibabel.Nifti2Image), polarity="keep")
    np.testing.assert_allclose(film.pixels, TRUTH, atol=0.02)


@pytest.mark.parametrize("channels", ["RGB", "RGBA"])
def test_colours_are_read_with_and_without_opacity(channels: str) -> None:
    values = np.full(TRUTH.T.shape, 255, np.dtype([(name, np.uint8) for name in channels]))
    for name in "RGB":
        values[name] = np.round(TRUTH.T * 255)
    film = read(nifti(values, np.eye(4)), polarity="keep")
    np.testing.assert_allclose(film.pixels, TRUTH, atol=0.02)


SCALES: dict[str, tuple[list[float], str, float | None, str]] = {
    "millimetres": ([0.2, 0.2], "mm", 0.2, ""),
    "metres": ([0.0002, 0.0002], "meter", 0.2, ""),
    "micrometres": ([200, 200], "micron", 0.2, ""),
    "no unit": ([0.2, 0.2], "unknown", 0.2, ""),
    "not square": ([0.2, 0.4], "mm", None, "The pixels are not square (0.4 x 0.2 mm), so lengths are given in pixels"),
    "unbelievable": ([200, 200], "mm", None, "The file's pixdim is not two lengths from 0.01 to 5 mm"),
}


@pytest.mark.parametrize("case", SCALES)
def test_the_size_of_pixels_counts_in_its_unit_or_leaves_a_note(case: str) -> None:
    (across, down), unit, expected, words = SCALES[case]
    image = nibabel.Nifti1Image(WORDS.T, np.diag([-across, -down, 1, 1]))
    image.header.set_xyzt_units(unit)
    film = read(image.to_bytes(), polarity="keep")
    assert film.spacing == (Spacing(expected, "NIfTI pixdim") if expected else None)
    notes = [note for note in film.provenance.notes if "square" in note or "pixdim" in note]
    assert [note.startswith(words) for note in notes] == [True] * bool(words)


DIFFERS = "The file's pixdim and affine state different sizes of a pixel; pixdim was used."
UNUSABLE = "The file's pixdim is not two lengths from 0.01 to 5 mm and was ignored."
STATED: dict[str, tuple[float, float, Spacing | None, list[str]]] = {
    "by both": (0.2, 0.2, Spacing(0.2, "NIfTI pixdim"), []),
    "by the affine alone": (1, 0.2, Spacing(0.2, "NIfTI affine"), []),
    "by the affine, beside an empty pixdim": (0, 0.2, Spacing(0.2, "NIfTI affine"), []),
    "by pixdim, rounded": (0.2, 0.2001, Spacing(0.2, "NIfTI pixdim"), []),
    "by each otherwise": (0.4, 0.2, Spacing(0.4, "NIfTI pixdim"), [DIFFERS]),
    "as no number": (float("nan"), 0.2, None, [UNUSABLE]),
    "by none": (1, 1, None, []),
}


@pytest.mark.parametrize("case", STATED)
def test_a_size_is_stated_by_pixdim_and_by_the_affine(case: str) -> None:
    pixdim, affine, expected, notes = STATED[case]
    content = bytearray(nifti(WORDS.T, np.diag([-affine, -affine, 1, 1])))
    content[80:88] = np.array([pixdim, pixdim], "<f4").tobytes()
    film = read(bytes(content), polarity="keep")
    np.testing.assert_allclose(film.pixels, TRUTH, atol=0.02)
    assert film.spacing == expected
    assert [note for note in film.provenance.notes if "pixdim" in note or "square" in note] == notes


def test_the_orientation_of_an_affine_counts_where_it_alone_states_a_size() -> None:
    content = bytearray(nifti(WORDS.T[::-1, ::-1], np.diag([0.2, 0.2, 1, 1])))
    content[80:88] = np.array([1, 1], "<f4").tobytes()
    np.testing.assert_allclose(read(bytes(content), polarity="keep").pixels, TRUTH, atol=0.02)


@pytest.mark.parametrize(("size", "expected"), [(0.2, 0.2), (1, None)])
def test_a_size_counts_without_an_affine_and_the_axes_are_those_of_an_array(
    size: float, expected: float | None
) -> None:
    image = nibabel.Nifti1Image(WORDS.T, None)
    image.header.set_zooms((size, size))
    image.header["qform_code"] = image.header["sform_code"] = 0
    film = read(image.to_bytes(), polarity="keep")
    np.testing.assert_allclose(film.pixels, TRUTH, atol=0.02)
    assert film.spacing == (Spacing(expected, "NIfTI pixdim") if expected else None)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (nifti(np.zeros((80, 80, 9), np.int16), np.eye(4)), "has 3 axes"),
        (nifti(WORDS.T, np.eye(4))[:3000], "truncated or damaged"),
        (nifti(WORDS.T, np.eye(4)).replace(b"n+1\0", b"ni1\0"), "second file"),
        (gzip.compress(b"a letter" * 100), "a gzip archive"),
        (gzip.compress(nifti(WORDS.T, np.eye(4)))[:400], "truncated or damaged"),
    ],
    ids=["a volume", "cut off", "header alone", "gzip of something else", "gzip cut off"],
)
def test_what_is_no_film_is_named(content: bytes, words: str) -> None:
    with pytest.raises(UnreadableFilm, match=words):
        read(content)


def test_a_gzip_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spinefm.imaging.nifti.MOST_UNPACKED", 100_000)
    with pytest.raises(UnreadableFilm, match="unpacks to more than any film"):
        read(gzip.compress(nifti(WORDS.T, np.eye(4)) + bytes(100_000)))
