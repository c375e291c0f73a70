"""Which files of folders and discs are films."""

from __future__ import annotations

import gzip
import io
import os
import socket
from pathlib import Path

import pytest
from pydicom import dcmread, dcmwrite
from pydicom.dataset import Dataset, FileDataset
from pydicom.fileset import FileSet
from pydicom.uid import UID

from spinefm.imaging.listing import films_in, films_of, passed_over
from spinefm.imaging.radiograph import UnreadableFilm, read
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


def test_pictures_without_a_suffix_are_films_but_on_a_disc_and_those_of_another_are_named(tmp_path: Path) -> None:
    picture = b"\x89PNG\r\n\x1a\n"
    touch(tmp_path, "IMG0001", "1/IMG.0002", "1/photo.jpg_large", "g.mpo", "1/y.png.bak", ".z", content=picture)
    touch(tmp_path, "disc/logo", "disc/logo.bak", content=picture)
    touch(tmp_path, "disc/DICOMDIR", "disc/IM0", content=MARK)
    touch(tmp_path, "README", "notes.bak", content=b"BMI of all patients")
    assert found(tmp_path) == ["1/IMG.0002", "1/photo.jpg_large", "IMG0001", "disc/IM0"]
    sentence = passed_over(tmp_path)
    assert sentence and {*sentence.partition(": ")[2].partition(" passed")[0].split(", ")} == {"g.mpo", "1/y.png.bak"}


def bare(implicit: bool) -> bytes:
    """A DICOM film without preamble and mark, as some archives store them."""
    data = dicom_bytes(dicom_film((ramp() * 4095).astype("uint16")))
    if not implicit:
        return data[132:]
    stream = io.BytesIO()
    dcmwrite(stream, dcmread(io.BytesIO(data)), implicit_vr=True, little_endian=True, force_encoding=True)
    content = stream.getvalue()
    return content[content.index(b"\x08\x00\x16\x00") :]


@pytest.mark.parametrize("implicit", [False, True])
def test_dicom_without_its_mark_is_found_and_read(implicit: bool, tmp_path: Path) -> None:
    touch(tmp_path, "IM0001", content=bare(implicit))
    touch(tmp_path, "README", content=b"\x08\x00 is how such a file begins")
    assert found(tmp_path) == ["IM0001"]
    assert read(tmp_path / "IM0001").provenance.format == "DICOM"


NAMED = {
    "x.mha": (b"ObjectType = Image\nNDims = 2\n", "a MetaImage file"),
    "x.mhd": (b"NDims = 2\nDimSize = 640 640\n", "a MetaImage file"),
    "x.nrrd": (b"NRRD0005\n", "an NRRD file"),
    "pair.hdr": (b"\x5c\x01\x00\x00" + bytes(344), "an Analyze header"),
    "z.dcm.gz": (gzip.compress(bytes(1000)), "a gzip archive"),
}


@pytest.mark.parametrize("name", NAMED)
def test_films_that_are_not_read_are_taken_and_named(name: str, tmp_path: Path) -> None:
    content, kind = NAMED[name]
    touch(tmp_path, name, content=content)
    assert found(tmp_path) == [name]
    with pytest.raises(UnreadableFilm, match=f"The file is {kind}.* not supported"):
        read(tmp_path / name)


PASSED: dict[str, tuple[list[str], str | None]] = {
    "nothing": (["film.png", "notes.txt", ".hidden.zip"], None),
    "archives and arrays": (["film.png", "a/inner.zip", "mask.npy"], "mask.npy, a/inner.zip passed over;"),
    "many": ([f"{number}.npz" for number in range(7)], "0.npz, 1.npz, 2.npz, 3.npz, 4.npz and 2 more passed over;"),
    "a disc": (["DICOMDIR", "VIEWER/viewer.zip"], None),
    "an earlier result": (["out/trace.json", "out/all.zip"], None),
}


@pytest.mark.parametrize("case", PASSED)
def test_a_folder_says_what_it_passes_over(case: str, tmp_path: Path) -> None:
    names, expected = PASSED[case]
    touch(tmp_path, *names)
    sentence = passed_over(tmp_path)
    assert (sentence and expected) == expected and (expected is None or f"{tmp_path}: {expected}" in (sentence or ""))
    assert not [name for name in found(tmp_path) if name.endswith((".zip", ".npy", ".npz"))]


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


def test_a_film_that_a_dicomdir_names_and_that_is_missing_is_said_to_be(tmp_path: Path) -> None:
    index = disc(tmp_path)
    named = films_of(index)
    named[0].unlink()
    assert films_of(index) == named
    with pytest.raises(UnreadableFilm, match="There is no such file"):
        read(films_of(index)[0])


def test_a_dicomdir_copied_in_small_letters_is_followed(tmp_path: Path) -> None:
    index = disc(tmp_path)
    [film, _] = films_of(index)
    lower = tmp_path.joinpath(*(part.lower() for part in film.relative_to(tmp_path).parts))
    lower.parent.mkdir(parents=True, exist_ok=True)
    film.rename(lower)
    assert lower in films_of(index)


def index_of(folder: Path, name: str | list[str], **tags: object) -> Path:
    """A DICOMDIR with one record of a picture."""
    index = FileDataset("", {}, preamble=bytes(128), file_meta=dicom_film(ramp()).file_meta)
    record = Dataset()
    record.DirectoryRecordType, record.ReferencedFileID = "IMAGE", name
    for tag, value in tags.items():
        setattr(record, tag, value)
    index.DirectoryRecordSequence = [record]
    index.save_as(folder / "DICOMDIR", enforce_file_format=True)
    return folder / "DICOMDIR"


@pytest.mark.filterwarnings("ignore:Invalid value")
@pytest.mark.parametrize("name", [["..", "film"], ["/etc", "passwd"], "../film", "/etc/passwd"])
def test_a_dicomdir_leads_nowhere_outside_its_folder(name: str | list[str], tmp_path: Path) -> None:
    touch(tmp_path, "film", "disc/DICOMDIR", content=MARK)
    assert films_of(index_of(tmp_path / "disc", name)) == []


@pytest.mark.filterwarnings("ignore:Invalid value")
def test_a_dicomdirs_path_in_one_piece_is_followed(tmp_path: Path) -> None:
    touch(tmp_path, "dicom/im0", content=MARK)
    assert films_of(index_of(tmp_path, "DICOM/IM0")) == [tmp_path / "dicom" / "im0"]


def test_a_dicomdirs_record_of_a_deleted_film_names_none(tmp_path: Path) -> None:
    index = index_of(tmp_path, ["DICOM", "IM0"], RecordInUseFlag=0)
    assert films_of(index) == []
    touch(tmp_path, "DICOM/IM0", content=MARK)
    assert films_of(index) == [tmp_path / "DICOM" / "IM0"]


def test_a_damaged_dicomdir_names_none(tmp_path: Path) -> None:
    touch(tmp_path, "DICOMDIR", content=dicom_bytes(dicom_film((ramp() * 255).astype("uint8")))[:300])
    assert films_of(tmp_path / "DICOMDIR") == []
