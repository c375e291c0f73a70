"""A run that begins with the weights of a bundle, and whose card tells what those were trained on."""

from __future__ import annotations

from typing import Any

from torch import nn

from spinefm.training.errors import TrainingError
from spinefm.training.export import read_facts
from spinefm.training.record import training_text
from spinefm.training.scale import load_but_heads
from spinefm.weights.load import load_bundle
from spinefm.weights.manifest import WEIGHTS_FOLDER, BundleError

TRAINING_ONLY = ("semantic_head.",)
"""Parts of a network that no bundle stores; they start from random weights."""


def start_from_bundle(model: nn.Module, network: str, bundle: str) -> tuple[str, ...]:
    """Fill `model` with the weights of `network` in `bundle`; returns a sentence per part of their training.

    Raises TrainingError where the bundle has no such weights, or they are of another size.
    """
    load_but_heads(model, bundled(network, bundle).state_dict(), TRAINING_ONLY)
    return _history(network, bundle)


def bundled(network: str, bundle: str) -> Any:
    """A network with the weights that a bundle has of it, on the CPU. Raises TrainingError for a bundle without."""
    try:
        shipped: nn.Module | None = getattr(load_bundle(bundle, "cpu"), network, None)
    except BundleError as error:
        raise TrainingError(f"{error} Or start from random weights, without --start.") from error
    if shipped is None:
        raise TrainingError(f'The bundle "{bundle}" has no {network}; start from random weights, without --start.')
    return shipped


def _history(network: str, bundle: str) -> tuple[str, ...]:
    """What the card of the bundle says of the network's training, with its last part as a sentence."""
    facts = read_facts(WEIGHTS_FOLDER, bundle).get(network)
    if facts is None:
        return (f'begun with the weights of the bundle "{bundle}", whose training was not noted',)
    films = training_text(facts["data"])
    last = f"{facts['steps']} steps ({facts['hours']:.3f} h) in all, the last on {films}"
    return (*facts.get("history", ()), last)
