"""A visitor's film and run: what the page shows next, as payloads of the player."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from spinefm.core.foreign import without_folders
from spinefm.core.geometry import Point
from spinefm.data.archive import NO_ROOM
from spinefm.imaging.radiograph import READ, Radiograph, UnreadableFilm
from spinefm.measure.doubt import doubtful
from spinefm.methods import TITLES, CannotAdd, CannotStart, Method, film_record, quarters
from spinefm.methods.base.events import Viewed
from spinefm.methods.base.protocol import Direction
from spinefm.methods.drawings import drawing_of
from spinefm.methods.registry import method_spec
from spinefm.trace.model import Finished, Setting, Trace
from spinefm.trace.registry import Event
from spinefm.ui.server.comparison import compare
from spinefm.ui.server.corrections import CorrectedRun, Refused, carried, extended
from spinefm.ui.server.examples import Choice, Example
from spinefm.ui.server.exports import offered
from spinefm.ui.server.gathering import gathered
from spinefm.ui.server.housekeeping import KEPT_FOR
from spinefm.ui.server.limits import made
from spinefm.ui.server.model_service import ModelService, ServiceError
from spinefm.ui.server.player import (
    event_payload,
    failed_payload,
    film_payload,
    player_payload,
    trace_payload,
)
from spinefm.ui.server.player.measures import measures_payload
from spinefm.ui.server.player.payload import Payload, Status, more_payload, remarks
from spinefm.ui.server.player.summary import vertebra_rows
from spinefm.ui.server.questions import Asked, Asks, about_adding
from spinefm.ui.server.recent_films import Read
from spinefm.ui.server.result_zip import result_zip
from spinefm.ui.server.sittings import Sitting
from spinefm.weights.load import BundleError

BROKEN = "The run stopped on an error in the program: try another film, and report this one."
NO_ZIP = "The zip of this result could not be made, because the server's disk is full: try again in a few minutes."
ZIP_FAILED = "The zip of this result could not be made: export its files one by one, and report this film."
A_ZIP = "a ZIP archive"
UNPACK = (
    "unpack it and drop one film at a time, or bring films with their truth as a zip to Explore; "
    "the command spinefm batch takes many"
)
NO_FILM = "No film is chosen: drop one anywhere on this page, or pick an example."


WINDOW = 12
"""Events that a message of a run holds at least, for a browser that was too busy to take the message before."""
GATHER = 0.03
"""Seconds for which events of a run wait for others, to be sent in one message."""
RELOAD = f"Film, result, corrections and measures come back when this page is reloaded within {KEPT_FOR}."


@dataclass
class RunProgress:
    """The events of a run under way, each turned into plain data and sent once."""

    film: Radiograph
    run: str
    example: str | None
    method: str = "spinefm"
    events: list[Event] = field(default_factory=list)
    entries: list[Payload] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._drawing = drawing_of(self.method)
        self._sent = 0

    def add(self, *events: Event) -> Payload:
        """What more events add; the message before is repeated."""
        before, self._sent = self._sent, len(self.entries)
        for event in events:
            self.events.append(event)
            self.entries.append(event_payload(event, self._drawing.beats(event)))
        window = max(WINDOW, len(self.entries) - before)
        return more_payload(self.run, self.film, self.events, self.entries, window)

    def begun(self) -> Payload:
        """The run before its first event, with the film."""
        return self._payload("running", film_payload(self.film), [])

    def finished(self, **more: Any) -> Payload:
        """What a finished run adds to what was sent."""
        start = max(0, min(self._sent, len(self.entries) - WINDOW))
        payload = self._payload("finished", "same", self.entries[start:], **more)
        return {**payload, "from": start, "total": len(self.entries)}

    def failed(self, message: str, click: bool = False) -> Payload:
        """The payload of a run that ended here; with `click` the reader is to click starting points.

        A film that was refused for its view is no film to click on.
        """
        more = {"film_data": "same", "events": self.events, "entries": self.entries, "example": self.example}
        payload = failed_payload(self.run, message, self.film, **more)
        seen = self.events[-1] if self.events else None
        unlike = isinstance(seen, Viewed) and seen.refused
        return {**payload, "error": {**payload["error"], "click": click and not unlike, "anyway": unlike}}

    def _payload(self, status: Status, film: Payload | str, entries: Sequence[Payload], **more: Any) -> Payload:
        more = {"example": self.example, **more}
        return player_payload(self.run, status, self.film, film, self.events, entries, self.method, **more)


@dataclass(frozen=True)
class SessionState:
    """What the page remembers of a visitor's last finished run: the film and the run with its corrections.

    shown: the run's name on the page, which holds its events under it.
    """

    choice: Choice
    run: CorrectedRun
    shown: str = ""


@dataclass(frozen=True)
class Shown:
    """What the page shows, and what it remembers from now on (None: what it did before)."""

    payload: Payload
    kept: SessionState | None = None


def new_run() -> str:
    """A name for a run that no other has."""
    return uuid.uuid4().hex[:12]


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
        yield from _result(SessionState(example.choice(), CorrectedRun(trace)), film, play=True)


def recalled(sitting: Sitting, read: Read = Choice.read) -> Iterator[Shown]:
    """What a reload brings back: the film, with its run where one had finished; nothing where the film is gone."""
    try:
        film = read(sitting.choice)
    except UnreadableFilm:
        return
    if sitting.run is None:
        yield Shown(opened(sitting.choice, read))
    else:
        yield from _result(SessionState(sitting.choice, sitting.run), film)


def still_shown(kept: SessionState | None, error: Payload, read: Read = Choice.read) -> Shown | None:
    """The visitor's own result with the `error` of another file above it; None where there is none any more."""
    if kept is None or choice_is_example(kept.choice):
        return None
    try:
        return next(_result(kept, read(kept.choice), error=error, later=True))
    except UnreadableFilm:
        return None


