"""A run on the chosen film: what a visitor asks of it, its steps as they come, and its result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from spinefm.core.foreign import without_folders
from spinefm.core.geometry import Point
from spinefm.imaging.radiograph import UnreadableFilm
from spinefm.measure.doubt import doubtful
from spinefm.methods import TITLES, CannotStart, Method, film_record
from spinefm.methods.registry import method_spec
from spinefm.trace.model import Finished, Setting, Trace
from spinefm.ui.server.comparison import compare
from spinefm.ui.server.corrections import CorrectedRun, carried
from spinefm.ui.server.examples import Choice
from spinefm.ui.server.exports import offered
from spinefm.ui.server.gathering import gathered
from spinefm.ui.server.limits import made
from spinefm.ui.server.model_service import ModelService, ServiceError
from spinefm.ui.server.player import failed_payload, player_payload
from spinefm.ui.server.player.payload import Payload
from spinefm.ui.server.player.summary import vertebra_rows
from spinefm.ui.server.recent_films import Read
from spinefm.ui.server.run_progress import RunProgress
from spinefm.ui.server.sessions import SessionState, Shown, new_run
from spinefm.ui.server.showing import RELOAD, undo_payload
from spinefm.weights.manifest import BundleError

BROKEN = "The run stopped on an error in the program: try another film, and report this one."
NO_FILM = "No film is chosen: drop one anywhere on this page, or pick an example."
GATHER = 0.03
"""Seconds for which events of a run wait for others, to be sent in one message."""


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
        trace = _trace(method, progress)
    except (CannotStart, BundleError, ServiceError) as error:
        sentence = without_folders(str(error))
        click = isinstance(error, CannotStart) and method_spec(wanted.method).takes_starts
        yield Shown(progress.failed(sentence, click=click))
        return
    except Exception:
        yield Shown(progress.failed(BROKEN))
        raise
    yield _finished(progress, choice, trace, wanted, before)


def _trace(method: Method, progress: RunProgress) -> Trace:
    if not any(isinstance(event, Finished) for event in progress.events):
        raise CannotStart("The run stopped before it finished: run it again.")
    return Trace.from_events(film_record(progress.film), method.name, method.settings, progress.events)


def _finished(
    progress: RunProgress, choice: Choice, trace: Trace, wanted: Wishes, before: SessionState | None
) -> Shown:
    """The result, compared with the run before on the same film; what is carried on from that one is a part of it."""
    earlier = before if before is not None and before.choice == choice else None
    former = earlier.run if earlier else None
    run = _following(former, trace)
    progress.take(run.trace.events[len(progress.events) :])
    payload = progress.finished(
        trace=run.trace,
        comparison={**compare(earlier.run.trace, run.trace), **_earlier(earlier)} if earlier else None,
        corrections=undo_payload(run),
        made=made(run.trace),
        exports=offered(choice),
        later=True,
    )
    lines = [*payload["notices"], *_left_out(wanted, former, run.trace)]
    quiet = payload["remarks"] if choice.is_example else [*payload["remarks"], RELOAD]
    return Shown({**payload, "notices": lines, "remarks": quiet}, SessionState(choice, run, progress.run))


def _following(former: CorrectedRun | None, trace: Trace) -> CorrectedRun:
    """A finished run with what is carried on from the one before on its film; undo restores that one."""
    if former is None:
        return CorrectedRun(trace)
    further = carried(former.trace, trace)
    return former.followed_by(further) if former.done else CorrectedRun(further)


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
