"""Reading films from paths, streams and arrays: limits, and one clear sentence for every bad input."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from spinefm.imaging import dicom
from spinefm.imaging import raster as pictures
from spinefm.imaging.radiograph import MAX_BYTES, Radiograph, Spacing, UnreadableFilm, quarters_rotated, read
from tests.bad_films import BAD_FILMS, encoded, ramp, write_bad_films
from tests.imaging.samples import TRUTH, WORDS


@pytest.mark.parametrize("bad", BAD_FILMS)
def test_every_bad_film_is_refused_with_one_sentence(bad: str) -> None:
    content, phrase = BAD_FILMS[bad]
    with pytest.raises(UnreadableFilm) as refusal:
        read(content())
    sentence = str(refusal.value)
    assert phrase in sentence
    assert sentence.endswith(".") and sentence[0].isupper() and "\n" not in sentence and sentence.count(". ") == 0


def test_the_bad_films_are_twenty_and_written_as_files(tmp_path: Path) -> None:
    expected = write_bad_films(tmp_path)
    assert len(expected) == 20 and {path.name for path in tmp_path.iterdir()} == set(expected)


def test_missing_file_and_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFilm, match="no such file"):
        read(tmp_path / "absent.png")
    with pytest.raises(UnreadableFilm, match="is a folder"):
        read(str(tmp_path))


@pytest.mark.parametrize("name", ["x" * 5000 + ".png", "neck\0.png"], ids=["too long", "a NUL"])
def test_impossible_names_are_refused(name: str) -> None:
    with pytest.raises(UnreadableFilm, match="cannot be opened"):
        read(name)


def test_a_file_over_the_limit_is_not_read_to_its_end() -> None:
    class Endless(io.RawIOBase):
        asked = 0

        def read(self, size: int = -1) -> bytes:
            assert size >= 0, "read without a limit"
            self.asked += size
            return b"\x89PNG\r\n\x1a\n" + bytes(size - 8)

    stream = Endless()
    with pytest.raises(UnreadableFilm, match="larger than 32 MB"):
        read(stream)
    assert stream.asked <= MAX_BYTES + 1


@pytest.mark.parametrize("bad", ["too-large.png", "too-large.dcm"])
def test_large_films_are_refused_before_decoding(bad: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def decoded(*_: object) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr(pictures, "_load", decoded)
    monkeypatch.setattr(dicom, "stored_values", decoded)
    with pytest.raises(UnreadableFilm, match="25 million"):
        read(BAD_FILMS[bad][0]())


def test_reading_from_path_stream_and_bytes_agree(tmp_path: Path) -> None:
    content = encoded(WORDS, "PNG")
    (tmp_path / "neck.png").write_bytes(content)
    films = [read(tmp_path / "neck.png"), read(str(tmp_path / "neck.png")), read(io.BytesIO(content)), read(content)]
    assert [film.provenance.name for film in films] == ["neck.png", "neck.png", "film", "film"]
    assert all(np.array_equal(films[0].pixels, film.pixels) for film in films)


def test_an_unknown_polarity_is_not_taken_for_another() -> None:
    with pytest.raises(ValueError, match="no polarity 'turn'; choose one of: auto, keep, invert"):
        read(encoded(WORDS, "PNG"), polarity="turn")


def test_polarity_is_inverted_when_asked() -> None:
    film = read(encoded(WORDS, "PNG"), polarity="invert")
    np.testing.assert_allclose(film.pixels, 1 - TRUTH, atol=1e-4)
    assert film.provenance.inverted and any("inverted" in note for note in film.provenance.notes)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.float64])
def test_arrays_become_films(dtype: type) -> None:
    white = np.iinfo(dtype).max if np.issubdtype(dtype, np.integer) else 1
    array: NDArray[Any] = np.asarray(TRUTH * white, dtype)
    film = Radiograph.from_array(array, Spacing(0.2, "calibrated PixelSpacing"), name="phantom")
    np.testing.assert_allclose(film.pixels, TRUTH, atol=1 / 255)
    assert film.spacing == Spacing(0.2, "calibrated PixelSpacing") and film.provenance.name == "phantom"


@pytest.mark.parametrize(
    ("array", "phrase"),
    [
        (np.zeros((100, 100, 3)), "shape"),
        (np.zeros((100, 100), complex), "type"),
        (np.full((100, 100), np.inf), "NaN or infinite"),
        (np.ones((100, 100)), "same grey value"),
        (TRUTH[:10], "each side needs"),
        (np.broadcast_to(np.float32(0), (6000, 5000)), "25 million"),
        (TRUTH.tolist(), "NumPy array, not list"),
        ("film.png", "NumPy array, not str"),
        (np.ma.masked_less(TRUTH, 0.5), "has a mask"),
    ],
)
def test_bad_arrays_are_refused(array: NDArray[np.generic], phrase: str) -> None:
    with pytest.raises(UnreadableFilm, match=phrase):
        Radiograph.from_array(array)


@pytest.mark.parametrize("mm", [140.0, 0.009, 0.0, -0.14, float("nan")])
def test_an_array_has_a_scale_that_films_have(mm: float) -> None:
    with pytest.raises(UnreadableFilm, match="A film has 0.01 to 5 mm per pixel"):
        Radiograph.from_array(TRUTH, Spacing(mm, "given"))


def test_a_turned_film_is_clockwise_and_says_so() -> None:
    array = np.linspace(0, 1, 96 * 64, dtype=np.float32).reshape(96, 64)
    film = Radiograph.from_array(array, Spacing(0.2, "header"))
    once = film.rotated(1)
    assert once.size == (96, 64) and once.spacing == film.spacing
    assert once.pixels[0, -1] == film.pixels[0, 0] and once.pixels[-1, -1] == film.pixels[0, -1]
    assert "clockwise by 90°" in once.provenance.notes[0]
    assert np.array_equal(once.rotated(3).pixels, film.pixels)
    assert film.rotated(4) is film


def test_how_a_film_was_turned_is_read_from_its_notes_old_and_new() -> None:
    film = Radiograph.from_array(ramp())
    for quarters in range(4):
        assert quarters_rotated(film.rotated(quarters).provenance.notes) == quarters
    assert quarters_rotated(film.rotated(3).rotated(2).provenance.notes) == 1
    assert quarters_rotated(["The film was turned clockwise by 90°: as results of 0.2.0 say."]) == 1
