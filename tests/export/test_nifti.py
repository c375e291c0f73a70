"""NIfTI: nibabel reads the map, and each body lies where the film shows it, whatever way the film is stored."""

from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
from nibabel.orientations import axcodes2ornt, io_orientation, ornt_transform

from spinefm.export.formats import FORMATS
from spinefm.export.nifti import picture_affine
from spinefm.export.subject import Subject
from tests.export.curved import DOUBTFUL, LEVELS, NOTE, body, bright, pixels, subject, trace, turned

SPACING = 0.5
FILM, LABELS = "images/neck.nii.gz", "labels/neck.nii.gz"


def opened(made: Subject) -> dict[str, Any]:
    """Every volume of the export, as nibabel reads it."""
    files = FORMATS["nifti"].files(made)
    return {path: nibabel.Nifti1Image.from_bytes(gzip.decompress(data)) for path, data in files.items()}


def test_every_body_lies_on_its_film_in_the_world() -> None:
    images = opened(subject())
    labels, film = images[LABELS], images[FILM]
    assert np.array_equal(labels.affine, film.affine) and labels.shape == film.shape
    assert np.array_equal(np.asarray(labels.dataobj) > 0, bright(np.asarray(film.dataobj)))
    for index, level in enumerate(LEVELS):
        at = body(index).centroid
        world = labels.affine @ [at.x, at.y, 0, 1]
        assert world[:3] == pytest.approx([0, -SPACING * at.x, -SPACING * at.y])
        voxels = np.argwhere(np.asarray(labels.dataobj) == int(level)).mean(axis=0)
        assert voxels[:2] == pytest.approx(at)


def test_columns_run_to_the_back_and_rows_to_the_feet() -> None:
    labels = opened(subject())[LABELS]
    assert nibabel.aff2axcodes(labels.affine) == ("P", "I", "R")
    assert labels.header.get_zooms() == (SPACING, SPACING, SPACING) and labels.header.get_xyzt_units()[0] == "mm"
    assert int(labels.header["sform_code"]) == int(labels.header["qform_code"]) == 1


def test_a_film_without_a_scale_has_pixels_of_a_millimetre() -> None:
    labels = opened(subject(trace(spacing=None)))[LABELS]
    assert np.array_equal(labels.affine, picture_affine(1.0))


def stored(codes: str, slice_axis: int) -> Any:
    """The film as a NIfTI volume whose axes run to `codes`, with an offset; its one slice lies along `slice_axis`."""
    affine = picture_affine(SPACING)
    affine[:3, 3] = 30, -40, 50
    plain = nibabel.Nifti1Image((pixels().T[..., None] * 200).astype(np.uint8), affine)
    image = plain.as_reoriented(ornt_transform(io_orientation(affine), axcodes2ornt(codes)))
    assert image.shape[slice_axis] == 1
    return image


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("codes", "slice_axis"), [("PIR", 2), ("ASR", 2), ("IPL", 2), ("SAR", 2), ("RAS", 0), ("LPI", 0), ("ARI", 1)]
)
def test_of_a_nifti_film_the_map_keeps_shape_and_affine(codes: str, slice_axis: int, packed: bool) -> None:
    film = stored(codes, slice_axis)
    data = film.to_bytes()
    labels = opened(Subject("neck", trace(name="neck.nii"), gzip.compress(data) if packed else data))[LABELS]
    assert labels.shape == film.shape and np.allclose(labels.affine, film.affine)
    assert np.array_equal(np.asarray(labels.dataobj) > 0, bright(np.asarray(film.dataobj)))
    assert {int(one) for one in np.unique(labels.dataobj)} == {0, *map(int, LEVELS)}


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_of_a_film_turned_before_the_run_the_map_lies_on_the_file(quarters: int) -> None:
    film = stored("PIR", 2)
    labels = opened(Subject("neck", turned(quarters), film.to_bytes()))[LABELS]
    assert np.array_equal(np.asarray(labels.dataobj) > 0, bright(np.asarray(film.dataobj)))


def test_the_comment_in_the_header_has_notes_and_doubts() -> None:
    [comment] = [one.get_content() for one in opened(subject())[LABELS].header.extensions]
    text = comment.decode() if isinstance(comment, bytes) else comment
    assert NOTE in text and f"{DOUBTFUL.name} is doubtful" in text


def test_without_its_film_the_map_comes_alone(tmp_path: Path) -> None:
    assert list(opened(replace(subject(), source=None))) == [LABELS]
