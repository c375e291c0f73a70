"""The merged tables of a made-up batch, as `spinefm batch merge` writes them: to measure the explorer, and to test it.

Spines of two kinds, a neck and a lumbar spine, with random probabilities, measures and failures; the outlines are those
of a few drawn spines, repeated.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from spinefm.batch.manifest import FilmEntry
from spinefm.batch.merge import ROWS
from spinefm.batch.tables import DONE, FAILED, RUN_FILE, SCHEMAS, TABLE_NAMES, TableName, file_name
from spinefm.core.masks import Mask
from spinefm.core.rle import counts_of
from spinefm.trace.doubt import DOUBT

SIZE = (480, 640)
"""Width and height of every film."""
SPINES: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("cervical", ("C2", "C3", "C4", "C5", "C6", "C7", "T1"), "C2"),
    ("lumbar", ("T11", "T12", "L1", "L2", "L3", "L4", "L5", "S1"), "S1"),
)
OF_BODIES = (
    ("anterior_height", "mm", 24.0, 4.0),
    ("middle_height", "mm", 23.0, 4.0),
    ("posterior_height", "mm", 25.0, 4.0),
    ("width", "mm", 32.0, 5.0),
    ("anterior_ratio", "ratio", 0.97, 0.08),
    ("height_loss", "%", 7.0, 6.0),
)
OF_DISCS = (
    ("segmental_angle", "°", 6.0, 6.0),
    ("disc_height_middle", "mm", 8.0, 2.0),
    ("disc_height_index", "ratio", 0.35, 0.08),
    ("slip", "%", 0.0, 5.0),
    ("disc_height_anterior", "mm", 9.0, 2.0),
    ("disc_height_posterior", "mm", 6.0, 2.0),
)
"""Measures of a body and of a disc: unit, mean and spread."""
OF_SPINES = {"cervical": ("lordosis_c2_c7", "C2-C7", 8.0, 12.0), "lumbar": ("lordosis_l1_s1", "L1-S1", 60.0, 10.0)}
SENTENCES = (
    "Fewer than three vertebrae were found: no run can start.",
    "The film cannot be decoded; save it again as PNG.",
    "This is no lateral spine film (hand); run it anyway with --set refuse_other_views=false.",
)
STOPS = ("background 0.91 > 0.50", "point outside", "overlap 0.23 > 0.10")
DRAWN = 16
"""Spines of each kind that are drawn."""
AT_ONCE = 4096
"""Films that are made at a time."""
Columns = dict[str, Any]


@dataclass(frozen=True)
class Template:
    """The rows that every film of a kind has: vertebrae with their masks, and measures by key, place and unit."""

    region: str
    anchor: str
    vertebrae: Sequence[Columns]
    measures: Sequence[tuple[str, str, str, float, float]]


def write_batch(folder: Path, count: int, films: Sequence[Path] = (), seed: int = 0) -> Path:
    """Write the merged tables of `count` films, the first of which are `films`; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    entries = sorted((FilmEntry.of(uri) for uri in _addresses(count, films)), key=lambda entry: entry.id)
    writers = {
        name: pq.ParquetWriter(folder / file_name(name), SCHEMAS[name], compression="zstd") for name in TABLE_NAMES
    }
    rng, failed = np.random.default_rng(seed), 0
    templates = [_template(*names, rng) for names in SPINES for _ in range(DRAWN)]
    for start in range(0, count, AT_ONCE):
        tables = _tables(entries[start : start + AT_ONCE], templates, rng)
        failed += tables["films"]["status"].to_pylist().count(FAILED)
        for name in TABLE_NAMES:
            writers[name].write_table(tables[name], row_group_size=ROWS[name])
    for writer in writers.values():
        writer.close()
    run = {
        "layout": 1,
        "method": "spinefm",
        "bundle": "made up",
        "manifest_sha256": "0",
        DONE: count - failed,
        FAILED: failed,
    }
    (folder / RUN_FILE).write_text(json.dumps(run), encoding="utf-8")
    return folder


def _addresses(count: int, films: Sequence[Path]) -> Iterator[str]:
    yield from (film.absolute().as_uri() for film in films)
    yield from (f"file:///films/{number // 1000:04d}/film-{number:07d}.png" for number in range(len(films), count))


def _template(region: str, levels: Sequence[str], anchor: str, rng: np.random.Generator) -> Template:
    """The vertebrae of a spine that runs down the film, and its measures."""
    vertebrae = [_body(order, level, len(levels), rng) for order, level in enumerate(levels, 1)]
    discs = list(zip(levels, levels[1:], strict=False))
    key, place, mean, spread = OF_SPINES[region]
    measures = [(key, place, "°", mean, spread)]
    measures += [(name, level, unit, mean, spread) for level in levels for name, unit, mean, spread in OF_BODIES]
    measures += [(name, "-".join(pair), unit, mean, spread) for pair in discs for name, unit, mean, spread in OF_DISCS]
    return Template(region, anchor, vertebrae, measures)


def _body(order: int, level: str, count: int, rng: np.random.Generator) -> Columns:
    width, height = SIZE
    step = (height - 80) / count
    shift, size = rng.normal(0, 3, 2), rng.normal(1, 0.05, 2)
    x, y = width / 2 + 40 * np.sin(order / 2) + shift[0], 40 + step * (order - 0.5) + shift[1]
    turn = 8.0 * float(np.sin(order))
    box = cv2.boxPoints(((float(x), float(y)), (90.0 * size[0], 0.66 * step * size[1]), turn))
    mask = Mask.from_polygon(box.astype(float), SIZE)
    corners = {"x0": mask.box.x0, "y0": mask.box.y0, "x1": mask.box.x1, "y1": mask.box.y1}
    text = {"mask_height": height, "mask_width": width, "mask_counts": counts_of(mask, (height, width))}
    place = {"x": mask.centroid.x, "y": mask.centroid.y, "area": mask.area, "corners": box.ravel().tolist()}
    return {"order": order, "number": order - 1, "name": level, "level": level, **corners, **place, **text}


