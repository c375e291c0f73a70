"""Which files are films: those of a folder with all that it holds, and those of a disc by its DICOMDIR."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath

from spinefm.core.result_names import TRACE
from spinefm.imaging.kinds import HEAD, is_picture, may_be_dicom

FILM_SUFFIXES = (
    *(".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".jls", ".tif", ".tiff", ".bmp"),
    *(".dcm", ".dicom", ".ima", ".nii", ".nii.gz"),
)
"""Endings of films in a folder; DICOM files of any name are films too, and pictures without an ending."""
NAMED_SUFFIXES = (
    *(".gif", ".webp", ".heic", ".heif", ".avif", ".jp2", ".jxl", ".pgm", ".ppm"),
    *(".mha", ".mhd", ".nrrd", ".nhdr", ".hdr", ".dcm.gz"),
)
"""Pictures that are not read; they are taken too, so that reading them says what they are."""
PASSED_SUFFIXES = (".zip", ".tar", ".tgz", ".tar.gz", ".rar", ".7z", ".npy", ".npz")
"""Archives and arrays: they may hold films or something else, so a folder passes them over and says so."""
ENDINGS = (*FILM_SUFFIXES, *NAMED_SUFFIXES)
"""Endings of all files that are taken by their names."""
MOST_NAMED = 5
"""Names of files passed over that are written out."""
DICOM_INDEX = "DICOMDIR"
"""The table of contents of a disc: DICOM by its mark, but no film."""
MOST_INDEX_BYTES = 32 << 20
INACTIVE = 0
"""The flag of a DICOMDIR's record whose file was deleted (PS3.3, F.3.2.2)."""


class ListingError(ValueError):
    """A folder cannot be listed; the message is one sentence that says which and what to do."""


def films_of(path: Path) -> list[Path]:
    """The films at a path: those of a folder, or those that a DICOMDIR names; none for another file.

    Raises:
        ListingError: a folder may not be listed.
    """
    if path.name.upper() == DICOM_INDEX and path.is_file():
        return films_of_index(path)
    return films_in(path)


def films_in(folder: Path) -> list[Path]:
    """The films in a folder and the folders below it, by path; hidden files and results of this program left out.

    On a disc, which has a DICOMDIR, these are its DICOM files alone: the other pictures belong to its viewer.

    Raises:
        ListingError: a folder may not be listed.
    """
    films: list[Path] = []
    for place, names in _folders(folder):
        test = _is_dicom if _on_disc(place, folder) else is_film
        films += [place / name for name in names if not name.startswith(".") and test(place / name)]
    return sorted(films)


def passed_over(folder: Path) -> str | None:
    """A sentence on the archives, arrays and pictures of another suffix in and below a folder, which give no films.

    None without, and on a disc.

    Raises:
        ListingError: a folder may not be listed.
    """
    places = [(place, names) for place, names in _folders(folder) if not _on_disc(place, folder)]
    files = [place / name for place, names in places for name in names if not name.startswith(".")]
    passed = [str(file.relative_to(folder)) for file in files if _is_passed(file)]
    if not passed:
        return None
    more = f" and {len(passed) - MOST_NAMED} more" if len(passed) > MOST_NAMED else ""
    return f"{folder}: {', '.join(passed[:MOST_NAMED])}{more} passed over; give films as pictures or DICOM files."


def is_film(file: Path) -> bool:
    """Whether a file ends as films do or begins so: archives name DICOM files without a suffix."""
    return file.is_file() and (file.name.lower().endswith(ENDINGS) or _begins_as_film(file))


def begins_as_film(name: str, head: bytes) -> bool:
    """Whether a file that does not end as films do begins as DICOM, or as a picture and has no suffix of letters."""
    return may_be_dicom(head) or (may_be_unnamed(name) and is_picture(head))


def begins_as_dicom(_: str, head: bytes) -> bool:
    """Whether a file of any name begins as DICOM does."""
    return may_be_dicom(head)


