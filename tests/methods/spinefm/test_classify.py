"""The classifier's answer: a mean over views, and what follows from it."""

from dataclasses import replace

import pytest

from spinefm.core.geometry import Box, Point
from spinefm.methods.spinefm.classify import classify_all, decided
from spinefm.methods.spinefm.propose import Prompt
from spinefm.methods.spinefm.settings import SpineFMSettings
from spinefm.methods.spinefm.stages import Probabilities
from spinefm.trace.model import Classified
from tests.columns import straight

SETTINGS = SpineFMSettings()


class Echo:
    """Answers every patch with the share of vertebra that its side stands for."""

    def __init__(self) -> None:
        self.asked: list[Box] = []

    def classify(self, film, boxes):
        self.asked += boxes
        return [Probabilities(1 - box.width / 1000, box.width / 1000, 0.0, 0.0) for box in boxes]


def prompt(direction: str) -> Prompt:
    return Prompt(direction, 1, (), Point(100, 100), 25.0, None)


def answer(**shares: float) -> Classified:
    zero = {"background": 0.0, "vertebra": 0.0, "s1": 0.0, "c2": 0.0}
    return Classified("up", 1, **(zero | shares), patch=Box(0, 0, 9, 9), background_limit=0.8, end_limit=0.5)


@pytest.mark.parametrize("views", [1, 2, 3])
def test_the_answer_is_the_mean_over_patches_with_one_centre(views):
    stages, settings = Echo(), replace(SETTINGS, classifier_views=views)
    seen, none = classify_all(
        straight(3).film, stages, settings, [prompt("up"), prompt("down")], [Point(90.0, 80.0), None]
    )
    assert none is None and seen is not None
    assert len(stages.asked) == views
    assert seen.vertebra == pytest.approx(sum(box.width for box in stages.asked) / views / 1000)
    assert seen.patch == stages.asked[0] == Box.square(Point(90.0, 80.0), 100)
    for box in stages.asked:
        assert abs((box.x0 + box.x1 - 1) / 2 - 90) <= 0.5 and abs((box.y0 + box.y1 - 1) / 2 - 80) <= 0.5


@pytest.mark.parametrize(
    ("direction", "shares", "verdict", "reason"),
    [
        ("up", {"background": 0.81, "c2": 0.1}, "stopped", "background"),
        ("up", {"background": 0.79, "c2": 0.1}, "accepted", "vertebra"),
        ("up", {"c2": 0.51, "vertebra": 0.49}, "spine end", "C2"),
        ("down", {"s1": 0.51, "vertebra": 0.49}, "spine end", "S1"),
        ("down", {"s1": 0.42, "background": 0.35, "vertebra": 0.23}, "accepted", "vertebra"),
        ("up", {"s1": 0.7, "vertebra": 0.3}, "accepted", "vertebra"),
        ("down", {"c2": 0.7, "vertebra": 0.3}, "accepted", "vertebra"),
        ("up", {"s1": 0.9, "vertebra": 0.1}, "spine end", "S1"),
        ("seed", {"s1": 0.6, "vertebra": 0.4}, "spine end", "S1"),
        ("down", {"s1": 0.45, "background": 0.5, "vertebra": 0.05}, "spine end", "S1"),
        ("down", {"s1": 0.45, "background": 0.3, "vertebra": 0.25}, "accepted", "vertebra"),
        ("down", {"s1": 0.38, "background": 0.6, "vertebra": 0.02}, "accepted", "vertebra"),
        ("up", {"s1": 0.45, "background": 0.5, "vertebra": 0.05}, "accepted", "vertebra"),
    ],
)
def test_each_answer_counts_above_its_own_limit(direction, shares, verdict, reason):
    decision = decided(prompt(direction), answer(**shares), 7, SETTINGS)
    assert (decision.verdict, decision.reason) == (verdict, reason)
    assert decision.limit is not None and decision.value is not None


def test_the_papers_rule_takes_either_end_in_both_directions():
    paper = replace(SETTINGS, wrong_end_limit=0.5)
    assert decided(prompt("up"), answer(s1=0.6, vertebra=0.4), 7, paper).reason == "S1"
