"""Networks to files: safetensors of a bundle and their entry in a manifest; of a Med-SA on a base what was trained."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from spinefm.core.files import write_whole
from spinefm.weights.load import read_tensors
from spinefm.weights.manifest import BaseFile, BundleEntry, Manifest, WeightFile

if TYPE_CHECKING:
    from torch import Tensor, nn

    from spinefm.networks.med_sa import MedSA


NO_PATIENT = "no patient's film"
"""What `trained_on` says of networks that were trained on none."""


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
    films = _films([*(one.trained_on for one in earlier), trained_on])
    bundles[name] = BundleEntry("; ".join(licences), films, {**kept, **written})
    manifest = Manifest(folder, bundles)
    manifest.write()
    return manifest


def _films(trained_on: Sequence[str]) -> str:
    """What all networks of a bundle were trained on; one trained on patients' films ends the claim that none was."""
    clauses = dict.fromkeys(clause for text in trained_on for clause in text.split("; "))
    if not all(NO_PATIENT in text for text in trained_on):
        clauses.pop(NO_PATIENT, None)
    return "; ".join(clauses)


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
    from spinefm.networks.med_sa import has_adapters

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


def adapted_state(model: nn.Module) -> dict[str, Tensor]:
    """The part trained on top of the frozen base, float32."""
    from spinefm.networks.med_sa import is_adapted

    return {n: v.detach().float().cpu().contiguous() for n, v in model.state_dict().items() if is_adapted(n)}


def _stored_state(model: nn.Module, half: bool) -> dict[str, Tensor]:
    """fp16 for what is large if `half`; vectors and buffers (norms, biases, running statistics) keep float32."""
    from spinefm.networks.mask_rcnn import SpineMaskRCNN, inference_state

    state = inference_state(model) if isinstance(model, SpineMaskRCNN) else model.state_dict()
    large = {name for name, parameter in model.named_parameters() if half and parameter.ndim >= 2}
    return {
        name: (value.half() if name in large else value).detach().cpu().contiguous() for name, value in state.items()
    }


def rests_on(model: nn.Module, path: Path) -> bool:
    """Whether a Med-SA's frozen part is the base at `path` (the published one's relative places are 0)."""
    import torch

    from spinefm.networks.med_sa import is_adapted

    base = read_tensors(path)
    frozen = {name: value for name, value in model.state_dict().items() if not is_adapted(name)}
    places = {name for name in frozen if ".attn.rel_pos_" in name}
    published = cast("MedSA", model).config.compat == "medsa"
    return all(
        not value.any() if published and name in places else torch.equal(value, base[name])
        for name, value in frozen.items()
    )
