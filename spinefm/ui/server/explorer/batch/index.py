"""A merged batch in memory: the columns that are filtered, sorted and counted by; everything else stays in its file."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from spinefm.batch.tables import RUN_FILE, TableError, file_name, merged_folder, open_table, read_table
from spinefm.core.foreign import read_json
from spinefm.core.levels import Level
from spinefm.core.words import counted
from spinefm.ui.server.explorer.batch.columns import Codes, WordCodes, batches_of, numbers, places_in

WORDS = ("status", "sentence", "view", "anchor", "stop_up", "stop_down")
"""Columns of films that are filtered and counted by word."""
PROBABILITY_BINS = 20
Part = tuple[Codes, Codes, Codes, NDArray[np.float32]]
"""Film, key, place and value of some measures."""
LEVEL_NAMES = tuple(level.name for level in Level)


@dataclass(frozen=True, eq=False)
class BatchBodies:
    """All vertebrae (V,): their film's place, and the bin of their probability, PROBABILITY_BINS where it has none."""

    film: Codes
    probability: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class BatchMeasures:
    """All measures (M,), those of a key side by side: place of the film, code of the level, value or NaN.

    starts: where each key's rows begin, and the end of the last. Within a key the films' places rise, as in the table.
    """

    keys: tuple[str, ...]
    units: tuple[str, ...]
    starts: NDArray[np.int64]
    film: Codes
    place: WordCodes
    value: NDArray[np.float32]

    def rows(self, key: str) -> slice:
        """The rows of a key; none of one that does not occur."""
        if key not in self.keys:
            return slice(0, 0)
        at = self.keys.index(key)
        return slice(int(self.starts[at]), int(self.starts[at + 1]))

    def places(self, key: str) -> list[str]:
        """The levels at which a key occurs."""
        return [self.place.words[code] for code in np.unique(self.place.codes[self.rows(key)]) if code >= 0]


class BatchIndex:
    """A batch by what is asked of it. Reading raises TableError where its tables are not there or damaged."""

    def __init__(self, folder: Path) -> None:
        """`folder` holds the merged tables, itself or in its folder `merged`."""
        self.folder = merged_folder(folder)
        open_table(self.folder, "measures").close()
        films = read_table(self.folder, "films", ["id", "name", "vertebrae", "doubtful", *WORDS])
        self.ids: pa.Array = films["id"].combine_chunks()
        self._places = {name: place for place, name in enumerate(self.ids.to_pylist())}
        self.names: pa.Array = films["name"].combine_chunks()
        self.words = {name: WordCodes.of(films[name]) for name in WORDS}
        self.vertebrae = numbers(films["vertebrae"].combine_chunks(), np.int32)
        self.doubtful = numbers(films["doubtful"].combine_chunks(), np.int32)
        self.levels, self.bodies = self._read_bodies()
        self._reading = threading.Lock()

    def __len__(self) -> int:
        """How many films there are."""
        return len(self.ids)

    @cached_property
    def by_name(self) -> Codes:
        """The places of the films in the order of their names."""
        import pyarrow.compute as pc

        return pc.sort_indices(self.names).to_numpy(zero_copy_only=False).astype(np.int32)

    @property
    def measures(self) -> BatchMeasures:
        """The measures, read when they are first asked for: they are the largest table."""
        with self._reading:
            return self._measures

    @cached_property
    def _measures(self) -> BatchMeasures:
        return _read_measures(self.folder / file_name("measures"), self._places)

    def _read_bodies(self) -> tuple[NDArray[np.uint32], BatchBodies]:
        """For each film the levels that were seen, one bit each, and all vertebrae."""
        known = {name: bit for bit, name in enumerate(LEVEL_NAMES)}
        levels = np.zeros(len(self), np.uint32)
        films, bins = [np.zeros(0, np.int32)], [np.zeros(0, np.uint8)]
        path = self.folder / file_name("vertebrae")
        for batch in batches_of(path, ["id", "level", "probability"], ["id", "level"]):
            film, level = places_in(batch["id"], self._places), places_in(batch["level"], known)
            named = (level >= 0) & (film >= 0)
            np.bitwise_or.at(levels, film[named], np.uint32(1) << level[named].astype(np.uint32))
            films.append(film[film >= 0])
            bins.append(probability_bins(numbers(batch["probability"], np.float64))[film >= 0])
        return levels, BatchBodies(np.concatenate(films), np.concatenate(bins))


