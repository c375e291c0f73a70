"""Every layout by name, and telling which one a folder has."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from spinefm.core.checksum import sha256_of
from spinefm.core.foreign import foreign_input, read_json
from spinefm.core.result_names import LABELS, TRACE
from spinefm.data.archive import unpack
from spinefm.data.buu import LATERAL, open_buu
from spinefm.data.case import DatasetError
from spinefm.data.coco import open_coco
from spinefm.data.csxa import CORNERS, open_csxa
from spinefm.data.cvat import TOP as CVAT
from spinefm.data.cvat import open_cvat
from spinefm.data.dataset import Dataset
from spinefm.data.films import film_stem, folder_in, is_hidden, visible_files
from spinefm.data.folder import open_folder
from spinefm.data.hub import PREFIX, fetch
from spinefm.data.labelme import open_labelme
from spinefm.data.labels import Conventions
from spinefm.data.labelstudio import open_label_studio
from spinefm.data.labelstudio_files import is_label_studio
from spinefm.data.maps import FILM_FOLDERS, MAP_FOLDERS, is_map, open_maps
from spinefm.data.nnunet import PARTS, open_nnunet
from spinefm.data.results import open_results
from spinefm.data.spinefm_layout import open_spinefm_layout
from spinefm.data.supervisely import is_supervisely, open_supervisely
from spinefm.data.via import open_via
from spinefm.data.via_files import is_via, is_via_table
from spinefm.data.voc import TOP as VOC
from spinefm.data.voc import open_voc
from spinefm.data.xml_files import read_xml
from spinefm.data.yolo import is_in_labels, label_files, open_yolo
from spinefm.data.yolo_classes import LISTS

Reader = Callable[[Path, Conventions], Dataset]
KINDS: MappingProxyType[str, Reader] = MappingProxyType(
    {
        "phantom": open_folder,
        "csxa": open_csxa,
        "spinefm": open_spinefm_layout,
        "nhanes2": open_spinefm_layout,
        "labelme": open_labelme,
        "coco": open_coco,
        "maps": open_maps,
        "nnunet": open_nnunet,
        "yolo": open_yolo,
        "cvat": open_cvat,
        "via": open_via,
        "voc": open_voc,
        "labelstudio": open_label_studio,
        "supervisely": open_supervisely,
        "buu": open_buu,
        "results": open_results,
    }
)
"""The readers by the names under which a user asks for them; "auto" tells the layout by looking."""
NO_LAYOUT = (
    f"has none of the known layouts of films with truth ({', '.join(KINDS)}); give label maps or outlines with the "
    "films, laid out as one of them"
)
"""What is said of a folder that none of the readers knows; where the layouts are listed, other words take its place."""
SOURCE = ".spinefm-zip"
"""The file in an unpacked folder that holds the checksum of its zip."""
LOOKED_AT = 20
"""JSON files that are opened to tell a layout: the first ones may be broken."""
TOLD: MappingProxyType[str, Callable[[Any], bool]] = MappingProxyType(
    {"via": is_via, "labelstudio": is_label_studio, "supervisely": is_supervisely}
)
"""What tells the value of a JSON file of some layouts."""
LAST = frozenset(TOLD)
"""Layouts whose files lie beside those of others, as what these were made from: the others come first."""
OWN_FOLDERS = frozenset(map(str.lower, (*FILM_FOLDERS, *MAP_FOLDERS, *PARTS, *PARTS.values(), LATERAL, "imgs", "gts")))
"""Folders that are part of a layout, even where they are alone; in small letters."""
COMPANY = (".txt", ".md", ".pdf", ".rtf", ".docx", ".html", ".url")
COMPANY_NAMES = ("README", "LICENSE", "LICENCE", "COPYING", "CITATION")
"""Endings and names of files that lie beside the folder of a data set and are no part of it."""


def open_dataset(
    kind: str, root: str | Path, unpack_to: Path | None = None, conventions: Conventions | None = None
) -> Dataset:
    """The data set of layout `kind` at `root`: a folder, a zip (unpacked as `unpack_to`), or `hf:owner/name`.

    conventions: the user's names of levels and ids of label maps.
    Raises DatasetError for an unknown kind, a root that is not there, and a layout that is another one.
    """
    if kind != "auto" and kind not in KINDS:
        raise DatasetError(f"There is no data set called {kind!r}; choose one of: auto, {', '.join(KINDS)}.")
    known = unpack_to is not None and unpack_to.is_dir()
    root_folder = _folder(root, unpack_to)
    try:
        with foreign_input(lambda reason: DatasetError(f"{root_folder} cannot be read ({reason}); check it.")):
            folder = _only_child(root_folder)
            return KINDS[kind_of(folder) if kind == "auto" else kind](folder, conventions or Conventions())
    except DatasetError:
        if root_folder == unpack_to and not known:
            shutil.rmtree(root_folder, ignore_errors=True)
        raise


def _folder(root: str | Path, unpack_to: Path | None) -> Path:
    """The folder of a data set; a zip is unpacked once, and what was unpacked of another zip is never taken for it."""
    if str(root).startswith(PREFIX):
        return fetch(str(root))
    path = Path(root)
    if path.is_dir():
        return path
    if not path.exists():
        raise DatasetError(f"{path} does not exist; check the name and the folder.")
    if unpack_to is None:
        raise DatasetError(f"{path} is not a folder; unpack it first.")
    mark = unpack_to / SOURCE
    if not unpack_to.is_dir():
        unpack(path, unpack_to)
        mark.write_text(sha256_of(path))
    elif not mark.is_file() or mark.read_text() != sha256_of(path):
        raise DatasetError(f"{unpack_to} is not what {path.name} contains now; remove it, or choose another --out.")
    return unpack_to


def _only_child(folder: Path) -> Path:
    """The folder inside `folder` when there is nothing else that counts, as in most zips."""
    inside = [path for path in folder.iterdir() if not (is_hidden(path.name) or _is_company(path))]
    if len(inside) != 1 or not inside[0].is_dir() or inside[0].name.lower() in OWN_FOLDERS:
        return folder
    return folder if (inside[0] / LABELS).is_file() else _only_child(inside[0])


def _is_company(path: Path) -> bool:
    """Whether a file says something about the data set in the folder beside it."""
    is_about = path.suffix.lower() in COMPANY or path.name.upper() in COMPANY_NAMES
    return is_about and path.name.lower() not in LISTS and path.is_file()


def kind_of(folder: Path) -> str:
    """The layout of a folder. Raises DatasetError where it has none that is known."""
    by_folders = _kind_of_folders(folder)
    if by_folders:
        return by_folders
    files = visible_files(folder)
    faults: list[str] = []
    told = _kinds_of_contents(files, faults)
    kind = next((kind for kind in told if kind not in LAST), None) or next(_kinds_of_files(folder, files, told), None)
    if kind is not None:
        return kind
    why = f" {faults[0]}" if faults else ""
    raise DatasetError(f"{folder} {NO_LAYOUT}.{why}")


def _kind_of_folders(folder: Path) -> str | None:
    """The layout that a folder's own folders tell."""
    if folder_in(folder, "imgs") and folder_in(folder, "gts"):
        return "spinefm"
    if (folder / "dataset.json").is_file() and folder_in(folder, *PARTS):
        return "nnunet"
    return "results" if any(folder.glob(f"*/{TRACE}")) and any(folder.glob(f"*/{LABELS}")) else None