def _tables(
    entries: Sequence[FilmEntry], templates: Sequence[Template], rng: np.random.Generator
) -> dict[TableName, pa.Table]:
    """The three tables of some films."""
    kind = rng.integers(0, len(templates), len(entries))
    kind[rng.random(len(entries)) < 0.03] = -1  # failed
    sure = {name: _spread(kind, [getattr(one, name) for one in templates]) for name in ("vertebrae", "measures")}
    film, vertebra = sure["vertebrae"]
    probability = np.round(1 - rng.beta(1.0, 12.0, len(film)), 4)
    doubtful = np.bincount(film[probability < DOUBT], minlength=len(entries))
    ids = np.array([entry.id for entry in entries], object)
    return {
        "films": _films(entries, kind, templates, doubtful, rng),
        "vertebrae": _vertebrae(ids[film], vertebra, templates, probability),
        "measures": _measures(ids, *sure["measures"], templates, rng),
    }


def _spread(kind: np.ndarray, rows: Sequence[Sequence[Any]]) -> tuple[np.ndarray, np.ndarray]:
    """For every row of every film the film's place, and the row's place among those of all templates."""
    sizes = np.array([*(len(one) for one in rows), 0])  # the last is of failed films, whose kind is -1
    starts = np.cumsum([0, *sizes[:-1]])
    film = np.repeat(np.arange(len(kind)), sizes[kind])
    first = np.cumsum(sizes[kind]) - sizes[kind]
    return film, starts[kind][film] + np.arange(len(film)) - first[film]


def _films(
    entries: Sequence[FilmEntry],
    kind: np.ndarray,
    templates: Sequence[Template],
    doubtful: np.ndarray,
    rng: np.random.Generator,
) -> pa.Table:
    failed, count = kind < 0, len(entries)
    empty = np.full(count, None, object)
    columns: Columns = dict.fromkeys(SCHEMAS["films"].names, empty)
    columns |= {name: [getattr(entry, name) for entry in entries] for name in ("id", "uri", "name")}
    columns |= {
        "status": np.where(failed, FAILED, DONE),
        "sentence": _words(SENTENCES, rng.integers(0, len(SENTENCES), count), failed),
        "width": np.full(count, SIZE[0], np.int32),
        "height": np.full(count, SIZE[1], np.int32),
        "spacing_mm": np.where(rng.random(count) < 0.5, 0.25, np.nan),
        "quarters": np.zeros(count, np.int8),
        "inverted": np.zeros(count, bool),
        "view": _words([f"{one.region} lateral" for one in templates], kind, ~failed),
        "vertebrae": np.array([*(len(one.vertebrae) for one in templates), 0], np.int32)[kind],
        "doubtful": doubtful.astype(np.int32),
        "anchor": _words([one.anchor for one in templates], kind, ~failed & (rng.random(count) < 0.8)),
        "stop_up": _words(STOPS, rng.integers(0, len(STOPS), count), ~failed),
        "stop_down": _words(STOPS, rng.integers(0, len(STOPS), count), ~failed),
    }
    return pa.table(
        {name: pa.array(columns[name], type=SCHEMAS["films"].field(name).type, from_pandas=True) for name in columns},
        SCHEMAS["films"],
    )


def _words(choices: Sequence[str], at: np.ndarray, there: np.ndarray) -> np.ndarray:
    """The word of each row (N,), None where there is none."""
    found = np.array([*choices, None], object)[np.where(there, at, -1)]
    return np.asarray(found)


def _vertebrae(ids: np.ndarray, at: np.ndarray, templates: Sequence[Template], probability: np.ndarray) -> pa.Table:
    rows = [row for one in templates for row in one.vertebrae]
    columns = {name: pa.array([row[name] for row in rows]).take(pa.array(at)) for name in rows[0]}
    more = {
        "id": pa.array(ids, pa.string()),
        "probability": pa.array(probability),
        "doubtful": pa.array(probability < DOUBT),
    }
    return pa.table({**columns, **more}).select(SCHEMAS["vertebrae"].names).cast(SCHEMAS["vertebrae"])


def _measures(
    ids: np.ndarray, film: np.ndarray, at: np.ndarray, templates: Sequence[Template], rng: np.random.Generator
) -> pa.Table:
    rows = [row for one in templates for row in one.measures]
    keys, places, units, means, spreads = (list(column) for column in zip(*rows, strict=True))
    value = np.round(np.array(means)[at] + np.array(spreads)[at] * rng.standard_normal(len(at)), 2)
    lost = rng.random(len(at)) < 0.06
    dictionary = pa.DictionaryArray.from_arrays(pa.array(film.astype(np.int32)), pa.array(ids, pa.string()))
    words = {
        name: pa.array(column).take(pa.array(at))
        for name, column in (("measure", keys), ("place", places), ("unit", units))
    }
    columns = {
        "id": dictionary.cast(pa.string()),
        **words,
        "value": pa.array(value, mask=lost),
        "plus_minus": pa.array(np.round(np.array(spreads)[at] / 4, 2), mask=lost),
        "confidence": pa.array(np.full(len(at), 0.97)),
        "grade": pa.nulls(len(at), pa.string()),
        "doubt": pa.nulls(len(at), pa.string()),
        "why_not": pa.array(_words(["its outline is too uncertain"], np.zeros(len(at), int), lost), pa.string()),
    }
    return pa.table(columns).select(SCHEMAS["measures"].names).cast(SCHEMAS["measures"])
