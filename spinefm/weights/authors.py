"""The files that the authors of SpineFM published, as a bundle of ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from spinefm.weights.manifest import SAM_VIT_B, BaseFile, BundleError

if TYPE_CHECKING:
    from torch import nn

    from spinefm.weights.convert import Converted

TRAINED_ON = "the films that the authors of SpineFM trained on (their own files, converted)"
LICENCE = "as the authors of SpineFM state for their files"


def convert_published(files: Sequence[Path], films: str, bundle: str, folder: Path) -> dict[Path, Path]:
    """Convert published checkpoints (.pth) into a bundle; every file is checked before any is written.

    Args:
        files: the authors' networks, and SAM's own checkpoint if the frozen part of Med-SA shall be shared.
        films: the data set they were trained on, "csxa" or "nhanes".
        bundle: the name of the bundle.
        folder: the folder of the manifest.

    Returns:
        Each file and what was written from it.

    Raises:
        BundleError: a file is none of the known networks, two hold the same one, or nothing can be written.
    """
    from spinefm.weights.convert import converted, read_checkpoint
    from spinefm.weights.pretrained import convert_base

    contents = {path: read_checkpoint(path) for path in files}
    bases = [path for path, content in contents.items() if _is_sam(content)]
    found = {path: converted(contents[path], films) for path in contents if path not in bases}
    networks = [each.network for each in found.values()]
    if len(set(networks)) < len(networks):
        raise BundleError(f"Two of the files hold the same network ({', '.join(networks)}): give one of each.")
    written = {path: convert_base(SAM_VIT_B, path, folder) for path in bases}
    return written | {path: _write(each, bundle, folder) for path, each in found.items()}


def _is_sam(content: Mapping[str, object]) -> bool:
    """Whether a checkpoint is SAM's own: its encoder, and no adapters."""
    return "image_encoder.patch_embed.proj.weight" in content and not any("Adapter" in name for name in content)


def _write(each: Converted, bundle: str, folder: Path) -> Path:
    from spinefm.networks.registry import NETWORKS
    from spinefm.weights.write import write_bundle

    model = NETWORKS[each.network].build(each.config)
    model.load_state_dict(dict(each.state))
    manifest = write_bundle(
        folder,
        bundle,
        {each.network: model},
        licence=LICENCE,
        trained_on=TRAINED_ON,
        base=_base_of(each.network, model, folder),
        half=False,
    )
    return manifest.local_path(manifest.bundle(bundle).networks[each.network])


def _base_of(network: str, model: nn.Module, folder: Path) -> BaseFile | None:
    """SAM, if it is on disk and the frozen part of a converted Med-SA equals it; else the file stays whole."""
    from spinefm.weights.pretrained import base_path
    from spinefm.weights.write import rests_on

    path = base_path(SAM_VIT_B, folder) if network == "med_sa" else None
    return SAM_VIT_B if path is not None and rests_on(model, path) else None