def _kinds_of_contents(files: Sequence[Path], faults: list[str]) -> list[str]:
    """The layouts that the contents of JSON files and tables tell, up to the first one that nothing overrules."""
    told: list[str] = []
    for path in [path for path in files if path.suffix.lower() == ".json"][:LOOKED_AT]:
        kind = _kind_of_json(path, faults)
        if kind is not None:
            told.append(kind)
        if kind is not None and kind not in LAST:
            return told
    tables = [path for path in files if path.suffix.lower() == ".csv"][:LOOKED_AT]
    return [*told, "via"] if any(map(is_via_table, tables)) else told


def _kinds_of_files(folder: Path, files: Sequence[Path], told: Sequence[str]) -> Iterator[str]:
    """The layouts that a folder's files suggest, the surest first, and those that contents told."""
    names = {path.name.lower() for path in files}
    texts = label_files(folder, files)
    in_labels = [path for path in texts if is_in_labels(path, folder)]
    has_names = any(name in LISTS or name.endswith((".yaml", ".yml")) for name in names)
    if in_labels and has_names:
        yield "yolo"
    if xml := [path for path in files if path.suffix.lower() == ".xml"]:
        yield _kind_of_xml(xml[:LOOKED_AT])
    if any(path.parent.name.upper() == LATERAL and path.suffix.lower() == ".csv" for path in files):
        yield "buu"
    if _are_labels(in_labels, files):
        yield "yolo"  # without names, which it asks for
    if folder_in(folder, *FILM_FOLDERS) and _may_hold_maps(folder_in(folder, *MAP_FOLDERS), bool(told)):
        yield "maps"
    if texts and has_names:
        yield "yolo"
    yield from told


def _kind_of_xml(files: Sequence[Path]) -> str:
    """CVAT's layout, or Pascal VOC's where some of the files are labels of it and none is of CVAT."""
    tops: set[str] = set()
    for path in files:
        with contextlib.suppress(ValueError, LookupError, OSError):
            tops.add(read_xml(path).tag)
    return "voc" if VOC in tops and CVAT not in tops else "cvat"


def _may_hold_maps(folder: Path | None, is_told: bool) -> bool:
    """Whether a folder may be one of label maps; where contents told a layout, it may be the folder of that one."""
    return folder is not None and (not is_told or any(is_map(path) for path in visible_files(folder)))


def _are_labels(texts: Sequence[Path], files: Sequence[Path]) -> bool:
    """Whether text files in folders of labels are called after films that have no label map beside the text."""
    known, stems = set(texts), {path.stem for path in texts}
    named = [path for path in files if path not in known and film_stem(path) in stems]
    folders = {path.parent for path in texts}
    return bool(named) and not any(path.parent in folders for path in named)


def _kind_of_json(path: Path, faults: list[str]) -> str | None:
    """The layout that a JSON file belongs to; None for a broken one, whose fault is noted, or an unknown one."""
    try:
        with foreign_input(lambda reason: DatasetError(f"{path.name} cannot be read: {reason}.")):
            raw: Any = read_json(path)
    except DatasetError as error:
        faults.append(str(error))
        return None
    return _kind_of_value(raw)


def _kind_of_value(raw: Any) -> str | None:
    """The layout that the value of a JSON file belongs to; None for an unknown one."""
    if not isinstance(raw, dict):
        return "labelstudio" if is_label_studio(raw) else None
    if "images" in raw and "annotations" in raw:
        return "coco"
    if isinstance(raw.get("shapes"), list):
        return "csxa" if _are_csxa([shape for shape in raw["shapes"] if isinstance(shape, dict)]) else "labelme"
    if "size" in raw and ("polygons" in raw or "boxes" in raw or "complete" in raw):
        return "phantom"
    return next((kind for kind, is_kind in TOLD.items() if is_kind(raw)), None)


def _are_csxa(shapes: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the shapes of a labelme file are CSXA's points: most of them are named after corners of bodies."""
    corners = [" ".join(str(shape.get("label", "")).split()).endswith(CORNERS) for shape in shapes]
    return 2 * sum(corners) > len(corners)
