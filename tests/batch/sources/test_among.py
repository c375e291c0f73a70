"""The films among names follow the rules of folders."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path

import pytest

from spinefm.batch.sources.among import films_among
from spinefm.imaging.listing import begins_as_dicom, begins_as_film, films_in, may_be_unnamed
from tests.batch.sources.films import write

MARK = bytes(128) + b"DICM"
FILES = {
    **dict.fromkeys(("a.PNG", "1/b.jfif", "1/2/3/d.bmp", "e.nii.gz", "f.heic"), b"film"),
    **dict.fromkeys(("notes.txt", ".g.png", ".h/i.png", "series/README", "out/labels.png", "out/trace.json"), b"x"),
    **dict.fromkeys(("series/IM0001", "series/1.2.840", "disc/DICOMDIR", "disc/ST0/IM0", "disc/ST0/IM1"), MARK),
    **dict.fromkeys(("x.mha", "y.jls", "z.dcm.gz", "inner.zip", "mask.npy"), b"x"),
    **dict.fromkeys(("disc/VIEWER/logo.png", "disc/cover.jpg"), b"x"),
}


def marked(names: Collection[str]) -> list[str]:
    return [name for name in names if FILES[name] == MARK]


def test_names_give_the_films_that_a_folder_of_them_gives(tmp_path: Path) -> None:
    folder = write(tmp_path, FILES)
    assert films_among(FILES, marked) == [path.relative_to(folder).as_posix() for path in films_in(folder)]


def test_back_slashes_divide_folders_too() -> None:
    windows = {name.replace("/", "\\"): content for name, content in FILES.items()}
    found = films_among(windows, lambda names: [name for name in names if windows[name] == MARK])
    assert sorted(name.replace("\\", "/") for name in found) == films_among(FILES, marked)


def test_pictures_without_a_suffix_are_films_but_on_a_disc(tmp_path: Path) -> None:
    picture = b"\x89PNG\r\n\x1a\n"
    files = {**FILES, **dict.fromkeys(("IMG1", "1/IMG.0002", "disc/VIEWER/logo", "g.mpo"), picture)}
    tests = (partial(_chosen, files, test) for test in (begins_as_film, begins_as_dicom))
    found = films_among(files, *tests)
    assert {*found} - {*films_among(FILES, marked)} == {"IMG1", "1/IMG.0002"}
    folder = write(tmp_path, files)
    assert found == [path.relative_to(folder).as_posix() for path in films_in(folder)]


def _chosen(files: dict[str, bytes], test: Callable[[str, bytes], bool], names: Collection[str]) -> list[str]:
    return [name for name in names if test(name, files[name])]


def test_shadows_of_a_mac_are_no_films() -> None:
    names = ["a.png", "__MACOSX/._a.png", "__MACOSX\\s\\b.png", "s\\._a.png"]
    assert films_among(names, lambda names: []) == ["a.png"]


def test_a_disc_in_small_letters_gives_its_films_alone() -> None:
    names = ["dicomdir", "im0", "logo.png"]
    assert films_among(names, lambda asked: [name for name in asked if name == "im0"]) == ["im0"]


@pytest.mark.parametrize(
    ("name", "may"), [("IM0001", True), ("1.2.840.1", True), ("a.txt", False), ("a.PDF", False), ("x.", True)]
)
def test_names_without_a_suffix_of_letters_may_be_dicom(name: str, may: bool) -> None:
    assert may_be_unnamed(name) is may
