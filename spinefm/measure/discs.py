"""Heights of an intervertebral disc and the disc height index.

Formulas take the landmarks of the upper and the lower body as (..., 6, 2), in the order of
`spinefm.measure.model.PLACES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from spinefm.core.levels import Level
from spinefm.core.words import listed
from spinefm.measure.heights import mean_height, stacked
from spinefm.measure.kinds import KINDS
from spinefm.measure.planar import Points, Values, along, perpendicular, unit
from spinefm.measure.spine import NO_FACING, NO_SCALE, Draft, Spine, first_of, kept, of_pair


def disc_heights(upper: Points, lower: Points) -> Points:
    """Anterior, middle and posterior height (..., 3) across the disc, in pixels.

    A height is the distance between the two landmarks along the normal of the disc, which halves the angle between
    both endplates: a slip does not change it.
    """
    normal = disc_normal(upper, lower)
    pairs = ((3, 0), (5, 4), (2, 1))
    return np.stack([along(lower[..., b, :], upper[..., a, :], normal) for a, b in pairs], axis=-1)


def disc_normal(upper: Points, lower: Points) -> Points:
    """The unit vector (..., 2) from the upper body to the lower, at right angles to the middle of both endplates.

    It is the same whether anterior is left or right.
    """
    above = unit(upper[..., 2, :] - upper[..., 3, :])
    below = unit(lower[..., 1, :] - lower[..., 0, :])
    normal = perpendicular(unit(above + below))
    side = np.sign(((lower[..., :2, :].mean(axis=-2) - upper[..., 2:4, :].mean(axis=-2)) * normal).sum(axis=-1))
    return normal * np.where(side < 0, -1.0, 1.0)[..., None]


def disc_height_index(heights: Points, body_heights: Values) -> Values:
    """The mean of three disc heights (..., 3) over the mean height of the adjacent bodies (N, ...), (...)."""
    return heights.mean(axis=-1) / body_heights.mean(axis=0)


def drafts(spine: Spine) -> Iterator[Draft]:
    """The measures of every disc between two neighbours, from the top; none above C2."""
    for upper, lower in spine.pairs():
        if spine.bodies[upper].level is Level.C1:
            continue
        heights = kept(of_pair(disc_heights, upper, lower))
        yield from _heights(spine, upper, lower, heights)
        yield _index(spine, upper, lower, heights)


def _heights(spine: Spine, upper: int, lower: int, heights: Callable[[Points], Points]) -> Iterator[Draft]:
    """Three heights in millimetres."""
    levels = (spine.bodies[upper].name, spine.bodies[lower].name)
    fault = first_of(spine.fault((upper, "inferior"), (lower, "superior")), "" if spine.spacing_mm else NO_SCALE)
    scale = spine.spacing_mm or 1.0
    for which, (place, ends) in enumerate(
        (("anterior", (3, 0)), ("middle", (5, 4)), ("posterior", (2, 1))),
    ):
        signed, kind = place != "middle", KINDS[f"disc_height_{place}"]
        yield Draft(
            key=kind.key,
            group=kind.group,
            levels=levels,
            name=kind.name(disc_name(levels)),
            unit=kind.unit,
            method=kind.method,
            formula=_one_height(heights, which, scale),
            reason=first_of(fault, NO_FACING if signed and spine.facing is None else ""),
            bodies=(upper, lower),
            lines=(((upper, ends[0]), (lower, ends[1])),),
            signed=signed,
            directed=signed,
        )


def _one_height(heights: Callable[[Points], Points], which: int, scale: float) -> Callable[[Points], Values]:
    """One of the three heights in millimetres."""
    return lambda points: scale * heights(points)[..., which]


def _index(spine: Spine, upper: int, lower: int, heights: Callable[[Points], Points]) -> Draft:
    """The disc height index."""
    levels = (spine.bodies[upper].name, spine.bodies[lower].name)
    whole = tuple(at for at in (upper, lower) if not spine.fault((at, "superior"), (at, "inferior")))
    fault = spine.fault((upper, "inferior"), (lower, "superior"))
    kind = KINDS["disc_height_index"]
    return Draft(
        key=kind.key,
        group=kind.group,
        levels=levels,
        name=kind.name(disc_name(levels)),
        unit=kind.unit,
        method=f"mean of three disc heights over the mean height of {listed([spine.bodies[at].name for at in whole])}",
        formula=lambda points: disc_height_index(heights(points), mean_height(stacked(points, whole))),
        reason=first_of(fault, "" if whole else "neither body beside the disc has a measurable height"),
        bodies=(upper, lower),
        lines=tuple(((upper, a), (lower, b)) for a, b in ((3, 0), (5, 4), (2, 1))),
        signed=False,
        directed=False,
    )


def disc_name(levels: tuple[str, str]) -> str:
    """A disc between two bodies.

    >>> disc_name(("L4", "L5")), disc_name(("L5", "S1")), disc_name(("V1", "V2"))
    ('L4/5', 'L5/S1', 'V1/2')
    """
    upper, lower = levels
    return f"{upper}/{lower[1:] if upper[0] == lower[0] else lower}"
