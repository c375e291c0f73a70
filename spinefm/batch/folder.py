"""The folder of a batch: its plan, its manifest, the shards that are complete, and the merged tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from spinefm.batch.errors import BatchError, written_to
from spinefm.batch.files import write_first
from spinefm.batch.manifest import FilmEntry, checksum_of, read_manifest, write_manifest
from spinefm.batch.plan import BatchPlan, Shard
from spinefm.batch.tables import MERGED

PLAN, MANIFEST, SHARDS = "plan.json", "manifest.parquet", "shards"


@dataclass(frozen=True)
class BatchFolder:
    """The folder `path` of a batch."""

    path: Path

    @property
    def merged(self) -> Path:
        """The folder of the merged tables."""
        return self.path / MERGED

    @property
    def shards(self) -> Path:
        """The folder in which the shards lie."""
        return self.path / SHARDS

    def begin(self, plan: BatchPlan, entries: Sequence[FilmEntry]) -> BatchPlan:
        """Keep `plan` and its films, unless the batch was begun before; returns the plan that counts.

        Of several processes that begin the same batch at once, one writes and the others go on with its plan.

        Raises BatchError for a batch begun otherwise, a folder with other files, and one that cannot be written.
        """
        with written_to(self.path):
            self._refuse_foreign()
            self.shards.mkdir(parents=True, exist_ok=True)
            first = write_first(self.path / PLAN, plan.to_json())
        known = plan if first else self.plan()
        known.refuse_other(plan)
        if checksum_of(self.path / MANIFEST) != known.manifest:
            with written_to(self.path):
                write_manifest(self.path / MANIFEST, entries)
        return known

    def plan(self) -> BatchPlan:
        """The plan of the batch. Raises BatchError where there is none."""
        try:
            return BatchPlan.from_json((self.path / PLAN).read_bytes())
        except OSError as error:
            raise BatchError(
                f"The folder {self.path} is not a batch: it has no {PLAN}; give the --out of one."
            ) from error

    def begun(self) -> BatchPlan:
        """The plan of a batch that can go on. Raises BatchError where there is none, or not its films."""
        plan = self.plan()
        if checksum_of(self.path / MANIFEST) != plan.manifest:
            raise BatchError(
                f"The manifest in {self.path} does not hold the films of the plan; give the films again: "
                "`spinefm batch FILM… --out DIR`."
            )
        return plan

    def entries(self, shard: Shard) -> list[FilmEntry]:
        """The films of a shard. Raises BatchError."""
        return read_manifest(self.path / MANIFEST, shard.start, shard.stop)

    def place_of(self, shard: Shard) -> Path:
        """The folder of a shard, which is there when the shard is complete."""
        return self.shards / shard.name

    def complete(self) -> set[str]:
        """The names of the complete shards."""
        if not self.shards.is_dir():
            return set()
        return {path.name for path in self.shards.iterdir() if not path.name.startswith(".")}

    def remaining(self, shards: Iterable[Shard]) -> Iterator[Shard]:
        """Those of `shards` that are not complete."""
        complete = self.complete()
        return (shard for shard in shards if shard.name not in complete)

    def _refuse_foreign(self) -> None:
        """Raises BatchError for a folder that holds other files, and no plan. Another job may write one meanwhile."""
        if self.path.is_dir() and not (self.path / PLAN).exists():
            ours = (PLAN, MANIFEST, SHARDS)
            foreign = [path.name for path in self.path.iterdir() if path.name not in ours and path.name[0] != "."]
            if foreign:
                raise BatchError(
                    f'The folder {self.path} contains "{min(foreign)}", not a batch; choose another --out.'
                )
