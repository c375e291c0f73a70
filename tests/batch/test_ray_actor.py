"""The runner for a cluster without Ray: what an actor does and says, and a stand-in that runs a whole pool."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from spinefm.batch import ray_runner
from spinefm.batch.attempts import KILLS, ShardTask, TrialTask
from spinefm.batch.desk import TaskDesk
from spinefm.batch.errors import BatchError
from spinefm.batch.merge import merge
from spinefm.batch.plan import BatchPlan, RunRules
from spinefm.batch.ray_runner import ShardActor, run_on_ray
from spinefm.batch.runners import RUNNERS, runner_of
from spinefm.batch.segmenter import WeightsLoader
from spinefm.batch.tables import read_table
from spinefm.batch.worker import BatchJob, FilmEnded, GroupStarted, TaskEnded, TrialStarted, WorkerStopped
from tests.batch.fake import (
    RULES,
    FakeLoader,
    FakeSegmenter,
    FaultySegmenter,
    job_of,
    many_names,
    tables,
    write_films,
)

ROOT = Path(__file__).parents[2]


def loaded(job: BatchJob) -> ShardActor:
    """An actor that is ready."""
    actor = ShardActor(job)
    assert actor.load() == TaskEnded()
    return actor


def test_an_actor_computes_a_shard_and_says_how_far_it_is(films: Path, tmp_path: Path) -> None:
    job = job_of(films, tmp_path / "out", shard_size=4)
    shard = list(job.plan.shards())[3]
    messages = list(loaded(job).work(ShardTask(shard)))
    kinds = [type(message) for message in messages]
    assert kinds == [*(GroupStarted, FilmEnded, FilmEnded) * (shard.films // 2), TaskEnded]
    assert job.folder.complete() == {shard.name}


def test_an_actor_tries_films_alone(films: Path, tmp_path: Path) -> None:
    job = job_of(films, tmp_path / "out")
    shard = next(iter(job.plan.shards()))
    some = tuple(job.folder.entries(shard))
    messages = list(loaded(job).work(TrialTask(shard, some)))
    assert messages == [*(TrialStarted(film.id) for film in some), TaskEnded()]
    assert not job.folder.complete()


def test_the_start_of_a_group_has_arrived_before_its_films_are_run() -> None:
    messages = ray_runner._Messages()
    arrived: list[bool] = []

    def send() -> None:
        messages.send(GroupStarted(0))
        arrived.append(True)

    threading.Thread(target=send, daemon=True).start()
    stream = messages.until_ended()
    assert next(stream) == GroupStarted(0) and not arrived
    messages.send(FilmEnded(False))
    assert next(stream) == FilmEnded(False)
    messages.send(TaskEnded())
    assert list(stream) == [TaskEnded()]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_error_of_the_program_ends_the_task_with_a_sentence(films: Path, tmp_path: Path) -> None:
    job = job_of(films, tmp_path / "out")
    actor = ShardActor(job)  # nothing is loaded
    (last,) = actor.work(ShardTask(next(iter(job.plan.shards()))))
    assert isinstance(last, WorkerStopped) and "report it" in last.sentence


@dataclass(frozen=True)
class FaultyLoader(FakeLoader):
    """A loader of fakes whose device fails."""

    def load(self, device: str | None = None) -> FakeSegmenter:
        """A new one, on a device that answers again."""
        FaultySegmenter.lost = False
        return FaultySegmenter(self.pause, self.scratch)


def test_an_actor_that_loses_its_device_ends_and_its_films_are_run_by_another(tmp_path: Path) -> None:
    write_films(tmp_path / "films", ["fault.png", "vast.png", *many_names(6)])
    write_films(tmp_path / "scratch", [])
    job = job_of(tmp_path / "films", tmp_path / "out", FaultyLoader(scratch=tmp_path / "scratch"))
    ray = FakeRay()
    run_pool(job, ray, 1)
    merge(job.folder)
    rows = read_table(tmp_path / "out", "films", ["name", "status", "sentence"]).to_pylist()
    assert {row["name"]: row["status"] for row in rows}["fault.png"] == "done"
    assert [row["name"] for row in rows if row["sentence"] == KILLS] == ["vast.png"]
    assert ray.started > 4 and not FaultySegmenter.lost


class Unready(FakeLoader):
    """A loader whose weights are not there."""

    def load(self, device: str | None = None) -> FakeSegmenter:
        """Nothing to load."""
        raise ValueError("There is no bundle paper.")


def test_weights_that_cannot_be_loaded_are_a_sentence(films: Path, tmp_path: Path) -> None:
    message = ShardActor(job_of(films, tmp_path / "out", Unready())).load()
    assert isinstance(message, WorkerStopped) and "There is no bundle paper" in message.sentence


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"precision": "bfloat16"}, "bfloat16"),
        ({"checksums": {"med_sa": "cd" * 32}}, "other weights of med_sa"),
        ({}, ""),
    ],
)
def test_a_machine_with_other_weights_or_arithmetic_is_refused(
    change: dict[str, object], words: str, films: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(*_: object) -> tuple[FakeSegmenter, RunRules]:
        return FakeSegmenter(), RULES.model_copy(update=change)

    monkeypatch.setattr(WeightsLoader, "load_with_rules", load)
    job = job_of(films, tmp_path / "out")
    message = ShardActor(BatchJob(job.folder, job.plan, WeightsLoader("spinefm", "compact"))).load()
    assert words in message.sentence if isinstance(message, WorkerStopped) else not change


def _same(message: object) -> object:
    return message


@dataclass
class FakeRay:
    """As much of Ray as the pool uses, in this process; actors named in `dying` die after so many messages, once."""

    dying: dict[int, int] = field(default_factory=dict)
    gpus: int = 0
    waits: int = 0
    killed: int = 0
    started: int = 0
    options: dict[str, Any] = field(default_factory=dict)
    exceptions: Any = field(default_factory=lambda: SimpleNamespace(RayError=RuntimeError))

    def put(self, thing: object) -> object:
        """Ray's store."""
        return thing

    def get(self, answer: Callable[[], object]) -> object:
        """What an answer holds."""
        return answer()

    def wait(self, answers: list[Any], num_returns: int) -> tuple[list[Any], list[Any]]:
        """One that is ready: the actors take turns."""
        assert num_returns == 1
        self.waits += 1
        chosen = answers[self.waits % len(answers)]
        return [chosen], [answer for answer in answers if answer is not chosen]

    def cluster_resources(self) -> dict[str, float]:
        """What the cluster has."""
        return {"CPU": 2.0} | ({"GPU": float(self.gpus)} if self.gpus else {})

    def kill(self, handle: object) -> None:
        """End an actor."""
        self.killed += 1

    def remote(self, kind: Callable[[BatchJob], ShardActor]) -> Any:
        """The class of actors."""

        def options(**options: Any) -> Any:
            self.options = options
            return SimpleNamespace(remote=lambda job: self._actor(kind(job)))

        return SimpleNamespace(options=options)

    def _actor(self, actor: ShardActor) -> Any:
        number, self.started = self.started, self.started + 1
        stream = SimpleNamespace(remote=lambda task: self._stream(actor.work(task), self.dying.pop(number, None)))
        return SimpleNamespace(
            load=SimpleNamespace(remote=lambda: actor.load), work=SimpleNamespace(options=lambda **_: stream)
        )

    def _stream(self, messages: Iterator[object], deadly: int | None) -> Iterator[Callable[[], object]]:
        for number, message in enumerate(messages):
            if number == deadly:
                yield self._dead
                return
            yield partial(_same, message)

    def _dead(self) -> object:
        raise self.exceptions.RayError("The actor died.")


