"""The files of a data set: films by path, folder and name, their sizes, and what could not be listed."""

from __future__ import annotations

import contextlib
import os
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePath, PurePosixPath
from typing import BinaryIO, TypeVar
from urllib.parse import unquote

from PIL import ExifTags, Image

from spinefm.core.checksum import sha256_of
from spinefm.core.foreign import read_bytes, read_head
from spinefm.core.masks import MOST_PIXELS
from spinefm.data.case import DatasetError, Skipped
from spinefm.data.cases_apart import case_names, folded, may_share, names_case
from spinefm.data.nifti import nifti_size
from spinefm.imaging import kinds, raster
from spinefm.imaging.deep import SIDEWAYS
from spinefm.imaging.listing import NAMED_SUFFIXES as NOT_READ

DICOM_SUFFIXES = (".dcm", ".dicom", ".ima")
PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".tif", ".tiff")
NAMED_SUFFIXES = (".bmp", ".jls", *NOT_READ, ".pdf")
"""Files that are taken for a film because reading them says what they are, and rare ones that are read."""
FILM_SUFFIXES = (*DICOM_SUFFIXES, *PICTURE_SUFFIXES, ".nii", ".nii.gz", *NAMED_SUFFIXES)
"""Endings of films; of several films of one name the earlier ending wins where nothing else decides."""
SIZED = ("PNG", "JPEG", "TIFF", "BMP")
"""Formats whose header is read for the size of a picture."""
WIDTH_TAG, HEIGHT_TAG = 256, 257
"""Entries of a TIFF with the size of its picture as it is stored."""
MOST_FILES = 200_000
LEFT_BEHIND = ("thumbs.db", "desktop.ini", "@eadir")
"""What file managers leave in folders, in small letters."""
DATE = r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
UPLOADED = re.compile(rf"(?!{DATE})[0-9a-f]{{8}}-(?=.)")
"""What Label Studio puts before the name of a file that is uploaded; a date is part of a name."""
NO_LABEL = "no label"
"""What is given in place of a label for a film that has none: nothing of it could be judged."""
BARE = "no label belongs to this film{}; add one or remove the film."
"""What is said of it, with its path where its name does not tell which it is."""
MAX_FILM_BYTES = 64 << 20
MARKS = 1 << 10
"""Bytes of a file that say what kind it is."""
HEAD = 1 << 18
"""Bytes of a DICOM file that hold its size, as a rule."""
Label = TypeVar("Label")


def visible_files(root: Path) -> list[Path]:
    """All files below `root` in the order of their paths; hidden ones and what lies in hidden folders left out.

    Links to folders are followed, but no folder is listed twice. Raises DatasetError for a folder that may not be
    listed and for more files than a data set has.
    """
    found: list[Path] = []
    seen: set[str] = set()
    for folder, folders, names in os.walk(root, followlinks=True, onerror=_unlistable):
        real = os.path.realpath(folder)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        visible = [name for name in folders if not is_hidden(name)]
        folders[:] = sorted(visible, key=lambda name: (Path(folder, name).is_symlink(), name))
        found += [Path(folder, name) for name in names if not is_hidden(name)]
        if len(found) > MOST_FILES:
            raise DatasetError(f"{root} contains more than {MOST_FILES} files; choose the folder of one data set.")
    return sorted(path for path in found if path.is_file())


def folder_in(root: Path, *names: str) -> Path | None:
    """The first of the folders `names` in `root`, written so or in another case; None where there is none."""
    folders = {path.name.lower(): path for path in sorted(root.iterdir(), reverse=True) if path.is_dir()}
    found = (root / name if (root / name).is_dir() else folders.get(name.lower()) for name in names)
    return next((path for path in found if path is not None), None)


def is_hidden(name: str) -> bool:
    """Whether a file or folder is one that systems hide, or that a file manager left."""
    return name.startswith((".", "__MACOSX")) or name.lower() in LEFT_BEHIND


def _unlistable(error: OSError) -> None:
    name = Path(error.filename or "").name
    raise DatasetError(
        f"The folder {name} cannot be listed ({error.strerror}); ask for permission to read it."
    ) from error


