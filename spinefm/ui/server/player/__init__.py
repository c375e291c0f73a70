"""The step player: a run as JSON for the browser, and the html, css and js that draw and replay it."""

from spinefm.ui.server.player.assets import markup, script, style
from spinefm.ui.server.player.payload import (
    event_payload,
    failed_payload,
    film_payload,
    player_payload,
    trace_payload,
)
from spinefm.ui.server.player.standalone import standalone_page

__all__ = [
    "event_payload",
    "failed_payload",
    "film_payload",
    "markup",
    "player_payload",
    "script",
    "standalone_page",
    "style",
    "trace_payload",
]
