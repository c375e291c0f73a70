"""A film as a computed radiograph in DICOM, as detectors write it: no frame of reference, spacing at the detector."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import UID, ComputedRadiographyImageStorage, ExplicitVRLittleEndian

SPACING = 0.2
"""Millimetres per pixel at the detector."""
FILM, SERIES, STUDY = "1.2.826.0.1.3680043.8.498.1", "1.2.826.0.1.3680043.8.498.2", "1.2.826.0.1.3680043.8.498.3"


def dicom_film(pixels: NDArray[np.float32], **tags: Any) -> bytes:
    """The film (H, W) in [0, 1], bone bright, as a DICOM file of 12 bits; `tags` replace or, with None, take away."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = ComputedRadiographyImageStorage
    meta.MediaStorageSOPInstanceUID = UID(FILM)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    film = FileDataset("film.dcm", {}, file_meta=meta, preamble=bytes(128))
    stored = np.round(pixels * 4095).astype(np.uint16)
    for keyword, value in {**_tags(stored), **tags}.items():
        if value is not None:
            setattr(film, keyword, value)
    stream = io.BytesIO()
    film.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def _tags(stored: NDArray[np.uint16]) -> dict[str, Any]:
    return {
        **{"SOPClassUID": ComputedRadiographyImageStorage, "SOPInstanceUID": FILM},
        **{"StudyInstanceUID": STUDY, "SeriesInstanceUID": SERIES, "StudyID": "7", "SeriesNumber": 1},
        **{"PatientName": "Phantom^Lateral", "PatientID": "P1", "PatientBirthDate": "19700101", "PatientSex": "O"},
        **{"StudyDate": "20260101", "StudyTime": "101500", "AccessionNumber": "A1", "ReferringPhysicianName": ""},
        **{"Modality": "CR", "Manufacturer": "None", "BodyPartExamined": "CSPINE", "ViewPosition": "LL"},
        **{"InstanceNumber": 1, "ImageType": ["ORIGINAL", "PRIMARY"], "PatientOrientation": ["A", "F"]},
        **{"ImagerPixelSpacing": [SPACING, SPACING]},
        **{"SamplesPerPixel": 1, "PhotometricInterpretation": "MONOCHROME2", "PixelRepresentation": 0},
        **{"Rows": stored.shape[0], "Columns": stored.shape[1]},
        **{"BitsAllocated": 16, "BitsStored": 12, "HighBit": 11, "PixelData": stored.tobytes()},
    }
