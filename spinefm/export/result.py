"""A result as files: a folder that appears complete or not at all, or one zip."""

from __future__ import annotations

import io
import json
import os
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import BinaryIO
from uuid import uuid4

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from spinefm.core.files import write_whole
from spinefm.core.result_names import ERROR, LABELS, MEASURES, OVERLAY, REPORT, TRACE, VERTEBRAE
from spinefm.export.errors import ExportError, NotWritten
from spinefm.export.labels import label_map, label_picture
from spinefm.export.measures import measures_csv
from spinefm.export.overlay import draw_overlay
from spinefm.export.report import report
from spinefm.export.table import vertebrae_csv
from spinefm.imaging.radiograph import Radiograph, printable
from spinefm.measure import Measures, attempt
from spinefm.trace.model import Trace

RESULT_FILES = (LABELS, OVERLAY, TRACE, VERTEBRAE, MEASURES, REPORT)
"""The files of a result, in the order in which they are written."""
ADDED_FILES = ("thumbnail.jpg", "report.pdf", "report.html")
"""Files that a caller may add: for the sheet of a folder, and the report on one page."""
"""What a film that failed leaves in their place."""
OURS = frozenset((*RESULT_FILES, *ADDED_FILES, ERROR))
"""Files of a result's folder, which a new result may take the place of."""
PNG_SPEED = (
    *(cv2.IMWRITE_PNG_COMPRESSION, 1),
    *(cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE),
    *(cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_UP),
)
"""How the overlay is packed: films are grainy, so run lengths over rows serve as well as zlib's search, much faster."""


LONGEST_NAME = 200
"""Bytes of a result's name."""


def result_name(film: str) -> str:
    """The name of a film's result: the film's own without folders and suffix, "film" where that names no file.

    Bytes that are no UTF-8 become replacement characters: other programs must be able to read the folder's name. A
    long name is cut to `LONGEST_NAME` bytes, so that a suffix has room in 255, the most that file systems take.
    """
    name = PurePosixPath(printable(film).replace("\\", "/").replace("\0", "")).name
    stem = name[: -len(".nii.gz")] if name.lower().endswith(".nii.gz") else PurePosixPath(name).stem
    stem = name if PurePosixPath(name).suffix[1:].isdigit() else stem  # a UID's last number is no suffix
    return _shortened(_writable(stem)) if stem.strip(". ") else "film"


def _shortened(name: str) -> str:
    """A name of at most LONGEST_NAME bytes; no letter of several bytes is cut in two."""
    return name.encode()[:LONGEST_NAME].decode(errors="ignore")


def _writable(name: str) -> str:
    """A name that this system can give a file: in the C locale without UTF-8 mode, letters of other scripts go."""
    try:
        os.fsencode(name)
    except UnicodeEncodeError:
        return name.encode("ascii", "replace").decode().replace("?", "_")
    return name


def result_files(trace: Trace, film: Radiograph, measures: Measures | None = None) -> dict[str, bytes]:
    """Name and content of each of `RESULT_FILES`. Raises ValueError for an unfinished trace or another film's.

    `measures` are those of the trace with the facing and the spacing that count; without them both are the trace's.
    """
    known = measures or attempt(trace, film=film)
    return {
        LABELS: _palette_png(label_picture(label_map(trace))),
        OVERLAY: _colour_png(draw_overlay(trace, film)),
        TRACE: trace.to_json().encode(),
        VERTEBRAE: vertebrae_csv(trace, known).encode(),
        MEASURES: measures_csv(known).encode(),
        REPORT: _json(report(trace, known, film.provenance.sha256)),
    }


