"""Configurations survive JSON, and refuse what they do not know."""

import json
from dataclasses import asdict

import pytest

from spinefm.networks.config import config_from_dict
from spinefm.networks.registry import NETWORKS, build_network

PAPER = [name for name in NETWORKS if name != "view"]
"""The view network is this project's own: there is no published size."""


@pytest.mark.parametrize(
    ("size", "name"), [*(("compact", name) for name in NETWORKS), *(("paper", name) for name in PAPER)]
)
def test_round_trip_through_json(name: str, size: str) -> None:
    kind = NETWORKS[name].config
    config = kind() if size == "compact" else kind.paper()
    assert config_from_dict(kind, json.loads(json.dumps(asdict(config)))) == config


@pytest.mark.parametrize("name", PAPER)
def test_paper_differs_from_compact(name: str) -> None:
    assert NETWORKS[name].config() != NETWORKS[name].config.paper()


@pytest.mark.parametrize("name", NETWORKS)
def test_unknown_field_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no field colour"):
        build_network(name, {"colour": "blue"})


def test_unknown_network_is_refused() -> None:
    with pytest.raises(ValueError, match="no network"):
        build_network("transformer", {})


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("mask_rcnn", {"backbone": "huge"}),
        ("mask_rcnn", {"widths": [8, 8, 8]}),
        ("med_sa", {"encoder": "swin"}),
        ("med_sa", {"patch": 100}),
        ("med_sa", {"blocks": [1, 1]}),
        ("classifier", {"depth": "resnet7"}),
        ("classifier", {"normalisation": "none"}),
        ("classifier", {"normalisation": "imagenet", "channels": 1}),
        ("point_predictor", {"frame": "polar"}),
    ],
)
def test_values_that_make_no_network_are_refused(name: str, values: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        build_network(name, values)
