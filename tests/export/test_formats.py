"""The registry, the picture and the table, and where an export goes."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from spinefm.export.errors import ExportError
from spinefm.export.formats import FORMATS
from spinefm.export.overlay import AMBER
from spinefm.export.target import write_files
from spinefm.trace.model import Trace
from tests.export.curved import DOUBTFUL, LEVELS, NOTE, SIZE, pixels, png, six_lumbar, subject, trace

OF_ANY_FILM = [name for name, one in FORMATS.items() if not one.needs_dicom]


@pytest.mark.parametrize("name", OF_ANY_FILM)
def test_every_format_writes_files_with_its_ending(name: str) -> None:
    chosen = FORMATS[name]
    files = chosen.files(subject())
    assert any(path.endswith(chosen.suffix) for path in files) and all(files.values())
    assert chosen.file in (*files, "") and bool(chosen.file) == (chosen.whole is not None)
    assert chosen.name == name and chosen.title and chosen.line


@pytest.mark.parametrize("name", OF_ANY_FILM)
def test_the_same_run_gives_the_same_files(name: str) -> None:
    assert FORMATS[name].files(subject()) == FORMATS[name].files(subject())


@pytest.mark.parametrize("name", [name for name in OF_ANY_FILM if name != "png"])
def test_without_its_film_a_run_is_exported_without_pictures(name: str) -> None:
    files = FORMATS[name].files(replace(subject(), source=None))
    assert files and not [path for path in files if path.endswith(".png")]


@pytest.mark.parametrize("name", OF_ANY_FILM)
def test_a_spine_with_six_lumbar_vertebrae_is_exported_too(name: str) -> None:
    assert all(FORMATS[name].files(subject(six_lumbar())).values())


@pytest.mark.parametrize("name", OF_ANY_FILM)
def test_a_run_that_found_nothing_is_exported_too(name: str) -> None:
    assert FORMATS[name].files(subject(trace(())))


def test_the_picture_shows_the_doubtful_body_in_amber_and_no_other() -> None:
    picture = np.asarray(Image.open(io.BytesIO(FORMATS["png"].files(subject())["neck.png"])).convert("RGB")).astype(int)
    assert picture.shape == (*SIZE[::-1], 3)
    rows = np.flatnonzero((np.abs(picture - AMBER).max(axis=2) < 40).any(axis=1))
    box = next(v for v in trace().vertebrae if v.level is DOUBTFUL).mask.box
    assert len(rows) > 20 and rows.min() >= box.y0 - 2 and rows.max() <= box.y1 + 2


def test_without_the_film_the_picture_is_the_one_of_the_result() -> None:
    stored = png(pixels())
    assert FORMATS["png"].files(replace(subject(), source=None, overlay=stored)) == {"neck.png": stored}
    with pytest.raises(ExportError, match="give the film with --source"):
        FORMATS["png"].files(replace(subject(), source=None))


def test_the_table_has_a_row_per_vertebra_of_every_film() -> None:
    parts = [FORMATS["csv"].part(subject(name=name)) for name in ("neck", "other")]
    text = FORMATS["csv"].joined([part.entry for part in parts])["vertebrae.csv"].decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["film"] for row in rows] == ["neck"] * len(LEVELS) + ["other"] * len(LEVELS)
    assert [row["level"] for row in rows if row["doubtful"] == "yes"] == [DOUBTFUL.name] * 2
    assert all(NOTE in row["notes"] for row in rows)


def test_a_file_that_is_there_already_is_never_replaced(tmp_path: Path) -> None:
    write_files(tmp_path, {"a/neck.json": b"labels", "film.png": b"film"})
    write_files(tmp_path, {"film.png": b"film"})
    with pytest.raises(ExportError, match="may hold corrections"):
        write_files(tmp_path, {"new.json": b"new", "a/neck.json": b"others"})
    assert (tmp_path / "a" / "neck.json").read_bytes() == b"labels" and not (tmp_path / "new.json").exists()


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ExportError, match="choose another --out"):
        write_files(tmp_path / "file", {"a.json": b""})


def other_film() -> Trace:
    """A run on a film of another size."""
    made = trace()
    return replace(made, film=replace(made.film, size=(SIZE[0] + 2, SIZE[1])))


@pytest.mark.parametrize("name", ["coco", "labelme", "nifti", "png"])
def test_another_film_is_refused(name: str) -> None:
    with pytest.raises(ExportError, match="give the film that was run"):
        FORMATS[name].files(subject(other_film()))
