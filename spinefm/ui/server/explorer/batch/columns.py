"""Columns of a large table as small numbers: words become codes, ids the places of their films."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

Codes = NDArray[np.int32]
Flags = NDArray[np.bool_]
ROWS = 1 << 18
"""Rows that are decoded at a time."""


@dataclass(frozen=True, eq=False)
class WordCodes:
    """A column of words: `codes` (N,) point into `words`, -1 where there is none."""

    codes: Codes
    words: tuple[str, ...]

    @classmethod
    def of(cls, column: pa.ChunkedArray | pa.Array) -> WordCodes:
        """The column with its words sorted."""
        encoded = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        encoded = encoded if pa.types.is_dictionary(encoded.type) else encoded.dictionary_encode()
        words = sorted(set(encoded.dictionary.to_pylist()) - {None})
        return cls(places_in(encoded, {word: code for code, word in enumerate(words)}), tuple(words))

    def code(self, word: str) -> int:
        """The code of a word; -2, which no row has, for one that does not occur."""
        return self.words.index(word) if word in self.words else -2

    def counts(self, chosen: Flags) -> dict[str, int]:
        """How often each word occurs among the chosen rows (N,), the commonest first; only those that do."""
        codes = self.codes[chosen]
        counted = np.bincount(codes[codes >= 0], minlength=len(self.words))
        order = np.argsort(-counted, kind="stable")
        return {self.words[at]: int(counted[at]) for at in order if counted[at]}


def places_in(column: pa.Array, known: Mapping[str, int]) -> Codes:
    """The place of each word of a column, -1 of one that is not known; a repeated word is looked up once."""
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    places = [*(known.get(word, -1) for word in encoded.dictionary.to_pylist()), -1]
    codes = encoded.indices.fill_null(len(places) - 1).to_numpy(zero_copy_only=False)
    return np.array(places, np.int32)[codes]


def batches_of(path: Path, columns: Sequence[str], words: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Some columns of a table piece by piece, those called `words` as dictionaries."""
    with pq.ParquetFile(path, read_dictionary=list(words)) as file:
        yield from file.iter_batches(ROWS, columns=list(columns), use_threads=False)


def numbers(column: pa.Array, kind: type[Any]) -> NDArray[Any]:
    """A column of numbers; NaN, or 0 of whole ones, where there is none."""
    nothing = float("nan") if np.issubdtype(kind, np.floating) else 0
    return column.cast(pa.from_numpy_dtype(kind)).fill_null(nothing).to_numpy(zero_copy_only=False)