def _result(kept: SessionState, film: Radiograph, **more: Any) -> Iterator[Shown]:
    """A finished run with its corrections."""
    more = {"example": kept.choice.example, "corrections": undo_payload(kept.run), "made": made(kept.run.trace), **more}
    more["exports"] = offered(kept.choice)
    if kept.choice.example is None:
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
        with result_zip(kept.run.trace, film, simulated=choice_is_example(kept.choice)) as download:
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
    yield from _result(after, film, film_data="same")


def _answer(question: Payload | None = None, refused: str | None = None) -> Payload:
    """What is said about the run on show; its number makes the same words news when they are said twice."""
    return {"run": "same", "question": question, "refused": refused, "answer": new_run()}


def shown_again(kept: SessionState | None, read: Read = Choice.read) -> Iterator[Shown]:
    """The remembered run as a whole, for a player that missed a part of it."""
    if kept is not None:
        yield from recalled(Sitting(kept.choice, kept.run), read)


def undo_payload(run: CorrectedRun) -> Payload:
    """What undo would take back and redo do again, in words; None where there is nothing."""
    words = [_last_words(run.done[-1:]), _last_words(run.undone[:1])]
    return dict(zip(("undo", "redo"), words, strict=True))


def _last_words(traces: Sequence[Trace]) -> str | None:
    if not traces:
        return None
    return traces[0].corrections[-1].text if traces[0].corrections else "the run without corrections."


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


def waiting(ahead: int) -> Payload:
    """A run that has been asked for while `ahead` others were under way or waiting."""
    return {**player_payload(new_run(), "waiting", ahead=ahead), "film": "same"}


@dataclass(frozen=True)
class Wishes:
    """What a visitor asks of a run: the method, changed settings, and starting points in place of the detector's."""

    settings: Mapping[str, Setting] = field(default_factory=dict)
    starting_points: tuple[Point, ...] = ()
    method: str = "spinefm"

    def changed(self, choice: Choice) -> Mapping[str, Setting]:
        """The changed settings; a film that is to be run anyway is not refused."""
        asks = "view_check" in method_spec(self.method).config.model_fields
        return {**self.settings, "view_check": "warn"} if choice.anyway and asks else self.settings

    def used_points(self) -> tuple[Point, ...]:
        """The starting points, where the method takes any."""
        return self.starting_points if method_spec(self.method).takes_starts else ()


