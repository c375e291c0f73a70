"""Pascal VOC: an XML file per film, whose objects are named after levels.

Boxes become boxes; the polygons that Roboflow, X-AnyLabeling and the first LabelMe add, and roLabelImg's rotated boxes
become bodies. The parts of an object count as objects do.
"""

from __future__ import annotations

import contextlib
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from spinefm.data.case import Case, DamagedCase, DatasetError, Skipped
from spinefm.data.dataset import Dataset
from spinefm.data.films import Films, film_stem, stated_place, visible_files
from spinefm.data.labels import Conventions, label_of, size_on_film, stated_size
from spinefm.data.repeated import rivals
from spinefm.data.sheet import Sheet
from spinefm.data.splits import by_subject
from spinefm.data.xml_files import read_xml

TOP = "annotation"
"""The top element of a label."""
HALF = -0.5
"""Programs count from pixel corners, half a pixel from pixel centres."""
MASKS = ("SegmentationClass", "SegmentationObject")
"""Folders of masks in colours."""
COORDINATE = re.compile(r"([xy])(\d+)")


@dataclass(frozen=True)
class VocLabel:
    """A label: its file, its top element, and the name and folder of its film as it states them."""

    file: Path
    top: ElementTree.Element

    @property
    def stated(self) -> str:
        """The film's name; "" where there is none."""
        return _text(self.top, "filename")

    def film(self, films: Films) -> Path:
        """The film that is meant, in the stated folder where there are such. Raises ValueError where there is none."""
        folder = _text(self.top, "folder")
        return films.of_label(self.file, f"{folder}/{self.stated}" if folder and self.stated else self.stated)


def open_voc(root: Path, conventions: Conventions | None = None) -> Dataset:
    """The labels below `root`. Raises DatasetError where there is none."""
    files, conventions = visible_files(root), conventions or Conventions()
    pictures = [path for path in files if not set(MASKS) & set(path.relative_to(root).parts[:-1])]
    films = Films.among(root, pictures)
    labels, damaged = _labels([path for path in files if path.suffix.lower() == ".xml"])
    if not labels:
        reasons = " ".join(one.why for one in damaged[:3])
        raise DatasetError(f"{root} contains no Pascal VOC file (.xml) that can be read. {reasons}".strip())
    stems = Counter(label.file.stem for label in labels)
    found = {_name(label.file, root, stems): label for label in labels}

    meant = {name: _meant(label, films) for name, label in found.items()}
    why = rivals((name, label.file, meant[name], _drawn(label)) for name, label in found.items())

    def read(name: str) -> Case:
        return _read(name, found[name], films, conventions, why.get(name, ""))

    masks = Counter(path.parent.name for path in files if path not in set(pictures))
    colours = [Skipped(name, f"{count} masks in colours are not read.", "masks") for name, count in masks.items()]
    skipped = (*damaged, *colours, *_bare(labels, [Path(one.name).stem for one in damaged], films))
    return Dataset("voc", tuple(found), read, skipped, by_subject({name: name for name in found}))


def _labels(files: Sequence[Path]) -> tuple[list[VocLabel], list[Skipped]]:
    """The labels, and the files that are none."""
    found: list[VocLabel] = []
    skipped: list[Skipped] = []
    for path in files:
        try:
            with label_of(path.name):
                top = read_xml(path)
                if top.tag != TOP:
                    raise ValueError(f"it begins with {top.tag[:40]!r}")
            found.append(VocLabel(path, top))
        except DamagedCase as error:
            skipped.append(Skipped(path.name, str(error)))
    return found, skipped


def _bare(labels: Sequence[VocLabel], damaged: Sequence[str], films: Films) -> tuple[Skipped, ...]:
    """The films that no label means; those of a `damaged` label or of one that does not say which are none."""
    known, undecided = [], [*damaged]
    for label in labels:
        try:
            known.append(label.film(films))
        except ValueError:
            undecided.append(film_stem(stated_place(label.stated or label.file.stem)))
    return films.bare(known, undecided)


def _name(path: Path, root: Path, stems: Counter[str]) -> str:
    return path.stem if stems[path.stem] == 1 else path.relative_to(root).with_suffix("").as_posix()


def _meant(label: VocLabel, films: Films) -> Path | None:
    """The film of a label; None where there is none, or nothing decides between several."""
    with contextlib.suppress(ValueError):
        return label.film(films)
    return None


def _drawn(label: VocLabel) -> str:
    """What a label says of its film."""
    return "\n".join(sorted(ElementTree.tostring(one, "unicode").strip() for one in label.top.iter("object")))


def _read(name: str, label: VocLabel, films: Films, conventions: Conventions, why: str) -> Case:
    with label_of(label.file.name):
        if why:
            raise ValueError(why)
        film, size = label.film(films), label.top.find("size")
        given = None if size is None else stated_size(_text(size, "width"), _text(size, "height"))
        sheet = Sheet(name, size_on_film(given, film), conventions)
        for one in label.top.iter("object"):
            _take(sheet, one)
            for part in one.iter("part"):
                _take(sheet, part)
        return sheet.case(film)


def _take(sheet: Sheet, one: ElementTree.Element) -> None:
    """Put one object on the sheet."""
    label = _text(one, "name")
    polygons, rotated, box = one.findall("polygon"), one.find("robndbox"), one.find("bndbox")
    if _text(one, "deleted") == "1":
        sheet.leave_out(label, "it was deleted in the program that drew it")
    elif polygons:
        for polygon in polygons:
            sheet.polygon(label, [*_points(polygon)], HALF, id(one))
    elif rotated is not None:
        sheet.rotated_box(label, _corners_of_rotated(rotated), _degrees(rotated), HALF)
    elif box is not None:
        sheet.box(label, [_text(box, side) for side in ("xmin", "ymin", "xmax", "ymax")])
    elif one.find("part") is None:
        sheet.leave_out(label, "it has neither a box nor a polygon")


def _points(polygon: ElementTree.Element) -> Iterator[list[str]]:
    """The points of a polygon as text, which filling checks: elements of x and y, or x1, y1, x2, y2 …"""
    numbered: dict[int, dict[str, str]] = {}
    for one in polygon:
        if one.tag in ("pt", "point"):
            yield [_text(one, "x"), _text(one, "y")]
        elif found := COORDINATE.fullmatch(one.tag):
            numbered.setdefault(int(found[2]), {})[found[1]] = (one.text or "").strip()
    for place in sorted(numbered):
        yield [numbered[place].get("x", ""), numbered[place].get("y", "")]


def _corners_of_rotated(box: ElementTree.Element) -> list[float]:
    """x0, y0, x1, y1 of roLabelImg's box before it is rotated; NaN for what is no number."""
    x, y, width, height = (_number(_text(box, key)) for key in ("cx", "cy", "w", "h"))
    return [x - width / 2, y - height / 2, x + width / 2, y + height / 2]


def _degrees(box: ElementTree.Element) -> float:
    """By how many degrees roLabelImg's box is rotated clockwise, which it states in radians."""
    return math.degrees(_number(_text(box, "angle")))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _text(one: ElementTree.Element, tag: str) -> str:
    return (one.findtext(tag) or "").strip()
