"""The desk: tasks in order, what a process's messages mean, and what follows where it dies."""

from __future__ import annotations

from pathlib import Path

import pytest

from spinefm.batch.attempts import KILLS, ShardTask, TrialTask
from spinefm.batch.desk import VAIN_STARTS, TaskDesk, TaskState
from spinefm.batch.errors import BatchError
from spinefm.batch.worker import BatchJob, FilmEnded, GroupStarted, TaskEnded, TrialStarted, WorkerStopped
from tests.batch.fake import job_of


@pytest.fixture
def job(films: Path, tmp_path: Path) -> BatchJob:
    """A batch of 24 films in groups of two."""
    return job_of(films, tmp_path / "out", shard_size=4)


def desk_of(job: BatchJob, seen: list[tuple[int, int]] | None = None) -> TaskDesk:
    """The desk of all shards; `seen` gets what the watcher is told."""
    told = [] if seen is None else seen
    return TaskDesk(job, list(job.plan.shards()), lambda *more: told.append(more))


def group_dies(desk: TaskDesk) -> TaskState:
    """The next task's process dies on its first group."""
    _, state = desk.hand_out()
    desk.note(state, GroupStarted(0))
    desk.bury(state, "killed")
    return state


def test_shards_are_handed_out_in_order_until_none_waits(job: BatchJob) -> None:
    desk, shards = desk_of(job), list(job.plan.shards())
    tasks = []
    while desk.waits:
        task, state = desk.hand_out()
        tasks.append(task)
        assert not state.trial and desk.note(state, TaskEnded())
    assert tasks == [ShardTask(shard, {}) for shard in shards]


def test_films_count_as_they_end_and_no_longer_where_the_process_dies(job: BatchJob) -> None:
    seen: list[tuple[int, int]] = []
    desk = desk_of(job, seen)
    first, state = desk.hand_out()
    for message in (GroupStarted(0), FilmEnded(False), FilmEnded(True)):
        assert not desk.note(state, message)
    desk.bury(state, "killed")
    assert seen == [(1, 0), (1, 1), (-2, -1)]
    assert desk.hand_out()[0] == first, "the shard is computed again, before all others"


def test_a_group_that_kills_twice_is_tried_film_by_film_and_the_guilty_one_left_out(job: BatchJob) -> None:
    desk = desk_of(job)
    group_dies(desk)
    group_dies(desk)
    for _ in range(2):
        task, state = desk.hand_out()
        assert isinstance(task, TrialTask) and state.trial
        desk.note(state, TrialStarted(task.films[-1].id))
        desk.bury(state, "killed")
    assert isinstance(task, TrialTask)
    guilty = task.films[-1]
    last, _ = desk.hand_out()
    assert isinstance(last, ShardTask) and last.left_out == {guilty.id: KILLS}


def test_after_a_trial_the_shard_follows(job: BatchJob) -> None:
    desk = desk_of(job)
    group_dies(desk)
    group_dies(desk)
    task, state = desk.hand_out()
    assert desk.note(state, TaskEnded())
    assert desk.hand_out()[0] == ShardTask(task.shard, {})


def test_a_process_that_must_stop_ends_the_batch_with_its_sentence(job: BatchJob) -> None:
    desk = desk_of(job)
    with pytest.raises(BatchError, match="disk is full"):
        desk.note(desk.hand_out()[1], WorkerStopped("The disk is full."))


@pytest.mark.parametrize("loaded", [False, True])
def test_processes_that_never_come_to_a_film_end_the_batch(loaded: bool, job: BatchJob) -> None:
    desk = desk_of(job)
    for _ in range(VAIN_STARTS - 1):
        desk.bury(desk.hand_out()[1] if loaded else None, "exit code 3")
    with pytest.raises(BatchError, match=r"before their first film \(exit code 3\)"):
        desk.bury(desk.hand_out()[1] if loaded else None, "exit code 3")


def test_one_that_comes_to_a_film_clears_those_before_it(job: BatchJob) -> None:
    desk = desk_of(job)
    for _ in range(3):
        for _ in range(VAIN_STARTS - 1):
            desk.bury(None, "killed")
        _, state = desk.hand_out()
        desk.note(state, GroupStarted(0))
        desk.note(state, TaskEnded())
