"""Every layout by name, and telling which one a folder has."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any

from spinefm.data.archive import unpack
from spinefm.data.coco import open_coco
from spinefm.data.csxa import open_csxa
from spinefm.data.dataset import Dataset, DatasetError
from spinefm.data.films import visible_files
from spinefm.data.folder import open_folder
from spinefm.data.hub import PREFIX, fetch
from spinefm.data.labelme import open_labelme
from spinefm.data.labels import FAULTS
from spinefm.data.maps import FILM_FOLDERS, MAP_FOLDERS, open_maps
from spinefm.data.spinefm_layout import open_spinefm_layout

KINDS = MappingProxyType(
    {
        "phantom": open_folder,
        "csxa": open_csxa,
        "spinefm": open_spinefm_layout,
        "nhanes2": open_spinefm_layout,
        "labelme": open_labelme,
        "coco": open_coco,
        "maps": open_maps,
    }
)
"""The readers by the names under which a user asks for them; "auto" tells the layout by looking."""
LOOKED_AT = 20
"""JSON files that are opened to tell a layout: the first ones may be broken."""


def open_dataset(kind: str, root: str | Path, unpack_to: Path | None = None) -> Dataset:
    """The data set of layout `kind` at `root`: a folder, a zip (unpacked as `unpack_to`), or `hf:owner/name`.

    Raises DatasetError for an unknown kind, a root that is not there, and a layout that is another one.
    """
    if kind != "auto" and kind not in KINDS:
        raise DatasetError(f"There is no data set called {kind!r}; choose one of: auto, {', '.join(KINDS)}.")
    folder = _only_child(_folder(root, unpack_to))
    reader: Callable[[Path], Dataset] = KINDS[kind_of(folder) if kind == "auto" else kind]
    try:
        return reader(folder)
    except FileNotFoundError as error:
        raise DatasetError(str(error)) from error
    except OSError as error:
        raise DatasetError(f"{folder} cannot be read ({error.strerror}); ask for the right to read it.") from error


def _folder(root: str | Path, unpack_to: Path | None) -> Path:
    if str(root).startswith(PREFIX):
        return fetch(str(root))
    path = Path(root)
    if path.is_dir():
        return path
    if not path.exists():
        raise DatasetError(f"{path} is not there; check the name and the folder.")
    if unpack_to is None:
        raise DatasetError(f"{path} is no folder; unpack it first.")
    return unpack_to if unpack_to.is_dir() else unpack(path, unpack_to)


def _only_child(folder: Path) -> Path:
    """The folder inside `folder` when there is nothing else, as in most zips."""
    inside = [path for path in folder.iterdir() if not path.name.startswith((".", "__MACOSX"))]
    is_layout = len(inside) == 1 and inside[0].name in (*FILM_FOLDERS, *MAP_FOLDERS, "imgs", "gts")
    return _only_child(inside[0]) if len(inside) == 1 and inside[0].is_dir() and not is_layout else folder


def kind_of(folder: Path) -> str:
    """The layout of a folder. Raises DatasetError where it has none that is known."""
    if (folder / "imgs").is_dir() and (folder / "gts").is_dir():
        return "spinefm"
    files = visible_files(folder)
    for path in [path for path in files if path.suffix == ".json"][:LOOKED_AT]:
        kind = _kind_of_json(path)
        if kind is not None:
            return kind
    if any((folder / name).is_dir() for name in FILM_FOLDERS) and any((folder / name).is_dir() for name in MAP_FOLDERS):
        return "maps"
    raise DatasetError(
        f"{folder} has none of the known layouts ({', '.join(KINDS)}); `spinefm.data` says what each looks like."
    )


def _kind_of_json(path: Path) -> str | None:
    """The layout that a JSON file belongs to; None for a broken or unknown one."""
    try:
        raw: Any = json.loads(path.read_text(encoding="utf-8"))
    except FAULTS:
        return None
    if not isinstance(raw, dict):
        return None
    if "images" in raw and "annotations" in raw:
        return "coco"
    if isinstance(raw.get("shapes"), list):
        labels = [str(shape.get("label", "")) for shape in raw["shapes"] if isinstance(shape, dict)]
        return "csxa" if any(label.endswith(("bottom left", "centroid")) for label in labels) else "labelme"
    return "phantom" if "complete" in raw and "region" in raw else None
