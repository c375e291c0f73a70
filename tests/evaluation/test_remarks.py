"""Labels that cannot be the truth of the films are told of above all figures."""

from __future__ import annotations

import pandas as pd
import pytest

from spinefm.evaluation.remarks import truth_remarks

APART = "most outlines lie on no true vertebra and most true ones under none"
SAME = "the outlines are the truth to the pixel"


def remarks(dices: list[float | None], kind: str = "body", predicted: int = 4) -> list[str]:
    """Those on one film with a true body of each Dice, beside one that is right."""
    rows = [("a", kind, dice, bool(dice)) for dice in dices] + [("b", "body", 0.9, True)] * 3
    rows += [("a", "extra", 0.0, False), ("b", "extra", 0.0, False)]
    vertebrae = pd.DataFrame(rows, columns=["film", "kind", "dice", "found"])
    films = pd.DataFrame({"film": ["a", "b"], "predicted": [predicted, 3], "annotated": [len(dices), 3]})
    return truth_remarks(films, vertebrae)


@pytest.mark.parametrize(
    ("dices", "said"),
    [
        ([0.0, 0.0, 0.0], [APART]),
        ([0.05, None, 0.54, 0.0], [APART]),
        ([0.0, 0.0, 0.2, 0.2], []),
        ([0.0, 0.0, 0.0, 0.0, 0.9, 0.9], []),
        ([0.0, 0.0], []),
        ([1.0, 1.0, 1.0], [SAME]),
        ([1.0, 1.0, 0.99], []),
        ([1.0, 1.0, None], []),
        ([1.0, 1.0], []),
    ],
)
def test_a_truth_that_has_nothing_or_everything_in_common_with_the_masks_is_told_of(
    dices: list[float | None], said: list[str]
) -> None:
    found = remarks(dices)
    assert [part in remark for part, remark in zip(said, found, strict=True)] == [True] * len(said)
    assert all(remark.startswith("On 1 of 2 films ") for remark in found)


def test_the_film_is_named_and_boxes_count_as_they_were_found() -> None:
    assert "(a)" in remarks([0.0, 0.0, 0.0])[0]
    assert APART in remarks([0.0, 0.0, 0.0], kind="box")[0]
    assert remarks([1.0, 1.0, 1.0], kind="box") == []


def test_labels_of_a_part_of_the_spine_and_a_run_that_ended_early_are_no_reason_for_doubt() -> None:
    assert remarks([0.9, 0.9, 0.9], predicted=13) == []
    assert remarks([0.9, 0.9, 0.9, *[0.0] * 10], predicted=3) == []


def test_a_film_on_which_hardly_anything_was_outlined_says_nothing_of_its_labels() -> None:
    assert remarks([0.0, 0.0, 0.0], predicted=2) == []
