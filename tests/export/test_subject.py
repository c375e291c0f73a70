"""What is said with every export: the notes of a run, without those on names that it no longer has."""

from __future__ import annotations

from dataclasses import replace

import pytest

from spinefm.core.levels import Level
from spinefm.export.formats import FORMATS
from spinefm.export.report import report
from spinefm.export.subject import notes_of
from spinefm.imaging.radiograph import Radiograph
from spinefm.trace.model import Action, Anchor, Corrected, Named, Trace
from spinefm.ui.server.player.payload import notices
from tests.export.curved import LEVELS, pixels, subject, trace

DOUBT = "The names may be one level off: C3 to T1 (60 %) or C4 to T2 (40 %)."
RELATIVE = "Neither C2 nor S1 was seen, so the names are relative: V1 is the topmost vertebra."
NUMBERS = tuple(range(len(LEVELS)))
BELOW = tuple(Level(level + 1) for level in LEVELS)


def noted(note: str, is_named: bool = True) -> Trace:
    """The run with this note on its names."""
    made = trace()
    anchor = Anchor(0, LEVELS[0], "the classifier", 0.6) if is_named else None
    named = Named(NUMBERS, LEVELS if is_named else (None,) * len(LEVELS), anchor, note)
    return replace(made, events=tuple(named if isinstance(event, Named) else event for event in made.events))


def corrected(made: Trace, action: Action, anchor: Anchor | None, levels: tuple[Level | None, ...] = LEVELS) -> Trace:
    """The run after one correction."""
    return replace(made, events=(*made.events, Corrected(action, "", NUMBERS, levels, anchor)))


def written(made: Trace) -> str:
    """All text of its exports, without that of the corrections."""
    formats = [one for one in FORMATS.values() if not one.needs_dicom]
    files = [content for one in formats for content in one.files(subject(made)).values()]
    return " ".join([str(report(made)), *(content.decode(errors="ignore") for content in files)])


@pytest.mark.parametrize(("note", "is_named"), [(DOUBT, True), (RELATIVE, False)])
def test_a_note_on_names_is_in_every_export_until_a_reader_names_them(note: str, is_named: bool) -> None:
    made, words = noted(note, is_named), note.split(":")[0]
    assert words in written(made)
    assert words not in written(corrected(made, "name", Anchor(0, BELOW[0], "named by the reader"), BELOW))


@pytest.mark.parametrize("action", ["reshape", "lock", "add", "delete", "go on"])
def test_a_correction_that_gives_no_names_refutes_none(action: Action) -> None:
    made = noted(DOUBT)
    film = Radiograph.from_array(pixels())
    after = corrected(made, action, made.anchor)
    assert DOUBT in notes_of(after) and DOUBT in notices(film, after.events)


@pytest.mark.parametrize("action", ["name", "shift", "reading", "keep", "reshape"])
@pytest.mark.parametrize(("note", "is_named"), [(DOUBT, True), (RELATIVE, False)])
def test_page_and_export_drop_the_note_together(action: Action, note: str, is_named: bool) -> None:
    film = Radiograph.from_array(pixels())
    after = corrected(noted(note, is_named), action, Anchor(0, BELOW[0], "named by the reader"), BELOW)
    assert (note in notes_of(after)) == (note in notices(film, after.events))


def test_relative_names_stay_relative_until_something_anchors_them() -> None:
    made = noted(RELATIVE, is_named=False)
    unnamed = (None,) * len(LEVELS)
    assert RELATIVE in notes_of(corrected(made, "add", None, unnamed))
    assert RELATIVE not in notes_of(corrected(made, "go on", Anchor(0, LEVELS[0], "the classifier", 0.9)))
