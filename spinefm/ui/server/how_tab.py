"""The tab "How it works": the method as a diagram that follows the run on show, the networks, figures and sources."""

from __future__ import annotations

import csv
import json
import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from math import prod
from pathlib import Path
from typing import Any

import gradio as gr

from spinefm.evaluation.published import CSXA, NHANES, PUBLISHED
from spinefm.networks.config import SECOND
from spinefm.ui.server.explorer import EVALUATIONS
from spinefm.ui.server.housekeeping import KEPT_FOR
from spinefm.ui.server.tabs import Parts, TabPlan
from spinefm.weights.manifest import COMPACT, Manifest, WeightFile

OFFERED = EVALUATIONS / "phantoms" / "levels.csv"
"""The evaluation of phantoms that the explorer offers."""


@dataclass(frozen=True)
class Role:
    """What a network does in the method, and its size in the paper.

    stage: the box of the diagram in which it works.
    paper_millions: parameters of the published architecture, in millions.
    """

    network: str
    stage: str
    title: str
    job: str
    paper: str
    paper_millions: float


ROLES = (
    Role(
        "mask_rcnn",
        "find",
        "Detector",
        "Finds every vertebra it can on the whole film; the three surest neighbours start the induction.",
        "Mask R-CNN, ResNet-50-FPN",
        43.9,
    ),
    Role(
        "point_predictor",
        "predict",
        "Point predictor",
        "Predicts the next centroid from the last three.",
        "perceptron 6-50-2",
        0.000452,
    ),
    Role(
        "med_sa",
        "segment",
        "Med-SA",
        "Outlines the body at that point: Segment Anything with adapters for medical images.",
        "SAM ViT-B with adapters",
        100.8,
    ),
    Role(
        "classifier",
        "class",
        "Classifier",
        "Decides whether the mask contains a vertebra, an end of the spine (C2 or S1) or background.",
        "ResNet-101",
        42.5,
    ),
)
"""The four networks of SpineFM in the order in which they work (Simons and Papież 2025, section 2)."""


def parameters_of(path: Path) -> int:
    """The number of values in a safetensors file, read from its header alone."""
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
    return sum(prod(entry["shape"]) for name, entry in header.items() if name != "__metadata__")


def facts(manifest: Manifest, levels: Path = OFFERED) -> dict[str, Any]:
    """What the tab shows, read from the weights and the evaluation that the page offers."""
    networks = manifest.bundle(COMPACT).networks if COMPACT in manifest.bundles else {}
    return {
        "networks": [_network(role, _files(role, networks), manifest.folder) for role in ROLES],
        "trained_on": said_once(manifest.bundle(COMPACT).trained_on) if networks else "",
        "ours": our_figures(levels),
        "published": published_figures(),
        "kept_for": KEPT_FOR,
    }


def said_once(trained_on: str) -> str:
    """What weights were trained on, each clause once: a bundle keeps the words of every training that made it.

    Of a network named in a clause the newest words hold; "X only" is left out where another training says "X" and more.
    The films come first and what was not used last, whichever network was trained last.

    >>> said_once("phantoms only; no patient's film; phantoms; the view network also on photos; no patient's film")
    "phantoms; the view network also on photos; no patient's film"
    """
    said: dict[str, str] = {}
    for clause in trained_on.split("; "):
        subject = _subject(clause)
        if subject not in said or " only" not in clause:
            said[subject] = clause
    return "; ".join(sorted(said.values(), key=lambda clause: clause.startswith("no ")))


def _subject(clause: str) -> str:
    """What a clause is about: the network that it names, else its own words."""
    network = re.match(r"the \w+ network\b", clause)
    return network[0] if network else clause.replace(" only", "", 1)


def _files(role: Role, networks: Mapping[str, WeightFile]) -> list[WeightFile]:
    """The files of a network; a pair of classifiers has two."""
    names = (role.network, SECOND) if role.network == "classifier" else (role.network,)
    return [networks[name] for name in names if name in networks]


def _network(role: Role, files: Sequence[WeightFile], folder: Path) -> dict[str, Any]:
    paths = [folder / file.file for file in files]
    found = bool(paths) and all(path.is_file() for path in paths)
    return asdict(role) | {
        "millions": sum(map(parameters_of, paths)) / 1e6 if found else None,
        "megabytes": sum(file.bytes for file in files) / 1e6 if files else None,
    }


def our_figures(levels: Path) -> dict[str, Any] | None:
    """The row of all bodies of an evaluation's `levels.csv`, or None where there is none."""
    if not levels.is_file():
        return None
    with levels.open(encoding="utf-8", newline="") as file:
        row = next((row for row in csv.DictReader(file) if row["name"] == "all"), None)
    if row is None:
        return None
    shown = {key: float(row[key]) for key in ("identified", "located_dsc", "overall_dsc")}
    return {"films": "simulated films (phantoms)", "bodies": int(row["count"])} | shown


def published_figures() -> list[dict[str, Any]]:
    """The totals of the paper's table 1, each with the data set it was measured on."""
    rows = ((NHANES, "cervical"), (NHANES, "lumbar"), (CSXA, "cervical"))
    return [{"films": f"{dataset}, {region}"} | asdict(PUBLISHED[dataset][region]) for dataset, region in rows]


def _text(name: str) -> str:
    return files("spinefm.ui").joinpath("how", name).read_text(encoding="utf-8")


def build(_parts: Parts) -> None:
    """Build the tab inside the current page."""
    gr.HTML(
        value=facts(Manifest.read()),
        html_template=_text("how.html"),
        css_template=_text("how.css"),
        js_on_load=_text("how.js"),
        apply_default_css=False,
        elem_id="how",
    )


PLAN = TabPlan("how", "How it works", build)
