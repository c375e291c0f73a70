"""How films are found by what labels call them."""

from __future__ import annotations

import io
import json
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image
from pydicom.uid import UID, ExplicitVRLittleEndian, RLELossless

from spinefm.core.levels import Level
from spinefm.data import Case
from spinefm.data import films as films_module
from spinefm.data.films import Films, KnownNames, picture_size, unlabelled, visible_files
from tests.bad_films import dicom_bytes, dicom_film
from tests.data.pictures import SIZE, film, read_set, rows

NFC, NFD = (unicodedata.normalize(form, "röntgen é") for form in ("NFC", "NFD"))


@pytest.mark.parametrize(
    ("files", "written", "found"),
    [
        (("film.png",), "FILM.PNG", "film.png"),
        (("Film A.PNG",), "film a.png", "Film A.PNG"),
        ((f"{NFD}.png",), f"{NFC}.png", f"{NFD}.png"),
        ((f"{NFC}.png",), f"{NFD.upper()}.png", f"{NFC}.png"),
        (("film.png", "FILM.png"), "FILM.png", "FILM.png"),
        (("film.png",), "films.png", None),
        (("film.png",), " film.png ", "film.png"),
        (("film.png",), "upload/3fa81b9c-film.png", "film.png"),
        (("film.png", "3fa81b9c-film.png"), "3fa81b9c-film.png", "3fa81b9c-film.png"),
        (("film.png",), "3fa81b9-film.png", None),
        (("film.png",), "20240131-film.png", None),
    ],
)
def test_films_are_found_by_case_and_accents_where_one_alone_fits(
    tmp_path: Path, files: tuple[str, ...], written: str, found: str | None
) -> None:
    for name in files:
        film(tmp_path / name)
    path = Films.among(tmp_path, visible_files(tmp_path)).find(tmp_path / "coco.json", written)
    assert (path and path.name) == found


def test_two_films_that_differ_in_case_alone_are_not_guessed_between(tmp_path: Path) -> None:
    for name in ("film.png", "FILM.png"):
        film(tmp_path / name)
    with pytest.raises(ValueError, match="2 films could belong to it"):
        Films.among(tmp_path, visible_files(tmp_path)).find(tmp_path / "coco.json", "Film.png")


def test_of_films_of_one_name_that_in_the_stated_folder_is_taken(tmp_path: Path) -> None:
    for name in ("a/film.png", "b/film.png"):
        film(tmp_path / name)
    films = Films.among(tmp_path, visible_files(tmp_path))
    assert films.find(tmp_path / "coco.json", "A/Film.png") == tmp_path / "a" / "film.png"
    assert films.find(tmp_path / "b" / "label.json", "film.png") == tmp_path / "b" / "film.png"


def test_of_many_films_of_one_name_not_all_are_looked_at_for_each_label(monkeypatch: pytest.MonkeyPatch) -> None:
    root, paths, looked = Path("/set"), [Path(f"/set/{number}/film.png") for number in range(300)], []
    matching = films_module._matching

    def counted(pool: Sequence[Path], name: str, form: Callable[[str], str]) -> list[Path]:
        looked.append(len(pool))
        return matching(pool, name, form)

    monkeypatch.setattr(films_module, "_matching", counted)
    labels = [(root / "coco.json", f"{path.parent.name}/{path.name}") for path in paths]
    films = Films(root, tuple(paths))
    assert not films.beside(films.meant_by(*label) for label in labels)
    assert sum(looked) <= 2 * len(paths)


def test_a_film_found_by_another_case_is_not_listed_as_without_label() -> None:
    films = [Path("film.png"), Path(f"{NFD}.png"), Path("bare.png")]
    assert [one.name for one in unlabelled(films, ["FILM", NFC, "other"])] == ["bare.png"]


def test_a_known_name_is_found_only_where_it_is_the_only_one() -> None:
    names = KnownNames(["a", "A", "B"])
    assert [names.find(name) for name in ("a", "A", "b", "c")] == ["a", "A", "B", None]


def test_a_coco_file_in_composed_letters_finds_its_film(tmp_path: Path) -> None:
    film(tmp_path / f"{NFD}.png")
    raw = {
        "images": [{"id": 1, "file_name": f"{NFC}.png", "width": SIZE[0], "height": SIZE[1]}],
        "categories": [{"id": 1, "name": "C3"}],
        "annotations": [{"image_id": 1, "category_id": 1, "segmentation": [np.ravel(rows(Level.C3)).tolist()]}],
    }
    (tmp_path / "coco.json").write_text(json.dumps(raw))
    found, skipped = read_set(tmp_path)
    assert len(found) == 1 and not skipped


GREY = np.arange(200 * 120, dtype=np.uint16).reshape(200, 120) % 4096
DICOM = dicom_bytes(dicom_film(GREY))


def tiff_of(values: np.ndarray, **options: object) -> bytes:
    """An array as a TIFF file."""
    stream = io.BytesIO()
    tifffile.imwrite(stream, values, **options)
    return stream.getvalue()


