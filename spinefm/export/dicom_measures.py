"""The measures of a run as content of a DICOM Structured Report: on one body, or between several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from spinefm.export.dicom_source import code_of, highdicom
from spinefm.export.subject import Subject
from spinefm.export.table import body_size
from spinefm.measure import Measure
from spinefm.trace.model import Vertebra

SCHEME = "99SPINEFM"
"""Private coding scheme of measures that have no code in the standard; their codes are the names in measures.csv."""
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
    name = _known_codes().get(one.key) or hd.sr.CodedConcept(one.key, SCHEME, one.key.replace("_", " ").capitalize())
    return _number(name, one.value or 0.0, _units()[one.unit])


def _number(name: Any, value: float, unit: Any) -> Any:
    return highdicom().sr.Measurement(name, round(value, DIGITS), unit)


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
