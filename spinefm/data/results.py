"""Result folders of this program as a data set: what a run found, corrected or not, taken for the truth.

`<folder>/labels.png` holds the ids, `<folder>/trace.json` says of which film. A result holds no film: it is looked for
by its name among the results and in the folder around them. A film that was rotated before the run is rotated again:
the ids lie on it as it was run.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from spinefm.core.foreign import read_json
from spinefm.core.levels import UNNAMED_ID
from spinefm.core.result_names import ERROR, LABELS, REPORT, TRACE
from spinefm.data.case import Case, DatasetError, Skipped
from spinefm.data.dataset import Dataset
from spinefm.data.films import Films, picture_size, visible_files
from spinefm.data.ids import levels_of_map
from spinefm.data.labels import Conventions, label_of, read_map
from spinefm.data.sheet import case_of
from spinefm.data.splits import by_subject
from spinefm.imaging.radiograph import quarters_rotated, read


def open_results(root: Path, _: Conventions | None = None) -> Dataset:
    """The results below `root`, whose ids are VerSe's. Raises DatasetError where there are none."""
    files = visible_files(root)
    folders = [path.parent for path in files if path.name == LABELS]
    if not folders:
        raise DatasetError(f"{root} contains no result ({LABELS} and {TRACE}); choose the folder given as --out.")
    around = [path for path in sorted(root.parent.iterdir()) if path.is_file()]
    inside = [path for path in files if path.parent not in folders]
    films = Films.among(root.parent, [*inside, *around])
    counted = Counter(folder.name for folder in folders)
    places = {_name(folder, root, counted[folder.name] == 1): folder for folder in folders}

    def read(name: str) -> Case:
        return _read(name, places[name], films)

    halves = {path.parent for path in files if path.name == TRACE} - set(folders)
    failed = [path.parent.name for path in files if path.name == ERROR]
    skipped = tuple(Skipped(name, f"the run on this film failed; see its {ERROR}.") for name in failed)
    skipped += tuple(Skipped(half.name, f"the result has no {LABELS}; run the film again.") for half in sorted(halves))
    return Dataset("results", tuple(places), read, skipped, by_subject({name: name for name in places}))


def _name(folder: Path, root: Path, alone: bool) -> str:
    return folder.name if alone or folder == root else folder.relative_to(root).as_posix()


def _read(name: str, folder: Path, films: Films) -> Case:
    with label_of(f"of {name}"):
        record = read_json(folder / TRACE)["film"]
        film = film_of(folder, str(record["name"]), films)
        if film is None:
            raise ValueError(f"its film {record['name']} is missing")
        rotated = _rotated(film, record)
        labels = read_map(folder / LABELS, None if rotated else picture_size(film))
        masks, left = levels_of_map(labels, "verse")
        case = case_of(name, film, (labels.shape[1], labels.shape[0]), masks, {})
        return replace(case, left_out=tuple(_unnamed(name, label, why) for label, why in left), **rotated)


def film_of(folder: Path, name: str, films: Films) -> Path | None:
    """The film of the result in `folder`, None where there is none: of those of its name the one that was run.

    Raises:
        ValueError: several films could be it, or those of its name are others by the checksum in the report.
    """
    checksum, named = _checksum(folder / REPORT), films.called(name)
    if checksum is None or not named:
        places = (folder.with_suffix(".json"), films.root / f"{folder.name}.json")  # the folder of a run is no case's
        return next((path for place in places if (path := films.find(place, name)) is not None), None)
    run = next((path for path in named if films.checksum(path) == checksum), None)
    if run is None:
        raise ValueError(f"{named[0].name} is another film than the one of this name that was run")
    return run


def _checksum(report: Path) -> str | None:
    """The sha256 of the film's file that a report states, None for none."""
    if not report.is_file():
        return None
    stated = read_json(report).get("film", {}).get("sha256")
    return stated if isinstance(stated, str) else None


def _rotated(film: Path, record: Mapping[str, Any]) -> dict[str, Any]:
    """What a case holds of a film that was rotated before the run: its content as it was run, and its scale."""
    quarters = quarters_rotated(record.get("notes", ()))
    if not quarters:
        return {}
    pixels = read(film, polarity="invert" if record.get("polarity_turned") else "keep").rotated(quarters).pixels
    stream = io.BytesIO()
    Image.fromarray(np.round(pixels * np.iinfo(np.uint16).max).astype(np.uint16)).save(stream, "PNG", compress_level=1)
    return {"content": stream.getvalue(), "spacing_mm": record.get("spacing_mm")}


def _unnamed(name: str, label: str, why: str) -> Skipped:
    number = int(label.split()[-1])
    return Skipped(name, "the run gave this vertebra no level" if number >= UNNAMED_ID else why, label)
