"""Many runs at once: their requests share batches, and each ends as it would alone."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from spinefm.api import SpineFM
from spinefm.core.geometry import Box
from spinefm.imaging.radiograph import Radiograph, read
from spinefm.methods.base.protocol import CannotStart, FilmOutcome
from spinefm.methods.base.scheduler import Batch, Scheduler
from spinefm.networks.request import Cut, Request
from spinefm.trace.model import Trace, result
from spinefm.weights.bundle import Bundle
from spinefm.weights.load import load_bundle

FILMS = Path(__file__).parents[3] / "examples" / "films"


class NextNumber(nn.Module):
    """In place of the point predictor: answers with the first number plus one; some numbers are too much for it."""

    def __init__(self, fails_at: float = -1.0) -> None:
        super().__init__()
        self.fails_at = fails_at

    def forward(self, known: torch.Tensor) -> torch.Tensor:
        if bool((known[:, 0, 0] == self.fails_at).any()):
            raise RuntimeError("this number is too much")
        return known[:, 0] + 1


@pytest.fixture(scope="module")
def compact() -> Bundle:
    return load_bundle("compact", "cpu")


def numbers(compact: Bundle, fails_at: float = -1.0) -> Bundle:
    return replace(compact, point_predictor=NextNumber(fails_at))


def ask(bundle: Bundle, number: float, alike: int = 0) -> float:
    (answer,) = bundle.ask(Request("point_predictor", (torch.full((1, 3, 2), number),), alike=alike)).values
    return float(answer[0])


def counted(steps: int, bundle: Bundle) -> float:
    """A run that asks `steps` times."""
    number = 100.0 * steps
    for _ in range(steps):
        number = ask(bundle, number)
    return number


@pytest.mark.parametrize("in_flight", [1, 2, 3, 50])
def test_every_item_has_its_result_in_order(compact, in_flight):
    steps = [3, 0, 1, 7, 2, 2, 0, 5]
    scheduler: Scheduler[int, float] = Scheduler(numbers(compact), counted, in_flight)
    assert list(scheduler.map(steps)) == [101.0 * count for count in steps]


def test_runs_that_wait_for_the_same_network_share_one_call(compact):
    batches: list[Batch] = []
    scheduler: Scheduler[int, float] = Scheduler(numbers(compact), counted, 4, batches.append)
    list(scheduler.map([2, 2, 2, 2]))
    assert batches == [Batch("point_predictor", 4, 4)] * 2


def test_a_place_that_falls_free_is_taken_by_the_next_item(compact):
    batches: list[Batch] = []
    scheduler: Scheduler[int, float] = Scheduler(numbers(compact), counted, 2, batches.append)
    list(scheduler.map([3, 1, 1, 1]))
    assert [batch.items for batch in batches] == [2, 2, 2]


def test_the_most_items_of_a_network_are_answered_first(compact):
    batches: list[Batch] = []

    def work(kind: int, bundle: Bundle) -> float:
        return ask(bundle, kind, alike=kind)

    scheduler: Scheduler[int, float] = Scheduler(numbers(compact), work, 5, batches.append)
    assert list(scheduler.map([1, 2, 2, 2, 1])) == [2, 3, 3, 3, 2]
    assert [batch.requests for batch in batches] == [3, 2]


def test_the_network_that_a_step_asks_last_waits_for_runs_that_lag_behind(compact):
    batches: list[Batch] = []
    film = torch.zeros(64, 64)

    def work(points: int, bundle: Bundle) -> int:
        for _ in range(points):
            ask(bundle, 1.0)
        cuts = (Cut(film, Box(0, 0, 32, 32), bundle.classifier.config.patch),)
        return len(bundle.ask(Request("classifier", cuts=cuts)).values)

    list(Scheduler(numbers(compact), work, 3, batches.append).map([1, 2, 3]))
    assert [(batch.network, batch.items) for batch in batches] == [
        ("point_predictor", 3),
        ("point_predictor", 2),
        ("point_predictor", 1),
        ("classifier", 3),
    ]


def test_new_runs_start_together(compact):
    batches: list[Batch] = []
    scheduler: Scheduler[int, float] = Scheduler(numbers(compact), counted, 4, batches.append)
    list(scheduler.map([1, 3, 3, 3, 1, 1]))
    assert [batch.items for batch in batches] == [4, 3, 3, 2]


def test_items_are_taken_only_as_they_are_needed(compact):
    taken: list[int] = []

    def items() -> Iterator[int]:
        for number in range(40):
            taken.append(number)
            yield 30 if number == 0 else 1

    results = Scheduler(numbers(compact), counted, 4).map(items())
    assert next(results) == 101.0 * 30
    assert len(taken) <= 9


def test_what_a_network_raises_reaches_the_runs_that_asked_and_no_other(compact):
    def work(number: float, bundle: Bundle) -> str:
        try:
            return str(ask(bundle, number, alike=int(number) % 2))
        except RuntimeError as error:
            return str(error)

    scheduler: Scheduler[float, str] = Scheduler(numbers(compact, fails_at=3.0), work, 4)
    assert list(scheduler.map([1.0, 2.0, 3.0, 4.0])) == [
        "this number is too much",
        "3.0",
        "this number is too much",
        "5.0",
    ]


def test_what_a_run_raises_ends_them_all(compact):
    ended: list[str] = []

    def work(steps: int, bundle: Bundle) -> float:
        try:
            if steps == 1:
                raise LookupError("no such item")
            return counted(steps, bundle)
        finally:
            ended.append(str(steps))

    with pytest.raises(LookupError, match="no such item"):
        list(Scheduler(numbers(compact), work, 3).map([5, 6, 1]))
    assert sorted(ended) == ["1", "5", "6"]


def test_who_stops_listening_ends_the_runs_under_way(compact):
    ended: list[int] = []

    def work(steps: int, bundle: Bundle) -> float:
        try:
            return counted(steps, bundle)
        finally:
            ended.append(steps)

    results = Scheduler(numbers(compact), work, 3).map([1, 8, 9])
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert sorted(ended) == [1, 8, 9]


def test_no_batch_leaves_gradients_or_precision_behind(compact):
    scheduler: Scheduler[int, float] = Scheduler(replace(numbers(compact), precision="bfloat16"), counted, 2)
    list(scheduler.map([3, 3]))
    assert not torch.is_inference_mode_enabled()
    assert not torch.is_autocast_enabled("cpu")


@pytest.fixture(scope="module")
def films() -> list[Radiograph]:
    return [read(FILMS / name) for name in ("cervical.png", "lumbar.png", "cervical-without-c2.png")]


@pytest.fixture(scope="module")
def model() -> SpineFM:
    return SpineFM("compact", "cpu")


def without_seconds(trace: Trace) -> dict[str, Any]:
    """All that a trace holds but how long it took."""
    stored: dict[str, Any] = json.loads(trace.to_json())
    for event in stored["events"]:
        event.pop("seconds", None)
    return stored


def test_on_a_cpu_many_films_give_bit_for_bit_what_each_gives_alone(model, films):
    outcomes = list(model.segment_many(films[:2]))
    for film, outcome in zip(films[:2], outcomes, strict=True):
        assert outcome.trace is not None
        assert without_seconds(outcome.trace) == without_seconds(model.segment(film))


@pytest.mark.thorough
def test_a_film_on_its_side_is_rotated_by_segment_many_and_by_upright_alike(model, films):
    lying = films[0].rotated(1)
    (outcome,) = model.segment_many([lying])
    upright = model.upright(lying)
    assert upright.size == films[0].size == outcome.film.size
    assert without_seconds(model.segment(upright)) == without_seconds(outcome.trace)
    assert model.segment(lying).film.size == lying.size


@pytest.mark.thorough
@pytest.mark.parametrize("method", ["spinefm", "vertxnet", "spineps"])
def test_films_whose_batches_are_shared_keep_names_and_outlines(films, method):
    model = SpineFM("compact", "cpu", method=method)
    batches: list[Batch] = []
    together = list(model.segment_many(films, in_flight=3, on_batch=batches.append))
    assert max(batch.requests for batch in batches) > 1
    for film, outcome in zip(films, together, strict=True):
        assert outcome.trace is not None
        assert_alike(model.segment(film), outcome.trace)


def assert_alike(one: Trace, other: Trace) -> None:
    mine, theirs = result(one.events), result(other.events)
    assert [each.name for each in mine] == [each.name for each in theirs]
    for a, b in zip(mine, theirs, strict=True):
        assert a.mask.dice(b.mask) >= 0.999


def test_the_seconds_of_a_film_are_its_own(model, films):
    outcomes = list(model.segment_many(films[:2], in_flight=2))
    for outcome in outcomes:
        assert outcome.trace is not None
        seconds = outcome.trace.events[-1].seconds
        parts = sum(value for name, value in seconds.items() if name != "total")
        assert parts == pytest.approx(seconds["total"])
        assert min(seconds.values()) >= 0


def test_a_film_that_cannot_start_stops_no_other(model, films):
    noise = Radiograph.from_array(np.random.default_rng(0).random((200, 150)).astype(np.float32), name="noise")
    outcomes: list[FilmOutcome] = list(model.segment_many([noise, films[0]], in_flight=2))
    assert outcomes[0].trace is None
    assert isinstance(outcomes[0].error, CannotStart)
    assert outcomes[1].trace is not None


def test_a_wrong_setting_is_refused_before_a_film_is_taken(model, films):
    with pytest.raises(ValueError, match="no setting named"):
        model.segment_many(films, {"nonsense": 1})
