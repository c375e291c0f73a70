"""Heights of a vertebral body, its deformity and its grade (Genant et al., J Bone Miner Res 1993; 8: 1137-1148).

Formulas take the landmarks of bodies as (..., 6, 2), in the order of `spinefm.measure.model.PLACES`.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from spinefm.core.levels import WITHOUT_ENDPLATES, Region
from spinefm.measure.kinds import KINDS
from spinefm.measure.planar import Points, Values, distance
from spinefm.measure.spine import NO_FACING, NO_SCALE, Draft, Grading, Spine, first_of, of_body

GRADED = (Region.THORACIC, Region.LUMBAR)
"""Where Genant's grades are defined."""

NO_LEVEL = "the level is not known, and Genant's grades are for thoracic and lumbar bodies"
UNNAMED = "; its level is not known, but it is thoracic or lumbar"
"""What is added to the method of a body without a level."""


def anterior_height(body: Points) -> Values:
    """Ha (...), between the anterior corners."""
    return distance(body[..., 0, :], body[..., 3, :])


def middle_height(body: Points) -> Values:
    """Hm (...), between the mid-points of the endplates."""
    return distance(body[..., 4, :], body[..., 5, :])


def posterior_height(body: Points) -> Values:
    """Hp (...), between the posterior corners."""
    return distance(body[..., 1, :], body[..., 2, :])


def mean_height(body: Points) -> Values:
    """The mean (...) of Ha, Hm and Hp."""
    return (anterior_height(body) + middle_height(body) + posterior_height(body)) / 3


def width(body: Points) -> Values:
    """The mean length (...) of both endplates."""
    return (distance(body[..., 0, :], body[..., 1, :]) + distance(body[..., 3, :], body[..., 2, :])) / 2


def anterior_ratio(body: Points) -> Values:
    """Ha / Hp (...)."""
    return anterior_height(body) / posterior_height(body)


def middle_ratio(body: Points) -> Values:
    """Hm / Hp (...)."""
    return middle_height(body) / posterior_height(body)


def neighbour_ratio(body: Points, neighbours: Points) -> Values:
    """Hp over the mean Hp of the neighbours (N, ..., 6, 2), (...)."""
    return posterior_height(body) / posterior_height(neighbours).mean(axis=0)


def losses(body: Points, neighbours: Points) -> Points:
    """Lost height in % as wedge, biconcave and crush deformity (..., 3): 1 - Ha/Hp, 1 - Hm/Hp, 1 - Hp/neighbours.

    Without neighbours (0, ..., 6, 2) nothing counts as crushed.
    """
    crush = 1 - neighbour_ratio(body, neighbours) if len(neighbours) else np.zeros(body.shape[:-2])
    return 100 * np.stack([1 - anterior_ratio(body), 1 - middle_ratio(body), crush], axis=-1)


def height_loss(body: Points, neighbours: Points) -> Values:
    """The largest loss in %, (...): of wedge, biconcave and, with neighbours, crush; negative for a gain."""
    return np.asarray(losses(body, neighbours)[..., : 3 if len(neighbours) else 2].max(axis=-1))


def genant_grade(loss: Values, limits: tuple[float, float, float]) -> NDArray[np.intp]:
    """Grades 0 to 3 (...) of losses in %; `limits` are the least losses of grades 1, 2 and 3.

    >>> genant_grade(np.array([19.9, 20, 25, 40]), (20, 25, 40)).tolist()
    [0, 1, 2, 3]
    """
    return np.searchsorted(limits, loss, side="right")


def drafts(spine: Spine) -> Iterator[Draft]:
    """The measures of every body, from the top; C1, C2 and S1 have no body with two endplates."""
    for at, body in enumerate(spine.bodies):
        if body.level in WITHOUT_ENDPLATES:
            continue
        yield from _lengths(spine, at)
        yield from _ratios(spine, at)
        if body.level is None or body.level.region in GRADED:
            yield _loss(spine, at)


def _lengths(spine: Spine, at: int) -> Iterator[Draft]:
    """Heights and width in millimetres."""
    table = (
        (KINDS["anterior_height"], anterior_height, ((0, 3),), True),
        (KINDS["middle_height"], middle_height, ((4, 5),), False),
        (KINDS["posterior_height"], posterior_height, ((1, 2),), True),
        (KINDS["width"], width, ((0, 1), (3, 2)), False),
    )
    fault = first_of(spine.fault((at, "superior"), (at, "inferior")), "" if spine.spacing_mm else NO_SCALE)
    scale = spine.spacing_mm or 1.0
    for kind, formula, ends, signed in table:
        yield Draft(
            key=kind.key,
            group=kind.group,
            levels=(spine.bodies[at].name,),
            name=kind.name(spine.bodies[at].name),
            unit=kind.unit,
            method=kind.method,
            formula=of_body(formula, at, scale),
            reason=first_of(fault, NO_FACING if signed and spine.facing is None else ""),
            bodies=(at,),
            lines=tuple(tuple((at, end) for end in pair) for pair in ends),
            signed=signed,
            directed=signed,
        )


