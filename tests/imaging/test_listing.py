"""Which files of folders and discs are films."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from pydicom.dataset import Dataset, FileDataset
from pydicom.fileset import FileSet
from pydicom.uid import UID

from spinefm.imaging.listing import films_in, films_of
from tests.bad_films import dicom_bytes, dicom_film, ramp

MARK = bytes(128) + b"DICM"


def touch(root: Path, *names: str, content: bytes = b"film") -> None:
    """Files below `root`, with the folders that they need."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)


def found(root: Path) -> list[str]:
    """Paths of the films below `root`."""
    return [path.relative_to(root).as_posix() for path in films_in(root)]


def test_films_are_found_in_all_folders_below_by_suffix_or_mark(tmp_path: Path) -> None:
    touch(
        tmp_path,
        "a.PNG",
        "1/b.jfif",
        "1/2/c.jpe",
        "1/2/3/d.bmp",
        "e.nii.gz",
        "f.heic",
        "notes.txt",
        ".g.png",
        ".h/i.png",
    )
    touch(tmp_path, "series/IM0001", "series/1.2.840", content=MARK)
    touch(tmp_path, "series/README")
    assert found(tmp_path) == [
        *("1/2/3/d.bmp", "1/2/c.jpe", "1/b.jfif", "a.PNG", "e.nii.gz", "f.heic", "series/1.2.840", "series/IM0001")
    ]


def test_pictures_of_earlier_results_are_no_films(tmp_path: Path) -> None:
    touch(tmp_path, "film.png", "out/film/labels.png", "out/film/overlay.png", "out/film/trace.json")
    assert found(tmp_path) == ["film.png"]


def test_a_disc_gives_its_dicom_files_alone(tmp_path: Path) -> None:
    touch(tmp_path, "DICOMDIR", "DICOM/ST0/IM0", "DICOM/ST0/IM1", content=MARK)
    touch(tmp_path, "VIEWER/logo.png", "cover.jpg")
    assert found(tmp_path) == ["DICOM/ST0/IM0", "DICOM/ST0/IM1"]


def test_pipes_sockets_and_circles_of_links_do_not_hang(tmp_path: Path) -> None:
    touch(tmp_path, "1/film.png")
    os.mkfifo(tmp_path / "pipe")
    os.mkfifo(tmp_path / "pipe.png")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket.dcm"))
    (tmp_path / "1" / "up").symlink_to(tmp_path)
    assert found(tmp_path) == ["1/film.png"]


def test_what_is_no_folder_holds_no_films(tmp_path: Path) -> None:
    touch(tmp_path, "film.png")
    assert films_of(tmp_path / "film.png") == [] == films_of(tmp_path / "absent")


def disc(root: Path) -> Path:
    """A disc with two films in its DICOMDIR; returns the DICOMDIR."""
    files = FileSet()
    for number in range(2):
        film = dicom_film((ramp() * 4095).astype("uint16"), StudyInstanceUID="1.2.3", SeriesInstanceUID="1.2.4")
        film.SOPInstanceUID = film.file_meta.MediaStorageSOPInstanceUID = UID(f"1.2.5.{number}")
        film.StudyDate, film.StudyTime, film.StudyID = "20200101", "120000", "1"
        film.SeriesNumber, film.InstanceNumber = 1, number
        files.add(film)
    files.write(root)
    return root / "DICOMDIR"


def test_a_dicomdir_stands_for_the_films_that_it_names(tmp_path: Path) -> None:
    index = disc(tmp_path)
    named = films_of(index)
    assert len(named) == 2 and all(film.read_bytes()[128:132] == b"DICM" for film in named)
    assert sorted(named) == films_in(tmp_path)
    named[0].unlink()
    assert films_of(index) == named[1:]


def test_a_dicomdir_copied_in_small_letters_is_followed(tmp_path: Path) -> None:
    index = disc(tmp_path)
    [film, _] = films_of(index)
    lower = tmp_path.joinpath(*(part.lower() for part in film.relative_to(tmp_path).parts))
    lower.parent.mkdir(parents=True, exist_ok=True)
    film.rename(lower)
    assert lower in films_of(index)


@pytest.mark.filterwarnings("ignore:Invalid value")
@pytest.mark.parametrize("name", [["..", "film"], ["/etc", "passwd"]])
def test_a_dicomdir_leads_nowhere_outside_its_folder(name: list[str], tmp_path: Path) -> None:
    touch(tmp_path, "film", "disc/DICOMDIR", content=MARK)
    index = FileDataset("", {}, preamble=bytes(128), file_meta=dicom_film(ramp()).file_meta)
    record = Dataset()
    record.DirectoryRecordType, record.ReferencedFileID = "IMAGE", name
    index.DirectoryRecordSequence = [record]
    index.save_as(tmp_path / "disc" / "DICOMDIR", enforce_file_format=True)
    assert films_of(tmp_path / "disc" / "DICOMDIR") == []


def test_a_damaged_dicomdir_names_none(tmp_path: Path) -> None:
    touch(tmp_path, "DICOMDIR", content=dicom_bytes(dicom_film((ramp() * 255).astype("uint8")))[:300])
    assert films_of(tmp_path / "DICOMDIR") == []
