"""The kind of film: refused, warned of, or let through, and what is said of it."""

from pathlib import Path

import numpy as np
import pytest

from spinefm.core.geometry import Point
from spinefm.imaging.radiograph import Radiograph, read
from spinefm.methods import CannotStart, build_method, run_to_trace, upright
from spinefm.methods.base.events import Viewed
from spinefm.methods.base.stages import NetworkStages, Stopwatch, ViewAnswer
from spinefm.methods.base.view import KINDS, judged, looked_at_again, warnings
from spinefm.methods.drawings import beats_of
from spinefm.methods.spinefm.config import SpineFMConfig
from spinefm.methods.spinefm.method import SpineFMMethod
from spinefm.networks.view import LATERAL, VIEWS
from spinefm.phantom.negatives import SUBJECTS, simulate_negative
from spinefm.trace.captions import caption
from spinefm.trace.model import Setting, Trace
from spinefm.trace.registry import Event
from spinefm.weights.load import load_bundle
from tests.columns import Oracle, empty_bundle, straight

FILM = Path(__file__).parents[3] / "examples" / "films" / "cervical.png"


def answer(turn: int = 0, sure: float = 0.98, distance: float = 1.0, **shares: float) -> ViewAnswer:
    views = {name: shares.get(name, 0.0) for name in VIEWS}
    return ViewAnswer(views, turn, sure, "left", 0.9, distance)


FRONTAL = answer(frontal=0.93, lumbar=0.07)


def events_of(kind: ViewAnswer | None, config: SpineFMConfig, starts: list[Point] | None = None) -> list[Event]:
    oracle = Oracle(straight(7), kind=kind)
    method = SpineFMMethod(empty_bundle(), config, starts, stages=lambda watch: oracle)
    seen: list[Event] = []
    run_to_trace(method, oracle.column.film, seen.append)
    return seen


def test_every_view_of_the_network_has_words_and_the_lateral_ones_are_the_networks() -> None:
    assert set(KINDS) == set(VIEWS)
    assert {name for name, words in KINDS.items() if words.startswith("a lateral")} == set(LATERAL)


@pytest.mark.parametrize(
    ("kind", "lateral", "refused"),
    [
        (answer(cervical=0.97, frontal=0.03), 0.97, False),
        (answer(lumbar=0.23, whole=0.23, frontal=0.54), 0.46, False),
        (answer(lumbar=0.29, frontal=0.71), 0.29, True),
        (answer(picture=1.0), 0.0, True),
    ],
)
def test_a_film_is_refused_where_all_lateral_views_together_are_unlikely(
    kind: ViewAnswer, lateral: float, refused: bool
) -> None:
    seen = judged(kind, SpineFMConfig())
    assert seen.lateral == pytest.approx(lateral) and seen.refused is refused


def test_a_frontal_film_is_refused_with_what_it_looks_like_and_how_to_run_it_anyway() -> None:
    with pytest.raises(CannotStart, match=r"frontal or oblique film \(93 %\).*7 %, limit 40 %.*view_check"):
        events_of(FRONTAL, SpineFMConfig())


@pytest.mark.parametrize(
    ("config", "starts"),
    [
        (SpineFMConfig(view_check="warn"), None),
        (SpineFMConfig(), [Point(120, 92), Point(120, 124), Point(120, 156)]),
    ],
)
def test_it_runs_anyway_when_asked_and_the_warning_stays_with_the_result(
    config: SpineFMConfig, starts: list[Point] | None
) -> None:
    finished = events_of(FRONTAL, config, starts)[-1]
    assert len(finished.vertebrae) == 7  # type: ignore[attr-defined]
    assert finished.notes[0].startswith("This looks like a frontal")  # type: ignore[attr-defined]


@pytest.mark.parametrize("check", ["off", "refuse"])
def test_no_view_is_asked_or_known_without_the_setting_or_the_network(check: str) -> None:
    kind = FRONTAL if check == "off" else None
    events = events_of(kind, SpineFMConfig().changed({"view_check": check}))
    assert not [event for event in events if isinstance(event, Viewed)]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (answer(lumbar=1.0), []),
        (answer(turn=2, sure=0.7, lumbar=1.0), ["may lie upside down (70 %): if it does, rotate it clockwise by 180°"]),
        (answer(turn=2, sure=0.995, lumbar=1.0), ["seems to lie upside down (> 99 %): rotate it clockwise by 180°"]),
        (answer(turn=3, sure=0.992, lumbar=1.0), ["seems to lie on its side (99 %): rotate it clockwise by 270°"]),
        (answer(distance=2.4, lumbar=1.0), ["distance 2.4 > 2.0"]),
    ],
)
def test_what_a_reader_must_know_of_a_lateral_film(kind: ViewAnswer, words: list[str]) -> None:
    found = warnings(judged(kind, SpineFMConfig()))
    assert len(found) == len(words) and all(part in line for part, line in zip(words, found, strict=True))


@pytest.mark.parametrize(
    ("first", "then", "turn", "probability"),
    [
        (answer(turn=3, sure=0.9), answer(turn=0, sure=0.9), 3, 0.988),
        (answer(turn=3, sure=0.7), answer(turn=0, sure=0.5), 3, 0.7),
        (answer(turn=3, sure=0.7), answer(turn=1, sure=0.8), 0, 0.632),
        (answer(turn=2, sure=1.0), answer(turn=2, sure=1.0), 2, 0.5),
        (answer(turn=2, sure=0.8), None, 2, 0.8),
    ],
)
def test_a_film_that_seems_to_lie_is_looked_at_again_turned_upright(
    first: ViewAnswer, then: ViewAnswer | None, turn: int, probability: float
) -> None:
    found = looked_at_again(first, then)
    assert found.turn == turn and found.turn_probability == pytest.approx(probability, abs=5e-4)


