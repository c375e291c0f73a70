"""Bundles: sets of weights, named in `weights/manifest.json`, on disk or on the Hugging Face Hub.

Reading the manifest imports neither torch nor the Hub's client, so that `spinefm info` answers at once.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

    from spinefm.networks.level_classifier import LevelClassifier
    from spinefm.networks.mask_rcnn import SpineMaskRCNN
    from spinefm.networks.med_sa import MedSA
    from spinefm.networks.point_predictor import PointPredictor

WEIGHTS_FOLDER = Path(__file__).resolve().parent.parent / "weights"
REPO_VARIABLE = "SPINEFM_WEIGHTS_REPO"
PRECISIONS = ("float32", "bfloat16")
SCHEMA = 1


class BundleError(RuntimeError):
    """A bundle cannot be used; the message is one sentence that says why and what to do."""


@dataclass(frozen=True)
class WeightFile:
    """One network's weights: where they lie, what they must hash to, and the network that they fit."""

    file: str
    sha256: str
    bytes: int
    config: Mapping[str, Any]
    licence: str
    repo_id: str | None = None
    revision: str | None = None


@dataclass(frozen=True)
class BundleEntry:
    """One bundle of the manifest."""

    licence: str
    trained_on: str
    networks: Mapping[str, WeightFile]


@dataclass(frozen=True)
class Manifest:
    """All bundles, and the folder in which their files are looked for first."""

    folder: Path
    bundles: Mapping[str, BundleEntry]

    @classmethod
    def read(cls, path: Path | None = None) -> "Manifest":
        """Read `manifest.json` (of the repository's `weights/` without a path).

        Raises:
            BundleError: the file is missing or not a manifest.
        """
        path = path or WEIGHTS_FOLDER / "manifest.json"
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise BundleError(f"There is no manifest at {path}: restore the weights folder or name another.") from None
        except (OSError, ValueError) as error:
            raise BundleError(f"The manifest {path} cannot be read ({error}): restore it.") from error
        return cls(folder=path.parent, bundles=_read_bundles(raw, path))

    def bundle(self, name: str) -> BundleEntry:
        """The bundle called `name`.

        Raises:
            BundleError: there is none.
        """
        if name not in self.bundles:
            known = ", ".join(sorted(self.bundles)) or "none"
            raise BundleError(f'There is no bundle "{name}" in the manifest: the bundles are {known}.')
        return self.bundles[name]

    def local_path(self, entry: WeightFile) -> Path:
        """Where a file lies when it is in the manifest's own folder."""
        return self.folder / entry.file


@dataclass(frozen=True)
class Bundle:
    """The four networks of SpineFM, in eval mode on one device."""

    name: str
    device: "torch.device"
    precision: str
    mask_rcnn: "SpineMaskRCNN"
    med_sa: "MedSA"
    classifier: "LevelClassifier"
    point_predictor: "PointPredictor"
    checksums: Mapping[str, str]
    notes: tuple[str, ...] = ()

    def autocast(self) -> AbstractContextManager[Any]:
        """The context in which the networks run at the bundle's precision."""
        import torch

        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.precision == "bfloat16")


def load_bundle(
    name: str = "compact", device: str = "auto", precision: str = "auto", manifest: Manifest | None = None
) -> Bundle:
    """Load all networks of a bundle; weights are float32 in memory.

    Args:
        name: a bundle of the manifest.
        device: "auto", "cpu", "cuda" or "cuda:N".
        precision: "float32" (also "auto") or "bfloat16" (autocast).
        manifest: the repository's own by default.

    Raises:
        BundleError: a file is missing, damaged or does not fit its network; nothing is half loaded.
        spinefm.runtime.DeviceError: no such device.
    """
    from spinefm.networks.registry import NETWORKS
    from spinefm.runtime import pick_device

    manifest = manifest or Manifest.read()
    entry = manifest.bundle(name)
    missing = [network for network in NETWORKS if network not in entry.networks]
    if missing:
        raise BundleError(f'The bundle "{name}" has no {", ".join(missing)}: train or fetch it first.')
    target, kept_precision = pick_device(device), _precision(precision)
    paths = fetch(manifest, name)
    networks = {network: _load(entry.networks[network], network, paths[network]).to(target) for network in NETWORKS}
    return Bundle(
        name=name,
        device=target,
        precision=kept_precision,
        mask_rcnn=cast("SpineMaskRCNN", networks["mask_rcnn"]),
        med_sa=cast("MedSA", networks["med_sa"]),
        classifier=cast("LevelClassifier", networks["classifier"]),
        point_predictor=cast("PointPredictor", networks["point_predictor"]),
        checksums={network: entry.networks[network].sha256 for network in NETWORKS},
        notes=_notes(manifest, entry, paths),
    )


