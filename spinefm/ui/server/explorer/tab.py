"""The explorer's tab: what is offered, a visitor's own zip, and the way from a row to the player."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import gradio as gr

from spinefm.data import DatasetError
from spinefm.evaluation import RunError
from spinefm.ui.server import limits
from spinefm.ui.server.examples import Choice
from spinefm.ui.server.explorer.assets import gradio_script, markup, style
from spinefm.ui.server.explorer.case import looked_at, steps_payload
from spinefm.ui.server.explorer.making import evaluated_zip, opened_zip, phantom_run
from spinefm.ui.server.explorer.shelf import OWN, PHANTOMS, Shelf
from spinefm.ui.server.model_queue import QueueFull
from spinefm.ui.server.tabs import Parts, TabPlan
from spinefm.weights.load import BundleError

EVALUATIONS = Path(__file__).parents[4] / "examples" / "evaluations"
"""Finished evaluations that everyone is offered."""
QUICK: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
TAB = "explore"
NEWS: dict[str, Any] = {"text": "", "own": [], "open": ""}
"""What the page tells the explorer: a line of progress, the visitor's own evaluations, and which one to open."""
REPLAYED = "A replay of an evaluation does not hold the film itself: drop the film on the left to run it."
FAULT = "The evaluation broke off by a fault of the program: try again, and report it."


class ExplorerTab:
    """The tab's parts and what happens between them."""

    def __init__(self, parts: Parts, offered: Path) -> None:
        """Build the tab inside the current page; `offered` holds finished evaluations."""
        self.parts = parts
        self.shelf = Shelf(offered)
        self.upload = gr.UploadButton("zip", file_types=[".zip"], elem_id="explore-zip", visible="hidden")
        self.phantoms = gr.Button("phantoms", elem_id="explore-phantoms", visible="hidden")
        self.news = gr.HTML(
            value=dict(NEWS),
            html_template=markup(),
            css_template=style(),
            js_on_load=gradio_script(),
            server_functions=self._answers(),
            apply_default_css=False,
            elem_id="explorer",
        )
        self._connect()

    def _answers(self) -> list[Callable[[Any], Any]]:
        """What the browser may ask without an event: plain functions, as the component wants them."""

        def runs(own: Any) -> Any:
            return self.shelf.entries([str(run) for run in own or []])

        def open_run(run: Any) -> Any:
            return self.shelf.columns(str(run))

        def look(wanted: Any) -> Any:
            try:
                return looked_at(self.shelf.folder(str(wanted["run"])), str(wanted["film"]))
            except RunError as error:
                return {"error": str(error)}

        return [runs, open_run, look]

    def _connect(self) -> None:
        segment = self.parts.segment
        self.news.steps(
            self._on_steps, None, [segment.player, segment.choice, segment.kept, self.parts.tabs, self.news], **QUICK
        )
        more: dict[str, Any] = {**QUICK, "concurrency_limit": 2}
        self.upload.upload(self._on_zip, [self.upload, self.news], self.news, **more)
        self.phantoms.click(self._on_phantoms, [self.news, *segment.limits], self.news, **more)
        gr.on(None, self._on_load, None, self.parts.tabs, **QUICK)

    def _on_load(self, request: gr.Request) -> Any:
        """The tab that the address names."""
        return gr.Tabs(selected=TAB) if request.query_params.get("tab") == TAB else gr.skip()

    def _on_steps(self, event: gr.EventData) -> tuple[Any, ...]:
        """A film's steps in the player, at the event asked for; nothing of it can be corrected there."""
        asked = event._data or {}
        try:
            number = asked.get("event")
            folder = self.shelf.folder(str(asked.get("run")))
            payload = steps_payload(folder, str(asked.get("film")), None if number is None else int(number))
        except RunError as error:
            return (*[gr.skip()] * 4, {**NEWS, "text": str(error)})
        replayed = Choice(Path(), payload["film"]["name"], gone=REPLAYED)
        return payload, replayed, None, gr.Tabs(selected="segment"), gr.skip()

    def _on_zip(self, request: gr.Request, path: str, news: dict[str, Any] | None) -> Iterator[dict[str, Any]]:
        """Open a finished evaluation, or evaluate films with truth."""
        run, folder = self.shelf.new()

        def work() -> Iterator[str]:
            yield "Unpacking …"
            if not opened_zip(Path(path), folder):
                method = self.parts.bench.method({}, None)
                facts = self.parts.bench.facts()
                yield from evaluated_zip(folder, method, facts.bundle, facts.checksums, self._turns(request))

        yield from _told(work, run, news)

    def _on_phantoms(
        self, request: gr.Request, news: dict[str, Any] | None, *values: float
    ) -> Iterator[dict[str, Any]]:
        """The phantom set, made where it is not there yet; with changed limits an evaluation of the visitor's own."""
        changed = limits.changed(values)
        run, folder = self.shelf.new() if changed else (PHANTOMS, None)

        def work() -> Iterator[str]:
            if folder is None and self.shelf.has_phantoms():
                return
            yield "Loading the weights …"
            method = self.parts.bench.method(changed, None)
            facts = self.parts.bench.facts()  # now that the weights are there, with their checksums
            with nullcontext(folder) if folder else self.shelf.making_phantoms() as target:
                yield from phantom_run(target, method, facts.bundle, facts.checksums, self._turns(request))

        yield from _told(work, run, news)

    def _turns(self, request: gr.Request) -> Any:
        """Something that waits for the visitor's turn at the networks, film by film."""
        line, owner = self.parts.segment.line, f"explore {request.session_hash}"

        @contextmanager
        def turn() -> Iterator[None]:
            visitor = line.ticket(owner)
            try:
                for _ in line.waits(visitor):
                    pass
                yield
            finally:
                line.leave(visitor)

        return turn


def _told(work: Callable[[], Iterator[str]], run: str, news: dict[str, Any] | None) -> Iterator[dict[str, Any]]:
    """The lines of some work as news, and at its end the run it made, or one sentence on why there is none."""
    own = list((news or NEWS).get("own", []))
    try:
        for line in work():
            yield {"text": line, "own": own, "open": ""}
    except (DatasetError, RunError, BundleError, QueueFull) as error:
        yield {"text": str(error), "own": own, "open": ""}
        return
    except Exception:
        yield {"text": FAULT, "own": own, "open": ""}
        raise
    yield {"text": "", "own": [*own, run] if run.startswith(OWN) else own, "open": run}


def plan_of(offered: Path) -> TabPlan:
    """The tab that offers the evaluations of a folder."""

    def build(parts: Parts) -> None:
        ExplorerTab(parts, offered)

    return TabPlan(TAB, "Explore", build)


PLAN = plan_of(EVALUATIONS)
