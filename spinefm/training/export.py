"""From finished runs to shipped weights, with the facts of training and a model card."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from safetensors.torch import load_file
from torch import nn

from spinefm.networks.med_sa import has_adapters
from spinefm.networks.registry import NETWORKS, build_network
from spinefm.training.errors import TrainingError
from spinefm.training.films import DATA_SET
from spinefm.training.record import TrainingFolder, films_text, training_text
from spinefm.weights.load import load_bundle
from spinefm.weights.manifest import COMPACT, SAM_VIT_B, BaseFile, BundleError, Manifest
from spinefm.weights.pretrained import base_path
from spinefm.weights.publish import front_matter
from spinefm.weights.write import NO_PATIENT, rests_on, write_bundle

LICENCE = "Apache-2.0"
HALFWAY = "shipped is the mean of the weights before and after the last part; the scores are those after it"
SIMULATED = (
    "simulated radiographs of this project (spinefm.phantom); the view network also on pictures of the world, "
    "its encoder on ImageNet; a part of the classifier first on ImageNet"
)
TRAINED_ON = f"{SIMULATED}; {NO_PATIENT}"
UNSCORED = """
## Scores

These weights have not been scored yet: `spinefm evaluate` scores them on films with truth. What `{bundle}/notes.md`
says was measured with the weights before.
"""
"""What the card of newly exported weights ends with."""


def export_runs(runs: Sequence[Path], weights: Path, halfway: Sequence[str] = ()) -> dict[str, dict[str, Any]]:
    """Write the averaged weights of `runs` into their bundle, with the facts of training and a card.

    Networks of the bundle without a run stay as they are. Of a Med-SA trained on SAM only what was trained is written.

    Args:
        runs: folders that `spinefm train` wrote.
        weights: the folder of the manifest.
        halfway: networks that become the mean of the run's weights and the bundle's, which keeps more of what the
            network knew before a further training on new films.

    Returns:
        The facts of training of each network.

    Raises:
        TrainingError: a folder holds no validated run, the runs belong to two bundles, or a mean lacks one of the two.
    """
    loaded = [load_run(run) for run in runs]
    bundles = {str(about.get("bundle", COMPACT)) for _, _, about in loaded}
    if len(bundles) != 1:
        raise TrainingError(f"These runs are of the bundles {', '.join(sorted(bundles))}; export one bundle at a time.")
    bundle = bundles.pop()
    facts = read_facts(weights, bundle) | {network: about for network, _, about in loaded}
    networks = {network: model for network, model, _ in loaded}
    for network in halfway:
        networks[network] = mean_with_bundle(network, networks, weights, bundle)
        facts[network]["history"] = [*facts[network].get("history", ()), HALFWAY]
    base = _base_of(networks, weights)
    write_bundle(weights, bundle, networks, licence=LICENCE, trained_on=trained_on(facts), base=base)
    _facts_path(weights, bundle).write_text(json.dumps(facts, indent=1) + "\n")
    write_card(facts, weights, bundle, UNSCORED.format(bundle=bundle))
    return facts


def mean_with_bundle(network: str, trained: Mapping[str, nn.Module], weights: Path, bundle: str) -> nn.Module:
    """The trained network with the mean of its weights and those of the bundle. Raises TrainingError without both."""
    try:
        shipped = getattr(load_bundle(bundle, "cpu", manifest=Manifest.read(weights / "manifest.json")), network, None)
    except BundleError as error:
        raise TrainingError(f"{error} Export the run without --halfway.") from error
    if network not in trained or shipped is None:
        raise TrainingError(f"Halfway needs a run of {network} and one in the bundle; export it without --halfway.")
    model, before = trained[network], shipped.state_dict()
    mean = {
        name: (value + before[name]) / 2 if name in before and value.is_floating_point() else value
        for name, value in model.state_dict().items()
    }
    model.load_state_dict(mean)
    return model


def _base_of(networks: Mapping[str, nn.Module], weights: Path) -> BaseFile | None:
    """SAM, if it is on disk and the frozen part of the Med-SA equals it; else the network is stored whole."""
    med_sa, path = networks.get("med_sa"), base_path(SAM_VIT_B, weights)
    resting = med_sa is not None and has_adapters(med_sa) and path is not None and rests_on(med_sa, path)
    return SAM_VIT_B if resting else None


def trained_on(facts: Mapping[str, Mapping[str, Any]]) -> str:
    """What the films were, in earlier parts of a run too; films of a data set have no random seeds."""
    real = [
        name
        for name, about in facts.items()
        if any(DATA_SET in text for text in (str(about["data"]["training"].get("seeds")), *about.get("history", ())))
    ]
    return f"films of a data set ({', '.join(real)}); {SIMULATED}" if real else TRAINED_ON


def load_run(run: Path) -> tuple[str, nn.Module, dict[str, Any]]:
    """The network's name, the network with the averaged weights of a run, and the facts of the run."""
    folder = TrainingFolder(run)
    if not folder.facts.exists() or not folder.weights.exists():
        raise TrainingError(f"{run} contains no validated run; train until the first validation is through.")
    facts: dict[str, Any] = json.loads(folder.facts.read_text())
    model = build_network(facts["network"], facts["config"])
    model.load_state_dict(load_file(folder.weights))
    return facts["network"], model.eval(), facts


