"""The explorer's tab: what is offered, a visitor's own zip, and the way from a row to the player."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.context import Context

from spinefm.core.bundled import bundled_folder
from spinefm.core.foreign import InputError
from spinefm.data import SCHEMES
from spinefm.evaluation import Pace, RunError
from spinefm.evaluation.runs import PLAN as PLAN_FILE
from spinefm.ui.server import limits
from spinefm.ui.server.examples import Choice
from spinefm.ui.server.explorer.assets import gradio_script, markup, style
from spinefm.ui.server.explorer.batch import batch_answers
from spinefm.ui.server.explorer.case import looked_at, steps_payload
from spinefm.ui.server.explorer.evaluation_store import OWN, PHANTOMS, EvaluationStore
from spinefm.ui.server.explorer.jobs import Job, Jobs
from spinefm.ui.server.explorer.making import evaluated_zip, opened_zip, phantom_run
from spinefm.ui.server.explorer.measures import measure_columns
from spinefm.ui.server.explorer.owner import OwnerFolders
from spinefm.ui.server.explorer.taking import sample_zip, tables_zip
from spinefm.ui.server.model_queue import QueueFull
from spinefm.ui.server.model_service import ServiceError
from spinefm.ui.server.player.payload import UNCHANGED
from spinefm.ui.server.tabs import Parts, TabPlan
from spinefm.weights.manifest import BundleError

EVALUATIONS = bundled_folder("examples") / "evaluations"
"""Finished evaluations that everyone is offered."""
QUICK: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
TAB = "explore"
NEWS: dict[str, Any] = {"text": "", "own": [], "open": ""}
"""What the page tells the explorer: a line of progress, the visitor's own evaluations, and which one to open."""
REPLAYED = "A replay of an evaluation does not contain the film itself: drop the film on the left to run it."
FAULT = "The evaluation failed: try again, and report it if it fails again."
WITH_IDS = "(file, news) => [file, {...news, ids: document.querySelector('[data-ids]')?.value || ''}]"
"""Sends the chosen numbering of label maps along with a zip."""
AT_ONCE = 6
"""Evaluations of visitors under way at a time; the networks serve one film after the other."""


