"""A fault of the program at measuring: every measure says so, and the result is written nonetheless."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from spinefm.core.geometry import Point
from spinefm.export import write_result
from spinefm.imaging.radiograph import Radiograph
from spinefm.measure import Measures, Move, attempt, guarded, measure
from spinefm.ui.server.player.measures import measures_payload
from tests.measure.outlines import SIZE, lumbar_trace

FAILURE = "the program failed at measuring (LinAlgError: Singular matrix); report it"


def broken(*_: object, **__: object) -> Measures:
    raise np.linalg.LinAlgError("Singular matrix")


def test_without_a_fault_they_are_the_measures() -> None:
    assert attempt(lumbar_trace(), "left") == measure(lumbar_trace(), "left")


def test_a_fault_is_the_reason_of_every_measure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded, "measure", broken)
    found = attempt(lumbar_trace(), "left", 0.2)
    assert found.failure == FAILURE and found.warnings == (f"There are no measures: {FAILURE}.",)
    assert not found.measured and FAILURE in found.of("slip", "L4", "L5")[0].reason
    assert (found.facing.side, found.spacing_mm) == ("left", 0.2)
    assert [one.name for one in found.landmarks] == [one.name for one in lumbar_trace().vertebrae]
    assert Measures.from_json(found.to_json()) == found


def test_a_move_of_another_run_is_a_wrong_call_too() -> None:
    with pytest.raises(ValueError, match="moves no landmark of this run"):
        attempt(lumbar_trace(), moves=[Move(99, 0, Point(1, 2))])


def test_a_wrong_call_is_refused_as_ever() -> None:
    with pytest.raises(ValueError, match='give "left" or "right"'):
        attempt(lumbar_trace(), "up")


def test_the_result_and_the_page_have_their_outlines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded, "measure", broken)
    pixels = np.random.default_rng(0).uniform(0.2, 0.8, SIZE[::-1]).astype(np.float32)
    folder = write_result(tmp_path / "out", lumbar_trace(), Radiograph.from_array(pixels))
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert report["measures"]["failure"] == FAILURE and len(report["vertebrae"]) == 6
    assert "Singular matrix" in (folder / "measures.csv").read_text(encoding="utf-8")
    shown = measures_payload(lumbar_trace())
    assert shown is not None and FAILURE in shown["sides"]["unknown"]["values"]["slip L4 L5"]["reason"]
