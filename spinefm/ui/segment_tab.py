"""The tab on which one film is segmented: choose it, run, watch the steps, correct, compare, and take it away."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from spinefm.formats.decoded import MAX_BYTES
from spinefm.geometry import Point
from spinefm.ui import limits
from spinefm.ui.corrections import CorrectedRun, Correction, Refused
from spinefm.ui.examples import Choice, Example
from spinefm.ui.picker import build_picker
from spinefm.ui.player import markup, style
from spinefm.ui.player.assets import gradio_script
from spinefm.ui.player.payload import Payload
from spinefm.ui.sessions import Kept, Line, Shown, Wishes, corrected, example_shown, opened, run_steps, waiting
from spinefm.ui.workbench import Workbench

KEEP_STATE = 1800
"""Seconds after which a visitor's film and run are forgotten, as long as uploads are kept."""
FORMATS = "PNG, JPEG, TIFF or DICOM, at most 32 MB"
WITH_SEEDS = """(...inputs) => {
  inputs[2] = document.querySelector("#player .player").dataset.seeds || "[]";
  return inputs;
}"""
"""Puts the starting points that the reader clicked into the third input of a run, at the moment it is asked for."""
QUICK: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "concurrency_limit": 8}
"""How events other than a run are served."""


class SegmentTab:
    """The tab's parts and what happens between them."""

    def __init__(self, bench: Workbench, examples: dict[str, Example]) -> None:
        """Build the tab inside the current page."""
        self.bench = bench
        self.examples = examples
        self.line = Line()
        self.choice = gr.State(None, time_to_live=KEEP_STATE)
        self.kept = gr.State(None, time_to_live=KEEP_STATE)
        self.seeds = gr.Textbox("[]", visible=False)
        with gr.Row(elem_id="segment"):
            with gr.Column(elem_id="rail", scale=0, min_width=232):
                self._build_rail()
            with gr.Column(elem_id="stage", min_width=280):
                self.player = gr.HTML(
                    html_template=markup(),
                    css_template=style(),
                    js_on_load=gradio_script(MAX_BYTES),
                    apply_default_css=False,
                    elem_id="player",
                )
        self._connect_choice()
        self._connect_run()
        self._connect_reader()

    def _build_rail(self) -> None:
        self.upload = gr.File(label="Film", file_count="single", elem_id="film-upload", height=128)
        gr.HTML(f"<p class='quiet'>{FORMATS}</p>", apply_default_css=False, elem_id="formats")
        self.picker = build_picker(self.examples)
        gr.HTML(f"<p class='quiet'>{self.bench.facts().line}</p>", apply_default_css=False, elem_id="facts")
        self.run = gr.Button("Run  (R)", variant="primary", elem_id="run")
        self.cancel = gr.Button("Cancel", visible=False, elem_id="cancel")
        with gr.Accordion("Limits", open=False, elem_id="limits"):
            self.limits = [
                gr.Slider(limit.low, limit.high, limit.default, step=limit.step, label=limit.label)
                for limit in limits.LIMITS
            ]

    def _connect_choice(self) -> None:
        self.upload.upload(self._on_upload, self.upload, [self.choice, self.player], **QUICK)
        self.upload.clear(self._on_clear, None, [self.choice, self.player], **QUICK)
        self.picker.pick(self._on_pick, None, [self.upload, self.choice, self.player, self.kept], **QUICK)

    def _connect_run(self) -> None:
        buttons = [self.run, self.cancel]
        begin = self.run.click(self._on_wait, None, [self.player, *buttons], queue=False, api_visibility="private")
        run = begin.then(
            self._on_run,
            [self.choice, self.kept, self.seeds, *self.limits],
            [self.player, self.kept],
            js=WITH_SEEDS,
            api_visibility="private",
            show_progress="hidden",
            concurrency_limit=1,
            concurrency_id="run",
        )
        run.then(self._on_end, None, buttons, **QUICK)
        self.cancel.click(self._on_cancel, self.choice, [self.player, *buttons], cancels=[run], queue=False, **QUICK)

    def _connect_reader(self) -> None:
        self.player.correct(self._on_correct, self.kept, [self.player, self.kept], **QUICK)

    def on_load(self, request: gr.Request) -> Iterator[tuple[Any, Payload, Any]]:
        """What a visitor sees first: the example that the address names, else the first one, with its finished run."""
        asked = self.examples.get(str(request.query_params.get("film", "")))
        first = asked or next((e for e in self.examples.values() if e.trace.is_file()), None)
        if first is None:
            yield None, opened(None), None
            return
        for shown in example_shown(first):
            yield first.choice(), shown.payload, shown.kept

    def _on_upload(self, path: str) -> tuple[Choice, Payload]:
        choice = Choice(Path(path), Path(path).name)
        return choice, opened(choice)

    def _on_clear(self) -> tuple[None, Payload]:
        return None, opened(None)

    def _on_pick(self, event: gr.EventData) -> Iterator[tuple[Any, Any, Payload, Any]]:
        example = self.examples.get(str(event.name))
        if example is None:
            yield None, None, opened(None), None
            return
        for shown in example_shown(example):
            yield None, example.choice(), shown.payload, shown.kept

    def _on_wait(self, request: gr.Request) -> tuple[Payload, Any, Any]:
        return waiting(self.line.join(str(request.session_hash))), gr.update(visible=False), gr.update(visible=True)

    def _on_run(
        self, request: gr.Request, choice: Choice | None, kept: Kept | None, seeds: str, *values: float
    ) -> Iterator[tuple[Payload, Any]]:
        wishes = Wishes(limits.changed(values), _points(seeds))
        try:
            for shown in run_steps(self.bench, choice, wishes, kept):
                yield _remembered(shown)
        finally:
            self.line.leave(str(request.session_hash))

    def _on_end(self) -> tuple[Any, Any]:
        return gr.update(visible=True), gr.update(visible=False)

    def _on_cancel(self, request: gr.Request, choice: Choice | None) -> tuple[Payload, Any, Any]:
        self.line.leave(str(request.session_hash))
        payload = opened(choice)
        notices = [*payload["notices"], "The run was cancelled."]
        return {**payload, "notices": notices}, *self._on_end()

    def _on_correct(self, kept: Kept | None, event: gr.EventData) -> Iterator[tuple[Payload, Any]]:
        for shown in corrected(kept, lambda run: _change(run, event._data or {})):
            yield _remembered(shown)


def _points(text: str) -> tuple[Point, ...]:
    """The starting points that the player holds, as JSON pairs."""
    return tuple(Point(float(x), float(y)) for x, y in json.loads(text))


def _remembered(shown: Shown) -> tuple[Payload, Any]:
    """What is shown and what is remembered from now on."""
    return shown.payload, gr.skip() if shown.kept is None else shown.kept


def _change(run: CorrectedRun, asked: dict[str, Any]) -> CorrectedRun:
    """The run after what the player asked for. Raises Refused."""
    match asked.get("action"):
        case "undo":
            return run.undo()
        case "redo":
            return run.redo()
        case "name" | "shift" | "delete" as action:
            number = asked.get("number")
            offset = int(asked.get("offset") or 0)
            return run.correct(Correction(action, None if number is None else int(number), asked.get("level"), offset))
    raise Refused("The page asked for a correction that does not exist: reload it.")
