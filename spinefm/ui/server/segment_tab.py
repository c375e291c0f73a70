"""The tab on which one film is segmented: choose it, run, watch the steps, correct, compare, and take it away."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import gradio as gr

from spinefm.core.geometry import Point
from spinefm.imaging.decoded import MAX_BYTES
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods import TITLES
from spinefm.ui.server import limits
from spinefm.ui.server.corrections import CorrectedRun, Correction, Refused
from spinefm.ui.server.examples import Choice, Example
from spinefm.ui.server.line import Line, LineFull
from spinefm.ui.server.picker import build_picker
from spinefm.ui.server.player import failed_payload, markup, style
from spinefm.ui.server.player.assets import gradio_script
from spinefm.ui.server.player.payload import Payload
from spinefm.ui.server.sessions import (
    Kept,
    Shown,
    Wishes,
    added,
    corrected,
    example_shown,
    gone_on,
    new_run,
    opened,
    run_steps,
    waiting,
)
from spinefm.ui.server.workbench import Workbench

KEEP_STATE = 1800
"""Seconds after which a visitor's film and run are forgotten, as long as uploads are kept."""
FORMATS = "PNG, JPEG, TIFF, BMP, DICOM or NIfTI, at most 32 MB"
WITH_SEEDS = """(...inputs) => {
  inputs[2] = document.querySelector("#player .player").dataset.seeds || "[]";
  return inputs;
}"""
"""Puts the starting points that the reader clicked into the third input of a run, at the moment it is asked for."""
RUNS = 24
"""Runs that the server holds at a time; all but one of them stand in line."""
QUICK: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "concurrency_limit": 8}
"""How events other than a run are served."""


