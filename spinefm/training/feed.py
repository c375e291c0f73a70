"""Where a run's batches come from: drawn in the loop's own thread, or by worker processes that work ahead of it.

`feed` draws them, `DeviceFeed` brings them to the device ahead of the step, and `StepPace` says how fast that was.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from spinefm.core.machine import forkable
from spinefm.training.ranks import each_tensor, placed

AHEAD = 3
"""Batches that each worker keeps ready."""

LONGEST_WAIT = 600
"""Seconds after which a batch that has not come is an error."""

MOST_STEPS = 2**40
"""Batches that a feed could give: a run ends by its budget, never for want of these."""

Draw = Callable[[int], Any]


class Batches(Dataset[Any]):
    """The batches of a run by number of step: what a step draws follows from its number, not from who draws it."""

    def __init__(self, draw: Draw, pinned: bool) -> None:
        self.draw, self.pinned = draw, pinned

    def __len__(self) -> int:
        """More than any run takes."""
        return MOST_STEPS

    def __getitem__(self, step: int) -> Any:
        """The batch of a step."""
        return Parcel(self.draw(step)) if self.pinned else self.draw(step)


@dataclass(frozen=True, eq=False)
class Parcel:
    """A batch on its way from a worker, whose tensors a thread of the loader pins."""

    batch: Any

    def pin_memory(self) -> Parcel:
        """The batch in pinned memory: what torch's loader asks of types that it does not know."""
        return Parcel(each_tensor(self.batch, Tensor.pin_memory))


def feed(draw: Draw, first: int, workers: int, pinned: bool = False) -> Iterator[Any]:
    """The batches `draw(first)`, `draw(first + 1)` and so on, the same ones for any number of `workers`.

    Workers are forks, so films in memory are shared, not copied. Without workers each batch is drawn when asked for.
    pinned: whether the batches lie in memory from which a GPU copies while it computes.
    """
    if workers == 0:
        drawn = (draw(step) for step in range(first, MOST_STEPS))
        return (each_tensor(batch, Tensor.pin_memory) for batch in drawn) if pinned else drawn
    loader: DataLoader[Any] = DataLoader(
        Batches(draw, pinned),
        batch_size=None,
        sampler=range(first, MOST_STEPS),
        num_workers=workers,
        prefetch_factor=AHEAD,
        multiprocessing_context="fork",
        timeout=LONGEST_WAIT,
        pin_memory=pinned,
    )
    with forkable():
        batches = iter(loader)
    return (parcel.batch for parcel in batches) if pinned else batches


class DeviceFeed:
    """Batches on the device. A GPU gets the next one while it computes; a processor draws it when it is needed.

    `waited` are the seconds in which the device had nothing to do because a batch was not drawn yet.
    """

    def __init__(self, batches: Iterator[Any], device: torch.device) -> None:
        self.waited = 0.0
        self._batches, self._device = batches, device
        self._side = torch.cuda.Stream(device) if device.type == "cuda" else None  # type: ignore[no-untyped-call]
        self._ahead: Any = None
        self._step: _GpuStep | None = None

    def take(self) -> Any:
        """The batch of the next step, on the device."""
        if self._side is None:
            return placed(self._timed(), self._device)
        if self._step is not None:
            self.waited += self._step.idle()
        batch = self._copied(self._timed()) if self._ahead is None else self._ahead
        stream = torch.cuda.current_stream(self._device)
        stream.wait_stream(self._side)
        each_tensor(batch, lambda tensor: _used_on(tensor, stream))
        self._step = _GpuStep.begin(stream)
        self._ahead = None
        return batch

    def prepare(self) -> None:
        """Bring the next batch to a GPU; call when the step's work is on its way and nothing has waited for it yet."""
        if self._side is not None and self._step is not None:
            self._step.launched()
            self._ahead = self._copied(next(self._batches))
            self._step.fed()

    def _timed(self) -> Any:
        """The next batch, for which the device waits."""
        start = time.perf_counter()
        batch = next(self._batches)
        self.waited += time.perf_counter() - start
        return batch

    def _copied(self, batch: Any) -> Any:
        """A batch on its way to the GPU, beside what it computes."""
        with torch.cuda.stream(self._side):
            return placed(batch, self._device)


def _used_on(tensor: Tensor, stream: torch.cuda.Stream) -> Tensor:
    """A tensor whose memory is kept until `stream` is done with it."""
    tensor.record_stream(stream)
    return tensor


class _GpuStep:
    """A step on a GPU: when it began and ended there, and when its successor's batch had been drawn."""

    def __init__(self, stream: torch.cuda.Stream) -> None:
        self._began, self._ended = (torch.cuda.Event(enable_timing=True) for _ in range(2))  # type: ignore[no-untyped-call]
        self._stream, self._start, self._drawn = stream, time.perf_counter(), 0.0

    @classmethod
    def begin(cls, stream: torch.cuda.Stream) -> _GpuStep:
        """The step that begins now on `stream`."""
        step = cls(stream)
        step._began.record(stream)
        return step

    def launched(self) -> None:
        """The work that the draw may overlap is on its way."""
        self._ended.record(self._stream)

    def fed(self) -> None:
        """The next batch has been drawn."""
        self._drawn = time.perf_counter() - self._start

    def idle(self) -> float:
        """Seconds between the end of the work and the drawing of the next batch; 0 where that was first."""
        if not self._drawn:
            return 0.0
        self._ended.synchronize()
        return max(0.0, self._drawn - self._began.elapsed_time(self._ended) / 1000)


@dataclass
class StepPace:
    """How fast a run steps since the last line of its log: steps, the seconds they took, and those of waiting."""

    batch: int
    steps: int = 0
    seconds: float = 0.0
    waited: float = 0.0

    @contextmanager
    def step(self, feed: DeviceFeed) -> Iterator[None]:
        """Count a step."""
        start, waited = time.perf_counter(), feed.waited
        yield
        self.steps += 1
        self.seconds += time.perf_counter() - start
        self.waited += feed.waited - waited

    def figures(self) -> dict[str, float]:
        """Steps and samples a second, and the share of the time in which the device waited for samples."""
        rate = self.steps / self.seconds if self.seconds > 0 else 0.0
        waiting = self.waited / self.seconds if self.seconds > 0 else 0.0
        return {"steps_per_second": rate, "samples_per_second": rate * self.batch, "waiting": waiting}

    def again(self) -> dict[str, float]:
        """The figures so far; counting begins from nothing."""
        figures = self.figures()
        self.steps, self.seconds, self.waited = 0, 0.0, 0.0
        return figures


def generator_of(*numbers: int) -> np.random.Generator:
    """The random generator of a step, from the run's seed and the step's number."""
    return np.random.default_rng(numbers)
