"""View network: is this a lateral film of a spine, of which part, turned how, and to which side does the patient look?

Public features of ImageNet (EfficientNet-Lite0), which stay as they are, and a small network on them, trained on
phantoms and on pictures that are no lateral film: features learnt from phantoms alone took two of three photographs for
a lateral film. The embedding is compared with those of lateral films seen in training: the distance (Mahalanobis; Lee
et al., NeurIPS 2018) says how unlike any of them a film is.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from spinefm.networks.efficientnet_lite import FEATURES, STRIDE, EfficientNetLite
from spinefm.networks.layers import stage, standardise, with_channels

VIEWS = ("cervical", "thoracic", "lumbar", "whole", "frontal", "radiograph", "slice", "picture")
"""Lateral films by region; frontal or oblique spines; other radiographs; slices of CT or MR; no radiograph at all."""

LATERAL = VIEWS[:4]
"""The views that the methods are made for."""

FACINGS = ("left", "right")


@dataclass(frozen=True)
class ViewConfig:
    """Size of the network; `side` is that of the square in px into which a film is fitted, a multiple of 32.

    `width` counts the channels on top of the public features, `places` those of the map from which turn and facing are
    read, since they depend on where things lie.
    """

    side: int = 160
    width: int = 128
    embedding: int = 32
    places: int = 24
    views: tuple[str, ...] = VIEWS


@dataclass(frozen=True)
class ViewScores:
    """Logits of views (B, views), quarter turns (B, 4) and facings (B, 2); `distance` (B,) from all lateral films.

    A turn of k means that `numpy.rot90(film, -k)` is upright; the facing is learnt from upright films alone and says
    nothing of others.
    """

    view: Tensor
    turn: Tensor
    facing: Tensor
    distance: Tensor
    embedding: Tensor


@dataclass(frozen=True)
class ViewShares:
    """As `ViewScores`, in probabilities: views (B, views), quarter turns (B, 4), facings (B, 2); distance (B,)."""

    view: Tensor
    turn: Tensor
    facing: Tensor
    distance: Tensor


DROPPED = 0.4
"""Share of the features that are left out of a step of training, which keeps phantoms from being learnt by heart."""


class ViewNet(nn.Module):
    """Frozen features and two blocks; from their mean an embedding and the view, from their map turn and facing."""

    centres: Tensor
    whitening: Tensor

    def __init__(self, config: ViewConfig = ViewConfig()) -> None:
        super().__init__()
        self.config = config
        self.encoder = EfficientNetLite().requires_grad_(False)
        self.neck = nn.Sequential(stage(FEATURES, config.width, 1, stride=2), stage(config.width, config.width, 1, 1))
        self.drop = nn.Dropout(DROPPED)
        self.embed = nn.Linear(config.width, config.embedding)
        self.view = nn.Linear(config.embedding, len(config.views))
        self.squeeze = nn.Conv2d(config.width, config.places, kernel_size=1)
        cells = (config.side // (2 * STRIDE)) ** 2
        self.turn = nn.Linear(cells * config.places, 4)
        self.facing = nn.Linear(cells * config.places, len(FACINGS))
        self.register_buffer("centres", torch.zeros(len(LATERAL), config.embedding))
        self.register_buffer("whitening", torch.eye(config.embedding))

    def train(self, mode: bool = True) -> ViewNet:
        """What is on top of the encoder learns; the encoder keeps the statistics of its own training."""
        super().train(mode)
        self.encoder.eval()
        return self

    def forward(self, films: Tensor) -> ViewScores:
        """Judge films (B, 1, S, S) in [0, 1], each fitted into the square with black around it."""
        with torch.no_grad():
            features = self.encoder(with_channels(standardise(films), 3))  # (B, FEATURES, S / 16, S / 16)
        seen = self.neck(features)  # (B, width, S / 32, S / 32)
        with torch.autocast(films.device.type, enabled=False):  # distances need more digits than bfloat16 has
            return self._judged(seen.float())

    def _judged(self, seen: Tensor) -> ViewScores:
        """The answers to a map (B, width, S / 32, S / 32)."""
        embedding = self.embed(self.drop(seen.mean(dim=(2, 3))))  # (B, E)
        places = self.drop(functional.relu(self.squeeze(seen)).flatten(1))  # (B, places * cells)
        apart = (embedding[:, None] - self.centres) @ self.whitening  # (B, lateral views, E)
        return ViewScores(
            view=self.view(functional.relu(embedding)),
            turn=self.turn(places),
            facing=self.facing(places),
            distance=apart.square().mean(dim=-1).amin(dim=1).sqrt(),
            embedding=embedding,
        )

    @torch.no_grad()
    def fit_distance(self, embeddings: Tensor, views: Tensor) -> None:
        """Set the centre of each lateral view and the common whitening from embeddings (N, E) and views (N,).

        A distance is then about 1 for films like those of training. Views without films keep their centre.
        """
        residuals = []
        for index in range(len(LATERAL)):
            own = embeddings[views == index]
            if len(own) > 1:
                self.centres[index] = own.mean(dim=0)
                residuals.append(own - own.mean(dim=0))
        if not residuals:
            return
        apart = torch.cat(residuals)
        covariance = apart.T @ apart / len(apart)
        values, vectors = torch.linalg.eigh(covariance + 1e-3 * covariance.trace() / len(covariance) * torch.eye(
            len(covariance), device=covariance.device
        ))  # fmt: skip
        self.whitening.copy_(vectors * values.rsqrt())


MIRRORED_TURNS = [0, 3, 2, 1]
"""The quarter turns that set a film upright whose mirror image 0, 1, 2, 3 quarter turns set upright."""


def judged_both_ways(network: nn.Module, films: Tensor) -> ViewShares:
    """The mean of a view network's answers to films (B, 1, S, S) and to their mirror images, told for the films.

    A mirrored lateral film is a lateral film of a patient who faces the other way. The mean refuses a third fewer
    lateral films than one answer, at the limit that lets as many others pass.
    """
    scores = network(torch.cat([films, films.flip(3)]))
    view, turn, facing = (each.float().softmax(1).chunk(2) for each in (scores.view, scores.turn, scores.facing))
    return ViewShares(
        view=(view[0] + view[1]) / 2,
        turn=(turn[0] + turn[1][:, MIRRORED_TURNS]) / 2,
        facing=(facing[0] + facing[1].flip(1)) / 2,
        distance=scores.distance.view(2, -1).mean(dim=0),
    )


FLAT = 0.03
"""Range of greys up to which a row or column at the edge of a picture belongs to its margin."""
FILLED = 0.6
"""Share of a side from which on a film fills its picture: collimation as in training stays."""


def without_margins(film: Tensor) -> Tensor:
    """A film (H, W) in [0, 1] without the rows and columns of one grey round it, where these leave little of a side."""
    kept = [(film.amax(dim=axis) - film.amin(dim=axis) > FLAT).nonzero()[:, 0] for axis in (1, 0)]
    if not all(len(each) for each in kept):
        return film
    spans = [(int(each[0]), int(each[-1]) + 1) for each in kept]
    if all(end - start >= FILLED * size for (start, end), size in zip(spans, film.shape, strict=True)):
        return film
    (top, bottom), (left, right) = spans
    return film[top:bottom, left:right]


def fit_square(film: Tensor, side: int) -> Tensor:
    """A film (H, W) in [0, 1] shrunk into the middle of a black square, (1, side, side)."""
    height, width = film.shape
    scale = side / max(height, width)
    size = (max(1, round(height * scale)), max(1, round(width * scale)))
    small = functional.interpolate(film[None, None], size, mode="area")[0]  # (1, h, w)
    top, left = (side - size[0]) // 2, (side - size[1]) // 2
    return functional.pad(small, (left, side - size[1] - left, top, side - size[0] - top))
