"""The run on show after a reader's correction, or why that cannot be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from spinefm.core.geometry import Point
from spinefm.imaging.radiograph import Radiograph, UnreadableFilm
from spinefm.methods import CannotAdd
from spinefm.methods.base.protocol import Direction
from spinefm.ui.server.corrections import CorrectedRun, Refused, extended
from spinefm.ui.server.examples import Choice
from spinefm.ui.server.model_service import ModelService, ServiceError
from spinefm.ui.server.player import failed_payload
from spinefm.ui.server.player.payload import Payload
from spinefm.ui.server.questions import Asked, Asks, about_adding
from spinefm.ui.server.recent_films import Read
from spinefm.ui.server.sessions import SessionState, Shown, new_run
from spinefm.ui.server.showing import result_shown
from spinefm.weights.manifest import BundleError

Change = Callable[[CorrectedRun, Radiograph], CorrectedRun]
"""What the reader wants of a run on a film. Raises Refused, CannotAdd or BundleError with one sentence."""


def corrected(kept: SessionState | None, change: Change, read: Read = Choice.read) -> Iterator[Shown]:
    """The remembered run after a correction, or as it was with a sentence on why that cannot be."""
    if kept is None:
        yield Shown(failed_payload(new_run(), "Only a finished run can be corrected: run the film first."))
        return
    try:
        film = read(kept.choice)
    except UnreadableFilm as error:
        yield Shown(failed_payload(new_run(), str(error)))
        return
    try:
        after = replace(kept, run=change(kept.run, film))
    except Asks as asks:
        yield Shown(_answer(question=asks.question.payload()))
        return
    except (Refused, CannotAdd, BundleError, ServiceError) as error:
        yield Shown(_answer(refused=str(error)))
        return
    yield from result_shown(after, film, film_data="same")


def _answer(question: Payload | None = None, refused: str | None = None) -> Payload:
    """What is said about the run on show; its number makes the same words news when they are said twice."""
    return {"run": "same", "question": question, "refused": refused, "answer": new_run()}


def gone_on(service: ModelService, run: CorrectedRun, film: Radiograph, direction: Direction) -> CorrectedRun:
    """The run after its induction in `direction` went on past its stop. Raises Refused, CannotAdd, BundleError."""
    addition = service.method(run.trace.settings, None, run.trace.method).go_on(film, run.trace, direction)
    return run.followed_by(extended(run.trace, "go on", addition))


def added(service: ModelService, run: CorrectedRun, film: Radiograph, point: Point, asked: Asked) -> CorrectedRun:
    """The run with the vertebra that the reader clicked.

    Raises Refused, CannotAdd, BundleError; Asks where it looks like none or others would be renamed.
    """
    addition = service.method(run.trace.settings, None, run.trace.method).add(film, run.trace, point)
    after = extended(run.trace, "add", addition)
    question = None if asked.get("sure") else about_adding(run.trace, after, asked)
    if question is not None:
        raise Asks(question)
    return run.followed_by(after)
