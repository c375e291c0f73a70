"""The classifier's answer: a mean over views, the limits that decide, and what follows."""

import pytest

from spinefm.core.geometry import Box, Point
from spinefm.methods.base.stages import Probabilities
from spinefm.methods.spinefm.captions import CAPTIONS
from spinefm.methods.spinefm.classify import classified, classify_all, decided
from spinefm.methods.spinefm.config import SpineFMConfig
from spinefm.methods.spinefm.events import Classified, Decided
from spinefm.methods.spinefm.propose import Prompt
from tests.columns import straight

TUNED = SpineFMConfig()
PAPER = SpineFMConfig(**SpineFMConfig.PUBLISHED)


class Echo:
    """Answers every patch with the share of vertebra that its side stands for."""

    def __init__(self) -> None:
        self.asked: list[Box] = []

    def classify(self, film, boxes):
        self.asked += boxes
        return [Probabilities(1 - box.width / 1000, box.width / 1000, 0.0, 0.0) for box in boxes]


def prompt(direction: str) -> Prompt:
    return Prompt(direction, 1, (), Point(100, 100), 25.0, None)


def judged(direction: str, shares: dict[str, float], config: SpineFMConfig) -> tuple[Classified, Decided]:
    """The two events that the answer `shares` leads to."""
    zero = {"background": 0.0, "vertebra": 0.0, "s1": 0.0, "c2": 0.0}
    here = prompt(direction)
    seen = classified(here, Probabilities(**(zero | shares)), Box(0, 0, 9, 9), config)
    return seen, decided(here, seen, 7)


def test_each_mask_is_classified_on_one_patch_round_its_centroid():
    stages = Echo()
    prompts, centroids = [prompt("up"), prompt("down")], [Point(90.0, 80.0), None]
    seen, none = classify_all(straight(3).film, stages, SpineFMConfig(), prompts, centroids)
    assert none is None and seen is not None
    assert stages.asked == [Box.square(Point(90.0, 80.0), 100)] == [seen.patch]
    assert seen.vertebra == pytest.approx(0.1)


ANSWERS = [
    # direction, answer, tuned: reason and the limit of an end, published: reason
    ("up", {"background": 0.66, "c2": 0.34}, "background", 0.4, "background"),
    ("up", {"background": 0.64, "c2": 0.17, "vertebra": 0.19}, "vertebra", 0.5, "background"),
    ("up", {"c2": 0.51, "vertebra": 0.49}, "C2", 0.5, "C2"),
    ("down", {"s1": 0.51, "vertebra": 0.49}, "S1", 0.5, "S1"),
    ("down", {"s1": 0.42, "background": 0.35, "vertebra": 0.23}, "vertebra", 0.5, "S1"),
    ("up", {"s1": 0.7, "vertebra": 0.3}, "vertebra", 0.8, "S1"),
    ("down", {"c2": 0.7, "vertebra": 0.3}, "vertebra", 0.8, "C2"),
    ("up", {"s1": 0.9, "vertebra": 0.1}, "S1", 0.8, "S1"),
    ("seed", {"s1": 0.6, "vertebra": 0.4}, "S1", 0.5, "S1"),
    ("down", {"s1": 0.45, "background": 0.5, "vertebra": 0.05}, "S1", 0.4, "background"),
    ("down", {"s1": 0.45, "background": 0.3, "vertebra": 0.25}, "vertebra", 0.5, "S1"),
    ("down", {"s1": 0.38, "background": 0.6, "vertebra": 0.02}, "vertebra", 0.4, "background"),
    ("up", {"s1": 0.45, "background": 0.5, "vertebra": 0.05}, "vertebra", 0.8, "background"),
    ("up", {"vertebra": 0.96, "background": 0.03, "c2": 0.01}, "vertebra", 0.5, "vertebra"),
]


@pytest.mark.parametrize(("direction", "shares", "reason", "end_limit", "_"), ANSWERS)
def test_each_answer_counts_above_its_own_limit(direction, shares, reason, end_limit, _):
    seen, decision = judged(direction, shares, TUNED)
    assert decision.reason == reason
    assert (seen.background_limit, seen.end_limit) == (0.5 if direction == "seed" else 0.65, end_limit)


@pytest.mark.parametrize(("direction", "reason"), [("seed", "background"), ("up", "vertebra"), ("down", "vertebra")])
def test_a_starting_point_must_be_less_likely_background_than_a_step(direction, reason):
    shares = {"background": 0.55, "vertebra": 0.45}
    assert judged(direction, shares, TUNED)[1].reason == reason
    assert judged(direction, shares, TUNED.model_copy(update={"start_background_limit": 1.0}))[1].reason == "vertebra"


@pytest.mark.parametrize(("direction", "shares", "tuned", "_", "reason"), ANSWERS)
def test_the_paper_takes_the_most_probable_class(direction, shares, tuned, _, reason):
    assert judged(direction, shares, PAPER)[1].reason == reason


@pytest.mark.parametrize("config", [TUNED, PAPER], ids=["tuned", "published"])
@pytest.mark.parametrize(("direction", "shares"), [answer[:2] for answer in ANSWERS])
def test_the_limits_in_the_trace_are_those_that_decided(direction, shares, config):
    seen, decision = judged(direction, shares, config)
    verdict = "stopped" if seen.background > seen.background_limit else "accepted"
    if verdict == "accepted" and max(seen.c2, seen.s1) > seen.end_limit:
        verdict = "spine end"
    assert decision.verdict == verdict
    assert decision.limit == (seen.end_limit if verdict == "spine end" else seen.background_limit)


def test_s1_on_the_way_up_is_logged_with_the_limit_that_it_missed():
    seen, _ = judged("up", {"s1": 0.7, "vertebra": 0.3}, TUNED)
    assert CAPTIONS[Classified](seen).endswith("S1 70 % (limit 80 %)")
