"""DICOM Segmentation of a DICOM film: a binary segment per vertebra, which may overlap."""

from __future__ import annotations

from typing import Any

import numpy as np

from spinefm.export.dicom_source import (
    SEGMENTED_BY,
    algorithm_facts,
    code_of,
    file_of,
    highdicom,
    in_source,
    provenance,
    referring,
    source_of,
)
from spinefm.export.labels import colour_of
from spinefm.export.subject import Part, Subject, doubt_words, remarks_of
from spinefm.trace.model import Vertebra

SERIES = 901
"""Number of the series; viewers sort by it, so that results come last."""
OF_PLACED_IMAGES = ("PixelSpacing", "FrameOfReferenceUID", "PositionReferenceIndicator")
"""Tags of a film that a segmentation has with Image Position (Patient) alone."""
MOST_COMMENT = 10_000
"""Characters of Image Comments, which the standard limits to 10240."""


def part(subject: Subject) -> Part:
    """`<name>-seg.dcm`; raises ExportError without the film's DICOM file or without a vertebra."""
    with referring():
        source = _placed_or_flat(source_of(subject))
        return Part({f"{subject.name}-seg.dcm": file_of(_segmentation(highdicom(), subject, source))})


def _placed_or_flat(source: Any) -> Any:
    """The film's header, of a projection without what only an image with a place in the patient may pass on.

    Without such a place a segmentation has no frame of reference and no pixel measures: its pixels are those of the
    film (PS3.3, A.51.5). highdicom copies both from any film that has them, and readers then ask for a position, too.
    """
    if "ImagePositionPatient" not in source:
        for keyword in OF_PLACED_IMAGES:
            if keyword in source:
                delattr(source, keyword)
    return source


def _segmentation(hd: Any, subject: Subject, source: Any) -> Any:
    height, width = subject.trace.film.size[::-1]
    masks = [in_source(v.mask.on_film((height, width)), subject) for v in subject.trace.vertebrae]
    segmentation = hd.seg.Segmentation(
        source_images=[source],
        pixel_array=np.stack(masks, axis=-1)[None].astype(np.uint8),  # (1, H, W, number of vertebrae)
        segmentation_type=hd.seg.SegmentationTypeValues.BINARY,
        segment_descriptions=_segments(hd, subject),
        content_description="Vertebral bodies, research only",
        content_label="VERTEBRAE",
        **provenance(hd, SERIES),
    )
    segmentation.PatientOrientation = source.get("PatientOrientation", "")  # of an image without a frame of reference
    segmentation.ImageComments = " ".join([SEGMENTED_BY, *remarks_of(subject.trace)])[:MOST_COMMENT]
    return segmentation


def _segments(hd: Any, subject: Subject) -> list[Any]:
    return [_segment(hd, subject, number, vertebra) for number, vertebra in enumerate(subject.trace.vertebrae, 1)]


def _segment(hd: Any, subject: Subject, number: int, vertebra: Vertebra) -> Any:
    from pydicom.sr.codedict import codes

    description = hd.seg.SegmentDescription(
        segment_number=number,
        segment_label=vertebra.name,
        segmented_property_category=codes.SCT.AnatomicalStructure,
        segmented_property_type=code_of(vertebra),
        algorithm_type=hd.seg.SegmentAlgorithmTypeValues.AUTOMATIC,
        algorithm_identification=hd.AlgorithmIdentificationSequence(
            family=codes.DCM.ArtificialIntelligence, **algorithm_facts(subject)
        ),
        tracking_uid=hd.UID(),
        tracking_id=vertebra.name,
        display_color=hd.color.CIELabColor.from_rgb(*colour_of(vertebra)),
    )
    description.SegmentDescription = doubt_words(vertebra) or None
    return description
