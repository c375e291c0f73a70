"""A run that begins with the weights of a bundle, and whose card tells what those were trained on."""

from __future__ import annotations

from pathlib import Path

from safetensors.torch import load_file
from torch import nn

from spinefm.bundles import fetch, known_bundle
from spinefm.manifest import BundleError, Manifest
from spinefm.training.errors import TrainingError
from spinefm.training.export import read_facts
from spinefm.training.record import films_text


def start_from_bundle(model: nn.Module, network: str, bundle: str, manifest: Manifest | None = None) -> tuple[str, ...]:
    """Fill `model` with the weights of `network` in `bundle`; returns a sentence per part of their training.

    Raises TrainingError where the bundle has no such weights, or they are of another size.
    """
    try:
        known = known_bundle(bundle, manifest or Manifest.read())
        paths = fetch(known, bundle)
    except BundleError as error:
        raise TrainingError(f"{error} Or start anew, without --start.") from error
    if network not in paths:
        raise TrainingError(f'The bundle "{bundle}" has no {network}; start anew, without --start.')
    state = {name: tensor.float() for name, tensor in load_file(paths[network]).items()}
    try:
        model.load_state_dict(state)
    except RuntimeError as error:
        raise TrainingError(
            f'The {network} of the bundle "{bundle}" has another size; start anew, without --start.'
        ) from error
    return _history(network, known.folder, bundle)


def _history(network: str, weights: Path, bundle: str) -> tuple[str, ...]:
    """What the card of the bundle says of the network's training, with its last part as a sentence."""
    facts = read_facts(weights, bundle).get(network)
    if facts is None:
        return (f'begun with the weights of the bundle "{bundle}", whose training was not noted',)
    films = films_text(facts["data"]["training"])
    last = f"{facts['steps']} steps ({facts['hours']:.3f} h) in all, the last on {films}"
    return (*facts.get("history", ()), last)
