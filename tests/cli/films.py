"""Films for the tests of the command line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from tests.export.handmade import SIZE


def write_film(path: Path) -> Path:
    """A grey wedge with some texture as PNG."""
    wedge = np.add.outer(np.linspace(0, 150, SIZE[1]), np.linspace(0, 100, SIZE[0])).astype(np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(wedge).save(path)
    return path