def run_pool(job: BatchJob, ray: FakeRay, count: int = 2) -> list[tuple[int, int]]:
    """Run a batch on the stand-in; returns what the watcher saw."""
    seen: list[tuple[int, int]] = []
    desk = TaskDesk(job, list(job.plan.shards()), lambda *more: seen.append(more))
    pool = ray_runner._ActorPool(ray, job, desk)
    try:
        pool.run(count)
    finally:
        pool.stop()
    return seen


@pytest.mark.parametrize("dying", [{}, {0: 1}, {0: 0, 1: 3, 2: 2}])
def test_the_tables_are_those_of_the_local_runner_whatever_dies(
    dying: dict[int, int], films: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    job, ray = job_of(films, tmp_path / "out", shard_size=4), FakeRay(dict(dying))
    seen = run_pool(job, ray)
    merge(job.folder)
    assert tables(tmp_path / "out") == expected
    assert sum(films for films, _ in seen) == 24 and not ray.dying
    assert ray.started == 2 + len(dying) and ray.killed >= ray.started


def test_an_actor_has_no_restarts_of_rays_own_and_a_gpu_where_the_plan_has_one(films: Path, tmp_path: Path) -> None:
    job = job_of(films, tmp_path / "out")
    ray = FakeRay()
    ray_runner._ActorPool(ray, job, TaskDesk(job, [], lambda *_: None))
    assert ray.options == {"num_cpus": 1, "max_restarts": 0, "max_task_retries": 0}
    plan: BatchPlan = job.plan.model_copy(update={"rules": RULES.model_copy(update={"device": "cuda"})})
    gpu = BatchJob(job.folder, plan, job.loader)
    ray_runner._ActorPool(ray, gpu, TaskDesk(gpu, [], lambda *_: None))
    assert ray.options["num_gpus"] == 1


@pytest.mark.parametrize(
    ("gpus", "actors", "share"), [(0, 4, 0.0), (1, 1, 1.0), (1, 3, 0.333), (2, 8, 0.25), (8, 2, 1.0)]
)
def test_actors_share_the_gpus_and_all_find_a_place(gpus: int, actors: int, share: float) -> None:
    assert ray_runner._gpu_share(FakeRay(gpus=gpus), actors) == share
    assert share * actors <= max(gpus, actors)


def test_actors_that_never_start_stop_the_batch(films: Path, tmp_path: Path) -> None:
    with pytest.raises(BatchError, match="There is no bundle paper"):
        run_pool(job_of(films, tmp_path / "out", Unready()), FakeRay())


def test_machines_without_the_package_are_said_to_be(
    films: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(actor: ShardActor) -> object:
        raise RuntimeError("System error\nModuleNotFoundError: No module named 'spinefm'")

    monkeypatch.setattr(ShardActor, "load", missing)
    with pytest.raises(BatchError, match="install the same version of SpineFM on all of them"):
        run_pool(job_of(films, tmp_path / "out"), FakeRay())


def test_as_many_actors_as_the_cluster_has_room_for() -> None:
    assert ray_runner._count(FakeRay(), "cpu", None) == 2 and ray_runner._count(FakeRay(), "cpu", 5) == 5
    assert ray_runner._count(FakeRay(gpus=8), "cuda", None) == 8
    assert ray_runner._count(FakeRay(gpus=1), "cuda", 4) == 4
    with pytest.raises(BatchError, match="has no GPU"):
        ray_runner._count(FakeRay(), "cuda", 4)


def test_without_ray_one_sentence_says_how_to_get_it(
    films: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ray_runner, "find_spec", lambda name: None)
    with pytest.raises(BatchError, match=r"pip install 'spinefm\[ray\]'"):
        run_on_ray(job_of(films, tmp_path / "out"), [], FakeSegmenter(), lambda *_: None)


def test_the_runner_is_found_by_its_name_and_ray_is_imported_only_where_it_runs() -> None:
    assert runner_of("ray") is run_on_ray and list(RUNNERS) == ["local", "ray"]
    sources = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "spinefm").rglob("*.py")}
    importing = [name for name, text in sources.items() if re.search(r"^\s*(import|from) ray\b", text, re.MULTILINE)]
    assert importing == ["ray_runner.py"]
    assert not re.search(r"^(import|from) ray\b", sources["ray_runner.py"], re.MULTILINE)


def test_a_cluster_that_cannot_be_reached_is_one_sentence(
    films: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**options: object) -> None:
        assert options["address"] == "10.0.0.1:6379" and "num_cpus" not in options
        raise ConnectionError("Could not find any\nrunning Ray instance")

    worker = ModuleType("ray._private.worker")
    private = SimpleNamespace(worker=worker)
    ray = SimpleNamespace(is_initialized=lambda: False, init=refuse, _private=private)
    for name, module in {"ray": ray, "ray._private": private, "ray._private.worker": worker}.items():
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setenv(ray_runner.ADDRESS, "10.0.0.1:6379")
    monkeypatch.setattr(ray_runner, "find_spec", lambda name: ray)
    with pytest.raises(BatchError, match=r"at 10\.0\.0\.1:6379 cannot be reached \(Could not find any running"):
        run_on_ray(job_of(films, tmp_path / "out"), [], FakeSegmenter(), lambda *_: None)
