"""Small films for the tests of sources."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from tests.bad_films import dicom_bytes, dicom_film, encoded, ramp


def picture(width: int = 80) -> bytes:
    """A PNG of `width` by 100 pixels: the width tells films apart."""
    return encoded((ramp(width, 100) * 255).astype(np.uint8), "PNG")


def disc_film(width: int = 80) -> bytes:
    """A DICOM file of `width` by 100 pixels."""
    return dicom_bytes(dicom_film((ramp(width, 100) * 4095).astype(np.uint16)))


def write_zip(path: Path, members: Mapping[str, bytes]) -> Path:
    """A zip of members by name."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def write(root: Path, files: Mapping[str, bytes]) -> Path:
    """Files below a folder; returns the folder."""
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root
