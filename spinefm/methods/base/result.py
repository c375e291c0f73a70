"""The end of a run, the same for every method: vertebrae from masks and levels, and what the run was made with."""

from __future__ import annotations

from collections.abc import Sequence

from spinefm import __version__
from spinefm.core.geometry import Point
from spinefm.core.levels import UNNAMED_ID, Level
from spinefm.core.machine import library_versions
from spinefm.core.masks import Mask, four_corners
from spinefm.methods.base.stages import Stopwatch
from spinefm.trace.model import Finished, Vertebra
from spinefm.weights.bundle import Bundle


def vertebra(
    number: int, index: int, level: Level | None, mask: Mask, direction: Point, probability: float | None
) -> Vertebra:
    """The vertebra at place `index` from the top; `direction` is that of the spine at it (see `directions_along`)."""
    return Vertebra(
        number=number,
        name=level.name if level else f"V{index + 1}",
        level=level,
        level_id=int(level) if level else UNNAMED_ID + index,
        mask=mask,
        centroid=mask.centroid,
        corners=four_corners(mask, direction),
        probability=probability,
    )


def finished(
    bundle: Bundle,
    watch: Stopwatch,
    vertebrae: Sequence[Vertebra],
    mask_limit: float,
    smoothing: float,
    notes: Sequence[str] = (),
) -> Finished:
    """The last event of a run; the bundle's own notes follow `notes`."""
    return Finished(
        vertebrae=tuple(vertebrae),
        mask_limit=mask_limit,
        smoothing=smoothing,
        seconds=watch.summary(),
        device=str(bundle.device),
        bundle=bundle.name,
        checksums=bundle.checksums,
        versions={"spinefm": __version__, **library_versions()},
        notes=(*notes, *bundle.notes),
    )