def film_stem(path: Path) -> str:
    """A film's name without its ending."""
    lowered = path.name.lower()
    ending = next((ending for ending in (".nii.gz", *FILM_SUFFIXES) if lowered.endswith(ending)), "")
    return path.name[: len(path.name) - len(ending)]


def by_film_name(labelled: Sequence[tuple[Path, Label]]) -> dict[str, Label]:
    """What labels say, by the name of their film: `labelled` has each film's path as the label states it.

    The name is the path without its ending where another film has the same name, and counts where paths are the same.

    >>> by_film_name([(Path("a/neck.png"), 1), (Path("b/neck.png"), 2), (Path("back.png"), 3), (Path("b/neck.png"), 4)])
    {'a/neck': 1, 'b/neck': 2, 'back': 3, 'b/neck (2)': 4}
    """
    stems = Counter(film_stem(place) for place, _ in labelled)
    found: dict[str, Label] = {}
    for place, label in labelled:
        stem = film_stem(place)
        name = stem if stems[stem] == 1 else str(place.with_name(stem))
        names = (name if count == 1 else f"{name} ({count})" for count in range(1, len(labelled) + 2))
        found[next(name for name in names if name not in found)] = label
    return found


def stated_place(stated: object) -> Path:
    """Where a film lies as a label states it, which may be an address or a path of Windows.

    >>> stated_place("https://films.org/a/neck%201.png?token=1"), stated_place("a\\\\neck.png")
    (PosixPath('https:/films.org/a/neck 1.png'), PosixPath('a/neck.png'))
    """
    text = str(stated)
    text = text.partition("?")[0] if "://" in text else text
    return Path(unquote(text).replace("\\", "/"))


def place_of(path: Path, root: Path) -> str:
    """Where a film lies below `root`, without its ending."""
    return path.with_name(film_stem(path)).relative_to(root).as_posix()


def stem_of_place(place: str) -> str:
    """The last part of a place."""
    return place.rpartition("/")[2]


def by_stem(places: Iterable[str]) -> dict[str, list[str]]:
    """Places by their last part; no place for a part that none has."""
    found: dict[str, list[str]] = defaultdict(list)
    for place in places:
        found[stem_of_place(place)].append(place)
    return found


