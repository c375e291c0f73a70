"""MR volumes that SPINEPS has segmented: their middle slices open as a data set of label maps."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nibabel
import numpy as np
import pytest
from PIL import Image

from spinefm.core.levels import Level
from spinefm.data import open_dataset
from spinefm.imaging.radiograph import read

SCRIPT = Path(__file__).parents[2] / "examples" / "mr_slices.py"
SPACING = (4.0, 0.8, 1.6)
"""mm to the left, to the back and upwards, as sagittal series have them."""


def write_volume(path: Path, values: np.ndarray) -> None:
    """A volume stored as left, posterior, superior: another order than the script works in."""
    affine = np.diag([-SPACING[0], -SPACING[1], SPACING[2], 1.0])
    path.parent.mkdir(parents=True, exist_ok=True)
    nibabel.save(nibabel.Nifti1Image(values, affine), path)


NAMES = {"new": "sub-1_mod-T2w_seg-{}_msk.nii.gz", "old": "sub-1_seg-{}_msk.nii.gz"}
"""What SPINEPS 2.1.3 and earlier releases call the masks of `sub-1_T2w.nii.gz`."""


@pytest.fixture(params=NAMES)
def masks(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Two lumbar bodies with an arch behind each, a disc and the sacrum, widest in the third of five slices."""
    grey, ids, parts = (np.zeros((5, 120, 90), np.int16) for _ in range(3))
    for level, top in ((Level.L4, 70), (Level.L5, 45)):
        for slab, half in ((1, 8), (2, 14), (3, 8)):
            block = (slab, slice(50 - half, 50 + half), slice(top - 16, top))
            grey[block], ids[block], parts[block] = 900, level, 49
        arch = (2, slice(80, 100), slice(top - 12, top))  # behind: the second axis runs to the back
        ids[arch], parts[arch] = level, 41
    ids[2, 40:60, 46:52], parts[2, 40:60, 46:52] = 124, 100
    ids[2, 45:60, 5:25], parts[2, 45:60, 5:25] = 26, 26
    grey[..., 80:] = 400
    write_volume(tmp_path / "sub-1_T2w.nii.gz", grey)
    folder, name = tmp_path / "derivatives_seg", NAMES[request.param]
    for kind, values in (("vert", ids), ("spine", parts)):
        write_volume(folder / name.format(kind), values)
        empty = np.zeros_like(ids)  # of another patient, of another contrast, and before it was cleaned
        write_volume(folder / name.format(kind).replace("sub-1", "sub-10"), empty)
        write_volume(folder / f"sub-1_mod-T1w_seg-{kind}_msk.nii.gz", empty)
        write_volume(folder / "output_raw_T2w" / f"sub-1_mod-T2w_seg-{kind}-raw_msk.nii.gz", empty)
    (folder / "sub-1_mod-T2w_seg-spine_snp.png").write_bytes(b"a snapshot")
    (folder / "sub-1_mod-T2w_seg-spine_ctd.json").write_text("{}")
    return tmp_path


def cut(folder: Path, *volumes: str) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, str(SCRIPT), *volumes, "--masks", "derivatives_seg", "--out", "mr"]
    return subprocess.run(call, cwd=folder, capture_output=True, text=True, check=False)


def test_the_middle_slice_opens_with_its_bodies_head_up_and_square(masks: Path) -> None:
    assert cut(masks, "sub-1_T2w.nii.gz").returncode == 0
    dataset = open_dataset("auto", masks / "mr")
    case = dataset.read(dataset.names[0])
    assert set(case.truth.bodies) == {Level.L4, Level.L5, Level.S1}
    film = read(case.film)
    assert film.size == (120, 180)
    upper, lower = case.truth.bodies[Level.L4], case.truth.bodies[Level.L5]
    assert upper.centroid.y < lower.centroid.y
    assert upper.area == 28 * 32  # the arch is left out; 16 rows of 1.6 mm are 32 of 0.8 mm
    assert abs(upper.centroid.x - (119 - 49.5)) <= 1  # to the back is to the left


def test_a_volume_without_masks_is_named_and_the_others_go_on(masks: Path) -> None:
    write_volume(masks / "sub-2_T2w.nii.gz", np.zeros((3, 8, 8), np.int16))
    done = cut(masks, "sub-2_T2w.nii.gz", "sub-1_T2w.nii.gz")
    assert done.returncode == 1 and "sub-2_T2w.nii.gz: no *_seg-vert_msk" in done.stderr
    assert [path.name for path in (masks / "mr" / "labels").iterdir()] == ["sub-1_T2w.png"]


def test_a_folder_of_slices_as_spineps_2_leaves_it_opens_without_cutting(tmp_path: Path) -> None:
    ids, semantic = np.zeros((90, 120, 1), np.uint8), np.zeros((90, 120, 1), np.uint8)
    for index, level in enumerate((Level.L3, Level.L4, Level.L5)):
        ids[30:60, 10 + 30 * index : 30 + 30 * index], semantic[30:60, 10 + 30 * index : 30 + 30 * index] = level, 49
    ids[40:50, 32:36] = 100 + Level.L3
    (tmp_path / "rawdata").mkdir()
    grey = np.random.default_rng(0).integers(0, 255, (120, 90), np.uint8)
    Image.fromarray(grey).save(tmp_path / "rawdata" / "sub-1_xr.png")
    for kind, values in (("vert", ids), ("spine", semantic)):
        path = tmp_path / "derivatives" / f"sub-1_mod-xr_seg-{kind}_msk.nii.gz"
        path.parent.mkdir(exist_ok=True)
        nibabel.save(nibabel.Nifti1Image(values, np.eye(4)), path)
    dataset = open_dataset("auto", tmp_path)
    case = dataset.read("sub-1_xr")
    assert set(case.truth.bodies) == {Level.L3, Level.L4, Level.L5}
    assert [one.label for one in case.left_out] == [f"id {100 + Level.L3}"]
    assert [one.name for one in dataset.skipped] == ["sub-1_mod-xr_seg-spine_msk.nii.gz"]
