"""Python's tables and the explorer's JavaScript say the same of one run: both meet one file."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from spinefm.ui.server.explorer.columns import columns_of
from tests.evaluation.golden import GOLDEN, figures_in_python, frames_of, results_in

CONTENT = json.loads(GOLDEN.read_text(encoding="utf-8"))
MODEL_TEST = Path(__file__).parents[1] / "js" / "explorer_model.test.mjs"


@pytest.mark.parametrize("wanted", CONTENT["figures"], ids=lambda one: str(one["limit"]))
def test_the_tables_meet_the_golden_figures(wanted):
    figures = figures_in_python(results_in(CONTENT), wanted["limit"])
    assert [row["level"] for row in figures["levels"]] == [row["level"] for row in wanted["levels"]]
    for row, known in zip(figures["levels"], wanted["levels"], strict=True):
        assert row == pytest.approx(known)
    assert figures["names"]["all"] == pytest.approx(wanted["names"]["all"])
    assert figures["names"]["anchored"] == pytest.approx(wanted["names"]["anchored"])
    assert figures["false_masks"] == wanted["false_masks"]


def test_the_explorer_gets_what_the_tables_hold():
    assert json.loads(json.dumps(columns_of(*frames_of(results_in(CONTENT))))) == CONTENT["columns"]


def test_the_golden_run_tests_what_it_should():
    """Bodies on the limit and a millionth above it, and 45 bodies, of which a tenth is no whole number."""
    rows = [row for one in CONTENT["results"] for row in one["vertebrae"]]
    assert {0.4, 0.400001, 0.85, 0.850001} <= {row["dice"] for row in rows}
    (everything,) = (row for row in CONTENT["figures"][0]["levels"] if row["level"] == "all")
    assert (everything["count"], sum(row["kind"] == "body" for row in rows)) == (50, 45)


@pytest.mark.skipif(shutil.which("node") is None, reason="node runs the explorer's own test")
def test_the_explorer_meets_the_golden_figures():
    done = subprocess.run(["node", "--test", str(MODEL_TEST)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
