"""Weights of others in our names: SAM's checkpoint, and the four files that SpineFM's authors publish.

Every tensor of a file must be known and every tensor of the network given, in its shape: a file that is not understood
whole is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from spinefm.core.foreign import reason_of
from spinefm.weights.manifest import BundleError

if TYPE_CHECKING:
    from torch import Tensor

    from spinefm.networks.med_sa import MedSAConfig

State = Mapping[str, "Tensor"]

PUBLISHED_SIDES = {"csxa": (300, 256), "nhanes": (600, 512)}
"""Sides in film pixels of the published patches, of Med-SA and of the classifier (SpineFM's code), by data set."""

_MED_SA_NAMES = (
    (r"\.attn\.rel_([hw])$", r".attn.rel_pos_\1"),
    (r"\.Space_Adapter\.D_fc1\.", ".space_adapter.down."),
    (r"\.Space_Adapter\.D_fc2\.", ".space_adapter.up."),
    (r"\.MLP_Adapter\.D_fc1\.", ".mlp_adapter.down."),
    (r"\.MLP_Adapter\.D_fc2\.", ".mlp_adapter.up."),
    (r"(transformer\.layers\.\d\.mlp)\.layers\.0\.0\.", r"\1.lin1."),
    (r"(transformer\.layers\.\d\.mlp)\.fc\.", r"\1.lin2."),
)
_UNUSED = re.compile(r"^image_encoder\.blocks\.\d+\.Depth_Adapter\.D_fc[12]\.(weight|bias)$")
"""Adapters between the slices of a volume: in every file, and no film passes them."""


@dataclass(frozen=True, eq=False)
class Converted:
    """Weights in our names with the configuration of their network."""

    network: str
    config: Any
    state: State


def read_checkpoint(path: Path) -> dict[str, Any]:
    """The contents of a `torch.save` file, tensors and plain values only: no code in it is run.

    Raises BundleError for a file that is missing, no such file, or one that holds anything else.
    """
    import pickle

    import torch

    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise BundleError(f"There is no file {path}: download it first.") from None
    except OSError as error:
        raise BundleError(f"{path} cannot be read ({reason_of(error)}): give a published .pth file.") from error
    except (pickle.UnpicklingError, RuntimeError, ValueError, EOFError, KeyError) as error:
        raise BundleError(f"{path} is damaged or not a checkpoint of tensors alone: download it again.") from error
    if not isinstance(content, dict):
        raise BundleError(f"{path} contains a {type(content).__name__} instead of named tensors: use another file.")
    return content


def converted(content: Mapping[str, Any], films: str = "csxa") -> Converted:
    """One of the authors' four files, told by the names in it, in our names.

    films: "csxa" or "nhanes", the films that the file was trained on; they decide the sides of patches.

    Raises BundleError for a file that is none of the four, and for tensors that are unknown, missing or misshapen.
    """
    state = content["state_dict"] if isinstance(content.get("state_dict"), dict) else content
    other = next((name for name, value in state.items() if not hasattr(value, "shape")), None)
    if other is not None:
        raise BundleError(f"The entry {other} is not a tensor: give one of the authors' files as it is.")
    for mark, convert in _KINDS.items():
        if mark in state:
            return convert(state, PUBLISHED_SIDES[films])
    raise BundleError(
        f"The {len(state)} entries of this file match none of the four published networks: give one of the "
        "authors' files for Med-SA, Mask R-CNN, the classifier or the point predictor."
    )


def published_med_sa(state: State, config: MedSAConfig) -> dict[str, Tensor]:
    """The published Med-SA's tensors in our names, for a network of `config` (compat "medsa").

    Raises BundleError for tensors that are unknown, missing or misshapen.
    """
    return _fitted(_renamed(state, _MED_SA_NAMES), "med_sa", config)


def sam_base(state: State, config: MedSAConfig) -> dict[str, Tensor]:
    """SAM's own checkpoint as the frozen base of a Med-SA of `config`, complete: encoder, prompts and decoder.

    Raises BundleError for tensors that are unknown, missing or misshapen.
    """
    shapes = {name: shape for name, shape in expected_shapes("med_sa", config).items() if "_adapter." not in name}
    check_fit(shapes, state, "The checkpoint of SAM")
    return dict(state)


def expected_shapes(network: str, config: Any) -> dict[str, tuple[int, ...]]:
    """Name -> shape of every tensor that inference needs, without building the network in memory."""
    import torch

    from spinefm.networks.mask_rcnn import SpineMaskRCNN
    from spinefm.networks.registry import NETWORKS

    with torch.device("meta"):
        model = NETWORKS[network].build(config)
    if isinstance(model, SpineMaskRCNN):
        model.drop_auxiliary()
    return {name: tuple(value.shape) for name, value in model.state_dict().items()}


def check_fit(expected: Mapping[str, tuple[int, ...]], state: State, what: str) -> None:
    """Raises BundleError, one sentence, unless `state` has exactly the `expected` names and shapes."""
    missing, extra = sorted(expected.keys() - state.keys()), sorted(state.keys() - expected.keys())
    shapes = sorted(name for name in expected.keys() & state.keys() if expected[name] != tuple(state[name].shape))
    if missing or extra or shapes:
        example = (missing or extra or shapes)[0]
        raise BundleError(
            f"{what} does not fit its network ({len(missing)} tensors missing, {len(extra)} unknown, {len(shapes)} of "
            f"another shape, such as {example}): use the file that belongs to it."
        )


def _med_sa(state: State, sides: tuple[int, int]) -> Converted:
    from spinefm.networks.med_sa import MedSAConfig

    config = MedSAConfig.paper("medsa", side_px=sides[0])
    return Converted("med_sa", config, published_med_sa(state, config))


def _mask_rcnn(state: State, _: tuple[int, int]) -> Converted:
    from spinefm.networks.mask_rcnn import MaskRCNNConfig

    config = MaskRCNNConfig.paper()
    return Converted("mask_rcnn", config, _fitted(state, "mask_rcnn", config))


def _classifier(state: State, sides: tuple[int, int]) -> Converted:
    """ResNet-50 or 101, told by its third stage; two classes (CSXA) or four."""
    from spinefm.networks.level_classifier import CLASSES, LevelClassifierConfig

    depth: Literal["resnet50", "resnet101"] = "resnet101" if "layer3.22.conv1.weight" in state else "resnet50"
    if "fc.bias" not in state:
        raise BundleError("The classifier has no head (fc.bias): use the file that belongs to it.")
    classes = CLASSES[: len(state["fc.bias"])]
    config = LevelClassifierConfig.paper(depth, classes, side_px=sides[1])
    return Converted("classifier", config, _fitted(state, "classifier", config))


def _point_predictor(state: State, _: tuple[int, int]) -> Converted:
    from spinefm.networks.point_predictor import PointPredictorConfig

    config = PointPredictorConfig.paper()
    return Converted("point_predictor", config, _fitted(state, "point_predictor", config))


_KINDS: Mapping[str, Callable[[State, tuple[int, int]], Converted]] = {
    "image_encoder.patch_embed.proj.weight": _med_sa,
    "roi_heads.box_predictor.cls_score.weight": _mask_rcnn,
    "layer1.0.conv1.weight": _classifier,
    "fc1.weight": _point_predictor,
}
"""A tensor that only one of the four files has -> how that file is converted."""


def _renamed(state: State, names: Iterable[tuple[str, str]]) -> dict[str, Tensor]:
    renamed = {}
    for name, value in state.items():
        if _UNUSED.match(name):
            continue
        new = name
        for pattern, ours in names:
            new = re.sub(pattern, ours, new)
        renamed[new] = value
    return renamed


def _fitted(state: State, network: str, config: Any) -> dict[str, Tensor]:
    check_fit(expected_shapes(network, config), state, "The file")
    return dict(state)
