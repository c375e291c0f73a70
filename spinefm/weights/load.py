"""From a name to a bundle: its files are on disk or fetched, and fit their networks whole, or nothing is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

from spinefm.weights.bundle import Bundle, chosen_precision, refuse_precision
from spinefm.weights.fetch import BundleSource, fetch, fetch_source, in_place_of_hub, known_bundle
from spinefm.weights.manifest import COMPACT, BundleEntry, BundleError, Manifest, WeightFile

if TYPE_CHECKING:
    from torch import Tensor, nn

    from spinefm.networks.instance_net import InstanceNet
    from spinefm.networks.level_classifier import Classifier
    from spinefm.networks.mask_rcnn import SpineMaskRCNN
    from spinefm.networks.med_sa import MedSA
    from spinefm.networks.point_predictor import PointPredictor
    from spinefm.networks.unet import UNet
    from spinefm.networks.view import ViewNet


def load_bundle(
    name: str = COMPACT, device: str = "auto", precision: str = "auto", manifest: Manifest | None = None
) -> Bundle:
    """Load all networks of a bundle; weights are float32 in memory.

    Without a `manifest` the files come from the owner's repository on the Hub where `SPINEFM_WEIGHTS_REPO` names one,
    and from this repository else (`fetch_source`).

    Args:
        name: a bundle of the manifest.
        device: "auto", "cpu", "cuda" or "cuda:N".
        precision: "float32", "bfloat16" (autocast), or "auto": bfloat16 for SAM's size on a device that computes in it
            (the compact networks stay in float32).
        manifest: take the files that this one names, and no others.

    Raises:
        BundleError: a file is missing, damaged or does not fit its network; nothing is half loaded.
        spinefm.core.machine.DeviceError: no such device.
    """
    from spinefm.core.machine import pick_device

    pick_device(device)
    refuse_precision(precision)
    if manifest is None:
        return load_source(fetch_source(name), device, precision)
    known = known_bundle(name, manifest)
    _refuse_incomplete(known.bundle(name), name)
    return load_source(BundleSource(name, known, fetch(known, name)), device, precision)


def load_source(source: BundleSource, device: str = "auto", precision: str = "auto") -> Bundle:
    """Load the networks of files that are on disk.

    Files of the Hub that do not fit their networks are replaced by the copy in this repository, and the bundle's notes
    say why. Raises BundleError where there is no such copy, and DeviceError.
    """
    try:
        return _assembled(source, device, precision)
    except BundleError as error:
        if source.fallback is None:
            raise
        return _assembled(in_place_of_hub(source.fallback, error), device, precision)


def _assembled(source: BundleSource, device: str, precision: str) -> Bundle:
    from spinefm.core.machine import pick_device
    from spinefm.networks.registry import joined_parts

    target = pick_device(device)
    entry = source.manifest.bundle(source.name)
    _refuse_incomplete(entry, source.name)
    networks = joined_parts(
        {
            network: _load(file, network, source.paths[network], source.manifest.folder).to(target)
            for network, file in entry.networks.items()
        }
    )
    return Bundle(
        name=source.name,
        device=target,
        precision=chosen_precision(precision, networks["med_sa"], target),
        mask_rcnn=cast("SpineMaskRCNN", networks["mask_rcnn"]),
        med_sa=cast("MedSA", networks["med_sa"]),
        classifier=cast("Classifier", networks["classifier"]),
        point_predictor=cast("PointPredictor", networks["point_predictor"]),
        checksums={network: file.sha256 for network, file in entry.networks.items()},
        notes=_notes(source, entry),
        unet=cast("UNet | None", networks.get("unet")),
        instance_net=cast("InstanceNet | None", networks.get("instance_net")),
        view=cast("ViewNet | None", networks.get("view")),
        origin=source.origin,
        source_note=source.note,
    ).lowered()


def _refuse_incomplete(entry: BundleEntry, name: str) -> None:
    from spinefm.networks.registry import REQUIRED

    missing = [network for network in REQUIRED if network not in entry.networks]
    if missing:
        raise BundleError(f'The bundle "{name}" has no {", ".join(missing)}: train or fetch it first.')


def fallback_note(name: str, error: Exception) -> str:
    """What page and trace say when the compact bundle replaces `name`."""
    return f'The bundle "{name}" cannot be used, so the bundle "{COMPACT}" is in use. {error}'


def _load(entry: WeightFile, network: str, path: Path, folder: Path) -> nn.Module:
    """A network with its weights, all of them or none. Raises BundleError."""
    import torch

    from spinefm.networks.mask_rcnn import SpineMaskRCNN
    from spinefm.networks.med_sa import is_adapted
    from spinefm.networks.registry import build_network
    from spinefm.weights.convert import check_fit

    state = read_tensors(path)
    try:
        model = build_network(network, entry.config)
    except (ValueError, TypeError) as error:
        raise BundleError(f"The manifest's configuration of {network} is wrong: {error}") from error
    if isinstance(model, SpineMaskRCNN):
        model.drop_auxiliary()
    shapes = {name: tuple(value.shape) for name, value in model.state_dict().items()}
    if entry.base is not None:
        check_fit({name: shape for name, shape in shapes.items() if is_adapted(name)}, state, str(path))
        state = _on_base(state, entry, shapes, folder)
    check_fit(shapes, state, str(path))
    model.load_state_dict(state)  # copies into the network's own float32 tensors
    return model.eval().requires_grad_(False).to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def read_tensors(path: Path) -> dict[str, Tensor]:
    """The tensors of a safetensors file. Raises BundleError for a file that is none."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise BundleError(f"{path} is not a readable safetensors file ({error}): fetch it again.") from error


def _on_base(
    adapted: Mapping[str, Tensor], entry: WeightFile, shapes: Mapping[str, tuple[int, ...]], folder: Path
) -> dict[str, Tensor]:
    """The frozen base, complete, with what was trained in its place; the published Med-SA knows no relative places."""
    from spinefm.weights.convert import check_fit
    from spinefm.weights.pretrained import fetch_base

    assert entry.base is not None
    path = fetch_base(entry.base, folder)
    base = read_tensors(path)
    check_fit({name: shape for name, shape in shapes.items() if "_adapter." not in name}, base, str(path))
    if entry.config.get("compat") == "medsa":
        base |= {name: value * 0 for name, value in base.items() if ".attn.rel_pos_" in name}
    return {**base, **adapted}


def _notes(source: BundleSource, entry: BundleEntry) -> tuple[str, ...]:
    """Where the weights came from, when not from the manifest's own folder, and why."""
    if source.origin:
        return (f"The weights are those of {source.origin} on the Hugging Face Hub.",)
    local = {network: source.manifest.local_path(file) for network, file in entry.networks.items()}
    fetched = [network for network, path in source.paths.items() if path != local[network]]
    notes = (f"{', '.join(fetched)} from the Hugging Face Hub.",) if fetched else ()
    return (*notes, source.note) if source.note else notes