class ExplorerTab:
    """The tab's parts and what happens between them."""

    def __init__(self, parts: Parts, offered: Path, owner: OwnerFolders | None = None) -> None:
        """Build the tab inside the current page; `offered` holds finished evaluations, `owner` names further runs."""
        self.parts = parts
        self.store = EvaluationStore(offered, owner)
        self.store.keep_sweeping()
        self.upload = gr.UploadButton("zip", file_types=[".zip"], elem_id="explore-zip", visible="hidden")
        self.phantoms = gr.Button("phantoms", elem_id="explore-phantoms", visible="hidden")
        self.cancel = gr.Button("Cancel the evaluation", elem_id="explore-cancel", visible=False)
        self.jobs = Jobs()
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
            return self.store.entries([str(run) for run in own or []])

        def open_run(run: Any) -> Any:
            return self.store.columns(str(run))

        def look(wanted: Any) -> Any:
            try:
                return looked_at(self.store.folder(str(wanted["run"])), str(wanted["film"]))
            except RunError as error:
                return {"error": self.store.words(str(error))}

        def measure(wanted: Any) -> Any:
            try:
                return measure_columns(self.store.folder(str(wanted["run"])), str(wanted["key"]))
            except RunError as error:
                return {"error": self.store.words(str(error))}

        def take(run: Any) -> Any:
            try:
                return tables_zip(self.store.folder(str(run)), str(run)[:12])
            except RunError as error:
                return {"error": self.store.words(str(error))}

        def sample(_: Any) -> Any:
            return sample_zip()

        return [runs, open_run, look, measure, take, sample, *batch_answers(self.store.batches)]

    def _connect(self) -> None:
        segment = self.parts.segment
        shown = [segment.player, segment.choice, segment.kept, segment.back]
        self.news.steps(self._on_steps, segment.token, [*shown, self.parts.tabs, self.news], **QUICK)
        more: dict[str, Any] = {**QUICK, "concurrency_limit": AT_ONCE, "trigger_mode": "multiple"}
        told = [self.news, self.cancel]
        self.upload.upload(self._on_zip, [self.upload, self.news], told, js=WITH_IDS, **more)
        self.phantoms.click(self._on_phantoms, [self.news, *segment.limits], told, **more)
        self.cancel.click(self._on_leave, None, None, queue=False, **QUICK)
        gr.on(None, self._on_load, None, self.parts.tabs, **QUICK)
        if Context.root_block is not None:
            Context.root_block.unload(self._on_leave)

    def _on_load(self, request: gr.Request) -> Any:
        """The tab that the address names."""
        return gr.Tabs(selected=TAB) if request.query_params.get("tab") == TAB else gr.skip()

    def _on_steps(self, token: str, event: gr.EventData) -> tuple[Any, ...]:
        """A film's steps in the player, at the event asked for; nothing of it can be corrected there.

        To a visitor's own film, whose place they take, a way back is left.
        """
        asked = event._data or {}
        try:
            number = asked.get("event")
            folder = self.store.folder(str(asked.get("run")))
            payload = steps_payload(folder, str(asked.get("film")), None if number is None else int(number))
        except RunError as error:
            return UNCHANGED, *[gr.skip()] * 4, {**NEWS, "text": self.store.words(str(error))}
        replayed = Choice(Path(), payload["film"]["name"], gone=REPLAYED)
        return payload, replayed, None, self.parts.segment.way_back(token), gr.Tabs(selected="segment"), gr.skip()

    def _on_leave(self, request: gr.Request) -> None:
        """End the evaluation of a visitor who cancels it or leaves."""
        owner = _owner(request)
        self.jobs.end(owner)
        self.parts.segment.queue.dismiss(owner)

    def _on_zip(self, request: gr.Request, path: str, news: dict[str, Any] | None) -> Iterator[tuple[Any, Any]]:
        """Open a finished evaluation, or evaluate films with truth; the zip itself is deleted at once."""

        def work(job: Job, run: str, folder: Path) -> Iterator[str]:
            yield "Unpacking …"
            if not opened_zip(Path(path), folder, self.store.room(run)):
                method = self.parts.service.method({}, None)
                facts = self.parts.service.facts()
                pace = self._pace(request, job)
                yield from evaluated_zip(folder, method, facts.bundle, facts.checksums, pace, _ids(news))

        try:
            yield from self._own_run(request, work, news)
        finally:
            Path(path).unlink(missing_ok=True)

    def _on_phantoms(
        self, request: gr.Request, news: dict[str, Any] | None, *values: float
    ) -> Iterator[tuple[Any, Any]]:
        """The phantom set, made where it is not there yet; with changed limits an evaluation of the visitor's own."""
        changed = limits.changed(limits.USUAL, values)

        def work(job: Job, _: str, folder: Path) -> Iterator[str]:
            yield "Loading the weights …"
            method = self.parts.service.method(changed, None)
            facts = self.parts.service.facts()  # now that the weights are there, with their checksums
            yield from phantom_run(folder, method, facts.bundle, facts.checksums, self._pace(request, job))

        if changed:
            yield from self._own_run(request, work, news)
        else:
            yield from self._told(request, lambda job: self._everyones(job, work), PHANTOMS, news)

    def _everyones(self, job: Job, work: Work) -> Iterator[str]:
        """Make the phantom set where it is not there; what is done of it stays for the next who asks."""
        if not self.store.has_phantoms():
            with self.store.making_phantoms() as folder:
                yield from work(job, PHANTOMS, folder)

    def _own_run(self, request: gr.Request, work: Work, news: dict[str, Any] | None) -> Iterator[tuple[Any, Any]]:
        """Some work on an evaluation of the visitor's own; where it does not come to its end, nothing of it is left."""
        try:
            run, folder = self.store.new(_owner(request))
        except RunError as error:
            yield self._line(str(error), news), gr.update(visible=False)
            return
        finished = False
        try:
            for told in self._told(request, lambda job: work(job, run, folder), run, news):
                finished = bool(told[0]["open"])
                yield told
        finally:
            if not (finished and (folder / PLAN_FILE).is_file()):
                self.store.drop(run)

    def _told(
        self, request: gr.Request, work: Callable[[Job], Iterator[str]], run: str, news: dict[str, Any] | None
    ) -> Iterator[tuple[Any, Any]]:
        """The lines of some work as news, and at its end the run it made, or one sentence on why there is none."""
        shown, hidden = gr.update(visible=True), gr.update(visible=False)
        try:
            with self.jobs.begin(_owner(request)) as job:
                for line in work(job):
                    job.check()
                    yield self._line(line, news), shown
        except (InputError, BundleError, QueueFull, ServiceError) as error:
            yield self._line(self.store.words(str(error)), news), hidden
            return
        except OSError as error:
            yield self._line(f"The server could not write ({error.strerror}): try again later.", news), hidden
            return
        except Exception:
            yield self._line(FAULT, news), hidden
            raise
        own = _own(news)
        yield {"text": "", "own": [*own, run] if run.startswith(OWN) else own, "open": run}, hidden

    def _line(self, text: str, news: dict[str, Any] | None) -> dict[str, Any]:
        """A line of news that opens nothing."""
        return {"text": text, "own": _own(news), "open": ""}

    def _pace(self, request: gr.Request, job: Job) -> Pace:
        """Waits for the visitor's turn at the networks, film by film, and ends when the job is to end."""
        queue, owner = self.parts.segment.queue, _owner(request)
        return Pace(lambda: queue.turn(owner, job.check), job.check)


Work = Callable[[Job, str, Path], Iterator[str]]
"""Some work on an evaluation: its job, id and folder; yields a line at each step."""


def _owner(request: gr.Request) -> str:
    """A visitor's name in the queue and among the jobs."""
    return f"explore {request.session_hash}"


def _own(news: dict[str, Any] | None) -> list[str]:
    return list((news or NEWS).get("own", []))


def _ids(news: dict[str, Any] | None) -> str:
    """The numbering of label maps that came with a zip; "" for none, and for one that there is not."""
    chosen = str((news or {}).get("ids", ""))
    return chosen if chosen in SCHEMES else ""


def plan_of(offered: Path, owner: OwnerFolders | None = None) -> TabPlan:
    """The tab that offers the evaluations of a folder, and what the owner adds: the environment says it where not."""

    def build(parts: Parts) -> None:
        ExplorerTab(parts, offered, OwnerFolders.of(os.environ) if owner is None else owner)

    return TabPlan(TAB, "Explore", build)


PLAN = plan_of(EVALUATIONS)
