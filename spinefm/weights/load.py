"""Bundles: sets of weights, named in `weights/manifest.json`, on disk or on the Hugging Face Hub."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, cast

from spinefm.core.files import write_whole
from spinefm.weights.fetch import BundleSource, fetch, fetch_source, in_place_of_hub, known_bundle, on_disk, verify
from spinefm.weights.manifest import (
    COMPACT,
    BaseFile,
    BundleEntry,
    BundleError,
    Manifest,
    WeightFile,
)

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

    from spinefm.networks.instance_net import InstanceNet
    from spinefm.networks.level_classifier import Classifier
    from spinefm.networks.mask_rcnn import SpineMaskRCNN
    from spinefm.networks.med_sa import MedSA
    from spinefm.networks.point_predictor import PointPredictor
    from spinefm.networks.request import Answered, Ask, Request
    from spinefm.networks.unet import UNet
    from spinefm.networks.view import ViewNet

__all__ = [
    "COMPACT",
    "Bundle",
    "BundleError",
    "Manifest",
    "fallback_note",
    "fetch",
    "fetch_source",
    "known_bundle",
    "load_bundle",
    "load_source",
    "on_disk",
    "placed",
    "verify",
    "write_bundle",
]

PRECISIONS = ("float32", "bfloat16")


@dataclass(frozen=True)
class Bundle:
    """The four networks of SpineFM, and those of VertXNet and SPINEPS if it has them, in eval mode on one device."""

    name: str
    device: torch.device
    precision: str
    mask_rcnn: SpineMaskRCNN
    med_sa: MedSA
    classifier: Classifier
    point_predictor: PointPredictor
    checksums: Mapping[str, str]
    notes: tuple[str, ...] = ()
    unet: UNet | None = None
    instance_net: InstanceNet | None = None
    view: ViewNet | None = None
    origin: str = ""
    """`owner/name@commit` on the Hub; empty for the copy in this repository."""
    source_note: str = ""
    """Why the copy in this repository serves in place of the Hub's files; empty where it does not."""
    asked: Ask | None = None
    """Who answers requests in place of the networks at once: a scheduler, which collects them over films."""

    def ask(self, request: Request) -> Answered:
        """The answers to one film's request."""
        from spinefm.weights.answers import answered

        return self.asked(request) if self.asked is not None else answered(self, [request])[0]

    def networks(self) -> dict[str, nn.Module]:
        """The networks by name, without those that the bundle does not have."""
        from spinefm.networks.registry import NETWORKS

        found = {name: getattr(self, name, None) for name in NETWORKS}
        return {name: network for name, network in found.items() if network is not None}

    @contextmanager
    def autocast(self) -> Iterator[None]:
        """The context in which the networks run at the bundle's precision: float32 with all its digits on a GPU too."""
        import torch

        low = self.precision == "bfloat16"
        with torch.autocast(self.device.type, torch.bfloat16, enabled=low), nullcontext() if low else _FULL_FLOAT32:
            yield

    def lowered(self) -> Bundle:
        """This bundle, ready for its device: on a GPU that computes in bfloat16, large frozen weights are kept in it.

        The networks are changed, not copied.
        """
        if (self.device.type, self.precision) == ("cuda", "bfloat16"):
            self.med_sa.lower()
            self.classifier.lower()
        return self


