"""DICOM SEG and SR of a CR film: highdicom reads them, and every body lies where the film's file shows it."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import cv2
import highdicom as hd
import numpy as np
import pydicom
import pytest
from highdicom._standard_utils import check_required_attributes, get_iod_module_map, get_sop_class_iod_map
from pydicom.sr.codedict import codes

from spinefm.export.errors import ExportError
from spinefm.export.formats import FORMATS
from spinefm.export.subject import Subject
from spinefm.imaging.radiograph import read
from spinefm.measure import Move
from spinefm.methods import film_record
from spinefm.trace.model import Trace
from tests.export.curved import (
    DOUBTFUL,
    LEVELS,
    NOTE,
    SIZE,
    SURE,
    UNSURE,
    body,
    bright,
    pixels,
    six_lumbar,
    subject,
    trace,
    turned,
    vertebrae,
)
from tests.export.dicom_film import FILM, SERIES, SPACING, STUDY, dicom_film
from tests.export.handmade import unnamed_vertebrae

ENDINGS = {"dicom-seg": "neck-seg.dcm", "dicom-sr": "neck-sr.dcm"}

NESTED = {"sr-document-content", "segmentation-multi-frame-functional-groups"}
"""Modules whose attributes depend on what an item is; highdicom's readers check those."""


def of_dicom(made: Trace | None = None, **tags: Any) -> Subject:
    """The run with its film as a DICOM file."""
    return Subject("neck", made or trace(), dicom_film(pixels(), **tags))


def written(name: str, made: Subject) -> pydicom.Dataset:
    """The export as pydicom reads it."""
    files = FORMATS[name].files(made)
    assert list(files) == [ENDINGS[name]]
    return pydicom.dcmread(io.BytesIO(files[ENDINGS[name]]))


def segments(made: Subject) -> np.ndarray:
    """The masks (H, W, number of segments) as highdicom reads them for the film."""
    seg = hd.seg.Segmentation.from_dataset(written("dicom-seg", made))
    found: np.ndarray = seg.get_pixels_by_source_instance(source_sop_instance_uids=[FILM])
    return found[0].astype(bool)


def content(made: Subject) -> Any:
    """The report as highdicom reads it."""
    return hd.sr.ComprehensiveSR.from_dataset(written("dicom-sr", made)).content


def groups(made: Subject) -> list[Any]:
    """The TID 1410 groups as highdicom reads them."""
    return list(content(made).get_planar_roi_measurement_groups())


@pytest.mark.parametrize("name", ENDINGS)
def test_the_attributes_of_every_mandatory_module_are_there(name: str) -> None:
    found = written(name, of_dicom())
    modules = get_iod_module_map()[get_sop_class_iod_map()[found.SOPClassUID]]
    mandatory = {module["key"] for module in modules if module["usage"] == "M"} - NESTED
    assert len(mandatory) > 5
    for module in mandatory:
        check_required_attributes(found, module)
    assert (found.StudyInstanceUID, found.PatientID, found.StudyID) == (STUDY, "P1", "7")
    assert found.SeriesInstanceUID != SERIES and found.SOPInstanceUID != FILM


def test_the_segments_are_the_bodies_with_their_names_codes_and_doubt() -> None:
    made = of_dicom()
    masks = segments(made)
    assert masks.shape == (*SIZE[::-1], len(LEVELS))
    for index in range(len(LEVELS)):
        assert np.array_equal(masks[..., index], body(index).on_film(SIZE[::-1]))
    found = written("dicom-seg", made)
    assert [one.SegmentLabel for one in found.SegmentSequence] == [level.name for level in LEVELS]
    typed = [one.SegmentedPropertyTypeCodeSequence[0].CodeMeaning for one in found.SegmentSequence]
    assert typed == [f"{level.name} vertebra" for level in LEVELS]
    doubts = {one.SegmentLabel for one in found.SegmentSequence if one.SegmentDescription.startswith("doubtful")}
    assert doubts == {DOUBTFUL.name} and NOTE in found.ImageComments