def run_steps(
    service: ModelService,
    choice: Choice | None,
    wishes: Wishes | None = None,
    before: SessionState | None = None,
    read: Read = Choice.read,
) -> Iterator[Shown]:
    """One run on the chosen film: the film, each event as it comes, and the result or the failure.

    The result's measures and zip are `made_later`.
    before: the last finished run; the result is compared with it when it was on the same film.
    """
    run = new_run()
    try:
        if choice is None:
            raise UnreadableFilm(NO_FILM)
        film = read(choice)
    except UnreadableFilm as error:
        yield Shown(failed_payload(run, str(error)))
        return
    wanted = wishes or Wishes()
    progress = RunProgress(film, run, choice.example, wanted.method)
    yield Shown(progress.begun())
    try:
        method = service.method(wanted.changed(choice), wanted.used_points() or None, wanted.method)
        for events in gathered(iter(method.run(film)), GATHER):
            news = progress.add(*events)
            if not isinstance(events[-1], Finished):  # the result says the rest
                yield Shown(news)
        kept = SessionState(choice, CorrectedRun(_trace(method, progress)))
    except (CannotStart, BundleError, ServiceError) as error:
        sentence = without_folders(str(error))
        click = isinstance(error, CannotStart) and method_spec(wanted.method).takes_starts
        yield Shown(progress.failed(sentence, click=click))
        return
    except Exception:
        yield Shown(progress.failed(BROKEN))
        raise
    yield _finished(progress, kept, wanted, before)


def _trace(method: Method, progress: RunProgress) -> Trace:
    if not any(isinstance(event, Finished) for event in progress.events):
        raise CannotStart("The run stopped before it finished: run it again.")
    return Trace.from_events(film_record(progress.film), method.name, method.settings, progress.events)


def _finished(progress: RunProgress, kept: SessionState, wanted: Wishes, before: SessionState | None) -> Shown:
    """The result, compared with the run before on the same film."""
    earlier = before if before is not None and before.choice == kept.choice else None
    former = earlier.run if earlier else None
    trace = carried(former.trace, kept.run.base) if former else kept.run.base
    for event in trace.events[len(progress.events) :]:
        progress.add(event)
    run = former.followed_by(trace) if former and former.done else CorrectedRun(trace)
    comparison = {**compare(earlier.run.trace, trace), **_earlier(earlier)} if earlier else None
    more: Payload = {"comparison": comparison, "corrections": undo_payload(run), "made": made(trace), "later": True}
    payload = progress.finished(**more, trace=trace, exports=offered(kept.choice))
    lines = [*payload["notices"], *_left_out(wanted, former, trace)]
    quiet = payload["remarks"] if choice_is_example(kept.choice) else [*payload["remarks"], RELOAD]
    return Shown({**payload, "notices": lines, "remarks": quiet}, SessionState(kept.choice, run, progress.run))


def choice_is_example(choice: Choice) -> bool:
    """Whether the film is one of the page's own."""
    return choice.example is not None


def _earlier(kept: SessionState) -> Payload:
    """The run before, for a player that shows both: it holds the events of that run already."""
    rows = [row for row in vertebra_rows(kept.run.trace.events, doubtful(kept.run.trace)) if row["found"]]
    return {
        "run": kept.shown,
        "names": [(row["number"], row["name"]) for row in rows],
        "doubtful": [row["number"] for row in rows if row["doubtful"]],
        "anchor": next((row["number"] for row in rows if row["anchor"]), None),
    }


def _left_out(wanted: Wishes, former: CorrectedRun | None, trace: Trace) -> Iterator[str]:
    """What the reader clicked or corrected that is not in this run."""
    if wanted.starting_points and not wanted.used_points():
        title = next(title for title, name in TITLES.items() if name == wanted.method)
        yield f"{title} takes no starting points: those clicked were not used."
    if former is not None and former.trace.corrections and not _all_kept(former.trace, trace):
        kept = ", except for locked vertebrae" if former.trace.locked else ""
        yield f"This run starts without the corrections of the run before{kept}; undo restores that run."


def _all_kept(former: Trace, trace: Trace) -> bool:
    """Whether the run before had only corrections that this one carries on: locks, or none that changed anything."""
    return bool(trace.locked) and all(c.action in ("lock", "unlock", "keep") for c in former.corrections)