def fetch(manifest: Manifest, name: str) -> dict[str, Path]:
    """Have every file of a bundle on disk, from the manifest's folder or else the Hub, checked.

    Returns:
        network -> path of its safetensors file.

    Raises:
        BundleError: a file cannot be had, or is not the one that the manifest names.
    """
    paths = {}
    for network, entry in manifest.bundle(name).networks.items():
        local = manifest.local_path(entry)
        path = local if local.is_file() else _download(entry, local)
        problem = _problem(entry, path)
        if problem:
            raise BundleError(f"{problem} Delete it and fetch it again.")
        paths[network] = path
    return paths


def verify(manifest: Manifest, name: str) -> dict[str, str]:
    """Check a bundle's files on disk against the manifest, without a download.

    Returns:
        network -> "ok" or one sentence that says what is wrong.
    """
    report = {}
    for network, entry in manifest.bundle(name).networks.items():
        path = _path_on_disk(manifest, entry)
        report[network] = (_problem(entry, path) or "ok") if path else f"{entry.file} is not on disk."
    return report


def on_disk(name: str, manifest: Manifest | None = None) -> bool:
    """Whether all files of a bundle are there, in the manifest's folder or the Hub's cache (sizes, not contents)."""
    manifest = manifest or Manifest.read()
    entries = manifest.bundle(name).networks.values()
    paths = [_path_on_disk(manifest, entry) for entry in entries]
    return bool(paths) and all(
        path is not None and path.stat().st_size == entry.bytes for path, entry in zip(paths, entries, strict=True)
    )


def write_bundle(
    folder: Path,
    name: str,
    networks: Mapping[str, "nn.Module"],
    *,
    licence: str,
    trained_on: str,
    repo_id: str | None = None,
) -> Manifest:
    """Write networks as fp16 safetensors into `folder/name/` and enter them in `folder/manifest.json`.

    Networks of the bundle that are not given stay as they are. Each network carries its configuration as `.config`.

    Raises:
        BundleError: the manifest that is already there cannot be read.
        ValueError: a network's name is unknown.
    """
    from spinefm.networks.registry import NETWORKS

    unknown = sorted(set(networks) - set(NETWORKS))
    if unknown:
        raise ValueError(f"There is no network {', '.join(unknown)}: the networks are {', '.join(NETWORKS)}.")
    path = folder / "manifest.json"
    bundles = dict(Manifest.read(path).bundles) if path.exists() else {}
    entries = dict(bundles[name].networks) if name in bundles else {}
    for network, model in networks.items():
        entries[network] = _write_weights(folder, f"{name}/{network}.safetensors", model, licence, repo_id)
    bundles[name] = BundleEntry(licence, trained_on, entries)
    _write_manifest(path, bundles)
    return Manifest(folder, bundles)


def _read_bundles(raw: Any, path: Path) -> dict[str, BundleEntry]:
    try:
        if raw["schema"] != SCHEMA:
            raise BundleError(f"The manifest {path} has schema {raw['schema']}, this version reads {SCHEMA}.")
        return {name: _read_entry(values) for name, values in raw["bundles"].items()}
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise BundleError(f"The manifest {path} is incomplete or wrong ({error}): restore it.") from error


def _read_entry(values: Mapping[str, Any]) -> BundleEntry:
    networks = {network: WeightFile(**file) for network, file in values["networks"].items()}
    for file in networks.values():
        parts = PurePosixPath(file.file)
        if parts.is_absolute() or ".." in parts.parts or parts.suffix != ".safetensors":
            raise ValueError(f'"{file.file}" is not a safetensors file below the weights folder')
    return BundleEntry(values["licence"], values["trained_on"], networks)


def _write_manifest(path: Path, bundles: Mapping[str, BundleEntry]) -> None:
    raw = {"schema": SCHEMA, "bundles": {name: asdict(entry) for name, entry in bundles.items()}}
    _write_atomically(path, (json.dumps(raw, indent=2) + "\n").encode())


