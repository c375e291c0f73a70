"""DICOM Structured Report of a DICOM film: TID 1500, a TID 1410 group per vertebra with its outline and
measures, and a TID 1501 group for what is measured between vertebrae.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from spinefm import __version__
from spinefm.export.dicom_measures import UNCERTAINTY, between_bodies, on_body
from spinefm.export.dicom_source import (
    MAKER,
    SEGMENTED_BY,
    algorithm_facts,
    code_of,
    file_of,
    highdicom,
    points_in_source,
    provenance,
    referring,
    source_of,
)
from spinefm.export.errors import ExportError
from spinefm.export.one_page.words import sentence
from spinefm.export.outlines import outlines
from spinefm.export.subject import Part, Subject, moved_words, remarks_of
from spinefm.measure import Measure
from spinefm.trace.model import Vertebra

SERIES = 902
"""Number of the series; viewers sort by it, so that results come last."""


def part(subject: Subject) -> Part:
    """`<name>-sr.dcm`; raises ExportError without the film's DICOM file or without a vertebra."""
    with referring():
        return Part({f"{subject.name}-sr.dcm": file_of(_document(highdicom(), subject, source_of(subject)))})


def _document(hd: Any, subject: Subject, source: Any) -> Any:
    return hd.sr.ComprehensiveSR(
        evidence=[source],
        content=_content(hd, subject, source),
        **provenance(hd, SERIES),
    )


def _content(hd: Any, subject: Subject, source: Any) -> Any:
    """The report with its notes as comments at the end."""
    from pydicom.sr.codedict import codes

    vertebrae, measures = subject.trace.vertebrae, subject.measures.measured
    bodies = [_group(hd, subject, source, vertebra, measures) for vertebra in vertebrae]
    device = hd.sr.ObserverContext(
        codes.DCM.Device, hd.sr.DeviceObserverIdentifyingAttributes(uid=hd.UID(), name=MAKER, model_name=__version__)
    )
    report = hd.sr.MeasurementReport(
        observation_context=hd.sr.ObservationContext(observer_device_context=device),
        procedure_reported=codes.SCT.PlainRadiography,
        imaging_measurements=[*bodies, *between_bodies(vertebrae, measures)],
    )
    notes = (SEGMENTED_BY, UNCERTAINTY, *remarks_of(subject.trace), sentence(moved_words(subject.measures)))
    for line in filter(None, notes):
        comment = hd.sr.TextContentItem(codes.DCM.Comment, line, hd.sr.RelationshipTypeValues.CONTAINS)
        report[0].ContentSequence.append(comment)
    return report[0]


def _group(hd: Any, subject: Subject, source: Any, vertebra: Vertebra, measures: Sequence[Measure]) -> Any:
    """The TID 1410 group of a vertebra."""
    from pydicom.sr.codedict import codes

    return hd.sr.PlanarROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=hd.sr.TrackingIdentifier(uid=hd.UID(), identifier=vertebra.name),
        referenced_region=_region(hd, subject, source, vertebra),
        finding_type=codes.SCT.AnatomicalStructure,
        finding_sites=[hd.sr.FindingSite(code_of(vertebra))],
        algorithm_id=hd.sr.AlgorithmIdentification(**algorithm_facts(subject)),
        measurements=on_body(subject, vertebra, measures),
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
