"""A visitor's film and run: what the page remembers of them, and what it shows."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from spinefm.ui.server.corrections import CorrectedRun
from spinefm.ui.server.examples import Choice
from spinefm.ui.server.player.payload import Payload


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
