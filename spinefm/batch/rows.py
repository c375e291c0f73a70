"""From what became of a film to its rows in the three tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from spinefm.batch.manifest import FilmEntry
from spinefm.batch.tables import DONE, FAILED
from spinefm.core.foreign import without_folders
from spinefm.core.rle import counts_of
from spinefm.export.cells import rounded
from spinefm.export.measures import DIGITS
from spinefm.export.subject import notes_of
from spinefm.imaging.radiograph import Radiograph, UnreadableFilm, printable, quarters_rotated
from spinefm.measure import Facing, Measure, Measures, attempt
from spinefm.measure.doubt import doubtful
from spinefm.methods import CannotStart, FilmOutcome
from spinefm.methods.base.events import Viewed
from spinefm.methods.decisions import decisions_of
from spinefm.trace.model import Named, Reading, Trace, Vertebra

Row = Mapping[str, Any]
"""A row of a table: column -> value; columns that are not there are null."""


@dataclass(frozen=True)
class FilmRows:
    """What a film adds to each table."""

    film: Row
    vertebrae: Sequence[Row] = ()
    measures: Sequence[Row] = ()


def rows_of(
    entry: FilmEntry, outcome: FilmOutcome, facing: Facing | None = None, spacing: float | None = None
) -> FilmRows:
    """The rows of a film that was run; `facing` and `spacing` (mm per pixel) as in `measure`, where they were given."""
    trace = outcome.trace
    if trace is None:
        return failed_rows(entry, sentence_of(outcome.error), outcome.film)
    known = attempt(trace, facing, spacing, outcome.film)
    unsure = doubtful(trace)
    notes = [*notes_of(trace), *known.warnings]
    return FilmRows(
        film=_head(entry, DONE) | _film(outcome.film, known.spacing_mm, notes) | _result(trace, known),
        vertebrae=[
            _vertebra(entry, order, one, trace, one.number in unsure) for order, one in enumerate(trace.vertebrae, 1)
        ],
        measures=[_measure(entry, one) for one in known],
    )


def failed_rows(entry: FilmEntry, sentence: str, film: Radiograph | None = None) -> FilmRows:
    """The row of a film that failed; `film` where it could at least be read."""
    known = _film(film, film.spacing.mm if film.spacing else None, film.provenance.notes) if film else {}
    return FilmRows(_head(entry, FAILED) | {"sentence": sentence, "vertebrae": 0, "doubtful": 0} | known)


def sentence_of(error: Exception | None) -> str:
    """Why a film failed; a fault of the program with its type."""
    if isinstance(error, (UnreadableFilm, CannotStart)):
        return printable(str(error))
    text = without_folders(" ".join(str(error).split()))
    return printable(f"The program failed on this film ({type(error).__name__}: {text}); report it.")


def _head(entry: FilmEntry, status: str) -> dict[str, Any]:
    return {"id": entry.id, "uri": entry.uri, "name": entry.name, "status": status}


def _film(film: Radiograph, spacing: float | None, notes: Sequence[str]) -> dict[str, Any]:
    return {
        "width": film.width,
        "height": film.height,
        "spacing_mm": spacing,
        "inverted": film.provenance.inverted,
        "quarters": quarters_rotated(film.provenance.notes),
        "notes": [printable(note) for note in notes],
    }


def _result(trace: Trace, measures: Measures) -> dict[str, Any]:
    anchor, ended = trace.anchor, decisions_of(trace.events).ends
    return {
        **_view(next(trace.of(Viewed), None)),
        "facing": measures.facing.side,
        "facing_probability": rounded(measures.facing.probability, 4),
        "vertebrae": len(trace.vertebrae),
        "doubtful": len(doubtful(trace)),
        "anchor": anchor.level.name if anchor else None,
        "anchor_source": anchor.source if anchor else None,
        **_names(next(trace.of(Named), None)),
        "stop_up": ended["up"].reason if "up" in ended else None,
        "stop_down": ended["down"].reason if "down" in ended else None,
    }


def _view(view: Viewed | None) -> dict[str, Any]:
    if view is None:
        return {}
    return {
        "view": view.view,
        "view_probability": rounded(view.views[view.view], 4),
        "lateral_probability": rounded(view.lateral, 4),
    }


def _names(named: Named | None) -> dict[str, Any]:
    """The likeliest namings of a run, where it weighed them."""
    if named is None:
        return {}
    return _reading("names", named.best) | _reading("second", named.second)


def _reading(key: str, reading: Reading | None) -> dict[str, Any]:
    if reading is None:
        return {}
    words = f"{reading.span} ({reading.variant})" if reading.variant else reading.span
    column = "names" if key == "names" else f"{key}_names"
    return {column: words, f"{key}_probability": rounded(reading.probability, 4)}


def _vertebra(entry: FilmEntry, order: int, one: Vertebra, trace: Trace, is_doubtful: bool) -> Row:
    (width, height), box = trace.film.size, one.mask.box
    return {
        "id": entry.id,
        "order": order,
        "number": one.number,
        "name": one.name,
        "level": one.level.name if one.level else None,
        "probability": rounded(one.probability, 4),
        "doubtful": is_doubtful,
        "x": rounded(one.centroid.x),
        "y": rounded(one.centroid.y),
        **{edge: getattr(box, edge) for edge in ("x0", "y0", "x1", "y1")},
        "area": one.mask.area,
        "corners": [rounded(value) for corner in one.corners for value in (corner.x, corner.y)],
        "mask_height": height,
        "mask_width": width,
        "mask_counts": counts_of(one.mask, (height, width)),
    }


def _measure(entry: FilmEntry, one: Measure) -> Row:
    digits = DIGITS[one.unit]
    return {
        "id": entry.id,
        "measure": one.key,
        "place": "-".join(one.levels),
        "value": rounded(one.value, digits),
        "unit": one.unit,
        "plus_minus": rounded(one.uncertainty, digits),
        "confidence": rounded(one.confidence, 4),
        "grade": one.grade or None,
        "doubt": one.doubt or None,
        "why_not": one.reason or None,
    }
