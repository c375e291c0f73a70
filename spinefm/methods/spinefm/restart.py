"""Where most outlines of a spine are doubtful, it began at the wrong place: others are tried, and the surest stays.

The paper keeps the first spine.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from statistics import median

from spinefm.methods.base.events import Located
from spinefm.methods.spinefm.config import SpineFMConfig
from spinefm.methods.spinefm.doubt import body_probability
from spinefm.methods.spinefm.events import SetAside
from spinefm.methods.spinefm.induction import Accepted, Induction
from spinefm.methods.spinefm.locate import StartingPoints
from spinefm.trace.registry import Event


@dataclass(frozen=True, eq=False)
class Doubtful:
    """A spine that was set aside: the look and the points from which it began, and its outlines' probabilities."""

    located: Located
    starts: StartingPoints
    probabilities: tuple[float, ...]

    def event(self, config: SpineFMConfig) -> SetAside:
        """Why it was set aside, as the trace keeps it."""
        return SetAside(len(self.probabilities), median(self.probabilities), config.doubted_spine)


def doubtful(
    spine: Sequence[Accepted], located: Located, starts: StartingPoints, config: SpineFMConfig
) -> Doubtful | None:
    """The spine as one to set aside; None where half of its outlines or more are likely enough to be good."""
    probabilities = tuple(body_probability(accepted, config) for accepted in spine)
    return Doubtful(located, starts, probabilities) if median(probabilities) < config.doubted_spine else None


def remarks(spine: Sequence[Accepted], config: SpineFMConfig) -> list[str]:
    """A sentence where most outlines of the spine that stays are doubtful."""
    middle = median(body_probability(accepted, config) for accepted in spine)
    if middle >= config.doubted_spine:
        return []
    return [f"Most of these outlines are doubtful (median probability {middle:.2f}): check whether they are vertebrae."]


def surest(doubted: Sequence[Doubtful], induction: Induction) -> Generator[Event, None, Located]:
    """The events that lead to the spine with the most good outlines to be expected; none where it was the last.

    Returns what was located where it began.
    """
    best = max(doubted, key=lambda each: sum(each.probabilities))
    if best is not doubted[-1] or not induction.accepted:
        yield best.located
        yield from induction.run(best.starts)
    return best.located
