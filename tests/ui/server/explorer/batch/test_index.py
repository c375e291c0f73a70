"""What is kept of a batch in memory says what its tables say."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench.made_batch import write_batch
from spinefm.batch.tables import TableError, read_table
from spinefm.ui.server.explorer.batch import BatchIndex, is_batch
from spinefm.ui.server.explorer.batch.columns import WordCodes, numbers, places_in
from spinefm.ui.server.explorer.batch.index import LEVEL_NAMES, PROBABILITY_BINS, probability_bins, title_of
from tests.ui.server.explorer.batch.conftest import COUNT

Tables = dict[str, pa.Table]


def test_words_become_codes_and_nothing_stays_nothing() -> None:
    column = pa.chunked_array([["b", None, "a"], ["b"]], pa.string())
    coded = WordCodes.of(column)
    assert coded.words == ("a", "b") and coded.codes.tolist() == [1, -1, 0, 1]
    assert [coded.code(word) for word in ("a", "b", "c")] == [0, 1, -2]
    assert coded.counts(np.array([True, True, False, True])) == {"b": 2}
    assert coded.counts(np.zeros(4, bool)) == {}


def test_places_are_those_of_known_words() -> None:
    known = {"x": 0, "y": 1}
    assert places_in(pa.array(["y", None, "z", "x"]), known).tolist() == [1, -1, -1, 0]
    assert places_in(pa.array(["y", "y"]).dictionary_encode(), known).tolist() == [1, 1]
    assert places_in(pa.array([], pa.string()), known).tolist() == []


def test_missing_numbers_are_nan_or_nought() -> None:
    assert np.isnan(numbers(pa.array([1.5, None]), np.float32)[1])
    assert numbers(pa.array([3, None], pa.int32()), np.int32).tolist() == [3, 0]


def test_probabilities_lie_in_their_bins() -> None:
    values = np.array([0.0, 0.049, 0.05, 0.85, 1.0, np.nan])
    last = PROBABILITY_BINS - 1
    assert probability_bins(values).tolist() == [0, 0, 1, 17, last, PROBABILITY_BINS]


def test_films_are_those_of_the_table(index: BatchIndex, tables: Tables) -> None:
    films = tables["films"].to_pylist()
    assert len(index) == COUNT == len(films)
    for place, film in enumerate(films):
        assert index.ids[place].as_py() == film["id"]
        assert (index.vertebrae[place], index.doubtful[place]) == (film["vertebrae"], film["doubtful"])
        for name, column in index.words.items():
            code = column.codes[place]
            assert (column.words[code] if code >= 0 else None) == film[name]


def test_names_are_in_order(index: BatchIndex) -> None:
    names = [index.names[int(place)].as_py() for place in index.by_name]
    assert names == sorted(names) and sorted(index.by_name) == list(range(COUNT))


def test_levels_seen_are_those_of_the_vertebrae(index: BatchIndex, tables: Tables) -> None:
    seen: dict[str, set[str]] = {}
    for row in tables["vertebrae"].to_pylist():
        seen.setdefault(row["id"], set()).add(row["level"])
    for place in range(COUNT):
        bits = {name for bit, name in enumerate(LEVEL_NAMES) if index.levels[place] >> np.uint32(bit) & 1}
        assert bits == seen.get(index.ids[place].as_py(), set())


def test_measures_are_those_of_the_table(index: BatchIndex, tables: Tables) -> None:
    known = index.measures
    assert known.starts[0] == 0 and known.starts[-1] == len(known.value) == tables["measures"].num_rows
    wanted: dict[str, list[tuple[str, str, float | None]]] = {key: [] for key in known.keys}
    for row in tables["measures"].to_pylist():
        wanted[row["measure"]].append((row["id"], row["place"], row["value"]))
    for key, unit in zip(known.keys, known.units, strict=True):
        rows = known.rows(key)
        found = zip(known.film[rows], known.place.codes[rows], known.value[rows], strict=True)
        for (film, place, value), (wanted_id, wanted_place, wanted_value) in zip(found, wanted[key], strict=True):
            assert index.ids[int(film)].as_py() == wanted_id and known.place.words[place] == wanted_place
            assert np.isnan(value) if wanted_value is None else value == np.float32(wanted_value)
        assert unit in ("°", "%", "mm", "ratio")
        assert set(known.places(key)) == {place for _, place, _ in wanted[key]}
    assert known.rows("nothing") == slice(0, 0) and known.places("nothing") == []


def test_rows_in_another_order_and_of_unknown_films_do_no_harm(runs: Path, tmp_path: Path, index: BatchIndex) -> None:
    shutil.copytree(runs / "night", tmp_path / "night")
    table = read_table(tmp_path / "night", "measures")
    strays = table.slice(0, 5).set_column(0, table.schema.field("id"), pa.array(["stray"] * 5))
    mixed = pa.concat_tables([strays, table.take(np.random.default_rng(0).permutation(table.num_rows))])
    pq.write_table(mixed, tmp_path / "night" / "measures.parquet")
    known, other = index.measures, BatchIndex(tmp_path / "night").measures
    for key in known.keys:
        assert np.array_equal(other.film[other.rows(key)], known.film[known.rows(key)])
        ours, theirs = (np.sort(one.value[one.rows(key)]) for one in (known, other))
        assert np.array_equal(ours, theirs, equal_nan=True)


def test_a_batch_is_told_from_an_evaluation(runs: Path, offered: Path, tmp_path: Path) -> None:
    assert is_batch(runs / "night") and not is_batch(offered / "first") and not is_batch(tmp_path)
    assert title_of(runs / "night") == f"batch · spinefm · made up · {COUNT} films"


def test_a_batch_whose_tables_lie_in_merged_is_opened_too(tmp_path: Path) -> None:
    write_batch(tmp_path / "batch" / "merged", 5)
    assert is_batch(tmp_path / "batch") and len(BatchIndex(tmp_path / "batch")) == 5


def test_an_empty_batch_opens(tmp_path: Path) -> None:
    empty = BatchIndex(write_batch(tmp_path / "none", 0))
    assert len(empty) == 0 and len(empty.measures.value) == 0 and empty.measures.keys == ()


@pytest.mark.parametrize("content", ["[]", "{", '{"layout": 1}', '{"manifest_sha256": "0"}', "5"])
def test_a_damaged_run_file_is_no_batch_or_has_no_title(tmp_path: Path, content: str) -> None:
    folder = write_batch(tmp_path / "night", 3)
    (folder / "run.json").write_text(content)
    with pytest.raises(TableError, match="has no complete run.json"):
        title_of(folder)
    assert is_batch(folder) == (content == json.dumps({"manifest_sha256": "0"}))


def test_missing_tables_are_one_sentence(tmp_path: Path) -> None:
    folder = write_batch(tmp_path / "night", 3)
    (folder / "measures.parquet").write_bytes(b"PAR1")
    with pytest.raises(TableError, match="cannot be read"):
        BatchIndex(folder)
    (folder / "measures.parquet").unlink()
    with pytest.raises(TableError, match="holds no merged tables"):
        BatchIndex(folder)
