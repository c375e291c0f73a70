"""What a visitor takes home: an evaluation's tables, and a sample of a zip that the page reads."""

from __future__ import annotations

import base64
import io
import zipfile

from spinefm.core.bundled import bundled_folder
from spinefm.evaluation import RunFolder
from spinefm.evaluation.frames import MEASURES, csv_of, read_measures
from spinefm.evaluation.runs import PLAN

EXAMPLES = bundled_folder("examples")
"""Where the sample's films and label maps are."""
SAMPLES = ("cervical", "lumbar")
SUFFIXES = (".csv", ".txt")
MEASURES_CSV = f"{MEASURES}.csv"
Answer = dict[str, str]
"""A file for the browser: `name`, and its bytes as `base64`."""


def tables_zip(folder: RunFolder, name: str) -> Answer:
    """An evaluation's tables as CSV, with its plan and the printed table. Raises RunError where a table is damaged."""
    wanted = [path for path in sorted(folder.path.iterdir()) if path.suffix in SUFFIXES or path.name == PLAN]
    files = {path.name: path.read_bytes() for path in wanted}
    measures = read_measures(folder.path) if MEASURES_CSV not in files else None
    more = {} if measures is None else {MEASURES_CSV: csv_of(measures)}
    return _zip(f"{name}-tables.zip", {**files, **more})


def sample_zip() -> Answer:
    """Two simulated films with label maps, laid out as a zip that the page evaluates."""
    paths = {f"images/{name}.png": EXAMPLES / "films" / f"{name}.png" for name in SAMPLES}
    paths |= {f"labels/{name}.png": EXAMPLES / "labels" / f"{name}.png" for name in SAMPLES}
    return _zip("spinefm-sample.zip", {name: path.read_bytes() for name, path in paths.items() if path.is_file()})


def _zip(name: str, files: dict[str, bytes]) -> Answer:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return {"name": name, "base64": base64.b64encode(content.getvalue()).decode()}
