"""NIfTI: the label map of a film as a volume of one slice that lies on its film in every viewer.

Of a film that came as NIfTI the map has the shape and the affine. Of any other film, the film itself is written with
the same affine: columns run to the patient's back and rows to the feet, as the picture is looked at. Which way the
patient faces is not assumed, so "back" means right in the picture.
"""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinefm.export.labels import label_map
from spinefm.export.subject import IMAGES, Part, Subject, remarks_of
from spinefm.imaging.kinds import is_gzip, is_nifti
from spinefm.imaging.nifti import picture_axes, unpacked
from spinefm.imaging.radiograph import printable

LABELS = "labels/"
SCANNER = 1
"""NIfTI's code of an affine in millimetres of the patient."""
MILLIMETRES = "mm"
COMMENT = 6
"""NIfTI's code of an extension that holds plain text."""


def part(subject: Subject) -> Part:
    """`images/<name>.nii.gz` and `labels/<name>.nii.gz`; ids are VerSe's, notes a comment in the header's extension."""
    labels = label_map(subject.trace)
    source = _nifti_source(subject.source)
    if source is not None:
        values = _as_stored(np.rot90(labels, subject.quarters), source)
        films, affine = {_path(IMAGES, subject): gzip.compress(_plain(subject.source), mtime=0)}, source.affine
    else:
        values, affine = _as_volume(labels), picture_affine(subject.spacing_mm)
        films = _film(subject, affine)
    remarks = remarks_of(subject.trace)
    return Part({**films, _path(LABELS, subject): _file(values, affine, remarks, source)})


def picture_affine(spacing_mm: float | None) -> NDArray[np.float64]:
    """From (column, row, 0) to (right, front, top) in mm; a film without a scale has pixels of 1 mm."""
    side = spacing_mm or 1.0
    return np.array([[0, 0, side, 0], [-side, 0, 0, 0], [0, -side, 0, 0], [0, 0, 0, 1]], float)


def _film(subject: Subject, affine: NDArray[np.float64]) -> dict[str, bytes]:
    if subject.film is None:
        return {}
    pixels = np.round(np.clip(subject.film.pixels, 0, 1) * 255).astype(np.uint8)
    return {_path(IMAGES, subject): _file(_as_volume(pixels), affine, [])}


def _path(folder: str, subject: Subject) -> str:
    return f"{folder}{subject.name}.nii.gz"


def _as_volume(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture (H, W) as a volume (W, H, 1)."""
    return np.ascontiguousarray(picture.T[..., None])


def _nibabel() -> Any:
    """The package nibabel, imported when it is needed."""
    return import_module("nibabel")


def _nifti_source(source: bytes | None) -> Any:
    """The film as nibabel sees it, where it came as NIfTI."""
    if source is None or not (is_nifti(source) or is_gzip(source)):
        return None
    data = _plain(source)
    nibabel = _nibabel()
    kind = nibabel.Nifti2Image if data[4:7] == b"n+2" else nibabel.Nifti1Image
    return kind.from_bytes(data)


def _plain(source: bytes | None) -> bytes:
    """The NIfTI file, unpacked within the limits of a film."""
    data = source or b""
    return (unpacked(data) or b"") if is_gzip(data) else data


def _as_stored(picture: NDArray[np.uint8], image: Any) -> NDArray[np.uint8]:
    """A picture (H, W) with the axes and directions of a NIfTI film: what `as_picture` did, undone."""
    columns, rows, flips = picture_axes(image)
    values = picture[:: -1 if flips[1] else 1, :: -1 if flips[0] else 1]
    values = values.swapaxes(0, 1) if columns < rows else values
    return np.ascontiguousarray(values).reshape(image.shape[:3])


def _file(values: NDArray[np.uint8], affine: Any, remarks: Sequence[str], like: Any = None) -> bytes:
    """A packed NIfTI-1 file; of a film `like` another it has the codes that say what its affine means."""
    nibabel = _nibabel()
    image = nibabel.Nifti1Image(values, affine)
    image.header.set_xyzt_units(MILLIMETRES)
    for code in ("sform_code", "qform_code"):
        image.header[code] = SCANNER if like is None else int(like.header[code])
    if remarks:
        comment = printable("\n".join(remarks)).encode()
        image.header.extensions.append(nibabel.nifti1.Nifti1Extension(COMMENT, comment))
    return gzip.compress(image.to_bytes(), mtime=0)
