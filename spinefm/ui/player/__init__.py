"""The step player: a run as JSON for the browser, and the html, css and js that draw and replay it."""

from spinefm.ui.player.assets import markup, script, style
from spinefm.ui.player.payload import (
    event_payload,
    failed_payload,
    film_payload,
    player_payload,
    trace_payload,
)

__all__ = [
    "event_payload",
    "failed_payload",
    "film_payload",
    "markup",
    "player_payload",
    "script",
    "style",
    "trace_payload",
]
