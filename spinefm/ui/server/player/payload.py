"""A run as plain data for the browser: beats of drawing primitives, rounded numbers, one line of text an event.

Every function is pure. A whole run stays under 400 KB; the film travels beside it as a data URL.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, Literal

import cv2
import numpy as np

from spinefm.core.levels import PALETTE, Level
from spinefm.core.numbers import percent
from spinefm.export.result import result_name
from spinefm.imaging.radiograph import Radiograph
from spinefm.measure.doubt import doubtful, promised_outline
from spinefm.methods.base.events import Located
from spinefm.methods.drawings import beats_of, verbs_of
from spinefm.trace.captions import caption
from spinefm.trace.doubt import DOUBT
from spinefm.trace.model import Corrected, Finished, Named, Trace, names_replaced, result
from spinefm.trace.primitives import Beat, plain
from spinefm.trace.registry import Event
from spinefm.ui.server.player.measures import measures_payload
from spinefm.ui.server.player.summary import ends, names_sure, vertebra_rows

Payload = dict[str, Any]
Status = Literal["empty", "ready", "waiting", "running", "finished", "failed", "cancelled"]

UNCHANGED: Payload = {"run": "same"}
"""Leaves the player as it is. `gr.skip()` would not: gradio then makes another player for the visitor, which sends
payloads as objects and, of each, the difference to the one before it."""
FILM_SIDE = 1600
"""Longest side, in pixels, of the film as the browser gets it."""
FILM_QUALITY = 92
"""JPEG quality of that film; the run itself reads the original."""


def film_payload(film: Radiograph) -> Payload:
    """The film as a data URL, with its true size in pixels, its name, what files made of it are called, and scale."""
    spacing = film.spacing
    return {
        "url": _data_url(film),
        "width": film.width,
        "height": film.height,
        "name": film.provenance.name,
        "stem": result_name(film.provenance.name),
        "spacing": None if spacing is None else {"mm": round(spacing.mm, 4), "source": spacing.source},
    }


def _data_url(film: Radiograph) -> str:
    shrink = min(1.0, FILM_SIDE / max(film.size))
    pixels = cv2.resize(film.pixels, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    _, encoded = cv2.imencode(".jpg", np.round(pixels * 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, FILM_QUALITY])
    return "data:image/jpeg;base64," + base64.b64encode(encoded.tobytes()).decode()


def event_payload(event: Event, beats: Iterable[Beat]) -> Payload:
    """An event as the player gets it: its kind, its line in the log, and the beats that draw it."""
    return {"kind": event.kind, "text": caption(event), "beats": [plain(beat) for beat in beats]}


def entries_of(method: str, events: Sequence[Event]) -> list[Payload]:
    """All events of a run of the method called `method`, as the player gets them."""
    drawn = zip(events, beats_of(method, events), strict=True)
    return [event_payload(event, beats) for event, beats in drawn]


def notices(film: Radiograph | None, events: Iterable[Event]) -> list[str]:
    """What a reader must know before trusting the picture: one line each, shown in amber under the film."""
    lines = list(film.provenance.notes[-1:]) if film and film.provenance.inverted else []
    for event in _latest_names(events):
        match event:
            case Located() if event.limit_used < event.score_limit:
                lines.append(
                    f"Fewer than three vertebrae scored {percent(event.score_limit)}: "
                    f"the detector's limit was lowered to {percent(event.limit_used)}."
                )
            case Named(anchor=None):
                lines.append(
                    event.note or "Neither C2 nor S1 was recognised: names are relative, V1 is the topmost one."
                )
            case Named() if event.note:
                lines.append(event.note)
            case Finished():
                lines.extend(event.notes)
    return list(dict.fromkeys(lines))


def readings(events: Sequence[Event]) -> list[Payload]:
    """The namings that a finished run offers and that are not those on show: what its button says, and its change."""
    named = next((event for event in events if isinstance(event, Named)), None)
    found = result(events)
    if named is None or tuple(vertebra.number for vertebra in found) != named.vertebrae:
        return []
    shown = tuple(vertebra.level for vertebra in found)
    offered = [(place, one) for place, one in enumerate((named.best, named.second)) if one and one.levels != shown]
    if any(isinstance(event, Corrected) and event.action == "name" for event in events):
        return []
    return [
        {"label": f"name them {one.words}", "change": {"action": "reading", "offset": place}} for place, one in offered
    ]


def _latest_names(events: Iterable[Event]) -> list[Event]:
    """The events without names that a correction replaced by others."""
    known = list(events)
    replaced = names_replaced(known)
    return [event for event in known if not (replaced and isinstance(event, Named))]


def remarks(film: Radiograph | None) -> list[str]:
    """How the film was read, where that was not as the file has it: quiet lines, no warnings."""
    if film is None:
        return []
    notes = film.provenance.notes
    return list(notes[:-1] if film.provenance.inverted else notes)


def player_payload(
    run: str,
    status: Status,
    film: Radiograph | None = None,
    film_data: Payload | str | None = None,
    events: Sequence[Event] = (),
    entries: Sequence[Payload] | None = None,
    method: str = "spinefm",
    trace: Trace | None = None,
    **more: Any,
) -> Payload:
    """What the player shows: `run` names the run.

    trace: of a finished run, which says whose outlines are doubtful.

    film_data, entries: `film_payload(film)`, or "same" for the film on show, and `entries_of(method, events)`, where
    they are at hand already. more: further entries, or others in the place of these; such as `download` and `example`.
    """
    known = entries_of(method, events) if entries is None else list(entries)
    return {
        "run": run,
        "status": status,
        "film": film_data or (film_payload(film) if film else None),
        "entries": known,
        "total": len(known),
        "verbs": [asdict(verb) for verb in verbs_of(method)],
        "rows": vertebra_rows(events, doubtful(trace) if trace else ()),
        "promised": promised_outline(trace.method, trace.settings) if trace else None,
        "ends": ends(events),
        "names_sure": names_sure(events),
        "ran": ran(events),
        "notices": notices(film, events),
        "readings": readings(events),
        "remarks": remarks(film),
        "colours": colours(),
        "doubt": DOUBT,
        "simulated": bool(more.get("example")),
        "error": None,
        **more,
    }


def more_payload(
    run: str, film: Radiograph, events: Sequence[Event], entries: Sequence[Payload], window: int
) -> Payload:
    """What the last event of a run under way adds: the last `window` events, in case a message is skipped."""
    start = max(0, len(entries) - window)
    return {
        "run": run,
        "status": "running",
        "from": start,
        "entries": list(entries[start:]),
        "total": len(entries),
        "notices": notices(film, events),
    }


def ran(events: Sequence[Event]) -> Payload | None:
    """How long a finished run took, and on what."""
    finished = next((event for event in events if isinstance(event, Finished)), None)
    if finished is None:
        return None
    seconds = finished.seconds.get("total", sum(finished.seconds.values()))
    facts = {"device": finished.device, "bundle": finished.bundle}
    return {"seconds": f"{seconds:.1f}", "computed": round(seconds, 3), **facts}


def trace_payload(trace: Trace, film: Radiograph, run: str, **more: Any) -> Payload:
    """A finished run with its measures, from its trace."""
    more = {"method": trace.method, "trace": trace, "measures": measures_payload(trace, film), **more}
    return player_payload(run, "finished", film, events=trace.events, **more)


def failed_payload(run: str, message: str, film: Radiograph | None = None, **more: Any) -> Payload:
    """A run that cannot be: `message` says what is wrong, a colon or semicolon, and what to do."""
    what, *remedies = re.split("[:;] ", message, maxsplit=1)
    remedy = remedies[0] if remedies else ""
    error = {"what": what + ("." if remedy else ""), "remedy": remedy[:1].upper() + remedy[1:]}
    return player_payload(run, "failed", film, **{**more, "error": error})


def colours() -> dict[str, str]:
    """The fixed colour of every name: levels, and V1 … V25 for vertebrae that nothing names."""
    relative = {f"V{number}": PALETTE[(number - 1) % len(PALETTE)] for number in range(1, 26)}
    return {**{level.name: level.colour for level in Level}, **relative}
