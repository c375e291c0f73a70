"""Objects that are no radiographs, and enhanced ones of one frame."""

from __future__ import annotations

import numpy as np
import pytest
from pydicom import Dataset
from pydicom.dataset import FileDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID

from spinefm.imaging.radiograph import Spacing, UnreadableFilm, read
from tests.bad_films import dicom_bytes, dicom_film, ramp

TRUTH = ramp()
TWELVE = np.round(TRUTH * 4095).astype(np.uint16)
STORED = "1.2.840.10008.5.1.4.1.1."


def of_class(uid: str, in_meta_only: bool = False) -> bytes:
    """A film said to be of a SOP class."""
    film = dicom_film(TWELVE)
    film.file_meta.MediaStorageSOPClassUID = UID(uid)
    film.SOPClassUID = None if in_meta_only else uid
    return dicom_bytes(film)


@pytest.mark.parametrize(
    ("uid", "kind"),
    [
        ("66.4", "a segmentation"),
        ("66.7", "a segmentation"),
        ("66", "raw data"),
        ("11.1", "a presentation state"),
        ("88.33", "a report"),
        ("104.1", "a document"),
        ("481.2", "a radiotherapy dose"),
        ("481.3", "a radiotherapy structure set"),
        ("481.5", "a radiotherapy plan"),
        ("9.1.1", "a recording of waveforms or sound"),
    ],
)
@pytest.mark.parametrize("in_meta_only", [False, True])
def test_what_is_no_radiograph_is_named(uid: str, kind: str, in_meta_only: bool) -> None:
    with pytest.raises(UnreadableFilm, match=f"is {kind}, not a radiograph"):
        read(of_class(STORED + uid, in_meta_only))


@pytest.mark.parametrize("uid", ["1", "1.1", "7", "2", "4", "12.1", "12.1.1", "481.1", "77.1.4", "6.1"])
def test_images_of_any_class_are_read(uid: str) -> None:
    np.testing.assert_allclose(read(of_class(STORED + uid), polarity="keep").pixels, TRUTH, atol=1 / 255)


def item(**tags: object) -> Sequence:
    """A sequence of one item with these tags."""
    content = Dataset()
    for keyword, value in tags.items():
        setattr(content, keyword, value)
    return Sequence([content])


def enhanced(group: str, **own: object) -> FileDataset:
    """A film of one frame whose spacing, window and slope are in a functional group, with further tags of its own."""
    groups = item(
        PixelMeasuresSequence=item(PixelSpacing=[0.3, 0.3]),
        FrameVOILUTSequence=item(WindowCenter=2048, WindowWidth=2400),
        PixelValueTransformationSequence=item(RescaleSlope="-1", RescaleIntercept="4095"),
    )
    return dicom_film(4095 - TWELVE, NumberOfFrames=1, **{group: groups, **own})


@pytest.mark.parametrize("group", ["SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"])
def test_functional_groups_of_one_frame_count(group: str) -> None:
    film = read(dicom_bytes(enhanced(group)), polarity="keep")
    np.testing.assert_allclose(film.pixels, np.clip((TRUTH * 4095 - 848) / 2400, 0, 1), atol=1 / 255)
    assert film.spacing == Spacing(pytest.approx(0.3), "PixelSpacing, its calibration not stated")


def test_the_tags_of_the_object_itself_count_first() -> None:
    film = enhanced("SharedFunctionalGroupsSequence", PixelSpacing=[0.2, 0.2], RescaleSlope="1", RescaleIntercept="0")
    shown = read(dicom_bytes(film), polarity="keep")
    assert shown.spacing is not None and shown.spacing.mm == pytest.approx(0.2)
    assert shown.pixels[0, 0] > 0.9
