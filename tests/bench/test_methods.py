"""The table of methods: what its lines are called, and which are compared."""

from __future__ import annotations

from bench.methods import UPPER_BOUND, compared, contestants


def test_every_preset_has_a_line_and_others_systems_are_named_for_what_they_are():
    labels = [one.label for one in contestants("compact")]
    assert labels[:2] == ["SpineFM, tuned", "SpineFM, published"]
    assert len(labels) == 6
    assert all(label.endswith("(our re-implementation, compact networks)") for label in labels[2:])


def test_only_lines_of_the_table_are_compared_and_each_pair_once():
    labels = {one.label for one in contestants("compact")} | {UPPER_BOUND}
    pairs = compared("compact")
    assert {label for pair in pairs for label in pair} == labels
    assert len({frozenset(pair) for pair in pairs}) == len(pairs) == 8