CALIBRATED = {"PixelSpacing": [0.18, 0.18], "FrameOfReferenceUID": "1.2.826.0.1.3680043.8.498.9"}


def test_a_calibrated_film_has_no_more_place_in_the_patient_than_another() -> None:
    made = of_dicom(**CALIBRATED)
    assert np.array_equal(segments(made), segments(of_dicom()))
    found = written("dicom-seg", made)
    assert "FrameOfReferenceUID" not in found and not list(found.SharedFunctionalGroupsSequence[0])
    frames = {tuple(sorted(frame.dir())) for frame in found.PerFrameFunctionalGroupsSequence}
    assert frames == {("DerivationImageSequence", "FrameContentSequence", "SegmentIdentificationSequence")}


def test_an_image_with_a_place_in_the_patient_passes_it_on() -> None:
    placed = {"ImagePositionPatient": [5, -90, 300], "ImageOrientationPatient": [0, 1, 0, 0, 0, -1]}
    found = written("dicom-seg", of_dicom(**CALIBRATED, **placed, SliceThickness=1))
    shared = found.SharedFunctionalGroupsSequence[0]
    assert [float(side) for side in shared.PixelMeasuresSequence[0].PixelSpacing] == CALIBRATED["PixelSpacing"]
    assert found.FrameOfReferenceUID == CALIBRATED["FrameOfReferenceUID"] and "PlaneOrientationSequence" in shared


def test_overlapping_segments_keep_all_their_pixels() -> None:
    first, second, *_ = vertebrae()
    low = replace(second, mask=replace(first.mask, origin=(first.mask.origin[0], first.mask.origin[1] + 10)))
    masks = segments(of_dicom(trace((first, low))))
    assert (masks.sum(axis=2) == 2).any() and [masks[..., i].sum() for i in (0, 1)] == [first.mask.area] * 2


@pytest.mark.parametrize("quarters", range(4))
def test_bodies_lie_on_the_file_whichever_way_the_film_was_turned(quarters: int) -> None:
    made = of_dicom(turned(quarters))
    stored = bright(pydicom.dcmread(io.BytesIO(made.source or b"")).pixel_array)
    assert np.array_equal(segments(made).any(axis=2), stored)
    drawn = np.zeros(stored.shape, np.uint8)
    for group in groups(made):
        points = np.round((group.roi.value - 0.5) * 16).astype(np.int32)
        cv2.fillPoly(drawn, [points], 1, shift=4)
    assert (drawn.astype(bool) & stored).sum() / (drawn.astype(bool) | stored).sum() > 0.96


def test_the_report_is_tid_1500_with_a_tid_1410_group_per_vertebra() -> None:
    found = written("dicom-sr", of_dicom())
    assert found.ContentTemplateSequence[0].TemplateIdentifier == "1500"
    planar = groups(of_dicom())
    assert [group.tracking_identifier for group in planar] == [level.name for level in LEVELS]
    for index, (group, level) in enumerate(zip(planar, LEVELS, strict=True)):
        assert group[0].ContentTemplateSequence[0].TemplateIdentifier == "1410"
        assert [site.value.meaning for site in group.finding_sites] == [f"{level.name} vertebra"]
        assert group.roi.graphic_type is hd.sr.GraphicTypeValues.POLYLINE
        assert np.array_equal(group.roi.value[0], group.roi.value[-1])
        [area] = group.get_measurements(codes.SCT.Area)
        assert (area.unit, area.value) == (codes.UCUM.SquareMillimeter, pytest.approx(body(index).area * 0.25))
        [sure] = group.get_measurements(codes.DCM.CertaintyOfFinding)
        assert sure.value == pytest.approx(100 * (UNSURE if level is DOUBTFUL else SURE))