class KnownNames:
    """Names to look up by what somebody wrote for them."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = set(names)
        self._folded: dict[str, list[str]] = defaultdict(list)
        for name in sorted(self._names):
            self._folded[folded(name)].append(name)

    def find(self, written: str) -> str | None:
        """The name as written, else the only one that differs in case or the form of accents alone."""
        if written in self._names:
            return written
        close = self._folded.get(folded(written), [])
        return close[0] if len(close) == 1 else None


def is_film(path: Path) -> bool:
    """Whether a file ends as films do, or has none and DICOM's mark, as archives name DICOM files, or a picture's."""
    if path.name.lower().endswith(FILM_SUFFIXES):
        return True
    return (not path.suffix or path.suffix[1:].isdigit()) and path.name.upper() != "DICOMDIR" and _has_mark(path)


def _has_mark(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            head = stream.read(kinds.HEAD)
            return kinds.is_dicom(head) or kinds.is_picture(head)
    except OSError:  # what cannot be read is said when it is asked for as a film
        return False


@dataclass(frozen=True)
class Films:
    """The films of a data set below `root`."""

    root: Path
    paths: tuple[Path, ...]

    @classmethod
    def among(cls, root: Path, files: Iterable[Path]) -> Films:
        """The films among `files`."""
        return cls(root, tuple(path for path in files if is_film(path)))

    def stems(self) -> dict[str, list[Path]]:
        """The films of each name, those with the preferred ending first."""
        found: dict[str, list[Path]] = defaultdict(list)
        for path in sorted(self.paths, key=_preference):
            found[film_stem(path)].append(path)
        return found

    def places(self) -> dict[str, list[Path]]:
        """The films of each place: their path below the root without the ending, the preferred ending first."""
        found: dict[str, list[Path]] = defaultdict(list)
        for path in sorted(self.paths, key=_preference):
            found[place_of(path, self.root)].append(path)
        return found

    def named(self) -> dict[str, list[Path]]:
        """The films of each name: the film's own, or its place where films in two folders have the same name."""
        places = self.places()
        stems = by_stem(places)
        return {stem if len(same) == 1 else place: places[place] for stem, same in stems.items() for place in same}

    def of_label(self, label: Path, stated: object = None) -> Path:
        """The film of a label, as `find` finds it. Raises ValueError where there is none too."""
        found = self.find(label, stated)
        if found is None:
            raise ValueError(self.missing(stated, label))
        return found

    def find(self, label: Path, stated: object = None) -> Path | None:
        """The film of a label: the file that it names, beside it first; else the one of the label's own name.

        Never outside the data set; None where there is none. Raises ValueError for several of which nothing decides.
        """
        wanted = [*_names(stated)] if stated else []
        wanted.append((wanted[0][0] if wanted else (), label.stem))
        found = (self._named(label.parent, name, folders) for folders, name in wanted)
        return next((path for path in found if path is not None), None)

    def of_entry(self, file: Path, stated: object) -> Path:
        """The film of an entry of a file, as `entry` finds it. Raises ValueError where there is none too."""
        found = self.entry(file, stated)
        if found is None:
            raise ValueError(self.missing(stated, file))
        return found

    def entry(self, file: Path, stated: object) -> Path | None:
        """The film that an entry of a file names, beside it first; a file of many films has a name of its own.

        Never outside the data set; None where there is none. Raises ValueError for several of which nothing decides.
        """
        found = (self._named(file.parent, name, folders) for folders, name in _names(stated))
        return next((path for path in found if path is not None), None)

    def missing(self, stated: object, label: Path) -> str:
        """Why a label has no film, and what there is of its name in folders of other cases."""
        same = self._pools.get(folded(film_stem(stated_place(stated)) if stated else label.stem), [])
        why = f"its film{_called(stated)} is missing"
        if not same:
            return why
        place = same[0].relative_to(self.root).as_posix()
        return f"{why}, and {place} may be another case's; put a label beside its film"

    def called(self, name: str) -> list[Path]:
        """All films of a name with its ending, whatever the case and form of accents."""
        pool = self._pools.get(folded(film_stem(Path(name))), [])
        return [path for path in pool if folded(path.name) == folded(name)]

    def meant(self, file: Path, stated: object, size: int) -> Path | None:
        """The film of an entry: of those of its name the only one of `size` bytes, -1 for any, as `entry` finds it.

        None where there is none. Raises ValueError for several of which nothing decides, and for other sizes alone.
        """
        same = self.called(stated_place(stated).name)
        exact = [path for path in same if path.stat().st_size == size]
        if size < 0 or not same or len(exact) > 1:
            return self.entry(file, stated)
        if not exact:
            sizes = " and ".join(str(path.stat().st_size) for path in same[:3])
            raise ValueError(f"it is drawn on a film{_called(stated)} of {size} bytes, but that here has {sizes}")
        return exact[0]

    def checksum(self, film: Path) -> str:
        """The sha256 of a film's file, which is read once."""
        if film not in self._checksums:
            self._checksums[film] = sha256_of(film)
        return self._checksums[film]

    @cached_property
    def _checksums(self) -> dict[Path, str]:
        return {}

    def meant_by(self, file: Path, stated: object) -> Path | None:
        """The film of an entry as `entry` finds it; None also where nothing decides between several."""
        with contextlib.suppress(ValueError):
            return self.entry(file, stated)
        return None

    def beside(self, found: Iterable[Path | None]) -> list[Path]:
        """The films that have another place than those `found`, whatever their endings."""
        places = {path.with_name(film_stem(path)) for path in found if path is not None}
        return [path for path in self.paths if path.with_name(film_stem(path)) not in places]

    def bare(self, found: Iterable[Path | None], undecided: Iterable[str]) -> tuple[Skipped, ...]:
        """The films that no label means, given those `found`; one may mean a film of a name that is `undecided`.

        What is said of one tells its path where several films have the name.
        """
        left = without_names(self.beside(found), undecided)
        return tuple(Skipped(path.name, BARE.format(self._which(path)), NO_LABEL) for path in left)

    def _which(self, path: Path) -> str:
        """The path of a film, to be put behind it, where its name does not tell which it is."""
        is_known = len(self._pools[folded(film_stem(path))]) == 1
        return "" if is_known else f" ({path.relative_to(self.root).as_posix()})"

    def uploaded(self, name: str) -> list[Path]:
        """The films that Label Studio calls `name` after an upload, which takes out what may not be in an address."""
        return self._uploads.get(name, [])

    @cached_property
    def _uploads(self) -> Mapping[str, list[Path]]:
        uploads: dict[str, list[Path]] = defaultdict(list)
        for path in self.paths:
            uploads[re.sub(r"[^-\w.]", "", path.name.strip().replace(" ", "_"))].append(path)
        return uploads

    @cached_property
    def _pools(self) -> Mapping[str, list[Path]]:
        """The films of each name without ending, case and form of accents."""
        pools: dict[str, list[Path]] = defaultdict(list)
        for path in self.paths:
            pools[folded(film_stem(path))].append(path)
        return pools

    @cached_property
    def _ends(self) -> Mapping[tuple[str, ...], list[Path]]:
        """The films of each name in a folder of each name: thousands may have one name, each in its own folder."""
        ends: dict[tuple[str, ...], list[Path]] = defaultdict(list)
        for path in self.paths:
            ends[_end(path)].append(path)
        return ends

    def _named(self, folder: Path, name: str, stated: Sequence[str]) -> Path | None:
        """The film that `name` means, seen from `folder`, where it lies in the folders that are `stated` for it.

        None where there is none, or only in folders of other cases.
        """
        beside = folder / name
        if beside.parent == folder and beside in self._ends.get(_end(beside), ()):
            return beside
        pool = self._pools.get(folded(film_stem(Path(name))), [])
        near = self._ends.get(_end(PurePosixPath(name)), [])
        close = _matching(near, name, str) or _matching(pool, name, str) or _matching(pool, name, folded)
        label = self._folders(folder)
        here = [path for path in close if path.parent == folder] or [
            path for path in close if may_share(label, stated, self._folders(path.parent), self._cases)
        ]
        if len(close) > 1 and not names_case([*label, *stated]):
            here = here or close
        if len({path.with_name(film_stem(path)) for path in here}) > 1:
            places = ", ".join(sorted(path.relative_to(self.root).as_posix() for path in here)[:3])
            raise ValueError(f"{len(here)} films could belong to it ({places}); put the label beside its film")
        return min(here, key=_preference, default=None)

    @cached_property
    def _cases(self) -> frozenset[str]:
        """The folders of films that may be those of cases, without case."""
        return case_names(map(self._folders, {path.parent for path in self.paths}))

    def _folders(self, folder: Path) -> Sequence[str]:
        """The folders below the root that lead to `folder`, without case; none for one that is not below it."""
        return [*map(folded, folder.relative_to(self.root).parts)] if folder.is_relative_to(self.root) else []


