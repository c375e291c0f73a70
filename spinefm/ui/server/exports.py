"""Files for other programs, made of the run on show when a visitor asks for them."""

from __future__ import annotations

import tempfile
import uuid
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, get_args

from gradio import FileData
from pydantic import TypeAdapter

from spinefm.core.foreign import without_folders
from spinefm.data.archive import NO_ROOM
from spinefm.export.errors import ExportError
from spinefm.export.formats import FORMATS, Format
from spinefm.export.result import result_name
from spinefm.export.subject import Subject
from spinefm.imaging.decoded import scale_fault
from spinefm.imaging.kinds import is_dicom
from spinefm.measure import Facing, Move
from spinefm.measure.by_hand import refuse_strangers
from spinefm.trace.model import Trace
from spinefm.ui.server.examples import Choice
from spinefm.ui.server.housekeeping import KEPT_FOR
from spinefm.ui.server.player.payload import Payload
from spinefm.ui.server.result_zip import result_zip

RESULT = "result"
"""What the page asks for in place of a format: the result's own zip with what the visitor set."""
HEAD = 132
"""Bytes of a file that say whether it is DICOM."""
DISK_FULL = "The file could not be made, because the server's disk is full: try again in a few minutes."
BROKEN = "The export stopped on an error in the program: take another format, and report this one."
EXPIRED = f"The result was forgotten, because nothing was done with it for {KEPT_FOR}: run the film again."
UNKNOWN = "The page asked for a format that does not exist: reload it."
OTHER_CORNERS = "The corners moved by hand are not those of this result: reload the page, and move them again."


def offered(choice: Choice) -> list[Payload]:
    """The formats for the page's menu; those that refer to a DICOM file only where the film came as one."""
    dicom = _is_dicom(choice.path)
    return [
        {"name": one.name, "title": one.title, "line": one.line}
        for one in FORMATS.values()
        if dicom or not one.needs_dicom
    ]


def _is_dicom(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return is_dicom(stream.read(HEAD))
    except OSError:  # an upload that has expired: the run on it is still there
        return False


def exported(choice: Choice, trace: Trace, asked: Mapping[str, Any]) -> Iterator[Payload]:
    """What the player shows of one export: the file, there until the page has copied it, or why there is none.

    asked: the `format`, and what the visitor set, if anything: the `facing`, the `mm` per pixel, and as `moves` the
    landmarks moved by hand.
    """
    name = str(asked.get("format"))
    try:
        if name != RESULT and name not in FORMATS:
            raise ExportError(UNKNOWN)
        subject = _subject(choice, trace, asked)
        with _zip(choice, subject, asked) if name == RESULT else _file(FORMATS[name], subject) as file:
            yield _answer(name, file=file)
    except ExportError as error:
        yield _answer(name, error=without_folders(str(error)))
    except Exception as error:
        is_full = isinstance(error, OSError) and error.errno in NO_ROOM
        yield _answer(name, error=DISK_FULL if is_full else BROKEN)
        if not is_full:
            raise


def expired(asked: Mapping[str, Any]) -> Payload:
    """The answer where the result is no longer kept."""
    return _answer(str(asked.get("format")), error=EXPIRED)


def _answer(name: str, **more: Any) -> Payload:
    """An answer about the run on show; its number makes the same words news when they are said twice."""
    return {"run": "same", "exported": {"format": name, "answer": uuid.uuid4().hex[:12], **more}}


def _subject(choice: Choice, trace: Trace, asked: Mapping[str, Any]) -> Subject:
    """The run with its film and what the visitor set. Raises ExportError for a film that has expired."""
    if not choice.path.is_file():
        raise ExportError(choice.gone)
    choice.used()
    facing = asked.get("facing")
    return Subject(
        result_name(choice.name),
        trace,
        choice.path.read_bytes(),
        facing=facing if facing in get_args(Facing) else None,
        given_mm=_scale(asked.get("mm")),
        moves=_moves(trace, asked),
    )


def _scale(mm: Any) -> float | None:
    """Millimetres per pixel that the visitor set, if any. Raises ExportError for a scale that no film has."""
    if not isinstance(mm, int | float):
        return None
    if fault := scale_fault(mm):
        raise ExportError(fault)
    return float(mm)


def _moves(trace: Trace, asked: Mapping[str, Any]) -> tuple[Move, ...]:
    """The landmarks that the visitor moved. Raises ExportError where they are not the run's."""
    try:
        moves = TypeAdapter(tuple[Move, ...]).validate_python(asked.get("moves") or ())
        refuse_strangers([vertebra.number for vertebra in trace.vertebrae], moves)
    except ValueError as error:  # pydantic's is one, too
        raise ExportError(OTHER_CORNERS) from error
    return moves


def _zip(choice: Choice, subject: Subject, asked: Mapping[str, Any]) -> AbstractContextManager[Payload]:
    """The result's zip; its player shows what the visitor set, too. Raises ExportError, OSError."""
    film = subject.film
    if film is None:
        raise ExportError(choice.gone)
    changes = {"facing": subject.facing, "mm": subject.given_mm, "moves": asked.get("moves") or []}
    return result_zip(subject.trace, film, subject.measures, simulated=choice.is_example, measuring=changes)


@contextmanager
def _file(chosen: Format, subject: Subject) -> Iterator[Payload]:
    """The export as one file: itself where it is one, else a zip. Raises ExportError, OSError."""
    files = chosen.files(subject)
    with tempfile.TemporaryDirectory(prefix="spinefm-") as folder:
        path = Path(folder) / (Path(*files).name if len(files) == 1 else f"{subject.name}-{chosen.name}.zip")
        if len(files) == 1:
            path.write_bytes(*files.values())
        else:
            _pack(path, files)
        yield FileData(path=str(path), orig_name=path.name).model_dump()


def _pack(path: Path, files: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
