"""labelme: one JSON per film with a polygon per body, to be corrected by hand and read back."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinefm.export.outlines import EDGE, outlines
from spinefm.export.subject import Part, Subject, doubt_words, notes_of
from spinefm.imaging.radiograph import printable
from spinefm.measure.doubt import doubtful
from spinefm.trace.model import Vertebra

VERSION = "5.5.0"
"""Version of the layout, which labelme asks for."""

BESIDE = ""
"""Films lie beside their labels."""


def part(subject: Subject) -> Part:
    """The film and its labels beside it, `<name>.json`; the notes lie under a key that labelme keeps."""
    width, height = subject.trace.film.size
    unsure = doubtful(subject.trace)
    content: dict[str, Any] = {
        "version": VERSION,
        "flags": {},
        "shapes": [
            _shape(vertebra, outline, unsure)
            for vertebra in subject.trace.vertebrae
            for outline in outlines(vertebra.mask)
        ],
        "imagePath": subject.film_path(BESIDE),
        "imageData": None,
        "imageHeight": height,
        "imageWidth": width,
        "notes": notes_of(subject.trace),
    }
    text = printable(json.dumps(content, ensure_ascii=False, indent=1))
    return Part({**subject.film_files(BESIDE), f"{subject.name}.json": text.encode()})


def _shape(vertebra: Vertebra, outline: NDArray[np.float64], unsure: Collection[int]) -> dict[str, Any]:
    """A polygon; the parts of one body share a group."""
    return {
        "label": vertebra.name,
        "points": np.round(outline + EDGE, 2).tolist(),
        "group_id": vertebra.number,
        "description": doubt_words(vertebra, unsure),
        "shape_type": "polygon",
        "flags": {"doubtful": vertebra.number in unsure},
        "mask": None,
    }
