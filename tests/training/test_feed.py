"""Batches drawn by workers are those drawn without them, and come to the device ahead of the step."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch

from spinefm.training import feed as feeds
from spinefm.training.feed import DeviceFeed, StepPace, feed, generator_of
from spinefm.training.films import FilmSet
from spinefm.training.loop import Loop
from spinefm.training.settings import TrainSettings
from spinefm.training.train_point_predictor import PointPredictorTrainer


def _blurred(step: int) -> torch.Tensor:
    return torch.from_numpy(cv2.GaussianBlur(np.full((400, 400), float(step)), (0, 0), 5))


def _draw(step: int) -> torch.Tensor:
    return torch.from_numpy(generator_of(3, step).random(4))


def test_workers_draw_with_opencv_after_the_parent_used_its_threads() -> None:
    threads = cv2.getNumThreads()
    cv2.setNumThreads(4)
    cv2.GaussianBlur(np.random.default_rng(0).random((2000, 2000)), (0, 0), 5)
    assert next(feed(_blurred, 0, 1)).shape == (400, 400)
    assert cv2.getNumThreads() == 4
    cv2.setNumThreads(threads)


def test_workers_give_the_batches_of_the_loop_in_order() -> None:
    plain, fed = (list(islice(feed(_draw, 5, workers), 6)) for workers in (0, 2))
    assert all(torch.equal(a, b) for a, b in zip(plain, fed, strict=True))
    assert not torch.equal(plain[0], plain[1])
    assert torch.equal(plain[0], torch.from_numpy(np.random.default_rng((3, 5)).random(4)))


def test_a_run_does_not_depend_on_the_number_of_workers(films: FilmSet, tmp_path: Path) -> None:
    weights = []
    for workers in (0, 2):
        settings = TrainSettings(data=(tmp_path,), out=tmp_path / str(workers), steps=4, batch=8, workers=workers)
        loop = Loop(PointPredictorTrainer(films, films), settings)
        loop.run()
        weights.append(torch.cat([p.flatten() for p in loop.model.parameters()]))
    assert torch.equal(*weights)


@pytest.mark.filterwarnings("ignore:'pin_memory' argument is set")
def test_pinned_batches_are_the_same_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    pinned: list[torch.Tensor] = []

    def pin(self: torch.Tensor) -> torch.Tensor:
        pinned.append(self)
        return self.clone()

    monkeypatch.setattr(torch.Tensor, "pin_memory", pin)
    plain, own, fed = (list(islice(feed(_draw, 5, *how), 4)) for how in ((0,), (0, True), (1, True)))
    assert all(torch.equal(a, b) and torch.equal(a, c) for a, b, c in zip(plain, own, fed, strict=True))
    assert len(pinned) >= 4


def test_a_parcel_pins_each_tensor_of_its_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.Tensor, "pin_memory", lambda self: self + 1)
    parcel = feeds.Parcel({"films": [torch.zeros(2), torch.ones(2)], "names": ["a"]}).pin_memory()
    assert [tensor.tolist() for tensor in parcel.batch["films"]] == [[1, 1], [2, 2]] and parcel.batch["names"] == ["a"]


def test_a_processor_draws_a_batch_when_it_is_needed_and_the_wait_counts() -> None:
    drawn: list[int] = []

    def slow() -> Iterator[int]:
        for number in range(3):
            time.sleep(0.02)
            drawn.append(number)
            yield number

    fed = DeviceFeed(slow(), torch.device("cpu"))
    assert fed.take() == 0 and drawn == [0]
    fed.prepare()
    assert drawn == [0], "nothing is drawn beside the step, which needs the cores"
    assert fed.take() == 1 and fed.waited >= 0.04


@dataclass
class FakeGpu:
    """Stands in for a GPU: writes down what happens in which order, and how long its step takes."""

    log: list[str]
    busy: float = 0.0

    def install(self, monkeypatch: pytest.MonkeyPatch) -> torch.device:
        """Put it in torch's place."""
        gpu = self

        class Event:
            def __init__(self, enable_timing: bool) -> None:
                assert enable_timing

            def record(self, stream: object) -> None:
                gpu.log.append("event")

            def synchronize(self) -> None:
                gpu.log.append("synchronize")

            def elapsed_time(self, other: object) -> float:
                return 1000 * gpu.busy

        @contextmanager
        def beside(stream: object) -> Iterator[None]:
            gpu.log.append("side")
            yield
            gpu.log.append("main")

        main = SimpleNamespace(wait_stream=lambda side: gpu.log.append("wait for copy"))
        for name, value in {
            "Stream": lambda device: "side",
            "Event": Event,
            "stream": beside,
            "current_stream": lambda device: main,
        }.items():
            monkeypatch.setattr(torch.cuda, name, value)
        monkeypatch.setattr(feeds, "placed", gpu.copy)
        monkeypatch.setattr(torch.Tensor, "record_stream", lambda self, stream: gpu.log.append("kept"))
        return torch.device("cuda")

    def copy(self, batch: torch.Tensor, device: torch.device) -> torch.Tensor:
        """A batch on its way to the GPU."""
        self.log.append(f"copy {int(batch)}")
        return batch


def _numbers(seconds: float = 0.0) -> Iterator[torch.Tensor]:
    for number in range(9):
        time.sleep(seconds)
        yield torch.tensor(number)


def test_a_gpu_gets_the_next_batch_while_it_computes(monkeypatch: pytest.MonkeyPatch) -> None:
    gpu = FakeGpu([])
    fed = DeviceFeed(_numbers(), gpu.install(monkeypatch))
    assert int(fed.take()) == 0
    gpu.log.append("step")
    fed.prepare()
    assert int(fed.take()) == 1
    copies = [entry for entry in gpu.log if not entry.startswith(("event", "sync"))]
    first = ["side", "copy 0", "main", "wait for copy", "kept"]
    assert copies == [*first, "step", "side", "copy 1", "main", "wait for copy", "kept"]


def test_a_batch_that_was_not_prepared_is_still_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    fed = DeviceFeed(_numbers(), FakeGpu([]).install(monkeypatch))
    assert [int(fed.take()) for _ in range(3)] == [0, 1, 2]


@pytest.mark.parametrize(("busy", "waits"), [(0.0, True), (9.0, False)])
def test_a_gpu_waits_only_when_it_is_done_before_the_batch_is_drawn(
    busy: float, waits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    fed = DeviceFeed(_numbers(0.02), FakeGpu([], busy).install(monkeypatch))
    fed.take()
    first = fed.waited
    for _ in range(2):
        fed.prepare()
        fed.take()
    assert first >= 0.02 and (fed.waited - first >= 0.04) is waits and (fed.waited == first) is not waits


def test_the_pace_of_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter([0.0, 2.0, 10.0, 12.0, 20.0, 21.0])
    monkeypatch.setattr(time, "perf_counter", lambda: next(seconds))
    fed = SimpleNamespace(waited=5.0)
    pace = StepPace(batch=16)
    for waited in (5.5, 6.0):
        with pace.step(fed):
            fed.waited = waited
    assert pace.again() == {"steps_per_second": 0.5, "samples_per_second": 8.0, "waiting": 0.25}
    with pace.step(fed):
        pass
    assert pace.figures() == {"steps_per_second": 1.0, "samples_per_second": 16.0, "waiting": 0.0}


def test_a_run_without_a_step_has_no_pace() -> None:
    assert set(StepPace(batch=16).figures().values()) == {0.0}
