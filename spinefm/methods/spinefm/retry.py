"""The off-axis retry, where the classifier is unsure of what lies at the predicted point. The paper has none.

Where a spine bends more sharply than the last three centroids show, as at a steep sacrum, the next body lies beside the
predicted point. The points tried lie on a circle round the last centroid, turned to both sides; on the way down also on
a smaller one, where only S1 counts: it lies closer to L5 than L5 does to L4.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import product

from spinefm.core.geometry import Point
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods.base.stages import Stages
from spinefm.methods.spinefm.classify import classify_all
from spinefm.methods.spinefm.config import SpineFMConfig
from spinefm.methods.spinefm.events import Classified
from spinefm.methods.spinefm.propose import Prompt
from spinefm.methods.spinefm.segment import BodyShape, segment_all


@dataclass(frozen=True, eq=False)
class Attempt:
    """A prompt with its mask and the classifier's answer, None for an empty mask."""

    prompt: Prompt
    shape: BodyShape
    answer: Classified | None

    @property
    def sureness(self) -> float:
        """Probability of the likeliest kind of vertebra that this attempt can meet; 0 for an empty mask."""
        if self.answer is None:
            return 0.0
        end = self.answer.c2 if self.prompt.direction == "up" else self.answer.s1
        return end if self.prompt.close else max(self.answer.vertebra, end)


def attempt_all(film: Radiograph, stages: Stages, config: SpineFMConfig, prompts: Sequence[Prompt]) -> list[Attempt]:
    """Segment and classify all prompts, in one batch each."""
    if not prompts:
        return []
    shapes = segment_all(film, stages, config, prompts)
    answers = classify_all(film, stages, config, prompts, [shape.centroid for shape in shapes])
    return [Attempt(*each) for each in zip(prompts, shapes, answers, strict=True)]


def off_axis_retries(
    film: Radiograph,
    stages: Stages,
    config: SpineFMConfig,
    attempts: Sequence[Attempt],
    possible: Callable[[Attempt], bool],
) -> dict[int, Attempt]:
    """For each unsure attempt, by its place, the surest of those beside it that is `possible`, where it is sure."""
    unsure = [i for i, first in enumerate(attempts) if is_unsure(first, config)]
    prompts = {i: _turned_prompts(film, attempts[i], config) for i in unsure}
    tried = attempt_all(film, stages, config, [prompt for i in unsure for prompt in prompts[i]])
    found: dict[int, Attempt] = {}
    for i in unsure:
        own, tried = tried[: len(prompts[i])], tried[len(prompts[i]) :]
        sure = sorted((each for each in own if each.sureness >= config.retry_accept), key=lambda each: -each.sureness)
        best = next(filter(possible, sure), None)
        if best is not None:
            found[i] = best
    return found


def is_unsure(attempt: Attempt, config: SpineFMConfig) -> bool:
    """Whether a step of the induction found nothing that the classifier is sure of."""
    prompt = attempt.prompt
    return len(prompt.known) == 3 and not prompt.forced and attempt.sureness < config.retry_limit


def _turned_prompts(film: Radiograph, attempt: Attempt, config: SpineFMConfig) -> list[Prompt]:
    """The attempt's prompt at the points turned about the last centroid, where they lie on the film."""
    prompt, turned = attempt.prompt, []
    before, last = prompt.known[-2:]
    x, y = last.x - before.x, last.y - before.y
    for close, turn in product((False, True) if prompt.direction == "down" else (False,), config.retry_turns):
        reach = config.retry_near if close else 1.0
        cosine, sine = reach * math.cos(math.radians(turn)), reach * math.sin(math.radians(turn))
        point = Point(last.x + cosine * x - sine * y, last.y + sine * x + cosine * y)
        if point.inside(film.pixels.shape[:2]):
            turned.append(replace(prompt, point=point, turned=turn, close=close, unsure=attempt.sureness))
    return turned
