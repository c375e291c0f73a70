"""What is tried after a death, step by step."""

from __future__ import annotations

import pytest

from spinefm.batch.attempts import DEATHS_OF_FILM, DEATHS_OF_GROUP, KILLS, VAIN_TRIALS, Attempts, ShardTask, TrialTask
from spinefm.batch.errors import BatchError
from spinefm.batch.manifest import FilmEntry
from spinefm.batch.plan import Shard

SHARD = Shard(3, 0, 4)
FILMS = [FilmEntry(str(index), f"file:///{index}.png", f"{index}.png") for index in range(4)]


def suspected() -> Attempts:
    """Attempts at a shard whose second group killed as many processes as lead to a trial."""
    attempts = Attempts(SHARD)
    for _ in range(DEATHS_OF_GROUP):
        attempts.died_on_group(1, FILMS)
    return attempts


def test_after_one_death_the_shard_is_run_again() -> None:
    attempts = Attempts(SHARD)
    assert attempts.next_task() == ShardTask(SHARD)
    attempts.died_on_group(1, FILMS)
    attempts.died_on_group(0, FILMS)
    assert attempts.next_task() == ShardTask(SHARD)


def test_a_group_that_kills_again_is_tried_film_by_film() -> None:
    assert suspected().next_task() == TrialTask(SHARD, tuple(FILMS))


def test_a_film_is_guilty_when_it_kills_alone_and_again() -> None:
    attempts = suspected()
    attempts.died_on_film("2")
    assert attempts.next_task() == TrialTask(SHARD, tuple(FILMS[2:]))
    attempts.died_on_film("2")
    assert attempts.next_task() == TrialTask(SHARD, tuple(FILMS[3:]))
    attempts.passed()
    assert attempts.next_task() == ShardTask(SHARD, {"2": KILLS})


def test_the_last_film_of_a_trial_may_be_the_guilty_one() -> None:
    attempts = suspected()
    for _ in range(DEATHS_OF_FILM):
        attempts.died_on_film("3")
    assert attempts.next_task() == ShardTask(SHARD, {"3": KILLS})


def test_a_film_that_is_left_out_is_not_tried_again() -> None:
    attempts = suspected()
    for film in "02":
        for _ in range(DEATHS_OF_FILM):
            attempts.died_on_film(film)
    attempts.passed()
    for _ in range(DEATHS_OF_GROUP):
        attempts.died_on_group(1, FILMS)
    assert attempts.next_task() == TrialTask(SHARD, (FILMS[1], FILMS[3]))


def test_deaths_without_a_guilty_film_end_the_batch() -> None:
    attempts = suspected()
    for _ in range(VAIN_TRIALS - 1):
        attempts.passed()
        assert attempts.next_task() == ShardTask(SHARD)
        for _ in range(DEATHS_OF_GROUP):
            attempts.died_on_group(1, FILMS)
    with pytest.raises(BatchError, match=r"again and again in shard 000003.*fewer --workers"):
        attempts.passed()


def test_the_sentence_of_a_killer_is_the_same_in_every_run() -> None:
    assert not any(character.isdigit() for character in KILLS)
