"""A run under way as the page gets it: each event once, in messages that repeat what came just before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from spinefm.imaging.radiograph import Radiograph
from spinefm.methods.base.events import Viewed
from spinefm.methods.drawings import drawing_of
from spinefm.trace.registry import Event
from spinefm.ui.server.player import event_payload, failed_payload, film_payload, player_payload
from spinefm.ui.server.player.payload import Payload, Status, more_payload

WINDOW = 12
"""Events that a message of a run holds at least, for a browser that was too busy to take the message before."""


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
        self.take(events)
        window = max(WINDOW, len(self.entries) - before)
        return more_payload(self.run, self.film, self.events, self.entries, window)

    def take(self, events: Iterable[Event]) -> None:
        """More events, which the result will send."""
        for event in events:
            self.events.append(event)
            self.entries.append(event_payload(event, self._drawing.beats(event)))

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
