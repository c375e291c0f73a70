"""The sagittal vertical axis of the neck: how far C2 lies in front of C7."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from spinefm.core.levels import Level
from spinefm.measure.alignment import missing
from spinefm.measure.planar import Points, Values
from spinefm.measure.spine import NO_FACING, NO_SCALE, Draft, Spine, first_of

KEY, NAME = "sva_c2_c7", "C2-C7 sagittal vertical axis"


def sagittal_vertical_axis(upper: Points, lower: Points) -> Values:
    """Pixels (...) from the posterior superior corner of the lower body forward to the plumb line of the upper body.

    The plumb line goes through the mean of the upper body's four corners. Landmarks (..., 6, 2) in the order of
    `spinefm.measure.model.PLACES`, of a patient who faces left; anterior is positive.
    """
    return lower[..., 1, 0] - upper[..., :4, 0].mean(axis=-1)


def plumb_line(upper: Points, lower: Points) -> tuple[Points, ...]:
    """The plumb line of the upper body's centre down to the lower body's corner, and on to the corner: (3, 2)."""
    centre, corner = upper[:4].mean(axis=0), lower[1]
    return (np.array([centre, (centre[0], corner[1]), corner]),)


def drafts(spine: Spine) -> Iterator[Draft]:
    """The C2-C7 sagittal vertical axis, where the neck is in view or no level is known."""
    named = [body.level for body in spine.bodies if body.level]
    if named and not any(Level.C2 <= level <= Level.C7 for level in named):
        return
    upper, lower, scale = spine.place(Level.C2), spine.place(Level.C7), spine.spacing_mm or 1.0
    method = "plumb line of the centre of C2 to the posterior superior corner of C7, anterior positive"
    if upper is None or lower is None:
        reason = missing(spine, Level.C2, Level.C7)
        yield Draft(KEY, "offset", ("C2", "C7"), NAME, "mm", method, reason=reason)
        return
    facing, unscaled = NO_FACING if spine.facing is None else "", "" if spine.spacing_mm else NO_SCALE
    fault = spine.fault((upper, "inferior"), (lower, "superior"))
    yield Draft(
        key=KEY,
        group="offset",
        levels=("C2", "C7"),
        name=NAME,
        unit="mm",
        method=method,
        formula=lambda points: scale * sagittal_vertical_axis(points[..., upper, :, :], points[..., lower, :, :]),
        reason=first_of(fault, spine.not_upright, unscaled, facing),
        bodies=(upper, lower),
        lines=(((lower, 0), (lower, 1)),),
        built=lambda points: plumb_line(points[upper], points[lower]),
    )
