"""A batch from its films to the merged tables: begin it or go on with it, run what is left, merge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from spinefm.batch.files import remove_stale
from spinefm.batch.manifest import FilmEntry, digest_of
from spinefm.batch.plan import SHARD_SIZE, BatchPlan, RunRules, Shard, group_size, small_group_size
from spinefm.batch.runners import Runner, Watch
from spinefm.batch.segmenter import Segmenter
from spinefm.batch.worker import BatchJob


@dataclass(frozen=True)
class ArrayPart:
    """The part `number` of `count`, from 1 on: the shards of one job of an array."""

    number: int = 1
    count: int = 1

    def of(self, shards: Sequence[Shard]) -> list[Shard]:
        """Every `count`-th shard, so that each part has short and long ones."""
        return list(shards[self.number - 1 :: self.count])


def plan_of(
    entries: Sequence[FilmEntry],
    rules: RunRules,
    spread: int,
    together: int | None = None,
    shard_size: int | None = None,
    weights: str | None = None,
) -> BatchPlan:
    """The plan of a batch of these films, sorted by id; `spread` processes or jobs share it."""
    at_once = together or group_size(len(entries), rules.device)
    return BatchPlan(
        rules=rules,
        films=len(entries),
        manifest=digest_of(entries),
        together=at_once,
        small=small_group_size(at_once),
        shard_size=shard_size or SHARD_SIZE,
        spread=spread,
        weights=weights,
    )


def run_rest(
    job: BatchJob,
    runner: Runner,
    segmenter: Segmenter,
    watch: Watch,
    part: ArrayPart = ArrayPart(),
    workers: int | None = None,
) -> None:
    """Have the shards of a part computed that are not complete. Raises BatchError."""
    remove_stale(job.folder.shards)
    remove_stale(job.folder.path)
    rest = list(job.folder.remaining(part.of(list(job.plan.shards()))))
    if rest:
        runner(job, rest, segmenter, watch, workers)


def refuse_other_rules(plan: BatchPlan, rules: RunRules) -> None:
    """Raises BatchError where the batch of `plan` cannot go on with `rules`, which are those of the weights now."""
    plan.refuse_other(plan.model_copy(update={"rules": rules}))
