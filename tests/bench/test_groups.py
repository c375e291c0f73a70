"""The table of hard groups: its cells, and seeds that no other range has."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from bench.groups import COLUMNS, HARD, SEEDS, first_seed, negatives, row
from spinefm.phantom import GROUPS, NEGATIVE
from spinefm.phantom.seeds import (
    FRACTURE_SEEDS,
    GROUP_SEEDS,
    MEASURE_SEEDS,
    RELEASE_SEEDS,
    TEST_SEEDS,
    TUNING_SEEDS,
    share_a_seed,
)
from tests.evaluation.golden import results

METHOD: Any = SimpleNamespace(name="spinefm", settings={"body_probability": "outline"})


def test_each_group_has_seeds_that_nothing_else_uses() -> None:
    others = (*TUNING_SEEDS, RELEASE_SEEDS, MEASURE_SEEDS, FRACTURE_SEEDS)
    assert not any(share_a_seed(GROUP_SEEDS, other) for other in others)
    assert TEST_SEEDS.start <= GROUP_SEEDS.start and GROUP_SEEDS.stop <= TEST_SEEDS.stop
    assert (len(GROUPS) + 1) * SEEDS <= len(GROUP_SEEDS) and set(HARD) <= set(GROUPS)


def test_a_group_that_is_added_moves_no_other() -> None:
    firsts = [first_seed(group, 9_700_000) for group in (*GROUPS, NEGATIVE)]
    assert len(set(firsts)) == len(firsts)
    frozen = {"chest": 9_700_000, "whole": 9_702_000, "count": 9_714_000, NEGATIVE: 9_715_000, "young": 9_716_000}
    assert {group: first_seed(group, 9_700_000) for group in frozen} == frozen


def test_a_row_has_a_cell_for_each_column() -> None:
    kept = results()
    cells = [cell.strip() for cell in row("chest", kept, METHOD).strip("|").split("|")]
    assert len(cells) == len(COLUMNS) and cells[:2] == ["chest", str(len(kept))]
    assert int(cells[2]) == sum(one.kind != "extra" for each in kept for one in each.vertebrae) >= int(cells[7])


def test_refused_pictures_are_counted() -> None:
    kept = results()
    refused = [
        replace(each, row=replace(each.row, failure="no lateral film" if i < 3 else "")) for i, each in enumerate(kept)
    ]
    assert f": 3 of {len(kept)} without a run" in negatives(refused)
