"""A visitor's film and run: what the page shows next, as payloads of the player."""

from __future__ import annotations

import tempfile
import uuid
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gradio import FileData

from spinefm.bundles import BundleError
from spinefm.export.result import write_zip
from spinefm.methods import CannotStart, film_record
from spinefm.radiograph import Radiograph, UnreadableFilm, read
from spinefm.trace import Event, Finished, Trace
from spinefm.ui.examples import Example
from spinefm.ui.player import (
    event_payload,
    failed_payload,
    film_payload,
    player_payload,
    standalone_page,
    trace_payload,
)
from spinefm.ui.player.payload import Payload, Status
from spinefm.ui.workbench import Workbench

NO_FILM = "No film is chosen: drop one on the left, or pick an example."
GONE = "The uploaded film was removed after half an hour: upload it again."


@dataclass(frozen=True)
class Choice:
    """The film a visitor chose: an upload, or an example of that name."""

    path: Path
    name: str
    example: str | None = None

    def read(self) -> Radiograph:
        """The film. Raises UnreadableFilm, also when the upload has expired."""
        if not self.path.is_file():
            raise UnreadableFilm(GONE)
        return read(self.path, self.name)


@dataclass
class Progress:
    """The events of a run under way, each turned into plain data once."""

    film: Radiograph
    run: str
    example: str | None
    film_data: Payload
    events: list[Event] = field(default_factory=list)
    entries: list[Payload] = field(default_factory=list)

    def add(self, event: Event) -> Payload:
        """The payload after one more event."""
        self.events.append(event)
        self.entries.append(event_payload(event))
        return self.payload()

    def payload(self, status: Status = "running", **more: Any) -> Payload:
        """The payload as it stands; its lists are copies, because the page compares it with the one before."""
        entries = [*self.entries]
        return player_payload(
            self.run, status, self.film, self.film_data, self.events, entries, example=self.example, **more
        )


def new_run() -> str:
    """A name for a run that no other has."""
    return uuid.uuid4().hex[:12]


def opened(choice: Choice | None) -> Payload:
    """The chosen film before any run, or the reason why it cannot be read."""
    if choice is None:
        return player_payload(new_run(), "empty")
    try:
        film = choice.read()
    except UnreadableFilm as error:
        return failed_payload(new_run(), str(error))
    return player_payload(new_run(), "ready", film, example=choice.example)


def example_payloads(example: Example) -> Iterator[Payload]:
    """An example with its finished run where there is one, else the film alone."""
    film, trace = example.read(), example.finished()
    if trace is None:
        yield player_payload(new_run(), "ready", film, example=example.name)
        return
    with result_zip(trace, film) as download:
        yield trace_payload(trace, film, new_run(), example=example.name, download=download)


def waiting() -> Payload:
    """A run that has been asked for and waits for its turn."""
    return player_payload(new_run(), "waiting")


def run_steps(bench: Workbench, choice: Choice | None) -> Iterator[Payload]:
    """One run on the chosen film: a payload for the film, one for each event, and one for the result or the failure."""
    run = new_run()
    try:
        if choice is None:
            raise UnreadableFilm(NO_FILM)
        film = choice.read()
    except UnreadableFilm as error:
        yield failed_payload(run, str(error))
        return
    progress = Progress(film, run, choice.example, film_payload(film))
    yield progress.payload()
    try:
        yield from _computed(bench, progress)
    except (CannotStart, BundleError) as error:
        yield failed_payload(run, str(error), film, events=progress.events, example=choice.example)


def _computed(bench: Workbench, progress: Progress) -> Iterator[Payload]:
    method = bench.method({}, None)
    for event in method.run(progress.film):
        yield progress.add(event)
    if not any(isinstance(event, Finished) for event in progress.events):
        raise CannotStart("The run ended before it was finished: run it again.")
    trace = Trace.from_events(film_record(progress.film), method.name, method.settings, progress.events)
    with result_zip(trace, progress.film) as download:
        yield progress.payload("finished", download=download)


@contextmanager
def result_zip(trace: Trace, film: Radiograph) -> Iterator[dict[str, Any]]:
    """The run's files as one zip, there until the page has copied it to its cache, where it expires."""
    stem = Path(trace.film.name).stem or "film"
    with tempfile.TemporaryDirectory(prefix="spinefm-") as folder:
        path = Path(folder) / f"{stem}.zip"
        write_zip(path, trace, film)
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{stem}/player.html", standalone_page(trace_payload(trace, film, new_run())))
        yield FileData(path=str(path), orig_name=path.name).model_dump()