def may_be_unnamed(name: str) -> bool:
    """Whether a name has no suffix of letters, as archives name DICOM files: IM0001, 1.2.840.113619."""
    return not PurePath(name).suffix.lstrip(".").isalpha()


def films_of_index(index: Path) -> list[Path]:
    """The pictures that a disc's DICOMDIR names, also those that are not there; none where it cannot be read.

    Names on a disc are in capitals, and a copy of it may have them in small letters. Nothing outside the disc's folder
    is taken.
    """
    places = [(_place(index.parent, names), used) for names, used in _referenced(index) if _is_inside(names)]
    return [place for place, used in places if used or place.is_file()]


def _folders(folder: Path) -> Iterator[tuple[Path, list[str]]]:
    """Each folder with the names of its files, in order; links are followed, but none twice."""
    seen: set[str] = set()
    for place, folders, names in os.walk(folder, followlinks=True, onerror=_refuse):
        real = os.path.realpath(place)
        if real in seen or TRACE in names:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield Path(place), sorted(names)


def _refuse(error: OSError) -> None:
    if not isinstance(error, PermissionError):
        return  # no folder, or a name that cannot be one: reading it says what is wrong
    raise ListingError(f"The folder {error.filename} cannot be listed; ask for permission to read it.") from error


def _on_disc(place: Path, root: Path) -> bool:
    """Whether a folder, or one above it up to `root`, holds a DICOMDIR."""
    above = [place, *place.parents]
    return any(_index_in(parent) for parent in above[: above.index(root) + 1])


def _index_in(folder: Path) -> bool:
    return any((folder / name).is_file() for name in (DICOM_INDEX, DICOM_INDEX.lower()))


def _is_dicom(file: Path) -> bool:
    """Whether a file begins as DICOM does and is no disc's table of contents."""
    return may_be_dicom(_head(file))


def _begins_as_film(file: Path) -> bool:
    return begins_as_film(file.name, _head(file))


def _is_passed(file: Path) -> bool:
    """Whether a file may hold films that are not taken: an archive, an array, or a picture of another suffix."""
    lowered = file.name.lower()
    is_picture_of_another = not lowered.endswith(ENDINGS) and not may_be_unnamed(lowered) and is_picture(_head(file))
    return lowered.endswith(PASSED_SUFFIXES) or is_picture_of_another


def _head(file: Path) -> bytes:
    """The first bytes of a file; none of a disc's table of contents, and of what cannot be opened."""
    if file.name.upper() == DICOM_INDEX or not file.is_file():  # opening a pipe would wait for ever
        return b""
    try:
        with file.open("rb") as stream:
            return stream.read(HEAD)
    except OSError:  # what cannot be opened is no film by its content
        return b""


def _referenced(index: Path) -> list[tuple[list[str], bool]]:
    """The parts of the paths of all pictures that a DICOMDIR names, and whether each is still said to be there."""
    import pydicom

    from spinefm.imaging.dicom import DEEP_ERRORS

    if index.stat().st_size > MOST_INDEX_BYTES:
        return []
    try:
        records = pydicom.dcmread(index).get("DirectoryRecordSequence") or []
        films = [record for record in records if record.get("DirectoryRecordType") == "IMAGE"]
        return [(_parts(film.ReferencedFileID), film.get("RecordInUseFlag") != INACTIVE) for film in films]
    except DEEP_ERRORS:
        return []


def _parts(file_id: str | Sequence[object]) -> list[str]:
    """A path's parts; some writers put all of it into one."""
    return "/".join([file_id] if isinstance(file_id, str) else map(str, file_id)).split("/")


def _is_inside(parts: Sequence[str]) -> bool:
    """Whether a path leads nowhere outside its folder."""
    return not any(part in ("", "..") for part in parts)


def _place(root: Path, parts: list[str]) -> Path:
    """Where a film is that an index names, or, where there is none, should be: reading it says that it is missing."""
    stated, small = root.joinpath(*parts), root.joinpath(*(part.lower() for part in parts))
    return small if small.is_file() and not stated.is_file() else stated
