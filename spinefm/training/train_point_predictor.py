"""Training of the point predictor: windows of four neighbouring centroids, in both directions."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from spinefm.core.geometry import CanonicalFrame, Point
from spinefm.networks.point_predictor import PointPredictor, PointPredictorConfig
from spinefm.training.films import FilmSet, FilmTrainer, TrainingFilm
from spinefm.training.ranks import device_of, placed
from spinefm.training.settings import Recipe

JITTER = (0.01, 0.06)
"""Standard deviation of the known centroids' error, in spacings, drawn for each window."""
LEAST_VISIBLE = 0.6
"""Share of a body in view from which the centroid of its visible part serves as that of the whole."""


@dataclass(frozen=True, eq=False)
class WindowBatch:
    """known (B, 3, 2) and following (B, 2) centroids in the canonical frame."""

    known: Tensor
    following: Tensor


@dataclass(frozen=True, eq=False)
class PointPredictorTrainer(FilmTrainer):
    """Draws windows of four centroids in canonical frames, the known three as wrong as masks make them."""

    config: PointPredictorConfig = PointPredictorConfig()
    recipe: Recipe = Recipe(batch=512, learning_rate=3e-3, weight_decay=0.0, channels_last=False)
    network: str = "point_predictor"
    windows: NDArray[np.float64] = field(init=False)
    unseen_windows: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        """Collect the windows once."""
        relative = self.config.frame == "absolute"
        object.__setattr__(self, "windows", all_windows(self.films, relative))
        object.__setattr__(self, "unseen_windows", all_windows(self.unseen, relative))

    def build(self) -> nn.Module:
        """The untrained network."""
        return PointPredictor(self.config)

    def draw(self, rng: np.random.Generator, count: int) -> WindowBatch:
        """`count` windows; as published all of them, as they are."""
        if self.recipe.published:
            return as_published(self.windows)
        return framed(self.windows[rng.integers(len(self.windows), size=count)], rng)

    def losses(self, model: nn.Module, batch: WindowBatch) -> dict[str, Tensor]:
        """Mean squared error, in squared spacings."""
        return {"squared_error": functional.mse_loss(model(batch.known), batch.following)}

    def validate(self, model: nn.Module, thorough: bool) -> dict[str, float]:
        """Root mean square distance to the true next centroid, in spacings, beside that of going straight on."""
        batch = framed(self.unseen_windows, np.random.default_rng(17))
        batch = placed(as_published(self.unseen_windows) if self.recipe.published else batch, device_of(model))
        error = (model(batch.known) - batch.following).square().sum(dim=1).mean().sqrt()
        straight = 2 * batch.known[:, 2] - batch.known[:, 1]  # (B, 2); (0, 1) in the canonical frame
        baseline = (straight - batch.following).square().sum(dim=1).mean().sqrt()
        return {"rms_spacings": round(float(error), 4), "rms_straight_on": round(float(baseline), 4)}

    def facts(self) -> dict[str, object]:
        """The films behind the weights, and how many windows they give."""
        return super().facts() | {"windows": len(self.windows), "unseen_windows": len(self.unseen_windows)}


def as_published(windows: NDArray[np.float64]) -> WindowBatch:
    """Windows (N, 4, 2) in shares of the film's sides, as they are."""
    both = torch.from_numpy(windows.astype(np.float32))  # (N, 4, 2)
    return WindowBatch(both[:, :3], both[:, 3])


def all_windows(films: FilmSet, relative: bool = False) -> NDArray[np.float64]:
    """Every run of four neighbouring centroids, downwards and upwards, (N, 4, 2).

    In film pixels, or, where `relative`, in shares of the film's width and height.
    """
    units = [film.shape[::-1] if relative else (1, 1) for film in films.films]
    windows = [window / unit for film, unit in zip(films.films, units, strict=True) for window in film_windows(film)]
    return np.array(windows, np.float64).reshape(-1, 4, 2)


def film_windows(film: TrainingFilm) -> list[NDArray[np.float64]]:
    """The windows of one film, each (4, 2); a body cut by the film's edge has no true centroid and is left out."""
    whole = [level in film.centroids and film.visible[level] >= LEAST_VISIBLE for level in film.order]
    starts = [i for i in range(len(film.order) - 3) if all(whole[i : i + 4])]
    down = [np.stack([film.centroids[level] for level in film.order[i : i + 4]]) for i in starts]
    return down + [window[::-1] for window in down]


def framed(windows: NDArray[np.float64], rng: np.random.Generator) -> WindowBatch:
    """Put windows (N, 4, 2) into their canonical frames after moving the known three by the error of real masks."""
    spacing = np.linalg.norm(windows[:, 2] - windows[:, 1], axis=-1)[:, None, None]
    error = rng.uniform(*JITTER, (len(windows), 1, 1)) * spacing
    known = windows[:, :3] + rng.standard_normal((len(windows), 3, 2)) * error
    inside = np.stack([_into_frame(three, four[3]) for three, four in zip(known, windows, strict=True)])  # (N, 4, 2)
    both = torch.from_numpy(inside.astype(np.float32))
    return WindowBatch(both[:, :3], both[:, 3])


def _into_frame(known: NDArray[np.float64], following: NDArray[np.float64]) -> NDArray[np.float64]:
    """Three known centroids and the following one, (4, 2), in the frame that inference uses."""
    points = [Point(float(x), float(y)) for x, y in known]
    frame = CanonicalFrame.of(*points)
    return frame.into([*points, Point(float(following[0]), float(following[1]))])
