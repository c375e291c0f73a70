"""Where a run's batches come from: drawn in the loop's own thread, or by worker processes that work ahead of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import cv2
import numpy as np
from torch.utils.data import DataLoader, Dataset

AHEAD = 3
"""Batches that each worker keeps ready."""

LONGEST_WAIT = 600
"""Seconds after which a batch that has not come is an error."""

MOST_STEPS = 2**40
"""Batches that a feed could give: a run ends by its budget, never for want of these."""

Draw = Callable[[int], Any]


class Batches(Dataset[Any]):
    """The batches of a run by number of step: what a step draws follows from its number, not from who draws it."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw

    def __len__(self) -> int:
        """More than any run takes."""
        return MOST_STEPS

    def __getitem__(self, step: int) -> Any:
        """The batch of a step."""
        return self.draw(step)


def feed(draw: Draw, first: int, workers: int) -> Iterator[Any]:
    """The batches `draw(first)`, `draw(first + 1)` and so on, the same ones for any number of `workers`.

    Workers are forks, so films in memory are shared, not copied. Without workers each batch is drawn when asked for.
    """
    if workers == 0:
        return (draw(step) for step in range(first, MOST_STEPS))
    loader: DataLoader[Any] = DataLoader(
        Batches(draw),
        batch_size=None,
        sampler=range(first, MOST_STEPS),
        num_workers=workers,
        prefetch_factor=AHEAD,
        multiprocessing_context="fork",
        timeout=LONGEST_WAIT,
    )
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)  # OpenCV's threads do not live on in a fork, which would wait for them for ever
    batches = iter(loader)
    cv2.setNumThreads(threads)
    return batches


def generator_of(*numbers: int) -> np.random.Generator:
    """The random generator of a step, from the run's seed and the step's number."""
    return np.random.default_rng(numbers)
