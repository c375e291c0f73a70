"""What an evaluation was made of: checksums of films and of their truth, by which two runs can be matched."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import numpy as np

from spinefm.core.checksum import sha256_of
from spinefm.core.masks import Mask
from spinefm.data import Case


def film_checksum(case: Case) -> str:
    """The sha256 of a film's file, or of the bytes that its label holds. Raises OSError."""
    return sha256_of(case.film) if case.content is None else hashlib.sha256(case.content).hexdigest()


def truth_checksum(case: Case) -> str:
    """The sha256 of what is known about a film, in whatever layout it came: masks, boxes, corners, facing, spacing."""
    truth = case.truth
    digest = hashlib.sha256(b"complete" if truth.complete else b"")
    for kind, masks in (("body", truth.bodies), ("partial", truth.partial)):
        for level, mask in sorted(masks.items()):
            digest.update(f"{kind} {level.name} ".encode())
            _add_mask(digest, mask)
    for level, box in sorted(truth.boxes.items()):
        digest.update(f"box {level.name} {tuple(box)} ".encode())
    digest.update("".join(_of_measures(case)).encode())
    return digest.hexdigest()


def _of_measures(case: Case) -> Iterator[str]:
    """What the true measures are made of beside the outlines, as far as a label states it."""
    for level, points in sorted(case.corners.items()):
        yield f"corners {level.name} {[float(value) for point in points for value in point]} "
    if case.faces:
        yield f"faces {case.faces} "
    if case.spacing_mm is not None:
        yield f"spacing {float(case.spacing_mm)} "


def _add_mask(digest: hashlib._Hash, mask: Mask) -> None:
    digest.update(f"{tuple(map(int, mask.origin))} {mask.crop.shape} ".encode())
    digest.update(np.packbits(mask.crop).tobytes())
