"""The runners: what spreads the shards of a batch over processes or machines, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from types import MappingProxyType
from typing import Protocol, cast

from spinefm.batch.plan import Shard
from spinefm.batch.segmenter import Segmenter
from spinefm.batch.worker import BatchJob

Watch = Callable[[int, int], None]
"""Called with how many films have their rows more than before, and how many of them failed; below 0 where a process was
killed and its films are run again."""


class Runner(Protocol):
    """Has every shard computed, each in its place when this returns."""

    def __call__(
        self, job: BatchJob, shards: Sequence[Shard], segmenter: Segmenter, watch: Watch, workers: int | None = None
    ) -> None:
        """Compute `shards` in `workers` processes, by default as many as the machines have room for.

        segmenter: the loaded one of this process. Raises BatchError where the batch cannot go on.
        """


RUNNERS: Mapping[str, str] = MappingProxyType(
    {"local": "spinefm.batch.local:run_locally", "ray": "spinefm.batch.ray_runner:run_on_ray"}
)
"""Each runner and its place, which is imported when it is chosen."""


def runner_of(name: str) -> Runner:
    """The runner of that name. Raises KeyError."""
    module, _, function = RUNNERS[name].partition(":")
    return cast(Runner, getattr(import_module(module), function))


def processes_on_gpus(cores: int, gpus: int) -> int:
    """How many processes share `gpus`: to read and measure a film takes a core longer than its networks take a GPU."""
    return max(gpus, cores)
