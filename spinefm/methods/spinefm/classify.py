"""What lies at the refined centroid, and what follows from it (SpineFM, section 2.2, step 5)."""

from __future__ import annotations

from collections.abc import Sequence

from spinefm.geometry import Box, Point
from spinefm.methods.spinefm.check import stopped
from spinefm.methods.spinefm.propose import Prompt
from spinefm.methods.spinefm.settings import SpineFMSettings
from spinefm.methods.spinefm.stages import Probabilities, Stages
from spinefm.radiograph import Radiograph
from spinefm.trace import Classified, Decided, Reason


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
    answers = stages.classify(film, [patches[i] for i in asked]) if asked else []
    found: list[Classified | None] = [None] * len(prompts)
    for i, answer in zip(asked, answers, strict=True):
        found[i] = _event(prompts[i], answer, patches[i], settings)
    return found


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


def decided(prompt: Prompt, seen: Classified, number: int) -> Decided:
    """Background stops; C2 and S1 are kept and end the walk; all else is kept as vertebra `number`.

    Each answer counts above its own limit. The paper takes the most probable class; the two agree whenever one class
    holds more than half, and where none does we keep the body as a vertebra instead of ending the walk.
    """
    if seen.background > seen.background_limit:
        return stopped(prompt, "background", seen.background, seen.background_limit)
    if max(seen.c2, seen.s1) > seen.end_limit:
        end: Reason = "C2" if seen.c2 > seen.s1 else "S1"
        return Decided(prompt.direction, prompt.step, "spine end", end, max(seen.c2, seen.s1), seen.end_limit, number)
    return Decided(
        prompt.direction, prompt.step, "accepted", "vertebra", seen.background, seen.background_limit, number
    )