def probability_bins(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    """The bins of probabilities (V,); the last of them holds 1 too."""
    place = np.minimum(values * PROBABILITY_BINS + 1e-9, PROBABILITY_BINS - 1)  # 0.85 lies in the bin it begins
    return np.where(np.isnan(values), PROBABILITY_BINS, np.nan_to_num(place)).astype(np.uint8)


def _read_measures(path: Path, ids: Mapping[str, int]) -> BatchMeasures:
    """The table of measures, sorted by key."""
    keys: dict[str, str] = {}
    places: list[str] = []
    parts: list[Part] = []
    for batch in batches_of(path, ["id", "measure", "place", "value", "unit"], ["id", "measure", "place", "unit"]):
        _note_words(batch, keys, places)
        key, place = (places_in(batch[name], _coded(words)) for name, words in (("measure", keys), ("place", places)))
        film = places_in(batch["id"], ids)
        columns = (film, key, place, numbers(batch["value"], np.float32))
        parts.append(columns if film.min(initial=0) >= 0 else _without_strays(film, columns))
    film, key, place, value = (np.concatenate(column) for column in zip(*parts, strict=True)) if parts else _nothing()
    order = order_of(key, film)
    starts = np.searchsorted(key[order], np.arange(len(keys) + 1))
    words = WordCodes(place[order], tuple(places))
    return BatchMeasures(tuple(keys), tuple(keys.values()), starts, film[order], words, value[order])


def _nothing() -> Part:
    none = np.zeros(0, np.int32)
    return none, none, none, np.zeros(0, np.float32)


def order_of(key: Codes, film: Codes) -> NDArray[np.intp]:
    """The order of rows (M,) by key, then by film; films that rise already, as in a merged batch, are not sorted."""
    rises = bool((film[1:] >= film[:-1]).all())
    return np.argsort(key.astype(np.int16), kind="stable") if rises else np.lexsort((film, key))


def _without_strays(film: Codes, columns: Part) -> Part:
    """Columns without the rows of films that are not in the table of films."""
    known = film >= 0
    film, key, place, value = columns
    return film[known], key[known], place[known], value[known]


def _coded(words: Iterable[str]) -> dict[str, int]:
    return {word: code for code, word in enumerate(words)}


def _note_words(batch: pa.RecordBatch, keys: dict[str, str], places: list[str]) -> None:
    """Take down which keys with their units, and which places, a piece of the table has."""
    words, codes = batch["measure"].dictionary.to_pylist(), batch["measure"].indices.to_numpy()
    units = batch["unit"].dictionary.to_pylist()
    for code, first in zip(*np.unique(codes, return_index=True), strict=True):
        keys.setdefault(words[code], units[batch["unit"].indices[int(first)].as_py()])
    places += [word for word in batch["place"].dictionary.to_pylist() if word not in places]


def is_batch(folder: Path) -> bool:
    """Whether a folder holds a merged batch; an evaluation, whose tables have the same names, is none."""
    try:
        return _says_batch(merged_folder(folder) / RUN_FILE, merged_at(folder))
    except (TableError, OSError):
        return False


def merged_at(folder: Path) -> int:
    """When a batch was merged last, in nanoseconds. Raises TableError, OSError."""
    return (merged_folder(folder) / RUN_FILE).stat().st_mtime_ns


@lru_cache(maxsize=1024)
def _says_batch(path: Path, _: int) -> bool:
    """Whether the file of a run, as it was written then, is that of a batch."""
    try:
        return "manifest_sha256" in read_json(path)
    except (OSError, ValueError, TypeError):
        return False


def title_of(folder: Path) -> str:
    """What a batch is called: method, weights, and how many films are done. Raises TableError."""
    try:
        run = read_json(merged_folder(folder) / RUN_FILE)
        done, failed = int(run["done"]), int(run["failed"])
        return f"batch · {run['method']} · {run['bundle']} · {counted(done + failed, 'film')}"
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TableError(
            f"The batch in {folder} has no complete {RUN_FILE}; run `spinefm batch merge` again."
        ) from error
