"""Training of Med-SA: one positive click in the middle of a patch, the mask of that vertebral body out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from spinefm.core.levels import Level
from spinefm.networks.med_sa import MedSA, MedSAConfig, freeze_for_adaptation
from spinefm.training.deformity import drawn_share
from spinefm.training.errors import RunFailed
from spinefm.training.films import FilmSet, FilmTrainer, TrainingFilm
from spinefm.training.kept import KeptFilms, drawn_kept, flags, goals, kept_facts
from spinefm.training.patches import (
    TILTED,
    Square,
    cut_film,
    cut_mask,
    draw_angle,
    label_at,
    random_pixel,
    varied_patch,
)
from spinefm.training.ranks import device_of, placed, precise
from spinefm.training.scores import dice
from spinefm.training.settings import Recipe

SIDES = (2.3, 4.2)
"""Sides of training patches in units of the local spacing, round the side that the configuration fixes (3)."""
LEVEL_WEIGHTS = {Level.C2: 1.5, Level.S1: 1.5}
"""The spine's ends are rarer than other levels, once or never on a film, and have shapes of their own."""
BALANCE = 0.7
"""Exponent of a level's number of bodies: chests and whole spines do not drown the levels of necks."""
LEAST_VISIBLE = 0.3
"""Share of a body in view from which it is prompted for: less shows no body but an endplate."""
TRIES = 1000
"""Draws after which films that give nothing are given up."""
VALIDATED = (96, 592)
"""Bodies scored at each validation and at the last one."""
VALIDATION_BATCH = 16


@dataclass(frozen=True, eq=False)
class PromptBatch:
    """patches (B, 1, S, S) in [0, 1]; clicks (B, 2) as (x, y) patch pixels; masks (B, S, S) of 0 and 1.

    kept: (B,) whether the network's own masks of before count beside the truth.
    """

    patches: Tensor
    clicks: Tensor
    masks: Tensor
    kept: Tensor