def write_result(
    folder: str | Path,
    trace: Trace,
    film: Radiograph,
    measures: Measures | None = None,
    added: Mapping[str, bytes] = MappingProxyType({}),
) -> Path:
    """Write the result of `trace` on `film` as `folder`, in place of an earlier result there; returns the folder.

    An earlier result is replaced even if it is of another film: who names the folder decides.
    `measures` as in `result_files`; `added` are contents of files of `ADDED_FILES`.
    The folder appears complete or not at all. Raises ExportError if it holds files that are no result or cannot be
    written; an earlier result then remains.
    """
    return _replace_folder(Path(folder), {**result_files(trace, film, measures), **added})


def write_error(folder: str | Path, film: str, sentence: str, detail: str | None = None) -> Path:
    """Write `error.json` into `folder` for the `film` of that name: one sentence, and a traceback as `detail`.

    Raises ExportError as `write_result` does.
    """
    content = {"film": film, "error": sentence} | ({"detail": detail} if detail else {})
    return _replace_folder(Path(folder), {ERROR: _json(content)})


def write_zip(target: str | Path | BinaryIO, trace: Trace, film: Radiograph, measures: Measures | None = None) -> None:
    """Write the result as one zip to a path or a binary stream; its files lie in a folder named after the film.

    `measures` as in `result_files`. A file at a path appears complete or not at all. Raises ExportError if it cannot be
    written, and ValueError as `result_files` does.
    """
    content = _packed(result_name(trace.film.name), result_files(trace, film, measures))
    try:
        if isinstance(target, (str, Path)):
            write_whole(Path(target), content)
        else:
            target.write(content)
    except OSError as error:
        place = f'to "{target}" ' if isinstance(target, (str, Path)) else ""
        raise NotWritten(
            f"The zip cannot be written {place}({_reason(error)}): free disk space, or choose another place.",
            error.errno,
        ) from error


def _packed(folder: str, files: Mapping[str, bytes]) -> bytes:
    """A zip of `files`, which lie in `folder` in it."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(f"{folder}/{name}", content)
    return stream.getvalue()


def _reason(error: OSError) -> str:
    """What the system says of an error."""
    return os.strerror(error.errno) if error.errno else str(error)


def _replace_folder(folder: Path, files: Mapping[str, bytes]) -> Path:
    try:
        _refuse_foreign(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        partial = folder.with_name(f".spinefm-{uuid4().hex}")  # beside it, so that a rename is all it takes
        try:
            partial.mkdir()
            for name, content in files.items():
                (partial / name).write_bytes(content)
            _put_in_place(partial, folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    except OSError as error:
        raise ExportError(
            f'The result cannot be written to "{folder}" ({_reason(error)}): free disk space, or choose another --out.'
        ) from error
    return folder


def _put_in_place(partial: Path, folder: Path) -> None:
    """Rename `partial` to `folder`; an earlier result is moved aside first and deleted last, so that one remains."""
    if not folder.exists():
        partial.rename(folder)
        return
    earlier = partial.with_suffix(".earlier")
    folder.rename(earlier)
    try:
        partial.rename(folder)
    except OSError:
        earlier.rename(folder)
        raise
    shutil.rmtree(earlier, ignore_errors=True)


def _refuse_foreign(folder: Path) -> None:
    """Refuse to replace anything but an earlier result."""
    if folder.is_symlink():
        raise ExportError(
            f'The folder of the result, "{folder}", is a symbolic link; remove it, or choose another --out.'
        )
    if folder.is_dir():
        foreign = sorted(path.name for path in folder.iterdir() if path.name not in OURS)
    else:
        foreign = [folder.name] if folder.exists() else []
    if foreign:
        raise ExportError(
            f'The folder of the result, "{folder}", contains "{foreign[0]}", not a result; choose another --out.'
        )


def _palette_png(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


def _colour_png(picture: NDArray[np.uint8]) -> bytes:
    """A picture (H, W, 3), red green blue, as PNG."""
    return cv2.imencode(".png", picture[..., ::-1], PNG_SPEED)[1].tobytes()


def _json(content: Mapping[str, object]) -> bytes:
    return printable(json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()
