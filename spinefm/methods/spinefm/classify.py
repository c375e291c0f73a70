"""What lies at the refined centroid, and what follows from it (SpineFM, section 2.2, step 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple

from spinefm.core.geometry import Box, Point
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods.spinefm.check import stopped
from spinefm.methods.spinefm.propose import Prompt
from spinefm.methods.spinefm.settings import SpineFMSettings
from spinefm.methods.spinefm.stages import Probabilities, Stages
from spinefm.trace.model import Classified, Decided, Direction, Reason

VIEW_FACTORS = (1.0, 0.86, 1.16)
"""Sides of the patches whose answers are averaged, in units of the first; the spacing that gives it is a guess."""

UNLIKE = 3.0
"""An end this many times likelier than a vertebra is distinct: the doubt is whether there is a body at all."""

WRONG_ENDS: dict[Direction, Reason] = {"up": "S1", "down": "C2"}
"""The end of the spine that a walk in each direction meets on a film upside down only."""


def classifier_patch(prompt: Prompt, centroid: Point, settings: SpineFMSettings) -> Box:
    """The classifier's patch round the refined centroid."""
    side = settings.classifier_side_px or max(8, round(settings.classifier_factor * prompt.spacing))
    return Box.square(centroid, side)


def classify_all(
    film: Radiograph,
    stages: Stages,
    settings: SpineFMSettings,
    prompts: Sequence[Prompt],
    centroids: Sequence[Point | None],
) -> list[Classified | None]:
    """The classifier's answer for every prompt with a mask, in one batch; None for those without."""
    asked = [i for i, centroid in enumerate(centroids) if centroid is not None]
    patches = {i: classifier_patch(prompts[i], c, settings) for i, c in enumerate(centroids) if c is not None}
    views = [view for i in asked for view in _views(patches[i], settings)]
    answers = stages.classify(film, views) if asked else []
    found: list[Classified | None] = [None] * len(prompts)
    for place, i in enumerate(asked):
        own = answers[place * settings.classifier_views : (place + 1) * settings.classifier_views]
        found[i] = _event(prompts[i], _mean(own), patches[i], settings)
    return found


def _views(patch: Box, settings: SpineFMSettings) -> list[Box]:
    """The patch itself, then a little narrower and wider ones with the same centre, as many as are asked for."""
    centre = Point((patch.x0 + patch.x1 - 1) / 2, (patch.y0 + patch.y1 - 1) / 2)
    sides = [max(8, round(factor * patch.width)) for factor in VIEW_FACTORS[1 : settings.classifier_views]]
    return [patch, *(Box.square(centre, side) for side in sides)]


def _mean(answers: Sequence[Probabilities]) -> Probabilities:
    """The mean answer of several views."""
    return Probabilities(*(sum(values) / len(answers) for values in zip(*map(astuple, answers), strict=True)))


def _event(prompt: Prompt, answer: Probabilities, patch: Box, settings: SpineFMSettings) -> Classified:
    return Classified(
        direction=prompt.direction,
        step=prompt.step,
        background=answer.background,
        vertebra=answer.vertebra,
        s1=answer.s1,
        c2=answer.c2,
        patch=patch,
        background_limit=settings.background_limit,
        end_limit=settings.end_limit,
    )


def decided(prompt: Prompt, seen: Classified, number: int, settings: SpineFMSettings) -> Decided:
    """Background stops; C2 and S1 are kept and end the walk; all else is kept as vertebra `number`.

    Each answer counts above its own limit, an end only where it is likelier than a vertebra; the paper takes the most
    probable class. The end that lies the other way must be surer: it is met on a film upside down, and otherwise a
    mistake. An end that is distinct from a vertebra may be less sure.
    """
    if seen.background > seen.background_limit:
        return stopped(prompt, "background", seen.background, seen.background_limit)
    end: Reason = "C2" if seen.c2 > seen.s1 else "S1"
    limit = settings.wrong_end_limit if end == WRONG_ENDS.get(prompt.direction) else seen.end_limit
    share = max(seen.c2, seen.s1)
    if share <= limit and end != WRONG_ENDS.get(prompt.direction) and share > UNLIKE * seen.vertebra:
        limit = settings.distinct_end_limit
    if share > max(limit, seen.vertebra):
        return Decided(prompt.direction, prompt.step, "spine end", end, share, limit, number)
    return Decided(
        prompt.direction, prompt.step, "accepted", "vertebra", seen.background, seen.background_limit, number
    )
