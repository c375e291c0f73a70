"""The tab "How it works": its figures come from the weights and the evaluation in the repository."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from spinefm.evaluation.published import PUBLISHED
from spinefm.networks.level_classifier import LevelClassifierConfig
from spinefm.networks.mask_rcnn import MaskRCNNConfig
from spinefm.networks.med_sa import MedSAConfig
from spinefm.networks.point_predictor import PointPredictorConfig
from spinefm.networks.registry import NETWORKS
from spinefm.ui.server.how_tab import ROLES, facts, our_figures, parameters_of, published_figures, said_once
from spinefm.weights.manifest import Manifest

PAPER = {
    "mask_rcnn": MaskRCNNConfig.paper(),
    "point_predictor": PointPredictorConfig.paper(),
    "med_sa": MedSAConfig.paper(),
    "classifier": LevelClassifierConfig.paper(),
}


def test_parameters_are_counted_from_the_header(tmp_path: Path) -> None:
    save_file({"a": torch.zeros(3, 4), "b": torch.zeros(5)}, str(tmp_path / "w.safetensors"))
    assert parameters_of(tmp_path / "w.safetensors") == 17


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.network)
def test_the_papers_sizes_are_those_of_the_networks(role) -> None:
    with torch.device("meta"):
        network = NETWORKS[role.network].build(PAPER[role.network])
    millions = sum(parameter.numel() for parameter in network.parameters()) / 1e6
    assert role.paper_millions == pytest.approx(millions, rel=0.01)


def test_every_network_of_the_compact_bundle_has_its_size() -> None:
    shown = facts(Manifest.read())["networks"]
    assert [one["network"] for one in shown] == [role.network for role in ROLES]
    assert all(one["millions"] > 0 for one in shown)


def test_what_the_weights_were_trained_on_is_said_once() -> None:
    twice = "phantoms only; no patient's film; phantoms; pictures too; no patient's film"
    assert said_once(twice) == "phantoms; pictures too; no patient's film"
    assert said_once("phantoms only; no patient's film") == "phantoms only; no patient's film"
    clauses = facts(Manifest.read())["trained_on"].split("; ")
    assert len(clauses) == len(set(clauses))
    assert clauses[0].startswith("simulated radiographs") and clauses[-1] == "no patient's film"


def test_of_what_a_network_was_trained_on_the_newest_words_hold() -> None:
    first = "phantoms; the view network also on photos, its encoder on ImageNet; no patient's film"
    second = "phantoms; the view network also on drawings; no patient's film"
    classifier = "phantoms; no patient's film"
    wanted = "phantoms; the view network also on drawings; no patient's film"
    assert said_once(f"{first}; {second}") == wanted
    assert said_once(f"{first}; {second}; {classifier}") == wanted


def test_our_figures_are_the_row_of_all_bodies(tmp_path: Path) -> None:
    levels = tmp_path / "levels.csv"
    levels.write_text("name,count,identified,located_dsc,overall_dsc\nC2,2,100,.9,.9\nall,7,98.5,.96,.94\n")
    figures = our_figures(levels)
    assert figures is not None
    assert (figures["bodies"], figures["identified"], figures["overall_dsc"]) == (7, 98.5, 0.94)
    assert our_figures(tmp_path / "missing.csv") is None


def test_published_figures_name_their_data_set() -> None:
    assert [(row["films"], row["identified"]) for row in published_figures()] == [
        (f"{dataset}, {region}", PUBLISHED[dataset][region].identified)
        for dataset, region in (("NHANES II", "cervical"), ("NHANES II", "lumbar"), ("CSXA", "cervical"))
    ]