def read_facts(weights: Path, bundle: str = COMPACT) -> dict[str, dict[str, Any]]:
    """The facts of the networks that are in the bundle already."""
    path = _facts_path(weights, bundle)
    facts: dict[str, dict[str, Any]] = json.loads(path.read_text()) if path.exists() else {}
    return facts


def card(facts: Mapping[str, Mapping[str, Any]], bundle: str = COMPACT) -> str:
    """The model card of the bundle, as Markdown in the Hub's form: what it is, its data, its training."""
    networks = [network for network in NETWORKS if network in facts]
    parts = [
        front_matter(LICENCE),
        _HEAD.format(bundle=bundle, trained_on=trained_on(facts)),
        *(_training(network, facts[network]) for network in networks),
        "\n| network | validated on | scores of the averaged weights |\n|---|---|---|",
        *(_validation(network, facts[network]) for network in networks),
    ]
    return "\n".join(parts) + "\n"


_HEAD = f"""# Weights of SpineFM, {{bundle}} bundle

The networks of [SpineFM](https://arxiv.org/abs/2411.00326) (Simons and Papież, ISBI 2025) and of the methods it is
compared with: they outline and name the vertebral bodies of lateral spine radiographs. Research only, not a medical
device. Files are safetensors; `manifest.json` contains their sizes and checksums.

Licence: {LICENCE}.

## Data

Trained on {{trained_on}}.

## Training

The last part of each network's training; `{{bundle}}/history.md` lists the earlier parts.
"""


def _training(network: str, facts: Mapping[str, Any]) -> str:
    """One line on the last part of a network's training."""
    recipe = facts["recipe"]
    return (
        f"- **{network}**: {training_text(facts['data'])}; {facts['steps']} steps of {facts['batch']} samples,"
        f" {facts['hours']} h on {_machine(facts)}, random seed {facts['seed']};"
        f" {_OPTIMISERS[recipe.get('optimizer', 'adamw')]}, learning rate {recipe['learning_rate']}"
    )


def _validation(network: str, facts: Mapping[str, Any]) -> str:
    """A row of the table of scores on films that were not trained on."""
    scores = ", ".join(f"{name} {value}" for name, value in facts["scores"].items())
    return f"| {network} | {films_text(facts['data']['validation'])} | {scores} |"


def history(facts: Mapping[str, Mapping[str, Any]], bundle: str = COMPACT) -> str:
    """The earlier parts of each network's training, as Markdown: a sentence for each part before it was resumed."""
    parts = [f"# Earlier training of the {bundle} bundle\n"]
    for network in NETWORKS:
        sentences = facts.get(network, {}).get("history", ())
        if sentences:
            parts.append("\n".join([f"## {network}", "", *(f"- {sentence}" for sentence in sentences), ""]))
    return "\n".join(parts)


_OPTIMISERS = {"adamw": "AdamW", "adam": "Adam", "sgd": "SGD"}


def _machine(facts: Mapping[str, Any]) -> str:
    """What a run ran on; runs of older versions, which did not record it, ran on processors."""
    device, count = str(facts.get("device", "cpu")), facts.get("processes", 1)
    return f"{count} GPU(s)" if device.startswith("cuda") else f"{facts['threads']} CPU thread(s)"


def write_card(
    facts: Mapping[str, Mapping[str, Any]], weights: Path, bundle: str = COMPACT, ending: str | None = None
) -> None:
    """Write the card and `<bundle>/history.md`. The card ends with `<bundle>/notes.md` if there is one, or `ending`."""
    notes = weights / bundle / "notes.md"
    place = weights if bundle == COMPACT else weights / bundle
    if ending is None:
        ending = f"\n{notes.read_text()}" if notes.exists() else ""
    (place / "README.md").write_text(card(facts, bundle) + ending)
    (weights / bundle / "history.md").write_text(history(facts, bundle))


def _facts_path(weights: Path, bundle: str) -> Path:
    """Where the facts of the bundle's training lie."""
    return weights / bundle / "training.json"
