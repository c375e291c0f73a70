"""One film of an evaluation: its picture with outlines, and its steps in the player."""

from __future__ import annotations

import base64
from dataclasses import asdict
from typing import Any

from spinefm.evaluation import RunError, RunFolder
from spinefm.evaluation.results import FilmResult
from spinefm.export.result import result_name
from spinefm.trace.model import Trace
from spinefm.ui.server.explorer.columns import is_simulated
from spinefm.ui.server.player import player_payload
from spinefm.ui.server.player.measures import measures_payload
from spinefm.ui.server.player.payload import Payload
from spinefm.ui.server.sessions import new_run

REPLAY = (
    "These are the steps of a film in Explore, as they were evaluated; the browser's Back leads there again. "
    "To run a film, choose one above."
)
"""The line under such a film: it cannot be run or corrected."""


def looked_at(folder: RunFolder, film: str) -> dict[str, Any]:
    """A film's picture, size and outlines. Raises RunError for a film that is not in the run."""
    result = _result(folder, film)
    return {
        "width": result.row.width,
        "height": result.row.height,
        "url": _picture(folder, film),
        "drawing": asdict(result.drawing),
    }


def steps_payload(folder: RunFolder, film: str, event: int | None) -> Payload:
    """A film's run for the player, which opens at `event` (None: at its end). Raises RunError."""
    result, trace = _result(folder, film), folder.trace(film)
    data = {
        "url": _picture(folder, film),
        "width": result.row.width,
        "height": result.row.height,
        "name": film,
        "stem": result_name(film),
        "spacing": _spacing(trace),
    }
    more: dict[str, Any] = {"at": event, "method": trace.method, "replay": True, "measures": measures_payload(trace)}
    more["simulated"] = is_simulated(folder.plan(), film)
    more["remarks"] = [REPLAY]
    if result.row.failure:
        more["notices"] = [result.row.failure]
    return player_payload(new_run(), "finished", film_data=data, events=trace.events, trace=trace, **more)


def _result(folder: RunFolder, film: str) -> FilmResult:
    result = folder.done(film)
    if result is None:
        raise RunError(f"{film} has no complete result in this evaluation; choose another film.")
    return result


def _picture(folder: RunFolder, film: str) -> str | None:
    content = folder.preview(film)
    return None if content is None else "data:image/jpeg;base64," + base64.b64encode(content).decode()


def _spacing(trace: Trace) -> dict[str, Any] | None:
    film = trace.film
    return None if film.spacing_mm is None else {"mm": round(film.spacing_mm, 4), "source": film.spacing_source}
