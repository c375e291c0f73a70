"""Two finished evaluations of drawn films, and the explorer on them in a browser without a server."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from playwright.sync_api import BrowserContext

from spinefm.data.ids import TOTALSPINESEG
from spinefm.evaluation import RunFolder, evaluate
from spinefm.evaluation.report import finish
from spinefm.ui.server.explorer.assets import markup, script, style
from spinefm.ui.server.explorer.case import looked_at
from spinefm.ui.server.explorer.evaluation_store import EvaluationStore
from spinefm.ui.server.explorer.measures import measure_columns
from spinefm.ui.server.explorer.taking import sample_zip, tables_zip
from tests.evaluation.stand_in_set import LEVELS, open_set, plan, write_set
from tests.ui.server.conftest import Visitor, visit
from tests.ui.server.stand_in import SIZE, StandIn, body, write_film

FILMS = ["neck-1", "neck-2", "dark-3", "neck-4"]
ADDRESS = "http://localhost/explorer"
TABLE = "?x-mode=table"
"""The table in place of the wall of pictures."""
PAGE = """<!doctype html><meta charset="utf-8"><title>Explorer</title>
<meta name="viewport" content="width=device-width">
<style>body {{ margin: 12px; }} .dark body {{ background: #0c0e11; }} #root {{ {style} }}</style>
<div id="root">{markup}</div>
<script>
document.documentElement.classList.toggle("dark", matchMedia("(prefers-color-scheme: dark)").matches);
{script}
const DATA = {data};
window.asked = [];
const explorer = new Explorer(document.getElementById("root"), {{
  runs: async () => DATA.runs,
  open: async (run) => DATA.columns[run],
  look: async (wanted) => DATA.cases[wanted.run][wanted.film],
  steps: (wanted) => window.asked.push(wanted),
  own: (what) => window.asked.push(what),
  measure: async (wanted) => DATA.measures[wanted.run][wanted.key],
  take: async (run) => DATA.tables[run],
  sample: async () => DATA.sample,
}});
explorer.start();
</script>"""


@pytest.fixture(scope="session")
def offered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Evaluations of one set: one that finds six of seven bodies, one that stops after three, without names."""
    root = tmp_path_factory.mktemp("offered")
    dataset = open_set(write_set(tmp_path_factory.mktemp("films"), FILMS, moved=6))
    for name, limit in (("first", 0.1), ("second", 0.02)):
        folder = RunFolder(root / name)
        method = StandIn(settings={"overlap_limit": limit})
        list(evaluate(dataset, method, folder, plan(settings={"overlap_limit": limit})))
        finish(folder, dataset, [])
    return root


@pytest.fixture
def foreign_ids(tmp_path: Path) -> Path:
    """A zip of one film and its label map, whose ids are TotalSpineSeg's."""
    ids = {level: value for value, level in TOTALSPINESEG.items()}
    labels = np.zeros((SIZE[1], SIZE[0]), np.uint8)
    for index, level in enumerate(LEVELS):
        labels[body(index).on_film(labels.shape)] = ids[level]
    write_film(tmp_path / "set" / "images" / "neck.png")
    (tmp_path / "set" / "labels").mkdir()
    assert cv2.imwrite(str(tmp_path / "set" / "labels" / "neck.png"), labels)
    return Path(shutil.make_archive(str(tmp_path / "neck"), "zip", tmp_path / "set"))


@pytest.fixture(scope="session")
def explorer_page(offered: Path) -> str:
    """The explorer as one page that holds all its data."""
    store = EvaluationStore(offered)
    names = ("first", "second")
    data: dict[str, Any] = {
        "runs": store.entries([]),
        "columns": {name: store.columns(name) for name in names},
        "cases": {name: {film: looked_at(store.folder(name), film) for film in FILMS} for name in names},
    }
    data["measures"] = {name: measures_of(store, name, data["columns"][name]) for name in names}
    data["tables"] = {name: tables_zip(store.folder(name), name) for name in names}
    data["sample"] = sample_zip()
    text = json.dumps(data, allow_nan=False).replace("<", "\\u003c")
    return PAGE.format(style=style(), markup=markup(), script=script(), data=text)


def measures_of(store: EvaluationStore, name: str, columns: dict[str, Any]) -> dict[str, Any]:
    """Every measure of an evaluation, as the page answers."""
    return {one["key"]: measure_columns(store.folder(name), one["key"]) for one in columns["measures"]}


@pytest.fixture
def reader(context: BrowserContext, explorer_page: str) -> Iterator[Visitor]:
    """A reader of the explorer, whose browser keeps nothing from before."""
    one = visit(context)
    one.page.set_default_timeout(30_000)
    one.page.route(f"{ADDRESS}*", lambda route: route.fulfill(body=explorer_page, content_type="text/html"))
    one.page.goto(f"{ADDRESS}{TABLE}")
    one.page.evaluate("localStorage.clear()")
    open_view(one)
    yield one
    one.leave()


def open_view(visitor: Visitor, query: str = TABLE) -> None:
    """The explorer at an address, once it is open."""
    visitor.page.goto(f"{ADDRESS}{query}")
    visitor.page.wait_for_selector('.explorer[data-state="open"]')
