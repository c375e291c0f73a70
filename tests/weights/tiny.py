"""A bundle of small networks: written, read, and damaged."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import nn

from spinefm.networks.level_classifier import LevelClassifier, LevelClassifierConfig
from spinefm.networks.mask_rcnn import build_mask_rcnn
from spinefm.networks.med_sa import MedSA
from spinefm.networks.point_predictor import PointPredictor
from spinefm.weights.manifest import Manifest
from spinefm.weights.write import write_bundle
from tests.networks.test_mask_rcnn import TINY
from tests.networks.test_med_sa import CONV

REPO = "someone/spinefm-weights"


def networks() -> dict[str, nn.Module]:
    torch.manual_seed(0)
    return {
        "mask_rcnn": build_mask_rcnn(TINY),
        "med_sa": MedSA(CONV),
        "classifier": LevelClassifier(LevelClassifierConfig(patch=32)),
        "point_predictor": PointPredictor(),
    }


def write(folder: Path, models: dict[str, nn.Module]) -> Manifest:
    """Write the bundle; its manifest says that the repository has the files too."""
    written = write_bundle(folder, "tiny", models, licence="Apache-2.0", trained_on="nothing")
    entry = written.bundle("tiny")
    on_hub = {network: replace(file, repo_id=REPO) for network, file in entry.networks.items()}
    manifest = Manifest(folder, {"tiny": replace(entry, networks=on_hub)})
    manifest.write()
    return manifest


def read(folder: Path) -> Manifest:
    return Manifest.read(folder / "manifest.json")


def edit(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    path = folder / "manifest.json"
    raw = json.loads(path.read_text())
    change(raw)
    path.write_text(json.dumps(raw))


def restamp(folder: Path, network: str) -> None:
    """Enter a file as it now is, so that only its contents can be found wrong."""
    content = (folder / f"tiny/{network}.safetensors").read_bytes()
    stamp = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    edit(folder, lambda raw: raw["bundles"]["tiny"]["networks"][network].update(stamp))
