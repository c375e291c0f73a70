"""The runner for a cluster: Ray's actors, each with a core or a GPU and its own weights, replaced when they die.

Ray moves tasks and messages only. Films are read where they are segmented, and shards are written to the batch's
folder, which all machines share; so what is lost with an actor, a machine or this process is at most the shards under
way. Ray Data would start one run of all films, which one error ends; here each shard is a task of its own.
"""

from __future__ import annotations

import logging
import math
import os
import platform
import queue
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from spinefm.batch.attempts import ShardTask, TrialTask
from spinefm.batch.desk import TaskDesk, TaskState
from spinefm.batch.errors import BatchError, DeviceLost
from spinefm.batch.folder import BatchFolder
from spinefm.batch.plan import Shard
from spinefm.batch.run import refuse_other_rules
from spinefm.batch.runners import Watch, processes_on_gpus
from spinefm.batch.segmenter import Segmenter, WeightsLoader
from spinefm.batch.worker import BatchJob, GroupStarted, Message, TaskEnded, TrialStarted, WorkerStopped, done
from spinefm.core.machine import allowed_cores, use_one_thread

ADDRESS = "RAY_ADDRESS"
"""The variable that names a cluster; without it Ray is started on this machine, and ended with the run."""
QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}
"""Ray sends no statistics of its use, and says nothing of its next version."""
STORE = 80 << 20
"""Bytes of Ray's own store of objects: it holds messages only, and Ray asks for no less."""
NOT_THERE = "The machines of the Ray cluster lack a module: install the same version of SpineFM on all of them"
MISSING = "Ray is not installed: run `pip install 'spinefm[ray]'`, or use --runner local."


def run_on_ray(
    job: BatchJob,
    shards: Sequence[Shard],
    segmenter: Segmenter,  # noqa: ARG001 (each actor loads its own)
    watch: Watch,
    workers: int | None = None,
) -> None:
    """Compute `shards` in `workers` actors: by default one per core of the cluster, on CUDA one for two cores.

    Raises BatchError where Ray is missing or has no GPU, nothing can be written any more, or actors die repeatedly.
    """
    if find_spec("ray") is None:
        raise BatchError(MISSING)
    with _ray(workers) as ray:
        count = min(_count(ray, job.plan.rules.device, workers), len(shards))
        pool = _ActorPool(ray, job, TaskDesk(job, shards, watch), _gpu_share(ray, count))
        try:
            pool.run(count)
        finally:
            pool.stop()