class SegmentTab:
    """The tab's parts and what happens between them."""

    def __init__(self, bench: Workbench, examples: dict[str, Example], line: Line) -> None:
        """Build the tab inside the current page; `line` is where its visitors wait."""
        self.bench = bench
        self.examples = examples
        self.line = line
        self.choice = gr.State(None, time_to_live=KEEP_STATE)
        self.kept = gr.State(None, time_to_live=KEEP_STATE)
        self.seeds = gr.Textbox("[]", visible=False)
        with gr.Row(elem_id="segment"):
            with gr.Column(elem_id="rail", scale=0, min_width=216):
                self._build_rail()
            with gr.Column(elem_id="stage", min_width=280):
                self.player = gr.HTML(
                    html_template=markup(),
                    css_template=style(),
                    js_on_load=gradio_script(MAX_BYTES),
                    apply_default_css=False,
                    elem_id="player",
                )
        run = self._connect_run()
        self._connect_choice(run)
        self._connect_reader()

    def _build_rail(self) -> None:
        self.upload = gr.File(label="Film", show_label=False, file_count="single", elem_id="film-upload", height=104)
        gr.HTML(f"<p class='quiet'>{FORMATS}</p>", apply_default_css=False, elem_id="formats")
        self.picker = build_picker(self.examples)
        self.method = gr.Dropdown(list(TITLES.items()), value="spinefm", label="Method", elem_id="method")
        self.run = gr.Button("Run  (R)", variant="primary", elem_id="run")
        self.cancel = gr.Button("Cancel", visible=False, elem_id="cancel")
        with gr.Accordion("Limits", open=False, elem_id="limits") as accordion:
            self.limits = [
                gr.Slider(limit.low, limit.high, limit.default, step=limit.step, label=limit.label)
                for limit in limits.LIMITS
            ]
        self.method.change(lambda method: gr.update(visible=method == "spinefm"), self.method, accordion, **QUICK)

    def _connect_choice(self, run: Any) -> None:
        """Another film ends the run under way: its result would be remembered as that of the film on show."""
        buttons, more = [self.run, self.cancel], {**QUICK, "cancels": [run]}
        chosen = [self.choice, self.player, self.kept]
        self.upload.upload(self._on_upload, self.upload, chosen, **more).then(self._on_end, None, buttons, **QUICK)
        self.upload.clear(self._on_clear, None, chosen, **more).then(self._on_end, None, buttons, **QUICK)
        picked = self.picker.pick(self._on_pick, None, [self.upload, *chosen], trigger_mode="multiple", **more)
        picked.then(self._on_end, None, buttons, **QUICK)
        turned = self.player.turn(self._on_turn, self.choice, chosen, trigger_mode="multiple", **more)
        turned.then(self._on_end, None, buttons, **QUICK)

    def _connect_run(self) -> Any:
        """Returns the run's event, which others may cancel."""
        buttons = [self.run, self.cancel]
        begin = self.run.click(self._on_begin, None, [self.player, *buttons], queue=False, api_visibility="private")
        run = begin.then(
            self._on_run,
            [self.choice, self.kept, self.seeds, self.method, *self.limits],
            [self.player, self.kept],
            js=WITH_SEEDS,
            api_visibility="private",
            show_progress="hidden",
            concurrency_limit=RUNS,
        )
        run.then(self._on_end, None, buttons, **QUICK)
        self.cancel.click(self._on_cancel, self.choice, [self.player, *buttons], cancels=[run], queue=False, **QUICK)
        return run

    def _connect_reader(self) -> None:
        self.player.correct(self._on_correct, self.kept, [self.player, self.kept], trigger_mode="multiple", **QUICK)

    def on_load(self, request: gr.Request) -> Iterator[tuple[Any, Payload, Any]]:
        """What a visitor sees first: the example that the address names, else the first one, with its finished run."""
        asked = self.examples.get(str(request.query_params.get("film", "")))
        first = asked or next((e for e in self.examples.values() if e.trace.is_file()), None)
        if first is None:
            yield None, opened(None), None
            return
        for number, shown in enumerate(example_shown(first)):
            yield gr.skip() if number else first.choice(), *_remembered(shown)

    def _on_upload(self, request: gr.Request, path: str) -> tuple[Choice, Payload, None]:
        self.line.dismiss(str(request.session_hash))
        choice = Choice(Path(path), Path(path).name)
        return choice, opened(choice), None

    def _on_clear(self, request: gr.Request) -> tuple[None, Payload, None]:
        self.line.dismiss(str(request.session_hash))
        return None, opened(None), None

    def _on_pick(self, request: gr.Request, event: gr.EventData) -> Iterator[tuple[Any, Any, Payload, Any]]:
        self.line.dismiss(str(request.session_hash))
        example = self.examples.get(str(event.name))
        if example is None:
            yield None, None, opened(None), None
            return
        for number, shown in enumerate(example_shown(example)):
            chosen = (gr.skip(), gr.skip()) if number else (None, example.choice())
            yield *chosen, *_remembered(shown)

    def _on_turn(self, request: gr.Request, choice: Choice | None) -> tuple[Choice | None, Payload, None]:
        self.line.dismiss(str(request.session_hash))
        choice = choice and choice.turned()
        return choice, opened(choice), None

    def _on_begin(self) -> tuple[Payload, Any, Any]:
        return waiting(0), gr.update(visible=False), gr.update(visible=True)

    def _on_run(
        self, request: gr.Request, choice: Choice | None, kept: Kept | None, seeds: str, method: str, *values: float
    ) -> Iterator[tuple[Payload, Any]]:
        wishes, visitor = _wishes(method, values, _points(seeds)), self.line.ticket(str(request.session_hash))
        try:
            for ahead in self.line.waits(visitor):
                yield waiting(ahead), gr.skip()
            for shown in run_steps(self.bench, choice, wishes, kept) if self.line.is_in(visitor) else ():
                if shown.kept is not None:
                    self.line.leave(visitor)  # what is left to do needs no network
                yield _remembered(shown)
        except LineFull as error:
            yield failed_payload(new_run(), str(error)), gr.skip()
        finally:
            self.line.leave(visitor)

    def _on_end(self) -> tuple[Any, Any]:
        return gr.update(visible=True), gr.update(visible=False)

    def _on_cancel(self, request: gr.Request, choice: Choice | None) -> tuple[Payload, Any, Any]:
        self.line.dismiss(str(request.session_hash))
        payload = opened(choice)
        notices = [*payload["notices"], "The run was cancelled."]
        return {**payload, "notices": notices}, *self._on_end()

    def _on_correct(self, request: gr.Request, kept: Kept | None, event: gr.EventData) -> Iterator[tuple[Payload, Any]]:
        asked = event._data or {}
        for shown in corrected(kept, lambda run, film: self._change(run, film, asked, str(request.session_hash))):
            yield _remembered(shown)

    def _change(self, run: CorrectedRun, film: Radiograph, asked: dict[str, Any], visitor: str) -> CorrectedRun:
        """The run after what the player asked for. Raises Refused, CannotAdd, BundleError."""
        match asked:
            case {"action": "undo"}:
                return run.undo()
            case {"action": "redo"}:
                return run.redo()
            case {"action": "go on", "direction": "up" | "down" as direction}:
                with self._turn(visitor):
                    return gone_on(self.bench, run, film, direction)
            case {"action": "add", "point": [x, y]}:
                with self._turn(visitor):
                    return added(self.bench, run, film, Point(float(x), float(y)))
            case {"action": "name" | "shift" | "delete" | "lock" | "unlock" as action}:
                number = asked.get("number")
                wanted = None if number is None else int(number)
                return run.correct(Correction(action, wanted, asked.get("level"), int(asked.get("offset") or 0)))
        raise Refused("The page asked for a correction that does not exist: reload it.")

    @contextmanager
    def _turn(self, visitor: str) -> Iterator[None]:
        """Wait in line for the networks. Raises Refused when too many wait."""
        visitor = self.line.ticket(visitor)
        try:
            for _ in self.line.waits(visitor):
                pass
            yield
        except LineFull as error:
            raise Refused(str(error)) from error
        finally:
            self.line.leave(visitor)

    def on_unload(self, request: gr.Request) -> None:
        """Who closes the page waits no longer."""
        self.line.dismiss(str(request.session_hash))


def _wishes(method: str, values: Sequence[float], seeds: tuple[Point, ...]) -> Wishes:
    """What the visitor asks for; the sliders are SpineFM's and mean nothing to the others."""
    return Wishes(limits.changed(values) if method == "spinefm" else {}, seeds, method)


def _points(text: str) -> tuple[Point, ...]:
    """The starting points that the player holds, as JSON pairs."""
    return tuple(Point(float(x), float(y)) for x, y in json.loads(text))


def _remembered(shown: Shown) -> tuple[Payload, Any]:
    """What is shown and what is remembered from now on."""
    return shown.payload, gr.skip() if shown.kept is None else shown.kept
