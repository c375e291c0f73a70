"""The payload of the player, without a browser."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import cv2
import numpy as np
import pytest

from spinefm.core.levels import Level
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods import film_record
from spinefm.methods.base.events import Located
from spinefm.methods.spinefm.events import Decided
from spinefm.methods.spinefm.reasons import reason_words
from spinefm.trace.model import FilmRecord, Finished, Named, Reading, Trace
from spinefm.trace.registry import Event
from spinefm.ui.server.corrections import CorrectedRun, Correction
from spinefm.ui.server.player import failed_payload, film_payload, player_payload, trace_payload
from spinefm.ui.server.player.assets import gradio_script, markup, style
from spinefm.ui.server.player.payload import FILM_SIDE, entries_of, notices, ran
from spinefm.ui.server.player.summary import ends, names_sure, vertebra_rows
from tests.ui.server.stand_in import SIZE, all_events, film_pixels, located


@pytest.fixture(scope="module")
def film() -> Radiograph:
    return Radiograph.from_array(film_pixels(), name="neck <b>.png")


def decoded(url: str) -> np.ndarray:
    """The picture of a data URL."""
    content = np.frombuffer(base64.b64decode(url.partition(",")[2]), np.uint8)
    return np.asarray(cv2.imdecode(content, cv2.IMREAD_UNCHANGED))


def test_a_whole_run_stays_under_400_kb_and_is_plain_json(film: Radiograph) -> None:
    trace = Trace.from_events(film_record(film), "spinefm", {}, all_events())
    payload = trace_payload(trace, film, "run")
    payload.pop("film")
    text = json.dumps(payload, allow_nan=False)
    assert len(text) < 400_000
    assert json.loads(text)["entries"][-1]["kind"] == "finished"


def test_every_event_has_its_kind_a_line_and_beats() -> None:
    for event, entry in zip(all_events(), entries_of("spinefm", all_events()), strict=True):
        assert entry["kind"] == event.kind
        assert isinstance(entry["text"], str) and entry["text"]
        assert entry["beats"] or event.kind == "proposed"


def test_the_film_travels_as_a_picture_of_bounded_size_with_its_true_size_beside_it() -> None:
    film = Radiograph.from_array(np.tile(np.linspace(0, 1, 900, dtype=np.float32), (2400, 1)), name="large")
    data = film_payload(film)
    picture = decoded(data["url"])
    assert (data["width"], data["height"]) == (900, 2400)
    assert picture.shape == (FILM_SIDE, 600)


@pytest.mark.parametrize(
    ("name", "stem"), [("1.2.840.113619.2", "1.2.840.113619.2"), ("neck.nii.gz", "neck"), ("a/neck.png", "neck")]
)
def test_the_browser_names_files_as_a_result_is_named(name: str, stem: str) -> None:
    film = Radiograph.from_array(film_pixels(), name=name)
    assert film_payload(film)["stem"] == stem


def test_a_small_film_is_not_enlarged(film: Radiograph) -> None:
    picture = decoded(film_payload(film)["url"])
    assert picture.shape == (SIZE[1], SIZE[0])
    assert np.abs(picture.astype(int) - film_pixels()).mean() < 2


def test_a_failure_says_what_is_wrong_and_what_to_do() -> None:
    error = failed_payload("run", "The file is empty: copy or export the film again.")["error"]
    assert error == {"what": "The file is empty.", "remedy": "Copy or export the film again."}


def test_a_failure_in_one_sentence_stays_one_sentence() -> None:
    assert failed_payload("run", "Nothing works.")["error"] == {"what": "Nothing works.", "remedy": ""}


def test_rows_run_from_the_top_and_end_with_the_candidate_that_was_rejected() -> None:
    rows = vertebra_rows(all_events())
    assert [row["name"] for row in rows] == ["C2", "C3", "C4", "C5", "C6", "C7", "T1"]
    assert [row["anchor"] for row in rows] == [True] + [False] * 6
    assert rows[0]["stop"] == "spine end C2, 98 % (limit 50 %)"
    assert rows[-1]["found"] is False and rows[-1]["stop"] == "background 91 % (limit 50 %)"


@pytest.mark.parametrize(("number", "anchors", "directions"), [(5, [], ["down"]), (4, ["C2"], ["up", "down"])])
def test_a_deleted_vertebra_is_no_end_and_leaves_its_anchor_to_no_other(
    number: int, anchors: list[str], directions: list[str]
) -> None:
    run = CorrectedRun(Trace.from_events(FilmRecord("neck.png", SIZE), "spinefm", {}, all_events()))
    events = run.correct(Correction("delete", number)).trace.events
    assert [row["name"] for row in vertebra_rows(events) if row["anchor"]] == anchors
    assert [end["direction"] for end in ends(events)] == directions


def weighed(probability: float, given: bool = True) -> CorrectedRun:
    """The run whose names were weighed, and given or withheld."""
    events = [
        replace(
            event,
            best=Reading(event.levels, probability),
            levels=event.levels if given else (None,) * 6,
            anchor=event.anchor if given else None,
        )
        if isinstance(event, Named)
        else event
        for event in all_events()
    ]
    return CorrectedRun(Trace.from_events(FilmRecord("neck.png", SIZE), "spinefm", {}, events))


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (weighed(0.944), "names C2 to C7, 94 % sure"),
        (weighed(0.9999), "names C2 to C7, > 99 % sure"),
        (weighed(1.0), "names C2 to C7, > 99 % sure"),
        (weighed(1.0, given=False), "names withheld: C2 to C7 would be > 99 % sure"),
        (weighed(0.44, given=False), "names withheld: C2 to C7 would be 44 % sure"),
        (weighed(0.944).correct(Correction("lock", 4)), "names C2 to C7, 94 % sure"),
        (weighed(0.944).correct(Correction("shift", offset=1)), ""),
        (weighed(0.944).correct(Correction("delete", 5)), ""),
        (weighed(0.44, given=False).correct(Correction("name", 5, "C2")), ""),
    ],
)
def test_how_sure_the_names_are_until_the_reader_changes_them(run: CorrectedRun, words: str) -> None:
    assert names_sure(run.trace.events) == words


def test_nothing_is_said_of_names_that_were_not_weighed_or_not_yet_given() -> None:
    assert names_sure(all_events()) == names_sure(weighed(0.9).trace.events[:-1]) == ""


def test_without_an_anchor_the_rejected_candidate_gets_no_invented_name() -> None:
    finished = next(event for event in all_events() if isinstance(event, Finished))
    unnamed = [
        type(v)(v.number, f"V{i + 1}", None, 101 + i, v.mask, v.centroid, (), None)
        for i, v in enumerate(finished.vertebrae)
    ]
    events = [*all_events()[:-2], Finished(tuple(unnamed), 0.9, 0.03, {}, "cpu", "compact", {}, {})]
    assert [row["name"] for row in vertebra_rows(events)][-2:] == ["V6", "below"]


def test_a_candidate_beyond_the_films_edge_is_not_called_missed() -> None:
    def outside(event: Event) -> Event:
        if isinstance(event, Decided) and event.reason == "background":
            return replace(event, reason="point outside", value=13.0, limit=0.0)
        return event

    assert vertebra_rows(all_events())[-1]["in_view"] is True
    assert vertebra_rows([outside(event) for event in all_events()])[-1]["in_view"] is False


def test_an_unfinished_run_has_no_rows() -> None:
    assert vertebra_rows(all_events()[:-1]) == []


def test_the_reasons_of_both_ends() -> None:
    assert [(end["direction"], end["verdict"]) for end in ends(all_events())] == [
        ("up", "spine end"),
        ("down", "stopped"),
    ]


def test_the_edge_of_the_film_is_an_end_of_its_own() -> None:
    out = Decided("down", 9, "stopped", "point outside", 8.0, 0.0, None)
    assert ends([*all_events()[:-2], out])[-1]["verdict"] == "film end"


def test_a_starting_point_at_a_spine_end_is_that_ends_reason() -> None:
    events = [e for e in all_events() if getattr(e, "direction", "") != "up"]
    at_start = Decided("seed", 0, "spine end", "C2", 0.95, 0.5, 0)
    assert ends([*events[:2], at_start, *events[2:]])[0] == {
        "direction": "up",
        "verdict": "spine end",
        "step": 0,
        "text": "spine end C2, 95 % (limit 50 %)",
        "open": True,
    }


def test_what_stopped_an_earlier_attempt_is_no_end_of_the_run() -> None:
    failed = Decided("up", 1, "stopped", "background", 0.8, 0.5, None)
    after = [event for event in all_events() if getattr(event, "direction", "") != "up"]
    assert [end["direction"] for end in ends([located(), failed, *after[1:]])] == ["down"]


def test_a_reason_without_a_number_has_none() -> None:
    assert reason_words(Decided("up", 2, "stopped", "empty mask", None, None, None)) == "the mask is empty"


def test_notices_of_a_lowered_limit_and_of_relative_names(film: Radiograph) -> None:
    lowered = Located(located().detections, 0.6, 0.4)
    lines = notices(film, [lowered, Named((0,), (None,), None)])
    assert len(lines) == 2
    assert "60 %" in lines[0] and "40 %" in lines[0]
    assert "relative" in lines[1]


def test_a_run_without_surprises_has_no_notices(film: Radiograph) -> None:
    assert notices(film, all_events()) == []


def test_every_level_and_relative_name_has_a_colour() -> None:
    colours = player_payload("run", "empty")["colours"]
    assert {level.name for level in Level} <= set(colours)
    assert colours["C5"] == Level.C5.colour
    assert colours["V1"] != colours["V2"]


def test_the_template_holds_nothing_that_the_page_would_evaluate() -> None:
    for text in (markup(), style()):
        assert "${" not in text and "{{" not in text and "`" not in text and "\\" not in text


def test_the_script_defines_the_player_and_the_events_of_the_page() -> None:
    script = gradio_script(1024)
    assert "new Player(element" in script
    assert all(f'"{event}"' in script for event in ("correct", "turn", "again"))


def test_a_doubtful_body_is_marked_in_its_row(film: Radiograph) -> None:
    finished = next(event for event in all_events() if isinstance(event, Finished))
    unsure = tuple(replace(v, probability=0.21 if v.name == "C4" else v.probability) for v in finished.vertebrae)
    events = (*all_events()[:-1], replace(finished, vertebrae=unsure))
    for settings, doubted, promised in (({"body_probability": "outline"}, ["C4"], 0.8), ({}, [], None)):
        trace = Trace.from_events(film_record(film), "spinefm", settings, events)
        payload = trace_payload(trace, film, "run")
        assert [row["name"] for row in payload["rows"] if row["doubtful"]] == doubted
        assert payload["promised"] == promised


def test_what_ran_where_and_how_long_is_said() -> None:
    assert ran(all_events()) == {"seconds": "0.9", "computed": 0.9, "device": "cpu", "bundle": "compact"}
    assert ran(all_events()[:-1]) is None
