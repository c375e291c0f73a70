"""Batches drawn by workers are those drawn without them, and a run with workers is the run without."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import torch

from spinefm.training.feed import feed, generator_of
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
