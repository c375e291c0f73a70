"""Writes `examples/`: eight test phantoms with truth, thumbnails and finished traces: `python -m bench.make_examples`.

None of their seeds is in the phantom test's 200, and none was trained on. `--traces-only` runs the compact bundle on
the films that are there.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import pydicom
from PIL import Image
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian, generate_uid

from spinefm.imaging.radiograph import read
from spinefm.methods import build_method, run_to_trace
from spinefm.phantom import Phantom, simulate
from spinefm.phantom.folder import label_of
from spinefm.ui.server.examples import find_examples, small_jpeg
from spinefm.weights.load import load_bundle

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


@dataclass(frozen=True)
class Example:
    """One example film: its name, the phantom's arguments, and how it is written."""

    name: str
    seed: int
    region: Literal["cervical", "lumbar"]
    layout: str
    written: Literal["png", "inverted", "dicom"] = "png"


TABLE = (
    Example("cervical", 9_500_002, "cervical", "full"),
    Example("lumbar", 9_500_015, "lumbar", "full"),
    Example("cervical-low-contrast", 9_500_004, "cervical", "full"),
    Example("cervical-cephalogram", 9_500_041, "cervical", "cephalogram"),
    Example("cervical-without-c2", 9_500_021, "cervical", "no_anchor"),
    Example("lumbar-wide", 9_500_031, "lumbar", "wide"),
    Example("lumbar-inverted", 9_500_012, "lumbar", "full", "inverted"),
    Example("lumbar-dicom", 9_500_011, "lumbar", "full", "dicom"),
)
"""Chosen by eye for their variety, before any network had seen them."""
PICTURE_TAGS: Mapping[str, Any] = MappingProxyType(
    {
        **{"ImageType": ["ORIGINAL", "PRIMARY", ""], "PresentationIntentType": "FOR PRESENTATION", "DetectorType": ""},
        **{"PhotometricInterpretation": "MONOCHROME2", "SamplesPerPixel": 1, "PixelRepresentation": 0},
        **{"BitsAllocated": 16, "BitsStored": 12, "HighBit": 11},
        **{
            "PixelIntensityRelationship": "LOG",
            "PixelIntensityRelationshipSign": -1,
            "PresentationLUTShape": "IDENTITY",
        },
        **{"RescaleIntercept": 0, "RescaleSlope": 1, "RescaleType": "US"},
        **{"BurnedInAnnotation": "NO", "LossyImageCompression": "00"},
    }
)
"""What a DICOM film says of its grey values."""


def main() -> None:
    """Write the films, their labels and their traces."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=EXAMPLES)
    parser.add_argument("--traces-only", action="store_true")
    parser.add_argument("--films-only", action="store_true")
    args = parser.parse_args()
    if not args.traces_only:
        write_films(args.out, TABLE)
    if not args.films_only:
        write_traces(args.out)


def write_films(folder: Path, table: Sequence[Example]) -> None:
    """Write films, labels and thumbnails."""
    for part in ("films", "labels"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for example in table:
        phantom = simulate(example.seed, example.region, layout=example.layout)
        upright = 1.0 - phantom.film if phantom.inverted else phantom.film
        write_film(folder / "films", example, upright, phantom)
        label = label_of(phantom) | {"inverted": example.written == "inverted"}
        (folder / "labels" / f"{example.name}.json").write_text(json.dumps(label) + "\n")
        Image.fromarray(phantom.labels).save(folder / "labels" / f"{example.name}.png", optimize=True)
    write_thumbnails(folder)


def write_thumbnails(folder: Path) -> None:
    """Write a small picture of every film of `folder`, so that the page starts without reading the films."""
    (folder / "thumbnails").mkdir(exist_ok=True)
    for example in find_examples(folder).values():
        example.small.write_bytes(small_jpeg(example.read()))


def write_film(folder: Path, example: Example, upright: np.ndarray, phantom: Phantom) -> None:
    """Write one film (H, W) in [0, 1], bone bright, in the example's own way."""
    if example.written == "dicom":
        write_dicom(folder / f"{example.name}.dcm", upright, phantom.spacing_mm)
        return
    pixels = np.round(255 * (1 - upright if example.written == "inverted" else upright)).astype(np.uint8)
    Image.fromarray(pixels).save(folder / f"{example.name}.png", optimize=True)


def write_dicom(path: Path, upright: np.ndarray, spacing_mm: float) -> None:
    """A complete 12 bit MONOCHROME2 film with the spacing at the detector, of no patient; the name decides its UIDs."""
    stored = np.round(upright * 4095).astype("<u2")
    tags = {**_subject_tags(path.stem), **PICTURE_TAGS, "ImagerPixelSpacing": [round(spacing_mm, 5)] * 2}
    tags |= {"Rows": stored.shape[0], "Columns": stored.shape[1], "PixelData": stored.tobytes()}
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = tags["SOPClassUID"] = DigitalXRayImageStorageForPresentation
    meta.MediaStorageSOPInstanceUID = tags["SOPInstanceUID"] = generate_uid(entropy_srcs=[path.name])
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    for keyword, value in tags.items():
        setattr(data, keyword, value)
    pydicom.dcmwrite(path, data, enforce_file_format=True)


def _subject_tags(name: str) -> dict[str, Any]:
    """Whom and what the film is of: no patient, of no date."""
    study, series = (generate_uid(entropy_srcs=[name, part]) for part in ("study", "series"))
    unknown = ("PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "AccessionNumber", "ReferringPhysicianName")
    return {
        **dict.fromkeys(unknown, ""),
        **{"PatientName": "Phantom", "PatientID": name, "StudyID": "1", "SeriesNumber": 1, "InstanceNumber": 1},
        **{"StudyInstanceUID": study, "SeriesInstanceUID": series, "Manufacturer": "SpineFM"},
        **{"Modality": "DX", "BodyPartExamined": "LSPINE", "ViewPosition": "LL", "ImageLaterality": "U"},
        **{"AnatomicRegionSequence": [_lumbar_spine()], "AcquisitionContextSequence": []},
    }


def _lumbar_spine() -> Dataset:
    """The anatomic region as a code of SNOMED CT."""
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "122496007", "SCT", "Lumbar spine"
    return code


def write_traces(folder: Path) -> None:
    """Run the compact bundle on every film of `folder` and keep the traces, compressed."""
    (folder / "traces").mkdir(exist_ok=True)
    bundle = load_bundle("compact", device="cpu")
    for film in sorted((folder / "films").iterdir()):
        trace = run_to_trace(build_method("spinefm", bundle), read(film))
        packed = gzip.compress(trace.to_json().encode(), mtime=0)
        (folder / "traces" / f"{film.stem}.json.gz").write_bytes(packed)


if __name__ == "__main__":
    main()
