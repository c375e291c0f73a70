"""The measures of a run as content of a DICOM Structured Report: on one body, or between several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from spinefm.export.dicom_source import code_of, highdicom
from spinefm.export.one_page.words import sentence
from spinefm.export.subject import Subject
from spinefm.export.table import body_size
from spinefm.measure import Measure
from spinefm.trace.model import Vertebra

SCHEME = "99SPINEFM"
"""Private coding scheme of measures that have no code in the standard; their codes are the names in measures.csv."""
UNCERTAINTY = "The range of uncertainty of a measure, upper and lower, is half of its 95 % interval."
DIGITS = 4
"""Decimals of a value."""


def on_body(subject: Subject, vertebra: Vertebra, measures: Sequence[Measure]) -> list[Any]:
    """Area, how sure the classifier is, and the measures of this body; without a scale, sizes in pixels."""
    from pydicom.sr.codedict import codes

    sure = None if vertebra.probability is None else 100 * vertebra.probability
    own = [_measurement(one) for one in measures if one.levels == (vertebra.name,)]
    certainty = [] if sure is None else [_number(codes.DCM.CertaintyOfFinding, sure, codes.UCUM.Percent)]
    spacing = subject.spacing_mm
    if spacing is None:
        return [*_in_pixels(vertebra), *certainty, *own]
    area = vertebra.mask.area * spacing**2
    return [_number(codes.SCT.Area, area, codes.UCUM.SquareMillimeter), *certainty, *own]


def between_bodies(vertebrae: Sequence[Vertebra], measures: Sequence[Measure]) -> list[Any]:
    """A TID 1501 group for each set of bodies that measures are between, such as L1-S1."""
    hd = highdicom()
    sites = {vertebra.name: code_of(vertebra) for vertebra in vertebrae}
    levels = dict.fromkeys(one.levels for one in measures if len(one.levels) > 1)
    return [
        hd.sr.MeasurementsAndQualitativeEvaluations(
            tracking_identifier=hd.sr.TrackingIdentifier(uid=hd.UID(), identifier="-".join(names)),
            finding_sites=[hd.sr.FindingSite(sites[name]) for name in names],
            measurements=[_measurement(one) for one in measures if one.levels == names],
        )
        for names in levels
    ]


def _in_pixels(vertebra: Vertebra) -> list[Any]:
    from pydicom.sr.codedict import codes

    pixels = highdicom().sr.CodedConcept("{pixels}", "UCUM", "pixels")
    width, height = body_size(vertebra.corners)
    found = ((codes.SCT.Area, vertebra.mask.area), (codes.SCT.Width, width), (codes.DCM.Height, height))
    return [_number(name, value, pixels) for name, value in found if value is not None]


def _measurement(one: Measure) -> Any:
    hd = highdicom()
    name = _known_codes().get(one.key) or _private(one.key)
    unit, qualifier = _units()[one.unit], _private("doubtful") if one.doubt else None
    return hd.sr.Measurement(name, _rounded(one.value or 0.0), unit, qualifier, properties=_properties(one, unit))


def _properties(one: Measure, unit: Any) -> Any:
    """What the value is read with (TID 310): how far it may be off, in its own unit; why it is doubtful; its grade."""
    from pydicom.sr.codedict import codes

    sr, found = highdicom().sr, highdicom().sr.MeasurementProperties()
    belongs = sr.RelationshipTypeValues.HAS_PROPERTIES
    if one.uncertainty is not None:
        ranges = codes.SCT.RangeOfUpperMeasurementUncertainty, codes.SCT.RangeOfLowerMeasurementUncertainty
        found.extend(sr.NumContentItem(name, _rounded(one.uncertainty), unit, None, belongs) for name in ranges)
    if one.doubt:
        found.append(sr.TextContentItem(codes.DCM.Comment, sentence(f"doubtful: {one.doubt}"), belongs))
    if one.grade:
        found.append(sr.TextContentItem(_private("grade"), one.grade, belongs))
    return found or None


def _private(code: str) -> Any:
    """A concept of our own scheme."""
    return highdicom().sr.CodedConcept(code, SCHEME, code.replace("_", " ").capitalize())


def _number(name: Any, value: float, unit: Any) -> Any:
    return highdicom().sr.Measurement(name, _rounded(value), unit)


def _rounded(value: float) -> float:
    return round(value, DIGITS)


def _known_codes() -> Mapping[str, Any]:
    """Measures that have a code in the standard."""
    from pydicom.sr.codedict import codes

    return {"width": codes.SCT.Width}


def _units() -> Mapping[str, Any]:
    from pydicom.sr.codedict import codes

    return {
        "°": codes.UCUM.Degree,
        "%": codes.UCUM.Percent,
        "mm": codes.UCUM.Millimeter,
        "ratio": codes.UCUM.NoUnits,
    }
