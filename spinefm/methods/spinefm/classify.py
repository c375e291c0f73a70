"""What lies at the refined centroid, and what follows from it (SpineFM, section 2.2, step 5)."""

from __future__ import annotations

from collections.abc import Sequence

from spinefm.core.geometry import Box, Point
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods.base.protocol import Direction
from spinefm.methods.base.stages import Probabilities, Stages
from spinefm.methods.spinefm.check import stopped
from spinefm.methods.spinefm.config import SpineFMConfig
from spinefm.methods.spinefm.events import Classified, Decided, Reason
from spinefm.methods.spinefm.propose import Prompt

WRONG_ENDS: dict[Direction, Reason] = {"up": "S1", "down": "C2"}
"""The end of the spine that each direction meets only on a film that is upside down."""


def classifier_patch(prompt: Prompt, centroid: Point, config: SpineFMConfig) -> Box:
    """The classifier's patch round the refined centroid."""
    side = config.classifier_side_px or max(config.least_patch_px, round(config.classifier_factor * prompt.spacing))
    return Box.square(centroid, side)


def classify_all(
    film: Radiograph,
    stages: Stages,
    config: SpineFMConfig,
    prompts: Sequence[Prompt],
    centroids: Sequence[Point | None],
) -> list[Classified | None]:
    """The classifier's answer for every prompt with a mask, in one batch; None for those without."""
    patches = {i: classifier_patch(prompts[i], c, config) for i, c in enumerate(centroids) if c is not None}
    answers = stages.classify(film, list(patches.values())) if patches else []
    found: list[Classified | None] = [None] * len(prompts)
    for (i, patch), answer in zip(patches.items(), answers, strict=True):
        found[i] = classified(prompts[i], answer, patch, config)
    return found


def classified(prompt: Prompt, answer: Probabilities, patch: Box, config: SpineFMConfig) -> Classified:
    """The answer with the limits that decide on it."""
    by_limits = config.decision == "limits"
    background_limit, end_limit = _own_limits(prompt, answer, config) if by_limits else _most_probable(answer)
    return Classified(
        direction=prompt.direction,
        step=prompt.step,
        background=answer.background,
        vertebra=answer.vertebra,
        s1=answer.s1,
        c2=answer.c2,
        patch=patch,
        background_limit=background_limit,
        end_limit=end_limit,
    )


def _most_probable(answer: Probabilities) -> tuple[float, float]:
    """The limits of background and of the likelier end by the paper's rule: the largest of all other probabilities."""
    end, other = max(answer.c2, answer.s1), min(answer.c2, answer.s1)
    return max(answer.vertebra, end), max(answer.background, answer.vertebra, other)


def _own_limits(prompt: Prompt, answer: Probabilities, config: SpineFMConfig) -> tuple[float, float]:
    """The limits of background and of the likelier end by our rule: each class has its own.

    The end that lies the other way must be surer: it is met on a film upside down, and otherwise a mistake. An end that
    is distinct from a vertebra may be less sure. No end may be less likely than a vertebra.
    """
    share = max(answer.c2, answer.s1)
    wrong = _likelier_end(answer) == WRONG_ENDS.get(prompt.direction)
    limit = config.wrong_end_limit if wrong else config.end_limit
    if share <= limit and not wrong and share > config.distinct_end_ratio * answer.vertebra:
        limit = config.distinct_end_limit
    return _background_limit(prompt, config), max(limit, answer.vertebra) if share > limit else limit


def _background_limit(prompt: Prompt, config: SpineFMConfig) -> float:
    """The limit of background, which is lower for a starting point."""
    starts = prompt.direction == "seed"
    return min(config.background_limit, config.start_background_limit) if starts else config.background_limit


def _likelier_end(answer: Probabilities | Classified) -> Reason:
    return "C2" if answer.c2 > answer.s1 else "S1"


def decided(prompt: Prompt, seen: Classified, number: int) -> Decided:
    """Background stops; C2 and S1 are kept and end the direction; all else is kept as vertebra `number`."""
    if seen.background > seen.background_limit:
        return stopped(prompt, "background", seen.background, seen.background_limit)
    share = max(seen.c2, seen.s1)
    if share > seen.end_limit:
        return Decided(prompt.direction, prompt.step, "spine end", _likelier_end(seen), share, seen.end_limit, number)
    kept = (seen.background, seen.background_limit, number)
    return Decided(prompt.direction, prompt.step, "accepted", "vertebra", *kept)
