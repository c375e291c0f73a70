"""The middle sagittal slice of MR volumes that SPINEPS has segmented, as a folder that the explorer opens.

    python mr_slices.py sub-1_T2w.nii.gz --masks derivatives_seg --out mr
    python -m spinefm evaluate maps --root mr --out runs/mr

It runs in the environment of the package `spineps`, whose nibabel it uses, and imports nothing of this project. Per
volume it writes `images/<name>.png` (8 bit, square pixels, head up) and `labels/<name>.png` (VerSe ids of the bodies).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import nibabel
import numpy as np
from PIL import Image

BODY = (49, 50)
"""Labels of the vertebral bodies in SPINEPS' semantic mask; its instance mask holds the arches too."""

LAST_ID = 26
"""The sacrum; higher ids of the instance mask are discs and endplates."""


def main() -> int:
    """Cut every volume; returns the exit code: 1 where one has no masks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("volumes", type=Path, nargs="+", help="NIfTI volumes that were given to SPINEPS")
    parser.add_argument("--masks", type=Path, required=True, help="the folder of its results")
    parser.add_argument("--out", type=Path, required=True, help="the folder to write")
    args = parser.parse_args()
    failed = 0
    for volume in args.volumes:
        name = volume.name.removesuffix(".gz").removesuffix(".nii")
        masks = [_mask(args.masks, name, kind) for kind in ("vert", "spine")]
        if None in masks:
            failed += 1
            sys.stderr.write(f"{volume}: no *_seg-vert_msk.nii.gz and *_seg-spine_msk.nii.gz of it in {args.masks}\n")
            continue
        write_slice(args.out, name, volume, *(path for path in masks if path is not None))
    return 1 if failed else 0


def _mask(folder: Path, name: str, kind: str) -> Path | None:
    """The mask of one volume.

    SPINEPS 2 calls it `sub-1_mod-T2w_seg-vert_msk.nii.gz` for `sub-1_T2w.nii.gz`, and `sub-x_mod-x_seg-…` for a name
    that is not BIDS; earlier releases leave the contrast out.
    """
    subject, _, contrast = name.rpartition("_")
    stems = (f"{subject}_mod-{contrast}", f"sub-{name}_mod-{name}", name, subject)
    names = (f"{stem}_seg-{kind}_msk.nii.gz" for stem in stems if stem)
    return next((path for wanted in names for path in sorted(folder.rglob(wanted))), None)


def write_slice(out: Path, name: str, volume: Path, instances: Path, semantic: Path) -> None:
    """Write the slice of one volume in which most of the vertebrae is seen, and its map."""
    grey, spacing = _canonical(volume)
    ids, parts = (_canonical(path)[0].astype(int) for path in (instances, semantic))
    bodies = np.where((ids <= LAST_ID) & (np.isin(parts, BODY) | (ids == LAST_ID)), ids, 0)
    at = int((bodies > 0).sum(axis=(1, 2)).argmax())
    low, high = np.percentile(grey[at], (1, 99.5))
    shown = np.clip((grey[at] - low) / max(high - low, 1e-6), 0, 1) * 255
    for folder, plane, resample in (("images", shown, Image.BICUBIC), ("labels", bodies[at], Image.NEAREST)):
        (out / folder).mkdir(parents=True, exist_ok=True)
        _square(plane, spacing, resample).save(out / folder / f"{name}.png")


def _canonical(path: Path) -> tuple[np.ndarray, tuple[float, float]]:
    """The volume with axes to the right, to the front and upwards, and its spacing along the last two in mm."""
    image = nibabel.as_closest_canonical(nibabel.load(path))
    return np.asarray(image.dataobj), tuple(float(step) for step in image.header.get_zooms()[1:3])


def _square(plane: np.ndarray, spacing: tuple[float, float], resample: int) -> Image.Image:
    """A sagittal plane (front, up) as a picture with square pixels, the head up and the face to the right."""
    picture = Image.fromarray(plane.T[::-1].astype(np.uint8))
    finest = min(spacing)
    size = (round(plane.shape[0] * spacing[0] / finest), round(plane.shape[1] * spacing[1] / finest))
    return picture.resize(size, resample)


if __name__ == "__main__":
    raise SystemExit(main())
