"""Why a direction ended, in words."""

from __future__ import annotations

import pytest

from spinefm.core.numbers import percent
from spinefm.methods.spinefm.events import Decided
from spinefm.methods.spinefm.reasons import reason_words


@pytest.mark.parametrize(
    ("verdict", "reason", "value", "limit", "words"),
    [
        ("stopped", "background", 0.91, 0.5, "background 91 % (limit 50 %)"),
        ("stopped", "background", 0.8004, 0.8, "background 80.04 % (limit 80.00 %)"),
        ("stopped", "overlap", 0.124, 0.1, "overlap 12 % (limit 10 %)"),
        ("spine end", "C2", 0.98, 0.5, "spine end C2, 98 % (limit 50 %)"),
        ("stopped", "outside the film", 0.4, 0.28, "40 % (limit 28 %) of its place lies outside the film"),
        ("stopped", "misplaced end", 0.9, 0.8, "C2 or S1 seen where the spine cannot end: 90 % (limit 80 %)"),
        ("stopped", "too faint", 0.001, 0.007, "too faint to be outlined: contrast 0.001 < 0.007"),
        ("stopped", "empty mask", None, None, "the mask is empty"),
    ],
)
def test_the_reason_has_its_value_and_limit(verdict, reason, value, limit, words) -> None:
    assert reason_words(Decided("up", 1, verdict, reason, value, limit, None)) == words


def test_a_percentage_says_neither_none_nor_all_too_early() -> None:
    shares = (0, 0.001, 0.01, 0.5, 0.994, 0.996, 1)
    assert [percent(share) for share in shares] == ["0 %", "< 1 %", "1 %", "50 %", "99 %", "> 99 %", "100 %"]