def _write_atomically(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    os.replace(part, path)


def _write_weights(folder: Path, file: str, model: "nn.Module", licence: str, repo_id: str | None) -> WeightFile:
    from safetensors.torch import save

    content = save(_stored_state(model))
    _write_atomically(folder / file, content)
    digest = hashlib.sha256(content).hexdigest()
    config = asdict(cast(Any, model).config)
    return WeightFile(file, digest, len(content), config, licence, repo_id)


def _stored_state(model: "nn.Module") -> "dict[str, Tensor]":
    """fp16 for what is large; vectors and buffers (norms, biases, running statistics) keep float32."""
    from spinefm.networks.mask_rcnn import SpineMaskRCNN, inference_state

    state = inference_state(model) if isinstance(model, SpineMaskRCNN) else model.state_dict()
    large = {name for name, parameter in model.named_parameters() if parameter.ndim >= 2}
    return {
        name: (value.half() if name in large else value).detach().cpu().contiguous() for name, value in state.items()
    }


def _load(entry: WeightFile, network: str, path: Path) -> "nn.Module":
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    from spinefm.networks.mask_rcnn import SpineMaskRCNN
    from spinefm.networks.registry import build_network

    try:
        state = load_file(path)
        model = build_network(network, entry.config)
    except (SafetensorError, OSError) as error:
        raise BundleError(f"{path} is not a readable safetensors file ({error}): fetch it again.") from error
    except ValueError as error:
        raise BundleError(f"The manifest's configuration of {network} is wrong: {error}") from error
    if isinstance(model, SpineMaskRCNN):
        model.drop_auxiliary()
    _check_fit(model.state_dict(), state, path)
    model.load_state_dict(state)  # copies into the network's own float32 tensors
    return model.eval().requires_grad_(False).to(memory_format=torch.channels_last)


def _check_fit(expected: "Mapping[str, Tensor]", state: "Mapping[str, Tensor]", path: Path) -> None:
    missing, extra = sorted(expected.keys() - state.keys()), sorted(state.keys() - expected.keys())
    shapes = [name for name in expected.keys() & state.keys() if expected[name].shape != state[name].shape]
    if missing or extra or shapes:
        example = (missing or extra or sorted(shapes))[0]
        raise BundleError(
            f"{path} does not fit its network ({len(missing)} tensors missing, {len(extra)} unknown, {len(shapes)} of "
            f"another shape, such as {example}): fetch the file that belongs to this manifest."
        )


def _problem(entry: WeightFile, path: Path) -> str | None:
    """What is wrong with a file, as a sentence, or None."""
    size = path.stat().st_size
    if size != entry.bytes:
        return f"{path} has {size} bytes where the manifest says {entry.bytes}."
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return None if digest == entry.sha256 else f"{path} is damaged (its sha256 is not the manifest's)."


def _source(entry: WeightFile) -> tuple[str | None, str | None]:
    """(repository, revision); a repository that the owner names has its own history, so no pinned revision."""
    override = os.environ.get(REPO_VARIABLE)
    return (override, None) if override else (entry.repo_id, entry.revision)


def _path_on_disk(manifest: Manifest, entry: WeightFile) -> Path | None:
    local = manifest.local_path(entry)
    repo, revision = _source(entry)
    if local.is_file() or repo is None:
        return local if local.is_file() else None
    from huggingface_hub import try_to_load_from_cache

    cached = try_to_load_from_cache(repo, entry.file, revision=revision)
    return Path(cached) if isinstance(cached, str) else None


def _download(entry: WeightFile, local: Path) -> Path:
    repo, revision = _source(entry)
    if repo is None:
        raise BundleError(f"{local} is missing and the manifest names no repository: set {REPO_VARIABLE} to one.")
    from httpx2 import HTTPError  # the Hub's client passes broken transfers on as they are
    from huggingface_hub import errors, hf_hub_download

    try:
        return Path(hf_hub_download(repo, entry.file, revision=revision))
    except errors.GatedRepoError as error:
        raise BundleError(f"{repo} is gated: accept its terms on the Hub and log in.") from error
    except errors.RepositoryNotFoundError as error:
        raise BundleError(f"The Hub has no repository {repo}, or it is private: set {REPO_VARIABLE}.") from error
    except errors.RevisionNotFoundError as error:
        raise BundleError(f"{repo} has no revision {revision}: correct the manifest.") from error
    except errors.LocalEntryNotFoundError as error:
        raise BundleError(f"{entry.file} is not on disk and the Hub cannot be reached: go online once.") from error
    except errors.EntryNotFoundError as error:
        raise BundleError(f"{repo} holds no file {entry.file}: publish it there or correct the manifest.") from error
    except errors.HFValidationError as error:
        raise BundleError(f'"{repo}" is no name of a repository: set {REPO_VARIABLE} to owner/name.') from error
    except (HTTPError, OSError) as error:
        raise BundleError(f"{entry.file} could not be fetched from {repo} ({error}): try again later.") from error


def _precision(name: str) -> str:
    if name == "auto":
        return "float32"
    if name not in PRECISIONS:
        raise BundleError(f'There is no precision "{name}": use auto, {" or ".join(PRECISIONS)}.')
    return name


def _notes(manifest: Manifest, entry: BundleEntry, paths: Mapping[str, Path]) -> tuple[str, ...]:
    """Where the weights came from, when not from the manifest's own folder."""
    fetched = [network for network, path in paths.items() if path != manifest.local_path(entry.networks[network])]
    return (f"{', '.join(fetched)} from the Hugging Face Hub.",) if fetched else ()
