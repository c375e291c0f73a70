"""The player on runs of VertXNet and SPINEPS: every frame is drawn, every stage has its lane and its card."""

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
        (DrawnVertXNet(whole_bundle(), VertXNetConfig(deviations=3.0)), "paired", "agreement 0.41 ≤ 0.60"),
        (DrawnSpineps(whole_bundle(), SpinepsConfig()), "fused", "claimed before, votes needed"),
    ],
    ids=["vertxnet", "spineps"],
)
def test_every_frame_of_a_run_can_be_shown(
    method: WholeFilmMethod, shown: str, words: str, context: BrowserContext, tmp_path: Path
) -> None:
    trace = run_to_trace(method, film())
    page = tmp_path / "run.html"
    page.write_text(standalone_page(trace_payload(trace, film(), "one")), encoding="utf-8")
    visitor = visit(context)
    visitor.page.set_default_timeout(180_000)  # a busy machine is no fault of the player
    visitor.open(page.as_uri(), "finished")
    visitor.page.locator(".player-film.now").focus()
    visitor.page.keyboard.press("Home")
    captions = []
    for event in trace.events:
        assert visitor.page.get_attribute(".player", "data-kind") == event.kind
        captions.append(visitor.page.inner_text(".player-caption"))
        assert visitor.page.locator(".overlay *").count() > 0
        visitor.page.keyboard.press("ArrowRight")
    assert any(words in line for line in captions)
    assert visitor.page.locator(f".tick.{shown}").count() == sum(event.kind == shown for event in trace.events)
    visitor.page.locator(f".tick.{shown}").first.click()
    assert visitor.page.locator(".card-head").first.is_visible() and visitor.page.locator(".gauge").count() == 2
    visitor.leave()
