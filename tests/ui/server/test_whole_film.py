"""The player on runs of VertXNet and SPINEPS: every phase is drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from spinefm.methods import run_to_trace
from spinefm.methods.base.whole_film import WholeFilmMethod
from spinefm.methods.spineps import Spineps, SpinepsConfig
from spinefm.methods.vertxnet import VertXNet, VertXNetConfig
from spinefm.ui.server.player import standalone_page, trace_payload
from tests.methods.drawn import DrawnAnswers, blob, body, film, map_of, whole_bundle
from tests.ui.server.conftest import visit

SPINE = [body(index) for index in range(5)]
SEEN = map_of([blob(0, 1), *SPINE[2:]])


class DrawnVertXNet(VertXNet):
    """VertXNet on a drawn spine; one of the detections is missing."""

    def _answers(self, watch: object) -> Any:
        return DrawnAnswers(SPINE, SEEN, [SPINE[0], SPINE[1], SPINE[2], SPINE[4]], {0: "C2"})


class DrawnSpineps(Spineps):
    """SPINEPS on a drawn spine."""

    def _answers(self, watch: object) -> Any:
        return DrawnAnswers(SPINE, SEEN)


@pytest.mark.parametrize(
    ("method", "shown", "words"),
    [
        (DrawnVertXNet(whole_bundle(), VertXNetConfig(deviations=3.0)), "overlap", "agreement 41 % (limit 60 %)"),
        (DrawnSpineps(whole_bundle(), SpinepsConfig()), "segment", "claimed before, votes needed"),
    ],
    ids=["vertxnet", "spineps"],
)
def test_every_frame_of_a_run_can_be_shown(
    method: WholeFilmMethod[Any], shown: str, words: str, context: BrowserContext, tmp_path: Path
) -> None:
    trace = run_to_trace(method, film())
    page = tmp_path / "run.html"
    page.write_text(standalone_page(trace_payload(trace, film(), "one")), encoding="utf-8")
    visitor = visit(context)
    visitor.page.set_default_timeout(60_000)  # a busy machine is no fault of the player
    visitor.open(page.as_uri(), "finished")
    visitor.page.keyboard.press("Home")
    phases = set()
    for _ in range(int(visitor.page.evaluate("player.view.timeline.stops.length"))):
        visitor.page.keyboard.press("ArrowRight")
        phases.add(visitor.page.get_attribute(".player", "data-phase"))
        assert visitor.page.evaluate("player.theatre.stage.pen() && player.theatre.redraw() === undefined")
    assert shown in phases and {"find", "decide", "name"} <= phases
    visitor.page.click('[data-tab="log"]')
    assert words in visitor.page.inner_text(".log")
    gauges = visitor.page.evaluate(
        "player.view.timeline.beats.flatMap(b => b.draw).filter(d => d.kind === 'gauge').length"
    )
    assert gauges >= 2
    visitor.leave()
