"""The tab on which one film is segmented: choose it, run, watch the steps, read and take away the result."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from spinefm.ui.examples import Example
from spinefm.ui.picker import build_picker
from spinefm.ui.player import markup, style
from spinefm.ui.player.assets import gradio_script
from spinefm.ui.player.payload import Payload
from spinefm.ui.sessions import Choice, example_payloads, opened, run_steps, waiting
from spinefm.ui.workbench import Workbench

KEEP_STATE = 1800
"""Seconds after which a visitor's choice is forgotten, as long as uploads are kept."""
FORMATS = "PNG, JPEG, TIFF or DICOM, at most 32 MB"


class SegmentTab:
    """The tab's parts and what happens between them."""

    def __init__(self, bench: Workbench, examples: dict[str, Example]) -> None:
        """Build the tab inside the current page."""
        self.bench = bench
        self.examples = examples
        self.choice = gr.State(None, time_to_live=KEEP_STATE)
        with gr.Row(elem_id="segment"):
            with gr.Column(elem_id="rail", scale=0, min_width=232):
                self._build_rail()
            with gr.Column(elem_id="stage", min_width=280):
                self.player = gr.HTML(
                    html_template=markup(),
                    css_template=style(),
                    js_on_load=gradio_script(),
                    apply_default_css=False,
                    elem_id="player",
                )
        self._connect()

    def _build_rail(self) -> None:
        self.upload = gr.File(label="Film", file_count="single", elem_id="film-upload", height=128)
        gr.HTML(f"<p class='quiet'>{FORMATS}</p>", apply_default_css=False, elem_id="formats")
        self.picker = build_picker(self.examples)
        gr.HTML(f"<p class='quiet'>{self.bench.facts().line}</p>", apply_default_css=False, elem_id="facts")
        self.run = gr.Button("Run  (R)", variant="primary", elem_id="run")
        self.cancel = gr.Button("Cancel", visible=False, elem_id="cancel")

    def _connect(self) -> None:
        quick: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "concurrency_limit": 8}
        self.upload.upload(self._on_upload, self.upload, [self.choice, self.player], **quick)
        self.upload.clear(self._on_clear, None, [self.choice, self.player], **quick)
        self.picker.pick(self._on_pick, None, [self.upload, self.choice, self.player], **quick)
        run = self.run.click(
            self._on_wait, None, [self.player, self.run, self.cancel], queue=False, api_visibility="private"
        ).then(
            self._on_run,
            self.choice,
            self.player,
            api_visibility="private",
            show_progress="hidden",
            concurrency_limit=1,
            concurrency_id="run",
        )
        run.then(self._on_end, None, [self.run, self.cancel], **quick)
        self.cancel.click(
            self._on_cancel, self.choice, [self.player, self.run, self.cancel], cancels=[run], **quick, queue=False
        )

    def on_load(self, request: gr.Request) -> Iterator[tuple[Any, Payload]]:
        """What a visitor sees first: the example that the address names, else the first one, with its finished run."""
        asked = self.examples.get(str(request.query_params.get("film", "")))
        first = asked or next((e for e in self.examples.values() if e.trace.is_file()), None)
        if first is None:
            yield None, opened(None)
        else:
            yield from self._example(first)

    def _example(self, example: Example) -> Iterator[tuple[Any, Payload]]:
        choice = Choice(example.film, example.film.name, example.name)
        for payload in example_payloads(example):
            yield choice, payload

    def _on_upload(self, path: str) -> tuple[Choice, Payload]:
        choice = Choice(Path(path), Path(path).name)
        return choice, opened(choice)

    def _on_clear(self) -> tuple[None, Payload]:
        return None, opened(None)

    def _on_pick(self, event: gr.EventData) -> Iterator[tuple[Any, Any, Payload]]:
        example = self.examples.get(str(event.name))
        if example is None:
            yield None, None, opened(None)
            return
        for choice, payload in self._example(example):
            yield None, choice, payload

    def _on_wait(self) -> tuple[Payload, Any, Any]:
        return waiting(), gr.update(visible=False), gr.update(visible=True)

    def _on_run(self, choice: Choice | None) -> Iterator[Payload]:
        yield from run_steps(self.bench, choice)

    def _on_end(self) -> tuple[Any, Any]:
        return gr.update(visible=True), gr.update(visible=False)

    def _on_cancel(self, choice: Choice | None) -> tuple[Payload, Any, Any]:
        payload = opened(choice)
        notices = [*payload["notices"], "The run was cancelled."]
        return {**payload, "notices": notices}, *self._on_end()
