"""A film and a trace made by hand: three vertebrae whose every number is known."""

from __future__ import annotations

import numpy as np

from spinefm.core.geometry import Point
from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods.spinefm.events import Decided
from spinefm.trace.model import Anchor, FilmRecord, Finished, Named, Trace, Vertebra
from spinefm.trace.registry import Event

SIZE = (120, 160)
"""Width and height of the film."""


def square_vertebra(number: int, name: str, level_id: int, top: int, level: Level | None = None) -> Vertebra:
    """A body of 40 x 30 pixels whose upper edge lies at row `top`."""
    mask = Mask(np.ones((30, 40), bool), (40, top))
    corners = (Point(40, top), Point(79, top), Point(79, top + 29), Point(40, top + 29))
    return Vertebra(number, name, level, level_id, mask, mask.centroid, corners, 0.987654)


def named_vertebrae() -> tuple[Vertebra, ...]:
    """C2 to C4; C2 and C3 overlap by ten rows."""
    return tuple(
        square_vertebra(number, level.name, level.value, top, level)
        for number, level, top in ((2, Level.C2, 10), (1, Level.C3, 30), (0, Level.C4, 70))
    )


def unnamed_vertebrae() -> tuple[Vertebra, ...]:
    """V1 and V2, without a level."""
    return square_vertebra(0, "V1", 101, 10), square_vertebra(1, "V2", 102, 60)


def handmade_trace(
    vertebrae: tuple[Vertebra, ...] | None = None, spacing: float | None = 0.5, name: str = "neck.png"
) -> Trace:
    """A finished trace: upwards the induction ended at C2, downwards in the background."""
    vertebrae = named_vertebrae() if vertebrae is None else vertebrae
    anchor = Anchor(2, Level.C2, "classifier", 0.98) if vertebrae and vertebrae[0].level else None
    events: tuple[Event, ...] = (
        Decided("up", 1, "spine end", "C2", 0.98, 0.5, 2),
        Decided("down", 1, "stopped", "background", 0.91, 0.5, None),
        Named(tuple(v.number for v in vertebrae), tuple(v.level for v in vertebrae), anchor),
        Finished(
            vertebrae,
            mask_limit=0.5,
            smoothing=1.0,
            seconds={"med_sa_network": 0.25, "total": 0.5},
            device="cpu",
            bundle="compact",
            checksums={"med_sa": "ab" * 32},
            versions={"torch": "2.14.1"},
            notes=("a note of the run",),
        ),
    )
    source = "calibrated PixelSpacing" if spacing else None
    record = FilmRecord(name, SIZE, spacing, source, notes=("a note of the film",))
    return Trace(record, "spinefm", {"overlap_limit": 0.1, "body_probability": "outline"}, events)


def handmade_film(name: str = "neck.png") -> Radiograph:
    """A grey wedge of the trace's size."""
    wedge = np.linspace(0, 1, SIZE[0] * SIZE[1], dtype=np.float32).reshape(SIZE[1], SIZE[0])
    return Radiograph.from_array(wedge, name=name)
