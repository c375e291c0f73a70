"""Pictures of archives: each once; small, flat and broken ones are left out, large ones shrunk."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bench.real_pictures import LEAST, MOST, pictures


def _png(width: int, height: int, flat: bool = False, seed: int = 0) -> bytes:
    noise = np.random.default_rng(seed).integers(0, 255, (height, width), np.uint8)
    stream = io.BytesIO()
    Image.fromarray(np.full_like(noise, 90) if flat else noise).save(stream, "PNG")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("files", "shapes"),
    [
        ({"a.png": _png(300, 200)}, [(200, 300)]),
        ({"a.png": _png(300, 200), "b/again.png": _png(300, 200)}, [(200, 300)]),
        ({"a.png": _png(300, 200), "b.png": _png(300, 200, seed=1)}, [(200, 300), (200, 300)]),
        ({"large.png": _png(1280, 640)}, [(MOST // 2, MOST)]),
        ({"small.png": _png(LEAST - 1, 300), "flat.png": _png(300, 200, flat=True)}, []),
        ({"broken.png": b"no picture", "text.txt": _png(300, 200)}, []),
    ],
)
def test_pictures_that_show_something_are_taken_once(
    tmp_path: Path, files: dict[str, bytes], shapes: list[tuple[int, int]]
) -> None:
    path = tmp_path / "sources.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    found = list(pictures([path]))
    assert [picture.shape for picture in found] == shapes
    assert all(picture.min() >= 0 and picture.max() <= 1 for picture in found)
