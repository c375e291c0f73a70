"""The tab on which one film is segmented: choose it, run, watch the steps, correct, compare, and take it away."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import gradio as gr

from spinefm.core.geometry import Point
from spinefm.imaging.decoded import KINDS_READ, MAX_BYTES
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods import TITLES
from spinefm.ui.server import limits
from spinefm.ui.server.correcting import added, corrected, gone_on
from spinefm.ui.server.corrections import CorrectedRun, Correction, Refused
from spinefm.ui.server.examples import Choice, Example
from spinefm.ui.server.exports import expired, exported
from spinefm.ui.server.housekeeping import KEEP_VISITOR
from spinefm.ui.server.model_queue import Dismissed, ModelQueue, QueueFull
from spinefm.ui.server.model_service import ModelService
from spinefm.ui.server.outlines import again, reshaped
from spinefm.ui.server.picker import build_picker
from spinefm.ui.server.player import failed_payload
from spinefm.ui.server.player.component import build_player
from spinefm.ui.server.player.payload import UNCHANGED, Payload
from spinefm.ui.server.questions import confirmed
from spinefm.ui.server.recent_films import RecentFilms
from spinefm.ui.server.running import Wishes, run_steps, waiting
from spinefm.ui.server.sessions import SessionState, Shown, new_run
from spinefm.ui.server.showing import (
    example_shown,
    made_later,
    opened,
    recalled,
    set_upright,
    shown_again,
    still_shown,
)
from spinefm.ui.server.sittings import Sitting, Sittings
from spinefm.ui.server.visits import Visits

FORMATS = f"{KINDS_READ}, at most {MAX_BYTES >> 20} MB"
WITH_STARTS = """(...inputs) => {
  inputs[2] = document.querySelector("#player .player").dataset.starts || "[]";
  inputs[4] = Date.now();
  return inputs;
}"""
"""Puts the starting points that the reader clicked into the third input of a run, and the time into the fifth."""
REPLACED = """(token, clicked) => {
  const replaced = Boolean(window.spinefm?.replaces);
  if (replaced) window.spinefm.replaces = false;
  return [token, Number(replaced)];
}"""
"""Puts into the second input whether the box was emptied for another film."""
AT_CLICK = "(choice, kept, clicked) => [choice, kept, Date.now()]"
"""Puts the time of the click into the last input."""
RUNS = 24
"""Runs that the server holds at a time; all but one of them wait in the queue."""
AT_ONCE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "trigger_mode": "multiple"}
"""How a run is served: a click right after Cancel counts, whatever of the run before is under way."""
ENDED = ("finished", "failed")
"""How the last message of a run says that it has ended."""
PRESS_RUN = """() => { const run = document.querySelector("#run"); if (run) run.click(); }"""
RUN = "run"
"""What the page asks for once it is loaded: a run of the film on show."""
NO_WAY_BACK = gr.update(visible=False)
"""Hides the button that leads back to the visitor's own film."""
QUICK: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "concurrency_limit": 8}
"""How events other than a run are served."""