def test_the_report_holds_the_measures_of_bodies_and_between_them() -> None:
    known = of_dicom().measures
    report = content(of_dicom())
    count = 0
    for group in report.get_planar_roi_measurement_groups():
        own = {one.key: one for one in known.measured if one.levels == (group.tracking_identifier,)}
        found = {one.name.value: one for one in group.get_measurements() if one.name.scheme_designator == "99SPINEFM"}
        assert set(found) == set(own) - {"width"}
        count += len(found)
        for key, one in found.items():
            assert one.value == pytest.approx(own[key].value, abs=1e-4)
    assert count > 3 * len(LEVELS) - 3
    between = {group.tracking_identifier: group for group in report.get_image_measurement_groups()}
    assert set(between) == {"-".join(one.levels) for one in known.measured if len(one.levels) > 1}
    sure = next(one for one in known.measured if one.key == "slip")
    pair = between["-".join(sure.levels)]
    [slip] = [one for one in pair.get_measurements() if one.name.value == "slip"]
    assert slip.unit == codes.UCUM.Percent
    assert slip.value == pytest.approx(sure.value, abs=1e-4)
    assert [site.value.meaning for site in pair.finding_sites] == [f"{level} vertebra" for level in sure.levels]


def told(one: Any) -> dict[str, Any]:
    """What a measurement is read with: qualifier, and its properties by their code."""
    item = one[0]
    parts = {part.name.value: part for part in item.get("ContentSequence", ())}
    assert {part.relationship_type for part in parts.values()} <= {hd.sr.RelationshipTypeValues.HAS_PROPERTIES}
    ranges = [parts[code] for code in ("371886008", "371885007") if code in parts]
    assert {part.unit for part in ranges} <= {one.unit}
    return {
        "ranges": [part.value for part in ranges],
        "doubtful": one.qualifier.value if one.qualifier else None,
        "why": parts["121106"].value if "121106" in parts else "",
        "grade": parts["grade"].value if "grade" in parts else "",
    }


def test_a_measure_carries_its_uncertainty_its_doubt_and_its_grade() -> None:
    known = of_dicom().measures
    report = content(of_dicom())
    named = [*report.get_planar_roi_measurement_groups(), *report.get_image_measurement_groups()]
    found = {(g.tracking_identifier, one.name.value): one for g in named for one in g.get_measurements()}
    compared = [one for one in known.measured if one.key != "width"]
    for one in compared:
        seen = told(found["-".join(one.levels), one.key])
        assert seen["ranges"] == [pytest.approx(one.uncertainty, abs=1e-4)] * 2
        assert seen["doubtful"] == ("doubtful" if one.doubt else None)
        assert one.doubt in seen["why"] and bool(seen["why"]) == bool(one.doubt)
        assert seen["grade"] == one.grade
    assert any(one.doubt for one in compared) and any(one.grade for one in compared)
    assert any(not one.doubt for one in compared)


def test_a_measure_whose_error_is_not_known_has_no_range() -> None:
    points = next(one for one in of_dicom().measures.landmarks if one.number == 2).points
    made = replace(of_dicom(), moves=tuple(Move(2, place, point) for place, point in enumerate(points)))
    group = next(one for one in groups(made) if one.tracking_identifier == LEVELS[2].name)
    ratio = next(one for one in group.get_measurements() if one.name.value == "anterior_ratio")
    assert told(ratio)["ranges"] == []


def test_the_notes_are_comments_of_the_report() -> None:
    items = written("dicom-sr", of_dicom()).ContentSequence
    comments = [one.TextValue for one in items if one.ConceptNameCodeSequence[0].CodeMeaning == "Comment"]
    assert NOTE in comments and any(line.startswith(f"{DOUBTFUL.name} is doubtful") for line in comments)


