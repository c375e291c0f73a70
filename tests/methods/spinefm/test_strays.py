"""Outlines beyond an end of the spine: a false C2 or S1 takes no name from the true one beside it."""

from __future__ import annotations

import pytest

from spinefm.core.levels import Level
from spinefm.methods.spinefm import SpineFMConfig
from spinefm.methods.spinefm.chain import Chain, chain_of
from spinefm.methods.spinefm.namings import Naming, in_trunk, namings
from spinefm.methods.spinefm.strays import is_stray

CONFIG = SpineFMConfig()
VERTEBRA, C2, S1 = (0.97, 0.01, 0.01), (0.01, 0.97, 0.01), (0.01, 0.01, 0.97)
SKULL, MISTAKEN_C2, FAINT_C2 = (0.05, 0.66, 0.01), (0.02, 0.32, 0.01), (0.27, 0.14, 0.01)
NECK = [VERTEBRA] * 5


def neck(top: tuple[float, float, float], c2: tuple[float, float, float], outline: float) -> Chain:
    """An outline above C2, C2 and five more, all of one size; `outline` is the probability of the first one's."""
    classes = [top, c2, *NECK]
    return chain_of(classes, [50.0] * 7, [60.0] * 6, {"cervical": 0.98}, [outline] + [1.0] * 6)


def share_of_c2_at(chain: Chain, place: int, config: SpineFMConfig = CONFIG) -> float:
    """The probability of all namings that have C2 at `place`."""
    return sum(naming.probability for naming in namings(chain, config) if naming.levels[place] is Level.C2)


def test_a_doubtful_outline_that_looks_like_c2_above_a_body_that_does_too_is_not_sure_to_be_c2() -> None:
    doubtful = neck(SKULL, FAINT_C2, 0.1)
    assert share_of_c2_at(doubtful, 0) < CONFIG.naming_limit
    assert share_of_c2_at(doubtful, 0, CONFIG.changed({"strays": False})) > 0.95, "without the rule it is"
    assert share_of_c2_at(neck(SKULL, FAINT_C2, 1.0), 0) > 0.95, "a good outline is no stray"
    assert share_of_c2_at(neck(SKULL, VERTEBRA, 0.1), 0) > 0.95, "nor is one above a clear C3"


def test_a_clear_c2_below_an_outline_on_the_skull_keeps_its_name() -> None:
    best = namings(neck(MISTAKEN_C2, C2, 0.05), CONFIG)[0]
    assert best.levels[:3] == (None, Level.C2, Level.C3) and best.probability > CONFIG.naming_limit


def test_an_outline_below_a_clear_s1_has_no_level() -> None:
    classes = [*NECK, S1, (0.02, 0.01, 0.3)]
    chain = chain_of(classes, [50.0] * 7, [65.0] * 6, {"lumbar": 0.98}, [1.0] * 6 + [0.05])
    assert namings(chain, CONFIG)[0].levels[-3:] == (Level.L5, Level.S1, None)


def test_the_probabilities_add_up_to_one() -> None:
    assert sum(naming.probability for naming in namings(neck(SKULL, FAINT_C2, 0.1), CONFIG)) == pytest.approx(
        1, abs=1e-4
    )


@pytest.mark.parametrize(
    ("levels", "index", "expected"),
    [
        ((None, Level.C2, Level.C3), 0, True),
        ((Level.L5, Level.S1, None), 2, True),
        ((Level.T12, None, Level.L1), 1, False),
        ((None, Level.C3, Level.C4), 0, False),
        ((None, None), 0, False),
        ((Level.C2, Level.C3), 0, False),
    ],
)
def test_only_a_body_without_a_level_beyond_an_end_is_a_stray(
    levels: tuple[Level | None, ...], index: int, expected: bool
) -> None:
    assert is_stray(levels, index) is expected


def test_an_outline_beyond_the_spine_is_no_body_of_the_trunk() -> None:
    assert in_trunk([Naming((Level.L5, Level.S1, None), 0.9), Naming((None,) * 3, 0.1)]) == (0.9, 0.0, 0.0)


def test_two_bodies_and_one_are_weighed_too() -> None:
    for count in (1, 2):
        chain = chain_of([C2] + [VERTEBRA] * (count - 1), [50.0] * count, [60.0] * (count - 1), None, [0.1] * count)
        assert sum(naming.probability for naming in namings(chain, CONFIG)) == pytest.approx(1, abs=1e-4)