class SegmentTab:
    """The tab's parts and what happens between them."""

    def __init__(self, service: ModelService, examples: dict[str, Example], queue: ModelQueue) -> None:
        """Build the tab inside the current page; `queue` is where its visitors wait."""
        self.service = service
        self.examples = examples
        self.queue = queue
        self.choice = gr.State(None)  # once its file is deleted, the visitor reads that
        self.kept = gr.State(None, time_to_live=KEEP_VISITOR)  # from the last run or correction on
        self.starts = gr.Textbox("[]", visible=False)
        self.clicked = gr.Number(0, visible=False)
        self.limits: list[gr.Slider] = []
        self.visits = Visits()
        self.token = gr.State("")
        self.sittings = Sittings()
        self.films = RecentFilms()
        self.recall = gr.Textbox("", visible=False)
        self.brought = gr.State("")
        self.asked = gr.Textbox("", visible=False)
        with gr.Row(elem_id="segment"):
            with gr.Column(elem_id="rail", scale=0, min_width=216):
                self._build_rail()
            with gr.Column(elem_id="stage", min_width=280):
                self.player = build_player(MAX_BYTES)
        self._connect_run(self.run.click, self._on_run)
        self._connect_choice()
        self._connect_cancel()
        self._connect_reader()

    def _build_rail(self) -> None:
        self.upload = gr.File(label="Film", show_label=False, file_count="single", elem_id="film-upload", height=104)
        gr.HTML(f"<p class='quiet'>{FORMATS}</p>", apply_default_css=False, elem_id="formats")
        self.picker = build_picker(self.examples)
        self.back = gr.Button("", visible=False, elem_id="back")
        self.method = gr.Dropdown(list(TITLES.items()), value=limits.USUAL, label="Method", elem_id="method")
        self.run = gr.Button("Run  (R)", variant="primary", elem_id="run")
        self.cancel = gr.Button("Cancel  (Esc)", visible=False, elem_id="cancel")
        with gr.Accordion("Limits", open=False, elem_id="limits"):
            groups = [self._build_limits(method) for method in limits.LIMITS]
        self.method.change(
            lambda method: [gr.update(visible=method == one) for one in limits.LIMITS], self.method, groups, **QUICK
        )

    def _build_limits(self, method: str) -> gr.Column:
        """The sliders of a method, shown while it is chosen."""
        with gr.Column(visible=method == limits.USUAL, elem_id=f"limits-{method}") as group:
            for limit in limits.LIMITS[method]:
                words = limits.described(limit)
                ends = (limit.low, limit.high, limit.default)
                self.limits.append(gr.Slider(*ends, step=limit.step, label=limit.label, info=words))
        return group

    def _connect_choice(self) -> None:
        """Another film ends the run under way: its result would be remembered as that of the film on show.

        Each handler ends it by the queue. Gradio's `cancels` is no way to do so: the browser carries it out after the
        handler, and ends a run that has been started since. A film that a visitor brings is run at once.
        """
        buttons = [self.run, self.cancel]
        chosen = [self.choice, self.player, self.kept]
        brought = [self.upload, *chosen, self.brought, self.back]
        inputs = [self.upload, self.token, self.kept]
        uploaded = self.upload.upload(self._on_upload, inputs, brought, trigger_mode="always_last", **QUICK)
        self._connect_run(uploaded.success, self._run_brought, [self.brought])
        hides = [*chosen, self.back]
        cleared = self.upload.clear(self._on_clear, [self.token, self.clicked], hides, js=REPLACED, **QUICK)
        picked = self.picker.pick(self._on_pick, self.token, [self.upload, *hides], trigger_mode="multiple", **QUICK)
        turned = self.player.turn(self._on_turn, [self.choice, self.token], hides, trigger_mode="multiple", **QUICK)
        back = self.back.click(self._on_back, self.token, hides, **QUICK)
        for shown in (cleared, picked, turned, back):
            shown.then(self._on_shown, None, buttons, **QUICK)
        anyway = self.player.anyway(
            lambda choice: choice and replace(choice, anyway=True), self.choice, self.choice, **QUICK
        )
        anyway.then(None, None, None, js=PRESS_RUN, **QUICK)

    def _connect_run(self, starts: Any, run_film: Any, when: Sequence[Any] = ()) -> None:
        """`run_film` is done when `starts` does; `when` are its last inputs."""
        buttons = [self.run, self.cancel]
        run = starts(
            run_film,
            [self.choice, self.kept, self.starts, self.token, self.clicked, self.method, *self.limits, *when],
            [self.player, self.kept, *buttons],
            js=WITH_STARTS,
            concurrency_limit=RUNS,
            **AT_ONCE,
        )
        run.failure(self._on_end, None, buttons, **QUICK)  # the last message of any other run brings them back

    def _connect_cancel(self) -> None:
        outputs = [self.player, self.kept, self.run, self.cancel]
        inputs = [self.choice, self.kept, self.clicked]
        self.cancel.click(self._on_cancel, inputs, outputs, js=AT_CLICK, queue=False, **QUICK)

    def _connect_reader(self) -> None:
        inputs, outputs = [self.kept, self.token], [self.player, self.kept]
        self.player.correct(self._on_correct, inputs, outputs, trigger_mode="multiple", **QUICK)
        self.player.export(self._on_export, self.kept, self.player, trigger_mode="multiple", **QUICK)
        self.player.rest(self._on_rest, self.kept, self.player, trigger_mode="multiple", **QUICK)
        self.player.again(self._on_again, self.kept, outputs, trigger_mode="multiple", **QUICK)

    def on_load(self, request: gr.Request, token: str) -> Iterator[tuple[Any, Payload, Any, Any, Any]]:
        """What a visitor sees first; nothing more of it once they have brought or picked a film."""
        for choice, payload, kept, asked in self._seen_first(request, token):
            if self.visits.has_chosen(str(request.session_hash)):
                yield gr.skip(), UNCHANGED, gr.skip(), token, gr.skip()
                return
            yield choice, payload, kept, token, asked

    def _seen_first(self, request: gr.Request, token: str) -> Iterator[tuple[Any, Payload, Any, Any]]:
        """What a reload brings back, else the example that the address names, or the first.

        A bundled example's run plays at once; of a film whose run the reload interrupted another is asked for.
        """
        named = self.examples.get(str(request.query_params.get("film", "")))
        sitting = None if named else self.sittings.get(token)
        if sitting is not None:
            asked = gr.skip() if sitting.run else RUN
            for number, shown in enumerate(recalled(sitting, self.films.read)):
                yield gr.skip() if number else sitting.choice, *_remembered(shown), asked
            if sitting.choice.path.is_file():
                return
        first = named or next((e for e in self.examples.values() if e.trace.is_file()), None)
        if first is None:
            yield None, opened(None), None, gr.skip()
            return
        for number, shown in enumerate(example_shown(first)):
            yield gr.skip() if number else first.choice(), *_remembered(shown), gr.skip()

    def on_link(self, request: gr.Request) -> list[Any]:
        """The method and limits that the address asks for, and whether they call for a run of their own."""
        asked = request.query_params
        wanted = limits.linked(asked.get("method", ""), asked.get("limits", "")) if asked.get("film") else None
        if wanted is None:
            return [gr.skip() for _ in (self.method, *self.limits, self.asked)]
        return [wanted[0], *wanted[1], RUN]

    def _chooses(self, request: gr.Request) -> Callable[[], bool]:
        """End the visitor's run under way; returns whether what they choose now is still their latest choice."""
        visitor = str(request.session_hash)
        self.queue.dismiss(visitor)
        return self.visits.choose(visitor)

    def _on_upload(
        self, request: gr.Request, path: str, token: str, kept: SessionState | None
    ) -> tuple[Any, Any, Payload, Any, str, Any]:
        """A film that was brought; below the reason why it cannot be read, the visitor's last result stays."""
        is_latest = self._chooses(request)
        with self.queue.aside():
            choice = set_upright(self.service, Choice(Path(path), Path(path).name), self.films.read)
        payload = opened(choice, self.films.read)
        if not is_latest():
            return gr.skip(), gr.skip(), UNCHANGED, gr.skip(), "", gr.skip()
        runs = payload["status"] == "ready"
        before = None if runs else still_shown(kept, _of_another(payload["error"], choice), self.films.read)
        if before is not None:
            return None, gr.skip(), *_remembered(before), "", NO_WAY_BACK
        if not runs:
            return gr.skip(), choice, payload, None, "", self.way_back(token)
        self.sittings.put(token, Sitting(choice))
        return gr.skip(), choice, {**payload, "starts": True}, None, RUN, NO_WAY_BACK

    def _on_clear(self, request: gr.Request, token: str, replaced: float) -> tuple[Any, Any, Any, Any]:
        """The box is empty: nothing is on show, unless another film is on its way."""
        if replaced:  # it ends the run under way itself, and this may come after its own has begun
            return gr.skip(), UNCHANGED, gr.skip(), gr.skip()
        self._chooses(request)
        self.sittings.put(token, None)
        return None, opened(None), None, NO_WAY_BACK

    def _on_pick(
        self, request: gr.Request, token: str, event: gr.EventData
    ) -> Iterator[tuple[Any, Any, Payload, Any, Any]]:
        """An example in the place of the visitor's own film, to which a way back is left."""
        is_latest = self._chooses(request)
        example = self.examples.get(str(event.name))
        if example is None:
            yield None, None, opened(None), None, self.way_back(token)
            return
        for number, shown in enumerate(example_shown(example)):
            if not is_latest():
                return
            chosen = (gr.skip(), gr.skip()) if number else (None, example.choice())
            yield *chosen, *_remembered(shown), self.way_back(token)

    def _on_turn(
        self, request: gr.Request, choice: Choice | None, token: str
    ) -> tuple[Choice | None, Payload, None, Any]:
        """The film rotated, without its run; to corrections, or another film, a way back is left until the next run."""
        self._chooses(request)
        turned, held = choice.turned() if choice else None, self.sittings.get(token)
        if held and (held.is_corrected or turned is None or held.choice.path != turned.path):
            return turned, opened(turned, self.films.read), None, self.way_back(token)
        self.sittings.put(token, Sitting(turned) if turned else None)
        return turned, opened(turned, self.films.read), None, NO_WAY_BACK

    def way_back(self, token: str) -> dict[str, Any]:
        """The button that leads back to the visitor's own film, where there is one."""
        sitting = self.sittings.get(token)
        return gr.update(value=f"Back to {sitting.choice.name}", visible=True) if sitting else NO_WAY_BACK

    def _on_back(self, request: gr.Request, token: str) -> Iterator[tuple[Any, Payload, Any, Any]]:
        """The visitor's own film with its run and corrections, as a reload would bring it."""
        is_latest = self._chooses(request)
        sitting = self.sittings.get(token) or Sitting(Choice(Path(), ""))
        messages = recalled(sitting, self.films.read)
        first = next(messages, None) or Shown(opened(sitting.choice, self.films.read))  # says that the film is gone
        for shown in chain([first], messages):
            if not is_latest():
                return
            yield sitting.choice, *_remembered(shown), NO_WAY_BACK

    def _run_brought(self, request: gr.Request, *inputs: Any) -> Iterator[tuple[Any, Any, Any, Any]]:
        """A run of the film just brought; one that cannot be read is not run: the reason stays."""
        *known, brought = inputs
        if brought:
            yield from self._on_run(request, *known)
        else:
            yield UNCHANGED, gr.skip(), *self._on_end()

    def _on_run(
        self,
        request: gr.Request,
        choice: Choice | None,
        kept: SessionState | None,
        starts: str,
        token: str,
        clicked: float,
        method: str,
        *values: float,
    ) -> Iterator[tuple[Payload, Any, Any, Any]]:
        """A run asked for at the time `clicked`, which can be cancelled from its first message until its last."""
        buttons = gr.update(visible=False), gr.update(visible=True)
        for payload, remembered in self._run_shown(request, choice, kept, starts, token, clicked, method, *values):
            ended = payload["status"] in ENDED
            yield payload, remembered, *(self._on_end() if ended else buttons)
            buttons = gr.skip(), gr.skip()

    def _run_shown(
        self,
        request: gr.Request,
        choice: Choice | None,
        kept: SessionState | None,
        starts: str,
        token: str,
        clicked: float,
        method: str,
        *values: float,
    ) -> Iterator[tuple[Payload, Any]]:
        """A run asked for at the time `clicked`; it takes the place of the visitor's earlier ones."""
        owner = str(request.session_hash)
        if self.visits.is_cancelled(owner, clicked):
            return
        self.queue.dismiss(owner)
        wishes, visitor = _wishes(method, values, _points(starts)), self.queue.ticket(owner)
        try:
            yield from self._waited(visitor)
            if self.queue.is_in(visitor):
                steps = run_steps(self.service, choice, wishes, kept, self.films.read)
                yield from self._steps_until_left(steps, visitor, token)
        except QueueFull as error:
            yield failed_payload(new_run(), str(error)), gr.skip()
        finally:
            self.queue.leave(visitor)

    def _waited(self, visitor: str) -> Iterator[tuple[Payload, Any]]:
        """How many are before the visitor, until none is or the visitor has left. Raises QueueFull."""
        for ahead in self.queue.waits(visitor):
            yield waiting(ahead), gr.skip()

    def _steps_until_left(self, steps: Iterator[Shown], visitor: str, token: str) -> Iterator[tuple[Payload, Any]]:
        """The steps of a run until its result, or until its visitor leaves."""
        for shown in steps:
            if not self.queue.is_in(visitor):
                return
            if shown.kept is not None:  # the result, its last message: the networks are free for the next
                self.queue.leave(visitor)
                self._note(token, shown.kept)
            yield _remembered(shown)

    def _note(self, token: str, kept: SessionState | None) -> None:
        """Remember a visitor's own film and run for a reload; the page's examples are shown again anyway."""
        if kept is not None and not kept.choice.is_example:
            self.sittings.put(token, Sitting(kept.choice, kept.run))

    def _on_end(self) -> tuple[Any, Any]:
        return gr.update(visible=True), gr.update(visible=False)

    def _on_shown(self, request: gr.Request) -> tuple[Any, Any]:
        """The buttons once another film is on show, unless a run of it has been asked for by then."""
        return (gr.skip(), gr.skip()) if self.queue.has(str(request.session_hash)) else self._on_end()

    def _on_cancel(
        self, request: gr.Request, choice: Choice | None, kept: SessionState | None, clicked: float
    ) -> tuple[Payload, Any, Any, Any]:
        """End the visitor's run, also one that was asked for before `clicked` and has not reached the server yet.

        The film's result of before, with its corrections, is on show again.
        """
        self.visits.cancel(str(request.session_hash), clicked)
        self.queue.dismiss(str(request.session_hash))
        before = kept if kept and choice and kept.choice.path == choice.path else None
        shown = next(shown_again(before, self.films.read), None) or Shown(opened(choice, self.films.read))
        words = "The run was cancelled; this is the result of before." if before else "The run was cancelled."
        payload = {**shown.payload, "notices": [*shown.payload["notices"], words]}
        return *_remembered(replace(shown, payload=payload)), *self._on_end()

    def _on_correct(
        self, request: gr.Request, kept: SessionState | None, token: str, event: gr.EventData
    ) -> Iterator[tuple[Payload, Any]]:
        """The run after a correction; nothing of one whose visitor chose a film, ran or left while it waited."""
        asked = event._data or {}
        visitor = str(request.session_hash)
        try:
            for shown in corrected(kept, lambda run, film: self._change(run, film, asked, visitor), self.films.read):
                self._note(token, shown.kept)
                yield _remembered(shown)
        except Dismissed:
            yield UNCHANGED, gr.skip()

    def _on_export(self, kept: SessionState | None, event: gr.EventData) -> Iterator[Any]:
        asked = event._data or {}
        yield from exported(kept.choice, kept.run.trace, asked) if kept else [expired(asked)]

    def _on_rest(self, kept: SessionState | None) -> Iterator[Payload]:
        """What is made of a run once its result rests on the page."""
        for shown in made_later(kept, self.films.read):
            yield shown.payload

    def _on_again(self, kept: SessionState | None) -> Iterator[tuple[Payload, Any]]:
        for shown in shown_again(kept, self.films.read):
            yield _remembered(shown)

    def _change(self, run: CorrectedRun, film: Radiograph, asked: dict[str, Any], visitor: str) -> CorrectedRun:
        """The run after what the player asked for. Raises Asks, Refused, CannotAdd, BundleError, Dismissed."""
        match asked:
            case {"action": "undo"}:
                return run.undo()
            case {"action": "redo"}:
                return run.redo()
            case {"action": "go on", "direction": "up" | "down" as direction}:
                with self._turn(visitor):
                    return gone_on(self.service, run, film, direction)
            case {"action": "add", "point": [x, y]}:
                with self._turn(visitor):
                    return added(self.service, run, film, Point(float(x), float(y)), asked)
            case {"action": "reshape", "number": int(number), "outline": [*corners]}:
                return reshaped(run, film, number, [float(corner) for corner in corners], asked)
            case {"action": "again", "number": int(number), "point": [x, y]}:
                with self._turn(visitor):
                    method = self.service.method(run.trace.settings, None, run.trace.method)
                    return again(run, film, method, number, Point(float(x), float(y)))
            case {"action": "name" | "shift" | "reading" | "delete" | "lock" | "unlock" as action}:
                wanted = None if asked.get("number") is None else int(asked["number"])
                offset, close = int(asked.get("offset") or 0), bool(asked.get("close"))
                return confirmed(run, Correction(action, wanted, asked.get("level"), offset, close), asked)
        raise Refused("The page asked for a correction that does not exist: reload it.")

    @contextmanager
    def _turn(self, visitor: str) -> Iterator[None]:
        """The networks, at the visitor's turn. Raises Dismissed, and Refused when too many wait."""
        try:
            with self.queue.turn(visitor):
                yield
        except QueueFull as error:
            raise Refused(str(error)) from error

    def on_unload(self, request: gr.Request) -> None:
        """Who closes the page waits no longer."""
        self.queue.dismiss(str(request.session_hash))
        self.visits.leave(str(request.session_hash))


def _wishes(method: str, values: Sequence[float], starts: tuple[Point, ...]) -> Wishes:
    """What the visitor asks for: the sliders of the method that is chosen count."""
    return Wishes(limits.changed(method, values), starts, method)


def _of_another(error: Payload, choice: Choice) -> Payload:
    """Why a film cannot be read, with its name: another is on show."""
    return {**error, "what": f"{choice.name} was not taken. {error['what']}"}


def _points(text: str) -> tuple[Point, ...]:
    """The starting points that the player holds, as JSON pairs."""
    return tuple(Point(float(x), float(y)) for x, y in json.loads(text))


def _remembered(shown: Shown) -> tuple[Payload, Any]:
    """What is shown and what is remembered from now on."""
    return shown.payload, gr.skip() if shown.kept is None else shown.kept