def test_lengths_are_in_pixels_only_where_neither_run_nor_file_has_a_scale() -> None:
    for tags, unit, side in (({}, codes.UCUM.SquareMillimeter, SPACING), ({"ImagerPixelSpacing": None}, None, 1.0)):
        group = groups(of_dicom(trace(spacing=None), **tags))[0]
        [area] = group.get_measurements(codes.SCT.Area)
        assert area.value == pytest.approx(body(0).area * side**2)
        assert area.unit.value == (unit.value if unit else "{pixels}")


def test_a_run_on_the_dicom_file_itself_is_exported() -> None:
    source = dicom_film(pixels())
    film = read(source, "neck.dcm")
    made = replace(trace(), film=film_record(film))
    assert segments(Subject("neck", made, source)).shape[-1] == len(LEVELS)


def test_a_dicom_file_without_its_mark_is_one_too() -> None:
    assert segments(Subject("neck", trace(), dicom_film(pixels())[132:])).shape[-1] == len(LEVELS)


def test_a_sixth_lumbar_vertebra_has_its_name_and_the_code_of_any_vertebra() -> None:
    made = of_dicom(six_lumbar())
    label = {
        one.SegmentLabel: one.SegmentedPropertyTypeCodeSequence[0] for one in written("dicom-seg", made).SegmentSequence
    }
    assert label["L6"].CodeMeaning == "Vertebra" and label["L5"].CodeMeaning == "L5 vertebra"
    sites = {group.tracking_identifier: group.finding_sites[0].value.meaning for group in groups(made)}
    assert (sites["L6"], sites["L5"]) == ("Vertebra", "L5 vertebra")
    between = {group.tracking_identifier for group in content(made).get_image_measurement_groups()}
    assert {"L5-L6", "L6-S1"} <= between and "L5-S1" not in between


def test_vertebrae_without_a_level_are_vertebrae() -> None:
    found = written("dicom-seg", of_dicom(trace(unnamed_vertebrae())))
    typed = [one.SegmentedPropertyTypeCodeSequence[0].CodeMeaning for one in found.SegmentSequence]
    assert typed == ["Vertebra", "Vertebra"]


@pytest.mark.parametrize("name", ENDINGS)
@pytest.mark.parametrize(
    ("made", "words"),
    [
        (subject(), "DICOM file is needed"),
        (replace(subject(), source=None), "DICOM file is needed"),
        (of_dicom(trace(())), "no vertebra"),
        (of_dicom(StudyInstanceUID=None), "no StudyInstanceUID"),
        (of_dicom(SOPClassUID="1.2.3"), "cannot be referred to"),
        (Subject("neck", trace(), dicom_film(pixels()[:-20])), "give the film that was run"),
    ],
)
def test_what_cannot_be_exported_is_one_sentence(name: str, made: Subject, words: str) -> None:
    with pytest.raises(ExportError, match=words) as caught:
        FORMATS[name].files(made)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ENDINGS)
def test_names_and_notes_of_any_script_are_kept(name: str) -> None:
    found = written(name, of_dicom(turned(1), SpecificCharacterSet="ISO_IR 100", PatientName="Müller^Jörg"))
    assert str(found.PatientName) == "Müller^Jörg" and found.SpecificCharacterSet == "ISO_IR 192"
    assert "90°" in str(json.loads(found.to_json()))


@pytest.mark.parametrize("name", ENDINGS)
def test_what_the_removal_of_names_left_behind_is_empty(name: str) -> None:
    left = {"StudyDate": "00000000", "StudyTime": "none", "PatientBirthDate": "removed", "PatientSex": "REMOVED"}
    found = written(name, of_dicom(**left))
    assert not [keyword for keyword in left if found.get(keyword)]


@pytest.mark.parametrize("name", ENDINGS)
def test_a_file_without_patient_or_study_tags_is_exported(name: str) -> None:
    absent = dict.fromkeys(("PatientName", "PatientID", "PatientSex", "StudyID", "AccessionNumber", "StudyDate"))
    assert written(name, of_dicom(**absent)).PatientID == ""