def test_a_film_on_its_side_on_which_nothing_starts_is_said_to_lie_so() -> None:
    oracle = Oracle(straight(7), scores=[0.0] * 7, kind=answer(turn=1, lumbar=1.0))
    method = SpineFMMethod(empty_bundle(), SpineFMConfig(), stages=lambda watch: oracle)
    with pytest.raises(CannotStart, match="No vertebra was detected.*rotate it clockwise by 90° and run it again"):
        run_to_trace(method, oracle.column.film)


@pytest.mark.parametrize(
    ("kind", "changes", "clicked", "turns"),
    [
        (answer(turn=3, lumbar=1.0), {}, False, 3),
        (answer(turn=0, lumbar=1.0), {}, False, 0),
        (answer(turn=3, sure=0.84, lumbar=1.0), {}, False, 0),
        (answer(turn=3, sure=0.92, lumbar=1.0), {}, False, 3),
        (answer(turn=3, lumbar=0.2, frontal=0.8), {}, False, 0),
        (answer(turn=3, lumbar=1.0), {"rotate_film": False}, False, 0),
        (answer(turn=3, lumbar=1.0), {"view_check": "off"}, False, 0),
        (answer(turn=3, lumbar=1.0), {}, True, 0),
        (None, {}, False, 0),
    ],
)
def test_a_film_is_turned_where_it_surely_lies_and_nothing_was_clicked_on_it(
    kind: ViewAnswer | None, changes: dict[str, Setting], clicked: bool, turns: int
) -> None:
    oracle = Oracle(straight(7), kind=kind)
    starts = [Point(120, 92), Point(120, 124), Point(120, 156)] if clicked else None
    config = SpineFMConfig().changed(changes)
    method = SpineFMMethod(empty_bundle(), config, starts, stages=lambda watch: oracle)
    film = upright(method, oracle.column.film)
    assert np.array_equal(film.pixels, np.rot90(oracle.column.film.pixels, -turns))
    assert bool(film.provenance.notes) == bool(turns)


@pytest.mark.weights
def test_a_lying_film_gives_the_vertebrae_of_the_upright_one() -> None:
    film, method = read(FILM), build_method("spinefm", load_bundle("compact", "cpu"))
    lying = Radiograph(np.ascontiguousarray(np.rot90(film.pixels)), None, film.provenance)
    trace = run_to_trace(method, upright(method, lying))
    assert trace.film.notes[0].startswith("The film was rotated clockwise by 90°")
    assert [v.name for v in trace.vertebrae] == [v.name for v in run_to_trace(method, film).vertebrae]


def test_the_event_survives_its_json_and_has_a_caption_and_a_beat() -> None:
    oracle = Oracle(straight(7), kind=answer(cervical=0.9, frontal=0.1))
    method = SpineFMMethod(empty_bundle(), SpineFMConfig(), stages=lambda watch: oracle)
    trace = run_to_trace(method, oracle.column.film)
    first = trace.events[0]
    assert Trace.from_json(trace.to_json()).events[0] == first
    assert caption(first).startswith("Looks cervical (90 %); lateral 90 % (limit 40 %); upright")
    (beat,) = beats_of("spinefm", trace.events)[0]
    assert (beat.phase, beat.verdict, beat.value, beat.limit) == ("find", "passed", 0.9, 0.4)


@pytest.mark.weights
@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_the_shipped_network_knows_a_neck_and_how_it_lies(turns: int) -> None:
    film = read(FILM)
    lying = Radiograph(np.ascontiguousarray(np.rot90(film.pixels, turns)), None, film.provenance)
    seen = NetworkStages(load_bundle("compact", "cpu"), Stopwatch()).view(lying)
    assert seen is not None and max(seen.views, key=lambda name: seen.views[name]) == "cervical"
    assert (seen.turn, seen.turn_probability > 0.8) == (turns, True)
    assert sum(seen.views.values()) == pytest.approx(1.0, abs=1e-4)


@pytest.mark.weights
def test_noise_is_no_lateral_film() -> None:
    noise = Radiograph.from_array(np.random.default_rng(3).random((300, 240), np.float32))
    with pytest.raises(CannotStart, match="not like a lateral spine film"):
        run_to_trace(build_method("spinefm", load_bundle("compact", "cpu")), noise)


@pytest.mark.weights
@pytest.mark.parametrize("grey", [0.0, 1.0])
def test_wide_margins_round_a_film_change_nothing(grey: float) -> None:
    film = read(FILM)
    pasted = np.pad(film.pixels, [(side, side) for side in film.pixels.shape], constant_values=grey)
    stages = NetworkStages(load_bundle("compact", "cpu"), Stopwatch())
    bare, framed = (stages.view(one) for one in (film, Radiograph(pasted, None, film.provenance)))
    assert bare is not None and framed is not None
    assert framed.views == pytest.approx(bare.views) and framed.turn == bare.turn


@pytest.mark.weights
@pytest.mark.parametrize("subject", SUBJECTS)
def test_the_shipped_network_refuses_every_kind_of_other_picture(subject: str) -> None:
    stages = NetworkStages(load_bundle("compact", "cpu"), Stopwatch())
    for seed in range(9_866_200, 9_866_203):
        seen = stages.view(Radiograph.from_array(simulate_negative(seed, subject).film))
        assert seen is not None and judged(seen, SpineFMConfig()).refused, seed
