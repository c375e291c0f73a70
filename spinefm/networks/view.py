"""View network: is this a lateral film of a spine, of which part, turned how, and to which side does the patient look?

A small residual network on the whole film. Its embedding is compared with those of lateral films seen in training: the
distance (Mahalanobis; Lee et al., NeurIPS 2018) says how unlike any of them a film is.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from spinefm.networks.layers import conv_norm, stage, standardise

VIEWS = ("cervical", "thoracic", "lumbar", "whole", "frontal", "radiograph", "slice", "picture")
"""Lateral films by region; frontal or oblique spines; other radiographs; slices of CT or MR; no radiograph at all."""

LATERAL = VIEWS[:4]
"""The views that the methods are made for."""

FACINGS = ("left", "right")


@dataclass(frozen=True)
class ViewConfig:
    """Size of the network; `side` is that of the square in px into which a film is fitted, `widths` one per stage."""

    side: int = 160
    widths: tuple[int, ...] = (24, 48, 96, 128, 160)
    embedding: int = 32
    views: tuple[str, ...] = VIEWS


@dataclass(frozen=True)
class ViewScores:
    """Logits of views (B, views), quarter turns (B, 4) and facings (B, 2); `distance` (B,) from all lateral films.

    A turn of k means that `numpy.rot90(film, -k)` is upright; the facing is that of the upright film.
    """

    view: Tensor
    turn: Tensor
    facing: Tensor
    distance: Tensor
    embedding: Tensor


class ViewNet(nn.Module):
    """Stages that halve the film, the mean over what is left, an embedding, and three linear heads on it."""

    centres: Tensor
    whitening: Tensor

    def __init__(self, config: ViewConfig = ViewConfig()) -> None:
        super().__init__()
        self.config = config
        first, *others = config.widths
        self.stem = nn.Sequential(conv_norm(1, first, kernel=5, stride=2), nn.ReLU())
        inputs = (first, *others)
        self.stages = nn.Sequential(
            *(stage(a, b, blocks=1, stride=2) for a, b in zip(inputs[:-1], inputs[1:], strict=True))
        )
        self.embed = nn.Linear(config.widths[-1], config.embedding)
        self.view = nn.Linear(config.embedding, len(config.views))
        self.turn = nn.Linear(config.widths[-1], 4)
        self.facing = nn.Linear(config.widths[-1], len(FACINGS))
        self.register_buffer("centres", torch.zeros(len(LATERAL), config.embedding))
        self.register_buffer("whitening", torch.eye(config.embedding))

    def forward(self, films: Tensor) -> ViewScores:
        """Judge films (B, 1, S, S) in [0, 1], each fitted into the square with black around it."""
        x = self.stages(self.stem(standardise(films)))  # (B, C, S / 32, S / 32)
        with torch.autocast(films.device.type, enabled=False):  # distances need more digits than bfloat16 has
            return self._judged(x.float().mean(dim=(2, 3)))

    def _judged(self, pooled: Tensor) -> ViewScores:
        """The answers to pooled features (B, C)."""
        embedding = self.embed(pooled)  # (B, E)
        apart = (embedding[:, None] - self.centres) @ self.whitening  # (B, lateral views, E)
        return ViewScores(
            view=self.view(functional.relu(embedding)),
            turn=self.turn(pooled),
            facing=self.facing(pooled),
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


def fit_square(film: Tensor, side: int) -> Tensor:
    """A film (H, W) in [0, 1] shrunk into the middle of a black square, (1, side, side)."""
    height, width = film.shape
    scale = side / max(height, width)
    size = (max(1, round(height * scale)), max(1, round(width * scale)))
    small = functional.interpolate(film[None, None], size, mode="area")[0]  # (1, h, w)
    top, left = (side - size[0]) // 2, (side - size[1]) // 2
    return functional.pad(small, (left, side - size[1] - left, top, side - size[0] - top))
