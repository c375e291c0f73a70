"""The formulas say of the golden corners what they said before; JavaScript meets the same file."""

from __future__ import annotations

import json

import pytest

from spinefm.measure import FacingGuess, measure_landmarks
from tests.measure.golden import GOLDEN, bodies_of, by_hand_cases, content, measure_json

CONTENT = json.loads(GOLDEN.read_text(encoding="utf-8"))


@pytest.mark.parametrize("known", CONTENT["cases"], ids=lambda case: case["name"])
def test_measures_meet_the_golden_file(known) -> None:
    facing = FacingGuess(known["facing"], 1.0, "given")
    film = facing, known["spacing_mm"], known["not_upright"]
    values = measure_landmarks(bodies_of(known["bodies"]), *film, rotated=known["rotated"])
    assert len(values) == len(known["measures"])
    for one, wanted in zip(map(measure_json, values), known["measures"], strict=True):
        assert one["value"] == pytest.approx(wanted["value"], abs=1e-5), wanted["name"]
        assert [len(path) for path in one["lines"]] == [len(path) for path in wanted["lines"]]
        assert coordinates(one) == pytest.approx(coordinates(wanted), abs=2e-3)
        assert words(one) == words(wanted)


@pytest.mark.parametrize("case", by_hand_cases(), ids=lambda case: case["name"])
def test_what_rests_on_set_landmarks_meets_the_golden_file(case) -> None:
    wanted = next(one for one in CONTENT["by_hand"] if one["name"] == case["name"])["measures"]
    assert len(wanted) == len(case["measures"]) > 9
    for one, other in zip(case["measures"], wanted, strict=True):
        for part in ("value", "plus"):
            assert one[part] == pytest.approx(other[part], abs=1e-5), one
        assert {key: one[key] for key in ("key", "levels", "grade", "doubt", "reason")} == {
            key: other[key] for key in ("key", "levels", "grade", "doubt", "reason")
        }


def test_the_cases_by_hand_hold_every_way_in_which_a_measure_may_be_sure() -> None:
    held = [one for case in CONTENT["by_hand"] for one in case["measures"]]
    assert {one["plus"] is None for one in held if one["value"] is not None} == {True, False}
    assert any(one["doubt"] for one in held) and any(one["reason"] for one in held)
    graded = [one["grade"] for one in held if one["grade"]]
    assert any(" sure" in grade for grade in graded) and any("uncertain" in grade for grade in graded)
    assert any("," not in grade for grade in graded)


def coordinates(one) -> list[float]:
    """All numbers of a measure's lines."""
    return [number for path in one["lines"] for point in path for number in point]


def words(one) -> dict[str, object]:
    """All of a measure but its numbers."""
    return {key: value for key, value in one.items() if key not in ("value", "lines")}


def test_the_file_holds_every_case_that_is_written() -> None:
    written = content()
    assert [case["name"] for case in written["cases"]] == [case["name"] for case in CONTENT["cases"]]
    assert [case["name"] for case in written["by_hand"]] == [case["name"] for case in CONTENT["by_hand"]]
    assert (written["places"], written["limits"]) == (CONTENT["places"], CONTENT["limits"])


def test_the_cases_hold_every_measure_with_a_value_and_all_grades() -> None:
    measures = [one for case in CONTENT["cases"] for one in case["measures"]]
    valued = {one["key"] for one in measures if one["value"] is not None}
    assert {one["key"] for one in measures} - valued == {"pelvic_incidence", "pelvic_tilt", "incidence_lordosis"}
    grades = {one["grade"].split(",")[0] for one in measures if one["grade"]}
    assert {f"Genant {grade}" for grade in ("0 (normal)", "1 (mild)", "2 (moderate)", "3 (severe)")} <= grades
