"""What a reload brings back."""

from __future__ import annotations

from pathlib import Path

from spinefm.ui.server.examples import Choice
from spinefm.ui.server.sittings import TOKEN, Sitting, Sittings

SITTING = Sitting(Choice(Path("neck.png"), "neck.png"))


def token(letter: str) -> str:
    return letter * TOKEN


def test_a_sitting_comes_back_to_its_token_only() -> None:
    sittings = Sittings()
    sittings.put(token("a"), SITTING)
    assert sittings.get(token("a")) is SITTING
    assert sittings.get(token("b")) is None


def test_a_token_that_could_be_guessed_keeps_nothing() -> None:
    sittings = Sittings()
    for short in ("", "a", "a" * (TOKEN - 1)):
        sittings.put(short, SITTING)
        assert sittings.get(short) is None


def test_a_sitting_is_forgotten_after_its_time_and_when_asked() -> None:
    now = [0.0]
    sittings = Sittings(lambda: now[0], keep=10)
    sittings.put(token("a"), SITTING)
    now[0] = 9
    sittings.put(token("b"), SITTING)
    now[0] = 11
    assert (sittings.get(token("a")), sittings.get(token("b"))) == (None, SITTING)
    sittings.put(token("b"), None)
    assert sittings.get(token("b")) is None


def test_a_sitting_that_came_back_is_kept_as_long_again() -> None:
    now = [0.0]
    sittings = Sittings(lambda: now[0], keep=10)
    sittings.put(token("a"), SITTING)
    for now[0] in (9, 18, 27):
        assert sittings.get(token("a")) is SITTING
    now[0] = 38
    assert sittings.get(token("a")) is None


def test_the_oldest_goes_when_there_are_too_many() -> None:
    sittings = Sittings(most=2)
    for letter in "abc":
        sittings.put(token(letter), SITTING)
    assert [sittings.get(token(letter)) is None for letter in "abc"] == [True, False, False]