@dataclass(frozen=True, eq=False)
class MedSATrainer(FilmTrainer):
    """Draws prompts as they will be wrong at inference: off the centre, at any angle, the side off by a fifth."""

    config: MedSAConfig = MedSAConfig()
    recipe: Recipe = Recipe(batch=16, learning_rate=1e-3, bf16=True, gpu_batch=64)
    network: str = "med_sa"
    kept: KeptFilms | None = None

    def facts(self) -> dict[str, object]:
        """The films behind the weights, for their card."""
        return {**super().facts(), **kept_facts(self.kept)}

    def build(self) -> nn.Module:
        """The untrained network; with adapters all but them and the decoder is frozen."""
        model = MedSA(self.config)
        if self.config.encoder == "vit":
            freeze_for_adaptation(model)
        return model

    def draw(self, rng: np.random.Generator, count: int) -> PromptBatch:
        """`count` prompts with their masks."""
        kept = drawn_kept(self.kept, rng, count)
        samples = [self._sample(rng, each) for each in kept]
        return _batch([patch for patch, _ in samples], [mask for _, mask in samples], kept)

    def losses(self, model: nn.Module, batch: PromptBatch) -> dict[str, Tensor]:
        """Binary cross entropy plus soft Dice, and the squared error of the network's own estimate of its IoU.

        Bodies fill about a tenth of a patch, so their pixels weigh 1.5; the estimate weighs 0.2: the mask comes first.
        """
        if not isinstance(model, MedSA):
            raise TypeError("Med-SA's trainer trains Med-SA.")
        logits, iou = model.forward_with_iou(batch.patches, batch.clicks)  # (B, S, S), (B,)
        if self.recipe.published:
            return {"cross_entropy": published_loss(logits, batch.masks)}
        masks = self.targets(batch)
        entropy = functional.binary_cross_entropy_with_logits(logits, masks, pos_weight=logits.new_tensor(1.5))
        estimate = functional.mse_loss(iou, iou_of(logits.detach() > 0, batch.masks > 0))
        return {"cross_entropy": entropy, "dice": soft_dice_loss(logits, masks), "iou": 0.2 * estimate}

    def targets(self, batch: PromptBatch) -> Tensor:
        """The masks (B, S, S) to learn: the truth, on kept films mixed with the network's own of before."""
        if self.kept is None:
            return batch.masks
        return goals(batch.masks, torch.sigmoid(self.kept.answers(batch.patches, batch.clicks)), batch.kept)

    def validate(self, model: nn.Module, thorough: bool) -> dict[str, float]:
        """Mean Dice at a threshold of 0.5 over unseen bodies, per region and for the two spine ends."""
        rng = np.random.default_rng(17)
        scores: list[tuple[Level, float]] = []
        for _ in range(VALIDATED[thorough] // VALIDATION_BATCH):
            levels, batch = self._unseen_batch(rng)
            on_device = placed(batch, device_of(model))
            with precise(model, self.recipe.bf16):
                found = (model(on_device.patches, on_device.clicks) > 0).cpu().numpy()  # (B, S, S)
            true = batch.masks.numpy() > 0.5
            scores += [(level, dice(*masks)) for level, *masks in zip(levels, found, true, strict=True)]
        return _by_region(scores)

    def _unseen_batch(self, rng: np.random.Generator) -> tuple[list[Level], PromptBatch]:
        """Prompts as inference gives them: straight patches, a tenth of a width off, the side up to a tenth off."""
        levels, patches, masks = [], [], []
        for _ in range(VALIDATION_BATCH):
            film, level = draw_body(self.unseen, rng)
            side = self.config.side_in_spacings * film.spacing(level) * rng.uniform(0.9, 1.1)
            square = Square(click_near(film, level, 0.1, rng), side)
            levels.append(level)
            patches.append(cut_film(film, square, self.config.patch))
            masks.append(cut_mask(film, level, square, self.config.patch))
        return levels, _batch(patches, masks)

    def _sample(self, rng: np.random.Generator, kept: bool = False) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """A patch and the mask of the body that its middle prompts for; a prompt that shows no body is drawn again."""
        films = self.kept.films if self.kept and kept else self.films
        for _ in range(TRIES):
            film, level = draw_body(films, rng)
            if self.recipe.published:
                return self._published_sample(film, level, rng)
            if not kept and rng.random() > drawn_share(film.deformed.get(level, 0.0)):
                continue
            square = Square(
                centre=draw_click(film, level, rng),
                side=rng.uniform(*SIDES) * film.spacing(level),
                angle=draw_angle(rng, 0.2, 0.0 if kept else TILTED),
                mirrored=bool(rng.random() < 0.5),
            )
            mask = cut_mask(film, level, square, self.config.patch)
            if mask.any():
                return varied_patch(film, square, self.config.patch, rng), mask
        raise RunFailed(f"{TRIES} prompts in a row showed no body; simulate the films again.")

    def _published_sample(
        self, film: TrainingFilm, level: Level, rng: np.random.Generator
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """A straight patch round a random point of the body, as it is (SpineFM, section 3)."""
        centre = random_pixel(film, level, rng)
        side = self.config.side_px or self.config.side_in_spacings * film.spacing(level)
        square = Square(centre, side)
        size = self.config.patch
        return cut_film(film, square, size), cut_mask(film, level, square, size)


def published_loss(logits: Tensor, masks: Tensor) -> Tensor:
    """Binary cross entropy at 256 x 256 in which a body's pixels weigh 2 (SpineFM's code); both (B, S, S)."""
    size = (min(256, masks.shape[1]), min(256, masks.shape[2]))
    small = functional.interpolate(logits[:, None], size, mode="bilinear", align_corners=False)  # (B, 1, 256, 256)
    truth = functional.interpolate(masks[:, None], size, mode="nearest")  # (B, 1, 256, 256)
    return functional.binary_cross_entropy_with_logits(small, truth, pos_weight=logits.new_tensor(2.0))


def draw_body(films: FilmSet, rng: np.random.Generator) -> tuple[TrainingFilm, Level]:
    """A body of which at least a third is in view; C2 and S1 more often than others."""
    for _ in range(TRIES):
        film, level = films.draw_level(rng, LEVEL_WEIGHTS, BALANCE)
        if film.visible[level] >= LEAST_VISIBLE:
            return film, level
    raise RunFailed(f"{TRIES} bodies in a row are hardly in view; add films that show whole ones.")


def draw_click(film: TrainingFilm, level: Level, rng: np.random.Generator) -> tuple[float, float]:
    """A prompt for `level`: where the induction arrives, near the centroid, in the body or in the disc beside it."""
    kind = rng.random()
    proposed = proposed_click(film, level, rng) if kind < 0.45 else None
    if proposed is not None and label_at(film, np.array(proposed)) in (0, level):
        return proposed
    if kind < 0.8:
        return click_near(film, level, 0.15, rng)
    if kind < 0.95:
        return random_pixel(film, level, rng)
    return _click_in_disc(film, level, rng)


def click_near(film: TrainingFilm, level: Level, spread: float, rng: np.random.Generator) -> tuple[float, float]:
    """A point about the centroid; `spread` is the standard deviation along x and y in body widths."""
    width = 1.1 * film.sizes[level]  # a body is a little wider than high
    x, y = film.centroids[level] + np.clip(rng.normal(0.0, spread, 2), -0.4, 0.4) * width
    return float(x), float(y)


def proposed_click(film: TrainingFilm, level: Level, rng: np.random.Generator) -> tuple[float, float] | None:
    """The point that the induction proposes for `level`: one step on from the two bodies before it, a tenth off.

    It lies low in C2, whose centroid is half a spacing higher than a step leads. None without two bodies before it.
    """
    index, way = film.order.index(level), int(rng.choice((-1, 1)))
    before = [film.order[i] for i in (index + way, index + 2 * way) if 0 <= i < len(film.order)]
    if len(before) < 2 or not all(other in film.centroids for other in before):
        return None
    near, far = (film.centroids[other] for other in before)
    x, y = 2 * near - far + rng.normal(0.0, 0.1, 2) * np.linalg.norm(near - far)
    return float(x), float(y)


def _click_in_disc(film: TrainingFilm, level: Level, rng: np.random.Generator) -> tuple[float, float]:
    """A point just beyond an endplate of `level`, still closer to it than to its neighbour."""
    neighbours = film.neighbours(level)
    if not neighbours:
        return click_near(film, level, 0.15, rng)
    other = neighbours[int(rng.integers(len(neighbours)))]
    x, y = film.centroids[level] + rng.uniform(0.36, 0.48) * (film.centroids[other] - film.centroids[level])
    return float(x), float(y)


def soft_dice_loss(logits: Tensor, masks: Tensor) -> Tensor:
    """1 - Dice of probabilities, averaged over the batch; logits and masks (B, S, S)."""
    probabilities = torch.sigmoid(logits)  # (B, S, S)
    shared = (probabilities * masks).sum(dim=(1, 2))  # (B,)
    total = probabilities.sum(dim=(1, 2)) + masks.sum(dim=(1, 2))  # (B,)
    return (1 - (2 * shared + 1) / (total + 1)).mean()  # ()


def iou_of(found: Tensor, true: Tensor) -> Tensor:
    """Intersection over union (B,) of boolean masks (B, S, S)."""
    union = (found | true).sum(dim=(1, 2)).clamp_min(1)  # (B,)
    return (found & true).sum(dim=(1, 2)) / union  # (B,)


def _by_region(scores: list[tuple[Level, float]]) -> dict[str, float]:
    """Mean Dice overall, per region and for C2 and S1, with the share of bodies under 0.9."""
    groups: dict[str, list[float]] = {"dice": [], "dice_C2": [], "dice_S1": []}
    for level, value in scores:
        name = f"dice_{level.name}" if level in (Level.C2, Level.S1) else f"dice_{level.region.value}"
        groups["dice"].append(value)
        groups.setdefault(name, []).append(value)
    means = {name: round(float(np.mean(values)), 4) for name, values in groups.items() if values}
    return means | {"below_0.9": round(float(np.mean([value < 0.9 for value in groups["dice"]])), 4)}


def _batch(
    patches: list[NDArray[np.float32]], masks: list[NDArray[np.float32]], kept: list[bool] | None = None
) -> PromptBatch:
    """Stack samples; the click is the middle of every patch, as it is at inference. Without `kept` none is."""
    stacked = torch.from_numpy(np.stack(patches))[:, None]  # (B, 1, S, S)
    middle = (stacked.shape[-1] - 1) / 2
    clicks = torch.full((len(patches), 2), middle)  # (B, 2)
    return PromptBatch(stacked, clicks, torch.from_numpy(np.stack(masks)), flags(kept, len(patches)))
