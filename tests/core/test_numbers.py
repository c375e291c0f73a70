"""Numbers in words: what decided is never written as equal to its limit unless it is."""

import pytest

from spinefm.core.numbers import below, held, percent, percent_below, percent_with_limit, percents, told_apart


@pytest.mark.parametrize(
    ("value", "limit", "words"),
    [
        (0.91, 0.5, "0.91 > 0.50"),
        (0.8004, 0.8, "0.8004 > 0.8000"),
        (0.7996, 0.8, "0.7996 ≤ 0.8000"),
        (0.5, 0.5, "0.50 ≤ 0.50"),
    ],
)
def test_a_value_and_its_limit_get_digits_until_they_differ(value: float, limit: float, words: str) -> None:
    assert held(value, limit) == words


def test_a_value_below_the_least_is_written_below_it() -> None:
    assert below(0.41, 0.6) == "0.41 < 0.60"
    assert below(0.5996, 0.6) == "0.5996 < 0.6000"
    assert below(0.6, 0.6) == "0.60 ≥ 0.60"
    assert told_apart(12.4, 12.0, 0) == ("12.4", "12.0")


def test_percents_are_whole_where_that_tells_them_apart() -> None:
    assert percents(0.91, 0.5) == ("91 %", "50 %")
    assert percents(0.8004, 0.8) == ("80.04 %", "80.00 %")
    assert percents(0.002, 0.003) == ("0.2 %", "0.3 %")
    assert percents(0.5, 0.5) == ("50 %", "50 %")
    assert (percent(0.001), percent(0.999), percent(0.0)) == ("< 1 %", "> 99 %", "0 %")


def test_a_share_that_rounds_to_its_limit_is_written_below_it_as_on_the_page() -> None:
    found = [percent_below(share, 0.9) for share in (0.896, 0.894, 0.9, 0.904, 0.42)]
    assert found == ["< 90 %", "89 %", "90 %", "90 %", "42 %"]


@pytest.mark.parametrize(
    ("share", "limit", "words"),
    [(0.91, 0.5, "91 % (limit 50 %)"), (0.002, 0.1, "< 1 % (limit 10 %)"), (0.8004, 0.8, "80.04 % (limit 80.00 %)")],
)
def test_a_share_stands_beside_its_limit(share: float, limit: float, words: str) -> None:
    assert percent_with_limit(share, limit) == words
