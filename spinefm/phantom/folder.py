"""Writing phantoms as a folder of films with truth: `films/`, `labels/` (outlines as JSON, masks as PNG)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from spinefm.core.files import write_whole
from spinefm.phantom.mix import MIXED, NEGATIVE, drawn_group
from spinefm.phantom.negatives import Negative, simulate_negative
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
    group: str | None = None,
) -> list[str]:
    """Simulate and write one phantom per seed; returns the films' names, such as `phantom-cervical-9000000`.

    `group` is a kind of patient or film (`groups.GROUPS`), "negative" for pictures that are no lateral spine film, or
    "mixed" for the mixture that networks are trained on. `progress` is called with (done, total) after each film.
    Raises OSError when the folder cannot be written.
    """
    for part in ("films", "labels"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    names = []
    for done, seed in enumerate(seeds, start=1):
        names.append(write_film(folder, seed, region, layout, drawn_group(seed) if group == MIXED else group))
        if progress is not None:
            progress(done, len(seeds))
    return names


def write_film(
    folder: Path, seed: int, region: RegionName | None = None, layout: str | None = None, group: str | None = None
) -> str:
    """Simulate and write one phantom, or one negative where that is the group; returns its name."""
    if group == NEGATIVE:
        return write_negative(folder, simulate_negative(seed))
    return write_phantom(folder, simulate(seed, region, layout=layout, group=group))


def write_phantom(folder: Path, phantom: Phantom) -> str:
    """Write one phantom into a folder that has `films/` and `labels/`; returns its name.

    Raises OSError, in one sentence, where there is no room; nothing of it is left then.
    """
    name = f"phantom-{phantom.group or phantom.region}-{phantom.seed}"
    _write_case(folder, name, phantom.film, phantom.labels, label_of(phantom))
    return name


def write_negative(folder: Path, negative: Negative) -> str:
    """Write a picture that is no lateral spine film into a folder that has `films/` and `labels/`; returns its name."""
    name = f"phantom-negative-{negative.seed}"
    write_unlabelled(folder, name, negative.film, negative.seed, negative.kind, subject=negative.subject)
    return name


def write_unlabelled(
    folder: Path, name: str, film: NDArray[np.float32], seed: int, view: str, faces: str = "", subject: str = ""
) -> None:
    """Write a picture (H, W) in [0, 1] of which only the view is known, and where a lateral film faces."""
    label = {
        "size": [film.shape[1], film.shape[0]],
        "region": "none",
        "kind": "phantom (simulated): its view alone",
        "complete": True,
        "polygons": {},
        "partial": {},
        "distractors": {},
        "seed": seed,
        "layout": subject,
        "group": "negative",
        "view": view,
        "faces": faces,
        "inverted": False,
    }
    _write_case(folder, name, film, np.zeros(film.shape, np.uint8), label)


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
        **({"group": phantom.group, "gain": round(phantom.gain, 5)} if phantom.group else {}),
        "faces": phantom.faces,
        "inverted": phantom.inverted,
        "spacing_mm": round(phantom.spacing_mm, 5),
        "settings": phantom.settings,
    }


def _write_case(
    folder: Path, name: str, film: NDArray[np.float32], labels: NDArray[np.uint8], label: Mapping[str, Any]
) -> None:
    """Write a film and its truth, the label last; where that fails, no file of them is left."""
    files = {
        folder / "films" / f"{name}.png": _png(np.round(film * 255).astype(np.uint8)),
        folder / "labels" / f"{name}.png": _png(labels),
        folder / "labels" / f"{name}.json": json.dumps(label).encode(),
    }
    try:
        for path, content in files.items():
            write_whole(path, content)
    except OSError as error:
        for path in files:
            with suppress(OSError):
                path.unlink(missing_ok=True)
        raise OSError(
            error.errno, f"{name} cannot be written ({error.strerror}): free disk space and start again"
        ) from error


def _png(image: NDArray[np.uint8]) -> bytes:
    """A picture (H, W) as PNG."""
    return cv2.imencode(".png", image)[1].tobytes()
