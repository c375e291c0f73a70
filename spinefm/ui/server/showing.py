"""What the page shows of a film before its run and of a finished run, as payloads of the player."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from spinefm.data.archive import NO_ROOM
from spinefm.imaging.radiograph import READ, Radiograph, UnreadableFilm
from spinefm.methods import quarters
from spinefm.trace.model import Trace
from spinefm.ui.server.corrections import CorrectedRun
from spinefm.ui.server.examples import Choice, Example
from spinefm.ui.server.exports import offered
from spinefm.ui.server.housekeeping import KEPT_FOR
from spinefm.ui.server.limits import made
from spinefm.ui.server.model_service import ModelService, ServiceError
from spinefm.ui.server.player import failed_payload, player_payload, trace_payload
from spinefm.ui.server.player.measures import measures_payload
from spinefm.ui.server.player.payload import Payload, remarks
from spinefm.ui.server.recent_films import Read
from spinefm.ui.server.result_zip import result_zip
from spinefm.ui.server.sessions import SessionState, Shown, new_run
from spinefm.ui.server.sittings import Sitting
from spinefm.weights.manifest import BundleError

NO_ZIP = "The zip of this result could not be made, because the server's disk is full: try again in a few minutes."
ZIP_FAILED = "The zip of this result could not be made: export its files one by one, and report this film."
A_ZIP = "a ZIP archive"
UNPACK = (
    "unpack it and drop one film at a time, or bring films with their truth as a zip to Explore; "
    "the command spinefm batch takes many"
)
RELOAD = f"Film, result, corrections and measures come back when this page is reloaded within {KEPT_FOR}."


def set_upright(service: ModelService, choice: Choice, read: Read = Choice.read) -> Choice:
    """The film just brought, turned where the networks are sure that it lies on its side or upside down.

    It stays as it is where it cannot be read or no networks are there: the run will say so.
    """
    try:
        return choice.turned(turns) if (turns := quarters(service.method({}, None), read(choice))) else choice
    except (UnreadableFilm, BundleError, ServiceError):
        return choice


def opened(choice: Choice | None, read: Read = Choice.read) -> Payload:
    """The chosen film before any run, or the reason why it cannot be read."""
    if choice is None:
        return player_payload(new_run(), "empty")
    try:
        film = read(choice)
    except UnreadableFilm as error:
        return failed_payload(new_run(), _refusal(error))
    return player_payload(new_run(), "ready", film, example=choice.example)


def _refusal(error: UnreadableFilm) -> str:
    """Why a film cannot be read; of a zip, where on the page one can."""
    return str(error).replace(f"{A_ZIP}, which is not supported: give a {READ}", f"{A_ZIP}: {UNPACK}")


def example_shown(example: Example) -> Iterator[Shown]:
    """An example with its finished run where there is one, which plays at once, else the film alone."""
    film, trace = example.read(), example.finished()
    if trace is None:
        yield Shown(player_payload(new_run(), "ready", film, example=example.name))
    else:
        yield from result_shown(SessionState(example.choice(), CorrectedRun(trace)), film, play=True)


def recalled(sitting: Sitting, read: Read = Choice.read) -> Iterator[Shown]:
    """What a reload brings back: the film, with its run where one had finished; nothing where the film is gone."""
    try:
        film = read(sitting.choice)
    except UnreadableFilm:
        return
    if sitting.run is None:
        yield Shown(opened(sitting.choice, read))
    else:
        yield from result_shown(SessionState(sitting.choice, sitting.run), film)


def shown_again(kept: SessionState | None, read: Read = Choice.read) -> Iterator[Shown]:
    """The remembered run as a whole, for a player that missed a part of it."""
    if kept is not None:
        yield from recalled(Sitting(kept.choice, kept.run), read)


def still_shown(kept: SessionState | None, error: Payload, read: Read = Choice.read) -> Shown | None:
    """The visitor's own result with the `error` of another file above it; None where there is none any more."""
    if kept is None or kept.choice.is_example:
        return None
    try:
        return next(result_shown(kept, read(kept.choice), error=error, later=True))
    except UnreadableFilm:
        return None


def result_shown(kept: SessionState, film: Radiograph, **more: Any) -> Iterator[Shown]:
    """A finished run with its corrections."""
    more = {"example": kept.choice.example, "corrections": undo_payload(kept.run), "made": made(kept.run.trace), **more}
    more["exports"] = offered(kept.choice)
    if not kept.choice.is_example:
        more["remarks"] = [*remarks(film), RELOAD]
    payload = trace_payload(kept.run.trace, film, new_run(), **more)
    yield from _packed(payload, replace(kept, shown=payload["run"]), film)


def _packed(payload: Payload, kept: SessionState, film: Radiograph) -> Iterator[Shown]:
    """The result at once, then its zip: by then something newer may be remembered."""
    yield Shown(payload, kept)
    yield from _zipped(kept, film)


def _zipped(kept: SessionState, film: Radiograph) -> Iterator[Shown]:
    """The zip of the result on show, or a notice why there is none."""
    try:
        with result_zip(kept.run.trace, film, simulated=kept.choice.is_example) as download:
            yield _news(kept, download=download)
    except OSError as error:
        yield _news(kept, also=[NO_ZIP if error.errno in NO_ROOM else ZIP_FAILED])
        if error.errno not in NO_ROOM:
            raise


def _news(kept: SessionState, **more: Any) -> Shown:
    """What is added to the result on show; `also` are further notices."""
    return Shown({"run": kept.shown, "status": "finished", "packed": True, **more})


def made_later(kept: SessionState | None, read: Read = Choice.read) -> Iterator[Shown]:
    """Measures and zip of a finished run, which the page asks for once its result rests.

    Made earlier, they would take the time of the pictures that lead there.
    """
    if kept is None:
        return
    try:
        film = read(kept.choice)
    except UnreadableFilm as error:
        yield _news(kept, measures=measures_payload(kept.run.trace), also=[str(error)])
        return
    yield _news(kept, measures=measures_payload(kept.run.trace, film))
    yield from _zipped(kept, film)


def undo_payload(run: CorrectedRun) -> Payload:
    """What undo would take back and redo do again, in words; None where there is nothing."""
    words = [_last_words(run.done[-1:]), _last_words(run.undone[:1])]
    return dict(zip(("undo", "redo"), words, strict=True))


def _last_words(traces: Sequence[Trace]) -> str | None:
    if not traces:
        return None
    return traces[0].corrections[-1].text if traces[0].corrections else "the run without corrections."
