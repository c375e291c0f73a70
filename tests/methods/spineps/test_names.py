"""Names by the cheapest path: known spines, gaps, and nothing to count from."""

from __future__ import annotations

from dataclasses import replace

from spinefm.core.levels import Level
from spinefm.methods.base.whole_film import Body
from spinefm.methods.spineps.config import SpinepsConfig
from spinefm.methods.spineps.names import best_path, named_by_path
from tests.methods.drawn import body

CONFIG = SpinepsConfig()


def spine(count: int, c2: int | None = None, s1: int | None = None, share: float = 0.95) -> list[Body]:
    """`count` bodies from the top, one or two of which are an end by `share` of their pixels."""
    return [Body(i, body(i), 1.0, c2=share if i == c2 else 0.0, s1=share if i == s1 else 0.0) for i in range(count)]


def levels(bodies: list[Body]) -> list[str | None]:
    """The names, None for relative ones."""
    return [level.name if level else None for level in named_by_path(bodies, CONFIG).levels]


def test_c2_counts_downwards_and_s1_upwards() -> None:
    assert levels(spine(4, c2=0)) == ["C2", "C3", "C4", "C5"]
    assert levels(spine(4, s1=3)) == ["L3", "L4", "L5", "S1"]


def test_the_whole_spine_is_named_from_both_ends() -> None:
    named = named_by_path(spine(24, c2=0, s1=23), CONFIG)
    assert named.levels[0] is Level.C2 and named.levels[-1] is Level.S1 and len(set(named.levels)) == 24


def test_nothing_to_count_from_gives_relative_names() -> None:
    named = named_by_path(spine(5), CONFIG)
    assert set(named.levels) == {None} and named.anchor is None and f"< {CONFIG.least_margin:.2f}" in named.note


def test_a_weak_end_is_no_anchor() -> None:
    assert set(levels(spine(5, c2=0, share=0.3))) == {None}


def test_a_missing_vertebra_at_a_gap_is_left_out_of_the_names() -> None:
    bodies = [one for one in spine(24, c2=0, s1=23) if one.number != 10]
    assert Level.T5 not in named_by_path(bodies, CONFIG).levels and named_by_path(bodies, CONFIG).levels[-1] is Level.S1
    path, margin = best_path([replace(one) for one in bodies], CONFIG)
    assert path[0] is Level.C2 and margin > CONFIG.least_margin


def test_a_gap_alone_tells_that_a_vertebra_is_missing() -> None:
    bodies = [one for one in spine(7, c2=0) if one.number != 3]
    assert levels(bodies) == ["C2", "C3", "C4", "C6", "C7", "T1"]


def test_a_spine_as_long_as_all_levels_still_needs_an_end_that_is_seen() -> None:
    named = named_by_path(spine(24), CONFIG)
    assert set(named.levels) == {None} and "No body is C2 or S1 in 0.30 of its pixels" in named.note


def test_too_many_bodies_are_not_named() -> None:
    named = named_by_path([Body(i, body(0), 1.0, c2=float(i == 0)) for i in range(30)], CONFIG)
    assert set(named.levels) == {None} and "30 bodies are more than a spine has" in named.note
