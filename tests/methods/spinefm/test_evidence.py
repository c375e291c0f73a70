"""What speaks against an end of the spine, and whether names rest on it all the same."""

from dataclasses import replace

import pytest

from spinefm.core.levels import Level
from spinefm.methods import run_to_trace
from spinefm.methods.base.stages import ViewAnswer
from spinefm.methods.spinefm.config import SpineFMConfig
from spinefm.methods.spinefm.events import Viewed
from spinefm.methods.spinefm.evidence import against, growth_of, is_believed
from spinefm.methods.spinefm.method import SpineFMMethod
from spinefm.methods.spinefm.view import judged
from spinefm.trace.captions import caption
from spinefm.trace.model import Anchor, Named, Trace
from tests.columns import Column, Oracle, empty_bundle, straight

CONFIG = SpineFMConfig()


def seen(view: str) -> Viewed:
    return judged(ViewAnswer({view: 0.9, "frontal": 0.1}, 0, 1.0, "left", 1.0, 1.0), CONFIG)


def grown(first: float, count: int, growth: float) -> list[float]:
    """Sizes of `count` bodies: the topmost one, then 30 px growing by a share."""
    return [first, *(30 * (1 + growth) ** index for index in range(count - 1))]


@pytest.mark.parametrize(
    ("level", "view", "sizes", "parts"),
    [
        (Level.C2, "cervical", grown(36, 7, 0.01), []),
        (Level.C2, None, grown(36, 7, 0.01), []),
        (Level.C2, "cervical", grown(26, 7, 0.0), ["smaller than the body below it"]),
        (Level.C2, "thoracic", grown(36, 7, 0.01), ["looks thoracic"]),
        (Level.C2, "cervical", grown(36, 11, 0.0), ["11 bodies are counted"]),
        (Level.C2, "whole", grown(36, 20, 0.0), []),
        (Level.C2, "thoracic", grown(26, 11, 0.05), ["thoracic", "smaller", "grow by", "11 bodies"]),
        (Level.S1, "lumbar", grown(28, 11, 0.05), []),
        (Level.S1, "whole", grown(28, 11, 0.05), []),
        (Level.S1, "lumbar", [30, 31, 56, 30, 33, 34, 35], ["differ in size by a factor of 1.87"]),
        (Level.S1, "cervical", grown(36, 7, 0.01), ["looks cervical"]),
    ],
)
def test_what_speaks_against_an_end(level: Level, view: str | None, sizes: list[float], parts: list[str]) -> None:
    reasons = against(level, sizes, seen(view) if view else None, CONFIG)
    assert len(reasons) == len(parts) and all(part in reason for part, reason in zip(parts, reasons, strict=True))


@pytest.mark.parametrize(
    ("probability", "reasons", "believed"),
    [(0.45, 0, True), (0.79, 1, False), (0.81, 1, True), (0.99, 2, False)],
)
def test_one_reason_asks_for_more_and_two_are_too_many(probability: float, reasons: int, believed: bool) -> None:
    anchor = Anchor(0, Level.C2, "C2 seen by the classifier", probability)
    assert is_believed(anchor, ["so"] * reasons, CONFIG) is believed
    paper = CONFIG.changed({"doubted_end_limit": 0.0, "refuting_reasons": 100})
    assert is_believed(anchor, ["so"] * reasons, paper)


@pytest.mark.parametrize(("sizes", "growth"), [([1.0, 2.0, 4.0], 0.0), ([1.0, 1.1, 1.21, 1.331], 0.1), ([5.0] * 6, 0)])
def test_growth_is_the_share_from_each_body_to_the_next(sizes: list[float], growth: float) -> None:
    assert growth_of(sizes) == pytest.approx(growth)


def trace_of(column: Column, view: str, config: SpineFMConfig = CONFIG) -> Trace:
    kind = ViewAnswer({view: 0.9, "frontal": 0.1}, 0, 1.0, "left", 1.0, 1.0)
    oracle = Oracle(column, kind=kind)
    return run_to_trace(SpineFMMethod(empty_bundle(), config, stages=lambda watch: oracle), column.film)


def long_column(count: int = 11) -> Column:
    """A column of equal bodies, the topmost of which passes as C2."""
    return replace(straight(count, spacing=30, first=40), size=(240, 30 * count + 60))


def test_a_chest_film_is_not_named_from_a_false_c2_and_says_why() -> None:
    chest = trace_of(long_column(), "thoracic")
    named = next(chest.of(Named))
    assert [vertebra.name for vertebra in chest.vertebrae] == [f"V{index}" for index in range(1, 12)]
    assert named.anchor is None and "looks thoracic (0.90) and 11 bodies are counted down from it" in named.note
    assert caption(named) == named.note
    assert trace_of(long_column(), "whole").vertebrae[0].name == "C2"
    paper = CONFIG.changed({"refuting_reasons": 100, "doubted_end_limit": 0.0})
    assert trace_of(long_column(), "thoracic", paper).vertebrae[0].name == "C2"


def test_where_c2_is_doubted_the_names_rest_on_s1() -> None:
    column = long_column()
    both = replace(column, kinds=("C2", *column.kinds[1:-1], "S1"))
    named = next(trace_of(both, "thoracic", CONFIG.changed({"doubted_end_limit": 0.5})).of(Named))
    assert named.anchor is not None and named.anchor.level is Level.S1 and "disagrees" not in named.note