def _end(path: PurePath) -> tuple[str, ...]:
    """The names of a film and its folder without case and form of accents."""
    return tuple(map(folded, path.parts[-2:]))


def _matching(films: Sequence[Path], name: str, form: Callable[[str], str]) -> list[Path]:
    """The films that `name` is the end of the path of, else those of its last part without ending, both in a `form`."""
    parts = [form(part) for part in PurePosixPath(name).parts]
    exact = [path for path in films if [form(part) for part in path.parts[-len(parts) :]] == parts] if parts else []
    stem = form(film_stem(Path(name)))
    return exact or [path for path in films if form(film_stem(path)) == stem]


def unlabelled(films: Iterable[Path], labelled: Iterable[str]) -> tuple[Skipped, ...]:
    """The films of which no label has the name, given the names without endings of those that have one."""
    return tuple(Skipped(path.name, BARE.format(""), NO_LABEL) for path in without_names(films, labelled))


def without_names(films: Iterable[Path], names: Iterable[str]) -> list[Path]:
    """The films that have none of the names without endings."""
    paths = [*films]
    films_by_name = KnownNames(map(film_stem, paths))
    known = {films_by_name.find(name) for name in names}
    return [path for path in paths if film_stem(path) not in known]


def _names(stated: object) -> Iterator[tuple[Sequence[str], str]]:
    """What a label calls its film, as it is, decoded as an address, by the last part alone, and before its upload.

    Each with the folders that are stated for it, without case.
    """
    text = str(stated).strip().replace("\\", "/")
    for name in dict.fromkeys((text, unquote(text), unquote(text.partition("?")[0]))):
        parts = [part for part in name.split("/") if part not in ("", ".", "..")]
        folders = [*map(folded, parts[:-1])]
        if parts:
            yield folders, "/".join(parts)
            yield folders, parts[-1]
            if UPLOADED.match(parts[-1]):
                yield folders, UPLOADED.sub("", parts[-1])


