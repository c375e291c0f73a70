"""The example film in DICOM is a complete object, and the same one whenever it is made."""

from __future__ import annotations

from pathlib import Path

import pydicom
import pytest
from highdicom._standard_utils import check_required_attributes, get_iod_module_map, get_sop_class_iod_map

from bench.make_examples import EXAMPLES, write_dicom
from spinefm.export.dicom_source import NEEDED

FILM = EXAMPLES / "films" / "lumbar-dicom.dcm"


@pytest.fixture
def remade(tmp_path: Path) -> Path:
    """The film written again from its own pixels."""
    kept = pydicom.dcmread(FILM)
    write_dicom(tmp_path / FILM.name, kept.pixel_array / 4095, float(kept.ImagerPixelSpacing[0]))
    return tmp_path / FILM.name


def test_the_film_is_the_one_that_is_written(remade: Path) -> None:
    assert pydicom.dcmread(remade) == pydicom.dcmread(FILM)


def test_seg_and_sr_can_refer_to_the_film() -> None:
    film = pydicom.dcmread(FILM)
    assert not [keyword for keyword in NEEDED if not film.get(keyword)]


def test_the_attributes_of_every_mandatory_module_are_there() -> None:
    film = pydicom.dcmread(FILM)
    modules = get_iod_module_map()[get_sop_class_iod_map()[film.SOPClassUID]]
    mandatory = [module["key"] for module in modules if module["usage"] == "M"]
    assert len(mandatory) > 5
    for module in mandatory:
        check_required_attributes(film, module)
