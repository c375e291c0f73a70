"""A film's rows: the values of its trace and its measures, and the sentence of one that failed."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from spinefm.batch.manifest import FilmEntry
from spinefm.batch.rows import FilmRows, failed_rows, rows_of, sentence_of
from spinefm.batch.tables import SCHEMAS, TABLE_NAMES
from spinefm.core.levels import Level
from spinefm.core.rle import mask_of
from spinefm.imaging.radiograph import Radiograph, UnreadableFilm
from spinefm.measure import Measures, guarded, measure
from spinefm.methods import CannotStart, FilmOutcome
from spinefm.methods.base.events import Viewed
from spinefm.trace.model import Named, Reading, Trace
from tests.export.handmade import handmade_film, handmade_trace, unnamed_vertebrae

ENTRY = FilmEntry("00ff", "file:///films/neck.png", "neck.png")
VIEW = Viewed(
    view="cervical", views={"cervical": 0.912345, "frontal": 0.05}, lateral=0.95, lateral_limit=0.35, turn=0,
    turn_probability=0.99, turn_limit=0.85, facing="left", facing_probability=0.97, distance=1.0, distance_limit=2.0,
    refused=False,
)  # fmt: skip


def rows(trace: Trace | None = None, film: Radiograph | None = None) -> FilmRows:
    """The rows of a run."""
    return rows_of(ENTRY, FilmOutcome(film or handmade_film(), trace or handmade_trace()))


def with_events(*events: object) -> Trace:
    """The handmade trace with more events in front."""
    made = handmade_trace()
    kept = [event for event in made.events if not (events and isinstance(event, type(events[0])))]
    return Trace(made.film, made.method, made.settings, (*events, *kept))


def test_every_column_is_filled_by_the_name_of_its_schema() -> None:
    seen = rows(with_events(VIEW))
    for name, found in zip(TABLE_NAMES, ([seen.film], seen.vertebrae, seen.measures), strict=True):
        unknown = {key for row in found for key in row} - set(SCHEMAS[name].names)
        assert not unknown and pa.Table.from_pylist(list(found), SCHEMAS[name]).num_rows == len(found)
    assert set(rows(with_names()).film) | set(seen.film) | {"sentence"} == set(SCHEMAS["films"].names)
    assert set(seen.vertebrae[0]) == set(SCHEMAS["vertebrae"].names)
    assert set(seen.measures[0]) == set(SCHEMAS["measures"].names)


def test_a_fault_at_measuring_costs_no_film(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> Measures:
        raise ZeroDivisionError("no width")

    monkeypatch.setattr(guarded, "measure", broken)
    seen = rows()
    assert (seen.film["status"], len(seen.vertebrae)) == ("done", len(handmade_trace().vertebrae))
    assert "(ZeroDivisionError: no width)" in seen.film["notes"][-1]
    assert all("no width" in row["why_not"] for row in seen.measures if row["measure"] == "slip")


def with_names() -> Trace:
    """A run that weighed two namings; the second one counts a thirteenth thoracic vertebra."""
    levels = (Level.C2, Level.C3, Level.C4)
    best = Reading(levels, 0.87654321)
    second = Reading((None, Level.L1, Level.L2), 0.1, "13 thoracic vertebrae")
    made = handmade_trace()
    named = Named((2, 1, 0), levels, made.anchor, "The names rest on C2.", best, second, 0.5)
    return with_events(named)


def test_the_film_and_its_result() -> None:
    film = rows().film
    assert (film["id"], film["uri"], film["name"], film["status"]) == (*vars_of(ENTRY), "done")
    assert (film["width"], film["height"], film["spacing_mm"]) == (120, 160, 0.5)
    assert (film["vertebrae"], film["doubtful"], film["anchor"]) == (3, 0, "C2")
    assert (film["anchor_source"], film["stop_up"], film["stop_down"]) == ("classifier", "C2", "background")
    assert film["notes"] == ["a note of the film", "a note of the run"]


def vars_of(entry: FilmEntry) -> tuple[str, str, str]:
    """Id, address and name."""
    return entry.id, entry.uri, entry.name


def test_what_kind_of_film_it_is() -> None:
    film = rows(with_events(VIEW)).film
    assert (film["view"], film["view_probability"], film["lateral_probability"]) == ("cervical", 0.9123, 0.95)
    assert film["facing"] == "left" and film["facing_probability"] > 0.9
    assert "view" not in rows().film


def test_the_likeliest_namings() -> None:
    film = rows(with_names()).film
    assert (film["names"], film["names_probability"]) == ("C2 to C4", 0.8765)
    assert (film["second_names"], film["second_probability"]) == ("T13 to L2 (13 thoracic vertebrae)", 0.1)
    assert "The names rest on C2." in film["notes"]


def test_a_vertebra() -> None:
    trace = handmade_trace()
    for order, (row, true) in enumerate(zip(rows().vertebrae, trace.vertebrae, strict=True), 1):
        assert (row["order"], row["number"], row["name"], row["level"]) == (order, true.number, true.name, true.name)
        assert (row["x"], row["y"], row["area"]) == (true.centroid.x, true.centroid.y, 1200)
        assert (row["probability"], row["doubtful"], len(row["corners"])) == (0.9877, False, 8)
        mask = mask_of(row["mask_counts"], (row["mask_height"], row["mask_width"]))
        assert np.array_equal(mask.on_film((160, 120)), true.mask.on_film((160, 120)))


def test_vertebrae_without_names() -> None:
    found = rows(handmade_trace(unnamed_vertebrae())).vertebrae
    assert [(row["name"], row["level"]) for row in found] == [("V1", None), ("V2", None)]


def test_measures_are_those_of_the_verb_for_single_films() -> None:
    known = measure(handmade_trace(), film=handmade_film())
    found = rows().measures
    assert [(row["measure"], row["place"]) for row in found] == [(one.key, "-".join(one.levels)) for one in known]
    for row, one in zip(found, known, strict=True):
        assert (row["value"] is None) == (one.value is None) == bool(row["why_not"])
        assert row["value"] is None or row["value"] == pytest.approx(one.value, abs=0.005)


def test_facing_and_scale_that_were_given_count() -> None:
    seen = rows_of(ENTRY, FilmOutcome(handmade_film(), handmade_trace()), "right", 0.25)
    assert (seen.film["facing"], seen.film["facing_probability"], seen.film["spacing_mm"]) == ("right", 1.0, 0.25)


def test_a_turned_and_inverted_film_says_so() -> None:
    wedge = np.linspace(0, 1, 120 * 160, dtype=np.float32).reshape(120, 160)
    film = Radiograph.from_array(wedge, name="neck.png", polarity="invert").rotated(3)
    seen = rows_of(ENTRY, FilmOutcome(film, None, CannotStart("No vertebra was found.")))
    assert (seen.film["quarters"], seen.film["inverted"]) == (3, True)
    assert (seen.film["width"], seen.film["height"]) == (120, 160)
    assert any("270°" in note for note in seen.film["notes"])


def test_a_film_that_failed_has_a_row_and_nothing_else() -> None:
    unread = failed_rows(ENTRY, "The file is empty: copy or export the film again.")
    assert (unread.film["status"], unread.film["vertebrae"]) == ("failed", 0) and "width" not in unread.film
    unstarted = rows_of(ENTRY, FilmOutcome(handmade_film(), None, CannotStart("No vertebra was found.")))
    assert (unstarted.film["sentence"], unstarted.film["width"]) == ("No vertebra was found.", 120)
    assert not unread.vertebrae and not unread.measures and not unstarted.measures


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (UnreadableFilm("The file is empty."), "The file is empty."),
        (CannotStart("Nothing \udcf6 was found."), "Nothing \ufffd was found."),
        (
            KeyError("a\nb in /srv/sets/film.png"),
            "The program failed on this film (KeyError: 'a\\nb in film.png'); report it.",
        ),
        (RuntimeError("out\nof memory"), "The program failed on this film (RuntimeError: out of memory); report it."),
    ],
)
def test_a_sentence_names_no_folder_and_is_on_one_line(error: Exception, sentence: str) -> None:
    assert sentence_of(error) == sentence
