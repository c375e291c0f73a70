"""The tables as others read them: with our reader, with pandas, with pycocotools; and what is no table."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pycocotools import mask as coco

from spinefm.batch.tables import (
    SCHEMAS,
    TABLE_NAMES,
    TableError,
    TableName,
    mask_of,
    merged_folder,
    open_table,
    read_table,
)


@pytest.mark.parametrize("name", TABLE_NAMES)
def test_a_table_has_the_columns_that_are_published(name: TableName, whole: Path) -> None:
    assert read_table(whole, name).schema.equals(SCHEMAS[name])
    assert pq.read_schema(whole / "merged" / f"{name}.parquet").names == SCHEMAS[name].names


@pytest.mark.parametrize("name", TABLE_NAMES)
def test_columns_that_may_not_be_empty_are_full(name: TableName, whole: Path) -> None:
    table = read_table(whole, name)
    for field in SCHEMAS[name]:
        assert field.nullable or table[field.name].null_count == 0, field.name


def test_the_folder_of_the_batch_and_that_of_the_tables_both_serve(whole: Path) -> None:
    assert merged_folder(whole) == merged_folder(whole / "merged") == whole / "merged"
    assert read_table(whole / "merged", "films").equals(read_table(whole, "films"))


def test_some_columns_of_some_films(whole: Path) -> None:
    ids = read_table(whole, "films", ["id"])["id"].to_pylist()[3:7]
    found = read_table(whole, "films", ["name", "id"], ids)
    assert found["id"].to_pylist() == ids and set(found.column_names) == {"name", "id"}
    assert read_table(whole, "vertebrae", ids=[]).num_rows == 0
    assert read_table(whole, "vertebrae", ids=["nobody"]).num_rows == 0
    of_one = [
        read_table(whole, "vertebrae", ids=[one]).num_rows for one in read_table(whole, "films")["id"].to_pylist()
    ]
    assert sum(of_one) == read_table(whole, "vertebrae").num_rows


def test_a_table_can_be_read_in_parts(whole: Path) -> None:
    with open_table(whole, "measures") as opened:
        parts = [part.num_rows for part in opened.iter_batches(10)]
    assert sum(parts) == read_table(whole, "measures").num_rows and max(parts) == 10


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of pycocotools
def test_pandas_and_pycocotools_read_them(whole: Path) -> None:
    films = pd.read_parquet(whole / "merged" / "films.parquet")
    vertebrae = pd.read_parquet(whole / "merged" / "vertebrae.parquet").merge(films, on="id", suffixes=("", "_film"))
    for row in vertebrae.to_dict("records"):
        mask = coco.decode({"size": [row["mask_height"], row["mask_width"]], "counts": row["mask_counts"]}).astype(bool)
        assert mask.shape == (row["height"], row["width"]) and mask.sum() == row["area"]
        assert np.array_equal(mask_of(row).on_film(mask.shape), mask)
        ys, xs = np.nonzero(mask)
        assert (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1) == (row["x0"], row["y0"], row["x1"], row["y1"])
        assert (xs.mean(), ys.mean()) == pytest.approx((row["x"], row["y"]), abs=0.01)


def test_a_mask_that_does_not_fill_its_film_is_refused() -> None:
    with pytest.raises(ValueError, match="do not fill the film"):
        mask_of({"mask_counts": "1", "mask_height": 10, "mask_width": 10})


def test_a_folder_without_tables_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="holds no merged tables; run `spinefm batch merge`"):
        read_table(tmp_path, "films")


def test_a_damaged_table_and_one_of_another_version_are_refused(whole: Path, tmp_path: Path) -> None:
    shutil.copytree(whole / "merged", tmp_path / "merged")
    file = tmp_path / "merged" / "films.parquet"
    pq.write_table(pa.table({"id": ["a"]}), file)
    with pytest.raises(TableError, match="has other columns than this version reads"):
        read_table(tmp_path, "films")
    file.write_bytes(b"PAR1")
    with pytest.raises(TableError, match="cannot be read"):
        read_table(tmp_path, "films")


@pytest.mark.parametrize("name", TABLE_NAMES)
def test_the_documentation_names_every_column(name: TableName) -> None:
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "batch.md").read_text(encoding="utf-8")
    part = page.split(f"\n`{name}`, a row a ")[1].split("\n\n")[0]
    named = re.findall(r"`(\w+)`", part)
    assert set(SCHEMAS[name].names) <= set(named)