def _ratios(spine: Spine, at: int) -> Iterator[Draft]:
    """Ha / Hp, Hm / Hp, and Hp over that of the neighbours."""
    name, fault = spine.bodies[at].name, spine.fault((at, "superior"), (at, "inferior"))
    facing = NO_FACING if spine.facing is None else ""
    front, back, middle = ((at, 0), (at, 3)), ((at, 1), (at, 2)), ((at, 4), (at, 5))
    for kind, formula, lines in (
        (KINDS["anterior_ratio"], anterior_ratio, (front, back)),
        (KINDS["middle_ratio"], middle_ratio, (middle, back)),
    ):
        yield Draft(
            key=kind.key,
            group=kind.group,
            levels=(name,),
            name=kind.name(name),
            unit=kind.unit,
            method=kind.method,
            formula=of_body(formula, at),
            reason=first_of(fault, facing),
            bodies=(at,),
            lines=lines,
        )
    beside, kind = neighbours(spine, at), KINDS["neighbour_ratio"]
    yield Draft(
        key=kind.key,
        group=kind.group,
        levels=(name,),
        name=kind.name(name),
        unit=kind.unit,
        method=kind.method,
        formula=lambda points: neighbour_ratio(points[..., at, :, :], stacked(points, beside)),
        reason=first_of(fault, facing, "" if beside else "the bodies above and below are not both measurable"),
        bodies=(at, *beside),
        lines=(back, *(((other, 1), (other, 2)) for other in beside)),
    )


def _loss(spine: Spine, at: int) -> Draft:
    """The loss of height with Genant's grade and kind of deformity."""
    body, beside, limits = spine.bodies[at], neighbours(spine, at), spine.config.genant_limits
    level = "" if body.level or body.in_trunk else NO_LEVEL
    unnamed = UNNAMED if body.level is None and body.in_trunk else ""
    fault = spine.fault((at, "superior"), (at, "inferior"))
    compared = ", 1 - Hp/neighbours" if beside else " (not compared with neighbours: crush not assessed)"
    kind = KINDS["height_loss"]
    return Draft(
        key=kind.key,
        group=kind.group,
        levels=(body.name,),
        name=kind.name(body.name),
        unit=kind.unit,
        method=f"largest of 1 - Ha/Hp, 1 - Hm/Hp{compared}; Genant's limits{unnamed}",
        formula=lambda points: height_loss(points[..., at, :, :], stacked(points, beside)),
        reason=first_of(fault, NO_FACING if spine.facing is None else "", level),
        bodies=(at, *beside),
        lines=(((at, 0), (at, 3)), ((at, 4), (at, 5)), ((at, 1), (at, 2))),
        least=0.0,
        grading=Grading(
            scale="Genant",
            grades=lambda loss: genant_grade(loss, limits),
            words=lambda points: graded(losses(points[at], stacked(points, beside)), limits),
        ),
    )


def neighbours(spine: Spine, at: int) -> tuple[int, ...]:
    """The places of the bodies above and below, if both are measurable; S1 and C2 are none, nor is one at the end."""
    beside = tuple(other for other in (at - 1, at + 1) if 0 <= other < len(spine.bodies))
    usable = [
        other
        for other in beside
        if spine.are_neighbours(min(at, other), max(at, other))
        and spine.bodies[other].level not in WITHOUT_ENDPLATES
        and not spine.fault((other, "superior"), (other, "inferior"))
    ]
    return beside if len(usable) == 2 else ()


def stacked(points: Points, places: tuple[int, ...]) -> Points:
    """The landmarks of some bodies (N, ..., 6, 2) of all (..., B, 6, 2)."""
    if not places:
        return np.zeros((0, *points.shape[:-3], *points.shape[-2:]))
    return np.stack([points[..., place, :, :] for place in places])


def graded(lost: Points, limits: tuple[float, float, float]) -> str:
    """Genant's grade and kind in words, from the three losses (3,) in %.

    >>> graded(np.array([30.0, 10.0, 0.0]), (20, 25, 40))
    'Genant 2 (moderate), wedge'
    """
    grade = int(genant_grade(lost.max(), limits))
    if grade == 0:
        return "Genant 0 (normal)"
    degree = ("mild", "moderate", "severe")[grade - 1]
    return f"Genant {grade} ({degree}), {('wedge', 'biconcave', 'crush')[int(lost.argmax())]}"
