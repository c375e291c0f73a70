"""How far a batch is: films done and failed, shards, films a second, and the estimated rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from spinefm.batch.errors import BatchError
from spinefm.batch.folder import BatchFolder
from spinefm.batch.run import ArrayPart
from spinefm.batch.shard import LOG, ShardLog

RECENT = 64
"""The last shards, of which the speed is that of the batch now."""


@dataclass(frozen=True)
class BatchStatus:
    """How far a batch is.

    done, failed: films of complete shards. speed: films a second while the last shards were computed, None before the
    first. merged: whether the tables are joined.
    """

    films: int
    done: int
    failed: int
    shards: int
    complete: int
    speed: float | None
    merged: bool

    @property
    def rest(self) -> float | None:
        """Seconds for the other films at that speed; None where it is not known."""
        left = self.films - self.done - self.failed
        return left / self.speed if self.speed else None


def status_of(folder: BatchFolder) -> BatchStatus:
    """How far a batch is. Raises BatchError where there is none, or a shard's log cannot be read."""
    plan = folder.plan()
    logs = [_read(folder.shards / name / LOG) for name in sorted(folder.complete())]
    failed = sum(log.failed for log in logs)
    return BatchStatus(
        films=plan.films,
        done=sum(log.films for log in logs) - failed,
        failed=failed,
        shards=sum(1 for _ in plan.shards()),
        complete=len(logs),
        speed=speed_of(sorted(logs, key=lambda log: log.ended)[-RECENT:]),
        merged=folder.merged.is_dir(),
    )


def failed_of(folder: BatchFolder, part: ArrayPart) -> int:
    """How many films of a part's complete shards failed. Raises BatchError where a shard's log cannot be read."""
    complete = folder.complete()
    own = [shard for shard in part.of(list(folder.plan().shards())) if shard.name in complete]
    return sum(_read(folder.place_of(shard) / LOG).failed for shard in own)


def lines_of(status: BatchStatus) -> list[str]:
    """A status in words."""
    lines = [
        f"films: {status.done} done, {status.failed} failed, {status.films} in all",
        f"shards: {status.complete} of {status.shards} complete",
    ]
    if status.speed:
        lines.append(f"speed: {status.speed:.2f} films a second")
    if status.rest:
        lines.append(f"rest: about {_duration(status.rest)} at that speed")
    return [*lines, f"tables: {'merged' if status.merged else 'not merged yet'}"]


def _duration(seconds: float) -> str:
    """Hours, minutes and seconds in words, the two largest.

    >>> _duration(42), _duration(3725)
    ('42 s', '1 h 2 min')
    """
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def speed_of(logs: Sequence[ShardLog]) -> float | None:
    """Films a second over the time in which any of these shards was being computed; pauses do not count."""
    seconds, until = 0.0, float("-inf")
    for log in sorted(logs, key=lambda log: log.began):
        seconds += max(0.0, log.ended - max(log.began, until))
        until = max(until, log.ended)
    return sum(log.films for log in logs) / seconds if seconds else None


def _read(file: Path) -> ShardLog:
    try:
        return ShardLog.model_validate_json(file.read_bytes())
    except (OSError, ValidationError) as error:
        raise BatchError(
            f"The shard {file.parent} is damaged; delete its folder, then run `spinefm batch resume`."
        ) from error
