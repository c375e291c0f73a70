"""DICOM Structured Report of a DICOM film: TID 1500, with a TID 1410 group per vertebra that holds its outline."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from spinefm import __version__
from spinefm.export.dicom_source import (
    MAKER,
    SEGMENTED_BY,
    algorithm_facts,
    code_of,
    highdicom,
    points_in_source,
    source_of,
)
from spinefm.export.errors import ExportError
from spinefm.export.outlines import outlines
from spinefm.export.subject import Part, Subject, remarks_of
from spinefm.export.table import body_size
from spinefm.trace.model import Vertebra

SERIES = 902
"""Number of the series; viewers sort by it, so that results come last."""


def part(subject: Subject) -> Part:
    """`<name>-sr.dcm`; raises ExportError without the film's DICOM file or without a vertebra."""
    hd = highdicom()
    source = source_of(subject)
    document = hd.sr.ComprehensiveSR(
        evidence=[source],
        content=_content(hd, subject, source),
        series_instance_uid=hd.UID(),
        series_number=SERIES,
        sop_instance_uid=hd.UID(),
        instance_number=1,
        manufacturer=MAKER,
        manufacturer_model_name=MAKER,
        software_versions=__version__,
        device_serial_number=__version__,
        series_description=f"{MAKER} vertebral bodies",
    )
    stream = io.BytesIO()
    document.save_as(stream)
    return Part({f"{subject.name}-sr.dcm": stream.getvalue()})


def _content(hd: Any, subject: Subject, source: Any) -> Any:
    """The report with its notes as comments at the end."""
    from pydicom.sr.codedict import codes

    device = hd.sr.ObserverContext(
        codes.DCM.Device, hd.sr.DeviceObserverIdentifyingAttributes(uid=hd.UID(), name=MAKER, model_name=__version__)
    )
    report = hd.sr.MeasurementReport(
        observation_context=hd.sr.ObservationContext(observer_device_context=device),
        procedure_reported=codes.SCT.PlainRadiography,
        imaging_measurements=[_group(hd, subject, source, v) for v in subject.trace.vertebrae],
    )
    for line in (SEGMENTED_BY, *remarks_of(subject.trace)):
        comment = hd.sr.TextContentItem(codes.DCM.Comment, line, hd.sr.RelationshipTypeValues.CONTAINS)
        report[0].ContentSequence.append(comment)
    return report[0]


def _group(hd: Any, subject: Subject, source: Any, vertebra: Vertebra) -> Any:
    """The TID 1410 group of a vertebra."""
    from pydicom.sr.codedict import codes

    return hd.sr.PlanarROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=hd.sr.TrackingIdentifier(uid=hd.UID(), identifier=vertebra.name),
        referenced_region=_region(hd, subject, source, vertebra),
        finding_type=codes.SCT.AnatomicalStructure,
        finding_sites=[hd.sr.FindingSite(code_of(vertebra))],
        algorithm_id=hd.sr.AlgorithmIdentification(**algorithm_facts(subject)),
        measurements=_measurements(hd, subject, vertebra),
    )


def _region(hd: Any, subject: Subject, source: Any, vertebra: Vertebra) -> Any:
    """The outline of a vertebra's largest part, closed."""
    found = outlines(vertebra.mask)
    if not found:
        raise ExportError(f"{vertebra.name} has no outline: delete it, or draw it again.")
    points = points_in_source(found[0], subject)
    return hd.sr.ImageRegion(
        graphic_type=hd.sr.GraphicTypeValues.POLYLINE,
        graphic_data=np.concatenate([points, points[:1]]),
        source_image=hd.sr.SourceImageForRegion(source.SOPClassUID, source.SOPInstanceUID),
    )


def _measurements(hd: Any, subject: Subject, vertebra: Vertebra) -> list[Any]:
    """Area, width and height, in mm where the film has a scale and else in pixels; how sure the classifier is."""
    from pydicom.sr.codedict import codes

    spacing = subject.spacing_mm
    pixels = hd.sr.CodedConcept("{pixels}", "UCUM", "pixels")
    width, height = body_size(vertebra.corners)
    side = spacing or 1.0
    length, area = (codes.UCUM.Millimeter, codes.UCUM.SquareMillimeter) if spacing else (pixels, pixels)
    sure = None if vertebra.probability is None else 100 * vertebra.probability
    found = (
        (codes.SCT.Area, vertebra.mask.area * side**2, area),
        (codes.SCT.Width, width and width * side, length),
        (codes.DCM.Height, height and height * side, length),
        (codes.DCM.CertaintyOfFinding, sure, codes.UCUM.Percent),
    )
    return [hd.sr.Measurement(name, round(value, 2), unit) for name, value, unit in found if value is not None]
