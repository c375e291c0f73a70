"""Requests answered by networks: in their order, in calls that fit the memory, with the seconds shared out."""

import sys
from dataclasses import replace
from functools import cache
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from spinefm.core.geometry import Box
from spinefm.networks.point_predictor import PointPredictor, PointPredictorConfig
from spinefm.networks.request import Cut, Request
from spinefm.weights import answers
from spinefm.weights.answers import ANSWERS, answered
from spinefm.weights.bundle import Bundle
from spinefm.weights.load import load_bundle


class Sums(nn.Module):
    """In place of Med-SA: its logits are the click's x everywhere. It has memory for `most` patches."""

    def __init__(self, most: int = 1000) -> None:
        super().__init__()
        self.most = most
        self.calls: list[int] = []

    def forward(self, patches: Tensor, clicks: Tensor) -> Tensor:
        self.calls.append(len(patches))
        if len(patches) > self.most:
            raise torch.OutOfMemoryError("no memory left")
        return clicks[:, 0, None, None].expand(-1, *patches.shape[2:])


@cache
def compact() -> Bundle:
    """The shipped weights, read once."""
    return load_bundle("compact", "cpu")


def bundle_of(network: nn.Module) -> Bundle:
    return cast(Bundle, SimpleNamespace(med_sa=network, autocast=compact().autocast))


def request_of(*places: float) -> Request:
    film = torch.zeros(40, 40)
    clicks = torch.tensor([[place, 0.0] for place in places])
    return Request("med_sa", (clicks,), tuple(Cut(film, Box(0, 0, 16, 16), 16) for _ in places))


def first_pixels(values: list) -> list[float]:
    return [round(float(np.log(value[0, 0] / (1 - value[0, 0]))), 3) for value in values]


def test_each_request_gets_the_answers_to_its_own_items():
    network = Sums()
    found = answered(bundle_of(network), [request_of(1, 2), request_of(3), request_of(-1, 0, 4)])
    assert [first_pixels(each.values) for each in found] == [[1, 2], [3], [-1, 0, 4]]
    assert network.calls == [6]


@pytest.mark.parametrize(("most", "calls"), [(4, [6, 3, 3]), (2, [6, 3, 2, 2, 2]), (1, [6, 3, 2, 1, 1, 1, 1, 1, 1])])
def test_a_call_too_large_for_the_memory_is_made_in_halves(most, calls):
    network = Sums(most)
    found = answered(bundle_of(network), [request_of(1, 2, 3), request_of(4, 5, 6)])
    assert [first_pixels(each.values) for each in found] == [[1, 2, 3], [4, 5, 6]]
    assert network.calls == calls


def test_a_single_item_too_large_for_the_memory_is_an_error():
    with pytest.raises(torch.OutOfMemoryError):
        answered(bundle_of(Sums(0)), [request_of(1, 2)])


def test_calls_stay_below_a_number_of_pixels(monkeypatch):
    monkeypatch.setattr(answers, "MOST_CALL_PIXELS", 3 * 16 * 16)
    network = Sums()
    answered(bundle_of(network), [request_of(1, 2, 3, 4), request_of(5, 6, 7)])
    assert network.calls == [3, 3, 1]


def test_seconds_are_shared_by_items():
    one, three = answered(bundle_of(Sums()), [request_of(1), request_of(2, 3, 4)])
    assert three.network_seconds == pytest.approx(3 * one.network_seconds)
    assert three.cut_seconds == pytest.approx(3 * one.cut_seconds)
    assert one.network_seconds > 0


def test_every_network_of_the_bundle_has_its_answers():
    assert set(ANSWERS) == set(compact().networks())


def test_a_bundle_answers_at_once_unless_somebody_else_is_asked():
    points = Request("point_predictor", (torch.tensor([[[0.0, -2], [0, -1], [0, 0]]]),))
    (predicted,) = compact().ask(points).values
    assert predicted.shape == (2,)
    assert predicted.dtype == np.float64


def test_an_absolute_predictor_answers_alike_in_either_precision():
    torch.manual_seed(0)
    published = replace(compact(), point_predictor=PointPredictor(PointPredictorConfig.paper()).eval())
    request = Request("point_predictor", (torch.rand(64, 3, 2),))
    exact, low = (replace(published, precision=each).ask(request).values for each in ("float32", "bfloat16"))
    np.testing.assert_array_equal(low, exact)


def test_memory_is_given_back_once_nothing_holds_the_failed_call_any_more(monkeypatch):
    """An error that is being handled holds the frames that it came through, and with them their tensors."""
    handled: list[object] = []
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: handled.append(sys.exception()))
    answered(bundle_of(Sums(2)), [request_of(1, 2, 3)])
    assert handled == [None]