@contextmanager
def _ray(workers: int | None) -> Iterator[ModuleType]:
    """Ray, connected to the cluster that is named, or started here and ended with the block."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    import ray
    from ray._private import worker as ray_worker

    if ray.is_initialized():  # by a program that uses this one
        yield ray
        return
    ray_worker._worker_logs_enabled = False  # or it prints a page where an actor dies; no option says this
    address = os.environ.get(ADDRESS)
    try:
        ray.init(
            address=address or "local",
            logging_level=logging.CRITICAL,
            log_to_driver=False,
            **({} if address else _own_options(workers)),
        )
    except (OSError, RuntimeError, ValueError) as error:  # ConnectionError among them
        reason = " ".join(str(error).split())[:200]
        where = f"The Ray cluster at {address} cannot be reached" if address else "Ray cannot be started here"
        raise BatchError(f"{where} ({reason}); check it, or use --runner local.") from error
    try:
        yield ray
    finally:
        ray.shutdown()


def _own_options(workers: int | None) -> dict[str, Any]:
    """Options of a Ray of this machine alone; its actors find the modules that this process finds."""
    path = os.pathsep.join(os.path.abspath(folder) for folder in sys.path)
    return {
        "num_cpus": workers or allowed_cores(),
        "object_store_memory": STORE,
        "include_dashboard": False,
        "runtime_env": {"env_vars": {"PYTHONPATH": path}},
    }


def _count(ray: ModuleType, device: str, workers: int | None) -> int:
    """Actors: as many as asked for, else those that the cluster has room for. Raises BatchError where it has no GPU."""
    room = {kind: int(ray.cluster_resources().get(kind, 0)) for kind in ("CPU", "GPU")}
    if device == "cuda" and not room["GPU"]:
        raise BatchError("The Ray cluster has no GPU, and the batch was planned for one; add one to the cluster.")
    return workers or max(1, processes_on_gpus(room["CPU"], room["GPU"]) if device == "cuda" else room["CPU"])


def _gpu_share(ray: ModuleType, count: int) -> float:
    """The share of a GPU that each of `count` actors takes, rounded down: all of them find a place."""
    gpus = int(ray.cluster_resources().get("GPU", 0))
    return min(1.0, math.floor(1000 * gpus / max(1, count)) / 1000)


class ShardActor:
    """What runs on a machine of the cluster: a loaded segmenter that computes one shard after another."""

    def __init__(self, job: BatchJob) -> None:
        self._job = job
        self._segmenter: Segmenter | None = None

    def load(self) -> Message:
        """Load the weights; the answer says that it is ready, or why the batch must stop."""
        use_one_thread()
        try:
            self._segmenter = _loaded(self._job)
        except BatchError as error:
            return WorkerStopped(f"On {platform.node()}: {error}")
        except Exception as error:  # noqa: BLE001 (the batch stops with it)
            reason = " ".join(str(error).split()) or type(error).__name__
            return WorkerStopped(f"The weights cannot be loaded on {platform.node()} ({reason}); copy them there too.")
        return TaskEnded()

    def work(self, task: ShardTask | TrialTask) -> Iterator[Message]:
        """Do a task; gives the messages of the local runner's processes, the last of which says how it ended.

        Raises DeviceLost, after which this actor is of no use.
        """
        messages = _Messages()
        thread = threading.Thread(target=self._do, args=(task, messages), daemon=True)
        thread.start()
        yield from messages.until_ended()
        thread.join()

    def _do(self, task: ShardTask | TrialTask, messages: _Messages) -> None:
        try:
            assert self._segmenter is not None
            messages.send(done(task, self._job, self._segmenter, messages))
        except DeviceLost as error:
            messages.fail(error)
        except BaseException as error:
            messages.send(WorkerStopped(f"The program failed ({type(error).__name__}: {error}); report it."))
            raise


def _loaded(job: BatchJob) -> Segmenter:
    """The segmenter of a job, on the GPU that Ray gave, where weights and version are those that it was begun with.

    Raises BatchError for others, and what a loader raises.
    """
    rules = job.plan.rules
    if not isinstance(job.loader, WeightsLoader):
        return job.loader.load(rules.device)
    segmenter, here = job.loader.load_with_rules(rules.device, rules.polarity, rules.facing, rules.spacing_mm)
    refuse_other_rules(job.plan, here)
    return segmenter


class _Messages:
    """Messages from the thread that computes to the one that sends them.

    The start of a group or a trial is on the other side before its films are run: should they kill the process, it is
    known which ones it was.
    """

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[tuple[Message | DeviceLost, threading.Event]] = queue.SimpleQueue()

    def send(self, message: Message) -> None:
        """Hand a message on; of a start, wait until it has arrived."""
        arrived = threading.Event()
        self._queue.put((message, arrived))
        if isinstance(message, GroupStarted | TrialStarted):
            arrived.wait()

    def fail(self, error: DeviceLost) -> None:
        """Have the other side raise `error`."""
        self._queue.put((error, threading.Event()))

    def until_ended(self) -> Iterator[Message]:
        """The messages, up to the one that ends the task. Raises DeviceLost."""
        while True:
            message, arrived = self._queue.get()
            if isinstance(message, DeviceLost):
                raise message
            yield message
            arrived.set()
            if isinstance(message, TaskEnded | WorkerStopped):
                return


@dataclass(eq=False)
class _Actor:
    """An actor, the answer that it owes, and its task; none while it loads its weights."""

    handle: Any
    answer: Any
    state: TaskState | None = None


class _ActorPool:
    """The actors of a run."""

    def __init__(self, ray: ModuleType, job: BatchJob, desk: TaskDesk, gpu_share: float = 1.0) -> None:
        self._ray, self._desk = ray, desk
        folder = BatchFolder(job.folder.path.absolute())
        self._job = ray.put(replace(job, folder=folder))
        gpus = {"num_gpus": gpu_share} if job.plan.rules.device == "cuda" else {}
        self._kind = ray.remote(ShardActor).options(num_cpus=1, max_restarts=0, max_task_retries=0, **gpus)
        self._actors: list[_Actor] = []

    def run(self, count: int) -> None:
        """Have all tasks of the desk done by `count` actors."""
        for _ in range(count):
            self._start()
        while any(actor.state for actor in self._actors) or self._desk.waits:
            ready, _ = self._ray.wait([actor.answer for actor in self._actors], num_returns=1)
            for actor in [actor for actor in self._actors if actor.answer in ready]:
                self._receive(actor)

    def stop(self) -> None:
        """End all actors."""
        for actor in self._actors:
            with suppress(Exception):  # it may be dead, and Ray too
                self._ray.kill(actor.handle)
        self._actors.clear()

    def _start(self) -> None:
        handle = self._kind.remote(self._job)
        self._actors.append(_Actor(handle, handle.load.remote()))

    def _receive(self, actor: _Actor) -> None:
        """One message of an actor, or its end: it died, or lost its device."""
        try:
            answer = actor.answer if actor.state is None else next(actor.answer)
            message: Message = self._ray.get(answer)
        except (self._ray.exceptions.RayError, StopIteration) as error:
            self._bury(actor, error)
            return
        if actor.state is None:
            self._begin(actor, message)
        elif self._desk.note(actor.state, message):
            self._assign(actor)

    def _begin(self, actor: _Actor, message: Message) -> None:
        """Give its first task to an actor that has loaded its weights."""
        if isinstance(message, WorkerStopped):
            raise BatchError(message.sentence)
        self._assign(actor)

    def _assign(self, actor: _Actor) -> None:
        """Give the next task to an actor, or let it go."""
        if not self._desk.waits:
            self._actors.remove(actor)
            self._ray.kill(actor.handle)
            return
        task, actor.state = self._desk.hand_out()
        # one message at a time: the next is not begun before this one was read
        stream = actor.handle.work.options(num_returns="streaming", _generator_backpressure_num_objects=1)
        actor.answer = stream.remote(task)

    def _bury(self, actor: _Actor, error: Exception) -> None:
        """Note what a dead actor was doing, and start another in its place."""
        self._actors.remove(actor)
        with suppress(Exception):
            self._ray.kill(actor.handle)
        if "No module named" in str(error):
            raise BatchError(f"{NOT_THERE} ({str(error).strip().splitlines()[-1]}).") from error
        self._desk.bury(actor.state, type(error).__name__)
        self._start()