class _FullFloat32:
    """Convolutions in all digits of float32: with TF32's ten bits, a mask depends on the films that share its batch.

    The switch is the whole process's, so the first thread to come in turns TF32 off, and the last to leave sets what
    was before.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._inside = 0
        self._before = True

    def __enter__(self) -> None:
        import torch

        with self._lock:
            if self._inside == 0:
                self._before = torch.backends.cudnn.allow_tf32
                torch.backends.cudnn.allow_tf32 = False
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        import torch

        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                torch.backends.cudnn.allow_tf32 = self._before


_FULL_FLOAT32 = _FullFloat32()


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
    _refuse_precision(precision)
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
        precision=_chosen(precision, networks["med_sa"], target),
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


def placed(bundle: Bundle, device: str = "auto") -> Bundle:
    """`bundle` with its networks moved to `device`, at the precision that pays there. Raises DeviceError."""
    from spinefm.core.machine import pick_device

    target = pick_device(device)
    moved = {name: network.to(target) for name, network in bundle.networks().items()}
    precision = _chosen("auto", bundle.med_sa, target)
    return replace(bundle, device=target, precision=precision, **cast(dict[str, Any], moved)).lowered()


def _refuse_incomplete(entry: BundleEntry, name: str) -> None:
    from spinefm.networks.registry import REQUIRED

    missing = [network for network in REQUIRED if network not in entry.networks]
    if missing:
        raise BundleError(f'The bundle "{name}" has no {", ".join(missing)}: train or fetch it first.')


def fallback_note(name: str, error: Exception) -> str:
    """What page and trace say when the compact bundle replaces `name`."""
    return f'The bundle "{name}" cannot be used, so the bundle "{COMPACT}" is in use. {error}'


def write_bundle(
    folder: Path,
    name: str,
    networks: Mapping[str, nn.Module],
    *,
    licence: str,
    trained_on: str,
    base: BaseFile | None = None,
    half: bool = True,
) -> Manifest:
    """Write networks as safetensors into `folder/name/` and enter them in `folder/manifest.json`.

    Large tensors are stored in fp16, without `half` in float32.
    Networks of the bundle that are not given stay as they are. Each network carries its configuration as `.config`.
    With a `base`, only the trained part of a Med-SA with adapters is written, in float32. If networks stay, the entry
    keeps naming their films and licence.

    Raises:
        BundleError: the manifest that is already there cannot be read.
        ValueError: a network's name is unknown.
    """
    from spinefm.networks.registry import stored_parts

    _refuse_unknown(networks)
    path = folder / "manifest.json"
    bundles = dict(Manifest.read(path).bundles) if path.exists() else {}
    parts, kept = stored_parts(networks), _kept(bundles.get(name), networks)
    written = {
        network: _write_network(folder, f"{name}/{network}.safetensors", model, licence, base, half)
        for network, model in parts.items()
    }
    earlier = [bundles[name]] if set(kept) - set(parts) else []
    licences = dict.fromkeys([*(one.licence for one in earlier), licence])
    films = dict.fromkeys([*(one.trained_on for one in earlier), trained_on])
    bundles[name] = BundleEntry("; ".join(licences), "; ".join(films), {**kept, **written})
    manifest = Manifest(folder, bundles)
    manifest.write()
    return manifest


def _refuse_unknown(networks: Iterable[str]) -> None:
    """Raise ValueError for a name that no network has."""
    from spinefm.networks.registry import NETWORKS

    unknown = sorted(set(networks) - set(NETWORKS))
    if unknown:
        raise ValueError(f"There is no network {', '.join(unknown)}: the networks are {', '.join(NETWORKS)}.")


def _kept(entry: BundleEntry | None, networks: Collection[str]) -> dict[str, WeightFile]:
    """The files of a bundle before `networks` are written; a new classifier takes the place of a pair."""
    from spinefm.networks.config import SECOND

    files = entry.networks if entry else {}
    return {network: file for network, file in files.items() if not (network == SECOND and "classifier" in networks)}


def _write_network(
    folder: Path, file: str, model: nn.Module, licence: str, base: BaseFile | None, half: bool
) -> WeightFile:
    """Write one network, of a Med-SA with adapters on a `base` only what was trained; returns its entry."""
    rests = base is not None and has_adapters(model)
    written = _write_weights(folder, file, adapted_state(model) if rests else _stored_state(model, half))
    return WeightFile(*written, asdict(cast(Any, model).config), licence, base=base if rests else None)


def _write_weights(folder: Path, file: str, state: Mapping[str, Tensor]) -> tuple[str, str, int]:
    """Write tensors; returns the file with its sha256 and bytes."""
    from safetensors.torch import save

    content = save(dict(state))
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    write_whole(folder / file, content)
    return file, hashlib.sha256(content).hexdigest(), len(content)


def has_adapters(model: nn.Module) -> bool:
    """Whether a network has adapters on a frozen base."""
    from spinefm.networks.med_sa import MedSA

    return isinstance(model, MedSA) and model.config.encoder == "vit"


def adapted_state(model: nn.Module) -> dict[str, Tensor]:
    """The part trained on top of the frozen base, float32."""
    from spinefm.networks.med_sa import is_adapted

    return {n: v.detach().float().cpu().contiguous() for n, v in model.state_dict().items() if is_adapted(n)}


def rests_on(model: nn.Module, path: Path) -> bool:
    """Whether a Med-SA's frozen part is the base at `path` (the published one's relative places are 0)."""
    import torch

    from spinefm.networks.med_sa import is_adapted

    base = _read_tensors(path)
    frozen = {name: value for name, value in model.state_dict().items() if not is_adapted(name)}
    places = {name for name in frozen if ".attn.rel_pos_" in name}
    published = cast("MedSA", model).config.compat == "medsa"
    return all(
        not value.any() if published and name in places else torch.equal(value, base[name])
        for name, value in frozen.items()
    )


def _stored_state(model: nn.Module, half: bool) -> dict[str, Tensor]:
    """fp16 for what is large if `half`; vectors and buffers (norms, biases, running statistics) keep float32."""
    from spinefm.networks.mask_rcnn import SpineMaskRCNN, inference_state

    state = inference_state(model) if isinstance(model, SpineMaskRCNN) else model.state_dict()
    large = {name for name, parameter in model.named_parameters() if half and parameter.ndim >= 2}
    return {
        name: (value.half() if name in large else value).detach().cpu().contiguous() for name, value in state.items()
    }


def _load(entry: WeightFile, network: str, path: Path, folder: Path) -> nn.Module:
    """A network with its weights, all of them or none. Raises BundleError."""
    import torch

    from spinefm.networks.mask_rcnn import SpineMaskRCNN
    from spinefm.networks.med_sa import is_adapted
    from spinefm.networks.registry import build_network
    from spinefm.weights.convert import check_fit

    state = _read_tensors(path)
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


def _read_tensors(path: Path) -> dict[str, Tensor]:
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
    base = _read_tensors(path)
    check_fit({name: shape for name, shape in shapes.items() if "_adapter." not in name}, base, str(path))
    if entry.config.get("compat") == "medsa":
        base |= {name: value * 0 for name, value in base.items() if ".attn.rel_pos_" in name}
    return {**base, **adapted}


def _refuse_precision(name: str) -> None:
    if name not in (*PRECISIONS, "auto"):
        raise BundleError(f'There is no precision "{name}": use auto, {" or ".join(PRECISIONS)}.')


def precision_on(bundle: Bundle, device: torch.device) -> str:
    """The precision that pays for the networks of `bundle` on `device`."""
    return _chosen("auto", bundle.med_sa, device)


def _chosen(precision: str, med_sa: nn.Module, device: torch.device) -> str:
    """The requested precision; for "auto" the faster one at this size on this device."""
    from spinefm.core.machine import computes_bfloat16

    if precision != "auto":
        return precision
    return "bfloat16" if has_adapters(med_sa) and computes_bfloat16(device) else "float32"


def _notes(source: BundleSource, entry: BundleEntry) -> tuple[str, ...]:
    """Where the weights came from, when not from the manifest's own folder, and why."""
    if source.origin:
        return (f"The weights are those of {source.origin} on the Hugging Face Hub.",)
    local = {network: source.manifest.local_path(file) for network, file in entry.networks.items()}
    fetched = [network for network, path in source.paths.items() if path != local[network]]
    notes = (f"{', '.join(fetched)} from the Hugging Face Hub.",) if fetched else ()
    return (*notes, source.note) if source.note else notes
