"""Filters, orders, counts and pages of a batch are those of brute force over its tables."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pydantic import ValidationError

from spinefm.ui.server.explorer.batch import BatchIndex, BatchQuestion, answer, opening
from spinefm.ui.server.explorer.batch.query import MOST_BINS, MOST_ON_PAGE, NONE, catalog, histogram, round_edges
from tests.ui.server.explorer.batch.conftest import COUNT

Tables = dict[str, pa.Table]
Film = dict[Any, Any]
FILTERS: dict[str, tuple[dict[str, Any], Callable[[Film], bool]]] = {
    "status": ({"status": "failed"}, lambda film: film["status"] == "failed"),
    "view": ({"view": "lumbar lateral"}, lambda film: film["view"] == "lumbar lateral"),
    "no view": ({"view": NONE}, lambda film: film["view"] is None),
    "anchor": ({"anchor": "C2"}, lambda film: film["anchor"] == "C2"),
    "stop": ({"stop": "point outside"}, lambda film: "point outside" in (film["stop_up"], film["stop_down"])),
    "doubtful": ({"doubtful": "some"}, lambda film: film["doubtful"] > 0),
    "sure": ({"doubtful": "none"}, lambda film: film["doubtful"] == 0),
    "levels": ({"levels": ["C3", "T1"]}, lambda film: {"C3", "T1"} <= film["seen"]),
    "search": ({"search": "FILM-00001"}, lambda film: "film-00001" in film["name"].lower()),
    "span": (
        {"measure": "slip", "span": (-2.0, 1.5)},
        lambda film: any(value is not None and -2 <= value <= 1.5 for value in film["slip", ""]),
    ),
    "span at a level": (
        {"measure": "slip", "place": "L4-L5", "span": (0.0, 3.0)},
        lambda film: any(value is not None and 0 <= value <= 3 for value in film["slip", "L4-L5"]),
    ),
}

PAIRS = list(itertools.combinations(["view", "stop", "doubtful", "levels", "span", "search"], 2))


@pytest.fixture(scope="module")
def known(tables: Tables) -> list[Film]:
    """The films with the levels that were seen and their slips."""
    films = {
        film["id"]: film | {"seen": set(), ("slip", ""): [], ("slip", "L4-L5"): []}
        for film in tables["films"].to_pylist()
    }
    for row in tables["vertebrae"].to_pylist():
        films[row["id"]]["seen"].add(row["level"])
    for row in tables["measures"].to_pylist():
        if row["measure"] == "slip":
            for place in {"", row["place"]} & {"", "L4-L5"}:
                films[row["id"]]["slip", place].append(row["value"])
    return list(films.values())


def ids(found: dict[str, Any]) -> list[str]:
    return [row["id"] for row in found["rows"]]


def everything(index: BatchIndex, **asked: Any) -> list[str]:
    """The ids of all films that pass, over all pages."""
    pages = (
        answer(index, BatchQuestion(**asked, offset=at, count=MOST_ON_PAGE)) for at in range(0, COUNT, MOST_ON_PAGE)
    )
    return [name for page in pages for name in ids(page)]


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_keeps_what_brute_force_keeps(index: BatchIndex, known: list[Film], name: str) -> None:
    asked, passes = FILTERS[name]
    wanted = {film["id"] for film in known if passes(film)}
    assert 0 < len(wanted) < COUNT
    assert set(everything(index, **asked)) == wanted
    assert answer(index, BatchQuestion(**asked))["total"] == len(wanted)


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_two_filters_keep_what_passes_both(index: BatchIndex, known: list[Film], first: str, second: str) -> None:
    asked = FILTERS[first][0] | FILTERS[second][0]
    wanted = sum(FILTERS[first][1](film) and FILTERS[second][1](film) for film in known)
    assert answer(index, BatchQuestion(**asked))["total"] == wanted


def test_counts_are_over_what_passes_all_other_filters(index: BatchIndex, known: list[Film]) -> None:
    asked = FILTERS["view"][0] | FILTERS["doubtful"][0] | {"status": "done"}
    counts = answer(index, BatchQuestion(**asked))["counts"]
    lumbar = [film for film in known if FILTERS["view"][1](film) and film["status"] == "done"]
    doubtful = [film for film in known if film["doubtful"] > 0 and film["status"] == "done"]
    both = [film for film in lumbar if film["doubtful"] > 0]
    assert counts["doubtful"] == {"some": len(both), "none": len(lumbar) - len(both)}
    assert counts["view"] == dict(Counter(film["view"] or NONE for film in doubtful).most_common())
    assert counts["anchor"] == Counter(film["anchor"] or NONE for film in both)
    stops = Counter(stop for film in both for stop in (film["stop_up"], film["stop_down"]) if stop)
    assert counts["stop"] == stops, "a film that ended so both ways has two of these ends"


def test_a_choice_leaves_as_many_films_as_its_count_says(index: BatchIndex) -> None:
    base = {"doubtful": "some"}
    counts = answer(index, BatchQuestion(**base))["counts"]
    for name in ("status", "view", "anchor", "sentence"):
        for word, count in counts[name].items():
            assert answer(index, BatchQuestion(**base, **{name: word}))["total"] == count, (name, word)


def test_level_counts_are_those_of_the_films(index: BatchIndex, known: list[Film]) -> None:
    found = answer(index, BatchQuestion(view="cervical lateral", levels=["C4"]))
    wanted = Counter(level for film in known if film["view"] == "cervical lateral" for level in film["seen"])
    assert found["levels"] == wanted


def test_failures_are_counted_by_sentence(index: BatchIndex, known: list[Film]) -> None:
    wanted = Counter(film["sentence"] for film in known if film["sentence"])
    assert answer(index, BatchQuestion())["counts"]["sentence"] == wanted


def test_probabilities_are_those_of_the_vertebrae_that_pass(
    index: BatchIndex, known: list[Film], tables: Tables
) -> None:
    passing = {film["id"] for film in known if film["anchor"] == "S1"}
    values = [row["probability"] for row in tables["vertebrae"].to_pylist() if row["id"] in passing]
    found = answer(index, BatchQuestion(anchor="S1"))["probability"]
    wanted = Counter(min(19, int(20 * value + 1e-9)) for value in values)
    assert found["counts"] == [wanted[place] for place in range(20)] and found["without"] == 0


def test_the_histogram_counts_every_value_of_the_films_that_pass(index: BatchIndex, known: list[Film]) -> None:
    found = answer(index, BatchQuestion(measure="slip", span=(-1.0, 1.0), doubtful="some"))["measure"]
    values = [value for film in known if film["doubtful"] > 0 for value in film["slip", ""]]
    given = [value for value in values if value is not None]
    assert (found["count"], found["missing"]) == (len(given), len(values) - len(given))
    assert sum(found["counts"]) == len(given)
    assert found["quartiles"] == pytest.approx(np.percentile(given, (25, 50, 75)), abs=1e-3)
    assert answer(index, BatchQuestion(measure="nothing"))["measure"]["count"] == 0


@pytest.mark.parametrize("ends", [(0.3, 3.7), (-12.0, 55.5), (5.0, 5.0), (0.0, 1e-3), (-2e4, 3e6)])
def test_bins_are_round_few_and_hold_both_ends(ends: tuple[float, float]) -> None:
    edges = round_edges(*ends)
    room = 1e-6 * (abs(ends[0]) + abs(ends[1]))
    assert edges[0] <= ends[0] + room and edges[-1] >= ends[1] - room and 2 <= len(edges) <= MOST_BINS + 3
    assert (np.diff(edges) > 0).all()


def test_orders(index: BatchIndex, known: list[Film]) -> None:
    by_id = {film["id"]: film for film in known}
    names = [by_id[name]["name"] for name in everything(index, sort="name")]
    assert names == sorted(names)
    for sort, key in (("doubtful", "doubtful"), ("most", "vertebrae")):
        values = [by_id[name][key] for name in everything(index, sort=sort)]
        assert values == sorted(values, reverse=True)
    fewest = [by_id[name]["vertebrae"] for name in everything(index, sort="fewest")]
    assert fewest == sorted(fewest)


@pytest.mark.parametrize("sort", ["low", "high"])
def test_the_order_by_value_puts_the_extreme_first_and_nothing_last(
    index: BatchIndex, known: list[Film], sort: str
) -> None:
    by_id = {film["id"]: film for film in known}
    pick = min if sort == "low" else max
    values = []
    for name in everything(index, measure="slip", sort=sort):
        given = [value for value in by_id[name]["slip", ""] if value is not None]
        values.append(pick(given) if given else None)
    there = [value for value in values if value is not None]
    assert there == sorted(there, reverse=sort == "high")
    assert values[: len(there)] == there
    first = answer(index, BatchQuestion(measure="slip", sort=sort))["rows"][0]["values"]
    assert first == sorted(first, reverse=sort == "high") and first[0] == pytest.approx(there[0])


def test_pages_are_parts_of_one_list(index: BatchIndex) -> None:
    whole = everything(index, search="film", sort="fewest")
    assert len(whole) == len(set(whole)) == answer(index, BatchQuestion(search="film"))["total"]
    third = answer(index, BatchQuestion(search="film", sort="fewest", offset=80, count=40))
    assert ids(third) == whole[80:120]
    assert answer(index, BatchQuestion(offset=10 * COUNT))["rows"] == []


def test_a_row_says_what_the_tables_say(index: BatchIndex, known: list[Film]) -> None:
    by_id = {film["id"]: film for film in known}
    for row in answer(index, BatchQuestion(measure="slip", place="L4-L5", count=MOST_ON_PAGE))["rows"]:
        film = by_id[row["id"]]
        assert all(row[name] == (film[name] or "") for name in ("name", "status", "sentence", "view", "stop_up"))
        assert row["values"] == [pytest.approx(value) for value in film["slip", "L4-L5"] if value is not None]


def test_unknown_words_and_levels_keep_nothing(index: BatchIndex) -> None:
    for asked in (
        {"view": "hand"},
        {"levels": ["X9"]},
        {"stop": "?"},
        {"measure": "slip", "place": "X", "span": (0, 1)},
    ):
        assert answer(index, BatchQuestion(**asked))["total"] == 0


@pytest.mark.parametrize(
    "asked",
    [{"sort": "price"}, {"offset": -1}, {"count": 10_000}, {"span": [1]}, {"span": [0, float("inf")]}, {"status": "x"},
     {"levels": "C2", "other": 1}, {"search": "x" * 5000}, []],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_refused(asked: Any) -> None:
    with pytest.raises(ValidationError):
        BatchQuestion.model_validate(asked)


def test_what_is_sent_is_json_without_uris(index: BatchIndex) -> None:
    sent = json.dumps(
        [opening("night", index), answer(index, BatchQuestion(measure="slip")), catalog(index)],
        allow_nan=False,
    )
    assert "file:" not in sent


def test_the_opening_lists_what_can_be_chosen(index: BatchIndex, known: list[Film]) -> None:
    found = opening("night", index)
    assert (found["kind"], found["films"]) == ("batch", COUNT)
    assert found["views"] == ["cervical lateral", "lumbar lateral"] and found["anchors"] == ["C2", "S1"]
    assert set(found["levels"]) == {level for film in known for level in film["seen"]}
    assert found["levels"][0] == "C2" and found["levels"][-1] == "S1"


def test_the_catalog_follows_the_tables_of_measures(index: BatchIndex) -> None:
    kinds = catalog(index)
    assert [kind["key"] for kind in kinds][:2] == ["lordosis_c2_c7", "lordosis_l1_s1"]
    slip = next(kind for kind in kinds if kind["key"] == "slip")
    assert slip["references"][""] == slip["references"]["L4-L5"] and slip["references"][""]["high"] == 5.0
    assert slip["levels"] == sorted(slip["levels"], key=lambda level: "CTLS".index(level[0]))


def test_a_histogram_of_nothing_is_empty(index: BatchIndex) -> None:
    from spinefm.ui.server.explorer.batch.query import ChosenMeasure

    none = ChosenMeasure(np.zeros(0, np.int32), np.zeros(0, np.float32))
    assert histogram(none, np.ones(3, bool))["count"] == 0