SIZED: dict[str, tuple[str, bytes | bytearray]] = {
    "DICOM": ("film.dcm", DICOM),
    "DICOM without an ending": ("film", DICOM),
    "JPEG-LS": ("film.jls", imagecodecs.jpegls_encode(GREY)),
    "a JPEG of 12 bits": ("film.jpg", imagecodecs.jpeg8_encode(GREY, bitspersample=12)),
    "a TIFF of 64 bits": ("film.tif", tiff_of(GREY.astype(np.float64))),
    "a turned TIFF": ("film.tif", tiff_of(np.rot90(GREY).copy(), extratags=[(274, 3, 1, 6, True)])),
    "a turned TIFF of 64 bits": ("film.tif", tiff_of(np.rot90(GREY).astype(float), extratags=[(274, 3, 1, 6, True)])),
}


@pytest.mark.parametrize("case", SIZED)
def test_the_size_of_a_film_is_that_of_its_header_upright(tmp_path: Path, case: str) -> None:
    name, content = SIZED[case]
    (tmp_path / name).write_bytes(content)
    assert picture_size(tmp_path / name) == (120, 200)


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, RLELossless])
def test_of_a_large_dicom_film_the_head_alone_is_read_for_its_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, syntax: UID
) -> None:
    header = dicom_film(np.random.default_rng(1).integers(0, 4096, (600, 500)).astype(np.uint16))
    (tmp_path / "film.dcm").write_bytes(dicom_bytes(header, syntax if syntax.is_compressed else None))
    monkeypatch.setattr(films_module, "read_bytes", lambda *_: pytest.fail("all of the film was read"))
    assert picture_size(tmp_path / "film.dcm") == (500, 600)


@pytest.mark.parametrize("name", ["film.mha", "film.nrrd", "film.jls", "film.ppm", "film.dcm.gz"])
def test_a_film_that_a_label_names_is_there_whether_it_is_read_or_not(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"?")
    assert Films.among(tmp_path, visible_files(tmp_path)).find(tmp_path / "coco.json", name) == tmp_path / name


PNG = io.BytesIO()
Image.fromarray((GREY >> 4).astype(np.uint8)).save(PNG, "PNG")
WEBP = io.BytesIO()
Image.fromarray((GREY >> 4).astype(np.uint8)).save(WEBP, "WEBP")
SHAPES = [{"label": level.name, "points": rows(level), "shape_type": "polygon"} for level in (Level.C3, Level.C4)]


def labelled(root: Path, name: str, content: bytes, size: tuple[int, int] | None) -> tuple[dict[str, Case], list[str]]:
    """The cases and reasons of a set with one film and its labelme file, which may state the film's size."""
    (root / name).write_bytes(content)
    sides = dict(zip(("imageWidth", "imageHeight"), size, strict=True)) if size else {}
    (root / "film.json").write_text(json.dumps({"shapes": SHAPES, "imagePath": name, "imageData": None, **sides}))
    found, skipped = read_set(root)
    return found, [one.why for one in skipped]


@pytest.mark.parametrize("size", [None, SIZE])
@pytest.mark.parametrize(
    ("name", "content"),
    [("film.png", DICOM), ("film.tif", DICOM), ("film.dcm", PNG.getvalue()), ("film.jpg", PNG.getvalue())],
)
def test_the_content_of_a_film_says_what_it_is(
    tmp_path: Path, name: str, content: bytes, size: tuple[int, int] | None
) -> None:
    found, why = labelled(tmp_path, name, content, size)
    assert not why and found["film"].size == SIZE


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (WEBP.getvalue(), "The film cannot be read: The file is a WebP, which is not supported"),
        (b"", "The film cannot be read: The file is empty"),
        (b"<html><body>", "The film cannot be read: The file is a web page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "The film cannot be read: "),
        (PNG.getvalue()[:20], "The film cannot be read: "),
    ],
)
def test_a_film_that_cannot_be_read_is_not_blamed_on_its_label(tmp_path: Path, content: bytes, why: str) -> None:
    found, (reason,) = labelled(tmp_path, "film.png", content, None)
    assert not found and reason.startswith(why)
    assert set(labelled(tmp_path, "film.png", content, SIZE)[0]) == {"film"}  # reading it says what is wrong


def test_linked_folders_are_listed_and_none_twice(tmp_path: Path) -> None:
    film(tmp_path / "elsewhere" / "film.png")
    film(tmp_path / "set" / "run" / "other.png")
    (tmp_path / "set" / "images").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "set" / "latest").symlink_to(tmp_path / "set" / "run")
    (tmp_path / "set" / "run" / "up").symlink_to(tmp_path / "set")
    found = [path.relative_to(tmp_path / "set").as_posix() for path in visible_files(tmp_path / "set")]
    assert found == ["images/film.png", "run/other.png"]
