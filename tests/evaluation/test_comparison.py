"""When one run is called better, and what may be compared."""

import pytest

from spinefm.evaluation import RunError
from spinefm.evaluation.comparison import check_same_truth, compare_runs, unshared_text, verdict_of
from spinefm.evaluation.statistics import Paired
from tests.evaluation.tables import made_films, made_vertebrae


@pytest.mark.parametrize(
    ("interval", "p", "verdict"),
    [
        ((0.01, 0.02), 0.01, "B better"),
        ((-0.02, -0.01), 0.01, "A better"),
        ((-0.01, 0.02), 0.01, "not shown"),  # the interval leaves room for no difference
        ((0.01, 0.02), 0.06, "not shown"),  # chance would do it
        ((float("nan"), float("nan")), 0.01, "not shown"),  # one film
        ((0.0, 0.0), None, "no change"),
    ],
)
def test_better_takes_the_interval_and_the_corrected_p(interval, p, verdict):
    assert verdict_of(Paired(9, 0.0, interval, 0.0), p) == verdict


def run(gains):
    """Two runs on eight films: of each level the first has a Dice of 0.8, the second as much more as `gains` says."""
    films = [f"f{number}" for number in range(8)]
    rows = [(film, level, gain) for film in films for level, gain in gains.items()]
    first = made_vertebrae(*((film, level, 0.8, level, 1.0) for film, level, _ in rows))
    second = made_vertebrae(
        *((film, level, 0.8 + gain * (1 + int(film[1]) / 10), level, 1.0) for film, level, gain in rows)
    )
    return {row.name: row for row in compare_runs(first, second)}


def test_p_values_are_corrected_for_the_number_of_rows():
    alone = run({"C3": 0.05})
    assert alone["C3"].films.p == pytest.approx(2 / 2**8)
    assert alone["C3"].p == pytest.approx(2 * 2 / 2**8)  # the level, and all
    many = run(dict.fromkeys(("C3", "C4", "C5", "C6", "C7", "T1", "T2"), 0.05))
    assert many["C3"].p == pytest.approx(8 * 2 / 2**8)
    assert (alone["C3"].verdict, many["C3"].verdict) == ("B better", "not shown")


def test_a_level_that_no_film_changes_has_no_p():
    assert run({"C3": 0.05, "C4": 0.0})["C4"].verdict == "no change"


def test_films_of_one_name_and_another_truth_are_not_compared():
    first = made_films({"a": "", "b": ""}, truth_sha256=["1", "2"])
    check_same_truth(first, made_films({"b": "", "c": ""}, truth_sha256=["2", "3"]))
    with pytest.raises(RunError, match=r"The truth of b differs .*1 of 2"):
        check_same_truth(first, made_films({"a": "", "b": ""}, truth_sha256=["1", "9"]))


@pytest.mark.parametrize(("films", "alone"), [("ab", ""), ("b", "1 of A, 0 of B"), ("bcd", "1 of A, 2 of B")])
def test_films_of_one_run_alone_are_counted(films, alone):
    text = unshared_text(made_films({"a": "", "b": ""}), made_films(dict.fromkeys(films, "")))
    assert text == (f"Films of one run alone are left out: {alone}.\n" if alone else "")
