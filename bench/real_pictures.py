"""Pictures from source archives as negatives for the view network: `python -m bench.real_pictures ARCHIVE… --out DIR`.

Simulated photographs and screenshots are a beginning; real ones, of which source archives of open packages hold many
(their documentation, their tests), show a network more. This unpacks the pictures of `.tar.gz` archives, drops those
that are small, flat or there twice, and writes the rest beside labels as `spinefm phantom --group negative` does:
nothing on them is a lateral spine film. Look through them before training, and heed the licences of the archives.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import tarfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, UnidentifiedImageError

from spinefm.phantom.folder import write_negative
from spinefm.phantom.negatives import Negative

KINDS = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp", ".pgm")
LEAST, MOST = 128, 640
"""Smaller pictures are left out, larger ones are shrunk; pixels of the shorter and of the longer side."""
FLAT = 0.02
"""Deviation of the greys, from 0 to 1, below which a picture shows nothing."""
FIRST_SEED = 490_000
"""Pictures are numbered from here on, among the seeds of training."""


def main() -> None:
    """Unpack, choose, write."""
    args = _arguments()
    for part in ("films", "labels"):
        (args.out / part).mkdir(parents=True, exist_ok=True)
    count = 0
    for count, film in enumerate(pictures(args.archives), start=1):
        write_negative(args.out, Negative(film, "picture", "real picture", args.seed + count - 1))
    print(f"{count} pictures in {args.out}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archives", nargs="+", type=Path, help="source archives (.tar.gz)")
    parser.add_argument("--out", type=Path, required=True, help="folder for films/ and labels/")
    parser.add_argument("--seed", type=int, default=FIRST_SEED, help="number of the first picture")
    return parser.parse_args()


def pictures(archives: list[Path]) -> Iterator[np.ndarray]:
    """The usable pictures (H, W) float32 in [0, 1] of all archives, each once."""
    seen: set[str] = set()
    for path in archives:
        with tarfile.open(path) as archive:
            for member in archive:
                if member.isfile() and member.name.lower().endswith(KINDS):
                    data = (archive.extractfile(member) or io.BytesIO()).read()
                    digest = hashlib.sha256(data).hexdigest()
                    film = None if digest in seen else _usable(data)
                    seen.add(digest)
                    if film is not None:
                        yield film


def _usable(data: bytes) -> np.ndarray | None:
    """A picture as grey; None for what cannot be read, is small, or is flat."""
    with suppress(OSError, ValueError, SyntaxError, UnidentifiedImageError, Image.DecompressionBombError):
        grey = np.asarray(Image.open(io.BytesIO(data)).convert("RGB").convert("L"), np.float32) / 255
        if min(grey.shape) >= LEAST and grey.std() >= FLAT:
            share = min(1.0, MOST / max(grey.shape))
            size = (max(8, round(grey.shape[1] * share)), max(8, round(grey.shape[0] * share)))
            return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.float32)
    return None


if __name__ == "__main__":
    main()
