"""Names of the networks in a bundle, and how each is built from its configuration."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from torch import nn

from spinefm.networks.config import SECOND, config_from_dict
from spinefm.networks.instance_net import InstanceNet, InstanceNetConfig
from spinefm.networks.level_classifier import (
    LevelClassifier,
    LevelClassifierConfig,
    LiteClassifier,
    PairClassifier,
    build_classifier,
)
from spinefm.networks.mask_rcnn import MaskRCNNConfig, build_mask_rcnn
from spinefm.networks.med_sa import MedSA, MedSAConfig
from spinefm.networks.point_predictor import PointPredictor, PointPredictorConfig
from spinefm.networks.unet import UNet, UNetConfig
from spinefm.networks.view import ViewConfig, ViewNet


@dataclass(frozen=True)
class NetworkKind:
    """A network's configuration class and the function that builds the network from one."""

    config: type[Any]
    build: Callable[[Any], nn.Module]


NETWORKS: Mapping[str, NetworkKind] = {
    "mask_rcnn": NetworkKind(MaskRCNNConfig, build_mask_rcnn),
    "med_sa": NetworkKind(MedSAConfig, MedSA),
    "classifier": NetworkKind(LevelClassifierConfig, build_classifier),
    "point_predictor": NetworkKind(PointPredictorConfig, PointPredictor),
    "unet": NetworkKind(UNetConfig, UNet),
    "instance_net": NetworkKind(InstanceNetConfig, InstanceNet),
    "view": NetworkKind(ViewConfig, ViewNet),
}

REQUIRED = ("mask_rcnn", "med_sa", "classifier", "point_predictor")
"""The networks of SpineFM, without which there is no bundle; the others belong to the methods beside it."""


def build_network(name: str, config: Mapping[str, Any]) -> nn.Module:
    """Build the network `name` with random weights from `dataclasses.asdict` of its configuration.

    Raises:
        ValueError: no such network, or a configuration that it does not take.
    """
    if name not in (*NETWORKS, SECOND):
        raise ValueError(f'There is no network "{name}": the networks are {", ".join(NETWORKS)}.')
    kind = NETWORKS["classifier" if name == SECOND else name]
    return kind.build(config_from_dict(kind.config, config))


def stored_parts(networks: Mapping[str, nn.Module]) -> dict[str, nn.Module]:
    """The networks by the names of their files: a pair of classifiers is two."""
    parts = dict(networks)
    pair = parts.get("classifier")
    if isinstance(pair, PairClassifier):
        parts |= {"classifier": pair.resnet, SECOND: pair.lite}
    return parts


def joined_parts(parts: Mapping[str, nn.Module]) -> dict[str, nn.Module]:
    """The networks of a bundle whose files hold `parts`."""
    networks = {name: part for name, part in parts.items() if name != SECOND}
    resnet, lite = parts.get("classifier"), parts.get(SECOND)
    if isinstance(resnet, LevelClassifier) and isinstance(lite, LiteClassifier):
        networks["classifier"] = PairClassifier.of(resnet, lite)
    return networks
