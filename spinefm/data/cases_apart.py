"""Folders that keep cases apart: films of one name lie in the folders of their patients, and only there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from pathlib import PurePath

_LAYOUT = (
    "images image imgs img films film pictures photos xrays radiographs jpegimages imagestr imagests labels label "
    "masks mask segmentations annotations annotation ann gts labelstr labelsts rawdata derivatives la lateral default "
    "obj_train_data json jsons xml txt csv png jpg jpeg dicom dcm nifti raw all labelme coco yolo voc cvat via "
    "labelstudio supervisely data dataset datasets set upload uploads media files export exports"
)
LAYOUT = frozenset(_LAYOUT.split())
"""Folders that say what lies in them, and not of whom; in small letters."""
READER = re.compile(r"(?:reader|rater|annotator|observer|expert)s?[-_ ]?\w{0,3}")
"""Folders of those who drew."""
UPLOADS = ("upload", "uploads")
"""Folders below which Label Studio numbers its projects."""
SPLITS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("val", "valid", "validation"), "val"),
    **dict.fromkeys(("test", "testing"), "test"),
}
"""Folders of the parts of a data set, by what they are called."""


def folded(name: str) -> str:
    """A name without case, its accents composed: programs and file systems write both in two ways."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def may_share(
    label: Sequence[str], stated: Sequence[str], film: Sequence[str], cases: AbstractSet[str] = frozenset()
) -> bool:
    """Whether a label in the folders `label`, which states those in `stated` for its film, may mean one in `film`.

    All are without case; `cases` are the folders of all films that may be those of cases. A film of the label's name in
    another patient's folder is that of somebody else: where the label's folder is one of `cases`, or called as the
    film's but for a number or a letter. Any other name is that of a kind of file, or of the machine that it was on.

    >>> may_share(["labels"], [], ["images"]), may_share(["a"], [], ["b"]), may_share([], ["c:", "me", "b"], ["b"])
    (True, False, True)
    >>> may_share(["polygons"], [], ["scans"]), may_share(["smith"], [], ["jones"], {"smith", "jones"})
    (True, False)
    """
    parts = [{SPLITS[word] for word in _words(folders) if word in SPLITS} for folders in ((*label, *stated), film)]
    if all(parts) and parts[0].isdisjoint(parts[1]):
        return False
    seen, told, own = ([*_of_cases(folders)] for folders in (label, stated, film))
    claimed = told or seen
    if not claimed or not own:
        return True
    shared = min(len(own), len(claimed))
    if own[-shared:] == claimed[-shared:]:
        above = own[:-shared]
        return not (above and told and seen) or above == seen
    return cases.isdisjoint(claimed) and not _are_siblings(claimed[-1], own[-1])


def case_names(folders: Iterable[Sequence[str]]) -> frozenset[str]:
    """The folders without case, of those that lead to some films, that may be those of cases."""
    return frozenset(name for each in folders for name in _of_cases(each))


def names_case(folders: Sequence[str]) -> bool:
    """Whether one of some folders without case may be that of a case."""
    return any(True for _ in _of_cases(folders))


def cases_in(path: PurePath) -> list[str]:
    """The folders of a path that may be those of cases, without case."""
    return [*_of_cases([folded(part) for part in path.parts[:-1] if part not in ("..", "/")])]


def folders_of(place: str) -> Sequence[str]:
    """The folders of a place, without case."""
    return folded(place).split("/")[:-1]


def _are_siblings(one: str, other: str) -> bool:
    """Whether two folders are called as those of two cases are: alike but for their numbers, or for one letter."""
    if re.sub(r"\d+", "0", one) == re.sub(r"\d+", "0", other):
        return True
    return len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1


def _of_cases(folders: Sequence[str]) -> Iterator[str]:
    """The folders that may be those of cases."""
    for above, one in zip(("", *folders), folders, strict=False):
        is_project = above in UPLOADS and one.isdigit()
        is_layout = all(word in LAYOUT or word in SPLITS for word in _words([one]))
        if not (is_layout or one in LAYOUT or is_project or READER.fullmatch(one)):
            yield one


def _words(folders: Sequence[str]) -> list[str]:
    """The words of folders such as `images_train`."""
    return [word for one in folders for word in re.split(r"[_\-. ]+", one)]
