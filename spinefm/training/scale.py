"""What each bundle's networks are at training time: their sizes, their recipes, and the weights they start from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from spinefm.data import DatasetError, open_dataset
from spinefm.networks.efficientnet_lite import EfficientNetLite
from spinefm.networks.level_classifier import LevelClassifier, LevelClassifierConfig, LiteClassifier, PairClassifier
from spinefm.networks.mask_rcnn import MaskRCNNConfig, SpineMaskRCNN
from spinefm.networks.med_sa import MedSA, MedSAConfig
from spinefm.networks.point_predictor import PointPredictorConfig
from spinefm.networks.view import ViewNet
from spinefm.training.errors import TrainingError
from spinefm.training.settings import Recipe
from spinefm.weights.convert import PUBLISHED_SIDES
from spinefm.weights.load import load_bundle
from spinefm.weights.manifest import SAM_VIT_B, WEIGHTS_FOLDER, BundleError
from spinefm.weights.pretrained import fetch_base

NO_CLIP = 1e9
"""A largest norm that no gradient reaches: the published runs clip nothing."""
OUR_PATCH = 512
"""Side in px of Med-SA's patches in our recipe: three spacings are seldom more px on a film, and the published 1024
take five times as long."""

PAPER: Mapping[str, tuple[Any, Recipe]] = {
    "mask_rcnn": (MaskRCNNConfig.paper(), Recipe(batch=4, learning_rate=2e-4, gradient_clip=5.0, bf16=True)),
    "med_sa": (
        MedSAConfig.paper(patch=OUR_PATCH),
        Recipe(batch=4, learning_rate=3e-4, gradient_clip=1.0, bf16=True, channels_last=False, gpu_batch=32),
    ),
    "classifier": (LevelClassifierConfig.paper(), Recipe(batch=32, learning_rate=3e-4, bf16=True)),
    "point_predictor": (
        PointPredictorConfig(),
        Recipe(batch=512, learning_rate=3e-3, weight_decay=0.0, channels_last=False),
    ),
}
"""The bundle `paper` with our recipe: AdamW with warm-up and cosine, averaged weights, augmentation."""

PUBLISHED: Mapping[str, tuple[Any, Recipe]] = {
    "mask_rcnn": (
        MaskRCNNConfig.paper(),
        Recipe(4, 5e-3, 5e-4, 0.0, NO_CLIP, 0.0, optimizer="sgd", schedule="steps", published=True),
    ),
    "med_sa": (
        MedSAConfig.paper("medsa"),
        Recipe(1, 1e-4, 0.0, 0.0, NO_CLIP, 0.0, False, False, "adam", "constant", published=True),
    ),
    "classifier": (
        LevelClassifierConfig.paper(),
        Recipe(32, 1e-3, 0.0, 0.0, NO_CLIP, 0.0, optimizer="adam", schedule="constant", published=True),
    ),
    "point_predictor": (
        PointPredictorConfig.paper(),
        Recipe(1, 1e-3, 0.0, 0.0, NO_CLIP, 0.0, False, False, "adam", "constant", published=True),
    ),
}
"""The bundle `paper` as published (SpineFM's code): optimisers, rates and schedules, no augmentation, no average; its
Med-SA is Medical SAM Adapter's and takes films as they are."""

_PUBLISHED_FILMS = {"csxa": "csxa", "nhanes2": "nhanes"}
"""The published film sets by the kind of data set that they are read as."""

_HEADS = {
    "mask_rcnn": ("roi_heads.box_predictor.", "roi_heads.mask_predictor.mask_fcn_logits."),
    "classifier": ("fc.",),
}
"""What depends on the classes, and so starts from random weights."""
_RELEASED = ("resnet50", "resnet101")
"""The classifiers of which torchvision has public weights."""


def sizes_and_recipe(network: str, bundle: str, recipe: str) -> tuple[Any, Recipe] | None:
    """Configuration and recipe of a network; None for those that the network's own trainer brings (compact).

    Raises TrainingError for a network that the bundle has not.
    """
    if bundle == "compact":
        if recipe != "default":
            raise TrainingError(f'The recipe "{recipe}" belongs to the bundle "paper"; add --bundle paper.')
        return None
    table = PUBLISHED if recipe == "paper" else PAPER
    if network not in table:
        raise TrainingError(f'The bundle "{bundle}" has no {network}; its networks are {", ".join(table)}.')
    return table[network]


def with_published_sides(config: Any, folders: Sequence[Path]) -> Any:
    """A published configuration with the fixed sides of its patches, where the films are CSXA's or NHANES II's.

    Other films have another resolution, so there the sides stay in units of the spacing.
    """
    sides = {PUBLISHED_SIDES.get(_PUBLISHED_FILMS.get(_kind(folder), "")) for folder in folders}
    fixed = sides.pop() if len(sides) == 1 else None
    if fixed is None or not isinstance(config, MedSAConfig | LevelClassifierConfig):
        return config
    return replace(config, side_px=fixed[0 if isinstance(config, MedSAConfig) else 1])


def _kind(folder: Path) -> str:
    try:
        return open_dataset("auto", folder).kind
    except DatasetError:
        return ""


def start_pretrained(model: nn.Module) -> None:
    """Fill a network with its public weights: SAM, COCO or ImageNet; other networks have none.

    Raises TrainingError where they cannot be had.
    """
    try:
        if isinstance(model, MedSA):
            _start_from_sam(model)
        elif isinstance(model, SpineMaskRCNN):
            load_but_heads(model, _coco(), _HEADS["mask_rcnn"])
        elif isinstance(model, LevelClassifier) and model.config.depth in _RELEASED:
            load_but_heads(model, _imagenet(model.config.depth), _HEADS["classifier"])
        elif isinstance(model, ViewNet):
            model.encoder.load_state_dict(_shipped_encoder())
        elif isinstance(model, PairClassifier | LiteClassifier):
            _start_low(model.lite.encoder if isinstance(model, PairClassifier) else model.encoder)
    except (BundleError, OSError) as error:
        raise TrainingError(f"{error} Or start from random weights with --from-scratch.") from error


def load_but_heads(model: nn.Module, state: Mapping[str, Tensor], heads: tuple[str, ...]) -> None:
    """Load all of `state` but what starts with one of `heads`. Raises TrainingError unless the rest fits completely."""
    own = model.state_dict()
    kept = {name: value for name, value in state.items() if not name.startswith(heads)}
    wanted = {name for name in own if not name.startswith(heads)}
    wrong = sorted(wanted ^ kept.keys()) or sorted(name for name in wanted if own[name].shape != kept[name].shape)
    if wrong:
        raise TrainingError(
            f"The weights to start from do not fit this network (such as {wrong[0]}): it has another size. Start from "
            "random weights, with --from-scratch or without --start."
        )
    model.load_state_dict({**own, **kept})


def _start_from_sam(model: MedSA) -> None:
    from safetensors.torch import load_file

    base = load_file(fetch_base(SAM_VIT_B, WEIGHTS_FOLDER))
    load_but_heads(model, {**_adapters(model), **base}, ())


def _adapters(model: nn.Module) -> dict[str, Tensor]:
    return {name: value for name, value in model.state_dict().items() if "_adapter." in name}


def _start_low(encoder: EfficientNetLite) -> None:
    """Fill the first stages of an encoder with public weights; the compact bundle holds no later ones."""
    encoder.load_state_dict({**encoder.state_dict(), **_shipped_encoder()})


def _shipped_encoder() -> Mapping[str, Tensor]:
    """The view network's encoder: public weights, which the compact bundle holds as they were released."""
    shipped = load_bundle("compact", "cpu").view
    if shipped is None:
        raise BundleError("The compact bundle has no view network.")
    return shipped.encoder.state_dict()


def _coco() -> Mapping[str, Tensor]:
    """torchvision's Mask R-CNN, loaded by torchvision: the released file has the names of an older version."""
    from torchvision.models.detection import MaskRCNN_ResNet50_FPN_Weights, maskrcnn_resnet50_fpn

    return _released(partial(maskrcnn_resnet50_fpn, weights=MaskRCNN_ResNet50_FPN_Weights.COCO_V1))


def _imagenet(depth: str) -> Mapping[str, Tensor]:
    """torchvision's ResNet, loaded by torchvision: the released file counts no batches."""
    from torchvision.models import ResNet50_Weights, ResNet101_Weights, resnet50, resnet101

    networks = {
        "resnet50": partial(resnet50, weights=ResNet50_Weights.IMAGENET1K_V1),
        "resnet101": partial(resnet101, weights=ResNet101_Weights.IMAGENET1K_V1),
    }
    return _released(networks[depth])


def _released(build: Callable[[], nn.Module]) -> Mapping[str, Tensor]:
    """The tensors of a network that torchvision downloads and fills. Raises TrainingError."""
    try:
        return build().state_dict()
    except (OSError, HTTPException, RuntimeError) as error:  # torch.hub says RuntimeError for a wrong checksum
        raise TrainingError(
            f"The public weights to start from cannot be fetched ({error}): go online once and try again, "
            "or start from random weights with --from-scratch."
        ) from error


def optimizer_of(groups: list[dict[str, Any]], recipe: Recipe) -> torch.optim.Optimizer:
    """The recipe's optimiser."""
    if recipe.optimizer == "sgd":
        return torch.optim.SGD(groups, lr=recipe.learning_rate, momentum=0.9)
    if recipe.optimizer == "adam":
        return torch.optim.Adam(groups, lr=recipe.learning_rate)
    on_gpu = all(parameter.is_cuda for group in groups for parameter in group["params"])
    return torch.optim.AdamW(groups, lr=recipe.learning_rate, fused=on_gpu or None)  # one kernel for all weights
