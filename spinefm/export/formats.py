"""The formats of an export, by name: what each is for, which film it needs, and what writes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from spinefm.export import coco, csv_file, cvat, dicom_seg, dicom_sr, labelme, nifti, png_file, yolo
from spinefm.export.one_page import part as report_part
from spinefm.export.subject import Part, Subject


@dataclass(frozen=True)
class Format:
    """A format of an export.

    title: a few words for a menu. line: what it holds, and for whom. part: what one result adds to it; raises
    ExportError. suffix: ending of what one result becomes. whole: makes `file`, the one file of all results, of their
    entries. needs_dicom: whether it refers to the film's DICOM file. with_film: whether the film goes with it.
    """

    name: str
    title: str
    line: str
    part: Callable[[Subject], Part]
    suffix: str
    file: str = ""
    whole: Callable[[Sequence[Any]], Mapping[str, bytes]] | None = None
    needs_dicom: bool = False
    with_film: bool = True

    def joined(self, entries: Sequence[Any]) -> Mapping[str, bytes]:
        """The file of all results; nothing where the format has none."""
        return {} if self.whole is None else self.whole(entries)

    def files(self, subject: Subject) -> dict[str, bytes]:
        """The whole export of one result. Raises ExportError."""
        part = self.part(subject)
        return {**part.files, **self.joined([part.entry])}


_FORMATS = (
    Format(
        "report",
        "Report to print (PDF)",
        "one page of PDF and HTML: film, measures, doubt and warnings",
        report_part,
        ".pdf",
    ),
    Format(
        "coco",
        "COCO, polygons",
        "COCO instances: polygons, four corners as keypoints, probability and doubt",
        coco.part,
        ".json",
        coco.FILE,
        coco.whole,
    ),
    Format(
        "coco-rle",
        "COCO, run lengths",
        "the same with exact masks as run lengths in place of polygons",
        coco.part_in_runs,
        ".json",
        coco.FILE,
        coco.whole,
    ),
    Format("labelme", "labelme", "one JSON per film with polygons, to correct by hand", labelme.part, ".json"),
    Format(
        "cvat",
        "CVAT",
        "CVAT for images 1.1: polygons with doubt as an attribute, to correct by hand",
        cvat.part,
        ".xml",
        cvat.FILE,
        cvat.whole,
    ),
    Format(
        "yolo", "YOLO", "Ultralytics' segmentation set; a class per level", yolo.part, ".txt", yolo.FILE, yolo.whole
    ),
    Format("nifti", "NIfTI", "label map of VerSe ids that lies on its film in a viewer", nifti.part, ".nii.gz"),
    Format(
        "dicom-seg",
        "DICOM SEG",
        "DICOM Segmentation of a DICOM film, a segment per vertebra",
        dicom_seg.part,
        ".dcm",
        needs_dicom=True,
    ),
    Format(
        "dicom-sr",
        "DICOM SR",
        "DICOM Structured Report of a DICOM film: TID 1500 with outlines and measures",
        dicom_sr.part,
        ".dcm",
        needs_dicom=True,
    ),
    Format("png", "Picture (PNG)", "the film with outlines and names", png_file.part, ".png", with_film=False),
    Format(
        "csv",
        "Table (CSV)",
        "one table of the vertebrae of all films",
        csv_file.part,
        ".csv",
        csv_file.FILE,
        csv_file.whole,
    ),
)

FORMATS: Mapping[str, Format] = MappingProxyType({one.name: one for one in _FORMATS})
"""Every format by its name on the command line."""