def _called(stated: object) -> str:
    name = stated_place(str(stated).strip()).name if stated else ""
    return f" {name}" if name else ""


def _preference(path: Path) -> tuple[int, str]:
    """Pictures before DICOM files before what is read only to be named."""
    lowered = path.name.lower()
    order = (*PICTURE_SUFFIXES, ".nii", ".nii.gz", *DICOM_SUFFIXES, "", *NAMED_SUFFIXES)
    return next(index for index, ending in enumerate(order) if lowered.endswith(ending)), str(path)


def picture_size(path: Path) -> tuple[int, int] | None:
    """(width, height) of a film from its header, upright as its orientation says; None where reading it must tell.

    The content says what kind of file it is, as when the film is read. Raises ValueError for a picture larger than any
    film, OSError for a file that is not there.
    """
    head = read_head(path, MARKS)
    if kinds.is_picture(head):
        return _raster_size(path)
    if kinds.is_nifti(head) or kinds.is_gzip(head):
        with contextlib.suppress(ValueError, EOFError, zlib.error):
            return nifti_size(read_bytes(path, MAX_FILM_BYTES), path.name)
        return None
    if kinds.may_be_dicom(head) or (path.name.lower().endswith(DICOM_SUFFIXES) and not kinds.named_kind(head)):
        return _dicom_size(path)
    return None


def _raster_size(path: Path) -> tuple[int, int] | None:
    try:
        with open_picture(path) as picture:
            return upright_size(picture)
    except OSError:  # damaged, or of a rare kind
        return raster.rare_size(read_bytes(path, MAX_FILM_BYTES))


def _dicom_size(path: Path) -> tuple[int, int] | None:
    """(width, height) as the header of a DICOM file states them; None where it does not."""
    from spinefm.imaging import dicom  # takes time to import

    return dicom.size_of(read_head(path, HEAD)) or dicom.size_of(read_bytes(path, MAX_FILM_BYTES))


def upright_size(picture: Image.Image) -> tuple[int, int]:
    """(width, height) of a picture rotated as its orientation says; Pillow states that of a TIFF rotated already."""
    tags = getattr(picture, "tag_v2", {})
    width, height = tags.get(WIDTH_TAG, picture.width), tags.get(HEIGHT_TAG, picture.height)
    return (height, width) if orientation(picture) in SIDEWAYS else (width, height)


def open_picture(source: Path | BinaryIO) -> Image.Image:
    """A picture whose header alone is read. Raises ValueError for more pixels than a film has, OSError for none."""
    try:
        picture = Image.open(source, formats=SIZED)
    except Image.DecompressionBombError as error:
        raise ValueError("the picture has more pixels than any film") from error
    if picture.size[0] * picture.size[1] > MOST_PIXELS:
        picture.close()
        raise ValueError(f"the picture has {picture.size[0]} x {picture.size[1]} pixels, more than any film")
    return picture


def orientation(picture: Image.Image) -> int:
    """A picture's EXIF orientation, 1 where it has none."""
    return int(picture.getexif().get(ExifTags.Base.Orientation, 1) or 1)
