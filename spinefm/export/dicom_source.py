"""The DICOM file of a film as the source of a SEG or SR: who and what it is of, and vertebrae in its own pixels."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinefm import __version__
from spinefm.core.foreign import foreign_input
from spinefm.core.levels import Level
from spinefm.export.errors import ExportError
from spinefm.export.subject import Subject
from spinefm.trace.model import Vertebra

MAKER = "SpineFM"
NEEDED = ("SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "Rows", "Columns")
"""Tags without which nothing can refer to a film."""
EMPTY_IF_ABSENT = (
    *("PatientName", "PatientID", "PatientBirthDate", "PatientSex"),
    *("StudyID", "StudyDate", "StudyTime", "AccessionNumber", "ReferringPhysicianName"),
)
"""Tags that the standard wants, and allows to be empty."""
SEXES = ("M", "F", "O")
"""Values that the standard defines."""
UTF_8 = "ISO_IR 192"
"""DICOM's name of that character set."""
SEGMENTED_BY = "Vertebral bodies outlined by SpineFM. Research only, not a medical device."


def highdicom() -> Any:
    """The package highdicom, imported when it is needed: that takes seconds."""
    return import_module("highdicom")


@contextmanager
def referring() -> Iterator[None]:
    """Whatever a film's DICOM file holds that SEG and SR cannot refer to becomes an ExportError."""
    with foreign_input(
        lambda reason: ExportError(f"The film's DICOM file cannot be referred to ({reason}): export it again.")
    ):
        yield


def source_of(subject: Subject) -> Any:
    """The header of the film's DICOM file, without pixels.

    Raises:
        ExportError: there is none, it is another film's, or it lacks what a reference needs.
    """
    import pydicom

    film = subject.film
    if subject.source is None or film is None or film.provenance.format != "DICOM":
        raise ExportError("The film's DICOM file is needed and was not found: give it with --source.")
    if not subject.trace.vertebrae:
        raise ExportError("The result has no vertebra, so there is nothing to export to DICOM: correct it first.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom's remarks on non-conformant values
        header = pydicom.dcmread(io.BytesIO(subject.source), stop_before_pixels=True, force=True)
        missing = [keyword for keyword in NEEDED if not header.get(keyword)]
    if missing:
        raise ExportError(f"The film's DICOM file has no {missing[0]}, so nothing can refer to it: export it again.")
    for keyword in EMPTY_IF_ABSENT:
        if not _usable(header, keyword):
            setattr(header, keyword, "")
    return header


def _usable(header: Any, keyword: str) -> bool:
    """Whether a tag is there with a value of its kind: what removes names from films leaves dates such as 00000000."""
    from pydicom.valuerep import DA, TM

    value = str(header.get(keyword, ""))
    if keyword == "PatientSex":
        return value in SEXES
    kind = {"StudyDate": DA, "PatientBirthDate": DA, "StudyTime": TM}.get(keyword, str)
    try:
        kind(value)
    except ValueError:
        return False
    return keyword in header


def in_source(mask: NDArray[np.bool_], subject: Subject) -> NDArray[np.bool_]:
    """A mask (H, W) of the film as it was run, on the film as its file holds it."""
    return np.rot90(mask, subject.quarters)


def points_in_source(points: NDArray[np.float64], subject: Subject) -> NDArray[np.float64]:
    """Points (N, 2) of the film as it was run, in the file's pixels: the corner of the first one is (0, 0)."""
    found = points + 0.5
    width, height = subject.trace.film.size
    for _ in range(subject.quarters):
        found = np.stack([found[:, 1], width - found[:, 0]], axis=1)
        width, height = height, width
    return np.clip(found, 0, (width, height))


def code_of(vertebra: Vertebra) -> Any:
    """The SNOMED CT code of a vertebra's level; that of any vertebra where it has none."""
    from pydicom.sr.codedict import codes

    if vertebra.level is None or vertebra.level is Level.L6:  # SNOMED CT's subset in DICOM has no sixth one
        return codes.SCT.Vertebra
    if vertebra.level is Level.S1:
        return codes.SCT.BoneStructureOfSacrum
    return getattr(codes.SCT, f"{vertebra.level.name}Vertebra")


def file_of(document: Any) -> bytes:
    """A SEG or SR as a file. Its text is UTF-8: notes have signs, such as that of degrees, that others may lack."""
    document.SpecificCharacterSet = UTF_8
    stream = io.BytesIO()
    document.save_as(stream)
    return stream.getvalue()


def algorithm_facts(subject: Subject) -> dict[str, str]:
    """Name, version and family words of the method, as SEG and SR write them."""
    finished = subject.trace.finished
    bundle = finished.bundle if finished else "unknown"
    return {"name": f"{MAKER} {subject.trace.method}", "version": f"{__version__}, weights {bundle}"}


def provenance(hd: Any, series: int) -> dict[str, Any]:
    """What each of our DICOM objects says of its series and of the program that made it; arguments of highdicom's."""
    return {
        "series_instance_uid": hd.UID(),
        "series_number": series,
        "sop_instance_uid": hd.UID(),
        "instance_number": 1,
        "manufacturer": MAKER,
        "manufacturer_model_name": MAKER,
        "software_versions": __version__,
        "device_serial_number": __version__,
        "series_description": f"{MAKER} vertebral bodies",
    }
