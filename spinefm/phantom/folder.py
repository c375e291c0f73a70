"""Writing phantoms as a folder of films with truth: `films/`, `labels/` (outlines as JSON, masks as PNG)."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from spinefm.phantom.settings import RegionName
from spinefm.phantom.simulate import Phantom, simulate

COMPLETE_SHARE = 0.6
"""Bodies of which this share is in view are in `polygons`, however faint they are; the others are named in `partial`.

Where the body lies decides what counts as truth, and nothing else: how well it can be seen only splits the tables of
an evaluation, which measures it on the film."""


def write_set(
    folder: Path,
    seeds: Sequence[int],
    region: RegionName | None = None,
    progress: Callable[[int, int], None] | None = None,
    layout: str | None = None,
) -> list[str]:
    """Simulate and write one phantom per seed; returns the films' names, such as `phantom-cervical-9000000`.

    `progress` is called with (done, total) after each film. Raises OSError when the folder cannot be written.
    """
    for part in ("films", "labels"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    names = []
    for done, seed in enumerate(seeds, start=1):
        names.append(write_phantom(folder, simulate(seed, region, layout=layout)))
        if progress is not None:
            progress(done, len(seeds))
    return names


def write_phantom(folder: Path, phantom: Phantom) -> str:
    """Write one phantom into a folder that has `films/` and `labels/`; returns its name.

    The label comes last, and a phantom that cannot be written leaves no file: what is there is whole.
    Raises OSError, in one sentence, where there is no room.
    """
    name = f"phantom-{phantom.region}-{phantom.seed}"
    files = {
        folder / "films" / f"{name}.png": _png(np.round(phantom.film * 255).astype(np.uint8)),
        folder / "labels" / f"{name}.png": _png(phantom.labels),
        folder / "labels" / f"{name}.json": json.dumps(label_of(phantom)).encode(),
    }
    try:
        for path, content in files.items():
            _write_whole(path, content)
    except OSError as error:
        for path in files:
            with suppress(OSError):
                path.unlink(missing_ok=True)
        raise OSError(error.errno, f"{name} cannot be written ({error.strerror}): make room and start again") from error
    return name


def label_of(phantom: Phantom) -> dict[str, Any]:
    """The truth of a phantom as JSON data, points in film pixels rounded to a hundredth."""
    whole = {level: truth for level, truth in phantom.truth.items() if truth.visible >= COMPLETE_SHARE}
    partial = {level: truth for level, truth in phantom.truth.items() if level not in whole}
    return {
        "size": [phantom.film.shape[1], phantom.film.shape[0]],
        "region": phantom.region,
        "kind": "phantom (simulated): exact",
        "complete": True,
        "polygons": {level.name: np.round(truth.polygon, 2).tolist() for level, truth in whole.items()},
        "partial": {level.name: round(truth.visible, 3) for level, truth in partial.items()},
        "share": {level.name: round(truth.visible, 3) for level, truth in phantom.truth.items()},
        "corners": {level.name: np.round(truth.corners, 2).tolist() for level, truth in whole.items()},
        "centroids": {level.name: np.round(point, 2).tolist() for level, point in phantom.centroids.items()},
        "distractors": {kind: np.round(points, 2).tolist() for kind, points in phantom.distractors.items()},
        "seed": phantom.seed,
        "layout": phantom.layout,
        "faces": phantom.faces,
        "inverted": phantom.inverted,
        "spacing_mm": round(phantom.spacing_mm, 5),
        "settings": phantom.settings,
    }


def _png(image: NDArray[np.uint8]) -> bytes:
    """A picture (H, W) as PNG."""
    return cv2.imencode(".png", image)[1].tobytes()


def _write_whole(path: Path, content: bytes) -> None:
    """Write a file that is complete whenever it is there."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
