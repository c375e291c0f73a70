"""What VertXNet and SPINEPS share: the kind of film is asked first, as SpineFM asks it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spinefm.core.geometry import Point
from spinefm.imaging.radiograph import Radiograph, read
from spinefm.methods import CannotStart, build_method, quarters, run_to_trace
from spinefm.methods.base.events import Viewed
from spinefm.methods.base.protocol import Addition
from spinefm.methods.base.semantic_map import mapped
from spinefm.methods.base.stages import ViewAnswer
from spinefm.methods.base.whole_film import Body, named_from_reference
from spinefm.methods.drawings import beats_of
from spinefm.methods.spinefm.config import SpineFMConfig
from spinefm.methods.spinefm.method import SpineFMMethod
from spinefm.methods.spineps import Spineps, SpinepsConfig
from spinefm.methods.vertxnet import VertXNet, VertXNetConfig
from spinefm.trace.captions import caption
from spinefm.trace.model import Trace
from spinefm.weights.load import load_bundle
from tests.methods.base.test_view import FILM, FRONTAL, answer
from tests.methods.drawn import DrawnAnswers, body, film, map_of, whole_bundle

SPINE = [body(index) for index in range(5)]
METHODS: dict[str, Any] = {"vertxnet": (VertXNet, VertXNetConfig), "spineps": (Spineps, SpinepsConfig)}
names = pytest.mark.parametrize("name", METHODS)


@dataclass
class Eye:
    """A view network that gives one answer, and finds a film that was turned upright."""

    kind: ViewAnswer | None

    def view(self, film: Radiograph) -> ViewAnswer | None:
        turned = bool(film.provenance.notes)
        return replace(self.kind, turn=0) if turned and self.kind is not None else self.kind


def method_of(name: str, kind: ViewAnswer | None, spine: list[Any] = SPINE, **settings: Any) -> Any:
    """The method on a drawn spine, on a film of that kind."""
    method, config = METHODS[name]

    class Drawn(method):  # type: ignore[misc,valid-type]
        def _answers(self, watch: object) -> Any:
            return DrawnAnswers(spine, map_of(spine), spine)

        def _stages(self, watch: object) -> Any:
            return Eye(kind)

    return Drawn(whole_bundle(), config(**settings))


@names
def test_a_film_that_is_not_lateral_is_refused_with_a_way_that_the_method_has(name: str) -> None:
    seen: list[Any] = []
    with pytest.raises(CannotStart, match=r"frontal or oblique film \(93 %\).*anyway: set view_check to warn"):
        run_to_trace(method_of(name, FRONTAL), film(), seen.append)
    assert [event.kind for event in seen] == ["viewed"] and seen[0].refused


@names
def test_it_runs_when_asked_and_the_warning_leads_the_notes(name: str) -> None:
    trace = run_to_trace(method_of(name, FRONTAL, view_check="warn"), film())
    assert trace.finished is not None and len(trace.vertebrae) == 5
    assert trace.finished.notes[0].startswith("This looks like a frontal")


@names
@pytest.mark.parametrize(("kind", "check"), [(None, "refuse"), (FRONTAL, "off")])
def test_nothing_is_said_of_the_view_without_the_network_or_the_setting(
    name: str, kind: ViewAnswer | None, check: str
) -> None:
    trace = run_to_trace(method_of(name, kind, view_check=check), film())
    assert not list(trace.of(Viewed)) and len(trace.vertebrae) == 5


@names
@pytest.mark.parametrize(
    ("kind", "settings", "turns"),
    [
        (answer(turn=2, lumbar=1.0), {}, 2),
        (answer(turn=2, sure=0.8, lumbar=1.0), {}, 0),
        (answer(turn=2, lumbar=0.2, frontal=0.8), {}, 0),
        (answer(turn=2, lumbar=1.0), {"rotate_film": False}, 0),
        (answer(turn=2, lumbar=1.0), {"view_check": "off"}, 0),
        (None, {}, 0),
    ],
)
def test_a_film_is_turned_where_spinefm_turns_it(
    name: str, kind: ViewAnswer | None, settings: dict[str, Any], turns: int
) -> None:
    assert quarters(method_of(name, kind, **settings), film()) == turns


@names
def test_a_film_upside_down_is_warned_of_with_a_result_and_without(name: str) -> None:
    lying, words = answer(turn=2, lumbar=1.0), "lie upside down"
    trace = run_to_trace(method_of(name, lying), film())
    assert trace.finished is not None and words in trace.finished.notes[0]
    with pytest.raises(CannotStart, match=words):
        run_to_trace(method_of(name, lying, spine=[]), film())


@names
def test_the_event_is_spinefms_with_its_caption_and_its_beat(name: str) -> None:
    trace = run_to_trace(method_of(name, answer(cervical=0.9, frontal=0.1)), film())
    assert Trace.from_json(trace.to_json()).events[0] == trace.events[0]
    assert caption(trace.events[0]).startswith("Looks cervical (90 %); lateral 90 %")
    assert beats_of(name, trace.events)[0] == beats_of("spinefm", trace.events[:1])[0]


@names
def test_its_settings_are_spinefms_and_published_does_not_ask(name: str) -> None:
    _, config = METHODS[name]
    asked = ("view_check", "view_limit", "distance_limit", "rotation_limit", "rotate_film")
    for preset in ("tuned", "published"):
        bundle = replace(whole_bundle(), med_sa=whole_bundle().classifier)
        ours, theirs = (one.of(bundle, preset).as_settings() for one in (config, SpineFMConfig))
        assert {key: ours[key] for key in asked} == {key: theirs[key] for key in asked}
    assert (ours["view_check"], ours["rotate_film"]) == ("off", False)


@names
def test_published_leaves_no_piece_of_the_map_out(name: str) -> None:
    _, config = METHODS[name]
    speck = body(2, left=20, width=6, height=6)
    pieces = mapped(map_of([*SPINE, speck]), config().changed(config.PUBLISHED)).pieces
    assert len(pieces) == 6 and all(piece.kept for piece in pieces)
    assert sum(piece.kept for piece in mapped(map_of([*SPINE, speck]), config()).pieces) == 5


@names
def test_a_click_is_outlined_by_spinefm_whose_settings_come_with_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SpineFMMethod, "add", lambda *asked: Addition((), ()))
    bundle = replace(whole_bundle(), med_sa=whole_bundle().classifier)
    method, config = METHODS[name]
    trace = run_to_trace(method_of(name, None), film())
    addition = method(bundle, config()).add(film(), trace, Point(120, 60))
    assert addition.settings == SpineFMConfig.of(bundle).as_settings()


@pytest.mark.weights
@names
def test_the_shipped_network_turns_films_and_refuses_noise(name: str) -> None:
    method, upright = build_method(name, load_bundle("compact", "cpu")), read(Path(FILM))
    assert quarters(method, upright) == 0 and quarters(method, upright.rotated(1)) == 3
    with pytest.raises(CannotStart, match="not like a lateral spine film"):
        run_to_trace(method, Radiograph.from_array(np.random.default_rng(3).random((300, 240), np.float32)))


def named(ends: dict[int, str], count: int = 4, **more: Any) -> tuple[list[str], str]:
    """Names and note of `count` bodies of which some are seen as an end with so much probability."""
    probability = {"C2": 0.9, "S1": 0.8}
    seen = [{} if index not in ends else {ends[index].lower(): probability[ends[index]]} for index in range(count)]
    spine = [Body(index, body(index), 0.9, **seen[index]) for index in range(count)]
    found = named_from_reference(spine, 0.5, "seen", **more)
    return [level.name if level else "" for level in found.levels], found.note


def test_ends_count_where_the_spine_can_end() -> None:
    assert named({0: "C2"}) == (["C2", "C3", "C4", "C5"], "")
    assert named({3: "S1"}) == (["L3", "L4", "L5", "S1"], "")
    levels, note = named({1: "C2", 3: "S1"})
    assert levels == ["L3", "L4", "L5", "S1"] and note.endswith(
        "the names rest on S1, the surest at its end of the spine."
    )


@pytest.mark.parametrize(("ends", "words"), [({1: "C2"}, "C2 was seen with a body above it"), ({0: "S1"}, "below it")])
def test_an_end_within_the_spine_names_nothing(ends: dict[int, str], words: str) -> None:
    levels, note = named(ends)
    assert levels == [""] * 4 and words in note and "names are relative" in note


def test_no_body_is_c1() -> None:
    assert named({2: "C2"}, outermost=False)[0] == ["", "", "C2", "C3"]
    assert named({24: "S1"}, count=25)[0][:2] == ["", "C2"]
