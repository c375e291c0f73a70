"""What an evaluation was made of: checksums of films and of their truth, by which two runs can be matched."""

from __future__ import annotations

import hashlib

import numpy as np

from spinefm.core.checksum import sha256_of
from spinefm.core.masks import Mask
from spinefm.data import Case, Truth


def film_checksum(case: Case) -> str:
    """The sha256 of a film's file, or of the bytes that its label holds. Raises OSError."""
    return sha256_of(case.film) if case.content is None else hashlib.sha256(case.content).hexdigest()


def truth_checksum(truth: Truth) -> str:
    """The sha256 of what is known about a film: the same for the same masks and boxes, in whatever layout they came."""
    digest = hashlib.sha256(b"complete" if truth.complete else b"")
    for kind, masks in (("body", truth.bodies), ("partial", truth.partial)):
        for level, mask in sorted(masks.items()):
            digest.update(f"{kind} {level.name} ".encode())
            _add_mask(digest, mask)
    for level, box in sorted(truth.boxes.items()):
        digest.update(f"box {level.name} {tuple(box)} ".encode())
    return digest.hexdigest()


def _add_mask(digest: hashlib._Hash, mask: Mask) -> None:
    digest.update(f"{tuple(map(int, mask.origin))} {mask.crop.shape} ".encode())
    digest.update(np.packbits(mask.crop).tobytes())
