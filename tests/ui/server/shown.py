"""What tests ask of all that is shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from spinefm.ui.server.sessions import SessionState, Shown


def only(all_shown: Iterable[Shown]) -> dict[str, Any]:
    (shown,) = all_shown
    return shown.payload


def remembered(all_shown: Iterable[Shown]) -> SessionState:
    """What the page remembers afterwards."""
    return [shown.kept for shown in all_shown if shown.kept is not None][-1]


def last_of(all_shown: Iterable[Shown]) -> Shown:
    return list(all_shown)[-1]


def result_of(all_shown: Iterable[Shown]) -> dict[str, Any]:
    """The last payload that is more than the news of a packed zip."""
    return [shown.payload for shown in all_shown if not shown.payload.get("packed")][-1]
